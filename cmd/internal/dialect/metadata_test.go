package dialect_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/gognitotest"
)

// required are the headers that a proxy describes a request in, and what each of them
// says of the request for a public file.
var required = map[string]map[string]string{
	"nginx":   {"X-Original-Method": "GET", "X-Original-URI": "/public/x", "X-Original-Host": "app.example", "X-Original-Proto": "https"},
	"traefik": {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/public/x", "X-Forwarded-Host": "app.example", "X-Forwarded-Proto": "https"},
	"caddy":   {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/public/x", "X-Forwarded-Host": "app.example", "X-Forwarded-Proto": "https"},
}

func (s *site) refusesToRead(t *testing.T, what string, lines []string) {
	t.Helper()
	a := s.ask(t, lines...)
	if a.StatusCode != http.StatusForbidden || s.log.of("reason") != "proxy_metadata" {
		t.Errorf("%s: %d, %s", what, a.StatusCode, s.log.of("reason"))
	}
}

// A1: every part of the description is there once, or the request is refused; and
// nothing takes its place.
func TestA1WhatAProxyHasToTellIsThereExactlyOnce(t *testing.T) {
	s := newSite(t, nil)
	for name, headers := range required {
		whole := proxies[name]("GET", "/public/x")
		if a := s.ask(t, whole...); a.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", name, a.StatusCode)
		}
		for header, value := range headers {
			rest := without(whole, header)
			line := header + ": " + value
			dashes := strings.ReplaceAll(header, "-", "_")
			for what, lines := range map[string][]string{
				"missing":                 nil,
				"empty":                   {header + ":"},
				"a space":                 {header + ":  "},
				"twice":                   {line, line},
				"empty and there":         {header + ":", line},
				"there and empty":         {line, header + ":"},
				"a control":               {line + "\ty"},
				"a control, and no more":  {header + ": \t"},
				"spelled with _":          {dashes + ": " + value},
				"spelled with .":          {strings.ReplaceAll(header, "-", ".") + ": " + value},
				"spelled with one _":      {strings.Replace(header, "-", "_", 1) + ": " + value},
				"under its older name":    {"X-Rewrite-Url: " + value, "X-Original-Url: " + value, "X-Forwarded-Path: " + value},
				"in RFC 7239's":           {`Forwarded: for=192.0.2.7;host=app.example;proto=https;method=GET;uri="/public/x"`},
				"in its CGI name":         {"HTTP_" + dashes + ": " + value},
				"under a name with an s":  {header + "s: " + value},
				"with a name's extension": {header + "-X: " + value},
			} {
				s.refusesToRead(t, name+", "+header+", "+what, append(slices.Clip(rest), lines...))
			}
			if !strings.HasSuffix(header, "URI") && !strings.HasSuffix(header, "Uri") {
				for _, list := range []string{value + ", " + value, value + "," + value, ", " + value, value + ","} {
					s.refusesToRead(t, name+", a list", append(slices.Clip(rest), header+": "+list))
				}
			}
			// Twice in another letter case is twice.
			s.refusesToRead(t, name+", "+header+", in two letter cases", append(slices.Clip(whole), strings.ToUpper(line)))
			// Another spelling beside it is another header.
			for _, other := range []string{dashes, strings.ReplaceAll(header, "-", ".")} {
				if a := s.ask(t, append(slices.Clip(whole), other+": /public/x, DELETE")...); a.StatusCode != http.StatusOK {
					t.Errorf("%s, %s beside %s: %d", name, other, header, a.StatusCode)
				}
			}
		}
	}
}

// A control byte that no server lets through is refused here too.
func TestAControlByteInTheDescriptionIsRefused(t *testing.T) {
	s := newSite(t, nil)
	for name, headers := range required {
		for header, value := range headers {
			for _, c := range []string{"\x00", "\x01", "\n", "\r", "\x1f", "\x7f", "\r\nX-Original-URI: /public/x"} {
				r := read(t, proxies[name]("GET", "/public/x")...)
				r.Header.Set(header, value+c)
				if w := s.serve(r, "127.0.0.1:80"); w.Code != http.StatusForbidden || s.log.of("reason") != "proxy_metadata" {
					t.Errorf("%s, %s with %q: %d, %s", name, header, c, w.Code, s.log.of("reason"))
				}
			}
		}
	}
}

// A1: a client can send the headers of another proxy, and it hands them on.
func TestA1TheHeadersOfAnotherProxyAreIgnored(t *testing.T) {
	s := newSite(t, nil)
	family := map[string][]string{"forwarded": {
		"X-Forwarded-Method: GET", "X-Forwarded-Uri: /public/x", "X-Forwarded-Host: public.example",
		"X-Forwarded-Prefix: /public", "X-Forwarded-Path: /public/x",
	}, "original": {
		"X-Original-Method: GET", "X-Original-URI: /public/x", "X-Original-Host: public.example", "X-Original-Proto: http",
		"X-Original-URL: /public/x", "X-Real-IP: 198.51.100.1",
	}}
	spoofed := append(slices.Concat(family["forwarded"], family["original"]), `Forwarded: for=198.51.100.1;host=public.example`,
		"X-Rewrite-URL: /public/x", "X-HTTP-Method-Override: GET", "X-Method-Override: GET", "X-Envoy-Original-Path: /public/x", "X-Replaced-Path: /public/x")
	ignored := map[string][]string{
		"nginx":   append(slices.Concat(family["forwarded"], spoofed[len(spoofed)-6:]), "X-Forwarded-Proto: http", "X-Forwarded-For: 198.51.100.1"),
		"traefik": slices.Concat(family["original"], spoofed[len(spoofed)-6:]),
		"caddy":   slices.Concat(family["original"], spoofed[len(spoofed)-6:]),
		"envoy":   spoofed,
	}
	user := s.bearer(gognitotest.User{})
	for name, asks := range proxies {
		for target, want := range map[string]struct {
			status int
			reason string
		}{"/admin/x": {403, "group"}, "/me": {200, ""}} {
			for _, header := range [][]string{append([]string{user}, ignored[name]...), append(slices.Clip(ignored[name]), user)} {
				a := s.ask(t, asks("GET", target, header...)...)
				if a.StatusCode != want.status || s.log.of("reason") != want.reason || s.log.of("host") != "app.example" || s.log.of("client") != "192.0.2.7" {
					t.Errorf("%s, %s: %d, %v", name, target, a.StatusCode, s.log.last)
				}
			}
		}
		if name == "envoy" {
			continue
		}
		// And they do not stand in for what is missing.
		for header := range required[name] {
			s.refusesToRead(t, name+" without "+header, without(asks("GET", "/public/x", ignored[name]...), header))
		}
	}
}

func TestTheSchemeIsOneOfFour(t *testing.T) {
	s := newSite(t, nil)
	for name, asks := range proxies {
		header := "X-Forwarded-Proto"
		if name == "nginx" {
			header = "X-Original-Proto"
		}
		rest := without(asks("GET", "/public/x"), header)
		for _, scheme := range []string{"http", "https", "ws", "wss", " https "} {
			if a := s.ask(t, append(slices.Clip(rest), header+": "+scheme)...); a.StatusCode != http.StatusOK {
				t.Errorf("%s, %q: %d", name, scheme, a.StatusCode)
			}
		}
		for _, scheme := range []string{"HTTPS", "ftp", "javascript", "https:", "https://", "http s", "httpss", "https;http", "h2", "", "\xff", "https,http", "https, https"} {
			s.refusesToRead(t, name+", "+scheme, append(slices.Clip(rest), header+": "+scheme))
		}
		s.refusesToRead(t, name+", twice", append(slices.Clip(rest), header+": https", header+": https"))
	}
}
