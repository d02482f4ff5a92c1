package gateway_test

import (
	"testing"

	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/gognitotest"
	"github.com/prometheus/client_golang/prometheus"
)

// A user whose token is known, as most requests are.
func BenchmarkJudge(b *testing.B) {
	pool := gognitotest.NewPool(b)
	g, err := gateway.New(base(), pool.Verifier(), &telemetry.Observer{Metrics: telemetry.NewMetrics(prometheus.NewRegistry())})
	if err != nil {
		b.Fatal(err)
	}
	c := call(b, "GET /me", "Authorization", "Bearer "+pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"editors", "support"}}))
	b.ReportAllocs()
	for b.Loop() {
		if !g.Judge(c).Allow {
			b.Fatal("refused")
		}
	}
}
