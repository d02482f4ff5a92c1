package lambdaauth_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// runtimeAPI is Lambda's side of the loop that lambda.Start runs: the runtime API,
// 2018-06-01.
type runtimeAPI struct {
	address string
	next    chan invocation
	asked   chan struct{} // closed when the function asks for the first event
	ended   chan struct{} // closed when its process has ended; nil if it is ours

	once    sync.Once
	mu      sync.Mutex
	id      int
	waiting map[string]invocation
	most    int // at a time
}

type invocation struct {
	event  []byte
	answer chan answer
}

// An answer is what the function posted.
type answer struct {
	failed bool
	body   []byte
}

func newRuntimeAPI(t *testing.T) *runtimeAPI {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	api := &runtimeAPI{
		address: listener.Addr().String(),
		next:    make(chan invocation),
		asked:   make(chan struct{}),
		waiting: make(map[string]invocation),
	}
	// It is there until the process ends: without it the loop ends the process.
	go func() { _ = http.Serve(listener, api) }()
	return api
}

func (api *runtimeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/2018-06-01/runtime/invocation/")
	if path == "next" {
		api.once.Do(func() { close(api.asked) })
		select {
		case <-r.Context().Done():
		case one := <-api.next:
			api.mu.Lock()
			api.id++
			id := fmt.Sprintf("request-%d", api.id)
			api.waiting[id] = one
			api.most = max(api.most, len(api.waiting))
			api.mu.Unlock()
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", id)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
			_, _ = w.Write(one.event)
		}
		return
	}
	id, what, _ := strings.Cut(path, "/")
	body, err := io.ReadAll(r.Body)
	api.mu.Lock()
	one, ok := api.waiting[id]
	delete(api.waiting, id)
	api.mu.Unlock()
	if err != nil || !ok || what != "response" && what != "error" {
		http.Error(w, "no such invocation", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusAccepted)
	one.answer <- answer{failed: what == "error", body: bytes.TrimSpace(body)}
}

// invoke has the function answer an event.
func (api *runtimeAPI) invoke(t *testing.T, event any) answer {
	t.Helper()
	text, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	one := invocation{event: text, answer: make(chan answer, 1)}
	select {
	case api.next <- one:
	case <-api.ended:
		t.Error("the function has ended")
		return answer{}
	}
	select {
	case got := <-one.answer:
		return got
	case <-api.ended:
		t.Error("the function ended without an answer")
		return answer{}
	}
}

// start runs the handler in the loop, in this process. The loop never ends.
func start(t *testing.T, handler any) *runtimeAPI {
	t.Helper()
	api := newRuntimeAPI(t)
	t.Setenv("AWS_LAMBDA_RUNTIME_API", api.address)
	go lambda.Start(handler)
	<-api.asked
	return api
}

// startProcess runs one of functions in a process of its own, as a cold start does;
// stop ends it.
func startProcess(t *testing.T, name string, environment ...string) (api *runtimeAPI, stop func()) {
	t.Helper()
	api, stop = launch(t, name, os.Stderr, environment...)
	select {
	case <-api.asked:
	case <-api.ended:
		t.Fatal("the function ended in its cold start")
	}
	return api, stop
}

// launch does not wait until the function asks for an event.
func launch(t *testing.T, name string, stderr io.Writer, environment ...string) (api *runtimeAPI, stop func()) {
	t.Helper()
	api = newRuntimeAPI(t)
	api.ended = make(chan struct{})
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process := exec.CommandContext(t.Context(), executable)
	process.Env = append(append(os.Environ(), functionVariable+"="+name, "AWS_LAMBDA_RUNTIME_API="+api.address, "GORACE=halt_on_error=1"), environment...)
	process.Stderr = stderr
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = process.Wait()
		close(api.ended)
	}()
	stop = func() {
		_ = process.Process.Kill()
		<-api.ended
	}
	t.Cleanup(stop)
	return api, stop
}

const functionVariable = "LAMBDAAUTH_TEST_FUNCTION"

func TestMain(m *testing.M) {
	log.SetOutput(withoutRefusals{os.Stderr})
	if name := os.Getenv(functionVariable); name != "" {
		lambda.Start(functions[name]())
	}
	os.Exit(m.Run())
}

// withoutRefusals drops the lines of the loop about errors that it has posted, too.
type withoutRefusals struct{ io.Writer }

func (w withoutRefusals) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte(`"errorMessage":`)) {
		return len(line), nil
	}
	return w.Writer.Write(line)
}
