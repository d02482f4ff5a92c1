package adaptertest

import (
	"net/http"

	"github.com/gognito/gognito"
)

// A Route is one of the places that rows go to. A server has them all, as the
// paths of their names, or as whatever its protocol has instead.
type Route string

// The routes.
const (
	Require  Route = "require"  // any user
	Optional Route = "optional" // a user or none
	Admins   Route = "admins"   // users in the group admins
	Orders   Route = "orders"   // tokens with the scope orders/read
	Refunds  Route = "refunds"  // users who may refund
)

// Routes are all of them.
var Routes = []Route{Require, Optional, Admins, Orders, Refunds}

// Policy returns what the route asks of a user beyond being one; nil: nothing.
func (r Route) Policy() gognito.Policy {
	switch r {
	case Admins:
		return gognito.InAnyGroup("admins")
	case Orders:
		return gognito.HasAnyScope("orders/read")
	case Refunds:
		return gognito.Can("refund")
	case Require, Optional:
		return nil
	default:
		panic("adaptertest: no such route: " + string(r))
	}
}

// A Need is what a row needs of the protocol that carries it.
type Need string

// The needs. An adapter names in its [Carrier] what its protocol lacks; there, the
// row is sent all the same, or refused by the client, and must not reach a handler
// nor be refused by the adapter.
const (
	Upgrade  Need = "upgrade"   // a Connection header
	RawBytes Need = "raw bytes" // header values with tabs or bytes that are not ASCII
)

// idHeader holds a row's ID, for World.Handled and World.Refused.
const idHeader = "X-Row"

// IDOf returns the ID of the row that a request with this header is.
func IDOf(header http.Header) string { return header.Get(idHeader) }

// endedHeader says that the request's context has ended before the adapter is
// asked; see EndedContext.
const endedHeader = "X-Ended"

// A Request is one row of the table as it is sent.
type Request struct {
	Name   string
	Method string // GET or POST; a protocol without methods counts as POST
	Route  Route
	Query  string // of the URL, where there is one
	Header http.Header
	Needs  []Need

	want, wantAsPost outcome
}

// An outcome is what has to come of a row.
type outcome struct {
	seen string // by the handler, if that is reached

	kind   gognito.Kind // of the refusal; empty, if it is a fault of the application
	reason gognito.Reason
	status int
}

func (o outcome) reaches() bool { return o.status == http.StatusOK }

// challenge returns the WWW-Authenticate header that is due.
func (o outcome) challenge() string {
	switch {
	case o.kind == gognito.ErrNoToken:
		return "Bearer"
	case o.status == http.StatusUnauthorized:
		return `Bearer error="invalid_token"`
	case o.reason == gognito.ReasonScope:
		return `Bearer error="insufficient_scope"`
	default:
		return ""
	}
}

// asPost returns the outcome where every request is a POST.
func (r Request) asPost() outcome {
	if r.wantAsPost.status != 0 {
		return r.wantAsPost
	}
	return r.want
}

// Reason returns why the row is to be refused; "" if it is not, or for no reason of
// the library's.
func (r Request) Reason() gognito.Reason { return r.want.reason }
