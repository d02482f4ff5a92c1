package extauthz_test

import (
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/grpc/test/bufconn"

	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/settings"
)

// A wire is a connection of HTTP/2 by hand, in synctest's time.
type wire struct {
	mu     sync.Mutex
	framer *http2.Framer
	silent bool // it answers no ping
	arrived
}

// What has arrived of the server.
type arrived struct {
	settings, acks, goAways int
	header, streams         uint32        // what the settings say
	ended                   time.Duration // 0: it has not
}

// after waits, and returns what has arrived until then.
func (w *wire) after(d time.Duration) arrived {
	time.Sleep(d)
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.arrived
}

// ping sends a ping.
func (w *wire) ping(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.framer.WritePing(false, [8]byte{1}); err != nil {
		t.Fatal(err)
	}
}

// inBubble connects to a server with those limits. If it greets, it begins as HTTP/2 does,
// and if it answers, it answers pings. What arrives is counted until test returns.
func inBubble(t *testing.T, l settings.Limits, greets, answers bool, test func(*testing.T, *wire)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		server, _ := extauthz.NewServer(new(extauthz.Server), l)
		listener := bufconn.Listen(1 << 16)
		go server.Serve(listener)
		defer server.Stop()
		conn, err := listener.DialContext(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		w := &wire{framer: http2.NewFramer(conn, conn), silent: !answers}
		if greets {
			if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
				t.Fatal(err)
			}
			if err := w.framer.WriteSettings(); err != nil {
				t.Fatal(err)
			}
		}
		go func() {
			for {
				frame, err := w.framer.ReadFrame()
				if err != nil {
					w.mu.Lock()
					w.ended = time.Since(begin)
					w.mu.Unlock()
					return
				}
				w.count(frame)
			}
		}()
		synctest.Wait()
		test(t, w)
	})
}

// count takes note of a frame.
func (w *wire) count(frame http2.Frame) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch f := frame.(type) {
	case *http2.SettingsFrame:
		if !f.IsAck() {
			w.settings++
			w.streams, _ = f.Value(http2.SettingMaxConcurrentStreams)
			w.header, _ = f.Value(http2.SettingMaxHeaderListSize)
		}
	case *http2.PingFrame:
		if f.IsAck() {
			w.acks++
		} else if !w.silent {
			_ = w.framer.WritePing(true, f.Data)
		}
	case *http2.GoAwayFrame:
		w.goAways++
	}
}

func TestAConnectionIsToldItsLimits(t *testing.T) {
	inBubble(t, limits, true, true, func(t *testing.T, w *wire) {
		t.Helper()
		if got := w.after(0); got.settings != 1 || got.streams != 1000 || got.header != 64<<10 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAConnectionThatBeginsWithNothingEnds(t *testing.T) {
	inBubble(t, limits, false, true, func(t *testing.T, w *wire) {
		t.Helper()
		if got := w.after(limits.HeaderTimeout + time.Second); got.ended != limits.HeaderTimeout {
			t.Errorf("%+v", got)
		}
	})
}

func TestAConnectionWithoutQuestionsEnds(t *testing.T) {
	inBubble(t, limits, true, true, func(t *testing.T, w *wire) {
		t.Helper()
		if got := w.after(limits.IdleTimeout - time.Second); got.goAways != 0 {
			t.Errorf("it is sent away early: %+v", got)
		}
		if got := w.after(2 * time.Second); got.goAways == 0 {
			t.Errorf("it may stay: %+v", got)
		}
	})
}

// patient are limits that leave time for keepalive.
var patient = settings.Limits{HeaderTimeout: time.Second, IdleTimeout: time.Hour}

// To cut Envoy off for its connection_keepalive would be a failure of the service.
func TestKeepaliveOfEnvoyIsNoAttack(t *testing.T) {
	inBubble(t, patient, true, true, func(t *testing.T, w *wire) {
		t.Helper()
		for range 100 {
			w.ping(t)
			w.after(5 * time.Second)
		}
		if got := w.after(0); got.acks != 100 || got.goAways != 0 || got.ended != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAPeerThatAnswersNothingIsGivenUp(t *testing.T) {
	inBubble(t, patient, true, false, func(t *testing.T, w *wire) {
		t.Helper()
		if got := w.after(2 * time.Minute); got.ended != 70*time.Second {
			t.Errorf("%+v", got)
		}
	})
}
