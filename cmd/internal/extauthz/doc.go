// Package extauthz lets Envoy ask the gateway about requests over gRPC
// (envoy.service.auth.v3.Authorization), as its filter envoy.filters.http.ext_authz
// does with a grpc_service.
//
// What Envoy takes for a decision is a [authv3.CheckResponse], and nothing else is: any
// error of gRPC is a failure of the service to it, and with failure_mode_allow it lets the
// request through. A client could bring that about with a forged token while there are
// no keys, or with bytes that no decoder takes. So whatever goes wrong here is answered
// with a denial, an outage too.
//
// [authv3.CheckResponse]: https://pkg.go.dev/github.com/envoyproxy/go-control-plane/envoy/service/auth/v3#CheckResponse
package extauthz
