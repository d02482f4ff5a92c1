package main_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/gognito/gognito/peers/bench/implementations"
	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/setup/gognito"
	"github.com/gognito/gognito/peers/bench/subject"
)

func newSubject(tb testing.TB) *subject.Subject {
	tb.Helper()
	s, err := subject.New()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

func verifier(tb testing.TB, s *subject.Subject, way setup.Setup) setup.Verify {
	tb.Helper()
	verify, err := way.New(s.Pool)
	if err == nil {
		err = verify(s.Good) // go-oidc fetches the keys here
	}
	if err != nil {
		tb.Fatalf("%s: %v", way.Name, err)
	}
	return verify
}

// timed calls verify over and over, and reports the processor's time: what other
// programs on the machine take from the clock is no cost of a verification, and
// what the garbage collector does in the background is one.
func timed(b *testing.B, verify func() (good bool)) {
	b.Helper()
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		if !verify() {
			b.Fatal("another verdict than before")
		}
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}

func processorTime(b *testing.B) int64 {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func BenchmarkFirstTime(b *testing.B) {
	s := newSubject(b)
	for _, implementation := range implementations.All {
		for _, way := range implementation.Setups {
			b.Run(implementation.Name+"/"+way.Name, func(b *testing.B) { accepts(b, s, way) })
		}
	}
}

func BenchmarkRepeated(b *testing.B) {
	s := newSubject(b)
	b.Run(implementations.Gognito.Name, func(b *testing.B) { accepts(b, s, gognito.Cached) })
}

func accepts(b *testing.B, s *subject.Subject, way setup.Setup) {
	b.Helper()
	verify := verifier(b, s, way)
	timed(b, func() bool { return verify(s.Good) == nil })
}

// BenchmarkCrowded is gognito with its cache, and a new token every time.
func BenchmarkCrowded(b *testing.B) {
	s := newSubject(b)
	tokens := make([]string, 1000)
	for i := range tokens {
		tokens[i] = s.Token("", nil) // each has its own jti
	}
	verify, i := verifier(b, s, gognito.Crowded), 0
	timed(b, func() bool {
		i++
		return verify(tokens[i%len(tokens)]) == nil
	})
}

func BenchmarkRefused(b *testing.B) {
	s := newSubject(b)
	for _, kind := range []string{"garbage", "signature", "expired"} {
		token := s.Refused[kind]
		for _, implementation := range implementations.All {
			b.Run(kind+"/"+implementation.Name, func(b *testing.B) {
				verify := verifier(b, s, implementation.Serving())
				timed(b, func() bool { return verify(token) != nil })
			})
		}
	}
}

// BenchmarkParallel runs on as many threads as -test.cpu says.
// BenchmarkParallel holds what a server holds, so that the collector of garbage has
// as much to do as there: in a process with nothing else in it, it runs all the
// time, and takes the second thread for itself.
func BenchmarkParallel(b *testing.B) {
	heap := make([]byte, 64<<20)
	defer runtime.KeepAlive(heap)
	s := newSubject(b)
	for _, implementation := range implementations.All {
		b.Run("first-time/"+implementation.Name, func(b *testing.B) { parallel(b, s, implementation.Setups[0]) })
	}
	b.Run("repeated/"+implementations.Gognito.Name, func(b *testing.B) { parallel(b, s, gognito.Cached) })
	l := newLimit(b) // nothing is shared: what the machine gives
	b.Run("limit", func(b *testing.B) { together(b, l.verify) })
}

func parallel(b *testing.B, s *subject.Subject, way setup.Setup) {
	b.Helper()
	verify := verifier(b, s, way)
	together(b, func() error { return verify(s.Good) })
}

func together(b *testing.B, verify func() error) {
	b.Helper()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := verify(); err != nil {
				b.Error(err)
			}
		}
	})
}

// A limit is what no implementation can do without, as the standard library
// does it.
type limit struct {
	key              *rsa.PublicKey
	input, signature []byte
	digest           [sha256.Size]byte
}

func newLimit(b *testing.B) limit {
	b.Helper()
	s := newSubject(b)
	dot := strings.LastIndexByte(s.Good, '.')
	signature, err := base64.RawURLEncoding.DecodeString(s.Good[dot+1:])
	if err != nil {
		b.Fatal(err)
	}
	keys, err := s.Keys()
	if err != nil {
		b.Fatal(err)
	}
	l := limit{input: []byte(s.Good[:dot]), signature: signature}
	l.digest = sha256.Sum256(l.input)
	for _, l.key = range keys {
		if l.verify() == nil {
			return l
		}
	}
	b.Fatal("the token is under none of the keys")
	return l
}

func (l *limit) verify() error {
	return rsa.VerifyPKCS1v15(l.key, crypto.SHA256, l.digest[:], l.signature)
}

func BenchmarkLimit(b *testing.B) {
	l := newLimit(b)
	b.Run("rsa", func(b *testing.B) { timed(b, func() bool { return l.verify() == nil }) })
	b.Run("sha256", func(b *testing.B) { timed(b, func() bool { return sha256.Sum256(l.input) == l.digest }) })
}
