// Package e2e starts the real programs, and uses them with a real browser. It
// holds tests only:
//
//	make e2e
//
// The pictures in docs/images are taken by these tests too:
//
//	GOWORK=off go -C e2e test -run TestSampleApplication -update-screenshots
package e2e
