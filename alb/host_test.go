package alb_test

import (
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito/alb"
	"github.com/gognito/gognito/internal/mint"
)

const (
	keyHost = "https://keys.example"
	arn     = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"
	poolID  = "eu-west-1_AbCdEfGhI"
	client  = "6h89qn2bfglbmvfebq9aaknqk0"
)

// host is a key host without a network, so that time can stand still around it.
type host struct {
	mu      sync.Mutex
	keys    map[string][]byte
	answer  http.HandlerFunc // if set, instead of the keys
	fetched []string         // URLs
}

func newHost(keys ...*mint.ALBKey) *host {
	h := &host{keys: make(map[string][]byte)}
	h.publish(keys...)
	return h
}

func (h *host) publish(keys ...*mint.ALBKey) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, k := range keys {
		h.keys["/"+k.ID] = k.PEM()
	}
}

func (h *host) set(answer http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
}

func (h *host) urls() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.fetched...)
}

func (h *host) count() int { return len(h.urls()) }

func (h *host) client() *http.Client { return &http.Client{Transport: h} }

func (h *host) RoundTrip(r *http.Request) (*http.Response, error) {
	h.mu.Lock()
	h.fetched = append(h.fetched, r.URL.String())
	answer := h.answer
	h.mu.Unlock()
	if answer == nil {
		answer = h.serve
	}
	recorder := httptest.NewRecorder()
	answer(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if recorder.Code == broken {
		return nil, errors.New("connection refused")
	}
	return recorder.Result(), nil
}

// broken is what a handler answers to break the connection.
const broken = 999

func (h *host) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	key := h.keys[r.URL.Path]
	h.mu.Unlock()
	if key == nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	_, _ = w.Write(key)
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// config accepts the tokens that signed makes.
func (h *host) config() alb.Config {
	return alb.Config{LoadBalancers: []string{arn}, UserPoolID: poolID, ClientIDs: []string{client}, KeyURL: keyHost, HTTPClient: h.client()}
}

// signed returns a good token, valid for a year. In a bubble of synctest it is called
// by one goroutine at a time: in FIPS 140 mode, a second source of randomness is made
// for the second goroutine, by measuring a clock that stands still there.
func signed(k *mint.ALBKey) string {
	session := mint.NewSession(mint.Pool{ID: poolID, Issuer: mint.Issuer(poolID)}, mint.User{Username: "ada", Subject: "s"}, client, time.Now())
	exp := time.Now().AddDate(1, 0, 0)
	return mint.SignALB(k, mint.NewALBHeader(k, arn, session, exp), mint.ALBClaims(session, exp))
}

var forger = mint.NewALBKey()

// forged returns what anybody can write: all that is compared is right, and the key
// ID is any.
func forged(kid string) string { return signed(&mint.ALBKey{ID: kid, Private: forger.Private}) }

// otherSign returns the token with n-s in the place of s.
func otherSign(t *testing.T, token string) string {
	t.Helper()
	i := strings.LastIndexByte(token, '.') + 1
	signature := decode(t, token[i:])
	s := new(big.Int).SetBytes(signature[32:])
	s.Sub(elliptic.P256().Params().N, s).FillBytes(signature[32:])
	return token[:i] + base64.URLEncoding.EncodeToString(signature)
}

// get asks the handler with those headers, and returns its answer.
func get(handler http.Handler, set func(http.Header), method ...string) string {
	r := httptest.NewRequest(append(method, http.MethodGet)[0], "/", nil)
	set(r.Header)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return fmt.Sprint(w.Code, " ", strings.TrimSpace(w.Body.String()))
}

func decode(t testing.TB, segment string) []byte {
	t.Helper()
	b, err := base64.URLEncoding.DecodeString(segment)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
