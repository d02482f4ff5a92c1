package verify_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/verify"
	"github.com/gognito/gognito/gognitotest"
)

// aws stands in for the hosts of AWS: it answers with the keys of the pools that
// the path of a URL ends in.
type aws func(poolID string) []byte

func (keys aws) RoundTrip(r *http.Request) (*http.Response, error) {
	id, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/.well-known/jwks.json")
	if !ok || r.URL.Scheme != "https" || !strings.HasSuffix(r.URL.Host, "cognito-idp.us-east-1.amazonaws.com") {
		return nil, errors.New("no such host: " + r.URL.String())
	}
	body := io.NopCloser(strings.NewReader(string(keys(id))))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: r}, nil
}

// twoPools returns two pools, and a command that accepts both clients from both
// and has keys answer for AWS.
func twoPools(t *testing.T, keys func(a, b *gognitotest.Pool) aws) (a, b *gognitotest.Pool, c verify.Command) {
	t.Helper()
	a, b = gognitotest.NewPool(t), gognitotest.NewPool(t)
	return a, b, verify.Command{
		UserPoolID: []string{a.UserPoolID(), b.UserPoolID()}, ClientID: []string{a.ClientID(), b.ClientID()}, Output: "json",
		HTTPClient: &http.Client{Transport: keys(a, b)},
	}
}

func TestEachPoolIsJudgedByItsOwnKeys(t *testing.T) {
	a, b, c := twoPools(t, func(a, b *gognitotest.Pool) aws {
		return func(poolID string) []byte {
			return map[string][]byte{a.UserPoolID(): a.JWKS(), b.UserPoolID(): b.JWKS()}[poolID]
		}
	})
	other := gognitotest.NewPool(t)
	client := func(id string) gognitotest.User {
		return gognitotest.User{Claims: map[string]any{"client_id": id}}
	}
	updated := gognitotest.User{Claims: map[string]any{"iss": b.UpdatedIssuer()}}
	forged := gognitotest.User{Claims: map[string]any{"iss": b.Issuer()}} // of b, says a
	tokens := []string{
		a.AccessToken(gognitotest.User{}), b.AccessToken(gognitotest.User{}), b.AccessToken(updated),
		a.AccessToken(client(b.ClientID())), b.AccessToken(client(a.ClientID())), b.AccessToken(client(other.ClientID())),
		other.AccessToken(client(a.ClientID())), a.AccessToken(forged),
	}
	answers, stderr, err := run(t, c, strings.NewReader(strings.Join(tokens, "\n")))
	want(t, "two pools", answers, []string{
		valid(tokens[0]), valid(tokens[1]), valid(tokens[2]),
		valid(tokens[3]), valid(tokens[4]), refused(gognito.ReasonClient),
		refused(gognito.ReasonIssuer), refused(gognito.ReasonUnknownKey),
	})
	if exitCode(err) != program.Refused || stderr != "" {
		t.Errorf("exit code %d, message %q", exitCode(err), stderr)
	}
}

// The first token waits for its pool's keys, which come only when those of the
// other pool, whose tokens are all behind it, were asked for.
func TestATokenThatWaitsHoldsUpItsAnswersOrderButNoOtherToken(t *testing.T) {
	asked := make(chan struct{})
	a, b, c := twoPools(t, func(a, b *gognitotest.Pool) aws {
		return func(poolID string) []byte {
			if poolID == b.UserPoolID() {
				close(asked)
				return b.JWKS()
			}
			<-asked
			return a.JWKS()
		}
	})
	first, later := a.AccessToken(gognitotest.User{}), b.AccessToken(gognitotest.User{})
	var input, answers []string
	for i := range 100 {
		token := first
		if i > 0 {
			token = later
		}
		input, answers = append(input, token), append(answers, valid(token))
	}
	got, _, err := run(t, c, strings.NewReader(strings.Join(input, "\n")))
	want(t, "in order", got, answers)
	if err != nil {
		t.Error(err)
	}
}

// In an outage the answer to 10,000 tokens does not cost 10,000 fetches: the keys
// are asked for again from time to time, and no token waits for that time to come.
func TestAnOutageIsNotAskedAboutForEveryToken(t *testing.T) {
	pool := gognitotest.NewPool(t)
	pool.SetOutage(true)
	c := commandFor(t, pool)
	c.JWKS = pool.JWKSURL()
	const n = 10_000
	answers, _, err := run(t, c, strings.NewReader(strings.Repeat(pool.AccessToken(gognitotest.User{})+"\n", n)))
	if len(answers) != n || exitCode(err) != program.Unavailable {
		t.Errorf("%d answers, exit code %d", len(answers), exitCode(err))
	}
	for _, answer := range answers {
		if answer != refused(gognito.ReasonKeysUnavailable) {
			t.Fatalf("answer %s", answer)
		}
	}
	if pool.Fetches() > 10 {
		t.Errorf("%d fetches", pool.Fetches())
	}
}

func TestAnAnswerComesBeforeTheNextTokenIsRead(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.AccessToken(gognitotest.User{})
	in, tokens := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan error)
	c := commandFor(t, pool)
	go func() { ended <- c.Run(program.Streams{In: in, Out: out, Err: io.Discard}) }()
	lines := bufio.NewReader(answers)
	half := len(token) / 2
	for range 3 {
		for _, part := range []string{token[:half], token[half:] + "\n" + token[:half]} {
			if _, err := io.WriteString(tokens, part); err != nil {
				t.Fatal(err)
			}
		}
		if answer, err := lines.ReadString('\n'); answer != valid(token)+"\n" || err != nil {
			t.Errorf("answer %q, %v", answer, err)
		}
		if _, err := io.WriteString(tokens, token[half:]+"\n"); err != nil {
			t.Fatal(err)
		}
		if answer, err := lines.ReadString('\n'); answer != valid(token)+"\n" || err != nil {
			t.Errorf("answer to the line that had begun %q, %v", answer, err)
		}
	}
	if err := tokens.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAnOutputThatFailsEndsTheReading(t *testing.T) {
	pool := gognitotest.NewPool(t)
	full := errors.New("the disk is full")
	c := commandFor(t, pool)
	err := c.Run(program.Streams{In: endless("nonsense\n"), Out: failing{full}, Err: io.Discard})
	if !errors.Is(err, full) || exitCode(err) != program.Usage || !strings.HasPrefix(err.Error(), "writing standard output: ") {
		t.Errorf("error %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// endless is a text over and over, whole or cut short.
type endless string

func (e endless) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		n += copy(p[n:], e)
	}
	return len(p), nil
}
