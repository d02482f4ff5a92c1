package mint

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
)

const (
	lowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789"
	alphanumeric      = lowerAlphanumeric + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// NewPoolID returns a user pool ID of a region: "us-east-1_AbCdEfGhI".
func NewPoolID(region string) string { return region + "_" + randomText(9, alphanumeric) }

// NewClientID returns an app client ID: 26 lower-case letters and digits.
func NewClientID() string { return randomText(26, lowerAlphanumeric) }

// NewUUID returns a random UUID (RFC 9562, version 4), as in jti, origin_jti and
// event_id.
func NewUUID() string {
	b := [16]byte(randomBytes(16))
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return dashed(b)
}

// NewSubject returns a user's sub. Like Cognito's it has the shape of a UUID and
// is none: its variant bits are not those of RFC 9562, so that code which
// parses a sub as a UUID is found out.
func NewSubject() string { return subject([16]byte(randomBytes(16))) }

// SubjectOf returns the sub of a username in a pool: always the same one, of the
// shape of [NewSubject].
func SubjectOf(poolID, username string) string {
	sum := sha256.Sum256([]byte(poolID + "\x00" + username))
	return subject([16]byte(sum[:16]))
}

// Issuer returns the issuer that belongs to a pool ID:
// "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI".
func Issuer(poolID string) string {
	return "https://cognito-idp." + regionOf(poolID) + ".amazonaws.com/" + poolID
}

// UpdatedIssuer returns the issuer of a pool whose issuer type is UPDATED, on the
// host issuer-cognito-idp.
func UpdatedIssuer(poolID string) string {
	return "https://issuer-cognito-idp." + regionOf(poolID) + ".amazonaws.com/" + poolID
}

func regionOf(poolID string) string {
	region, _, _ := strings.Cut(poolID, "_")
	return region
}

func subject(b [16]byte) string {
	b[8] |= 0xc0
	return dashed(b)
}

func dashed(b [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}

// randomText is a little uneven, which no identifier minds.
func randomText(n int, alphabet string) string {
	b := randomBytes(n)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}
