package main_test

import (
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gognito/gognito/gognitotest"
)

// TestScripts runs the program as scripts do. They find, in their environment,
// the pool POOL with the client CLIENT and another pool, OTHER_POOL; where keys
// can be had (JWKS_URL, and the file jwks.json) and where they can't (DOWN_URL);
// and tokens by what they are. For each token NAME, NAME.json is the answer if it
// is valid. No network is reached: whatever is not on this machine is refused.
func TestScripts(t *testing.T) {
	pool, other := gognitotest.NewPool(t), gognitotest.NewPool(t)
	other.SetOutage(true)
	tokens := scriptTokens(pool)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("POOL", pool.UserPoolID())
			env.Setenv("ISSUER_URL", strings.TrimSuffix(pool.JWKSURL(), "/.well-known/jwks.json"))
			env.Setenv("CLIENT", pool.ClientID())
			env.Setenv("OTHER_POOL", other.UserPoolID())
			env.Setenv("JWKS_URL", pool.JWKSURL())
			env.Setenv("DOWN_URL", other.JWKSURL())
			env.Setenv("NOW", strconv.FormatInt(pool.Now().Unix(), 10))
			env.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
			files := map[string]string{"jwks.json": string(pool.JWKS())}
			for name, token := range tokens {
				env.Setenv(name, token)
				files[name+".json"] = `{"valid":true,"claims":` + payload(token) + "}\n"
			}
			for name, text := range files {
				if err := os.WriteFile(env.WorkDir+"/"+name, []byte(text), 0o600); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"lines": func(ts *testscript.TestScript, _ bool, args []string) { writeLines(ts, args, "\n") },
			"crlf":  func(ts *testscript.TestScript, _ bool, args []string) { writeLines(ts, args, "\r\n") },
		},
	})
}

// scriptTokens returns the tokens that scripts use.
func scriptTokens(pool *gognitotest.Pool) map[string]string {
	user := func(claims map[string]any) gognitotest.User {
		return gognitotest.User{
			Username: "ada", Groups: []string{"staff", "x,admins"}, Scopes: []string{"openid", "orders/read"}, Claims: claims,
		}
	}
	return map[string]string{
		"ACCESS":       pool.AccessToken(user(nil)),
		"PLAIN":        pool.AccessToken(gognitotest.User{Username: "bob"}),
		"ID":           pool.IDToken(user(nil)),
		"MACHINE":      pool.MachineToken("orders/read"),
		"BOUND":        pool.AccessToken(user(map[string]any{"aud": "https://api.example.com"})),
		"UPDATED":      pool.AccessToken(user(map[string]any{"iss": pool.UpdatedIssuer()})),
		"LOCAL":        pool.AccessToken(user(map[string]any{"iss": strings.TrimSuffix(pool.JWKSURL(), "/.well-known/jwks.json")})),
		"LATE":         pool.AccessToken(user(map[string]any{"exp": pool.Now().Unix() - 60})),
		"EARLY":        pool.AccessToken(user(map[string]any{"nbf": pool.Now().Unix() + 1000})),
		"ALGORITHM":    pool.Hostile("hs256-public-key"),
		"ISSUER":       pool.Hostile("other-pool"),
		"UNKNOWN_KEY":  pool.Hostile("attacker-key"),
		"SIGNATURE":    pool.Hostile("tampered-signature"),
		"OTHER_CLIENT": pool.Hostile("other-client"),
		"DUPLICATE":    pool.Hostile("duplicate-claim"),
	}
}

// exits runs a program and checks its exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](ts.Exec(args[1], args[2:]...)); ok {
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// writeLines writes a file of lines.
func writeLines(ts *testscript.TestScript, args []string, end string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(args[1:], end)+end), 0o600))
}

// payload returns what a token says, as it says it.
func payload(token string) string {
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		panic(err)
	}
	return string(text)
}
