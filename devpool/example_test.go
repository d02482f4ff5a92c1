package devpool_test

import (
	"context"
	"fmt"
	"log"
	"net/http/httptest"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/devpool"
)

// A pool on a server of one's own, and a user who signs in. In a test, Start makes
// the server.
func Example() {
	server := httptest.NewUnstartedServer(nil)
	pool, err := devpool.New(devpool.Config{
		URL: "http://" + server.Listener.Addr().String(),
		Users: []devpool.User{
			{Username: "ann", Password: "ann-Dev-1", Groups: []string{"editors"}},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	server.Config.Handler = pool
	server.Start()
	defer server.Close()

	ctx := context.Background()
	tokens, err := pool.SignIn(ctx, "ann", "ann-Dev-1")
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := gognito.New(pool.VerifierConfig())
	if err != nil {
		log.Fatal(err)
	}
	claims, err := verifier.Verify(ctx, tokens.Access)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Username, "is in", claims.Groups)
	// Output: ann is in [editors]
}
