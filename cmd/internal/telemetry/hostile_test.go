package telemetry_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/gognitotest"
)

// logged returns what the access log says of a decision.
func logged(t *testing.T, d *telemetry.Decision) (line map[string]any, text string) {
	t.Helper()
	var j journal
	o := telemetry.Observer{Access: j.log()}
	o.Decided(t.Context(), d)
	text = j.String()
	return j.line(t), text
}

func TestNoTokenGetsIntoAnyField(t *testing.T) {
	token := gognitotest.NewPool(t).AccessToken(gognitotest.User{Username: "jane", Groups: []string{"admins"}})
	parts := strings.Split(token, ".")
	zone, err := netip.ParseAddr("fe80::1%" + token)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]*telemetry.Decision{
		"the path":                     {Target: "/" + token},
		"the path, further on":         {Target: "/a/b" + token + "/c"},
		"the path, behind a fragment":  {Target: "/#access_token=" + token},
		"the query":                    {Target: "/?token=" + token},
		"no path":                      {Target: "https://x:" + token + "@app.example/"},
		"a path, encoded":              {Target: "/" + strings.ReplaceAll(token, ".", "%2E")},
		"a path, over segments":        {Target: "/" + strings.ReplaceAll(token, ".", "/")},
		"a path, too long":             {Target: "/" + strings.Repeat("a/", 450) + token},
		"the end of one, cut":          {Target: "/" + strings.Repeat("a/", 480) + parts[2]},
		"the end of one, encoded, cut": {Target: "/" + strings.Repeat("a/", 480) + parts[2][:40] + "%" + hexOf(parts[2][40]) + parts[2][41:]},
		"the host":                     {Host: token},
		"the host, in its labels":      {Host: "app." + token + ".example:80"},
		"the host, too long":           {Host: strings.Repeat("a.", 100) + token},
		"the host's user":              {Host: "user:" + token + "@app.example"},
		"the method":                   {Method: token},
		"the traceparent":              {Traceparent: token},
		"the traceparent, as long":     {Traceparent: token[:55]},
		"the traceparent, as if":       {Traceparent: "00-" + token[:32] + "-00f067aa0ba902b7-01"},
		"the zone of the address":      {Client: zone},
	} {
		_, text := logged(t, d)
		for _, part := range parts {
			for i := 0; i+30 <= len(part); i += 5 {
				if strings.Contains(text, part[i:i+30]) {
					t.Errorf("%s: %s is in %s", name, part[i:i+30], text)
					break
				}
			}
		}
	}
}

func TestWhatAClientSendsIsBounded(t *testing.T) {
	long := strings.Repeat("<\x00>/", 10000)
	line, text := logged(t, &telemetry.Decision{Method: long, Host: long, Target: "/" + long, Traceparent: long})
	if len(text) > 10000 || strings.Count(text, "\n") != 1 {
		t.Errorf("%d bytes, %d lines", len(text), strings.Count(text, "\n"))
	}
	for field, limit := range map[string]int{"method": 32, "host": 255, "path": 1024} {
		if got, _ := line[field].(string); len(got) > limit+len("…") || len(got) < limit || !strings.HasSuffix(got, "…") {
			t.Errorf("%s: %d bytes, want %d and …", field, len(got), limit)
		}
	}
}

func TestWhatFitsIsLoggedAsItIs(t *testing.T) {
	path := "/" + strings.Repeat("a/", 511) + "b" // 1024 bytes
	line, _ := logged(t, &telemetry.Decision{Method: strings.Repeat("M", 32), Host: strings.Repeat("h.", 127) + "h", Target: path})
	if line["method"] != strings.Repeat("M", 32) || line["host"] != strings.Repeat("h.", 127)+"h" || line["path"] != path {
		t.Errorf("%v", line)
	}
	line, _ = logged(t, &telemetry.Decision{Target: path + "cd/e"})
	if line["path"] != path[:1023]+"…" {
		t.Errorf("a word is cut: %v", line["path"])
	}
	line, _ = logged(t, &telemetry.Decision{Target: path + "/e"})
	if line["path"] != path+"…" {
		t.Errorf("a word that fits is left out: %v", line["path"])
	}
}

func TestALineStaysALine(t *testing.T) {
	line, text := logged(t, &telemetry.Decision{Method: "GE\nT", Host: "a\r\nb", Target: "/\x1b[31m\n{\"status\":200}\x7f\xff"})
	if strings.Count(text, "\n") != 1 || strings.ContainsAny(strings.TrimSuffix(text, "\n"), "\x1b\r\n") || line["method"] != "GE\nT" {
		t.Errorf("%q", text)
	}
}

func TestATargetIsLoggedWithoutItsQuery(t *testing.T) {
	for target, want := range map[string]string{
		"/a?b":                    "/a",
		"/a?b#c":                  "/a",
		"/a#b?c":                  "/a",
		"/?":                      "/",
		"//a/%2e%2e/b":            "//a/%2e%2e/b",
		"*":                       "(not a path)",
		"":                        "(not a path)",
		"http://u:p@app.example/": "(not a path)",
	} {
		if line, _ := logged(t, &telemetry.Decision{Target: target}); line["path"] != want {
			t.Errorf("%q is logged as %v, want %q", target, line["path"], want)
		}
	}
}

func TestAHostIsLoggedWithoutAUser(t *testing.T) {
	for host, want := range map[string]string{
		"app.example:8080": "app.example:8080", "jane:secret@app.example": "app.example", "jane@a.example:secret@app.example": "app.example", "jane@": "",
	} {
		if line, _ := logged(t, &telemetry.Decision{Host: host}); line["host"] != want {
			t.Errorf("%q is logged as %v, want %q", host, line["host"], want)
		}
	}
}

func TestTheClientIsAnAddressAndNothingElse(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7", "2001:db8::1": "2001:db8::1", "fe80::1%eth0\nx": "fe80::1",
	} {
		if line, _ := logged(t, &telemetry.Decision{Client: netip.MustParseAddr(address)}); line["client"] != want {
			t.Errorf("%q is logged as %v", address, line["client"])
		}
	}
}

func TestOnlyAValidTraceparentIsATrace(t *testing.T) {
	const trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	const zeros = "00000000000000000000000000000000"
	for traceparent, want := range map[string]any{
		"00-" + trace + "-" + parent + "-01":                  trace,
		"00-" + trace + "-" + parent + "-00":                  trace,
		"cc-" + trace + "-" + parent + "-ff":                  trace,
		"ff-" + trace + "-" + parent + "-01":                  nil,
		"00-" + zeros + "-" + parent + "-01":                  nil,
		"00-" + trace + "-" + zeros[:16] + "-01":              nil,
		"00-" + strings.ToUpper(trace) + "-" + parent + "-01": nil,
		"00-" + trace + "-" + parent + "-0":                   nil,
		"00-" + trace + "-" + parent + "-01 ":                 nil,
		"00-" + trace + "-" + parent + "-01-x":                nil,
		"0x-" + trace + "-" + parent + "-01":                  nil,
		"00-" + trace + "-" + parent + "-0g":                  nil,
		"00-" + trace + "_" + parent + "-01":                  nil,
		"00-" + trace[:31] + "g-" + parent + "-01":            nil,
		"00-" + trace + "-" + parent[:15] + "\n-01":           nil,
		"": nil,
	} {
		if line, _ := logged(t, &telemetry.Decision{Traceparent: traceparent}); line["trace_id"] != want {
			t.Errorf("%q: trace %v, want %v", traceparent, line["trace_id"], want)
		}
	}
}

func TestTheUsersClaimsAreBoundedAndMasked(t *testing.T) {
	var j journal
	o := telemetry.Observer{Audit: j.log(), AuditAll: true}
	d := letThrough()
	long := strings.Repeat("eyJhbGciOiJSUzI1NiJ9 ", 500)
	d.User.Subject, d.User.ClientID, d.User.JTI = long, long, long
	o.Decided(t.Context(), d)
	if text := j.String(); strings.Contains(text, "eyJ") || len(text) > 2000 {
		t.Error(text)
	}
}
