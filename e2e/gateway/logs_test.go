package gateway_test

import (
	"fmt"
	"index/suffixarray"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shortest is how much of a token is too much in a log.
const shortest = 16

// A finder finds pieces of tokens in texts.
type finder struct{ index *suffixarray.Index }

func newFinder(tokens []string) *finder {
	var all strings.Builder
	for _, token := range tokens {
		for segment := range strings.SplitSeq(token, ".") {
			all.WriteString(segment + "\n") // no piece is of two
		}
	}
	return &finder{suffixarray.New([]byte(all.String()))}
}

var words = regexp.MustCompile(fmt.Sprintf("[A-Za-z0-9_=+/-]{%d,}", shortest))

// find returns a piece of a token that the text has, or "".
func (f *finder) find(text string) string {
	for _, word := range words.FindAllString(text, -1) {
		for i := 0; i+shortest <= len(word); i++ {
			if len(f.index.Lookup([]byte(word[i:i+shortest]), 1)) > 0 {
				return word
			}
		}
	}
	return ""
}

// No component writes a token, whatever it is that becomes of the request that carries
// it.
func TestNoTokenIsInAnyLog(t *testing.T) {
	w := newWorld(t)
	rows := rowsOf(w.pools)
	logs := map[string]string{"gognito": w.gateway.output, "application": w.app.logFile}
	for _, s := range setUps(t, w) {
		for _, r := range rows {
			s.serve(t, w, r.send)
		}
		for _, file := range s.logs {
			logs[s.name+" "+file] = file
		}
	}
	texts := map[string]string{}
	for _, path := range []string{"/metrics", "/status"} {
		a, err := exchange(proxyAddress, w.admin, request("GET", path))
		if err != nil || a.status != 200 {
			t.Fatalf("%s: %+v, %v", path, a, err)
		}
		texts[path] = a.body
	}
	for name, file := range logs {
		texts[name] = read(t, file)
	}
	tokens := newFinder(w.minted)
	for name, text := range texts {
		if text == "" {
			t.Errorf("%s is empty", name)
		}
		if word := tokens.find(text); word != "" {
			t.Errorf("%s has a token, or a piece of one: %s", name, word)
		}
		if strings.Contains(text, unlogged) {
			t.Errorf("%s has the name of a user", name)
		}
	}
	for _, address := range []string{emailOf("ann"), "root@app.example"} {
		if strings.Contains(texts["gognito"], address) {
			t.Errorf("gognito's log has the address of a user")
		}
	}
	// Would it have been found?
	planted := w.access(person("ann"))
	tokens = newFinder(w.minted)
	segments := strings.Split(planted, ".")
	for i, piece := range []string{planted, segments[0], segments[1][40 : 40+shortest], segments[2][len(segments[2])-shortest:]} {
		file := filepath.Join(t.TempDir(), "gognito.log")
		line := fmt.Sprintf(`{"msg":"request","path":"/x/%s"}`, piece) + "\n"
		if err := os.WriteFile(file, []byte(texts["gognito"]+line), 0o600); err != nil {
			t.Fatal(err)
		}
		if tokens.find(read(t, file)) == "" {
			t.Errorf("piece %d of a token, planted in a copy of the log, is not found", i)
		}
	}
}
