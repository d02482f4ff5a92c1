package verify_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/verify"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/mint"
)

// commandFor returns the command for a pool whose keys are in a file.
func commandFor(t *testing.T, pool *gognitotest.Pool) verify.Command {
	t.Helper()
	return verify.Command{
		UserPoolID: []string{pool.UserPoolID()}, ClientID: []string{pool.ClientID()}, Output: "json",
		JWKS: file(t, pool.JWKS()),
	}
}

// file returns the name of a file that holds the keys.
func file(t *testing.T, keys []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(name, keys, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// run runs the command and returns its answers, line by line.
func run(t *testing.T, c verify.Command, stdin io.Reader) (answers []string, stderr string, err error) {
	t.Helper()
	var out strings.Builder
	told := new(lockedBuilder)
	err = c.Run(program.Streams{In: stdin, Out: &out, Err: told})
	text, ended := strings.CutSuffix(out.String(), "\n")
	if !ended {
		if text != "" {
			t.Errorf("the answers %q have no last line end", text)
		}
		return nil, told.String(), err
	}
	return strings.Split(text, "\n"), told.String(), err
}

// lockedBuilder takes what fetches of keys tell.
type lockedBuilder struct {
	sync.Mutex
	strings.Builder
}

func (b *lockedBuilder) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Builder.Write(p)
}

func exitCode(err error) int {
	if exit, ok := errors.AsType[*program.ExitError](err); ok {
		return exit.Code
	}
	if err != nil {
		return program.Usage
	}
	return program.Done
}

func valid(token string) string {
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		panic(err)
	}
	return `{"valid":true,"claims":` + string(payload) + `}`
}

func refused(reason gognito.Reason) string {
	return `{"valid":false,"reason":"` + string(reason) + `"}`
}

const malformed = `{"valid":false,"reason":"malformed"}`

func want(t *testing.T, name string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: answers\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestClaimsAreWhatTheTokenSaysToTheLastDigit(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.AccessToken(gognitotest.User{Claims: map[string]any{
		"custom:n":      json.RawMessage(`[9007199254740993,9223372036854775807,-0,1.0,1.79e308,1E+2,0.1000]`),
		"custom:nested": json.RawMessage(`{"b":[{"a":null}],"a":{"é":"\u00e9\/"},"html":"<&>"}`),
		"custom:text":   "line\u2028end \U0001F600",
	}})
	answers, _, err := run(t, commandFor(t, pool), strings.NewReader(token))
	want(t, "claims", answers, []string{valid(token)})
	if err != nil {
		t.Error(err)
	}
	if !strings.Contains(answers[0], `[9007199254740993,9223372036854775807,-0,1.0,1.79e308,1E+2,0.1000]`) {
		t.Errorf("numbers changed: %s", answers[0])
	}
}

func TestEveryHostileTokenIsRefusedForItsReason(t *testing.T) {
	pool := gognitotest.NewPool(t)
	var input strings.Builder
	var reasons, names []string
	for _, hostile := range pool.HostileTokens() {
		input.WriteString(hostile.Token + "\n")
		reasons, names = append(reasons, refused(hostile.Reason)), append(names, hostile.Name)
	}
	c := commandFor(t, pool)
	c.At = strconv.FormatInt(pool.Now().Unix(), 10) // for those that are off by a second
	answers, _, err := run(t, c, strings.NewReader(input.String()))
	if len(answers) != len(reasons) || exitCode(err) != program.Refused {
		t.Fatalf("%d answers to %d tokens, exit code %d", len(answers), len(reasons), exitCode(err))
	}
	for i, answer := range answers {
		if answer != reasons[i] {
			t.Errorf("%s: %s, want %s", names[i], answer, reasons[i])
		}
	}
}

func TestTheHighestExitCodeWins(t *testing.T) {
	pool := gognitotest.NewPool(t)
	good, bad, foreign := pool.AccessToken(gognitotest.User{}), pool.Hostile("expired"), pool.Hostile("other-pool")
	for _, test := range []struct {
		name   string
		tokens []string
		outage bool
		code   int
	}{
		{"all valid", []string{good, good}, false, program.Done},
		{"one refused", []string{good, bad, good}, false, program.Refused},
		{"no keys", []string{good}, true, program.Unavailable},
		{"no keys, then refused", []string{good, foreign}, true, program.Unavailable},
		{"refused, then no keys", []string{foreign, good}, true, program.Unavailable},
		{"no keys, but none needed", []string{foreign, "nonsense"}, true, program.Refused},
		{"no tokens", nil, false, program.Usage},
	} {
		pool.SetOutage(test.outage)
		c := commandFor(t, pool)
		c.JWKS = pool.JWKSURL()
		c.Token = test.tokens
		if _, _, err := run(t, c, strings.NewReader("")); exitCode(err) != test.code {
			t.Errorf("%s: exit code %d, want %d", test.name, exitCode(err), test.code)
		}
	}
}

// JSON ends up on terminals too, and some take U+009B for ESC [.
func TestJSONEscapesWhatCommandsATerminal(t *testing.T) {
	const hostile = "\u007f\u0080\u009b31m\u009f\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
	const harmless = "~\u00a0ñ\u200d\u2027\u202f\u2065\u206a\U0001f600"
	var escaped strings.Builder
	for _, r := range hostile {
		if r == '3' || r == '1' || r == 'm' {
			escaped.WriteRune(r)
			continue
		}
		fmt.Fprintf(&escaped, `\u%04x`, r)
	}
	s, command := newSigner(t)
	claims, err := json.Marshal(mint.AccessClaims(s.session))
	if err != nil {
		t.Fatal(err)
	}
	claims = append(claims[:len(claims)-1], `,"custom:`+harmless+`":{"`+hostile+`":["`+harmless+hostile+`",1.0]}}`...)
	token := mint.SignRaw(s.key, []byte(`{"kid":"`+s.key.ID+`","alg":"RS256"}`), claims)
	answers, _, err := run(t, command, strings.NewReader(token))
	want(t, "hostile claims", answers, []string{strings.ReplaceAll(valid(token), hostile, escaped.String())})
	if err != nil {
		t.Error(err)
	}
}

// The text is for a terminal: no claim may do more there than be read.
func TestTextShowsNoControlCharacters(t *testing.T) {
	pool := gognitotest.NewPool(t)
	c := commandFor(t, pool)
	c.Output = "text"
	token := pool.AccessToken(gognitotest.User{
		Username: "\x1b[2Jada\nvalid: eve", Groups: []string{"a b", "a,b", `"`, "ñandú", "\u202e"}, Scopes: []string{"\x07"},
	})
	answers, _, err := run(t, c, strings.NewReader(token))
	if err != nil || len(answers) != 1 {
		t.Fatalf("answers %q, %v", answers, err)
	}
	start := `valid: "\x1b[2Jada\nvalid: eve", access token of client ` + pool.ClientID() +
		`, in groups "a b" "a,b" "\"" ñandú "\u202e", scope "\a", until 2`
	if !strings.HasPrefix(answers[0], start) {
		t.Errorf("%s\nwant it to begin\n%s", answers[0], start)
	}
}
