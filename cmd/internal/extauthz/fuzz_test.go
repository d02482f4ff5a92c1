package extauthz_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/gognito/gognito"
)

// Whatever a message holds: nobody gets through without the token but to the one public
// path, nobody at all to administrators', and each response is one that Envoy can read.
func FuzzNobodyGetsThroughWithoutAToken(f *testing.F) {
	const jane = "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmVk" // the one good token, in all of a fuzzer's processes
	s := of(build(f, base(), verifierFunc(func(_ context.Context, token string) (*gognito.Claims, error) {
		if token != jane {
			return nil, gognito.NewError(gognito.ReasonSignature, nil)
		}
		return &gognito.Claims{Subject: "1", Username: "jane", TokenUse: gognito.AccessToken}, nil
	})))
	for _, r := range []request{
		get("/healthz"), get("/me"), get("/me", bearer(jane)...), get("/admin/x", bearer(jane)...),
		get("/healthz/..%2fadmin", bearer(jane)...), get("/me", "cookie", "access="+jane, "x_auth_user", "ada"),
		get("/me", bearer(jane[:len(jane)-1])...), {"OPTIONS", "*", nil}, {"CONNECT", "", nil},
		get("/chat", "cookie", "access="+jane, "upgrade", "websocket", "origin", "https://evil.example"),
	} {
		for _, encode := range encodings {
			b, err := proto.Marshal(encode(r))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, message []byte) {
		c := new(authv3.CheckRequest)
		if proto.Unmarshal(message, c) != nil {
			c.Reset() // as the server does
		}
		response, err := s.Check(from(t.Context(), "127.0.0.1:1"), c)
		if err != nil {
			t.Fatal(err)
		}
		wantWellFormed(t, response)
		b, err := proto.Marshal(response)
		if err != nil {
			t.Fatal(err)
		}
		if !proto.Equal(response, newResponse(t, b)) {
			t.Error("it is another one when it arrives")
		}
		if codes.Code(response.Status.Code) != codes.OK {
			if statusOf(response) == 0 {
				t.Error("a denial without a status")
			}
			return
		}
		path, _, _ := strings.Cut(c.GetAttributes().GetRequest().GetHttp().GetPath(), "?")
		switch public := path == "/healthz" || path == "/healthz/"; {
		case strings.HasPrefix(path, "/admin"):
			t.Errorf("%q is for administrators", path)
		case !public && !bytes.Contains(message, []byte(jane)):
			t.Errorf("%q without a token", path)
		}
		for _, m := range response.GetOkResponse().Headers {
			if m.Header.Key != "x-auth-user" || m.Header.Value != "jane" {
				t.Errorf("the application is told %s of %q", m.Header.Key, m.Header.Value)
			}
		}
	})
}
