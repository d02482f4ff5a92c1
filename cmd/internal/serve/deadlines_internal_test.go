package serve

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito/cmd/internal/settings"
)

const tolerance = 500 * time.Millisecond

// counting counts the deadlines that a connection keeps.
type counting struct {
	net.Conn
	kept atomic.Int32
}

func (c *counting) SetReadDeadline(t time.Time) error {
	c.kept.Add(1)
	return c.Conn.SetReadDeadline(t)
}

func (c *counting) SetWriteDeadline(t time.Time) error {
	c.kept.Add(1)
	return c.Conn.SetWriteDeadline(t)
}

// pair returns both ends of a connection, of which one is unhurried.
func pair(t *testing.T) (c *unhurriedConn, inner *counting, other net.Conn) {
	t.Helper()
	end, other := net.Pipe()
	t.Cleanup(func() { end.Close(); other.Close() })
	inner = &counting{Conn: end}
	return newUnhurriedConn(inner, tolerance, 0), inner, other
}

// waits fails unless an operation was ended by a deadline after about that time: never
// later, and no earlier than the tolerance.
func waits(t *testing.T, what string, do func([]byte) (int, error), want time.Duration) {
	t.Helper()
	start := time.Now()
	_, err := do([]byte("x"))
	took := time.Since(start)
	timeout, ok := errors.AsType[net.Error](err)
	if !errors.Is(err, os.ErrDeadlineExceeded) || !ok || !timeout.Timeout() || took > want || took < want-tolerance {
		t.Errorf("%s: %v after %v, want it after %v", what, err, took, want)
	}
}

func TestADeadlineEndsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := pair(t)
		for name, side := range map[string]struct {
			set func(time.Time) error
			do  func([]byte) (int, error)
		}{
			"reading":      {c.SetReadDeadline, c.Read},
			"writing":      {c.SetWriteDeadline, c.Write},
			"reading both": {c.SetDeadline, c.Read},
			"writing both": {c.SetDeadline, c.Write},
		} {
			in := func(d time.Duration) {
				if err := side.set(time.Now().Add(d)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			in(5 * time.Second)
			waits(t, name, side.do, 5*time.Second)
			waits(t, name+", again", side.do, 0)
			in(time.Minute)
			in(time.Second) // the last one counts
			waits(t, name+", the earlier", side.do, time.Second)
			in(time.Second)
			in(time.Minute)
			waits(t, name+", the later", side.do, time.Minute)
			_ = side.set(time.Unix(1, 0))
			waits(t, name+", long past", side.do, 0)
			in(-time.Millisecond)
			waits(t, name+", past", side.do, 0)
			in(2 * time.Second)
			time.Sleep(3 * time.Second)
			waits(t, name+", passed meanwhile", side.do, 0)
			in(2 * time.Second)
			waits(t, name+", after one that passed", side.do, 2*time.Second)
		}
	})
}

// Each is a little later than the one before, as those of one request after another.
func TestDeadlinesThatAreNearAreKeptInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, other := pair(t)
		go func() {
			for range 1000 {
				time.Sleep(70 * time.Millisecond)
				_, _ = other.Write([]byte("x"))
			}
		}()
		room := make([]byte, 1)
		for range 1000 {
			_ = c.SetReadDeadline(time.Now().Add(time.Second))
			if _, err := c.Read(room); err != nil {
				t.Errorf("it was not waited for: %v", err)
				break
			}
		}
		other.Close()
		time.Sleep(time.Minute) // until whoever writes is through
	})
}

func TestADeadlineThatIsTakenBackEndsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, other := pair(t)
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		waits(t, "before", c.Read, time.Second)
		_ = c.SetReadDeadline(time.Time{})
		go func() {
			time.Sleep(time.Hour)
			_, _ = other.Write([]byte("x"))
		}()
		if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("an hour later: %d, %v", n, err)
		}
	})
}

// Whoever is given little time after much has no more than that.
func TestTheTimeThatOneHadIsNotTheNextOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, other := pair(t)
		_ = c.SetReadDeadline(time.Now().Add(time.Hour))
		go func() { _, _ = other.Write([]byte("x")) }()
		if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		waits(t, "the next one", c.Read, time.Second)
	})
}

func TestADeadlineIsForThoseWhoWaitAlready(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := pair(t)
		for name, at := range map[string]func() time.Time{
			"long past": func() time.Time { return time.Unix(1, 0) },
			"soon":      func() time.Time { return time.Now().Add(time.Second) },
		} {
			_ = c.SetReadDeadline(time.Now().Add(time.Hour))
			ended := make(chan error)
			go func() {
				_, err := c.Read(make([]byte, 1))
				ended <- err
			}()
			synctest.Wait()
			start := time.Now()
			_ = c.SetReadDeadline(at())
			if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) > time.Second {
				t.Errorf("%s: %v after %v", name, err, time.Since(start))
			}
		}
	})
}

// These are the deadlines that net/http sets for a request.
func TestWhatNothingWaitsForIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, inner, other := pair(t)
		go func() {
			room := make([]byte, 1)
			for {
				if _, err := other.Write(room); err != nil {
					return
				}
				if _, err := other.Read(room); err != nil {
					return
				}
			}
		}()
		room := make([]byte, 1)
		for range 100 {
			for _, err := range []error{
				c.SetReadDeadline(time.Now().Add(time.Minute)), ignored(c.Read(room)),
				c.SetReadDeadline(time.Now().Add(time.Second)),
				c.SetWriteDeadline(time.Now().Add(time.Second)),
				c.SetReadDeadline(time.Now().Add(time.Second)),
				c.SetReadDeadline(time.Time{}),
				c.SetReadDeadline(time.Unix(1, 0)),
				c.SetReadDeadline(time.Time{}), ignored(c.Write(room)),
				c.SetWriteDeadline(time.Time{}),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Millisecond)
		}
		if kept := inner.kept.Load(); kept > 4 {
			t.Errorf("100 requests in 100 ms had the connection keep %d deadlines", kept)
		}
	})
}

func TestReadingThatIsEndedEndsNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end, other := net.Pipe()
		defer other.Close()
		c := newUnhurriedConn(end, tolerance, 30*time.Second)
		defer c.Close()
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		_ = c.SetReadDeadline(time.Unix(1, 0))
		_ = c.SetReadDeadline(time.Time{})
		waits(t, "the answer", c.Write, 40*time.Second)
	})
}

// one is a listener with one connection.
type one chan net.Conn

func (o one) Addr() net.Addr { return &net.TCPAddr{} }
func (o one) Close() error   { return nil }

func (o one) Accept() (net.Conn, error) {
	c, ok := <-o
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func TestAnAnswerThatIsNotReadEndsItsConnection(t *testing.T) {
	const header, idle, answer = 10 * time.Second, time.Minute, 30 * time.Second
	for earlier := range 3 { // requests whose answers are read
		synctest.Test(t, func(t *testing.T) {
			end, client := net.Pipe()
			l := make(one, 1)
			l <- end
			server := &http.Server{
				ReadHeaderTimeout: header, IdleTimeout: idle,
				Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
			}
			go func() { _ = server.Serve(unhurried(l, tolerance, answer)) }()
			answers := bufio.NewReader(client)
			for range earlier {
				ask(t, client)
				if _, err := http.ReadResponse(answers, nil); err != nil {
					t.Fatal(err)
				}
				time.Sleep(idle / 2)
			}
			ask(t, client)
			start := time.Now()
			// It takes one byte of another request, and then nothing until it closes.
			if _, err := io.WriteString(client, "GET"); err == nil {
				t.Error("it took another request")
			}
			if took := time.Since(start); took > header+answer || took < header+answer-tolerance {
				t.Errorf("it was closed after %v", took)
			}
			close(l)
			client.Close()
		})
	}
}

func TestAnAnswerThatIsNotReadEndsItsConnectionOverHTTP2(t *testing.T) {
	certified := httptest.NewTLSServer(nil)
	certified.Close()
	synctest.Test(t, func(t *testing.T) {
		end, other := net.Pipe()
		l := make(one, 1)
		l <- end
		defer close(l)
		p := &process{Config: Config{Log: slog.New(slog.DiscardHandler)}}
		p.current.Store(&snapshot{settings: &settings.Settings{Limits: settings.Limits{
			HeaderBytes: 65536, HeaderTimeout: 10 * time.Second, IdleTimeout: 10 * time.Minute,
		}}})
		server := briefly(p.server(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
		server.TLSConfig = &tls.Config{Certificates: certified.TLS.Certificates}
		go func() { _ = server.ServeTLS(unhurried(l, tolerance, 0), "", "") }()

		client := tls.Client(other, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
		if err := client.Handshake(); err != nil || client.ConnectionState().NegotiatedProtocol != "h2" {
			t.Fatalf("%q, %v", client.ConnectionState().NegotiatedProtocol, err)
		}
		const settingsFrame = "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
		_, err := io.WriteString(client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+settingsFrame)
		start := time.Now()
		for ; err == nil && time.Since(start) < time.Hour; time.Sleep(time.Second) { // it goes on to send, and reads nothing
			_, err = io.WriteString(client, settingsFrame)
		}
		if took := time.Since(start); took > 2*time.Minute {
			t.Errorf("it was closed after %v", took)
		}
		other.Close()
	})
}

// ask sends a request.
func ask(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
}

func ignored(_ int, err error) error { return err }
