// Package decide is the gateway's decision engine: given the rules and what a
// request says of itself, who may go through? It reads no header and no body,
// speaks no proxy's dialect, and verifies no token: it asks its caller for the
// user, once, and only if a rule wants one.
//
// # Readings
//
// A gateway judges one spelling of a path, and the application behind it serves
// another: that is how /public/..%2fadmin gets past a rule about /public/*. Which
// path a server takes a spelling for depends on what it does, and in which order:
// nginx decodes, merges slashes and then resolves dots; Go's ServeMux cleans first
// and decodes each segment alone; Caddy hands on what it got; others take a
// backslash for a slash, drop what follows a semicolon, decode twice, or do not
// mind letter case.
//
// So the engine does not guess. A path's readings are all that any of these steps,
// in any order, make of it, and each is judged as a path of its own, with letter
// case and without. The request needs what all of them need: one reading that is
// denied denies it, the demands of different rules must hold together, and it is
// public only if every reading is.
//
// Besides, a public rule takes only a path that is in its canonical spelling: the
// normal form of RFC 3986, section 6.2.2, without anything that servers disagree
// about. That has one reading, what it decodes to. Any other spelling passes
// public rules by, and comes to the next rule that takes it.
//
// What no server should serve has no reading at all, and is [ErrMalformed]: see
// [Request]. So /files/a%2Fb or /v1/things;v=2 work for a signed-in user whose
// rule covers all of their readings, and get a stranger nowhere.
//
// # What it can't know
//
// One thing under two names: an application that serves /users as /users.json too,
// /admin under an alias, or, on Windows, as /admin. with a dot, needs a rule that
// covers both. One that takes a method from a header or a form
// (X-HTTP-Method-Override) needs the same rule for all methods. One that serves its
// main site to any Host needs rules that name no hosts.
package decide
