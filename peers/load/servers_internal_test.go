package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// oauth2-proxy, which takes minutes to build, is put to this by the program itself, as
// all of them are before and after they are measured.
func TestEachServerLetsTheGoodTokenThroughAndNoOther(t *testing.T) {
	i, folder := newTestIssuer(t), t.TempDir()
	root := filepath.Join("..", "..")
	made, err := buildOwn(t.Context(), root, folder)
	if err != nil {
		t.Fatal(err)
	}
	list, err := servers(made, i)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.name == oauth2Proxy {
			continue
		}
		p, err := s.start(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		defer p.stop()
		if err := p.probe(t.Context(), i); err != nil {
			t.Error(err)
		}
		if now, most, err := p.memory(); err != nil || now < 1e6 || most < now {
			t.Errorf("%s: %d bytes of memory, %d at its most, %v", s.name, now, most, err)
		}
		if _, err := p.used(); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		// One good token, five bad ones and none.
		want := decisions{}
		if s.admin != "" {
			want = decisions{1, 6}
		}
		if got, err := p.decided(t.Context()); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", s.name, got, err, want)
		}
	}
}

// A probe that finds nothing would let a server win that checks nothing.
func TestAProbeFindsWhoeverLetsABadTokenThroughOrRefusesTheGoodOne(t *testing.T) {
	i, folder := newTestIssuer(t), t.TempDir()
	made, err := buildOwn(t.Context(), filepath.Join("..", ".."), folder)
	if err != nil {
		t.Fatal(err)
	}
	list, err := servers(made, i)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, wrong string
		server      *server
		issuer      *issuer
	}{
		{"a server that lets everybody through", "answers 200 to a token that is", &server{name: bare, program: made.bare, args: list[0].args, good: 200, address: list[0].address}, i},
		{"a server of another pool", "answers 401 to a token that is good", list[3], newTestIssuer(t)},
		{"a server with another status", "answers 200 to a token that is good", &server{name: bare, program: made.bare, args: list[5].args, good: 202, bare: true, address: list[5].address}, i},
	} {
		p, err := c.server.start(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		err = p.probe(t.Context(), c.issuer)
		p.stop()
		if err == nil || !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v, want that it %s", c.name, err, c.wrong)
		}
	}
}

func TestAServerThatEndsIsNotWaitedFor(t *testing.T) {
	_, err := (&server{name: "x", program: "false", address: "127.0.0.1:1"}).start(t.Context(), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "x ended") {
		t.Errorf("%v", err)
	}
}

func newTestIssuer(t *testing.T) *issuer {
	t.Helper()
	i, err := newIssuer()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.close() })
	return i
}
