module github.com/gognito/gognito

go 1.26.0

require (
	filippo.io/bigmod v0.1.0
	github.com/go-json-experiment/json v1.27.2
	github.com/maypok86/otter/v2 v2.4.0
)

require golang.org/x/sys v0.11.0 // indirect
