package alb_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

func block(name string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: name, Bytes: der}))
}

func der(t *testing.T, key any, marshal func(any) ([]byte, error)) []byte {
	t.Helper()
	b, err := marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// An answer that is not one public key of the only kind there is can't judge the
// token; and nothing of a private key is ever used.
func TestOnlyOneP256PublicKeyInPEMIsAKey(t *testing.T) {
	key := mint.NewALBKey()
	good := string(key.PEM())
	public := der(t, key.Private.Public(), x509.MarshalPKIXPublicKey)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	offCurve := bytes.Clone(public)
	offCurve[len(offCurve)-1] ^= 1
	for name, test := range map[string]struct {
		body string
		want gognito.Reason
	}{
		"as published":           {good, ""},
		"without a line end":     {strings.TrimSpace(good), ""},
		"with CRLF":              {strings.ReplaceAll(good, "\n", "\r\n") + "\r\n", ""},
		"empty":                  {"", keysUnavailable},
		"a page":                 {"<html>sign in to the network</html>", keysUnavailable},
		"JSON":                   {`{"keys":[]}`, keysUnavailable},
		"DER":                    {string(public), keysUnavailable},
		"two keys":               {good + good, keysUnavailable},
		"text before":            {"x\n" + good, keysUnavailable},
		"a broken block before":  {"-----BEGIN PUBLIC KEY-----\n!\n" + good, keysUnavailable},
		"text behind":            {good + "x", keysUnavailable},
		"a header in the PEM":    {strings.Replace(good, "KEY-----\n", "KEY-----\nA: b\n\n", 1), keysUnavailable},
		"bytes behind the key":   {block("PUBLIC KEY", append(bytes.Clone(public), 0)), keysUnavailable},
		"another type":           {block("EC PUBLIC KEY", public), keysUnavailable},
		"a certificate's type":   {block("CERTIFICATE", public), keysUnavailable},
		"a private key":          {block("PRIVATE KEY", der(t, key.Private, x509.MarshalPKCS8PrivateKey)), keysUnavailable},
		"private, called public": {block("PUBLIC KEY", der(t, key.Private, x509.MarshalPKCS8PrivateKey)), keysUnavailable},
		"both halves":            {good + block("PRIVATE KEY", der(t, key.Private, x509.MarshalPKCS8PrivateKey)), keysUnavailable},
		"P-384":                  {block("PUBLIC KEY", der(t, p384.Public(), x509.MarshalPKIXPublicKey)), keysUnavailable},
		"RSA":                    {block("PUBLIC KEY", der(t, weak.Public(), x509.MarshalPKIXPublicKey)), keysUnavailable},
		"not on the curve":       {block("PUBLIC KEY", offCurve), keysUnavailable},
		"16 KiB":                 {good + strings.Repeat("\n", 16<<10-len(good)), ""},
		"more than 16 KiB":       {good + strings.Repeat("\n", 16<<10-len(good)+1), keysUnavailable},
		"another key":            {string(mint.NewALBKey().PEM()), gognito.ReasonSignature},
	} {
		h := newHost()
		h.set(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(test.body)) })
		v := verifier(t, h.config())
		_, err := v.Verify(t.Context(), signed(key))
		if got := gognito.ReasonOf(err); got != test.want {
			t.Errorf("%s: reason %q, want %q", name, got, test.want)
		}
		// It is an answer: not a fault of the host, so it does not keep others from
		// asking, and it is not asked for again at once.
		other := mint.NewALBKey()
		h.publish(other)
		h.set(h.serve)
		check(t, v, signed(other), "")
		check(t, v, signed(key), test.want)
		if n := h.count(); n != 2 {
			t.Errorf("%s: %d fetches", name, n)
		}
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	key := mint.NewALBKey()
	var elsewhere atomic.Int64
	mux := http.NewServeMux()
	mux.Handle("/"+key.ID, http.RedirectHandler("/moved", http.StatusFound))
	mux.HandleFunc("/moved", func(w http.ResponseWriter, _ *http.Request) { elsewhere.Add(1); _, _ = w.Write(key.PEM()) })
	server := httptest.NewServer(mux)
	defer server.Close()
	c := newHost().config()
	c.KeyURL = server.URL
	c.HTTPClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}
	check(t, verifier(t, c), signed(key), keysUnavailable)
	if elsewhere.Load() != 0 {
		t.Error("a redirect was followed")
	}
	if c.HTTPClient.CheckRedirect(nil, nil) != nil {
		t.Error("the application's client was changed")
	}
}

// The limit counts what comes out of a compressed body.
func TestACompressedAnswerIsMeasuredUncompressed(t *testing.T) {
	key := mint.NewALBKey()
	for size, want := range map[int]gognito.Reason{1 << 10: "", 1 << 20: keysUnavailable} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(key.PEM())
			_, _ = z.Write(bytes.Repeat([]byte{'\n'}, size))
			_ = z.Close()
		}))
		c := newHost().config()
		c.KeyURL, c.HTTPClient = server.URL, nil
		check(t, verifier(t, c), signed(key), want)
		server.Close()
	}
}
