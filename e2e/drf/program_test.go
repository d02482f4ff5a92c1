package drf_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const packages = "apt-get install nginx gunicorn python3-django python3-djangorestframework python3-jwt python3-cryptography"

// example is the folder of the application.
func example(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "examples", "drf"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// python returns an interpreter that has everything that the example imports: the
// first one on the PATH, or else the system's.
func python(t *testing.T) string {
	t.Helper()
	var said []string
	for _, interpreter := range []string{"python3", "/usr/bin/python3"} {
		out, err := exec.CommandContext(t.Context(), interpreter, "-c", "import cryptography, django, gunicorn, jwt, rest_framework").CombinedOutput()
		if err == nil {
			return interpreter
		}
		said = append(said, interpreter+": "+err.Error()+"\n"+string(out))
	}
	t.Fatalf("no Python with all that the example needs: %s\n%s", packages, strings.Join(said, "\n"))
	return ""
}

// pythonEnvironment is that of all Python programs: nothing of the caller's that
// could change what they import or ask, and no files written into the repository.
func pythonEnvironment(t *testing.T, more ...string) []string {
	t.Helper()
	control, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{
		"PATH=" + os.Getenv("PATH"),
		"PYTHONPATH=" + example(t) + ":" + control,
		"PYTHONDONTWRITEBYTECODE=1",
	}, more...)
}

// start starts a program, which is told to end by a signal when the test ends. What it
// prints is shown if the test fails.
func start(t *testing.T, command *exec.Cmd, end syscall.Signal) {
	t.Helper()
	name := filepath.Base(command.Path)
	output := new(lockedBuffer)
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatalf("%s: %v (%s)", name, err, packages)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait()
	}()
	t.Cleanup(func() {
		_ = command.Process.Signal(end)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // with its children
			<-ended
			t.Errorf("%s did not end when it was told to", name)
		}
		if t.Failed() {
			t.Logf("%s printed:\n%s", name, output)
		}
	})
}

type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// application starts the example under gunicorn, in one process, and returns its
// URL. Its settings are those of a module of testdata/control.
func application(t *testing.T, settings, jwksURL string) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	// The listener is there before gunicorn is, so that nobody has to wait for it.
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	command := exec.CommandContext(context.Background(), python(t), "-m", "gunicorn",
		"--bind", "fd://3", "--threads", "4", "app.wsgi")
	command.Dir = t.TempDir()
	command.Env = pythonEnvironment(t, "DJANGO_SETTINGS_MODULE=control."+settings, "JWKS_URL="+jwksURL)
	command.ExtraFiles = append(command.ExtraFiles, file)
	start(t, command, syscall.SIGINT) // SIGTERM would wait for idle connections
	return "http://" + listener.Addr().String()
}

// eventually waits until a program that was started answers a GET with that status.
func eventually(t *testing.T, url string, want int) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	var last string
	for time.Now().Before(deadline) {
		answer, err := http.Get(url)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == want {
				return
			}
			last = answer.Status
		} else {
			last = err.Error()
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("GET %s: %s, want %d", url, last, want)
}

// freeAddress returns an address of the loopback interface that nobody listens on. Its
// port is none that the system gives to outgoing connections, one of which could take
// it before it is used.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000))
		if listener, err := net.Listen("tcp", address); err == nil {
			listener.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}
