package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gognito/gognito/peers/internal/report"
)

// A bound is what a number may be.
type bound struct {
	name        string
	least, most float64 // zero: there is none
	unit        string
}

// What the gateway promises.
const (
	leastOfBare        = 0.8
	leastOfOAuth2Proxy = 4
	mostMegabytes      = 96
)

// leastBusy is how much of its core a server has on a quiet machine, and wrk of its own.
// Where other programs have it, what goes by the clock is not for the page.
const leastBusy = 0.9

// quiet fails if the machine was not quiet.
func quiet(all results) error {
	for _, server := range compared {
		for who, part := range map[string]func(result) float64{server: busy, "wrk, with " + server + ",": wrkBusy} {
			had, err := all.median(server, oneToken, part)
			if err != nil {
				return err
			}
			if had < leastBusy {
				return fmt.Errorf("%s had its core for %.0f %% of the time: the page is not written, since the machine was busy", who, 100*had)
			}
		}
	}
	return nil
}

// A verdict is a bound and what was measured.
type verdict struct {
	bound
	measured float64
}

type verdicts []verdict

func judge(all results, memory []size) (verdicts, error) {
	var faults []error
	ratio := func(server, of string) float64 {
		measured, err := all.ratio(server, of, oneToken, rate)
		faults = append(faults, err)
		return measured
	}
	list := verdicts{
		{bound{name: "rate of " + gateway + ", in parts of that of " + bare, least: leastOfBare}, ratio(gateway, bare)},
		{bound{name: "rate of " + gateway + ", in parts of that of " + oauth2Proxy, least: leastOfOAuth2Proxy}, ratio(gateway, oauth2Proxy)},
	}
	for _, s := range memory {
		list = append(list, verdict{bound{name: fmt.Sprintf("memory of %s, at its most, with %s tokens", gateway, thousands(s.tokens)), most: mostMegabytes, unit: " MB"}, float64(s.most) / 1e6})
	}
	return list, errors.Join(faults...)
}

func (v verdict) held() bool {
	return (v.least == 0 || v.measured >= v.least) && (v.most == 0 || v.measured < v.most)
}

func (v verdict) may() string {
	if v.least != 0 {
		return fmt.Sprintf("at least %.2g%s", v.least, v.unit)
	}
	return fmt.Sprintf("less than %.0f%s", v.most, v.unit)
}

func (list verdicts) missed() error {
	var names []string
	for _, v := range list {
		if !v.held() {
			names = append(names, fmt.Sprintf("%s is %.3g%s, and must be %s", v.name, v.measured, v.unit, v.may()))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("%d bounds were missed:\n%s", len(names), strings.Join(names, "\n"))
}

func (list verdicts) table() string {
	t := report.Table{Head: []string{"", "promised", "measured", ""}}
	for _, v := range list {
		word := "held"
		if !v.held() {
			word = "**missed**"
		}
		t.Add(v.name, v.may(), fmt.Sprintf("%.3g%s", v.measured, v.unit), word)
	}
	return "Bounds:\n\n" + t.String()
}
