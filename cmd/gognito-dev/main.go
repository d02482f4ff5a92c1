// Gognito-dev is an Amazon Cognito user pool for development, with a sample
// application that uses it, on one port of your own machine.
//
//	go run ./cmd/gognito-dev
//
// It prints where to open it, whom to sign in as, and commands to try. It is never
// for production.
package main

import "github.com/gognito/gognito/cmd/internal/dev"

func main() { dev.Program().Main() }
