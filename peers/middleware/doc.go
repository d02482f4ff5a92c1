// Package middleware puts Gognito and other authentication middleware for Go in
// front of the same handler, on real servers, and sends all of them the same
// requests. It consists of tests alone; docs/middleware.md is what they print.
package middleware
