package serve

import (
	"net"
	"os"
	"sync"
	"time"
)

// unhurried returns the listener with connections that keep a deadline only when there
// is something to wait for. For each request net/http sets eight, most of which nothing
// is ever waited for with, and one costs about as much as to look up a known token. One
// that was set before will do if it is earlier, by no more than tolerance.
func unhurried(l net.Listener, tolerance time.Duration) net.Listener {
	return &unhurriedListener{l, tolerance}
}

type unhurriedListener struct {
	net.Listener
	tolerance time.Duration
}

func (l *unhurriedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newUnhurriedConn(c, l.tolerance), nil
}

// An unhurriedConn is safe for concurrent use, as its connection is.
type unhurriedConn struct {
	net.Conn
	read, write deadline
}

func newUnhurriedConn(c net.Conn, tolerance time.Duration) *unhurriedConn {
	now := time.Now()
	return &unhurriedConn{
		Conn:  c,
		read:  deadline{set: c.SetReadDeadline, opened: now, tolerance: tolerance},
		write: deadline{set: c.SetWriteDeadline, opened: now, tolerance: tolerance},
	}
}

func (c *unhurriedConn) Read(b []byte) (int, error) {
	if err := c.read.begin(); err != nil {
		return 0, err
	}
	defer c.read.end()
	return c.Conn.Read(b)
}

func (c *unhurriedConn) Write(b []byte) (int, error) {
	if err := c.write.begin(); err != nil {
		return 0, err
	}
	defer c.write.end()
	return c.Conn.Write(b)
}

func (c *unhurriedConn) SetReadDeadline(t time.Time) error  { return c.read.want(t) }
func (c *unhurriedConn) SetWriteDeadline(t time.Time) error { return c.write.want(t) }

func (c *unhurriedConn) SetDeadline(t time.Time) error {
	if err := c.read.want(t); err != nil {
		return err
	}
	return c.write.want(t)
}

// A deadline is that of reading or of writing.
type deadline struct {
	set       func(time.Time) error // the connection's own
	opened    time.Time             // when the connection was
	tolerance time.Duration

	mu     sync.Mutex
	wanted time.Time // zero: none
	kept   time.Time // by the connection itself
	busy   int       // operations under way
}

// want sets the deadline: now for those who wait already, and else when somebody will.
func (d *deadline) want(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted = t
	if d.busy == 0 {
		return nil
	}
	return d.keep()
}

// begin is called before an operation, and end after it.
func (d *deadline) begin() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	// net/http ends a wait with a deadline that is long past.
	if !d.wanted.IsZero() && d.wanted.Before(d.opened) {
		return os.ErrDeadlineExceeded
	}
	if !d.near() {
		if err := d.keep(); err != nil {
			return err
		}
	}
	d.busy++
	return nil
}

func (d *deadline) end() {
	d.mu.Lock()
	d.busy--
	d.mu.Unlock()
}

// near reports whether what the connection keeps will do.
func (d *deadline) near() bool {
	if d.wanted.IsZero() || d.kept.IsZero() {
		return d.wanted.IsZero() && d.kept.IsZero()
	}
	early := d.wanted.Sub(d.kept)
	return early >= 0 && early <= d.tolerance
}

func (d *deadline) keep() error {
	d.kept = d.wanted
	return d.set(d.wanted)
}
