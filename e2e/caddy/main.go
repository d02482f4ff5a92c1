// Command caddy is Caddy as it is released, with its standard modules, for the tests
// of the package gateway.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
)

func main() { caddycmd.Main() }
