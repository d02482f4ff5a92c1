package serve_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

// upstream starts an application whose answer to /slow begins at once and ends when
// release is closed, and returns its URL. asked gets a value for each request there.
func upstream(t *testing.T) (url string, asked <-chan bool, release chan struct{}) {
	t.Helper()
	came := make(chan bool, 10)
	release = make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			_, _ = io.WriteString(w, "begun ")
			w.(http.Flusher).Flush()
			came <- true
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
		_, _ = io.WriteString(w, "ended")
	}))
	t.Cleanup(server.Close)
	return server.URL, came, release
}

// slow asks for what takes its time, and sends what came of it.
func (r *running) slow() <-chan string {
	got := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + r.address("proxy") + "/slow")
		if err != nil {
			got <- "no answer"
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			body = append(body, "and cut off"...)
		}
		got <- string(body)
	}()
	return got
}

func proxied(url string, delay time.Duration) func(*settings.Settings) {
	return func(s *settings.Settings) {
		s.Rules = []decide.Rule{{Name: "open", Paths: []string{"/*"}, Access: decide.Public}}
		s.Listen.Proxy, s.Proxy.Upstream = "127.0.0.1:0", url
		s.Limits.ShutdownDelay = delay
	}
}

func TestWhatHasBegunEndsBeforeTheProcessDoes(t *testing.T) {
	url, asked, release := upstream(t)
	r := start(t, gognitotest.NewPool(t), proxied(url, 500*time.Millisecond))
	r.wait("it is ready", func() bool { code, _ := r.admin("/readyz"); return code == 200 })
	begun := r.slow()
	<-asked
	r.ends <- syscall.SIGTERM
	r.wait("it is not ready any more", func() bool { code, _ := r.admin("/readyz"); return code == 503 })
	if code := r.ask("/x", ""); code != 200 {
		t.Errorf("within the delay, a new request is answered with %d", code)
	}
	r.wait("new requests come to nobody", func() bool { return r.ask("/x", "") == 0 })
	if code, _ := r.admin("/livez"); code != 200 {
		t.Errorf("while it drains, /livez is %d", code)
	}
	close(release)
	if got := <-begun; got != "begun ended" {
		t.Errorf("the request that had begun got %q", got)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	r.ended <- nil // for whoever waits for it
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	url, asked, _ := upstream(t)
	r := start(t, gognitotest.NewPool(t), proxied(url, time.Hour))
	begun := r.slow()
	<-asked
	r.ends <- syscall.SIGTERM
	r.ends <- syscall.SIGTERM
	if got := <-begun; got == "begun ended" {
		t.Error("the request that had begun was let end")
	}
	err := <-r.ended
	if exit, ok := errors.AsType[*program.ExitError](err); !ok || exit.Code != program.Refused {
		t.Errorf("it ended with %v", err)
	}
	r.ended <- nil
}

func TestAnAddressThatIsTakenIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	pool := gognitotest.NewPool(t)
	r := &running{t: t, log: new(log)}
	r.settings = base(pool)
	r.settings.Listen.Admin = taken.Addr().String()
	if err := r.run(nil, nil); err == nil || !strings.HasPrefix(err.Error(), "listen.admin: ") {
		t.Errorf("%v", err)
	}
}
