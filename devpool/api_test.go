package devpool_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/devpool"
)

func fetch(t *testing.T, url string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d (%v)", url, answer.StatusCode, err)
	}
	return body
}

// call calls the Cognito API.
func call(t *testing.T, url, operation, body string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, text
}

const goodCall = `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"gognitodevsampleclient0001",` +
	`"AuthParameters":{"USERNAME":"jane","PASSWORD":"jane-Dev-1"},"ClientMetadata":{}}`

func TestInitiateAuthSignsIn(t *testing.T) {
	pool := devpool.Start(t, devpool.Config{})
	answer, body := call(t, pool.URL(), "InitiateAuth", goodCall)
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Cache-Control") != "no-store" ||
		answer.Header.Get("Content-Type") != "application/x-amz-json-1.1" {
		t.Fatalf("status %d, headers %v", answer.StatusCode, answer.Header)
	}
	var got struct {
		ChallengeParameters  map[string]string
		AuthenticationResult struct {
			AccessToken, TokenType string
			IDToken                string `json:"IdToken"`
			ExpiresIn              int
		}
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	result := got.AuthenticationResult
	if result.TokenType != "Bearer" || result.ExpiresIn != 3600 || got.ChallengeParameters == nil || result.IDToken == "" {
		t.Errorf("answer %s", body)
	}
	verifier, err := gognito.New(pool.VerifierConfig())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Verify(t.Context(), result.AccessToken); err != nil {
		t.Errorf("the access token: %v", err)
	}
}

func TestInitiateAuthRefusesInCognitosWords(t *testing.T) {
	pool := devpool.Start(t, devpool.Config{})
	for _, test := range []struct {
		name      string
		operation string
		body      string
		want      string
	}{
		{"a wrong password", "InitiateAuth", strings.Replace(goodCall, "jane-Dev-1", "wrong", 1), "NotAuthorizedException: Incorrect username or password."},
		{"an unknown user", "InitiateAuth", strings.Replace(goodCall, `"jane"`, `"nobody"`, 1), "NotAuthorizedException: Incorrect username or password."},
		{"another client", "InitiateAuth", strings.Replace(goodCall, "client0001", "client0002", 1), "ResourceNotFoundException: There is no app client of this ID."},
		{"another flow", "InitiateAuth", strings.Replace(goodCall, "USER_PASSWORD_AUTH", "USER_SRP_AUTH", 1), "InvalidParameterException: The development pool has the flow USER_PASSWORD_AUTH only."},
		{"no username", "InitiateAuth", strings.Replace(goodCall, "USERNAME", "username", 1), "InvalidParameterException: Missing required parameter USERNAME"},
		{"no password", "InitiateAuth", strings.Replace(goodCall, "PASSWORD\":", "password\":", 1), "InvalidParameterException: Missing required parameter PASSWORD"},
		{"no JSON", "InitiateAuth", "USERNAME=jane", "SerializationException: The body is not the JSON object of an InitiateAuth call."},
		{"a huge body", "InitiateAuth", `{"AuthFlow":"` + strings.Repeat("x", 70_000) + `"}`, "SerializationException: The body is not the JSON object of an InitiateAuth call."},
		{"another operation", "SignUp", goodCall, "UnknownOperationException: The development pool answers InitiateAuth only."},
	} {
		answer, body := call(t, pool.URL(), test.operation, test.body)
		var got struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if answer.StatusCode != http.StatusBadRequest || got.Type+": "+got.Message != test.want {
			t.Errorf("%s: status %d, %s: %s, want 400, %s", test.name, answer.StatusCode, got.Type, got.Message, test.want)
		}
		if kind := answer.Header.Get("X-Amzn-Errortype"); kind != got.Type {
			t.Errorf("%s: the header says %q, and the body %q", test.name, kind, got.Type)
		}
	}
}

func TestWhoWaitsForTheKeysCanGiveUp(t *testing.T) {
	pool, err := devpool.New(devpool.Config{URL: "http://127.0.0.1:9746"})
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pool.SignIn(gone, "jane", "jane-Dev-1"); !errors.Is(err, context.Canceled) {
		t.Errorf("signing in at once, and giving up: %v, want context.Canceled", err)
	}
}
