package sampleapp

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// errorPage is what the error page shows.
type errorPage struct {
	Status  int
	Heading string
	Text    string
	Next    string // where to go after signing in; "": signing in would not help
}

// refuse answers requests that are not let through: programs as httpauth does it,
// and people with a page. Neither learns which check of a token failed.
func (a *app) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		httpauth.Reply(w, r, err, "")
		return
	}
	page := errorPage{Status: httpauth.Status(err)}
	switch {
	case errors.Is(err, gognito.ErrNoToken):
		page.Heading = "Sign in first"
		page.Text = "Only people who have signed in can see this page."
		page.Next = r.URL.Path
	case errors.Is(err, gognito.ErrInvalidToken):
		page.Heading = "Sign in again"
		page.Text = "You were signed in, but that is no longer good: it has expired, or the development pool was restarted since."
		page.Next = r.URL.Path
	case gognito.ReasonOf(err) == gognito.ReasonCrossOrigin:
		page.Heading = "That came from another site"
		page.Text = "Another site made your browser send this request, so it was not carried out."
	case errors.Is(err, gognito.ErrForbidden):
		page.Heading = "This page is not for you"
		page.Text = "You are signed in, but you are not in a group that may see this page."
	case errors.Is(err, gognito.ErrUnavailable):
		page.Heading = "Try again in a moment"
		page.Text = "Who you are could not be checked just now. You are still signed in."
		w.Header().Set("Retry-After", "5")
	default:
		page.Heading = "Something went wrong"
		page.Text = "It is our fault, not yours."
	}
	if challenge := httpauth.Challenge(err, ""); challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	a.render(w, r, page.Status, "error", page.Heading, page)
}

func (a *app) notFound(w http.ResponseWriter, r *http.Request) {
	a.render(w, r, http.StatusNotFound, "error", "Not found", errorPage{
		Status:  http.StatusNotFound,
		Heading: "There is nothing here",
		Text:    "No page has this address.",
	})
}
