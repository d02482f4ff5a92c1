package dev

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/gognito/gognito/cmd/internal/sampleapp"
	"github.com/gognito/gognito/devpool"
)

// maxShown is how many users are listed; a file may have thousands.
const maxShown = 10

// guide is what the newcomer is told, in the terminal and on the home page.
type guide struct {
	url      string
	users    []sampleapp.DemoUser
	unshown  int
	commands []sampleapp.Command
}

func newGuide(pool *devpool.Pool, cookie string) guide {
	users := pool.Users()
	g := guide{url: pool.URL()}
	for _, u := range users[:min(len(users), maxShown)] {
		g.users = append(g.users, sampleapp.DemoUser{Username: u.Username, Password: u.Password, Groups: u.Groups})
	}
	g.unshown = len(users) - len(g.users)

	first := users[0]
	parameters, err := json.Marshal(map[string]string{"USERNAME": first.Username, "PASSWORD": first.Password})
	if err != nil {
		panic("dev: " + err.Error()) // strings can be encoded
	}
	call := `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"` + pool.ClientID() + `",
      "AuthParameters":` + string(parameters) + `}`
	g.commands = []sampleapp.Command{
		{
			About: "Sign in as " + first.Username + ", and keep the access token:",
			Line: "TOKEN=$(curl -sS " + pool.URL() + `/ \
  -H 'Content-Type: application/x-amz-json-1.1' \
  -H 'X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth' \
  -d ` + quoted(call) + ` \
  | sed -n 's/.*"AccessToken":"\([^"]*\)".*/\1/p')`,
		},
		{
			About: "Call the application with it:",
			Line:  "curl -sS " + pool.URL() + `/api/me -H "Authorization: Bearer $TOKEN"`,
		},
		{
			About: "The same as a browser does it, with a cookie:",
			Line:  "curl -sS " + pool.URL() + "/api/me --cookie " + quoted(cookie) + `="$TOKEN"`,
		},
		{
			About: "Check the token, and see what it says:",
			Line: "go run ./cmd/gognito verify --user-pool-id " + pool.UserPoolID() + " --client-id " + pool.ClientID() + ` \
  --issuer ` + pool.Issuer() + ` --output json "$TOKEN"`,
		},
	}
	return g
}

// quoted writes an argument for a shell.
func quoted(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// print writes the guide for a terminal.
func (g guide) print(w io.Writer, exposed bool) {
	var b strings.Builder
	b.WriteString("gognito-dev: FOR DEVELOPMENT ONLY: these users, passwords and keys protect nothing.\n")
	if exposed {
		b.WriteString("gognito-dev: DANGER: other machines can reach it, and sign in as anybody.\n")
	}
	fmt.Fprintf(&b, "\n  Open %s/ and sign in as one of\n\n", g.url)
	name, password := len("user"), len("password")
	for _, u := range g.users {
		name, password = max(name, len(u.Username)), max(password, len(u.Password))
	}
	row := func(columns ...any) { fmt.Fprintf(&b, "    %-*s  %-*s  %s\n", columns...) }
	row(name, "user", password, "password", "groups")
	for _, u := range g.users {
		groups := strings.Join(u.Groups, " ")
		if groups == "" {
			groups = "(none)"
		}
		row(name, u.Username, password, u.Password, groups)
	}
	if g.unshown > 0 {
		fmt.Fprintf(&b, "    and %d more\n", g.unshown)
	}
	for _, command := range g.commands {
		fmt.Fprintf(&b, "\n  %s\n\n%s\n", command.About, command.Line)
	}
	b.WriteString("\n  Ctrl-C ends it.\n")
	_, _ = io.WriteString(w, b.String())
}
