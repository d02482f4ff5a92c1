module github.com/gognito/gognito/adapters/lambdaauth

go 1.26.0

require (
	github.com/aws/aws-lambda-go v1.55.0
	github.com/gognito/gognito v0.0.0
)

require (
	filippo.io/bigmod v0.1.0 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/maypok86/otter/v2 v2.4.0 // indirect
	golang.org/x/sys v0.11.0 // indirect
)

replace github.com/gognito/gognito => ../../
