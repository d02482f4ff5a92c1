package lambdaauth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/lambdaauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// functions are what startProcess runs: main, but for lambda.Start.
var functions = map[string]func() any{
	// The keys are in the function's package.
	"keys in the package": func() any {
		document, err := os.ReadFile(os.Getenv("KEYS"))
		check(err)
		keys, err := gognito.ParseJWKS(document)
		check(err)
		return authorizerWith(keys)
	},
	// The keys are kept in a folder that can be written, such as /tmp.
	"keys in a folder": func() any {
		keys, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{os.Getenv("JWKS_URL")}, File: os.Getenv("KEYS")})
		check(err)
		return authorizerWith(keys)
	},
	"no policy": func() any { return lambdaauth.Allow(fixedAuth(), nil).Request },
	"a hook that panics": func() any {
		auth := fixedAuth()
		auth.Attach = func(*http.Request, *gognito.User) error { panic("the hook's own") }
		return lambdaauth.Require(auth).Request
	},
}

func authorizerWith(keys gognito.KeySource) any {
	verifier, err := gognito.New(gognito.Config{UserPoolID: os.Getenv("POOL"), ClientIDs: []string{os.Getenv("CLIENT")}, Keys: keys})
	check(err)
	if os.Getenv("PREFETCH") != "" {
		check(verifier.Prefetch(context.Background()))
	}
	return lambdaauth.Require(&httpauth.Authenticator{Verifier: verifier}).Request
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// environment tells a function of a pool.
func environment(pool *gognitotest.Pool, file string, more ...string) []string {
	return append(more, "POOL="+pool.UserPoolID(), "CLIENT="+pool.ClientID(), "JWKS_URL="+pool.JWKSURL(), "KEYS="+file)
}

// ask sends a user's request, and returns the status and the username that the
// function behind would see.
func ask(t *testing.T, api *runtimeAPI, pool *gognitotest.Pool, username string) string {
	t.Helper()
	event := request("GET", map[string][]string{"Authorization": {"Bearer " + pool.AccessToken(gognitotest.User{Username: username})}})
	status, _, values := gateway(t, api.invoke(t, event), event.MethodArn)
	user, ok := lambdaauth.UserOf(values)
	if !ok {
		return fmt.Sprint(status)
	}
	return fmt.Sprint(status, " ", user.Username)
}

func TestAColdStartWithKeysInThePackageFetchesNothing(t *testing.T) {
	pool := gognitotest.NewPool(t)
	file := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(file, pool.JWKS(), 0o400); err != nil {
		t.Fatal(err)
	}
	pool.SetOutage(true)
	api, _ := startProcess(t, "keys in the package", environment(pool, file)...)
	if got := ask(t, api, pool, "jane"); got != "200 jane" || pool.Fetches() != 0 {
		t.Errorf("%s, after %d fetches", got, pool.Fetches())
	}
}

func TestAColdStartGoesByTheKeyFileOfTheLastOne(t *testing.T) {
	pool := gognitotest.NewPool(t)
	file := filepath.Join(t.TempDir(), "jwks.json")
	first, stop := startProcess(t, "keys in a folder", environment(pool, file, "PREFETCH=1")...)
	fetches := pool.Fetches()
	if got := ask(t, first, pool, "jane"); got != "200 jane" || fetches != 1 || pool.Fetches() != 1 {
		t.Errorf("the first: %s, with %d fetches before and %d after", got, fetches, pool.Fetches())
	}
	stop()
	pool.SetOutage(true)
	second, _ := startProcess(t, "keys in a folder", environment(pool, file)...)
	if got := ask(t, second, pool, "john"); got != "200 john" {
		t.Errorf("the second, in an outage: %s", got)
	}
	none, _ := startProcess(t, "keys in a folder", environment(pool, filepath.Join(t.TempDir(), "none"))...)
	if got := ask(t, none, pool, "john"); got != "503" {
		t.Errorf("one without the file, in an outage: %s", got)
	}
}

// A package's folder is read-only; that the file can't be written is no fault of the
// request.
func TestAKeyFileThatCannotBeWrittenStopsNobody(t *testing.T) {
	pool := gognitotest.NewPool(t)
	folder := filepath.Join(t.TempDir(), "missing") // which root can't write to either
	api, _ := startProcess(t, "keys in a folder", environment(pool, filepath.Join(folder, "jwks.json"))...)
	if got := ask(t, api, pool, "jane"); got != "200 jane" {
		t.Error(got)
	}
}

func TestAFunctionThatIsMadeWrongDoesNotStart(t *testing.T) {
	var said bytes.Buffer
	api, _ := launch(t, "no policy", &said)
	select {
	case <-api.asked:
		t.Error("it asked for an event")
	case <-api.ended:
		if !strings.Contains(said.String(), "nil Policy") {
			t.Errorf("it said %s", said.String())
		}
	}
}

// The loop tells of a panic, and ends the process, which Lambda starts anew.
func TestAPanicOfTheApplicationsIsItsOwn(t *testing.T) {
	api, _ := startProcess(t, "a hook that panics")
	got := api.invoke(t, request("GET", map[string][]string{"Authorization": {"Bearer user"}}))
	var posted struct {
		ErrorMessage, ErrorType string
	}
	if err := json.Unmarshal(got.body, &posted); err != nil || !got.failed || posted.ErrorMessage != "the hook's own" {
		t.Errorf("%s", got.body)
	}
	select {
	case <-api.ended:
	case api.next <- invocation{}:
		t.Error("the process goes on")
	}
}

// Where a function serves several invocations at a time, as managed instances do.
func TestUsersDoNotMixUnderLoad(t *testing.T) {
	pool := gognitotest.NewPool(t)
	file := filepath.Join(t.TempDir(), "jwks.json")
	if err := os.WriteFile(file, pool.JWKS(), 0o400); err != nil {
		t.Fatal(err)
	}
	api, _ := startProcess(t, "keys in the package", environment(pool, file, "AWS_LAMBDA_MAX_CONCURRENCY=16")...)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			for j := range 20 {
				name := fmt.Sprintf("user-%d-%d", i, j)
				if got := ask(t, api, pool, name); got != "200 "+name {
					t.Errorf("%s: %s", name, got)
				}
			}
		})
	}
	wg.Wait()
	if api.most < 2 {
		t.Error("no two invocations were served at a time")
	}
}

// The reason of a denial is not seen as an error: Attach and the policy run once.
func TestTheHookRunsOnce(t *testing.T) {
	auth, hooks, policies := fixedAuth(), 0, 0
	auth.Attach = func(*http.Request, *gognito.User) error { hooks++; return nil }
	authorizer := lambdaauth.Allow(auth, func(*gognito.User) error { policies++; return gognito.NewError(gognito.ReasonGroup, nil) })
	contexts := 0
	authorizer.Context = func(*gognito.User) (map[string]string, error) { contexts++; return nil, errors.New("asked") }
	answer, err := authorizer.Token(t.Context(), events.APIGatewayCustomAuthorizerRequest{AuthorizationToken: "Bearer user", MethodArn: methodARN("prod", "GET", "/")})
	if err != nil || answer.Context["reason"] != "group" || hooks != 1 || policies != 1 || contexts != 0 {
		t.Errorf("%v, %v; Attach ran %d times, the policy %d, Context %d", answer.Context, err, hooks, policies, contexts)
	}
}
