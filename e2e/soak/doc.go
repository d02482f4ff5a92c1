// Package soak lets the gateway run for a time while everything around it changes: keys
// rotate, their endpoint is down half the time, and the configuration is loaded again
// every few seconds, good or not. Meanwhile good and bad requests come at every door.
// It holds one test:
//
//	GOWORK=off SOAK_TIME=10m go -C e2e test -count=1 -v -timeout 15m ./soak
//
// It holds the gateway to three promises: no good request is refused, no bad one is let
// through, and it takes no more memory at the end than it did once warm. What is good
// follows from docs/keys.md. A token of a key that the gateway is known to have is good,
// whatever happens to the endpoint, until a key set without the key is on its way; and
// bad once the gateway is known to have that one. In between, and before the gateway
// has shown that it has the key, either answer is right.
package soak
