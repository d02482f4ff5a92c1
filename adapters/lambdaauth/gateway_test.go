package lambdaauth_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// methodARN returns the ARN of a method of an API's stage.
func methodARN(stage, method, path string) string {
	return "arn:aws:execute-api:us-east-1:123456789012:abcdef123/" + stage + "/" + method + path
}

// authorization is an authorizer's answer, as API Gateway reads it.
type authorization struct {
	PrincipalID    string `json:"principalId"`
	PolicyDocument *struct {
		Version   string
		Statement []struct {
			Action, Resource []string
			Effect           string
		}
	} `json:"policyDocument"`
	IsAuthorized *bool          `json:"isAuthorized"`
	Context      map[string]any `json:"context"`

	ErrorMessage string `json:"errorMessage"`
}

// denies reports whether it is an answer, and says no.
func (a authorization) denies() bool {
	if a.IsAuthorized != nil {
		return !*a.IsAuthorized
	}
	return a.PolicyDocument != nil && a.PolicyDocument.Statement[0].Effect == "Deny"
}

// allows goes by the policy as API Gateway does.
func (a authorization) allows(t *testing.T, arn string) bool {
	t.Helper()
	if a.IsAuthorized != nil {
		return *a.IsAuthorized
	}
	if a.PolicyDocument == nil || a.PolicyDocument.Version != "2012-10-17" || a.PrincipalID == "" {
		t.Errorf("API Gateway can't read the policy %+v of %q", a.PolicyDocument, a.PrincipalID)
		return false
	}
	allowed := false
	for _, s := range a.PolicyDocument.Statement {
		fits := slices.ContainsFunc(s.Resource, func(pattern string) bool {
			if len(pattern) > 512 {
				t.Errorf("the resource %s has more than 512 characters", pattern)
			}
			return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$").MatchString(arn)
		})
		if fits && slices.Contains(s.Action, "execute-api:Invoke") {
			if s.Effect != "Allow" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

// gateway is what API Gateway makes of an authorizer's answer: the status, what the
// client is told of it, and the context for the function behind. A status of 503
// is 500 in truth: API Gateway has no other for errors, and the text tells them
// apart.
func gateway(t *testing.T, got answer, arn string) (status int, told string, context map[string]any) {
	t.Helper()
	var a authorization
	if err := json.Unmarshal(got.body, &a); err != nil {
		t.Errorf("the answer is no JSON object: %v", err)
		return 0, "", nil
	}
	if got.failed {
		// A gateway response may tell clients all of it.
		switch a.ErrorMessage {
		case "Unauthorized":
			return http.StatusUnauthorized, string(got.body), nil
		case "Service Unavailable":
			return http.StatusServiceUnavailable, string(got.body), nil
		default:
			return http.StatusInternalServerError, string(got.body), nil
		}
	}
	for name, value := range a.Context {
		switch value.(type) {
		case string, float64, bool:
		default:
			t.Errorf("the context's %s is a %T, which API Gateway does not take", name, value)
		}
	}
	if !a.allows(t, arn) {
		return http.StatusForbidden, `{"Message":"User is not authorized to access this resource with an explicit deny"}`, nil
	}
	return http.StatusOK, "", a.Context
}
