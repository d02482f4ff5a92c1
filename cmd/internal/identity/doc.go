// Package identity is what the gateway tells the application about the user: a fixed
// set of headers, and, if wanted, an assertion that the application can verify, and the
// token itself.
//
// What the client sent under one of their names, or under another spelling of it,
// never gets through. What the token does not say is not told: no claim takes the
// place of another. What would be too long is refused, and never cut.
package identity
