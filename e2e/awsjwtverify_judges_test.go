package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/awsjwtverify"
)

// options are what aws-jwt-verify is told to check.
type options map[string]any

// A judge is a verifier of one pool, set up alike for gognito verify and for
// aws-jwt-verify.
type judge struct {
	name    string
	flags   []string
	jwksURI string
	issuer  string // "": the two that AWS derives from the pool's ID
	options options
}

// with is a judge of the same pool that checks something else.
func (j judge) with(name string, changed options, flags ...string) judge {
	j.name = name
	j.flags = slices.Concat(j.flags, flags)
	j.options = maps.Clone(j.options)
	maps.Copy(j.options, changed)
	return j
}

// poolJudge expects access tokens of a pool's client.
func poolJudge(pool *gognitotest.Pool) judge {
	return judge{
		name:    "access tokens",
		flags:   []string{"--user-pool-id", pool.UserPoolID(), "--client-id", pool.ClientID(), "--jwks", pool.JWKSURL()},
		jwksURI: pool.JWKSURL(),
		options: options{"userPoolId": pool.UserPoolID(), "clientId": pool.ClientID(), "tokenUse": "access"},
	}
}

// devJudge starts gognito-dev, and expects access tokens of its pool. The tokens
// are those of its users, who sign in as the command that it prints does.
func devJudge(t *testing.T) (judge, []namedToken) {
	t.Helper()
	url, told := gognitoDev(t)
	printed := regexp.MustCompile(`--user-pool-id (\S+) --client-id (\S+) \\\s+--issuer (\S+)`).FindStringSubmatch(told)
	if printed == nil {
		t.Fatalf("gognito-dev printed no command that verifies, but:\n%s", told)
	}
	poolID, clientID, issuer := printed[1], printed[2], printed[3]
	j := judge{
		name:    "access tokens of gognito-dev",
		flags:   []string{"--user-pool-id", poolID, "--client-id", clientID, "--issuer", issuer},
		jwksURI: issuer + "/.well-known/jwks.json",
		issuer:  issuer,
		options: options{"clientId": clientID, "tokenUse": "access"},
	}
	var tokens []namedToken
	for _, username := range []string{"jane", "alice", "bruno", "nora"} {
		access, identity := signInByAPI(t, url, clientID, username)
		tokens = append(tokens,
			namedToken{"gognito-dev-access-" + username, access, "issuer"},
			namedToken{"gognito-dev-id-" + username, identity, "issuer"},
			namedToken{"gognito-dev-other-signature-" + username, access[:strings.LastIndex(access, ".")] + identity[strings.LastIndex(identity, "."):], "issuer"})
	}
	return j, tokens
}

// signInByAPI makes the InitiateAuth call of the Cognito API.
func signInByAPI(t *testing.T, url, clientID, username string) (access, identity string) {
	t.Helper()
	call, _ := json.Marshal(map[string]any{
		"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": clientID,
		"AuthParameters": map[string]string{"USERNAME": username, "PASSWORD": username + "-Dev-1"},
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/", bytes.NewReader(call))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var answer struct {
		AuthenticationResult struct{ AccessToken, IdToken string } //nolint:revive // Cognito spells it so
	}
	if err := json.NewDecoder(reply.Body).Decode(&answer); err != nil || reply.StatusCode != http.StatusOK {
		t.Fatalf("InitiateAuth for %s: %s (%v)", username, reply.Status, err)
	}
	return answer.AuthenticationResult.AccessToken, answer.AuthenticationResult.IdToken
}

// gognito returns what gognito verify says of the tokens. It reads one a line, so
// those that hold a line end, and the empty one, are given as arguments.
func (j judge) gognito(t *testing.T, binary string, at time.Time, tokens []namedToken) []verdict {
	t.Helper()
	flags := slices.Concat([]string{"verify", "--output", "json", "--at", strconv.FormatInt(at.Unix(), 10)}, j.flags, []string{"--"})
	var lines, arguments []string
	for _, token := range tokens {
		if asArgument(token.token) {
			arguments = append(arguments, token.token)
		} else {
			lines = append(lines, token.token)
		}
	}
	ofLines := answers(t, len(lines), strings.Join(lines, "\n"), binary, flags...)
	ofArguments := answers(t, len(arguments), "", binary, slices.Concat(flags, arguments)...)
	verdicts := make([]verdict, len(tokens))
	for i, token := range tokens {
		from := &ofLines
		if asArgument(token.token) {
			from = &ofArguments
		}
		verdicts[i], *from = (*from)[0], (*from)[1:]
	}
	return verdicts
}

func asArgument(token string) bool { return token == "" || strings.ContainsAny(token, "\r\n") }

// awsJWTVerify returns what aws-jwt-verify says of the tokens.
func (j judge) awsJWTVerify(t *testing.T, script string, at time.Time, tokens []namedToken) []awsjwtverify.Verdict {
	t.Helper()
	settings := awsjwtverify.Settings{JWKSURI: j.jwksURI, Issuer: j.issuer, At: at.Unix(), Options: j.options}
	texts := make([]string, len(tokens))
	for i, token := range tokens {
		texts[i] = token.token
	}
	verdicts, err := awsjwtverify.Judge(t.Context(), script, settings, texts)
	if err != nil {
		t.Fatal(err)
	}
	return verdicts
}

// answers runs gognito verify and returns its n answers, one a line. It may end with
// 1, which says that a token was refused.
func answers(t *testing.T, n int, input, name string, args ...string) []verdict {
	t.Helper()
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), name, args...)
	command.Stdin, command.Stderr = strings.NewReader(input), &stderr
	out, err := command.Output()
	if err != nil && (command.ProcessState == nil || command.ProcessState.ExitCode() != 1) || stderr.Len() > 0 {
		t.Fatalf("%s: %v\n%s", name, err, stderr.String())
	}
	var verdicts []verdict
	lines := json.NewDecoder(bytes.NewReader(out))
	lines.UseNumber()
	for {
		var v verdict
		switch err := lines.Decode(&v); {
		case errors.Is(err, io.EOF) && len(verdicts) == n:
			return verdicts
		case err != nil:
			t.Fatalf("%s: %v behind %d answers, want %d", name, err, len(verdicts), n)
		}
		verdicts = append(verdicts, v)
	}
}
