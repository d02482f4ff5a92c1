package alb

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gognito/gognito"
)

const (
	fetchLimit = 5 * time.Second
	bodyLimit  = 16 << 10 // after decompression; a key in PEM takes 178 bytes
)

var errNoSuchKey = fmt.Errorf("alb: the key host has none of that ID: %w", gognito.ErrKeyNotFound)

// answer is what came of a fetch. It is answered if the host said something of this
// key, and not if it failed.
type answer struct {
	answered bool
	key      *ecdsa.PublicKey
	err      error
}

// fetchWithin fetches a key, and gives up when the time is over: a transport of the
// application's may not.
func (k *keys) fetchWithin(limit time.Duration, id string) (answered bool, _ *ecdsa.PublicKey, _ error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	got := make(chan answer, 1)
	go func() { got <- k.fetch(ctx, id) }()
	select {
	case a := <-got:
		return a.answered, a.key, a.err
	case <-ctx.Done():
		return false, nil, fmt.Errorf("alb: fetching a key: %w", ctx.Err())
	}
}

// fetch asks for the key of an ID that isKeyID.
func (k *keys) fetch(ctx context.Context, id string) answer {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.url+"/"+id, nil)
	if err != nil {
		return answer{err: err}
	}
	response, err := k.client.Do(request)
	if err != nil {
		return answer{err: fmt.Errorf("alb: fetching a key: %w", err)}
	}
	defer response.Body.Close() //nolint:errcheck // nothing is lost: what matters has been read
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusForbidden, http.StatusNotFound: // the first is how Amazon S3 says that there is no such object
		return answer{answered: true, err: errNoSuchKey}
	default:
		return answer{err: fmt.Errorf("alb: the key host answered %d", response.StatusCode)}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit+1))
	if err != nil {
		return answer{err: fmt.Errorf("alb: fetching a key: %w", err)}
	}
	if len(body) > bodyLimit {
		return answer{answered: true, err: errUnusable}
	}
	key, err := parseKey(body)
	return answer{answered: true, key: key, err: err}
}

// withoutRedirects returns a copy of the client that follows none: no key host
// sends any.
func withoutRedirects(c *http.Client) *http.Client {
	client := new(http.Client)
	if c != nil {
		*client = *c
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}
