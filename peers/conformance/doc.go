// Package conformance holds the rules of the standards that a verifier of
// Cognito's tokens has to keep, with tokens and key sets that break each of them
// and that keep it, and measures who refuses and accepts which. It consists of
// tests alone; docs/conformance.md is what they print.
package conformance
