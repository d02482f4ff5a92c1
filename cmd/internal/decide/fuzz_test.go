package decide_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/decide"
)

// areas are the site of the models: everybody's, the administrators', and the
// rest, which users may see.
var areas = []decide.Rule{
	{Name: "public", Paths: []string{"/public/*"}, Access: decide.Public},
	{Name: "admin", Paths: []string{"/admin/*", "/secret"}, Access: decide.Authenticated, Groups: []string{"admins"}},
	{Name: "users", Paths: []string{"/*"}, Access: decide.Authenticated},
}

// checkServed requires that the path that each server serves is one that was
// judged, and that nobody gets to one that is not for him. It reports whether a
// stranger was let through, and whether a user was.
func checkServed(t testing.TB, engine *decide.Engine, target string) (public, users bool) {
	t.Helper()
	public = engine.Decide(get(target), stranger).Allow
	users = engine.Decide(get(target), signedIn(person())).Allow
	if public && !users {
		t.Errorf("%q is for strangers and not for users", target)
	}
	x := engine.Explain(get(target))
	if x.Err != nil {
		if public || users || !errors.Is(x.Err, decide.ErrMalformed) {
			t.Errorf("%q is refused by Explain only: %v", target, x.Err)
		}
		return false, false
	}
	var judged []string
	for _, r := range x.Readings {
		judged = append(judged, told(r.Path))
	}
	for name, serve := range servers {
		served, ok := serve(t, target)
		if !ok {
			continue
		}
		if x.Canonical { // has one spelling, so is judged decoded only
			served, _ = pathUnescape(served)
		}
		if !slices.Contains(judged, told(served)) {
			t.Errorf("%q: %s serves %q, which was not judged: %q", target, name, served, judged)
		}
		area := areaOf(served)
		if public && area != "public" {
			t.Errorf("%q: a stranger gets %q of %s", target, served, name)
		}
		if users && (area == "admin" || area == "secret") {
			t.Errorf("%q: a user gets %q of %s", target, served, name)
		}
	}
	return public, users
}

// told is a path without what rules don't tell apart: letter case, and a
// slash at the end.
func told(path string) string { return strings.ToLower(strings.TrimRight(path, "/")) }

func FuzzThePathJudgedIsThePathServed(f *testing.F) {
	for _, target := range []string{
		"/", "/public/x?y", "/public/..%2fadmin", "/public/%2e%2e/secret/", "//admin/x", "//host/admin", `/public\..\admin`,
		"/public/..;/admin", "/admin;x", "/%2561dmin", "/public/%252e%252e%252fadmin", "/ADMIN", "/adm%C4%B0n", "/admin%3f/public",
		"/public/x\"/..%2f..%2fadmin", "/public/%zz", "/public/%c0%ae", "*", "http://h/admin", "/a//../%2e/b%5c;c%23",
	} {
		f.Add(target)
	}
	engine := newEngine(f, areas...)
	f.Fuzz(func(t *testing.T, target string) { checkServed(t, engine, target) })
}

// The same of targets that are made of what matters, which a fuzzer is slow to
// find.
func FuzzAPathMadeOfTricksIsThePathServed(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, uint8(6))
	}
	engine := newEngine(f, areas...)
	f.Fuzz(func(t *testing.T, seed uint64, length uint8) {
		checkServed(t, engine, trickOf(rand.New(rand.NewPCG(seed, 0)), int(length%16)))
	})
}

var tricks = []string{
	"/", "/", "/", "/", "admin", "admin", "public", "public", "secret", "ADMIN", "%61dmin", "%2561dmin", "adm%C4%B1n",
	"..", "..", ".", "%2e", "%2E%2e", ".%2e", "%252e%252e", "%2f", "%2F", "%252f", `\`, "%5c", "%255c", ";", ";x=y", "%3b",
	"%3f", "%23", "?", "%25", "%", "%zz", "%20", "%00", "%c0%ae", "a", "b", "x", ":", "//", `"`, "[",
}

func trickOf(random *rand.Rand, length int) string {
	target := "/"
	for range length {
		target += tricks[random.IntN(len(tricks))]
	}
	return target
}

func TestNoTrickOfManyOpensAPath(t *testing.T) {
	engine := newEngine(t, areas...)
	random := rand.New(rand.NewPCG(1, 2))
	var public, users, all int
	for range 20_000 {
		isPublic, isUsers := checkServed(t, engine, trickOf(random, 1+random.IntN(9)))
		all++
		if isPublic {
			public++
		}
		if isUsers {
			users++
		}
	}
	// An engine that lets nobody through would be safe, and would show nothing.
	if public < all/500 || users < all/20 {
		t.Errorf("of %d targets, strangers got %d and users %d", all, public, users)
	}
}
