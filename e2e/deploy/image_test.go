package deploy_test

import (
	"context"
	"debug/elf"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gognito/gognito/gognitotest"
)

const maxImage = 25 << 20

func TestTheImageIsOneSmallStaticBinaryAndRoots(t *testing.T) {
	made := buildImage(t, []byte("roots"))
	var files []string
	total := int64(0)
	err := filepath.WalkDir(made.dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(made.dir, name)
		files, total = append(files, inside), total+info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(files, " "), "etc/ssl/certs/ca-certificates.crt gognito"; got != want {
		t.Errorf("the image has the files %s, want %s", got, want)
	}
	if total > maxImage {
		t.Errorf("the image has %d bytes, want at most %d", total, maxImage)
	}
	t.Logf("the image has %.1f MB", float64(total)/1e6)
	if made.user != 65532 || made.group != 65532 {
		t.Errorf("it runs as %d:%d, want 65532:65532", made.user, made.group)
	}

	binary := filepath.Join(made.dir, "gognito")
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP || segment.Type == elf.PT_DYNAMIC {
			t.Errorf("the binary has a segment %v, so it is not static", segment.Type)
		}
	}
	// A path of the machine that it was built on would differ between builds. All the
	// folders of a test are in one.
	if strings.Contains(string(read(t, binary)), filepath.Dir(made.dir)) {
		t.Error("the binary names the folder that it was built in")
	}
	out, err := exec.CommandContext(t.Context(), binary, "--version").CombinedOutput()
	if !regexp.MustCompile(`^gognito v\d`).Match(out) || err != nil {
		t.Errorf("--version: %s (%v), want the version of the commit", out, err)
	}
}

// The gateway as a container runs it: as another user, in a root folder that has
// nothing but the image's files and a configuration.
func TestTheImageServesInAnEmptyRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("this test needs root, for chroot and to become another user")
	}
	authority := newAuthority(t)
	made := buildImage(t, authority.pem)
	pool := gognitotest.NewPool(t)
	keys := authority.serve(t, pool)
	issuer := keys.URL + "/" + pool.UserPoolID()
	verify, admin := freeAddress(t), freeAddress(t)
	write(t, filepath.Join(made.dir, "etc/gognito/gognito.yaml"), []byte(`
pools:
  - user_pool_id: `+pool.UserPoolID()+`
    client_ids: [`+pool.ClientID()+`]
    issuer: `+issuer+`
    key_file: /var/cache/gognito/keys.json
listen: {verify: '`+verify+`', admin: '`+admin+`'}
`), 0o644)
	cache := filepath.Join(made.dir, "var/cache/gognito")
	if err := os.MkdirAll(filepath.Dir(cache), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(cache, int(made.user), int(made.group)); err != nil {
		t.Fatal(err)
	}
	token := pool.AccessToken(gognitotest.User{Username: "jane", Claims: map[string]any{"iss": issuer}})
	ask := func(token string) *http.Response {
		t.Helper()
		return get(t, "http://"+verify+"/verify/nginx", http.Header{
			"Authorization": {"Bearer " + token}, "X-Original-Method": {"GET"}, "X-Original-Uri": {"/"},
			"X-Original-Host": {"app.example"}, "X-Original-Proto": {"https"},
		})
	}

	// Without the roots the keys' server is a stranger's, and nobody gets in.
	roots := filepath.Join(made.dir, "etc/ssl/certs/ca-certificates.crt")
	if err := os.Remove(roots); err != nil {
		t.Fatal(err)
	}
	stop := made.start(t, "serve", "--config", "/etc/gognito/gognito.yaml")
	eventually(t, "http://"+admin+"/livez", http.StatusOK)
	keys.awaitRefusal(t)
	if answer := get(t, "http://"+admin+"/readyz", nil); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready without the roots: %s, want 503", answer.Status)
	}
	if answer := ask(token); answer.StatusCode/100 == 2 {
		t.Errorf("a token verified without the roots: %s", answer.Status)
	}
	if _, err := os.Stat(filepath.Join(cache, "keys.json")); err == nil {
		t.Error("there is a key file, of nobody's keys")
	}
	stop()

	write(t, roots, authority.pem, 0o644)
	stop = made.start(t, "serve", "--config", "/etc/gognito/gognito.yaml")
	eventually(t, "http://"+admin+"/readyz", http.StatusOK)
	if answer := ask(token); answer.StatusCode != http.StatusOK || answer.Header.Get("X-Auth-User") != "jane" {
		t.Errorf("a good token: %s for the user %q, want 200 for jane", answer.Status, answer.Header.Get("X-Auth-User"))
	}
	if answer := ask(token + "A"); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a bad token: %s, want 401", answer.Status)
	}
	stop()
	info, err := os.Stat(filepath.Join(cache, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t); owner.Uid != made.user || owner.Gid != made.group {
		t.Errorf("the key file is of %d:%d, want %d:%d", owner.Uid, owner.Gid, made.user, made.group)
	}
}

// start runs the image, with nothing of the machine's but its network. What it returns
// stops it, and fails the test unless it drains and ends well.
func (i image) start(t *testing.T, arguments ...string) (stop func()) {
	t.Helper()
	output := new(strings.Builder)
	command := exec.CommandContext(context.Background(), i.entrypoint[0], append(i.entrypoint[1:], arguments...)...)
	command.Dir = "/"
	command.Env = []string{}
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = &syscall.SysProcAttr{
		Chroot:     i.dir,
		Credential: &syscall.Credential{Uid: i.user, Gid: i.group},
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		_ = command.Process.Signal(syscall.SIGTERM)
		err := command.Wait()
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
		if t.Failed() {
			t.Logf("it printed:\n%s", output)
		}
	}
	t.Cleanup(stop)
	return stop
}

func get(t *testing.T, url string, header http.Header) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

// eventually waits until a program that was started answers a GET with that status.
func eventually(t *testing.T, url string, want int) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	last := "never asked"
	for time.Now().Before(deadline) {
		answer, err := http.Get(url)
		if err != nil {
			last = err.Error()
		} else {
			answer.Body.Close()
			if last = answer.Status; answer.StatusCode == want {
				return
			}
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
