// Package lambdaauth makes an httpauth.Authenticator a Lambda authorizer of Amazon
// API Gateway:
//
//	authorizer := lambdaauth.Allow(auth, gognito.InAnyGroup("admins"))
//	lambda.Start(authorizer.Request)
//
// [Require], [Optional] and [Allow] say who is let through; the [Authorizer]'s
// methods are the handlers for [lambda.Start], one for each form of event and
// answer. Make it before Start: what is amiss then panics in the cold start, not
// in a request. The function behind the gateway gets the user back by [UserOf].
//
// # Answers
//
// The event is made an *http.Request, with the invocation's context, and the
// Authenticator decides about that: tokens, cookies, other origins, Attach and
// policies are those of httpauth. Its ErrorHandler and Realm are not asked: API
// Gateway writes the answer.
//
//   - A user, or nobody if that will do: the policy allows the whole stage, since
//     API Gateway caches it for whatever is asked for next. So one function is one
//     rule: routes with another rule need an authorizer of their own.
//   - 401: the error whose text is "Unauthorized", as API Gateway wants it. Lambda
//     counts it among the function's errors, so alarms belong on the API's 5XX.
//     The client gets no WWW-Authenticate, unless a gateway response of the REST
//     API for UNAUTHORIZED adds it. Trace of the Verifier says why.
//   - 403: a policy that denies the stage, or isAuthorized false. $context.authorizer.reason
//     in the access log says why (gognito.ReasonOf); clients see that only if a gateway
//     response is made to tell them.
//   - An outage, or a failed Attach: an error, with the text "Service Unavailable" or
//     "Internal Server Error", which API Gateway answers with 500. The
//     Authenticator's Logger is told.
//
// Every error unwraps to the one that was the reason.
//
// # Identity sources and caching
//
// API Gateway answers 401 without a call if an identity source is missing. So
// leave them empty, and the TTL at 0, if a token may come from one place or another,
// or, as Optional has it, from none; HTTP APIs want no identity source with 401s
// from the function, too (http-api-lambda-authorizer in AWS's developer guide).
//
// A REST API caches answers, by identity source, for 300 seconds unless told
// otherwise, up to an hour. For so long a token is good after it expired or was
// revoked, and what Attach or the policy read besides it is taken as the same. The
// function behind can look at ExpiresAt. With cookies the TTL has to be 0: a cached
// answer to the site's own page would let another site's request in, and a cached
// refusal of another site's request would lock the user out.
//
// # Cookies
//
// Another site's requests are told by Origin and Host, or by Sec-Fetch-Site. If
// a content delivery network in front changes Host, name the site by
// CrossOrigin.AddTrustedOrigin. $connect of a WebSocket API counts as a
// handshake whatever its Connection header says. Browsers can't set
// Authorization there; nothing here reads tokens from the query string. Once
// connected, a socket outlives its token, by up to two hours: look at ExpiresAt.
//
// # Limits
//
// API Gateway takes at most 10,240 bytes of headers, so a token with a hundred
// groups may not fit. An answer to $connect of more than 8 KB, its quota, is
// refused, never cut. HTTP APIs wait 10 seconds for an authorizer. A fetch of keys
// takes up to 5: give the function more than Lambda's default of 3.
//
// # Cold starts and frozen time
//
// Every execution environment fetches the keys: by Prefetch of the Verifier, called
// before lambda.Start, as a part of the cold start, and otherwise while the first
// request waits. With gognito.ParseJWKS and a jwks.json in the function's package
// nothing is fetched; a rotation of the pool's keys then needs a deployment.
//
// Config.KeyFile needs a folder that can be written. /tmp is the environment's own,
// and empty in a new one, so it serves a restart after a crash or a timeout; a
// mounted file system serves all of them. In the package's folder, which is
// read-only, it can't be written, which Trace is told, and what is in it is too old
// after MaxStale.
//
// Between invocations the process is frozen. A refresh of keys that the freeze
// interrupts goes on, or fails, at the next one, and the last good keys serve on;
// no request waits for it. If the clock that keys age by is frozen, too, keys
// may be older than MaxStale by the clock on the wall.
package lambdaauth
