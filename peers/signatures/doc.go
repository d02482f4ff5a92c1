// Package signatures compares internal/rs256 with crypto/rsa, the peer that it
// replaces: on every signature, genuine, random or forged, the two must agree.
// It has tests only.
package signatures
