package decide_test

import (
	"fmt"
	"testing"

	"github.com/gognito/gognito/cmd/internal/decide"
)

func Example() {
	engine, err := decide.New([]decide.Rule{
		{Name: "assets", Methods: []string{"GET"}, Paths: []string{"/public/*"}, Access: decide.Public},
		{Name: "admin", Paths: []string{"/admin/*"}, Access: decide.Authenticated, Groups: []string{"admins"}},
		{Name: "users", Paths: []string{"/app/*"}, Access: decide.Authenticated},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, target := range []string{"/public/a.css?v=2", "/public/%2e%2e/app/x", "/app/..%2fadmin", "/public/%00"} {
		fmt.Print(engine.Explain(decide.Request{Method: "GET", Target: target}))
	}

	// Output:
	// GET "/public/a.css?v=2"
	//   "/public/a.css" is taken by rule "assets" (public) for "/public/*"
	//   so it is for everybody
	// GET "/public/%2e%2e/app/x"
	//   is not in canonical spelling, so no public rule takes it
	//   "/public/%2e%2e/app/x" is taken by no rule
	//   "/public/../app/x" is taken by no rule
	//   "/app/x" is taken by rule "users" (authenticated) for "/app/*"
	//   so it is for nobody
	// GET "/app/..%2fadmin"
	//   is not in canonical spelling, so no public rule takes it
	//   "/app/..%2fadmin" is taken by rule "users" (authenticated) for "/app/*"
	//   "/app/../admin" is taken by rule "users" (authenticated) for "/app/*"
	//   "/admin" is taken by rule "admin" (authenticated) for "/admin/*"
	//   so it is for users with an access token, who must also be
	//     users with an access token, in any of the groups ["admins"]
	// GET "/public/%00"
	//   is refused: decide: malformed request: the path holds an encoded control
}

// What Explain says of a request is what Decide does with it.
func TestAnExplanationIsWhatIsDecided(t *testing.T) {
	engine := newEngine(t, site...)
	for target, want := range map[string]struct {
		access         decide.Access
		stranger, user string
	}{
		"/public/x":         {decide.Public, "assets ok", "assets ok"},
		"/x":                {decide.Authenticated, "users no token", "users ok"},
		"/x/..%2fsecret":    {decide.Authenticated, "admin no token", "admin ok"},
		"/admin/internal/x": {decide.Deny, "closed no token", "closed forbidden permission"},
		"/%00":              {decide.Deny, "- malformed", "- malformed"},
	} {
		x := engine.Explain(get(target))
		s, u := outcome(t, engine.Decide(get(target), stranger)), outcome(t, engine.Decide(get(target), signedIn(person("admins"))))
		if x.Access != want.access || s != want.stranger || u != want.user {
			t.Errorf("%s: %v, %s, %s; want %+v", target, x.Access, s, u, want)
		}
	}
}

func TestAnExplanationNamesTheRuleAndItsPattern(t *testing.T) {
	engine := newEngine(t,
		decide.Rule{Name: "upper", Hosts: []string{"a.example"}, Paths: []string{"/x", "/Docs/*"}, Access: decide.Public},
		decide.Rule{Name: "nobody", Paths: []string{"/docs/*", "/"}},
	)
	for _, test := range []struct{ host, target, want string }{
		{"A.example:80", "/docs/x", `GET "/docs/x" of host "A.example:80"
  "/docs/x" is taken by rule "nobody" (deny) for "/docs/*"
  "/docs/x" in any letter case is taken by rule "upper" (public) for "/Docs/*"
  so it is for nobody
`},
		{"b.example", "/", `GET "/" of host "b.example"
  "/" is taken by rule "nobody" (deny) for "/"
  so it is for nobody
`},
	} {
		if got := engine.Explain(decide.Request{Method: "GET", Host: test.host, Target: test.target}).String(); got != test.want {
			t.Errorf("got\n%swant\n%s", got, test.want)
		}
	}
}

func TestAccessPrintsAsItsWord(t *testing.T) {
	for access, want := range map[decide.Access]string{
		decide.Deny: "deny", decide.Authenticated: "authenticated", decide.Public: "public", 7: "Access(7)",
	} {
		if got := access.String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
