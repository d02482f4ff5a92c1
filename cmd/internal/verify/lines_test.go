package verify_test

import (
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/verify"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/mint"
)

const maxToken = 64 << 10

// signer signs tokens of a pool of its own, of any size.
type signer struct {
	key     *mint.Key
	session mint.Session
}

func newSigner(t *testing.T) (signer, verify.Command) {
	t.Helper()
	key, err := mint.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	id := mint.NewPoolID("us-east-1")
	session := mint.NewSession(mint.Pool{ID: id, Issuer: mint.Issuer(id)},
		mint.User{Username: "ada", Subject: mint.NewSubject()}, mint.NewClientID(), time.Now())
	return signer{key, session}, verify.Command{
		UserPoolID: []string{id}, ClientID: []string{session.ClientID}, Output: "json",
		JWKS: file(t, mint.JWKS(key)),
	}
}

// token returns a good token of exactly that many bytes.
func (s signer) token(t *testing.T, size int) string {
	t.Helper()
	claims := mint.AccessClaims(s.session)
	// One more byte is one or two more characters, so both parts have to give.
	for header := range 3 {
		space := size - len(s.sign(claims, header, 0))
		for claim := space*3/4 - 2; claim >= 0 && claim <= space; claim++ {
			token := s.sign(claims, header, claim)
			if len(token) == size {
				return token
			}
			if len(token) > size {
				break
			}
		}
	}
	t.Fatalf("no token has exactly %d bytes", size)
	return ""
}

func (s signer) sign(claims map[string]any, header, claim int) string {
	claims["custom:p"] = strings.Repeat("p", claim)
	text, _ := json.Marshal(claims)
	return mint.SignRaw(s.key, []byte(`{"kid":"`+s.key.ID+`","alg":"RS256","p":"`+strings.Repeat("p", header)+`"}`), text)
}

func TestALineIsAToken(t *testing.T) {
	s, command := newSigner(t)
	a, b, largest := s.token(t, 1500), s.token(t, 1501), s.token(t, maxToken)
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, test := range []struct {
		name, input string
		want        []string
	}{
		{"lines", a + "\n" + b + "\n", []string{valid(a), valid(b)}},
		{"no end of the last line", a + "\n" + b, []string{valid(a), valid(b)}},
		{"CRLF", a + "\r\n" + b + "\r\n", []string{valid(a), valid(b)}},
		{"CR at the end of the input", a + "\r", []string{valid(a)}},
		{"two CRs", a + "\r\r\n", []string{malformed}},
		{"CR alone ends no line", a + "\r" + b + "\n", []string{malformed}},
		{"blank lines", "\n\r\n \t\n" + a + "\n\n\n" + b + "\n\r\n  ", []string{valid(a), valid(b)}},
		{"space before", " " + a + "\n" + b, []string{malformed, valid(b)}},
		{"space after", a + " \n" + b, []string{malformed, valid(b)}},
		{"byte order mark", "\ufeff" + a + "\n" + b, []string{malformed, valid(b)}},
		{"NUL", "\x00\n" + a, []string{malformed, valid(a)}},

		{"the longest token", largest + "\n" + a, []string{valid(largest), valid(a)}},
		{"the longest token with CRLF", largest + "\r\n" + a, []string{valid(largest), valid(a)}},
		{"the longest token at the end", a + "\n" + largest, []string{valid(a), valid(largest)}},
		{"the longest token with CR at the end", largest + "\r", []string{valid(largest)}},
		{"the longest token twice", largest + "\n" + largest + "\n", []string{valid(largest), valid(largest)}},
		{"one byte too long", largest + "x\n" + a, []string{malformed, valid(a)}},
		{"one byte too long with CRLF", largest + "x\r\n" + a, []string{malformed, valid(a)}},
		{"two bytes too long", largest + "xx\n" + a, []string{malformed, valid(a)}},
		{"two bytes too long with CRLF", largest + "xx\r\n" + a, []string{malformed, valid(a)}},
		{"a buffer too long", x(3*maxToken) + "\n" + a, []string{malformed, valid(a)}},
		{"too long, at the end", a + "\n" + x(3*maxToken), []string{valid(a), malformed}},
		{"too long, twice", x(2*maxToken) + "\n" + x(2*maxToken) + "\n" + a + "\n", []string{malformed, malformed, valid(a)}},
		{"too long, blank lines behind", x(2*maxToken) + "\n\n\r\n" + a + "\n", []string{malformed, valid(a)}},
		{"too long, of blanks", strings.Repeat(" ", 2*maxToken) + "\n" + a + "\n", []string{malformed, valid(a)}},
		{"a good token in a line that is too long", x(2*maxToken) + a + "\n" + b, []string{malformed, valid(b)}},
	} {
		readers := map[string]io.Reader{
			"a whole":       strings.NewReader(test.input),
			"halves":        iotest.HalfReader(strings.NewReader(test.input)),
			"data with EOF": iotest.DataErrReader(strings.NewReader(test.input)),
		}
		if len(test.input) < maxToken { // it would take long
			readers["bytes"] = iotest.OneByteReader(strings.NewReader(test.input))
		}
		for how, r := range readers {
			answers, _, _ := run(t, command, r)
			want(t, test.name+", read as "+how, answers, test.want)
		}
	}
}

func TestALineThatIsTooLongIsNotKept(t *testing.T) {
	pool := gognitotest.NewPool(t)
	good := pool.AccessToken(gognitotest.User{})
	const size = 256 << 20
	input := io.MultiReader(io.LimitReader(endless(strings.Repeat("x", 4096)), size), strings.NewReader("\n"+good))
	c := commandFor(t, pool)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	answers, _, _ := run(t, c, input)
	runtime.ReadMemStats(&after)
	want(t, "a long line", answers, []string{malformed, valid(good)})
	if used := after.TotalAlloc - before.TotalAlloc; used > size/64 {
		t.Errorf("a line of %d bytes had %d bytes allocated", size, used)
	}
}

func TestAnInputThatFailsIsNoEnd(t *testing.T) {
	pool := gognitotest.NewPool(t)
	a, b := pool.AccessToken(gognitotest.User{Username: "a"}), pool.AccessToken(gognitotest.User{Username: "b"})
	broken := errors.New("the disk is gone")
	input := io.MultiReader(strings.NewReader(a+"\n"+b), iotest.ErrReader(broken))
	answers, _, err := run(t, commandFor(t, pool), input)
	want(t, "the lines that were read to their end", answers, []string{valid(a)})
	if exitCode(err) != program.Usage || !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "reading standard input: ") {
		t.Errorf("error %v", err)
	}
}
