// Package oauth2proxy pins the oauth2-proxy that the gateway is measured beside. It
// is a module of its own, which nothing imports, so that what oauth2-proxy is built of
// decides no version of anything else here.
package oauth2proxy
