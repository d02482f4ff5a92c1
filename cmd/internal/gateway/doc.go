// Package gateway decides about one request of a client, whichever proxy tells of
// it: who it is, whether they may, what the application is told, and how a refusal is
// answered. What differs between proxies is what a [Call] says.
package gateway
