package sampleapp

import (
	"errors"
	"net/http"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// ErrCredentials is what Config.SignIn returns for a wrong username or password.
var ErrCredentials = errors.New("sampleapp: incorrect username or password")

// maxForm bounds what is read of a form, and maxCookie what browsers keep of a
// cookie (RFC 6265, section 6.1), both in bytes.
const (
	maxForm   = 16 << 10
	maxCookie = 4096
)

// landing are the pages that a sign-in may lead to. Whatever else the form names,
// such as another site, leads to /me.
var landing = map[string]bool{"/": true, "/me": true, "/admin": true}

// signInPage is what the sign-in page shows.
type signInPage struct {
	Username string // as it was typed
	Next     string
	Demo     []DemoUser

	// What was wrong, if anything.
	Alert, UsernameError, PasswordError string
}

func (a *app) signInForm(w http.ResponseWriter, r *http.Request) {
	a.render(w, r, http.StatusOK, "sign-in", "Sign in", signInPage{Next: r.URL.Query().Get("next"), Demo: a.Demo})
}

// signIn checks the password and puts the access token in a cookie.
func (a *app) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	form := signInPage{Username: r.PostFormValue("username"), Next: r.PostFormValue("next"), Demo: a.Demo}
	password := r.PostFormValue("password")
	if form.Username == "" {
		form.UsernameError = "Enter your username."
	}
	if password == "" {
		form.PasswordError = "Enter your password."
	}
	if form.Username == "" || password == "" {
		a.render(w, r, http.StatusUnprocessableEntity, "sign-in", "Sign in", form)
		return
	}
	token, good, err := a.SignIn(r.Context(), form.Username, password)
	if errors.Is(err, ErrCredentials) {
		form.Alert = "The username or the password is wrong."
		w.Header().Set("WWW-Authenticate", httpauth.Challenge(gognito.NewError("", err), ""))
		a.render(w, r, http.StatusUnauthorized, "sign-in", "Sign in", form)
		return
	}
	if err != nil {
		a.auth.Refuse(w, r, err)
		return
	}
	if len(a.CookieName)+len(token) > maxCookie {
		form.Alert = "This user's token is too long for a cookie, which is at most 4 KB: the user is in too many groups. Use the token in an Authorization header."
		a.render(w, r, http.StatusUnprocessableEntity, "sign-in", "Sign in", form)
		return
	}
	http.SetCookie(w, a.cookie(r, token, good))
	next := form.Next
	if !landing[next] {
		next = "/me"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// signOut takes the cookie away. The token itself stays good until it expires, as
// every token of a pool does: that is why they live short.
func (a *app) signOut(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, a.cookie(r, "", -1))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// cookie returns the cookie with the token. No script can read it, and other sites
// can't make a browser send it along with what they post.
func (a *app) cookie(r *http.Request, token string, good time.Duration) *http.Cookie {
	age := int(good.Seconds())
	if good < 0 {
		age = -1 // deletes it
	}
	return &http.Cookie{
		Name:     a.CookieName,
		Value:    token,
		Path:     "/",
		MaxAge:   age,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
		Secure:   r.TLS != nil, // plain http is for a developer's own machine
	}
}
