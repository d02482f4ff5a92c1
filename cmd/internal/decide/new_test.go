package decide_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
)

// faultsOf returns what New finds, as "index field problem".
func faultsOf(t *testing.T, rules ...decide.Rule) []string {
	t.Helper()
	engine, err := decide.New(rules)
	if (engine == nil) != (err != nil) {
		t.Fatalf("New returned %v and %v", engine, err)
	}
	var faults []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			var fault *decide.Fault
			if !errors.As(err, &fault) || fault.Name != rules[fault.Rule].Name {
				t.Fatalf("%v is no Fault of its rule", err)
			}
			faults = append(faults, fmt.Sprint(fault.Rule, " ", fault.Field, " ", fault.Problem))
		}
	}
	return faults
}

func TestEachFaultOfARuleIsNamed(t *testing.T) {
	for _, test := range []struct {
		change func(*decide.Rule)
		want   string // how the fault begins; empty: there is none
	}{
		{func(*decide.Rule) {}, ""},

		{func(r *decide.Rule) { r.Name = "" }, "Name must be"},
		{func(r *decide.Rule) { r.Name = "a b" }, "Name must be"},
		{func(r *decide.Rule) { r.Name = "a~b" }, "Name must be"},
		{func(r *decide.Rule) { r.Name = "é" }, "Name must be"},
		{func(r *decide.Rule) { r.Name = "Š" }, "Name must be"},
		{func(r *decide.Rule) { r.Name = longPath(65) }, "Name must be"},
		{func(r *decide.Rule) { r.Name = longPath(61) + "._-" }, ""},
		{func(r *decide.Rule) { r.Name = "none" }, `Name can't be "none"`},
		{func(r *decide.Rule) { r.Name = "preflight" }, `Name can't be "preflight"`},
		{func(r *decide.Rule) { r.Name = "None" }, ""},

		{func(r *decide.Rule) { r.Hosts = []string{} }, "Hosts is empty"},
		{func(r *decide.Rule) { r.Hosts = []string{"a.example", "xn--a-b.example", "10.0.0.1", "[::1]"} }, ""},
		{func(r *decide.Rule) { r.Hosts = []string{"A.example"} }, `Hosts "A.example" must be written as "a.example"`},
		{func(r *decide.Rule) { r.Hosts = []string{"a.example:443"} }, `Hosts "a.example:443" must be written as "a.example"`},
		{func(r *decide.Rule) { r.Hosts = []string{"a.example."} }, `Hosts "a.example." must be written as "a.example"`},
		{func(r *decide.Rule) { r.Hosts = []string{"[0::1]"} }, `Hosts "[0::1]" must be written as "[::1]"`},
		{func(r *decide.Rule) { r.Hosts = []string{"*.example"} }, `Hosts "*.example" has a wildcard`},
		{func(r *decide.Rule) { r.Hosts = []string{"*"} }, `Hosts "*" has a wildcard`},
		{func(r *decide.Rule) { r.Hosts = []string{""} }, `Hosts "" is no name`},
		{func(r *decide.Rule) { r.Hosts = []string{"http://a.example"} }, `Hosts "http://a.example" is no name`},
		{func(r *decide.Rule) { r.Hosts = []string{"a.example/x"} }, `Hosts "a.example/x" is no name`},
		{func(r *decide.Rule) { r.Hosts = []string{"me@a.example"} }, `Hosts "me@a.example" is no name`},

		{func(r *decide.Rule) { r.Methods = []string{} }, "Methods is empty"},
		{func(r *decide.Rule) { r.Methods = []string{"GET", "HEAD", "PROPFIND"} }, ""},
		{func(r *decide.Rule) { r.Methods = []string{"HEAD", "POST"} }, `Methods "HEAD" is judged as GET`},
		{func(r *decide.Rule) { r.Methods = []string{"get"} }, `Methods "get" must be written as "GET"`},
		{func(r *decide.Rule) { r.Methods = []string{"FETCH"} }, `Methods "FETCH" is no method`},
		{func(r *decide.Rule) { r.Methods = []string{"*"} }, `Methods "*" is no method`},
		{func(r *decide.Rule) { r.Methods = []string{""} }, `Methods "" is no method`},

		{func(r *decide.Rule) { r.Paths = nil }, "Paths is missing"},
		{func(r *decide.Rule) { r.Paths = []string{} }, "Paths is missing or empty"},
		{func(r *decide.Rule) { r.Paths = []string{"/", "/a/b", "/a.b/*", "/ü b/~c@d:e", "/..a/.b"} }, ""},
		{func(r *decide.Rule) { r.Paths = []string{""} }, `Paths "" must begin with a slash`},
		{func(r *decide.Rule) { r.Paths = []string{"a"} }, `Paths "a" must begin with a slash`},
		{func(r *decide.Rule) { r.Paths = []string{"*"} }, `Paths "*" must begin with a slash`},
		{func(r *decide.Rule) { r.Paths = []string{"^/a"} }, `Paths "^/a" must begin with a slash`},
		{func(r *decide.Rule) { r.Paths = []string{"/a*"} }, `Paths "/a*" may hold a * only at its end`},
		{func(r *decide.Rule) { r.Paths = []string{"/*/a"} }, `Paths "/*/a" may hold a * only at its end`},
		{func(r *decide.Rule) { r.Paths = []string{"/a/**"} }, `Paths "/a/**" may hold a * only at its end`},
		{func(r *decide.Rule) { r.Paths = []string{"/*/*"} }, `Paths "/*/*" may hold a * only at its end`},
		{func(r *decide.Rule) { r.Paths = []string{"/a/"} }, `Paths "/a/" must not end with a slash`},
		{func(r *decide.Rule) { r.Paths = []string{"//*"} }, `Paths "//*" must not end with a slash`},
		{func(r *decide.Rule) { r.Paths = []string{"//"} }, `Paths "//" must not end with a slash`},
		{func(r *decide.Rule) { r.Paths = []string{"//a"} }, `Paths "//a" must not hold an empty segment`},
		{func(r *decide.Rule) { r.Paths = []string{"/a/../b"} }, `Paths "/a/../b" must not hold . or .. as a segment`},
		{func(r *decide.Rule) { r.Paths = []string{"/a/./*"} }, `Paths "/a/./*" must not hold . or .. as a segment`},
		{func(r *decide.Rule) { r.Paths = []string{"/a%20b"} }, `Paths "/a%20b" must be written decoded`},
		{func(r *decide.Rule) { r.Paths = []string{`/a\b`} }, `Paths "/a\\b" must not hold any of`},
		{func(r *decide.Rule) { r.Paths = []string{"/a;b"} }, `Paths "/a;b" must not hold any of`},
		{func(r *decide.Rule) { r.Paths = []string{"/a?b"} }, `Paths "/a?b" must not hold any of`},
		{func(r *decide.Rule) { r.Paths = []string{"/a#b"} }, `Paths "/a#b" must not hold any of`},
		{func(r *decide.Rule) { r.Paths = []string{"/{id}"} }, `Paths "/{id}" must not hold any of`},
		{func(r *decide.Rule) { r.Paths = []string{"/(a|b)"} }, `Paths "/(a|b)" must not hold any of`},
		{func(r *decide.Rule) { r.Paths = []string{"/a/:id"} }, `Paths "/a/:id" must not hold a segment that begins with a colon`},
		{func(r *decide.Rule) { r.Paths = []string{"/a\xff"} }, `Paths "/a\xff" must be valid UTF-8`},
		{func(r *decide.Rule) { r.Paths = []string{"/a\n"} }, `Paths "/a\n" must be valid UTF-8`},

		{func(r *decide.Rule) { r.Access = 7 }, "Access must be"},
		{func(r *decide.Rule) { r.Access = -1 }, "Access must be"},
		{func(r *decide.Rule) { r.TokenUse = gognito.AnyToken }, ""},
		{func(r *decide.Rule) { r.TokenUse = "refresh" }, "TokenUse must be"},
		{func(r *decide.Rule) { r.TokenUse, r.Machines = gognito.IDToken, true }, "Machines can't be met"},
		{func(r *decide.Rule) { r.TokenUse, r.Scopes = gognito.IDToken, []string{"s"} }, "Scopes can't be met"},
		{func(r *decide.Rule) { r.TokenUse, r.AllScopes = gognito.IDToken, []string{"s"} }, "AllScopes can't be met"},
		{func(r *decide.Rule) { r.TokenUse, r.Groups = gognito.IDToken, []string{"g"} }, ""},

		// A11: an empty list of what is allowed does not allow all.
		{func(r *decide.Rule) { r.Groups = []string{} }, "Groups is empty"},
		{func(r *decide.Rule) { r.AllGroups = []string{} }, "AllGroups is empty"},
		{func(r *decide.Rule) { r.Scopes = []string{} }, "Scopes is empty"},
		{func(r *decide.Rule) { r.AllScopes = []string{} }, "AllScopes is empty"},
		{func(r *decide.Rule) { r.Permissions = []string{} }, "Permissions is empty"},
		{func(r *decide.Rule) { r.Groups = []string{""} }, `Groups "" is nothing`},
		{func(r *decide.Rule) { r.Groups = []string{"a", " b"} }, `Groups " b" begins or ends with a space`},
		{func(r *decide.Rule) { r.Groups = []string{"a\x00"} }, `Groups "a\x00" begins or ends with a space, or holds`},
		{func(r *decide.Rule) { r.Scopes = []string{"a b"} }, `Scopes "a b" holds a space`},
		{func(r *decide.Rule) { r.Permissions = []string{"a b"} }, ""},
	} {
		rule := decide.Rule{Name: "r", Paths: []string{"/*"}, Access: decide.Authenticated}
		test.change(&rule)
		faults := faultsOf(t, rule)
		if test.want == "" && len(faults) > 0 || test.want != "" && (len(faults) != 1 || !strings.HasPrefix(faults[0], "0 "+test.want)) {
			t.Errorf("%+v: faults %q, want %q", rule, faults, test.want)
		}
	}
}

// A demand that nobody would be asked for was meant for somebody.
func TestARuleThatAsksForNobodyHasNoDemands(t *testing.T) {
	for _, access := range []decide.Access{decide.Public, decide.Deny} {
		faults := faultsOf(t, decide.Rule{
			Name: "r", Paths: []string{"/*"}, Access: access, TokenUse: gognito.AccessToken, Machines: true,
			Groups: []string{"g"}, AllGroups: []string{"g"}, Scopes: []string{"s"}, AllScopes: []string{"s"}, Permissions: []string{"p"},
		})
		var want []string
		for _, field := range []string{"TokenUse", "Machines", "Groups", "AllGroups", "Scopes", "AllScopes", "Permissions"} {
			want = append(want, "0 "+field+" is for rules whose Access is Authenticated")
		}
		if !slices.Equal(faults, want) {
			t.Errorf("%v: faults %q, want %q", access, faults, want)
		}
	}
}

func TestAPathThatAnEarlierRuleTakesWhollyIsAFault(t *testing.T) {
	type rules = []decide.Rule
	for _, test := range []struct {
		rules rules
		want  []string // the paths that are never reached, and by which rule
	}{
		{rules{{Paths: []string{"/a/*"}}, {Paths: []string{"/a"}}}, []string{`"/a" r0`}},
		{rules{{Paths: []string{"/a/*"}}, {Paths: []string{"/a/*"}}}, []string{`"/a/*" r0`}},
		{rules{{Paths: []string{"/a/*"}}, {Paths: []string{"/a/b/*", "/b"}}}, []string{`"/a/b/*" r0`}},
		{rules{{Paths: []string{"/*"}}, {Paths: []string{"/", "/x"}}}, []string{`"/" r0`, `"/x" r0`}},
		{rules{{Paths: []string{"/a"}}, {Paths: []string{"/A"}}}, []string{`"/a" r0`}}, // to some servers
		{rules{{Paths: []string{"/a"}}, {Paths: []string{"/a/*"}}}, nil},
		{rules{{Paths: []string{"/a/*"}}, {Paths: []string{"/ab", "/ab/*", "/"}}}, nil},
		{rules{{Paths: []string{"/"}}, {Paths: []string{"/*"}}}, nil},

		{rules{{Hosts: []string{"x"}, Paths: []string{"/*"}}, {Paths: []string{"/*"}}}, nil},
		{rules{{Paths: []string{"/*"}}, {Hosts: []string{"x"}, Paths: []string{"/*"}}}, []string{`"/*" r0`}},
		{rules{{Hosts: []string{"x"}, Paths: []string{"/*"}}, {Hosts: []string{"y"}, Paths: []string{"/*"}}, {Hosts: []string{"x", "y"}, Paths: []string{"/*"}}}, []string{`"/*" r1`}},
		{rules{{Hosts: []string{"x"}, Paths: []string{"/*"}}, {Hosts: []string{"x", "y"}, Paths: []string{"/*"}}}, nil},

		{rules{{Methods: []string{"GET"}, Paths: []string{"/*"}}, {Paths: []string{"/*"}}}, nil},
		{rules{{Methods: []string{"GET"}, Paths: []string{"/*"}}, {Methods: []string{"GET", "HEAD"}, Paths: []string{"/*"}}}, []string{`"/*" r0`}},
		{rules{{Methods: []string{"GET"}, Paths: []string{"/*"}}, {Methods: []string{"GET", "POST"}, Paths: []string{"/*"}}}, nil},
		{rules{{Methods: []string{"GET"}, Paths: []string{"/*"}}, {Methods: []string{"POST"}, Paths: []string{"/a/*"}}, {Methods: []string{"GET", "POST"}, Paths: []string{"/a/b"}}}, []string{`"/a/b" r1`}},
	} {
		for i := range test.rules {
			test.rules[i].Name = fmt.Sprint("r", i)
		}
		var want []string
		for _, path := range test.want {
			path, by, _ := strings.Cut(path, " ")
			want = append(want, fmt.Sprintf("%d Paths %s is never reached: the rule %q, which comes first, takes all of it (letter case aside)", len(test.rules)-1, path, by))
		}
		if faults := faultsOf(t, test.rules...); !slices.Equal(faults, want) {
			t.Errorf("%+v: faults %q, want %q", test.rules, faults, want)
		}
	}
}

func TestEveryFaultIsToldAtOnce(t *testing.T) {
	_, err := decide.New([]decide.Rule{
		{Name: "a", Hosts: []string{"A.example", "*"}, Methods: []string{}, Paths: []string{"/x/"}, Access: decide.Public, Groups: []string{}},
		{Name: "b", Paths: []string{"/*"}},
		{Name: "a", Paths: []string{"/y"}},
	})
	want := `decide: rule 1 ("a"): Hosts "A.example" must be written as "a.example": in lower case, without a port and without a dot at the end
decide: rule 1 ("a"): Hosts "*" has a wildcard: name each host, or leave Hosts out
decide: rule 1 ("a"): Methods is empty, which does not mean everything: name something, or leave it out
decide: rule 1 ("a"): Paths "/x/" must not end with a slash: it takes the path with one and without
decide: rule 1 ("a"): Groups is empty, which does not mean everything: name something, or leave it out
decide: rule 1 ("a"): Groups is for rules whose Access is Authenticated
decide: rule 3 ("a"): Name is the name of an earlier rule too
decide: rule 3 ("a"): Paths "/y" is never reached: the rule "b", which comes first, takes all of it (letter case aside)`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if engine, err := decide.New(nil); engine != nil || err == nil || !strings.Contains(err.Error(), "there are no rules") {
		t.Errorf("no rules: %v, %v", engine, err)
	}
}

// Who holds the rules that an engine was made of can't change it.
func TestAnEngineKeepsItsOwnRules(t *testing.T) {
	rules := []decide.Rule{{
		Name: "r", Hosts: []string{"app.example"}, Methods: []string{"POST"}, Paths: []string{"/a"},
		Access: decide.Authenticated, Groups: []string{"admins"},
	}}
	engine := newEngine(t, rules...)
	rules[0].Hosts[0], rules[0].Methods[0], rules[0].Paths[0], rules[0].Groups[0] = "x", "GET", "/b", "users"
	rules[0].Access = decide.Public
	d := engine.Decide(decide.Request{Method: "POST", Host: "app.example", Target: "/a"}, signedIn(person("users")))
	if got := outcome(t, d); got != "r forbidden group" {
		t.Error(got)
	}
}
