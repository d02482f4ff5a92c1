package serve

import (
	"crypto/tls"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// A certificate is the listeners' own, swapped when it was renewed.
type certificate struct {
	current atomic.Pointer[tls.Certificate]
}

// load reads the files; without any it does nothing. On an error the one before stays.
func (c *certificate) load(files settings.TLS) error {
	if files == (settings.TLS{}) {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(files.CertFile, files.KeyFile)
	if err != nil {
		return fmt.Errorf("tls: %w", err)
	}
	c.current.Store(&pair)
	return nil
}

// config returns what listeners use; nil: they speak no TLS.
func (c *certificate) config() *tls.Config {
	if c.current.Load() == nil {
		return nil
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if pair := c.current.Load(); pair != nil {
				return pair, nil
			}
			return nil, errors.New("serve: there is no certificate")
		},
	}
}
