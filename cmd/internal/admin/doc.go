// Package admin is what the gateway answers operators, and the machines that watch it,
// on a listener of its own: whether it lives and is ready, how it is, its metrics, and
// the key set of its assertions.
//
// The listener is for a network of operators'. It asks nobody who they are, and it does
// not look at the Host either, since probes come by address and scrapers by any name: a
// page in the browser of somebody who reaches the listener can read it under a name
// that the page's owner points there (DNS rebinding). So nothing there changes anything,
// and nothing there is a secret; but what rules, pools and addresses there are is not
// for everybody.
package admin
