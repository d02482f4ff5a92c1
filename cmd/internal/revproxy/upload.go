package revproxy

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// An upload is a request's body, on its way. What writes to the upstream reads it, and may
// go on to when the answer has ended.
type upload struct {
	io.ReadCloser
	control *http.ResponseController
	stall   time.Duration // how long the client may take
	late    time.Duration // how long the upstream may
	ended   atomic.Bool   // it was read to its end
	failed  atomic.Bool   // it broke off, or is malformed

	mu      sync.Mutex
	untaken *time.Timer // gives up an upstream that takes nothing more, and answers nothing
	begun   bool        // it has begun to answer
	over    bool        // net/http allows nothing with the request any more
}

// newUpload returns the upload of a body. giveUp is called when the upstream is late.
func newUpload(body io.ReadCloser, control *http.ResponseController, stall, late time.Duration, giveUp func()) *upload {
	return &upload{ReadCloser: body, control: control, stall: stall, late: late, untaken: time.AfterFunc(late, giveUp)}
}

// Read reads from the client. What has ended is not touched again: the server may have
// closed it for the answer, and net/http's client, which looks for more than it was told
// of, would take that for a failure, and break the answer off.
func (u *upload) Read(p []byte) (int, error) {
	if u.ended.Load() {
		return 0, io.EOF
	}
	if !u.ask() {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := u.ReadCloser.Read(p)
	u.pass(err == io.EOF) // a wrapped end of input is none
	switch {
	case err == io.EOF:
		u.ended.Store(true)
	case err != nil:
		u.failed.Store(true)
	}
	return n, err
}

// ask makes it the client's turn, and reports whether there is one.
func (u *upload) ask() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return false
	}
	u.untaken.Stop()
	_ = u.control.SetReadDeadline(time.Now().Add(u.stall)) // what has no deadline has no connection
	return true
}

// pass makes it the upstream's turn.
func (u *upload) pass(last bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.over {
		return
	}
	if last {
		_ = u.control.SetReadDeadline(time.Time{}) // net/http goes on to look whether the client is there
	}
	if !u.begun {
		u.untaken.Reset(u.late)
	}
}

// begin is that the upstream has begun its answer, and may take its time.
func (u *upload) begin() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.begun = true
	u.untaken.Stop()
}

// end is that the request has ended.
func (u *upload) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.over = true
	u.untaken.Stop()
}
