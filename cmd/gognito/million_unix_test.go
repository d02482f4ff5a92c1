//go:build unix

package main_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/gognito/gognito/gognitotest"
)

// What the program holds in memory does not depend on how many tokens it reads.
func TestAMillionTokensAreAnsweredInOrderInLittleMemory(t *testing.T) {
	const lines, distinct, limit = 1_000_000, 1_000, 64 << 20
	pool := gognitotest.NewPool(t)
	command := exec.CommandContext(t.Context(), build(t), "verify", "--output", "json",
		"--user-pool-id", pool.UserPoolID(), "--client-id", pool.ClientID(), "--jwks", pool.JWKSURL())
	stdin, stdout := start(t, command)
	tokens, answers := mixed(pool, distinct)

	go func() {
		w := bufio.NewWriter(stdin)
		for i := range lines {
			_, _ = w.WriteString(tokens[i%distinct] + "\n") // an error shows as missing answers
		}
		_ = w.Flush()
	}()
	n := 0
	answer := bufio.NewScanner(stdout)
	for ; n < lines && answer.Scan(); n++ {
		if want := answers[n%distinct]; answer.Text() != want {
			t.Fatalf("answer %d is %s, want %s", n, answer.Text(), want)
		}
	}
	if n != lines {
		t.Errorf("%d answers, want %d", n, lines)
	}
	held := resident(t, command)
	if err := stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if answer.Scan() {
		t.Errorf("one more answer: %s", answer.Text())
	}
	if code := wait(t, command); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	peak := held
	if peak == 0 {
		peak = command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
		if runtime.GOOS != "darwin" {
			peak <<= 10 // it is in KiB
		}
	}
	t.Logf("peak %.1f MiB, CPU time %v", float64(peak)/(1<<20), command.ProcessState.UserTime()+command.ProcessState.SystemTime())
	if peak >= limit {
		t.Errorf("peak of resident memory is %d bytes, want less than %d", peak, limit)
	}
}

// resident returns the most that a program that runs has held in memory, where the
// system tells; 0: it does not. What it tells of one that has ended includes what this
// one held when it started it.
func resident(t *testing.T, command *exec.Cmd) int64 {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", command.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatalf("VmHWM: %v", err)
	}
	return kib << 10
}

// mixed returns tokens, good and bad by turns, and the answers to them.
func mixed(pool *gognitotest.Pool, n int) (tokens, answers []string) {
	bad := []string{"tampered-signature", "expired", "other-client", "alg-none", "other-pool"}
	reasons := []string{"signature", "expired", "client", "algorithm", "issuer"}
	for i := range n {
		if i%2 == 0 {
			token := pool.AccessToken(gognitotest.User{Username: fmt.Sprint("user-", i), Groups: []string{"staff"}})
			tokens, answers = append(tokens, token), append(answers, `{"valid":true,"claims":`+payload(token)+`}`)
			continue
		}
		kind := i / 2 % len(bad)
		tokens = append(tokens, pool.Hostile(bad[kind]))
		answers = append(answers, `{"valid":false,"reason":"`+reasons[kind]+`"}`)
	}
	return tokens, answers
}

// A reader that has seen enough, such as head, ends the program.
func TestTheProgramEndsWhenNobodyReadsItsAnswers(t *testing.T) {
	pool := gognitotest.NewPool(t)
	command := exec.CommandContext(t.Context(), build(t), "verify", "--output", "json",
		"--user-pool-id", pool.UserPoolID(), "--client-id", pool.ClientID(), "--jwks", pool.JWKSURL())
	stdin, stdout := start(t, command)
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		for {
			if _, err := io.WriteString(stdin, "no token\n"); err != nil {
				return // it has ended
			}
		}
	}()
	answer, err := bufio.NewReader(stdout).ReadString('\n')
	if want := `{"valid":false,"reason":"malformed"}` + "\n"; answer != want || err != nil {
		t.Errorf("the first answer is %q, %v, want %q", answer, err, want)
	}
	if err := stdout.Close(); err != nil {
		t.Fatal(err)
	}
	if code := wait(t, command); code == 0 || code == 1 {
		t.Errorf("exit code %d says that all tokens were judged", code)
	}
	<-fed
}
