package telemetry_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// A gateway counts its decisions and logs its requests.
func Example() {
	timeless := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	o := telemetry.Observer{
		Metrics: telemetry.NewMetrics(prometheus.NewRegistry()),
		Access:  slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: timeless})),
	}
	o.Decided(context.Background(), &telemetry.Decision{
		Dialect: "nginx", Rule: "admin", Status: 401, Reason: "no_token",
		Method: "GET", Host: "app.example", Target: "/admin/?page=2", Took: 42 * time.Microsecond,
	})
	// Output:
	// level=INFO msg=request dialect=nginx method=GET host=app.example path=/admin/ status=401 rule=admin outcome=deny reason=no_token duration_us=42
}

// A token in a path is not for the log.
func ExampleMask() {
	fmt.Println(telemetry.Mask("/files/eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl/a.txt"))
	// Output: /files/(a token)/a.txt
}
