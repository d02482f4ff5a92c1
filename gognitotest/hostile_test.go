package gognitotest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/mint"
)

func TestTheVerifierRefusesEveryHostileTokenForItsReason(t *testing.T) {
	pool := gognitotest.NewPool(t)
	verifier := pool.Verifier()
	for _, h := range mint.HostileVariants() {
		t.Run(h.Name, func(t *testing.T) {
			claims, err := verifier.Verify(t.Context(), pool.Hostile(h.Name))
			if got := gognito.ReasonOf(err); got != gognito.Reason(h.Reason) || claims != nil {
				t.Errorf("reason %q (%v), want %q", got, err, h.Reason)
			}
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.ContainsAny(err.Error(), `"{\`) || strings.Contains(err.Error(), "eyJ") {
					t.Errorf("an error or its cause quotes the token: %v", err)
				}
			}
		})
	}
	if _, err := verifier.Verify(t.Context(), pool.AccessToken(gognitotest.User{})); err != nil {
		t.Errorf("the good token is refused as well: %v", err)
	}
}

// What the library's users do: nothing in HostileTokens gets past a handler, over
// a real connection, in either place that a token can come from.
func TestAHandlerRefusesEveryHostileTokenInHeaderAndCookie(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{
		Verifier: pool.Verifier(),
		Source:   httpauth.FirstOf(httpauth.Bearer, httpauth.Cookie("accessToken")),
	}
	server := httptest.NewServer(auth.Handle(func(http.ResponseWriter, *http.Request, *gognito.User) {}))
	defer server.Close()
	status := func(name, value string) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(name, value)
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}

	good := pool.AccessToken(gognitotest.User{})
	if got := status("Authorization", "Bearer "+good); got != http.StatusOK {
		t.Errorf("the good token in a header: %d", got)
	}
	if got := status("Cookie", "accessToken="+good); got != http.StatusOK {
		t.Errorf("the good token in a cookie: %d", got)
	}
	for _, h := range pool.HostileTokens() {
		want := http.StatusUnauthorized
		if h.Name == "over-1-mib" {
			want = http.StatusRequestHeaderFieldsTooLarge // the server itself refuses it
		}
		if got := status("Authorization", "Bearer "+h.Token); got != want {
			t.Errorf("%s in a header: %d, want %d", h.Name, got, want)
		}
		if got := status("Cookie", "accessToken="+h.Token); got != want {
			t.Errorf("%s in a cookie: %d, want %d", h.Name, got, want)
		}
	}
}

func TestHostileTokensAreSortedAndCarryTheirReasons(t *testing.T) {
	pool := gognitotest.NewPool(t)
	var names []string
	reasons := map[string]gognito.Reason{}
	for _, h := range pool.HostileTokens() {
		names = append(names, h.Name)
		reasons[h.Name] = h.Reason
	}
	if !slices.IsSorted(names) {
		t.Errorf("names are not sorted: %q", names)
	}
	for name, want := range map[string]gognito.Reason{
		"alg-none":            gognito.ReasonAlgorithm,
		"hs256-public-key":    gognito.ReasonAlgorithm,
		"expired":             gognito.ReasonExpired,
		"not-yet-valid":       gognito.ReasonNotYetValid,
		"other-client":        gognito.ReasonClient,
		"other-pool":          gognito.ReasonIssuer,
		"other-pool-same-kid": gognito.ReasonSignature,
		"tampered-payload":    gognito.ReasonSignature,
		"duplicate-claim":     gognito.ReasonMalformed,
		"kid-unknown":         gognito.ReasonUnknownKey,
		"id-token":            gognito.ReasonTokenUse,
		"machine":             gognito.ReasonMachine,
	} {
		if got := reasons[name]; got != want {
			t.Errorf("%s: reason %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"empty", "leading-space", "trailing-newline", "quoted"} {
		if _, ok := reasons[name]; ok {
			t.Errorf("%s is listed, and no header carries it as it is", name)
		}
	}
}

func TestAnUnknownHostileNameFailsTheTestAndListsTheNames(t *testing.T) {
	var r recorder
	defer r.end()
	gognitotest.NewPool(&r).Hostile("alg-nine")
	for _, want := range []string{`"alg-nine"`, " alg-none ", " zero-signature"} {
		if !strings.Contains(r.failed(), want) {
			t.Errorf("the failure %q lacks %q", r.failed(), want)
		}
	}
}

func TestAVerifierThatFollowsAURLInATokenFailsTheTest(t *testing.T) {
	for _, path := range []string{"/attacker/jwks.json", "/attacker/cert.pem"} {
		var r recorder
		pool := gognitotest.NewPool(&r)
		base, _, _ := strings.Cut(pool.JWKSURL(), "/"+pool.UserPoolID())
		fetch(t, base+path)
		r.end()
		if !strings.Contains(r.failed(), "token's header") {
			t.Errorf("%s: the test has not failed: %q", path, r.failed())
		}
	}
}
