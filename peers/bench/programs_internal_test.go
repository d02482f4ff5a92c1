package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gognito/gognito/peers/bench/subject"
)

// As for the set-ups in Go.
func TestAWSJWTVerifyAcceptsTheGoodTokenAndRefusesTheOthers(t *testing.T) {
	pool, err := subject.New()
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	folder := t.TempDir()
	if err := installNode(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	// aws-jwt-verify takes a token without exp for one that is good for ever.
	delete(pool.Refused, "unexpiring")
	tokens := maps.Clone(pool.Refused)
	tokens["good"] = pool.Good
	answers, err := askNode(t.Context(), folder, pool.Pool, tokens, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{"verify", "verifySync"} {
		for kind := range tokens {
			answer, answered := answers[way+"/"+kind]
			if good := kind == "good"; !answered || answer.Accepted != good {
				t.Errorf("%s, %s: answered: %t, accepted: %t", way, kind, answered, answer.Accepted)
			}
		}
	}

	// So must the program that starts cold.
	for kind, token := range tokens {
		arguments := append([]string{filepath.Join(folder, "cold.mjs")}, pool.Arguments(token)...)
		err := exec.CommandContext(t.Context(), "node", arguments...).Run()
		if good := kind == "good"; good != (err == nil) {
			t.Errorf("cold.mjs, %s: %v", kind, err)
		}
	}
}

func TestAColdProgramRefusesWhatItsSetUpRefuses(t *testing.T) {
	pool, err := subject.New()
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	folder := t.TempDir()
	steps, err := coldStarts(t.Context(), settings{root: filepath.Join("..", "..")}, pool, folder)
	if err != nil {
		t.Fatal(err)
	}
	all := make(results)
	for _, step := range steps {
		if err := step(t.Context(), all); err != nil {
			t.Error(err)
		}
	}
	programs, err := os.ReadDir(filepath.Join(folder, "cold"))
	if err != nil || len(programs) != len(all) {
		t.Fatalf("%d programs, %d of them measured, %v", len(programs), len(all), err)
	}
	for _, program := range programs {
		if program.Name() == "nothing" {
			continue
		}
		for kind, token := range pool.Refused {
			if exec.CommandContext(t.Context(), filepath.Join(folder, "cold", program.Name()), pool.Arguments(token)...).Run() == nil {
				t.Errorf("%s accepts: %s", program.Name(), kind)
			}
		}
	}
}
