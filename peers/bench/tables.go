package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gognito/gognito/peers/bench/implementations"
	"github.com/gognito/gognito/peers/internal/report"
)

// A reader reads medians, and keeps the first error.
type reader struct {
	results
	err error
}

func (r *reader) of(name string) result {
	one, err := r.median(name)
	if r.err == nil {
		r.err = err
	}
	return one
}

// time of a benchmark, and in parts of another.
func (r *reader) time(name, of string) string {
	one, other := r.of(name), r.of(of)
	text := duration(one.ns)
	if name != of && r.err == nil {
		text += fmt.Sprintf(" (×%s)", report.Digits(one.ns/other.ns))
	}
	return text
}

func duration(ns float64) string {
	if ns >= 1e6 {
		return report.Digits(ns/1e6) + " ms"
	}
	return report.Digits(ns/1e3) + " µs"
}

// The rows of the tables that are no Go implementation's.
const (
	limitRSA     = "limit: `rsa.VerifyPKCS1v15`"
	limitSHA     = "limit: `sha256.Sum256`"
	limitOpenSSL = "limit: `openssl speed`"
	limitGo      = "limit: a Go program that does nothing"
	limitNode    = "limit: Node.js that does nothing"
	crowded      = "gognito, each token new to its cache"
	repeated     = "gognito, a repeated token"
)

func tables(all results) (string, error) {
	r := &reader{results: all}
	parts := []string{
		"One verification, on one thread:\n\n" + verifications(r),
		"Threads and memory:\n\n" + threads(r),
		"A cold process, from its start to its end, the keys fetched and one token verified:\n\n" + coldTable(r),
		"The set-ups, with first-time tokens; in bold, the ones of the tables above:\n\n" + setups(r),
	}
	return strings.Join(parts, "\n"), r.err
}

func verifications(r *reader) string {
	kinds := []string{"garbage", "signature", "expired"}
	t := report.Table{Head: []string{"", "first time", "repeated", "refused: garbage", "refused: signature", "refused: expired"}}
	for _, implementation := range implementations.All {
		first := benchmarkOf(implementation, 0)
		again := first
		if implementation.Name == implementations.Gognito.Name {
			again = "Repeated/gognito"
		}
		row := []string{implementation.Name, r.time(first, firstTime), r.time(again, "Repeated/gognito")}
		for _, kind := range kinds {
			row = append(row, r.time("Refused/"+kind+"/"+implementation.Name, "Refused/"+kind+"/gognito"))
		}
		t.Add(row...)
	}
	row := []string{awsJWTVerify, r.time(ofNode+"verifySync/good", firstTime), r.time(ofNode+"verifySync/good", "Repeated/gognito")}
	for _, kind := range kinds {
		row = append(row, r.time(ofNode+"verifySync/"+kind, "Refused/"+kind+"/gognito"))
	}
	t.Add(row...)
	t.Add(crowded, r.time("Crowded", firstTime))
	t.Add(limitRSA, r.time("Limit/rsa", firstTime))
	t.Add(limitSHA, r.time("Limit/sha256", firstTime))
	t.Add(limitOpenSSL, r.time("openssl", firstTime))
	return t.String()
}

func threads(r *reader) string {
	t := report.Table{Head: []string{"", "1 thread", "2 threads", "throughput", "bytes", "allocations"}}
	add := func(label, parallel, alone string) {
		one, two, memory := r.of(parallel), r.of(parallel+"-2"), r.of(alone)
		t.Add(label, duration(one.ns), duration(two.ns), "×"+report.Digits(one.ns/two.ns), fmt.Sprintf("%.0f", memory.bytes), fmt.Sprintf("%.0f", memory.allocs))
	}
	for _, implementation := range implementations.All {
		add(implementation.Name, "Parallel/first-time/"+implementation.Name, benchmarkOf(implementation, 0))
	}
	add(repeated, "Parallel/repeated/gognito", "Repeated/gognito")
	add(limitRSA, "Parallel/limit", "Limit/rsa")
	return t.String()
}

func coldTable(r *reader) string {
	t := report.Table{Head: []string{"", "time"}}
	for _, implementation := range implementations.All {
		t.Add(implementation.Name, r.time(ofCold+implementation.Name, ofCold+"gognito"))
	}
	t.Add(awsJWTVerify, r.time(ofCold+awsJWTVerify, ofCold+"gognito"))
	t.Add(limitGo, r.time(ofCold+"nothing", ofCold+"gognito"))
	t.Add(limitNode, r.time(ofCold+"Node.js", ofCold+"gognito"))
	return t.String()
}

func setups(r *reader) string {
	t := report.Table{Head: []string{"", "set-up", "time"}}
	for _, implementation := range implementations.All {
		for i, way := range implementation.Setups {
			name := way.Name
			if i == 0 {
				name = "**" + name + "**"
			}
			t.Add(implementation.Name, name+": "+way.How, r.time(benchmarkOf(implementation, i), firstTime))
		}
		if implementation.Name == "jwx" {
			for _, way := range implementation.Setups {
				t.Add("jwx", way.Name+" with the build tag `jwx_goccy`", r.time(ofTagged+"FirstTime/jwx/"+way.Name, firstTime))
			}
		}
	}
	t.Add(awsJWTVerify, "**sync**: `CognitoJwtVerifier`, `cacheJwks`, `verifySync`", r.time(ofNode+"verifySync/good", firstTime))
	t.Add(awsJWTVerify, "async: the same, `await verify`", r.time(ofNode+"verify/good", firstTime))
	return t.String()
}

// library has the library's own benchmarks, which are not on the page.
func library(all results) string {
	var names []string
	for name := range all {
		if strings.HasPrefix(name, ofLibrary) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	r := &reader{results: all}
	t := report.Table{Head: []string{"the library's own benchmark", "time", "bytes", "allocations"}}
	for _, name := range names {
		one := r.of(name)
		t.Add(strings.TrimPrefix(name, ofLibrary), duration(one.ns), fmt.Sprintf("%.0f", one.bytes), fmt.Sprintf("%.0f", one.allocs))
	}
	return t.String()
}
