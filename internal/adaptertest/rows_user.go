package adaptertest

import (
	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

func (t *table) optional() {
	t.add("optional, nothing", seesNobody).to(Optional)
	t.add("optional, another scheme", seesNobody, authorization, "Basic eA==").to(Optional)
	t.add("optional, a user", sees(jane), authorization, t.bearerOf(jane)).to(Optional)
	t.add("optional, a cookie", sees(jane), cookies, t.cookie(jane)).to(Optional)
	t.add("optional, expired", invalid(gognito.ReasonExpired), authorization, "Bearer "+t.world.pool.Hostile("expired")).to(Optional)
	t.add("optional, malformed", invalid(gognito.ReasonMalformed), authorization, "Bearer x").to(Optional)
	t.add("optional, two headers", invalid(gognito.ReasonMalformed), authorization, t.bearerOf(jane), authorization, "Basic eA==").to(Optional)
	t.add("optional, an outage", unavailable(gognito.ReasonKeysUnavailable), authorization, "Bearer "+t.world.down.AccessToken(jane)).to(Optional)
	t.add("optional, a failed hook", fault, authorization, t.bearerOf(gognitotest.User{Username: faultyUser})).to(Optional)
	t.add("optional, a hook that was refused elsewhere", fault, authorization, t.bearerOf(gognitotest.User{Username: confusingUser})).to(Optional)
}

func (t *table) policies() {
	ask := func(route Route, name string, want outcome, u gognitotest.User) {
		t.add(string(route)+", "+name, want, authorization, t.bearerOf(u)).to(route)
	}
	group, scope, permission := forbidden(gognito.ReasonGroup), forbidden(gognito.ReasonScope), forbidden(gognito.ReasonPermission)
	ask(Admins, "an admin", sees(root), root)
	ask(Admins, "no group", group, john)
	ask(Admins, "other groups", group, jane)
	ask(Admins, "a group with a comma", group, gognitotest.User{Username: "c", Groups: []string{"x,admins"}})
	ask(Admins, "a group with a line end", group, gognitotest.User{Username: "l", Groups: []string{"x\r\nadmins", "\nadmins"}})
	ask(Admins, "a group in capitals", group, gognitotest.User{Username: "C", Groups: []string{"Admins", "ADMINS"}})
	ask(Admins, "a group with a space", group, gognitotest.User{Username: "s", Groups: []string{"admins ", " admins"}})
	ask(Orders, "the scope", sees(root), root)
	ask(Orders, "another scope", scope, jane)
	ask(Orders, "a longer scope", scope, gognitotest.User{Username: "o", Scopes: []string{"orders/readonly", "x/orders/read"}})
	ask(Refunds, "permitted", sees(jane), jane)
	ask(Refunds, "not permitted", permission, root)
	for _, route := range []Route{Admins, Orders, Refunds} {
		t.add(string(route)+", nothing", noToken).to(route)
		t.add(string(route)+", refused", invalid(gognito.ReasonMalformed), authorization, "Bearer x.y.z").to(route)
	}
	t.add("admins, a cookie", sees(root), cookies, t.cookie(root)).to(Admins)
	t.add("admins, POST", sees(root), authorization, t.bearerOf(root)).post().to(Admins)
}

// hooks adds users for whom a hook of the application says no, or fails.
func (t *table) hooks() {
	for _, row := range []struct {
		username string
		want     outcome
	}{
		{revokedUser, invalid(gognito.ReasonRevoked)},
		{unclearUser, unavailable(gognito.ReasonRevocationUnavailable)},
		{faultyUser, fault},
		{bannedUser, banned},
		{shedUser, overloaded},
		{confusingUser, fault},
	} {
		token := t.token(gognitotest.User{Username: row.username, Groups: []string{"admins"}})
		t.add("hook, "+row.username, row.want, authorization, "Bearer "+token)
		t.add("hook, cookie, "+row.username, row.want, cookies, cookie(token))
		t.add("hook, admins, "+row.username, row.want, authorization, "Bearer "+token).to(Admins)
	}
}

func (t *table) outages() {
	foreign := t.world.down.AccessToken(jane)
	outage, canceled := unavailable(gognito.ReasonKeysUnavailable), unavailable(gognito.ReasonCanceled)
	t.add("an outage", outage, authorization, "Bearer "+foreign)
	t.add("an outage, cookie", outage, cookies, cookie(foreign))
	t.add("an outage, and a refused cookie", outage, cookies, cookie("x.y.z", foreign))
	t.add("an outage, and a good cookie", sees(jane), cookies, cookie(foreign, t.token(jane)))
	t.add("a good token in an outage of another pool", sees(jane), authorization, t.bearerOf(jane))
	t.add("the client has gone, in an outage", canceled, authorization, "Bearer "+foreign, endedHeader, "1")
	t.add("the client has gone, while the hook works", canceled,
		authorization, t.bearerOf(gognitotest.User{Username: impatientUser}), endedHeader, "1")
	t.add("the client has gone, and nothing waits for it", sees(jane), authorization, t.bearerOf(jane), endedHeader, "1")
}
