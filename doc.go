// Package gognito verifies the tokens of Amazon Cognito user pools, and turns
// them into users.
//
// For a net/http server, use package httpauth, which is built on this one. Here
// is the verification itself:
//
//	verifier, err := gognito.New(gognito.Config{
//		UserPoolID: "eu-west-1_AbCdEfGhI",
//		ClientIDs:  []string{"6h89qn2bfglbmvfebq9aaknqk0"},
//	})
//	…
//	claims, err := verifier.Verify(ctx, token)
//
// Verify checks everything that AWS says must be checked ("Verifying JSON web
// tokens" in the Amazon Cognito Developer Guide): the form, RS256 and nothing
// else, the issuer, the signature under one of the pool's published keys, exp
// and nbf, token_use, and the app client. It needs no database, and no network
// but for the pool's public keys, which are kept in memory and fetched again
// beside the requests that use them.
//
// The zero value of every option is the strict choice. Verify returns claims
// with a nil error only. Every refusal is an [*Error] of a [Kind], which decides
// how a request is answered, and a [Reason], which is for operators.
//
// The package logs nothing; a [Trace] can be told what happens. Its only
// goroutines are fetches of keys, which end by themselves within seconds, so
// nothing needs closing. Its types are safe for concurrent use unless they say
// otherwise.
package gognito
