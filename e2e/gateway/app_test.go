package gateway_test

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// An application stands behind all set-ups, and remembers what it was sent. It reads
// requests itself: net/http's server would refuse or rename some of what a proxy lets
// through.
type application struct {
	address string
	logFile string

	mu   sync.Mutex
	seen []*message
	log  io.Writer
}

// body is what it answers.
const body = "the application"

// newApplication starts one that ends with the test.
func newApplication(t *testing.T) *application {
	t.Helper()
	a := &application{logFile: filepath.Join(t.TempDir(), "application.log")}
	log, err := os.Create(a.logFile)
	if err != nil {
		t.Fatal(err)
	}
	a.log = log
	a.address = listen(t, a.serve)
	t.Cleanup(func() { _ = log.Close() })
	return a
}

// listen serves connections on a free port until the test ends.
func listen(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", proxyAddress+":0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(patience))
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		open.Wait()
	})
	return listener.Addr().String()
}

func (a *application) serve(conn net.Conn) {
	r := bufio.NewReader(conn)
	m, err := readMessage(r)
	if err == io.EOF {
		return
	}
	if err != nil {
		m = &message{method: "unreadable", target: err.Error()}
	}
	a.mu.Lock()
	a.seen = append(a.seen, m)
	path, _, _ := strings.Cut(m.target, "?")
	fmt.Fprintf(a.log, "%s %q for %q\n", m.method, path, m.first("X-Auth-Subject"))
	a.mu.Unlock()
	switch {
	case err != nil:
		fmt.Fprint(conn, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
	case m.upgrade():
		accept := sha1.Sum([]byte(m.first("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) // RFC 6455, section 4.2.2
		fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\nSec-WebSocket-Accept: %s\r\n\r\n",
			m.first("Upgrade"), base64.StdEncoding.EncodeToString(accept[:]))
		_, _ = io.Copy(conn, r)
	case m.method == "HEAD":
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
	default:
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
}

// take returns what came since it was last asked.
func (a *application) take() []*message {
	a.mu.Lock()
	defer a.mu.Unlock()
	seen := a.seen
	a.seen = nil
	return seen
}
