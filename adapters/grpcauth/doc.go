// Package grpcauth puts an Amazon Cognito user on every call of a gRPC server.
//
//	auth, err := httpauth.FromEnv()
//	…
//	guard := grpcauth.Guard{Auth: auth, Methods: map[string]grpcauth.Rule{
//		"/shop.Shop/Me":    grpcauth.Require(),
//		"/shop.Shop/Admin": grpcauth.Require(gognito.InAnyGroup("admins")),
//	}}
//	server := grpc.NewServer(guard.ServerOptions()...)
//
// A handler gets its user by [gognito.FromContext] from the call's context, a
// stream's by its Context method. A call that is refused never reaches the handler,
// and nothing of a refused stream is read. A unary call's message is: gRPC decodes
// it before it asks any interceptor, and grpc.MaxRecvMsgSize (4 MiB unless set, after
// decompression) is what bounds that.
//
// What decides is the [httpauth.Authenticator], as it does for HTTP: it is asked
// about a request that is made of the call. That is a POST of the full method, whose
// Host is the :authority, whose header is the metadata, and whose RemoteAddr and TLS
// are the peer's. So the token comes from the metadata "authorization" unless the
// Authenticator has another Source, its Attach hook runs once for each call or
// stream, and its Logger is told of faults. Binary metadata, "…-bin", is no text and
// left out; a hook finds it by metadata.FromIncomingContext(r.Context()). The
// Authenticator's ErrorHandler and Realm are not used.
//
// # Methods without a rule
//
// They are denied, those of the health and reflection services too, until they are
// named: "/grpc.health.v1.Health/*": grpcauth.Public(). A name with a typing error
// leaves a method to a weaker rule, or to none: call [Guard.Check] once all services
// are registered.
//
// Calls of methods that the server doesn't have never get here: gRPC answers them with
// Unimplemented, so that anybody can find out which methods there are.
//
// # Errors
//
// The status has a fixed text, which never says which check failed, and a
// google.rpc.ErrorInfo of the domain [Domain]:
//
//	Unauthenticated   NO_TOKEN, INVALID_TOKEN
//	PermissionDenied  FORBIDDEN, INSUFFICIENT_SCOPE
//	Unavailable       UNAVAILABLE; the token can't be judged in an outage. With a google.rpc.RetryInfo
//	Canceled          CANCELED, and DeadlineExceeded: the call's own context ended meanwhile
//	Internal          INTERNAL; Attach or a policy failed
//
// An ended context is no Unavailable, although it is [gognito.ErrUnavailable]: that
// code is counted as an outage, and retried, for a client who has gone.
//
// The error that an interceptor in front of this one gets holds the cause:
// [gognito.ReasonOf] and errors.Is find it. Its own text is the status's, so that one
// that wraps it, and so rewrites the status's text, tells the client no more.
//
// # Streams
//
// A token is judged when its call begins. With [Guard.CutStreams] a stream ends with
// its token, as Unauthenticated.
//
// # Behind a gateway
//
// Only metadata of the names that a Source asks for is read, so grpc-gateway's
// "grpcgateway-authorization" and "grpcgateway-cookie" are not. A gateway that hands
// on cookies as "cookie" must hand on "origin" and "sec-fetch-site" too, by which
// requests of other sites are told apart: without both a call counts as no browser's.
//
// A token of a user in many groups may have more than 12 KB. gRPC servers in Go take
// 16 MiB of metadata unless grpc.MaxHeaderListSize is set, which later versions may
// lower to 8 KiB; proxies, and servers of other languages, often take 8 KiB.
package grpcauth
