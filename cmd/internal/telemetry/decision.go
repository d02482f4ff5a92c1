package telemetry

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
)

// A Decision is one request, decided. The request was let through if the Status is one
// of 200 to 299 and there is neither a Reason nor an Err.
type Decision struct {
	Dialect string // which door it came through; a closed set
	Rule    string // that decided; "": none
	Reason  string // why not, of a closed set; "": it was let through
	Status  int    // of the answer to the proxy or the client

	Method, Host, Target string // as the client sent them: hostile
	Client               netip.Addr
	Traceparent          string        // as sent
	User                 *gognito.User // who asked, as far as that is known; nil: nobody, or a public rule
	Err                  error         // why not; its text never holds anything of the request
	Took                 time.Duration // zero: it was refused before anything was judged
}

// allowed reports whether the request was let through.
func (d *Decision) allowed() bool {
	return d.Status >= 200 && d.Status < 300 && d.Reason == "" && d.Err == nil
}

func (d *Decision) outcome() string {
	if d.allowed() {
		return "allow"
	}
	return "deny"
}

// reason returns why the request was not let through, "none" if it was. A denial
// without a reason is a fault of the gateway's.
func (d *Decision) reason() string {
	switch {
	case d.Reason != "":
		return d.Reason
	case d.allowed():
		return none
	default:
		return unknown
	}
}

func (d *Decision) rule() string {
	if d.Rule == "" {
		return decide.NoRule
	}
	return d.Rule
}

// failed reports whether the gateway could not do its work, whatever the proxy is
// told: one that hands on 401 and 403 alone may have to be told one of these.
func (d *Decision) failed() bool {
	switch d.reason() {
	case unknown, string(gognito.ReasonKeysUnavailable), string(gognito.ReasonRevocationUnavailable):
		return true
	}
	return d.Status >= http.StatusInternalServerError
}

const (
	none    = "none"  // the reason of what was let through
	unknown = "error" // the reason where there is no other
)
