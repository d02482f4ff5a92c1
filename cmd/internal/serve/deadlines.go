package serve

import (
	"math"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// unhurried returns the listener with connections that keep a deadline only when there
// is something to wait for. For each request net/http sets up to eight, most of which nothing
// is ever waited for with, and one costs about as much as to look up a known token. One
// that was set before will do if it is earlier, by no more than tolerance.
//
// An answer may take until that long after the deadline by which its request was to be
// read, which net/http sets anew for each: for one of the answer's own it would look at
// the clock again. Zero: what net/http says counts.
func unhurried(l net.Listener, tolerance, answer time.Duration) net.Listener {
	return &unhurriedListener{l, tolerance, answer}
}

type unhurriedListener struct {
	net.Listener
	tolerance, answer time.Duration
}

func (l *unhurriedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newUnhurriedConn(c, l.tolerance, l.answer), nil
}

// An unhurriedConn is safe for concurrent use, as its connection is.
type unhurriedConn struct {
	net.Conn
	opened      time.Time
	answer      time.Duration
	read, write deadline
}

func newUnhurriedConn(inner net.Conn, tolerance, answer time.Duration) *unhurriedConn {
	c := &unhurriedConn{Conn: inner, opened: time.Now(), answer: answer}
	c.read.init(inner.SetReadDeadline, c.opened, tolerance)
	c.write.init(inner.SetWriteDeadline, c.opened, tolerance)
	return c
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

func (c *unhurriedConn) SetReadDeadline(t time.Time) error {
	if c.answer > 0 && t.After(c.opened) {
		if err := c.write.want(t.Add(c.answer)); err != nil {
			return err
		}
	}
	return c.read.want(t)
}

func (c *unhurriedConn) SetWriteDeadline(t time.Time) error { return c.write.want(t) }

func (c *unhurriedConn) SetDeadline(t time.Time) error {
	if err := c.read.want(t); err != nil {
		return err
	}
	return c.write.want(t)
}

// A deadline is that of reading or of writing. Times are counted from when the
// connection was opened, in nanoseconds.
type deadline struct {
	set       func(time.Time) error // the connection's own
	opened    time.Time
	tolerance int64

	wanted atomic.Int64
	busy   atomic.Int32 // operations under way
	mu     sync.Mutex   // held while kept is changed
	kept   atomic.Int64 // by the connection itself
}

// never is that there is no deadline.
const never = math.MaxInt64

func (d *deadline) init(set func(time.Time) error, opened time.Time, tolerance time.Duration) {
	d.set, d.opened, d.tolerance = set, opened, int64(tolerance)
	d.wanted.Store(never)
	d.kept.Store(never)
}

// want sets the deadline: now for those who wait already, and else when somebody will.
// Whoever is not seen to have begun will see it.
func (d *deadline) want(t time.Time) error {
	wanted := int64(never)
	if !t.IsZero() {
		wanted = int64(t.Sub(d.opened))
	}
	d.wanted.Store(wanted)
	if d.busy.Load() == 0 {
		return nil
	}
	return d.keep()
}

// begin is called before an operation, and end after it, unless begin failed.
func (d *deadline) begin() error {
	d.busy.Add(1)
	err := d.prepare()
	if err != nil {
		d.end()
	}
	return err
}

func (d *deadline) end() { d.busy.Add(-1) }

func (d *deadline) prepare() error {
	wanted := d.wanted.Load()
	switch {
	case wanted < 0: // net/http ends a wait with a deadline that is long past
		return os.ErrDeadlineExceeded
	case d.near(wanted):
		return nil
	default:
		return d.keep()
	}
}

// near reports whether what the connection keeps will do.
func (d *deadline) near(wanted int64) bool {
	kept := d.kept.Load()
	if wanted == never || kept == never {
		return wanted == kept
	}
	early := wanted - kept
	return early >= 0 && early <= d.tolerance
}

// keep has the connection keep what is wanted.
func (d *deadline) keep() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	wanted := d.wanted.Load()
	d.kept.Store(wanted)
	if wanted == never {
		return d.set(time.Time{})
	}
	return d.set(d.opened.Add(time.Duration(wanted)))
}
