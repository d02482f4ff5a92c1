package check

import (
	"errors"
	"fmt"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
)

// explain tells how a request is decided, by which rule, and why.
func explain(engine *decide.Engine, request decide.Request) string {
	x := engine.Explain(request)
	text := x.String()
	if x.Err != nil {
		return text
	}
	if x.Canonical {
		text += "  the path is in canonical spelling\n"
	}
	// A stranger is let through or refused by the rule that decides.
	d := engine.Decide(request, func() (*gognito.User, error) { return nil, gognito.ErrNoToken })
	switch {
	case d.Rule == "":
		text += "  no rule decides: what none takes is denied\n"
	case d.Allow:
		text += fmt.Sprintf("  rule %q decides, and nobody is asked for a token\n", d.Rule)
	case errors.Is(d.Err, gognito.ErrNoToken):
		text += fmt.Sprintf("  rule %q decides, and who has no token is answered 401\n", d.Rule)
	}
	return text
}
