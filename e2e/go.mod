module github.com/gognito/gognito/e2e

go 1.26.0

require (
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
	github.com/gognito/gognito v0.0.0
)

require (
	filippo.io/bigmod v0.1.0 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/maypok86/otter/v2 v2.4.0 // indirect
	golang.org/x/sys v0.11.0 // indirect
)

replace github.com/gognito/gognito => ../
