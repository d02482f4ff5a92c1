package adaptertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// CookieName is that of the cookie with the access token.
const CookieName = "access_token"

// HeaderName is that of the header by which a gateway hands on the access token.
const HeaderName = "X-Amzn-Oidc-Accesstoken"

// TrustedOrigin may send requests from other sites.
const TrustedOrigin = "https://app.example"

// Tenant is what World's Attach hook reads from the X-Tenant header.
var Tenant = gognito.NewAttribute[string]("tenant")

// A World is what the rows of the table are judged in: an Authenticator over two
// pools, of which one is in an outage, and what was seen of each row inside the
// server. Use one for each server.
type World struct {
	// Auth is to be mounted as it is. Only its ErrorHandler may be set, by an
	// adapter that leaves answers to it.
	Auth *httpauth.Authenticator

	pool, down *gognitotest.Pool

	mu      sync.Mutex
	handled map[string]string // what a row's handler answered, by the row's ID
	refused map[string]error
}

// NewWorld makes a world that ends with the test.
func NewWorld(tb testing.TB) *World {
	tb.Helper()
	w := &World{
		pool:    gognitotest.NewPool(tb),
		down:    gognitotest.NewPool(tb),
		handled: make(map[string]string),
		refused: make(map[string]error),
	}
	w.down.SetOutage(true)
	config := w.pool.Config()
	config.Revocation = gognito.RevocationFunc(revoked)
	up, err := gognito.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	pools, err := gognito.NewPools(up, w.down.Verifier())
	if err != nil {
		tb.Fatal(err)
	}
	w.Auth = &httpauth.Authenticator{
		Verifier: pools,
		Source: httpauth.FirstOf(
			httpauth.Bearer,
			httpauth.Cookie(CookieName),
			httpauth.AmplifyCookies(w.pool.ClientID(), gognito.AccessToken),
			httpauth.Header(HeaderName),
		),
		Attach:      attach,
		CrossOrigin: http.NewCrossOriginProtection(),
		Logger:      slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	if err := w.Auth.CrossOrigin.AddTrustedOrigin(TrustedOrigin); err != nil {
		tb.Fatal(err)
	}
	return w
}

// User names for whom something is amiss.
const (
	revokedUser   = "revoked"
	unclearUser   = "unclear"   // whether revoked can't be told
	faultyUser    = "faulty"    // the hook fails
	bannedUser    = "banned"    // the hook forbids
	shedUser      = "shed"      // the hook is overloaded
	confusingUser = "confusing" // the hook was itself refused elsewhere
	impatientUser = "impatient" // the hook returns the context's error
)

func revoked(_ context.Context, claims *gognito.Claims) (bool, error) {
	if claims.Username == unclearUser {
		return false, errors.New("the revocation list could not be had")
	}
	return claims.Username == revokedUser, nil
}

func attach(r *http.Request, u *gognito.User) error {
	switch u.Username {
	case faultyUser:
		return errors.New("the database is gone")
	case bannedUser:
		return fmt.Errorf("banned: %w", gognito.ErrForbidden)
	case shedUser:
		return fmt.Errorf("too many: %w", gognito.ErrUnavailable)
	case confusingUser:
		return fmt.Errorf("the permission service: %w", gognito.ErrNoToken)
	case impatientUser:
		return fmt.Errorf("query: %w", r.Context().Err())
	}
	for _, group := range u.Groups {
		if group == "support" {
			u.Grant("refund")
		}
	}
	if tenant := r.Header.Get("X-Tenant"); tenant != "" {
		Tenant.Set(u, tenant)
	}
	return nil
}

// Handled is for the server's handler, which answers with the text: it tells
// whom the handler sees, as JSON, and notes that the row with this ID got there.
func (w *World) Handled(ctx context.Context, id string) string {
	seen := "anonymous"
	if u, ok := gognito.FromContext(ctx); ok {
		tenant, _ := Tenant.Of(u)
		text, err := json.Marshal(sight{u.Username, u.Groups, u.Can("refund"), tenant})
		if err != nil {
			panic(err)
		}
		seen = string(text)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if before, twice := w.handled[id]; twice {
		seen = "handled twice, before with " + before
	}
	w.handled[id] = seen
	return seen
}

// sight is what a handler sees of a user.
type sight struct {
	Username string
	Groups   []string
	Refund   bool
	Tenant   string
}

// Refused is for the server's own means of seeing errors: it notes why the row
// with this ID was refused.
func (w *World) Refused(id string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused[id] = err
}

// seen returns, and forgets, what was noted of a row.
func (w *World) seen(id string) (handled string, ran bool, refused error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	handled, ran = w.handled[id]
	refused = w.refused[id]
	delete(w.handled, id)
	delete(w.refused, id)
	return handled, ran, refused
}
