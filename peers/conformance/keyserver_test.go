package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A keyServer publishes key sets on the loopback interface, the pool's own at
// number 0, and the attacker's keys, for verifiers that let a token tell them
// where to ask.
type keyServer struct {
	*httptest.Server
	mu        sync.Mutex
	documents []string
	attacker  []byte
	lured     []string // paths that somebody asked the attacker for
}

func newKeyServer(tb testing.TB) *keyServer {
	tb.Helper()
	s := &keyServer{documents: []string{""}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	tb.Cleanup(s.Close)
	return s
}

// publish says what the pool's key set is, and the attacker's.
func (s *keyServer) publish(own, attacker []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.documents[0], s.attacker = string(own), attacker
}

// url returns where a key set is published; nil is the pool's own.
func (s *keyServer) url(document []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	index := 0
	if document != nil {
		if index = slices.Index(s.documents, string(document)); index < 0 {
			index = len(s.documents)
			s.documents = append(s.documents, string(document))
		}
	}
	return s.URL + "/" + strconv.Itoa(index)
}

func (s *keyServer) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if strings.HasPrefix(r.URL.Path, "/attacker") {
		s.lured = append(s.lured, r.URL.Path)
		w.Write(s.attacker)
		return
	}
	index, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil || index >= len(s.documents) {
		http.NotFound(w, r)
		return
	}
	w.Write([]byte(s.documents[index]))
}
