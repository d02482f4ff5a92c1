package mint_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/gognito/gognito/internal/mint"
)

func Example() {
	key, err := mint.NewKey()
	if err != nil {
		fmt.Println(err)
		return
	}
	key.ID = "vyVQ/2s+"

	id := mint.NewPoolID("eu-west-1")
	pool := mint.Pool{ID: id, Issuer: mint.Issuer(id)}
	user := mint.User{Username: "ada", Subject: mint.SubjectOf(id, "ada"), Groups: []string{"admins"}}
	session := mint.NewSession(pool, user, mint.NewClientID(), time.Now())

	access := mint.AccessClaims(session)
	fmt.Println(access["username"], access["cognito:groups"], access["scope"])

	token := mint.Sign(key, access)
	header, _, _ := strings.Cut(token, ".")
	text, _ := base64.RawURLEncoding.DecodeString(header)
	fmt.Println(string(text))
	// Output:
	// ada [admins] aws.cognito.signin.user.admin
	// {"kid":"vyVQ/2s+","alg":"RS256"}
}
