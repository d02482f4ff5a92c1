// Package alb verifies what an Application Load Balancer says of the user that
// it signed in with a Cognito user pool (the listener action
// authenticate-cognito): the header x-amzn-oidc-data, a token that the load
// balancer itself signs, anew for each request.
//
//	verifier, err := alb.New(alb.Config{
//		LoadBalancers: []string{"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"},
//		UserPoolID:    "eu-west-1_AbCdEfGhI",
//		ClientIDs:     []string{"6h89qn2bfglbmvfebq9aaknqk0"},
//	})
//	…
//	auth := &httpauth.Authenticator{Verifier: verifier, Source: httpauth.Header(alb.Header)}
//
// The claims say who the user is. They never have groups or scopes, since the
// load balancer knows of none: those are in the user's access token, which it
// forwards as x-amzn-oidc-accesstoken, for the ordinary [gognito.Verifier].
//
// A service that can be reached past its load balancer takes replayed headers
// for the load balancer's. Let its security group admit the load balancer alone;
// docs/alb.md says more.
//
// The package needs no database and no network but for the load balancer's
// public keys, one for each key ID, which are fetched when a token first names
// them and kept. It logs nothing; its only goroutines are those fetches, which end
// by themselves within seconds.
package alb
