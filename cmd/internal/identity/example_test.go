package identity_test

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/identity"
)

// A proxy takes out of a client's request what could pass for the gateway's, and puts
// in what the gateway says of the user.
func Example() {
	issuer, err := identity.New(identity.Config{
		Headers: []identity.Header{
			{Name: "X-Auth-User", Source: "username"},
			{Name: "X-Auth-Groups", Source: "groups"},
			{Name: "X-Auth-Email", Source: "email"},
		},
		MaxBytes: 3072,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	request := http.Header{"X-Auth-Email": {"root@app.example"}, "X_auth_user": {"root"}, "Accept": {"*/*"}}
	claims := gognito.NewClaims(`{"email":"ann@app.example","email_verified":false}`)
	claims.Username, claims.Groups = "ann", []string{"editors", "x,admins"}

	issuer.Strip(request)
	fields, err := issuer.Fields(&gognito.User{Claims: claims}, "", time.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range fields {
		fields[i].SetIn(request)
	}
	for _, name := range []string{"Accept", "X-Auth-User", "X-Auth-Groups", "X-Auth-Email"} {
		fmt.Printf("%s: %q\n", name, request[name])
	}
	// Output:
	// Accept: ["*/*"]
	// X-Auth-User: ["ann"]
	// X-Auth-Groups: ["editors,x%2Cadmins"]
	// X-Auth-Email: []
}
