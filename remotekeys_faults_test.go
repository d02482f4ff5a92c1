package gognito_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// fault is one way in which the keys can't be had over a real connection.
type fault struct {
	name string
	want string // in the error
	slow bool   // it ends by the fetch's own limit
	set  func(*troubled)
}

// troubled is a host that publishes keys, until a fault is set.
type troubled struct {
	*site
	net       *internet
	attacker  *site // whom nobody must ask
	expired   *site
	elsewhere *site
	untrusted *site
}

func newTroubled(t testing.TB) *troubled {
	t.Helper()
	good := publish(keyPairs()[0])
	s := &troubled{
		site: newTLSSite(t, certificates().good, good), net: newInternet(t),
		attacker:  newTLSSite(t, certificates().good, good),
		expired:   newTLSSite(t, certificates().expired, good),
		elsewhere: newTLSSite(t, certificates().elsewhere, good),
		untrusted: newTLSSite(t, certificates().untrusted, good),
	}
	s.net.route("attacker.example", s.attacker.address())
	s.heal()
	return s
}

func (s *troubled) heal() {
	s.set(publish(keyPairs()[0]))
	s.net.route(keysHost, s.address())
}

// leaked reports whom a fetch asked although it must not.
func (s *troubled) leaked() error {
	others := s.net.others(keysHost)
	if n := s.attacker.fetches.Load() + s.expired.fetches.Load() + s.elsewhere.fetches.Load() + s.untrusted.fetches.Load(); n > 0 || len(others) > 0 {
		return fmt.Errorf("asked those that it must not: %d requests, connections to %q", n, others)
	}
	return nil
}

// leads returns a fault of the name's address.
func leads(name, want string, address func(*troubled) string) fault {
	return fault{name: name, want: want, set: func(s *troubled) { s.net.route(keysHost, address(s)) }}
}

// answers returns a fault of the server's answer.
func answers(name, want string, with http.HandlerFunc) fault {
	return fault{name: name, want: want, set: func(s *troubled) { s.site.set(with) }}
}

var faults = sync.OnceValue(func() []fault {
	document := string(mint.JWKS(keyPairs()[0]))
	sized := func(length int) http.HandlerFunc {
		return raw(fmt.Sprintf("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", length, document))
	}
	return []fault{
		leads("refused", "connection refused", func(*troubled) string { return closedAddress }),
		leads("no such name", "lookup keys.invalid", func(*troubled) string { return "keys.invalid:443" }),
		leads("an expired certificate", "expired", func(s *troubled) string { return s.expired.address() }),
		leads("another host's certificate", "not "+keysHost, func(s *troubled) string { return s.elsewhere.address() }),
		leads("an untrusted certificate", "x509", func(s *troubled) string { return s.untrusted.address() }),
		answers("403", "answered 403", status(403)),
		answers("404", "answered 404", status(404)),
		answers("429", "answered 429", status(429, "Retry-After", "2")),
		answers("500", "answered 500", status(500)),
		answers("a redirect to another host", "redirects to another host", status(302, "Location", "https://attacker.example/jwks.json")),
		answers("a redirect to another port", "redirects to another host", status(307, "Location", "https://"+keysHost+":444/jwks.json")),
		answers("a redirect to http", "redirects to another host", status(301, "Location", "http://"+keysHost+"/jwks.json")),
		answers("closed before it answers", "EOF", raw("")),
		answers("no HTTP", "malformed HTTP", raw("SSH-2.0-OpenSSH_9.9\r\n")),
		answers("closed in mid-body", "unexpected EOF", cutOff),
		answers("closed in mid-body, of no length", "not a JSON Web Key Set", raw("HTTP/1.0 200 OK\r\n\r\n"+document[:len(document)/2])),
		answers("a Content-Length too large", "unexpected EOF", sized(len(document)+1)),
		answers("a Content-Length too small", "not a JSON Web Key Set", sized(len(document)-1)),
		answers("endless headers", "exceeded", raw("HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 11<<20))),
		answers("100 MB", "larger than", flood(100<<20, new(atomic.Int64))),
		answers("a gzip bomb", "larger than", bomb(16)),
		answers("no gzip", "gzip", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			text(document)(w, r)
		}),
		answers("HTML", "not a JSON Web Key Set", text("<!doctype html><title>Sign in to the Wi-Fi</title>")),
		answers("an empty answer", "not a JSON Web Key Set", text("")),
		answers("an empty set", "no usable key", text(`{"keys":[]}`)),
		answers("junk only", "no usable key", text(`{"keys":[{"kty":"oct","kid":"a","k":"AA"},null]}`)),
		{"slow headers", "deadline exceeded", true, func(s *troubled) { s.site.set(hang) }},
		{"a slow body", "deadline exceeded", true, func(s *troubled) { s.site.set(dribble) }},
	}
})

// inAllFaults calls check once for every fault, all at the same time: some take
// five seconds.
func inAllFaults(t *testing.T, check func(*troubled, fault) error) {
	t.Helper()
	var all sync.WaitGroup
	for _, f := range faults() {
		s := newTroubled(t)
		all.Go(func() {
			if err := errors.Join(check(s, f), s.leaked()); err != nil {
				t.Errorf("%s: %v", f.name, err)
			}
		})
	}
	all.Wait()
}

// The good tokens are verified with a context that has ended, so that none of them
// can have waited.
func TestAnyFaultLeavesTheLastGoodSetInUse(t *testing.T) {
	t.Parallel()
	pairs, issuer := keyPairs(), mint.Issuer(realPool)
	inAllFaults(t, func(s *troubled, f fault) error {
		var last atomic.Pointer[gognito.KeysInfo]
		keys := remoteKeys(t, gognito.RemoteKeysConfig{
			URLs: []string{keysURL}, HTTPClient: s.net.Client,
			Trace: &gognito.Trace{KeysFetched: func(info gognito.KeysInfo) { last.Store(&info) }},
		})
		remembering := realVerifier(t, func(c *gognito.Config) { c.Keys = keys })
		forgetful := realVerifier(t, func(c *gognito.Config) { c.Keys, c.CacheBytes = keys, -1 })
		good, unknown := signed(pairs[0], issuer), signed(pairs[1], issuer)
		verify := func() error {
			if reason := reasonOf(impatient(), forgetful, good); reason != "" {
				return fmt.Errorf("a good token: %s", reason)
			}
			if reason := reasonOf(impatient(), remembering, good); reason != "" {
				return fmt.Errorf("a good token, remembered: %s", reason)
			}
			return nil
		}
		if err := errors.Join(keys.Refresh(t.Context()), verify()); err != nil {
			return err
		}
		before := keys.Status()[0]

		s.net.CloseIdleConnections()
		f.set(s)
		refreshed := make(chan error, 1)
		go func() { refreshed <- keys.Refresh(t.Context()) }()
		var refused error
		late := within(time.Minute, func() bool { refused = verify(); return refused != nil || len(refreshed) > 0 })
		if err := <-refreshed; err == nil {
			return errors.New("Refresh succeeded")
		}
		if err := errors.Join(late, refused, verify()); err != nil {
			return err
		}
		after := keys.Status()[0]
		if after.Err == nil || !strings.Contains(after.Err.Error(), f.want) || !errors.Is(last.Load().Err, after.Err) {
			return fmt.Errorf("status: %v, traced: %v; want %q", after.Err, last.Load().Err, f.want)
		}
		if !slices.Equal(after.KeyIDs, before.KeyIDs) || !after.Fetched.Equal(before.Fetched) {
			return fmt.Errorf("status %+v, before %+v", after, before)
		}
		if took := last.Load().Duration; f.slow && (took < 4900*time.Millisecond || took > 20*time.Second) {
			return fmt.Errorf("the fetch took %v, want about 5 s", took)
		}
		if reason := reasonOf(t.Context(), forgetful, unknown); reason != gognito.ReasonKeysUnavailable {
			return fmt.Errorf("a token of an unknown key: %q", reason)
		}

		s.heal()
		if err := keys.Refresh(t.Context()); err != nil || keys.Status()[0].Err != nil {
			return fmt.Errorf("after the fault: %w, status %w", err, keys.Status()[0].Err)
		}
		if reason := reasonOf(t.Context(), forgetful, unknown); reason != gognito.ReasonUnknownKey {
			return fmt.Errorf("a token of an unknown key, after the fault: %q", reason)
		}
		return verify()
	})
}

func TestAnyFaultAsTheFirstAnswerEndsByItself(t *testing.T) {
	t.Parallel()
	pairs, issuer := keyPairs(), mint.Issuer(realPool)
	inAllFaults(t, func(s *troubled, f fault) error {
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{keysURL}, HTTPClient: s.net.Client})
		v := realVerifier(t, func(c *gognito.Config) { c.Keys = keys })
		good := signed(pairs[0], issuer)
		f.set(s)
		begin := time.Now()
		if reason := reasonOf(impatient(), v, good); reason != gognito.ReasonCanceled && reason != gognito.ReasonKeysUnavailable {
			return fmt.Errorf("a caller who does not wait: %q", reason)
		}
		_, err := v.Verify(t.Context(), good)
		if gognito.ReasonOf(err) != gognito.ReasonKeysUnavailable || !errors.Is(err, gognito.ErrUnavailable) {
			return fmt.Errorf("the first token: %w", err)
		}
		if cause := errors.Unwrap(err); cause == nil || !strings.Contains(cause.Error(), f.want) || strings.Contains(err.Error(), f.want) {
			return fmt.Errorf("%w, because of %w; want %q as the cause only", err, cause, f.want)
		}
		if list := keys.Status(); list[0].Err == nil || len(list[0].KeyIDs) > 0 || !list[0].Fetched.IsZero() {
			return fmt.Errorf("status: %+v", list)
		}

		s.heal()
		var wrong gognito.Reason
		err = within(time.Minute, func() bool {
			reason := reasonOf(t.Context(), v, good)
			if reason != "" && reason != gognito.ReasonKeysUnavailable {
				wrong = reason
			}
			return reason == "" || wrong != ""
		})
		if err != nil || wrong != "" {
			return fmt.Errorf("after the fault: %q, %w", wrong, err)
		}
		// Time only adds to this, so that no machine is too slow for it.
		if waited := time.Since(begin); waited < time.Second || f.slow && waited < 6*time.Second || f.name == "429" && waited < 2*time.Second {
			return fmt.Errorf("asked again after %v, within the back-off", waited)
		}
		return nil
	})
}
