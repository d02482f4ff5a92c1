package grpcauth_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/grpcauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

type rules = map[string]grpcauth.Rule

func TestTheNearestRuleDecides(t *testing.T) {
	pool, auth := world(t)
	nobody := []string(nil)
	user := bearer(pool, gognitotest.User{Username: "jane"})
	admin := bearer(pool, gognitotest.User{Username: "ada", Groups: []string{"admins"}})
	admins := grpcauth.Require(gognito.InAnyGroup("admins"))
	for _, c := range []struct {
		name   string
		guard  grpcauth.Guard
		method string
		pairs  []string
		want   codes.Code
		answer string
	}{
		{"no rule", grpcauth.Guard{}, one, user, codes.PermissionDenied, ""},
		{"no rule, nobody", grpcauth.Guard{}, one, nobody, codes.PermissionDenied, ""},
		{"no rule, stream", grpcauth.Guard{}, chat, user, codes.PermissionDenied, ""},
		{"no rule for this method", grpcauth.Guard{Methods: rules{two: grpcauth.Public()}}, one, user, codes.PermissionDenied, ""},
		{"the zero rule", grpcauth.Guard{Methods: rules{one: {}}, Default: grpcauth.Public()}, one, user, codes.PermissionDenied, ""},
		{"another service's rule", grpcauth.Guard{Methods: rules{"/gognito.test.Ech/*": grpcauth.Public()}}, one, user, codes.PermissionDenied, ""},
		{"another letter case", grpcauth.Guard{Methods: rules{strings.ToLower(one): grpcauth.Public()}}, one, user, codes.PermissionDenied, ""},
		{"default", grpcauth.Guard{Default: grpcauth.Require()}, one, user, codes.OK, "jane"},
		{"default, nobody", grpcauth.Guard{Default: grpcauth.Require()}, one, nobody, codes.Unauthenticated, ""},
		{"service before default", grpcauth.Guard{Methods: rules{"/gognito.test.Echo/*": admins}, Default: grpcauth.Public()}, one, user, codes.PermissionDenied, ""},
		{"method before service", grpcauth.Guard{Methods: rules{"/gognito.test.Echo/*": grpcauth.Public(), one: admins}}, one, user, codes.PermissionDenied, ""},
		{"method before service, an admin", grpcauth.Guard{Methods: rules{"/gognito.test.Echo/*": {}, one: admins}}, one, admin, codes.OK, "ada"},
		{"service, stream", grpcauth.Guard{Methods: rules{"/gognito.test.Echo/*": admins}}, chat, user, codes.PermissionDenied, ""},
		{"service, stream, an admin", grpcauth.Guard{Methods: rules{"/gognito.test.Echo/*": admins}}, chat, admin, codes.OK, "ada"},
		{"two policies, one allows", grpcauth.Guard{Default: grpcauth.Require(gognito.InAnyGroup("admins"), gognito.Can("x"))}, one, admin, codes.PermissionDenied, ""},
		{"optional, nobody", grpcauth.Guard{Default: grpcauth.Optional()}, one, nobody, codes.OK, "nobody"},
		{"optional, a user", grpcauth.Guard{Default: grpcauth.Optional()}, chat, user, codes.OK, "jane"},
		{"optional, a bad token", grpcauth.Guard{Default: grpcauth.Optional()}, one, []string{"authorization", "Bearer x"}, codes.Unauthenticated, ""},
		{"public looks at no token", grpcauth.Guard{Default: grpcauth.Public()}, one, []string{"authorization", "Bearer x"}, codes.OK, "nobody"},
		{"public has no user", grpcauth.Guard{Default: grpcauth.Public()}, chat, user, codes.OK, "nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.guard.Auth = auth
			e, conn := start(t, c.guard)
			answer, err := ask(t.Context(), conn, c.method, c.pairs...)
			if status.Code(err) != c.want || answer != c.answer {
				t.Errorf("%q, %v; want %q, %v", answer, err, c.answer, c.want)
			}
			if reached := e.reached.Load() != 0; reached != (c.want == codes.OK) {
				t.Errorf("the handler was reached: %v", reached)
			}
		})
	}
}

func TestHealthAndReflectionAreOpenByChoice(t *testing.T) {
	_, auth := world(t)
	for _, open := range []bool{false, true} {
		guard := grpcauth.Guard{Auth: auth}
		want := codes.PermissionDenied
		if open {
			guard.Methods = rules{
				"/grpc.health.v1.Health/*":                    grpcauth.Public(),
				"/grpc.reflection.v1.ServerReflection/*":      grpcauth.Public(),
				"/grpc.reflection.v1alpha.ServerReflection/*": {},
			}
			want = codes.OK
		}
		server := grpc.NewServer(guard.ServerOptions()...)
		grpc_health_v1.RegisterHealthServer(server, health.NewServer())
		reflection.Register(server)
		if err := guard.Check(server.GetServiceInfo()); (err == nil) != open {
			t.Errorf("open %v: Check returned %v", open, err)
		}
		conn := dial(t, serve(t, server))

		_, err := grpc_health_v1.NewHealthClient(conn).Check(t.Context(), new(grpc_health_v1.HealthCheckRequest))
		if status.Code(err) != want {
			t.Errorf("open %v: Check: %v", open, err)
		}
		watch, err := grpc_health_v1.NewHealthClient(conn).Watch(t.Context(), new(grpc_health_v1.HealthCheckRequest))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := watch.Recv(); status.Code(err) != want {
			t.Errorf("open %v: Watch: %v", open, err)
		}
		info, err := grpc_reflection_v1.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_ = info.Send(&grpc_reflection_v1.ServerReflectionRequest{
			MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{},
		})
		if _, err := info.Recv(); status.Code(err) != want {
			t.Errorf("open %v: reflection: %v", open, err)
		}
	}
}

// A proxy's handler gets calls of any name, and divides it as it likes.
func TestAMethodThatNobodyKnowsHasTheDefaultRule(t *testing.T) {
	_, auth := world(t)
	guard := grpcauth.Guard{Auth: auth, Methods: rules{
		one:                    grpcauth.Require(),
		"/gognito.test.Echo/*": grpcauth.Public(),
	}}
	_, conn := start(t, guard, grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		return stream.SendMsg(wrapperspb.String("proxied"))
	}))
	for method, want := range map[string]codes.Code{
		"/gognito.test.Echo/Three":   codes.OK, // of a service that is public
		"/gognito.test.Echo/":        codes.OK,
		"/other.Service/Method":      codes.PermissionDenied,
		"//gognito.test.Echo/Three":  codes.PermissionDenied,
		"/gognito.test.Echo//Three":  codes.PermissionDenied,
		"/gognito.test.Echo/x/Three": codes.PermissionDenied,
		"/x/gognito.test.Echo/Three": codes.PermissionDenied,
		"/gognito.test.echo/Three":   codes.PermissionDenied,
		"/gognito.test.Echo.x/Three": codes.PermissionDenied,
		one + "/":                    codes.PermissionDenied,
	} {
		stream, err := open(t.Context(), conn, method)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := receive(stream); status.Code(err) != want {
			t.Errorf("%s: %q, %v; want %v", method, answer, err, want)
		}
	}
}

func TestCheckListsWhatDoesNotFit(t *testing.T) {
	server := grpc.NewServer()
	new(echo).service().register(server)
	for _, c := range []struct {
		name  string
		guard grpcauth.Guard
		want  []string
	}{
		{"each named", grpcauth.Guard{Methods: rules{one: grpcauth.Public(), two: {}, chat: grpcauth.Require()}}, nil},
		{"the service", grpcauth.Guard{Methods: rules{"/gognito.test.Echo/*": {}}}, nil},
		{"a method and the service", grpcauth.Guard{Methods: rules{one: {}, "/gognito.test.Echo/*": {}}}, nil},
		{"a default", grpcauth.Guard{Default: grpcauth.Require()}, nil},
		{"methods without rules", grpcauth.Guard{Methods: rules{one: grpcauth.Public()}}, []string{
			"grpcauth: " + chat + " has no rule, so every call of it is denied",
			"grpcauth: " + two + " has no rule, so every call of it is denied",
		}},
		{"rules without methods", grpcauth.Guard{Default: grpcauth.Require(), Methods: rules{
			"/gognito.test.Echo/Ones": grpcauth.Require(gognito.InAnyGroup("admins")),
			"/gognito.test.Ecko/*":    grpcauth.Public(),
		}}, []string{
			"grpcauth: the server has no method for the rule of /gognito.test.Echo/Ones",
			"grpcauth: the server has no method for the rule of /gognito.test.Ecko/*",
		}},
	} {
		got := ""
		if err := c.guard.Check(server.GetServiceInfo()); err != nil {
			got = err.Error()
		}
		if want := strings.Join(c.want, "\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, want)
		}
	}
}

func TestAGuardThatCannotWorkDoesNotMount(t *testing.T) {
	_, auth := world(t)
	named := func(name string) grpcauth.Guard { return grpcauth.Guard{Auth: auth, Methods: rules{name: {}}} }
	malformed := "in Guard.Methods is neither"
	for name, c := range map[string]struct {
		guard grpcauth.Guard
		want  string
	}{
		"no Auth":         {grpcauth.Guard{}, "Guard.Auth is nil"},
		"no Verifier":     {grpcauth.Guard{Auth: new(httpauth.Authenticator)}, "Verifier is nil"},
		"a nil policy":    {grpcauth.Guard{Auth: auth, Methods: rules{one: grpcauth.Require(nil)}}, "nil Policy"},
		"a nil default":   {grpcauth.Guard{Auth: auth, Default: grpcauth.Require(nil)}, "nil Policy"},
		"no name":         {named(""), malformed},
		"no slash":        {named("gognito.test.Echo"), malformed},
		"not rooted":      {named("gognito.test.Echo/One"), malformed},
		"no method":       {named("/gognito.test.Echo"), malformed},
		"an empty method": {named("/gognito.test.Echo/"), malformed},
		"no service":      {named("//One"), malformed},
		"everything":      {named("/*"), malformed},
		"every service":   {named("/*/*"), malformed},
		"a prefix":        {named("/gognito.test.Echo/O*"), malformed},
		"a space":         {named(one + " "), malformed},
		"two slashes":     {named("//gognito.test.Echo/One"), malformed},
	} {
		for _, mount := range []func(){func() { c.guard.Unary() }, func() { c.guard.Stream() }, func() { c.guard.ServerOptions() }} {
			if got := panicOf(mount); !strings.Contains(got, c.want) {
				t.Errorf("%s: panics with %q, want %q", name, got, c.want)
			}
		}
	}
}

// panicOf returns what a function panics with.
func panicOf(f func()) (text string) {
	defer func() { text, _ = recover().(string) }()
	f()
	return ""
}
