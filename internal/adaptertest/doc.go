// Package adaptertest holds the requests that every adapter has to judge alike:
// ordinary ones and hostile ones, and for each what has to come of it. An adapter's
// test starts a real server of its framework, sends every row of the table with a
// real client, and [Run] says what differs.
//
//	world := adaptertest.NewWorld(t)
//	… a server that mounts world.Auth, asks Route.Policy, and answers with World.Handled …
//	adaptertest.RunHTTP(t, world, "ginauth", server.URL)
//
// It is for tests only.
package adaptertest
