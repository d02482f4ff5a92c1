package serve

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// How often files are looked at, after how long a load that failed is tried again,
// since what it needs may be a file that comes later, or keys; and how long it may wait
// for these.
const (
	lookEvery  = 2 * time.Second
	retryEvery = 5 * time.Second
	reloadTime = 30 * time.Second
)

// reload loads the settings, checks them, and only then swaps.
func (p *process) reload(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reloadTime)
	defer cancel()
	err := p.swap(ctx)
	if err != nil {
		p.lastReload.Store(&reloadError{err})
		p.metrics.ReloadFailed()
		p.Log.Error("the configuration was not loaded anew: the one before stays", "error", err.Error())
		return err
	}
	p.lastReload.Store(nil)
	p.metrics.ReloadSucceeded(p.current.Load().loaded)
	p.Log.Info("the configuration was loaded anew")
	return nil
}

type reloadError struct{ error }

func (p *process) swap(ctx context.Context) error {
	before := p.current.Load()
	next, err := p.next(ctx, before)
	if err != nil {
		// That is no reason to let a certificate run out.
		return errors.Join(err, p.certificate.load(before.settings.TLS))
	}
	if err := p.certificate.load(next.settings.TLS); err != nil {
		return err
	}
	p.current.Store(next)
	return nil
}

// next returns what is to take the place of what decides.
func (p *process) next(ctx context.Context, before *snapshot) (*snapshot, error) {
	s, err := p.Load()
	if err != nil {
		return nil, err
	}
	if fields := needRestart(before.settings, s); fields != "" {
		return nil, errors.New(fields + " can't change while the gateway runs: restart it")
	}
	return p.snapshot(ctx, s, before)
}

// needRestart names what differs and is not looked at again.
func needRestart(before, after *settings.Settings) string {
	switch {
	case before.Listen != after.Listen:
		return "listen"
	case (before.TLS == settings.TLS{}) != (after.TLS == settings.TLS{}):
		return "tls"
	case before.Proxy.Upstream != after.Proxy.Upstream:
		return "proxy.upstream"
	case before.Limits != after.Limits:
		return "limits"
	}
	return ""
}

// watch reloads on each hangup, and when a file has changed and stays as it is for
// another look: one that is still being written may be good YAML that ends early.
func (p *process) watch(ctx context.Context) {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	tried := p.seen
	last := tried
	var again time.Time // a load that failed is tried again; zero: it did not
	for {
		hangup := false
		select {
		case <-ctx.Done():
			return
		case <-p.Hangups:
			hangup = true
		case <-ticks.C:
		}
		files := p.current.Load().settings.Files()
		now := fingerprint(files)
		due := now == last && (now != tried || !again.IsZero() && time.Now().After(again))
		if hangup || due {
			again = time.Time{}
			if p.reload(ctx) != nil {
				again = time.Now().Add(retryEvery)
			} else if others := p.current.Load().settings.Files(); !slices.Equal(files, others) {
				now = fingerprint(others)
			}
			tried = now
		}
		last = now
	}
}

// fingerprint stands for what is in the files. One that
// can't be read counts as such.
func fingerprint(files []string) [sha256.Size]byte {
	h := sha256.New()
	for _, name := range files {
		_, _ = io.WriteString(h, name+"\x00")
		content, err := readSome(name)
		if err != nil {
			content = []byte("unreadable")
		}
		sum := sha256.Sum256(content)
		_, _ = h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// readSome reads what a configuration, a certificate or a key can be long.
func readSome(name string) ([]byte, error) {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return io.ReadAll(io.LimitReader(f, 2<<20))
}
