package decide_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"
)

// A server says which path it serves for the target of a request; ok is false if
// it refuses or redirects. These are written from what the servers do, and share
// nothing with the package.
var servers = map[string]func(t testing.TB, target string) (served string, ok bool){
	"ServeMux":             serveMux,
	"Go's file server":     fileServer,
	"Go's url.Parse":       urlParse,
	"nginx":                func(_ testing.TB, target string) (string, bool) { return nginx(target) },
	"nginx, then $uri":     nginxThenDecoded,
	"Caddy, proxying":      func(_ testing.TB, target string) (string, bool) { return beforeQuery(target), true },
	"Caddy, matching":      caddyMatching,
	"Express":              express,
	"a Java server":        java,
	"a browser's parser":   browser,
	"WSGI":                 func(_ testing.TB, target string) (string, bool) { return pathUnescape(beforeQuery(target)) },
	"RFC 3986 normaliser":  normaliser,
	"up to the semicolon":  func(_ testing.TB, target string) (string, bool) { return pathUnescape(cut(beforeQuery(target), ";")) },
	"parsing when decoded": parsingDecoded,
}

func cut(text, at string) string { before, _, _ := strings.Cut(text, at); return before }

func beforeQuery(target string) string { return cut(target, "?") }

func pathUnescape(text string) (string, bool) {
	text, err := url.PathUnescape(text)
	return text, err == nil
}

// readRequest parses a request as Go's server does.
func readRequest(target string) (*http.Request, bool) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + target + " HTTP/1.1\r\nHost: app.example\r\n\r\n")))
	return r, err == nil && r.RequestURI == target
}

// serveMux is the real one. What its routes are by is what their handlers see, but
// for slashes that are encoded.
func serveMux(t testing.TB, target string) (served string, ok bool) {
	t.Helper()
	r, parsed := readRequest(target)
	if !parsed {
		return "", false
	}
	mux := http.NewServeMux()
	for _, route := range []string{"/", "/public/", "/admin/", "/secret"} {
		mux.HandleFunc(route, func(_ http.ResponseWriter, r *http.Request) {
			served, ok = r.URL.Path, true
			if route != "/" && areaOf(served) != strings.Trim(route, "/") {
				t.Errorf("%q: ServeMux shows the route %s %q", target, route, served)
			}
		})
	}
	mux.ServeHTTP(httptest.NewRecorder(), r)
	return served, ok
}

func fileServer(_ testing.TB, target string) (string, bool) {
	r, ok := readRequest(target)
	if !ok {
		return "", false
	}
	return path.Clean("/" + r.URL.Path), true
}

func urlParse(_ testing.TB, target string) (string, bool) {
	u, err := url.Parse(target)
	if err != nil || u.Opaque != "" {
		return "", false
	}
	if u.Path == "" {
		return "/", true
	}
	return u.Path, u.Path[0] == '/'
}

// nginx decodes byte by byte, and merges and resolves as it goes
// (ngx_http_parse_complex_uri): an encoded slash or dot is one, an encoded question
// mark or number sign stays in the path.
func nginx(target string) (string, bool) {
	var out []byte
	endSegment := func() bool {
		i := strings.LastIndexByte(string(out), '/')
		switch string(out[i+1:]) {
		case ".":
			out = out[:i+1]
		case "..":
			if i == 0 {
				return false // above the root: 400
			}
			out = out[:strings.LastIndexByte(string(out[:i]), '/')+1]
		}
		return true
	}
	if target == "" || target[0] != '/' {
		return "", false
	}
	for i := 0; i < len(target); i++ {
		c := target[i]
		if c == '?' || c == '#' {
			break
		}
		if c == '%' {
			decoded, ok := pathUnescape(target[i:min(i+3, len(target))])
			if !ok {
				return "", false
			}
			c, i = decoded[0], i+2
		}
		switch {
		case c == 0:
			return "", false
		case c != '/':
			out = append(out, c)
		case len(out) == 0:
			out = append(out, c)
		default:
			if !endSegment() {
				return "", false
			}
			if out[len(out)-1] != '/' {
				out = append(out, '/')
			}
		}
	}
	return string(out), endSegment()
}

// nginxThenDecoded is behind proxy_pass http://app$uri, which sends the path as it
// was decoded, to be decoded again.
func nginxThenDecoded(_ testing.TB, target string) (string, bool) {
	served, ok := nginx(target)
	if !ok {
		return "", false
	}
	return pathUnescape(beforeQuery(served))
}

// caddyMatching is Caddy's path matcher, which decodes, cleans and does not mind
// letter case.
func caddyMatching(_ testing.TB, target string) (string, bool) {
	r, ok := readRequest(target)
	if !ok {
		return "", false
	}
	return strings.ToLower(path.Clean("/" + strings.TrimLeft(r.URL.Path, "/"))), true
}

// express routes by the path as sent, whatever its letter case.
func express(_ testing.TB, target string) (string, bool) {
	return strings.ToLower(beforeQuery(target)), true
}

// java drops parameters, decodes, turns backslashes, and normalises.
func java(_ testing.TB, target string) (string, bool) {
	segments := strings.Split(beforeQuery(target), "/")
	for i := range segments {
		segments[i] = cut(segments[i], ";")
	}
	decoded, ok := pathUnescape(strings.Join(segments, "/"))
	if !ok {
		return "", false
	}
	return path.Clean("/" + strings.ReplaceAll(decoded, `\`, "/")), true
}

// browser is the WHATWG's URL parser: a backslash is a slash, and an encoded dot
// is one where it makes a dot segment.
func browser(_ testing.TB, target string) (string, bool) {
	var out []string
	segments := strings.Split(strings.ReplaceAll(beforeQuery(target), `\`, "/"), "/")[1:]
	for i, segment := range segments {
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case "..":
			out = out[:max(0, len(out)-1)]
		case ".":
		default:
			out = append(out, segment)
			continue
		}
		if i == len(segments)-1 {
			out = append(out, "")
		}
	}
	return "/" + strings.Join(out, "/"), true
}

// normaliser decodes what is unreserved, and then removes dot segments, as Envoy
// does with normalize_path, merge_slashes, and encoded slashes kept.
func normaliser(_ testing.TB, target string) (string, bool) {
	target = beforeQuery(target)
	var out strings.Builder
	for i := 0; i < len(target); i++ {
		if target[i] == '%' && i+3 <= len(target) {
			if c, ok := pathUnescape(target[i : i+3]); ok && url.PathEscape(c) == c && !strings.ContainsAny(c, "$&+=:@") {
				out.WriteString(c)
				i += 2
				continue
			}
		}
		out.WriteByte(target[i])
	}
	cleaned := path.Clean(out.String())
	return cleaned, strings.HasPrefix(cleaned, "/")
}

// parsingDecoded decodes, and takes what it got for a URL.
func parsingDecoded(t testing.TB, target string) (string, bool) {
	t.Helper()
	decoded, ok := pathUnescape(beforeQuery(target))
	if !ok {
		return "", false
	}
	return urlParse(t, decoded)
}

// areaOf is which of the site's areas a path is in, for a server that minds
// neither letter case nor a slash at the end; "" for the rest.
func areaOf(served string) string {
	segments := strings.Split(strings.ToLower(strings.TrimRight(served, "/")), "/")
	if len(segments) < 2 {
		return ""
	}
	switch first := segments[1]; {
	case first == "public", first == "admin", first == "secret" && len(segments) == 2:
		return first
	}
	return ""
}
