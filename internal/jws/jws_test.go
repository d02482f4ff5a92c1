package jws_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/gognito/gognito/internal/jws"
)

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func Example() {
	t, err := jws.Parse(b64(`{"kid":"a","alg":"RS256"}`) + "." + b64(`{"sub":"jane"}`) + "." + b64("signature"))
	fmt.Println(t.KeyID, t.Algorithm, t.Payload, string(t.Signature), err)
	// Output: a RS256 {"sub":"jane"} signature <nil>
}

func TestParseKeepsTheSigningInputAsReceived(t *testing.T) {
	compact := b64(`{ "alg":"RS256", "kid":"\u0061" }`) + "." + b64(`{}`) + "." + b64("s")
	token, err := jws.Parse(compact)
	if err != nil {
		t.Fatal(err)
	}
	if token.SigningInput != compact[:strings.LastIndexByte(compact, '.')] || token.KeyID != "a" {
		t.Errorf("signing input %q, kid %q", token.SigningInput, token.KeyID)
	}
}

func TestDecodeTakesOneSpelling(t *testing.T) {
	for text, good := range map[string]bool{
		"": true, "AA": true, "AAA": true, "AAAA": true, "-_-_": true,
		"A": false, "AB": false, "AAB": false, "AA==": false, "AA=": false, "+/+/": false,
		"AA\n": false, "\rAA": false, "A A": false, "AA.": false, "é": false,
	} {
		if _, err := jws.Decode(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzParse: what is parsed has one spelling, that of what is signed.
func FuzzParse(f *testing.F) {
	f.Add(b64(`{"kid":"a","alg":"RS256"}`) + "." + b64(`{"sub":"jane"}`) + "." + b64("signature"))
	for _, seed := range []string{"", "..", "a.b.c", "a.b.c.d", "e30.e30.", "eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.e30.", "\n.\n.\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, compact string) {
		token, err := jws.Parse(compact)
		if err != nil {
			return
		}
		if token.Algorithm == "" || token.KeyID == "" || len(compact) > jws.MaxSize {
			t.Fatalf("accepted: %+v", token.Header)
		}
		header, _, _ := strings.Cut(compact, ".")
		again := header + "." + b64(token.Payload) + "." + b64(string(token.Signature))
		if again != compact || token.SigningInput != header+"."+b64(token.Payload) {
			t.Fatalf("%q has another spelling: %q", compact, again)
		}
	})
}
