// Package devpool is an Amazon Cognito user pool for development: it runs on the
// developer's machine, and has the few users that its configuration names.
//
// In a test, [Start] it, and sign a user in:
//
//	pool := devpool.Start(t, devpool.Config{})
//	verifier, err := gognito.New(pool.VerifierConfig())
//	…
//	tokens, err := pool.SignIn(ctx, "jane", "jane-Dev-1")
//
// In a program, [New] returns the pool as an http.Handler. It publishes its keys
// where a user pool does, and answers the InitiateAuth call of the Cognito API
// for the flow USER_PASSWORD_AUTH, so that clients made for Cognito can sign in.
// Access and ID tokens have the claims, the two keys and the key IDs that
// Cognito's have; only their issuer is the URL of the development pool.
//
// It is for development and tests, never for production: passwords are kept and
// shown in the clear, and the keys are new at each start and in memory only.
package devpool
