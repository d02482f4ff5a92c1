package revproxy

import (
	"bufio"
	"net"
	"net/http"
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
	if status == http.StatusContinue {
		return
	}
	a.moveOn()
	defer a.rest()
	if status < http.StatusOK {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	if a.body != nil {
		a.body.begin()
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
	defer a.rest()
	return a.ResponseWriter.Write(piece)
}

// FlushError sends what was written.
func (a *answer) FlushError() error {
	a.moveOn()
	defer a.rest()
	return http.NewResponseController(a.ResponseWriter).Flush()
}

// moveOn gives the client time for the next piece.
func (a *answer) moveOn() { a.setWriteDeadline(time.Now().Add(a.stall)) }

// rest takes that time back once the piece is written: on HTTP/2 a deadline ends a stream
// also when there is nothing to write.
func (a *answer) rest() {
	if a.request.ProtoMajor > 1 {
		a.setWriteDeadline(time.Time{})
	}
}

func (a *answer) setWriteDeadline(t time.Time) {
	if !a.hijacked {
		_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(t) // what has no deadline has no connection
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
	if a.body != nil {
		a.body.end()
	}
	if a.bodyRemains() && !a.hijacked {
		_ = http.NewResponseController(a.ResponseWriter).SetReadDeadline(time.Now().Add(bodyGrace)) // what has no deadline has no connection
	}
}
