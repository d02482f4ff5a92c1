package gognito_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/gognito/gognito"
)

func TestTheKindOfAnErrorIsFoundHoweverItIsWrapped(t *testing.T) {
	expired := gognito.NewError(gognito.ReasonExpired, errors.New("cause"))
	for name, test := range map[string]struct {
		err  error
		want gognito.Kind
	}{
		"nil":                        {nil, ""},
		"a fault":                    {errors.New("the database is gone"), ""},
		"a reason's":                 {expired, gognito.ErrInvalidToken},
		"wrapped":                    {fmt.Errorf("hook: %w", expired), gognito.ErrInvalidToken},
		"itself":                     {gognito.ErrForbidden, gognito.ErrForbidden},
		"no token":                   {gognito.NewError("", nil), gognito.ErrNoToken},
		"a cause's":                  {gognito.NewError(gognito.ReasonMalformed, gognito.ErrNoToken), gognito.ErrInvalidToken},
		"an outage beside a refusal": {errors.Join(expired, gognito.ErrUnavailable), gognito.ErrUnavailable},
		"a ban beside a refusal":     {errors.Join(expired, gognito.ErrForbidden), gognito.ErrForbidden},
		"an outage beside a ban":     {errors.Join(gognito.ErrForbidden, gognito.ErrUnavailable), gognito.ErrUnavailable},
	} {
		if got := gognito.KindOf(test.err); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
