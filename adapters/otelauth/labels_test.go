package otelauth_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

// Every kind of token goes through real Verifiers and Pools, and what comes out is
// from lists that stand here.
func TestLabelsComeFromClosedSetsAndTellNothingOfATokenOrKey(t *testing.T) {
	tel := newTelemetry(t)
	a, b, foreign := gognitotest.NewPool(t), gognitotest.NewPool(t), gognitotest.NewPool(t)
	secrets := runEverything(t, tel, a, b, foreign)

	reasons := map[string]bool{}
	for _, reason := range libraryReasons(t) {
		reasons[string(reason)] = true
	}
	for _, ours := range []string{"group", "scope", "permission", "cross_origin"} {
		delete(reasons, ours) // of policies, which Verify knows nothing of
	}
	pools := set(a.UserPoolID(), b.UserPoolID())
	urls := set(a.JWKSURL(), b.JWKSURL())
	want := map[string]map[string]map[string]bool{
		"gognito.verifications": {
			"gognito.outcome": set("accepted", "invalid_token", "unavailable"), "gognito.reason": reasons,
			"gognito.remembered": set("true", "false"), "gognito.user_pool.id": pools,
		},
		"gognito.verification.duration": {
			"gognito.outcome":    set("accepted", "invalid_token", "unavailable"),
			"gognito.remembered": set("true", "false"), "gognito.user_pool.id": pools,
		},
		"gognito.key_set.fetch.duration": {"gognito.outcome": set("fetched", "failed"), "url.full": urls},
		"gognito.key_set.skipped":        {"url.full": urls},
		"gognito.key_set.age":            {"url.full": urls},
		"gognito.key_set.keys":           {"url.full": urls},
		"gognito.key_file.failures":      {},
	}
	got := map[string]map[string]map[string]bool{}
	for _, p := range tel.collect() {
		if got[p.metric] == nil {
			got[p.metric] = map[string]map[string]bool{}
		}
		for _, kv := range p.attributes.ToSlice() {
			if got[p.metric][string(kv.Key)] == nil {
				got[p.metric][string(kv.Key)] = map[string]bool{}
			}
			got[p.metric][string(kv.Key)][kv.Value.String()] = true
		}
		wantNoSecret(t, p.String(), secrets)
	}
	for metric := range maps.Keys(merge(got, want)) {
		for label := range maps.Keys(merge(got[metric], want[metric])) {
			if !maps.Equal(got[metric][label], want[metric][label]) {
				t.Errorf("%s, %s: %q, want %q", metric, label, keys(got[metric][label]), keys(want[metric][label]))
			}
		}
		if (got[metric] == nil) != (want[metric] == nil) {
			t.Errorf("%s: got %v, want %v", metric, got[metric], want[metric])
		}
	}
	spans := tel.spans.Ended()
	if len(spans) < len(reasons) {
		t.Errorf("only %d spans", len(spans))
	}
	for _, span := range spans {
		wantNoSecret(t, text(span), secrets)
		for _, kv := range span.Attributes() {
			if !slices.Contains([]attribute.Key{"gognito.outcome", "gognito.reason", "gognito.remembered", "gognito.user_pool.id", "url.full", "error.type"}, kv.Key) {
				t.Errorf("an attribute %q that is not documented", kv.Key)
			}
		}
	}
}

// Every reason that the library has, or will have, is told by its name and kind.
func TestEveryReasonOfTheLibraryIsTold(t *testing.T) {
	for _, reason := range libraryReasons(t) {
		refusal := gognito.NewError(reason, errors.New("eyJ.secret"))
		tel := newTelemetry(t)
		tel.trace.Verified(t.Context(), gognito.VerifyInfo{UserPoolID: "p", Err: refusal})
		kind := map[gognito.Kind]string{
			gognito.ErrInvalidToken: "invalid_token", gognito.ErrForbidden: "forbidden", gognito.ErrUnavailable: "unavailable",
		}[refusal.Kind]
		tel.want("gognito.verifications",
			"gognito.outcome="+kind+",gognito.reason="+string(reason)+",gognito.remembered=false,gognito.user_pool.id=p 1")
	}
}

func TestAnErrorThatIsNoneOfTheLibrarysHasAFixedLabel(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"the application's":    {errors.New("eyJ.secret"), "other"},
		"a reason of its own":  {&gognito.Error{Kind: "eyJ", Reason: "eyJ.secret"}, "other"},
		"no token":             {gognito.NewError("", nil), "no_token"},
		"wrapped, of no claim": {errors.Join(errors.New("eyJ.secret"), gognito.NewError("", nil)), "no_token"},
	} {
		t.Run(name, func(t *testing.T) {
			tel := newTelemetry(t)
			ctx, parent := tel.tracer.Tracer("test").Start(t.Context(), "request")
			tel.trace.Verified(ctx, gognito.VerifyInfo{Err: test.err})
			parent.End()
			tel.want("gognito.verifications", "gognito.outcome="+test.want+",gognito.remembered=false 1")
			if told := text(tel.spans.Ended()[0]); strings.Contains(told, "eyJ") {
				t.Errorf("the span tells the error's text: %s", told)
			}
		})
	}
}

// libraryReasons returns the reasons that the library's source declares.
func libraryReasons(t *testing.T) (list []gognito.Reason) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Reason" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, gognito.Reason(text))
		}
		return true
	})
	if len(list) < 18 {
		t.Fatalf("only %d reasons found", len(list))
	}
	return list
}

func set(values ...string) map[string]bool {
	s := map[string]bool{}
	for _, value := range values {
		s[value] = true
	}
	return s
}

func merge[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	if all == nil {
		return b
	}
	maps.Copy(all, b)
	return all
}

func keys(s map[string]bool) []string { return slices.Sorted(maps.Keys(s)) }
