package revproxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// bodyGrace is for how long a body that nobody wants is waited for, after the answer:
// a connection that is closed with something of it unread can lose the answer.
const bodyGrace = time.Second

// stall is how long a client may take for the next piece.
const stall = time.Minute

// An answer is what the client gets. It is written as it is: net/http would guess a
// Content-Type, and make an answer wait until it has read the request's body.
type answer struct {
	http.ResponseWriter
	request  *http.Request
	stall    time.Duration
	body     *upload // what the upstream reads of the request; nil: it has not begun
	hijacked bool
}

// Unwrap lets an [http.ResponseController] reach what is beneath.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader sends the header. If the request's body has not come to its end, the
// connection ends with the answer: where on it the next request would begin is not
// known yet. A 100 is left to net/http, which sends one when the body is asked for, as
// it is when the upstream has sent one.
func (a *answer) WriteHeader(status int) {
	switch {
	case status == http.StatusContinue:
		return
	case status < http.StatusOK:
		a.ResponseWriter.WriteHeader(status)
		return
	}
	h := a.Header()
	if h["Content-Type"] == nil {
		h["Content-Type"] = nil // a key without a value: none is sent, and none is guessed
	}
	if a.bodyRemains() {
		h.Set("Connection", "close")
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write writes a piece of the body.
func (a *answer) Write(piece []byte) (int, error) {
	a.moveOn()
	return a.ResponseWriter.Write(piece)
}

// moveOn gives the client time for the next piece. On HTTP/2, where a deadline would end
// a stream that is merely quiet, the server sees to it.
func (a *answer) moveOn() {
	if a.request.ProtoMajor == 1 && !a.hijacked {
		_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(a.stall)) // what has no deadline has no connection
	}
}

// Hijack takes the connection over.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(a.ResponseWriter).Hijack()
	a.hijacked = err == nil
	return conn, buffered, err
}

// bodyRemains reports whether there is more to come of the request, on a connection
// that is the request's alone.
func (a *answer) bodyRemains() bool {
	return a.request.ProtoMajor == 1 && a.request.ContentLength != 0 && (a.body == nil || !a.body.ended.Load())
}

// end bounds what net/http does when all is said: it writes what it still has, and reads
// what nobody has read of the request.
func (a *answer) end() {
	a.moveOn()
	if a.bodyRemains() && !a.hijacked {
		_ = http.NewResponseController(a.ResponseWriter).SetReadDeadline(time.Now().Add(bodyGrace)) // what has no deadline has no connection
	}
}

// An upload is a request's body, on its way.
type upload struct {
	io.ReadCloser
	control *http.ResponseController
	stall   time.Duration
	ended   atomic.Bool // it was read to its end
	failed  atomic.Bool // it broke off, or is malformed
}

// Read reads from the client. What has ended is not touched again: the server may have
// closed it for the answer, and net/http's client, which looks for more than it was told
// of, would take that for a failure, and break the answer off.
func (u *upload) Read(p []byte) (int, error) {
	if u.ended.Load() {
		return 0, io.EOF
	}
	_ = u.control.SetReadDeadline(time.Now().Add(u.stall))
	n, err := u.ReadCloser.Read(p)
	switch {
	case err == io.EOF: // a wrapped end of input is none
		_ = u.control.SetReadDeadline(time.Time{}) // net/http goes on to look whether the client is there
		u.ended.Store(true)
	case err != nil:
		u.failed.Store(true)
	}
	return n, err
}
