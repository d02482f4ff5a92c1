package extauthz_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/gognitotest"
)

func TestOnlyTrustedPeersAreListenedTo(t *testing.T) {
	pool := gognitotest.NewPool(t)
	for name, trusted := range map[string][]netip.Prefix{
		"nobody":                      nil,
		"nobody, said in other words": {},
		"others":                      {netip.MustParsePrefix("10.0.0.0/8"), {}},
	} {
		with := base()
		with.TrustedProxies = trusted
		s := of(build(t, with, pool.Verifier()))
		e := start(t, s)
		for encoding, encode := range encodings {
			r := get("/healthz", append(bearer(pool.AccessToken(gognitotest.User{})), "x-forwarded-for", "10.0.0.1", "x-real-ip", "10.0.0.1")...)
			wantRefused(t, name+", "+encoding, e.ask(t, encode(r)), 403, codes.PermissionDenied)
		}
	}
}

func TestAPeersAddressIsComparedAsItIsMeant(t *testing.T) {
	with := base()
	with.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("fe80::/10")}
	s := of(build(t, with, gognitotest.NewPool(t).Verifier()))
	check := func(ctx context.Context) int {
		response, err := s.Check(ctx, raw(get("/healthz")))
		if err != nil {
			t.Fatal(err)
		}
		wantWellFormed(t, response)
		return statusOf(response)
	}
	for address, want := range map[string]int{
		"192.0.2.1:1":          0,
		"[::ffff:192.0.2.1]:1": 0,
		"[fe80::1%eth0]:1":     0,
		"192.0.3.1:1":          403,
		"[::192.0.2.1]:1":      403,
		"[2001:db8::1]:1":      403,
	} {
		if got := check(from(t.Context(), address)); got != want {
			t.Errorf("%s: %d, want %d", address, got, want)
		}
	}
	for name, ctx := range map[string]context.Context{
		"none":        t.Context(),
		"without one": peer.NewContext(t.Context(), new(peer.Peer)),
		"a socket":    peer.NewContext(t.Context(), &peer.Peer{Addr: &net.UnixAddr{Name: "192.0.2.1:1", Net: "unix"}}),
	} {
		if got := check(ctx); got != 403 {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestAnOutageIsADenial(t *testing.T) {
	pool := gognitotest.NewPool(t)
	pool.SetOutage(true)
	e := start(t, of(build(t, base(), pool.Verifier())))
	for encoding, encode := range encodings {
		for name, token := range map[string]string{"good": pool.AccessToken(gognitotest.User{}), "forged": pool.Hostile("attacker-key")} {
			response := e.ask(t, encode(get("/me", bearer(token)...)))
			wantRefused(t, name+", "+encoding, response, 503, codes.Unavailable)
			for generation, g := range generations {
				if header := g.local(response); header.Get("Retry-After") != "5" || header.Get("Www-Authenticate") != "" {
					t.Errorf("%s: %q", generation, header)
				}
			}
		}
	}
}

// A scrambler sends bytes in place of messages.
type scrambler struct{}

func (scrambler) Name() string { return "proto" }
func (scrambler) Marshal(v any) (mem.BufferSlice, error) {
	if raw, ok := v.([]byte); ok {
		return mem.BufferSlice{mem.SliceBuffer(raw)}, nil
	}
	encoded, err := proto.Marshal(v.(proto.Message))
	return mem.BufferSlice{mem.SliceBuffer(encoded)}, err
}

func (scrambler) Unmarshal(data mem.BufferSlice, v any) error {
	return proto.Unmarshal(data.Materialize(), v.(proto.Message))
}

// encoded returns a request as it is sent, with the first of some text replaced by as
// much of other bytes.
func encoded(t testing.TB, c *authv3.CheckRequest, text, other string) []byte {
	t.Helper()
	b, err := proto.Marshal(c)
	if err != nil || len(text) != len(other) || !bytes.Contains(b, []byte(text)) {
		t.Fatal("it can't be replaced", err)
	}
	return bytes.Replace(b, []byte(text), []byte(other), 1)
}

func TestAMessageThatCantBeDecodedIsDenied(t *testing.T) {
	address, _ := serve(t, of(build(t, base(), gognitotest.NewPool(t).Verifier())))
	conn := dial(t, address, grpc.WithDefaultCallOptions(grpc.ForceCodecV2(scrambler{})))
	sni := joined(get("/healthz"))
	sni.Attributes.TlsSession = &authv3.AttributeContext_TLSSession{Sni: "app.example.org"}
	good, err := proto.Marshal(raw(get("/healthz")))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		message []byte
		status  int
	}{
		"as it should be":          {good, 0},
		"a path that is not UTF-8": {encoded(t, joined(get("/healthz?aa")), "?aa", "?\xc0\xaf"), 403},
		"a host that is not UTF-8": {encoded(t, joined(get("/healthz")), "app.example", "app.exampl\xff"), 403},
		"a server name of TLS":     {encoded(t, sni, "app.example.org", "app.example.\xff\xff\xff"), 403},
		"nothing":                  {[]byte{}, 403},
		"rubbish":                  {[]byte("\xff\xff\xff\xff"), 403},
		"one that ends early":      {good[:len(good)-1], 403},
	} {
		response := new(authv3.CheckResponse)
		if err := conn.Invoke(t.Context(), authv3.Authorization_Check_FullMethodName, test.message, response); err != nil {
			t.Errorf("%s: failure_mode_allow lets it through: %v", name, err)
			continue
		}
		wantWellFormed(t, response)
		if got := statusOf(response); got != test.status {
			t.Errorf("%s: %d, want %d", name, got, test.status)
		}
	}
}

func TestWhatAStrangerSendsIsNotRead(t *testing.T) {
	nobody := base()
	nobody.TrustedProxies = nil
	s := of(build(t, nobody, gognitotest.NewPool(t).Verifier()))
	read := false
	address, _ := serve(t, s, grpc.ForceServerCodecV2(tattler{scrambler{}, &read}))
	e := envoy{dial(t, address)}
	wantRefused(t, "a stranger", e.ask(t, raw(get("/healthz"))), 403, codes.PermissionDenied)
	if read {
		t.Error("it was taken apart")
	}
}

// A tattler tells whether anything was decoded.
type tattler struct {
	scrambler
	read *bool
}

func (c tattler) Unmarshal(data mem.BufferSlice, v any) error {
	*c.read = true
	return c.scrambler.Unmarshal(data, v)
}

func TestWhateverGoesWrongDenies(t *testing.T) {
	const secret = "hunter2"
	none := func(context.Context, string) (*gognito.Claims, error) { return nil, nil }
	panics := func(context.Context, string) (*gognito.Claims, error) { panic(secret) }
	for name, test := range map[string]struct {
		server extauthz.Server
		status int
		code   codes.Code
		logged bool
	}{
		"a verifier panics":       {*of(build(t, base(), verifierFunc(panics))), 503, codes.Unavailable, false},
		"a verifier says nothing": {*of(build(t, base(), verifierFunc(none))), 500, codes.Internal, false},
		"there is no gateway":     {extauthz.Server{}, 500, codes.Internal, true},
		"it is nil":               {*of(nil), 500, codes.Internal, true},
		"it is not made":          {*of(new(gateway.Gateway)), 500, codes.Internal, true},
		"the gateway panics":      {extauthz.Server{Current: func() *gateway.Gateway { panic(secret) }}, 500, codes.Internal, true},
	} {
		var log bytes.Buffer
		test.server.Log = slog.New(slog.NewTextHandler(&log, nil))
		address, _ := serve(t, &test.server)
		e := envoy{dial(t, address)}
		for encoding, encode := range encodings {
			wantRefused(t, name+", "+encoding, e.ask(t, encode(get("/me", bearer("x.y.z")...))), test.status, test.code)
		}
		if strings.Contains(log.String(), "extauthz: a panic") != test.logged || strings.Contains(log.String(), secret) || strings.Contains(log.String(), "x.y.z") {
			t.Errorf("%s: logged %q", name, log.String())
		}
	}
}

func TestAContextThatHasEndedDenies(t *testing.T) {
	var verified atomic.Bool
	s := of(build(t, base(), verifierFunc(func(context.Context, string) (*gognito.Claims, error) {
		verified.Store(true)
		return nil, nil
	})))
	ended, cancel := context.WithCancel(from(t.Context(), "127.0.0.1:1"))
	cancel()
	late, cancel := context.WithTimeout(from(t.Context(), "127.0.0.1:1"), -1)
	defer cancel()
	for name, ctx := range map[string]context.Context{"canceled": ended, "late": late} {
		for _, path := range []string{"/healthz", "/me"} {
			response, err := s.Check(ctx, raw(get(path, bearer("x")...)))
			if err != nil {
				t.Fatal(err)
			}
			wantWellFormed(t, response)
			wantRefused(t, name+" "+path, response, 503, codes.Unavailable)
		}
	}
	if verified.Load() {
		t.Error("a token was verified for nobody")
	}
}

func TestADeadlineReachesTheVerifier(t *testing.T) {
	begun, ended := make(chan bool), make(chan error, 1)
	e := start(t, of(build(t, base(), verifierFunc(func(ctx context.Context, _ string) (*gognito.Claims, error) {
		_, limited := ctx.Deadline()
		begun <- limited
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}))))
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	asked := make(chan error, 1)
	go func() {
		_, err := authv3.NewAuthorizationClient(e.conn).Check(ctx, raw(get("/me", bearer("x")...)))
		asked <- err
	}()
	if !<-begun {
		t.Error("the verifier has all the time in the world")
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := <-asked; status.Code(err) != codes.Canceled {
		t.Error(err)
	}
}

// Whoever makes the gateway wait, for keys say, must not make Envoy give up: that is an
// error to it, and failure_mode_allow lets the request through.
func TestADenialComesBeforeEnvoyGivesUp(t *testing.T) {
	e := start(t, of(build(t, base(), verifierFunc(func(ctx context.Context, _ string) (*gognito.Claims, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}))))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	response, err := authv3.NewAuthorizationClient(e.conn).Check(ctx, raw(get("/me", bearer("x")...)))
	if err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "a slow verifier", response, 503, codes.Unavailable)
}
