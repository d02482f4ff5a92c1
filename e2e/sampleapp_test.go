package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// signIn fills in the form of the sign-in page, and returns the status of the page
// that this leads to.
func (b *browser) signIn(username, password string) int {
	b.t.Helper()
	b.write("#username", username)
	b.write("#password", password)
	return b.press("form.card button")
}

// expect compares what is there with what should be.
func (b *browser) expect(what, got, want string) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (b *browser) expectStatus(what string, got, want int) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: status %d, want %d", what, got, want)
	}
}

// texts returns what a person reads in each element that the selector finds.
func (b *browser) texts(selector string) []string {
	b.t.Helper()
	return run(b, "read all "+selector, chromedp.Evaluate[[]string](
		`[...document.querySelectorAll("`+selector+`")].map(e => e.innerText)`))
}

func TestSampleApplicationAdmitsAndRefuses(t *testing.T) {
	url, _ := gognitoDev(t)
	b := newBrowser(t)

	b.expectStatus("the home page for a stranger", b.open(url+"/"), http.StatusOK)
	b.check("home")
	b.expectStatus("your page for a stranger", b.open(url+"/me"), http.StatusUnauthorized)
	b.expect("heading", b.text("h1"), "Sign in first")
	b.check("sign-in-first")

	// A person follows the link, mistypes the password, and then does not.
	b.expectStatus("the sign-in page", b.press("main a.button"), http.StatusOK)
	b.picture("sign-in")
	b.expectStatus("a wrong password", b.signIn("jane", "guess"), http.StatusUnauthorized)
	b.expect("alert", b.text("#alert"), "The username or the password is wrong.")
	b.expect("the username, kept", run(b, "read", chromedp.Value(chromedp.CSS("#username"))), "jane")
	b.check("sign-in-wrong")
	run(b, "clear", chromedp.Clear(chromedp.CSS("#username")))
	b.expectStatus("the right one", b.signIn("jane", "jane-Dev-1"), http.StatusOK)

	// An ordinary user.
	b.expect("address", b.path(), "/me")
	b.expect("heading", b.text("h1"), "Hello, jane")
	b.expect("groups", strings.Join(b.texts("section[aria-labelledby=token] .chips li"), ", "), "editors, support")
	b.expect("permissions", strings.Join(b.texts("section[aria-labelledby=attached] .chips li"), ", "), "articles:read, articles:write, tickets:answer")
	b.expect("what scripts see of the cookie", run(b, "read", chromedp.Evaluate[string]("document.cookie")), "")
	b.picture("signed-in")
	b.expectStatus("the admin page for an ordinary user", b.press("nav a[href='/admin']"), http.StatusForbidden)
	b.expect("heading", b.text("h1"), "This page is not for you")
	b.picture("refused")

	// Signed out.
	b.expectStatus("signing out", b.press(".who button"), http.StatusOK)
	b.expect("address", b.path(), "/")
	b.expectStatus("your page after signing out", b.open(url+"/me"), http.StatusUnauthorized)
	b.expectStatus("the admin page after signing out", b.open(url+"/admin"), http.StatusUnauthorized)

	// An admin, who is led to where it was that they had to sign in.
	b.expectStatus("the sign-in page", b.press("main a.button"), http.StatusOK)
	b.expectStatus("an admin signs in", b.signIn("alice", "alice-Dev-1"), http.StatusOK)
	b.expect("address", b.path(), "/admin")
	b.expect("heading", b.text("h1"), "Admin")
	b.check("admin")
	b.expectStatus("signing out", b.press(".who button"), http.StatusOK)
	b.expectStatus("the admin page after signing out", b.open(url+"/admin"), http.StatusUnauthorized)
}

func TestSampleApplicationSignsInByOneButton(t *testing.T) {
	url, _ := gognitoDev(t)
	b := newBrowser(t)
	b.open(url + "/sign-in")
	names := b.texts(".people strong")
	if want := []string{"jane", "alice", "bruno", "nora"}; !slices.Equal(names, want) {
		t.Fatalf("users %q, want %q", names, want)
	}
	b.expectStatus("the button beside nora", b.press(".people > li:nth-child(4) button"), http.StatusOK)
	b.expect("heading", b.text("h1"), "Hello, nora")
	b.expect("groups", b.text("section[aria-labelledby=token] dd"), "None")
}

// Whoever can't use a mouse gets everywhere with the Tab key, and sees where they
// are.
func TestSampleApplicationIsUsedByKeyboard(t *testing.T) {
	url, _ := gognitoDev(t)
	b := newBrowser(t)
	b.open(url + "/sign-in")
	var reached []string
	for range 7 {
		run(b, "press Tab", chromedp.KeyEvent("\t"))
		reached = append(reached, run(b, "what has the focus", chromedp.Evaluate[string](
			`(e => (e.id || e.innerText.trim()) + (getComputedStyle(e).outlineStyle === "none" ? " (no outline)" : ""))(document.activeElement)`)))
	}
	want := []string{"Skip to the content", "gognito-dev", "Home", "Your page", "Admin", "username", "password"}
	if !slices.Equal(reached, want) {
		t.Errorf("Tab leads to %q, want %q", reached, want)
	}
}
