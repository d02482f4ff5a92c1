package alb_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/mint"
)

var keyURLForm = regexp.MustCompile(`^https://keys\.example/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// FuzzVerify: whatever is sent, nothing of it is accepted that is not the good
// token, and no URL is asked for that is not a UUID's.
func FuzzVerify(f *testing.F) {
	lb := gognitotest.NewALB(f, gognitotest.NewPool(f))
	for _, h := range lb.HostileTokens() {
		if len(h.Token) < 4<<10 {
			f.Add(h.Token)
		}
	}
	key := mint.NewALBKey()
	good := signed(key)
	f.Add(good)
	f.Fuzz(func(t *testing.T, token string) {
		h := newHost(key)
		claims, err := verifier(t, h.config()).Verify(t.Context(), token)
		if (err == nil) != (claims != nil) || err == nil && token != good {
			t.Fatalf("accepted: %q", token)
		}
		if err != nil && gognito.ReasonOf(err) == "" {
			t.Fatalf("an error without a reason: %v", err)
		}
		for _, url := range h.urls() {
			if !keyURLForm.MatchString(url) {
				t.Fatalf("fetched %q", url)
			}
		}
	})
}

// FuzzSigned: even of what the load balancer itself signs, only that is accepted
// which another reader of JSON finds right, too.
func FuzzSigned(f *testing.F) {
	key := mint.NewALBKey()
	parts := strings.Split(signed(key), ".")
	header, payload := decode(f, parts[0]), decode(f, parts[1])
	f.Add(header, payload)
	f.Add(append([]byte(" "), header...), append(payload, '\n'))
	f.Add([]byte(`{}`), []byte(`{}`))
	h := newHost(key)
	now := time.Now()
	c := h.config()
	c.Now = func() time.Time { return now }
	v := verifier(f, c)
	f.Fuzz(func(t *testing.T, header, payload []byte) {
		claims, err := v.Verify(t.Context(), mint.SignALB(key, header, payload))
		if err != nil {
			return
		}
		said, of := members(t, header), members(t, payload)
		for name, want := range map[string]any{"alg": "ES256", "kid": key.ID, "signer": arn, "client": client, "iss": mint.Issuer(poolID)} {
			if said[name] != want {
				t.Fatalf("accepted: header %s", header)
			}
		}
		if of["iss"] != said["iss"] || of["sub"] != claims.Subject || of["username"] != claims.Username || claims.Subject == "" || claims.Username == "" {
			t.Fatalf("accepted: payload %s", payload)
		}
		exp := min(said["exp"].(float64), of["exp"].(float64))
		if exp <= float64(now.Unix()) || claims.ExpiresAt.Unix() != int64(exp) {
			t.Fatalf("accepted: %s %s", header, payload)
		}
		if claims.Groups != nil || claims.Scopes != nil || claims.TokenUse != "alb" {
			t.Fatalf("claims of %s", payload)
		}
		// A second spelling is not accepted.
		token := mint.SignALB(key, header, payload)
		bare := base64.RawURLEncoding.EncodeToString(decode(t, token[strings.LastIndexByte(token, '.')+1:]))
		check(t, v, token[:strings.LastIndexByte(token, '.')+1]+bare, gognito.ReasonMalformed)
	})
}

// FuzzAnswer: of what a key host may answer, only one public key is a key.
func FuzzAnswer(f *testing.F) {
	key := mint.NewALBKey()
	token := signed(key)
	good := string(key.PEM())
	for _, seed := range []string{"", good, good + good, "x" + good, "-----BEGIN PUBLIC KEY-----\n!\n" + good, strings.ReplaceAll(good, "PUBLIC", "PRIVATE")} {
		f.Add(seed)
	}
	der, _ := pem.Decode([]byte(good))
	f.Fuzz(func(t *testing.T, body string) {
		h := newHost()
		h.set(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
		if _, err := verifier(t, h.config()).Verify(t.Context(), token); err != nil {
			if gognito.ReasonOf(err) != keysUnavailable && gognito.ReasonOf(err) != gognito.ReasonSignature {
				t.Fatalf("%v", err)
			}
			return
		}
		text := strings.TrimSpace(body)
		block, rest := pem.Decode([]byte(text))
		if block == nil || len(rest) > 0 || !bytes.Equal(block.Bytes, der.Bytes) || strings.Count(text, "BEGIN") != 1 || !strings.HasPrefix(text, "-----BEGIN PUBLIC KEY-----") {
			t.Fatalf("accepted: %q", body)
		}
	})
}

// members reads an object as encoding/json does, names compared exactly.
func members(t *testing.T, object []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(object, &m); err != nil {
		t.Fatalf("%q: %v", object, err)
	}
	return m
}
