// Package serve is the command gognito serve: the gateway as a process. It listens,
// reloads what it was told when that changes, and drains before it ends.
//
// What decides is one snapshot of the settings, swapped as a whole: a request is
// decided by the old ones or by the new ones, never by some of either.
package serve
