package gognito

import (
	"context"
	"time"
)

// A Trace is told what the library does, for metrics and logs. Its functions
// are called on the path of the request or of the fetch, so they return
// quickly; they must be safe for concurrent use. They may call back into the
// library. KeysFetched runs on a goroutine of the fetch's, where a panic ends the
// program. A nil function costs nothing,
// not even a look at the clock.
type Trace struct {
	// Verified is called once for every Verify, refused tokens included.
	Verified func(context.Context, VerifyInfo)
	// KeysFetched is called after every fetch of a key set, good or bad, before
	// the requests that wait for it go on; and when a key file was read or could
	// not be written.
	KeysFetched func(KeysInfo)
}

// VerifyInfo is about one Verify. It holds nothing of the token.
type VerifyInfo struct {
	UserPoolID string        // of the Verifier; "" from a Pools when no pool matched
	Err        error         // nil, or the *Error that Verify returns
	Remembered bool          // the signature had been verified before
	Duration   time.Duration // of the whole Verify
}

// KeysInfo is about one fetch of a key set, or about the key file.
type KeysInfo struct {
	URL      string        // where from; "" if it is about the file
	File     string        // the key file; "" if it is about a fetch
	Keys     int           // usable keys in the answer
	Skipped  []SkippedKey  // the members of the set that are not usable
	Err      error         // nil, or why the fetch failed; the last good set stays
	Duration time.Duration // of the fetch
}
