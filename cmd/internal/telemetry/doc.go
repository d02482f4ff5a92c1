// Package telemetry is what operators see of the gateway: its metrics, a log of
// requests, a log of decisions, and what somebody has to do something about.
//
// # What never gets into a log
//
// What a client sends is hostile: it may be endless, hold line ends, or be a token
// where none belongs, such as a path. Every text of a client's is bounded, and what
// looks like a token is taken out by [Mask]. The query of a target is not logged at
// all. Of users there is the ID that their pool gave them (the sub claim), and never a
// username, an email address or a group. But a path that names people names them in
// the log as well.
//
// # Labels
//
// The labels of metrics come from closed sets: the code's and the configuration's
// names. Nothing of a request gets into one.
package telemetry
