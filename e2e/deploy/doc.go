// Package deploy holds the Dockerfile and the manifests of deploy/kubernetes to what
// they promise, without Docker and without a cluster. It holds tests only, which need
// Linux and root, for chroot and for another user:
//
//	GOWORK=off go -C e2e test -count=1 ./deploy
//
// With -count=1, because what they test lies outside this module, and the go command
// remembers results without a look at such files.
package deploy
