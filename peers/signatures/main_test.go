package signatures_test

import (
	"bytes"
	"crypto"
	"crypto/fips140"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"testing"

	"github.com/gognito/gognito/internal/rs256"
)

// The FIPS 140-3 mode is settled when a program starts. So the tests start
// themselves again, with this variable, to judge in another mode than theirs.
const judgeVariable = "GOGNITO_SIGNATURES_JUDGE"

type question struct {
	N         *big.Int
	E         int
	Message   []byte
	Signature []byte
}

type answer struct {
	Standard string // why crypto/rsa refuses; empty if it accepts
	Key      bool   // for rs256
	Accepted bool   // by rs256
}

type verdicts struct {
	Enabled, Enforced bool // the FIPS 140-3 mode
	Answers           []answer
}

func TestMain(m *testing.M) {
	if os.Getenv(judgeVariable) == "" {
		os.Exit(m.Run())
	}
	if err := answerAll(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// answerAll judges the questions on standard input.
func answerAll() error {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		return err
	}
	v := verdicts{Enabled: fips140.Enabled(), Enforced: fips140.Enforced()}
	for _, q := range questions {
		public := &rsa.PublicKey{N: q.N, E: q.E}
		ours, err := rs256.NewPublicKey(public)
		if err != nil { // what crypto/rsa does not work with is no key for rs256 either
			digest := sha256.Sum256(q.Message)
			standard := rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], q.Signature)
			v.Answers = append(v.Answers, answer{Standard: fmt.Sprint(standard)})
			continue
		}
		standard, accepted := judge(public, ours, q.Message, q.Signature)
		a := answer{Key: true, Accepted: accepted}
		if standard != nil {
			a.Standard = standard.Error()
		}
		v.Answers = append(v.Answers, a)
	}
	return json.NewEncoder(os.Stdout).Encode(v)
}

// judgeIn asks in a program of its own that runs in the given FIPS 140-3 mode.
func judgeIn(t *testing.T, mode string, questions []question) verdicts {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), judgeVariable+"=1", "GODEBUG=fips140="+mode)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("GODEBUG=fips140=%s: %v", mode, err)
	}
	var v verdicts
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(v.Answers), len(questions))
	}
	return v
}
