//go:build unix

package settings_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// Nobody writes to these, or never ends: a reader would wait, or eat all memory.
func TestAFileThatIsNoRegularOneIsNotOpened(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{pipe, "/dev/zero"} {
		s, err := settings.Load(settings.Flags{Config: name}, environment())
		checkFaults(t, name, s, err, []string{name + ": --config: is no regular file: give the content in one"})

		refused(t, onePool+"identity: {assertion: {key_file: "+name+", issuer: a, audience: b}}\ntls: {cert_file: "+name+", key_file: "+name+"}\n",
			"f.yaml:2:24: identity.assertion.key_file: the file is no regular file: give the content in one",
			"f.yaml:3:7: tls.cert_file: the file is no regular file: give the content in one",
			"f.yaml:3:"+column(`tls: {cert_file: `+name+`, `)+": tls.key_file: the file is no regular file: give the content in one")
	}
}
