// Package dashboard compares the Grafana dashboard of adapters/otelauth with what
// a Prometheus server scrapes of a program that uses that package. It holds tests
// only, and is here because what they need, Prometheus' parsers and exporter and
// Grafana's types, would be in every go.mod that requires otelauth:
//
//	GOWORK=off go -C e2e test -count=1 ./dashboard
//
// With -count=1, because the dashboard lies outside this module, and the go
// command remembers results without a look at such files.
package dashboard
