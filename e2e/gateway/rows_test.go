package gateway_test

import (
	"maps"
	"net/http"
	"slices"

	"github.com/gognito/gognito/gognitotest"
)

// rowsOf returns the table.
func rowsOf(p *pools) []row {
	return slices.Concat(
		ruleRows(p), tokenRows(p), hostileRows(p), outageRows(p),
		identityRows(p), metadataRows(p), claimRows(p), sizeRows(p),
		browserRows(p), originRows(p), socketRows(p), pathRows(p),
	)
}

// allowed is that the request gets through, and what the application is told.
func allowed(told ...map[string]string) want {
	all := make(map[string]string)
	for _, one := range told {
		maps.Copy(all, one)
	}
	return want{status: http.StatusOK, told: all}
}

// of is what the application is told of a user with an access token.
func of(u gognitotest.User) map[string]string {
	told := map[string]string{"X-Auth-User": u.Username, "X-Auth-Subject": u.Subject, "X-Auth-Scopes": "aws.cognito.signin.user.admin"}
	for i, scope := range u.Scopes {
		if i == 0 {
			told["X-Auth-Scopes"] = scope
		} else {
			told["X-Auth-Scopes"] += "," + scope
		}
	}
	return told
}

// groups is what it is told of groups.
func groups(text string) map[string]string { return map[string]string{"X-Auth-Groups": text} }

// Refusals. They are alike for all that deserve them.
var (
	noToken   = want{status: http.StatusUnauthorized, challenge: `Bearer realm="app"`}
	badToken  = want{status: http.StatusUnauthorized, challenge: `Bearer realm="app", error="invalid_token"`}
	forbidden = want{status: http.StatusForbidden}
	malformed = want{status: http.StatusBadRequest}
	outage    = want{status: http.StatusServiceUnavailable}
)

// byProxy is that the proxy answers by itself.
func byProxy(status int) want { return want{status: status, own: true} }

// own is that these proxies answer by themselves.
func own(status int, setUps ...string) map[string]want {
	but := make(map[string]want)
	for _, name := range setUps {
		but[name] = byProxy(status)
	}
	return but
}

// atNginx says what becomes of the refused rows at nginx, unless they do.
func atNginx(rows []row) []row {
	for i := range rows {
		r := &rows[i]
		if _, there := r.but[nginx]; there || r.want.own {
			continue
		}
		other := r.want
		switch {
		case r.want.status == http.StatusFound:
			other.challenge = noToken.challenge // auth_request has put it there already
			if len(r.send.all("Cookie")) > 0 {
				other.challenge = badToken.challenge
			}
		case r.want.status == http.StatusForbidden:
			other = byProxy(http.StatusForbidden) // nginx writes the page of a 403 itself
		case r.want.status == http.StatusBadRequest:
			other = byProxy(http.StatusForbidden) // nginx knows of no other refusals than 401 and 403,
		case r.want.status == http.StatusServiceUnavailable:
			other = byProxy(http.StatusInternalServerError) // and makes 500 of whatever else it is told
		default:
			continue
		}
		if r.but == nil {
			r.but = make(map[string]want)
		}
		r.but[nginx] = other
	}
	return rows
}
