package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// probe fails unless the server lets a good token through and, but for the bare one,
// refuses each bad one and none at all.
func (p *process) probe(ctx context.Context, i *issuer) error {
	expect := func(kind, token string, good bool) error {
		status, _, err := ask(ctx, p.url(), headers(token))
		if err != nil {
			return err
		}
		if refused := status == http.StatusUnauthorized || status == http.StatusForbidden; good && status != p.good || !good && !refused {
			return p.fault(fmt.Sprintf("answers %d to a token that is %s", status, kind))
		}
		return nil
	}
	if err := expect("good", i.good(), true); err != nil || p.bare {
		return err
	}
	for kind, token := range i.bad() {
		if err := expect(kind, token, false); err != nil {
			return err
		}
	}
	return expect("none", "", false)
}

// told returns the header fields of a server's answer to who may, but for those that
// net/http sets by itself.
func (p *process) told(ctx context.Context, token string) (fields []string, err error) {
	_, header, err := ask(ctx, p.url(), headers(token))
	for name, values := range header {
		for _, value := range values {
			if name != "Date" && name != "Content-Length" {
				fields = append(fields, name+": "+value)
			}
		}
	}
	return fields, err
}

// ask sends a request as wrk does, and returns the answer.
func ask(ctx context.Context, url string, lines []string) (status int, header http.Header, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(r) // a redirect is no answer
	if err != nil {
		return 0, nil, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close() // it was read
	return response.StatusCode, response.Header, err
}

// decisions are what the gateway has counted.
type decisions struct{ allowed, denied int }

// decided asks the gateway's metrics; of another server it returns nothing.
func (p *process) decided(ctx context.Context) (d decisions, err error) {
	if p.admin == "" {
		return d, nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.admin+"/metrics", nil)
	if err != nil {
		return d, err
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return d, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		labels, value, _ := strings.Cut(lines.Text(), "} ")
		if !strings.HasPrefix(labels, "gognito_gateway_decisions_total{") {
			continue
		}
		count, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return d, err
		}
		if strings.Contains(labels, `outcome="allow"`) {
			d.allowed += int(count)
		} else {
			d.denied += int(count)
		}
	}
	return d, lines.Err()
}
