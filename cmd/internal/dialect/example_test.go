package dialect_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/dialect"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/internal/mint"
)

// nginx asks about a request of its client.
func ExampleHandler() {
	// A pool's key and a token of it. The claims of a real one are longer.
	key, err := mint.NewKey()
	if err != nil {
		fmt.Println(err)
		return
	}
	token := mint.Sign(key, `{"iss":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI", "sub":"34c8",
		"client_id":"6h89qn2b", "token_use":"access", "username":"ada", "iat":1700000000, "exp":4102444800}`)
	keys, err := gognito.ParseJWKS(mint.JWKS(key))
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := gognito.New(gognito.Config{UserPoolID: "eu-west-1_AbCdEfGhI", ClientIDs: []string{"6h89qn2b"}, Keys: keys})
	if err != nil {
		fmt.Println(err)
		return
	}
	told := &settings.Settings{
		Tokens:         settings.Tokens{Bearer: true},
		Rules:          []decide.Rule{{Name: "everything", Paths: []string{"/*"}, Access: decide.Authenticated}},
		Identity:       identity.Config{Headers: []identity.Header{{Name: "X-Auth-User", Source: "username"}}, MaxBytes: 3072},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
	}
	g, err := gateway.New(told, verifier, &telemetry.Observer{})
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := &dialect.Handler{Current: func() *gateway.Gateway { return g }}

	ask := func(peer, authorization string) {
		r := httptest.NewRequest(http.MethodGet, "/verify/nginx", nil)
		r.RemoteAddr = peer
		r.Header.Set("X-Original-Method", "GET")
		r.Header.Set("X-Original-URI", "/orders?page=2")
		r.Header.Set("X-Original-Host", "app.example")
		r.Header.Set("X-Original-Proto", "https")
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Printf("%d %q\n", w.Code, w.Header().Get("X-Auth-User"))
	}
	ask("192.0.2.1:50000", "Bearer "+token)
	ask("192.0.2.1:50000", "Bearer x")
	ask("203.0.113.9:50000", "Bearer "+token) // no proxy of ours
	// Output:
	// 200 "ada"
	// 401 ""
	// 403 ""
}
