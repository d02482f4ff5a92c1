package gognito_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

func TestPoliciesDecideOnGroupsScopesAndPermissions(t *testing.T) {
	u := &gognito.User{Claims: &gognito.Claims{Groups: []string{"editors", "x,admins"}, Scopes: []string{"api/read", "openid"}}}
	u.Grant("read")
	u.Grant("write", "list")
	down := errors.New("down")
	undecided := gognito.Policy(func(*gognito.User) error { return down })
	yes, no := gognito.InAnyGroup("editors"), gognito.HasAnyScope("api/write")
	for name, test := range map[string]struct {
		policy gognito.Policy
		want   gognito.Reason
	}{
		"in the group":                 {gognito.InAnyGroup("editors"), ""},
		"in one of the groups":         {gognito.InAnyGroup("admins", "editors"), ""},
		"in none of the groups":        {gognito.InAnyGroup("admins", "Editors", "editor"), gognito.ReasonGroup},
		"no group given":               {gognito.InAnyGroup(), gognito.ReasonGroup},
		"in all groups":                {gognito.InAllGroups("editors", "x,admins"), ""},
		"in one but not all":           {gognito.InAllGroups("editors", "admins"), gognito.ReasonGroup},
		"all of no groups":             {gognito.InAllGroups(), gognito.ReasonGroup},
		"one of the scopes":            {gognito.HasAnyScope("api/write", "api/read"), ""},
		"none of the scopes":           {gognito.HasAnyScope("api", "read"), gognito.ReasonScope},
		"no scope given":               {gognito.HasAnyScope(), gognito.ReasonScope},
		"all scopes":                   {gognito.HasAllScopes("openid", "api/read"), ""},
		"one scope but not all":        {gognito.HasAllScopes("openid", "api/write"), gognito.ReasonScope},
		"all of no scopes":             {gognito.HasAllScopes(), gognito.ReasonScope},
		"the permission":               {gognito.Can("write"), ""},
		"all permissions":              {gognito.Can("write", "read"), ""},
		"one permission but not all":   {gognito.Can("write", "delete"), gognito.ReasonPermission},
		"no permission given":          {gognito.Can(), gognito.ReasonPermission},
		"all of both":                  {gognito.AllOf(yes, gognito.Can("read")), ""},
		"all of, and the second not":   {gognito.AllOf(yes, no), gognito.ReasonScope},
		"all of nothing":               {gognito.AllOf(), gognito.ReasonPermission},
		"any of, and the second":       {gognito.AnyOf(no, yes), ""},
		"any of, and the first's word": {gognito.AnyOf(no, gognito.Can("delete")), gognito.ReasonScope},
		"any of nothing":               {gognito.AnyOf(), gognito.ReasonPermission},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.policy(u)
			if gognito.ReasonOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if err != nil && !errors.Is(err, gognito.ErrForbidden) {
				t.Errorf("%v is not ErrForbidden", err)
			}
		})
	}
	if err := gognito.AnyOf(no, undecided, no)(u); !errors.Is(err, down) {
		t.Errorf("a policy that could not decide is hidden: %v", err)
	}
	if err := gognito.AnyOf(undecided, yes)(u); err != nil {
		t.Errorf("another policy allowed: %v", err)
	}
	for name, combine := range map[string]func(...gognito.Policy) gognito.Policy{"AllOf": gognito.AllOf, "AnyOf": gognito.AnyOf} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes a nil policy", name)
				}
			}()
			combine(yes, nil)
		}()
	}
	nobody := &gognito.User{Claims: &gognito.Claims{}}
	if nobody.Can("read") || len(nobody.Permissions()) != 0 {
		t.Error("a user without permissions has some")
	}
}

func TestAttributesAreTypedSlots(t *testing.T) {
	tenant, same := gognito.NewAttribute[string]("tenant"), gognito.NewAttribute[string]("tenant")
	u := &gognito.User{Claims: &gognito.Claims{}}
	if v, ok := tenant.Of(u); ok || v != "" {
		t.Errorf("an empty slot holds %q", v)
	}
	tenant.Set(u, "acme")
	tenant.Set(u, "globex")
	if v, ok := tenant.Of(u); !ok || v != "globex" {
		t.Errorf("the slot holds %q, %v", v, ok)
	}
	if _, ok := same.Of(u); ok {
		t.Error("two attributes of one name share a slot")
	}
	fault := gognito.NewAttribute[error]("fault")
	fault.Set(u, nil)
	if err, ok := fault.Of(u); !ok || err != nil {
		t.Errorf("a nil that was set: %v, %v", err, ok)
	}
	if tenant.String() != "tenant" {
		t.Error(tenant.String())
	}
}

func TestAUserTravelsInAContext(t *testing.T) {
	if _, ok := gognito.FromContext(t.Context()); ok {
		t.Error("a user out of nowhere")
	}
	if _, ok := gognito.FromContext(gognito.NewContext(t.Context(), nil)); ok {
		t.Error("a nil user counts as one")
	}
	u := &gognito.User{Claims: &gognito.Claims{}}
	if got, ok := gognito.FromContext(gognito.NewContext(t.Context(), u)); !ok || got != u {
		t.Error("another user, or none")
	}
}

func TestDecodeGivesEveryClaimVerbatim(t *testing.T) {
	pool := gognitotest.NewPool(t)
	const largest, float = "9223372036854775807", "1.7976931348623157e308"
	claims := check(t, pool.Verifier(), pool.AccessToken(gognitotest.User{Claims: map[string]any{
		"custom:tenant": "acme", "big": json.Number(largest), "float": json.Number(float),
		"nested": map[string]any{"list": []any{json.Number(largest), nil, true, "x"}},
		"tenant": "lower", "Tenant": "upper",
	}}), "")

	var all map[string]any
	if err := claims.Decode(&all); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"list": []any{json.Number(largest), nil, true, "x"}}
	if !reflect.DeepEqual(all["nested"], want) || all["big"] != json.Number(largest) || all["float"] != json.Number(float) {
		t.Errorf("decoded: %#v", all)
	}
	if all["iss"] != pool.Issuer() || all["username"] != "user" {
		t.Errorf("the known claims are missing: %#v", all)
	}

	var some struct {
		Tenant string          `json:"custom:tenant"`
		Big    int64           `json:"big"`
		Text   json.Number     `json:"big2"`
		Any    any             `json:"float"`
		Lower  string          `json:"tenant"`
		Nested json.RawMessage `json:"nested"`
	}
	if err := claims.Decode(&some); err != nil {
		t.Fatal(err)
	}
	if some.Tenant != "acme" || some.Big != 9223372036854775807 || some.Any != json.Number(float) || some.Lower != "lower" || !json.Valid(some.Nested) {
		t.Errorf("decoded: %+v", some)
	}

	var number struct {
		Big json.Number `json:"big"`
	}
	if err := claims.Decode(&number); err != nil || number.Big != largest {
		t.Errorf("decoded: %+v, %v", number, err)
	}
	var misfit struct {
		Tenant int `json:"custom:tenant"`
	}
	if err := claims.Decode(&misfit); err == nil || strings.Contains(err.Error(), "acme") || !strings.Contains(err.Error(), "custom:tenant") {
		t.Errorf("a misfit: %v; want the claim's name and not its value", err)
	}
	var deep struct {
		Nested map[string]string `json:"nested"`
	}
	if err := claims.Decode(&deep); err == nil || strings.Contains(err.Error(), "list") || !strings.Contains(err.Error(), "nested") {
		t.Errorf("a misfit below: %v; want the claim's name and no other", err)
	}
	var texts struct {
		Big string `json:"big"`
	}
	if err := claims.Decode(&texts); err == nil {
		t.Error("a number decoded into a string")
	}
	if err := claims.Decode(misfit); err == nil {
		t.Error("decoded into a value")
	}
}

func TestNothingPrintsWhoItIsAbout(t *testing.T) {
	secrets := []string{"jane", "secret-sub", "editors", "eyJ", "customer"}
	claims := gognito.Claims{Username: "jane", Subject: "secret-sub", Groups: []string{"editors"}, TokenUse: gognito.AccessToken}
	user := gognito.User{Claims: &claims}
	user.Grant("customer")
	refusal := gognito.NewError(gognito.ReasonKeysUnavailable, errors.New("get https://jane.example/eyJ"))
	values := map[string]any{
		"claims": claims, "*claims": &claims, "user": user, "*user": &user, "error": refusal,
		"a struct of them": struct {
			C *gognito.Claims
			U gognito.User
			E error
		}{&claims, user, refusal},
		"a list of them": []any{claims, &user, refusal},
	}
	for name, value := range values {
		var printed []string
		for _, verb := range []string{"%v", "%+v", "%s", "%q", "%d", "%x"} {
			printed = append(printed, fmt.Sprintf(verb, value))
		}
		if _, isError := value.(error); !isError && !strings.Contains(name, "of them") {
			printed = append(printed, fmt.Sprintf("%#v", value))
		}
		if !strings.HasPrefix(name, "a ") { // encoding/json, which slog uses for other values, asks no method of ours
			var text, object bytes.Buffer
			slog.New(slog.NewTextHandler(&text, nil)).Info("x", "value", value)
			slog.New(slog.NewJSONHandler(&object, nil)).Info("x", "value", value)
			printed = append(printed, text.String(), object.String())
		}
		for _, line := range printed {
			for _, secret := range secrets {
				if strings.Contains(line, secret) {
					t.Errorf("%s prints %q", name, line)
				}
			}
		}
	}
	if got := fmt.Sprintf("%v %+v", &claims, user); got != "gognito.Claims(access) gognito.User(access)" {
		t.Errorf("printed %q", got)
	}
	if got := fmt.Sprint(gognito.User{}); got != "gognito.User" {
		t.Errorf("printed %q", got)
	}
	var none *gognito.Claims
	if got := fmt.Sprintf("%v", none); got != "<nil>" {
		t.Errorf("nil claims print %q", got)
	}
}

func TestEveryReasonHasItsKind(t *testing.T) {
	kinds := map[gognito.Kind][]gognito.Reason{
		gognito.ErrNoToken: {""},
		gognito.ErrInvalidToken: {
			gognito.ReasonMalformed, gognito.ReasonAlgorithm, gognito.ReasonIssuer, gognito.ReasonUnknownKey,
			gognito.ReasonSignature, gognito.ReasonExpired, gognito.ReasonNotYetValid, gognito.ReasonTokenUse,
			gognito.ReasonClient, gognito.ReasonMachine, gognito.ReasonRevoked,
		},
		gognito.ErrForbidden:   {gognito.ReasonGroup, gognito.ReasonScope, gognito.ReasonPermission, gognito.ReasonCrossOrigin},
		gognito.ErrUnavailable: {gognito.ReasonKeysUnavailable, gognito.ReasonRevocationUnavailable, gognito.ReasonCanceled},
	}
	for kind, reasons := range kinds {
		for _, reason := range reasons {
			err := fmt.Errorf("wrapped: %w", gognito.NewError(reason, context.Canceled))
			for other := range kinds {
				if errors.Is(err, other) != (other == kind) {
					t.Errorf("errors.Is(%q, %v) = %v", reason, other, !(other == kind))
				}
			}
			if gognito.ReasonOf(err) != reason || !errors.Is(err, context.Canceled) {
				t.Errorf("%q: %v", reason, err)
			}
		}
	}
	if got := gognito.NewError(gognito.ReasonExpired, nil).Error(); got != "gognito: invalid token: expired" {
		t.Errorf("prints %q", got)
	}
	if got := gognito.NewError("", nil).Error(); got != "gognito: no token" {
		t.Errorf("prints %q", got)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a reason outside the set has a kind")
			}
		}()
		_ = gognito.NewError("tenant", nil)
	}()
	if gognito.ReasonOf(errors.New("x")) != "" || gognito.ReasonOf(nil) != "" {
		t.Error("a reason out of nowhere")
	}
}

func TestPoliciesKeepWhatTheyWereGiven(t *testing.T) {
	user := &gognito.User{Claims: &gognito.Claims{Groups: []string{"users"}, Scopes: []string{"users"}}}
	user.Grant("users")
	names := []string{"admins"}
	all := []gognito.Policy{
		gognito.InAnyGroup(names...), gognito.InAllGroups(names...), gognito.HasAnyScope(names...), gognito.HasAllScopes(names...), gognito.Can(names...),
	}
	nested := []gognito.Policy{all[0]}
	all = append(all, gognito.AllOf(nested...), gognito.AnyOf(nested...))
	names[0], nested[0] = "users", func(*gognito.User) error { return nil }
	for i, policy := range all {
		if err := policy(user); !errors.Is(err, gognito.ErrForbidden) {
			t.Errorf("policy %d follows a change of its caller's list: %v", i, err)
		}
	}
}
