package gognito_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gognito/gognito/internal/mint"
)

// What a server can answer besides a good set or a bare status.

// raw answers with these bytes, and closes the connection.
func raw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = buffered.WriteString(text)
		_ = buffered.Flush()
		_ = conn.Close()
	}
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// flood answers with that many bytes, or as many as the client takes.
func flood(total int, sent *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		chunk := bytes.Repeat([]byte(" "), 64<<10)
		for done := 0; done < total; done += len(chunk) {
			n, err := w.Write(chunk)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
}

// bomb answers with zeros, that many MiB of them, as gzip.
func bomb(mebibytes int) http.HandlerFunc {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(make([]byte, 1<<20))
	_ = z.Close()
	document := bytes.Repeat(packed.Bytes(), mebibytes) // what is joined unpacks joined (RFC 1952, section 2.2)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(document)
	}
}

// hang never answers, not even a client that has just gone: one that reads until its
// connection is closed may still take that answer.
func hang(_ http.ResponseWriter, r *http.Request) {
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// dribble answers with a good set, a byte at a time, slower than anybody waits, and
// until the client has gone.
func dribble(w http.ResponseWriter, _ *http.Request) {
	for _, b := range mint.JWKS(keyPairs()[0]) {
		_, _ = w.Write([]byte{b})
		if http.NewResponseController(w).Flush() != nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// cutOff answers with a half of a good set, and closes the connection.
func cutOff(w http.ResponseWriter, _ *http.Request) {
	document := mint.JWKS(keyPairs()[0])
	_, _ = w.Write(document[:len(document)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// jwks answers with a set of these members.
func jwks(members ...any) http.HandlerFunc {
	document, err := json.Marshal(map[string]any{"keys": members})
	if err != nil {
		panic(err)
	}
	return text(string(document))
}

// heldUp answers like the handler, once release is closed.
func heldUp(release chan struct{}, then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
			then(w, r)
		case <-r.Context().Done():
		}
	}
}

// large answers with one key in a set of 64 KiB.
func large(key *mint.Key) http.HandlerFunc {
	member := key.JWK()
	member["note"] = strings.Repeat("x", 64<<10)
	return jwks(member)
}
