package gognito

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	fetchLimit = 5 * time.Second
	bodyLimit  = 1 << 20 // after decompression
	minBackOff = time.Second
	maxBackOff = 5 * time.Minute
)

// A remoteSet is one URL's key set. What is known of it is in the snapshot.
type remoteSet struct {
	url      string
	starting sync.Mutex
	flight   *flight // under way; nil: none is
}

// A flight is a fetch under way. All who wait for it wait on its channels, so
// that waiting costs no memory here.
type flight struct {
	answered chan struct{} // closed when the new state is in place
	finished chan struct{} // closed when the file is written, too
}

// underWay returns the set's fetch under way, or nil.
func (s *remoteSet) underWay() *flight {
	s.starting.Lock()
	defer s.starting.Unlock()
	return s.flight
}

// setState is what is known of a key set at one moment. It is never changed;
// another takes its place. Its times are monotonic.
type setState struct {
	keys     StaticKeys // the last good set
	document []byte     // which it was read from
	fetched  time.Time  // when that was
	began    time.Time  // the last attempt
	tried    time.Time  // its end
	due      time.Time  // when to try again
	err      error      // of the last attempt
	failures int        // since the last good one
}

// backedOff returns when an attempt that failed may be repeated.
func (s *setState) backedOff() time.Time {
	if s.err == nil {
		return time.Time{}
	}
	return s.due
}

// landed is the flight of whoever comes too late for one.
var landed = func() *flight {
	done := make(chan struct{})
	close(done)
	return &flight{done, done}
}()

// fetch gets the set anew, unless it is no longer in the state that the caller
// saw. It is detached from any caller's context, and all who call meanwhile share
// it.
func (r *RemoteKeys) fetch(index int, seen *setState) *flight {
	set := r.sets[index]
	set.starting.Lock()
	defer set.starting.Unlock()
	switch {
	case set.flight != nil:
		return set.flight
	case r.current.Load().states[index] != seen:
		return landed
	}
	f := &flight{make(chan struct{}), make(chan struct{})}
	set.flight = f
	go func() {
		state, info := r.next(set.url, seen)
		r.place(index, state)
		set.starting.Lock()
		set.flight = nil
		set.starting.Unlock()
		r.tell(info) // before whoever waits goes on, and after the new state is there to be asked for
		close(f.answered)
		if state.err == nil {
			r.saveWithin(fetchLimit) // no request waits for a slow disk
		}
		close(f.finished)
	}()
	return f
}

// next asks the URL, and returns the state that follows from its answer.
func (r *RemoteKeys) next(url string, old *setState) (*setState, KeysInfo) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), fetchLimit)
	defer cancel()
	document, err := r.downloadWithin(ctx, url)
	var keys StaticKeys
	var skipped []SkippedKey
	if err == nil {
		keys, skipped, err = parseJWKS(document)
	}
	now := time.Now()
	info := KeysInfo{URL: url, Keys: len(keys), Skipped: skipped, Err: err, Duration: now.Sub(start)}
	if err != nil {
		failed := *old
		failed.began, failed.tried, failed.err = start, now, err
		failed.due = now.Add(backOff(old.failures, err))
		failed.failures++
		return &failed, info
	}
	union := r.current.Load().union
	for kid, key := range keys {
		if known, ok := union[kid]; ok && known.rsa.Equal(key.rsa) {
			keys[kid] = known.Key // remembered tokens stay remembered
		}
	}
	jitter := time.Duration(rand.Int64N(int64(refreshAge / 5)))
	return &setState{keys: keys, document: document, fetched: now, began: start, tried: now, due: now.Add(refreshAge - refreshAge/10 + jitter)}, info
}

// backOff returns how long to wait after a failure.
func backOff(failures int, err error) time.Duration {
	wait := min(minBackOff<<min(failures, 20), maxBackOff)
	if status, ok := errors.AsType[*statusError](err); ok {
		wait = max(wait, min(status.retryAfter, maxBackOff))
	}
	return wait
}

// statusError is an answer that is not 200.
type statusError struct {
	status     int
	retryAfter time.Duration
}

func (e *statusError) Error() string {
	return "gognito: the key set's URL answered " + strconv.Itoa(e.status)
}

// absent reports whether the URL said that it has no such key set.
func absent(err error) bool {
	status, ok := errors.AsType[*statusError](err)
	return ok && (status.status == http.StatusForbidden || status.status == http.StatusNotFound)
}

// downloadWithin is download, which it gives up when ctx ends: a transport of the
// application's may not.
func (r *RemoteKeys) downloadWithin(ctx context.Context, url string) (document []byte, err error) {
	done := make(chan struct{})
	var got []byte
	var fault error
	go func() {
		defer close(done)
		got, fault = r.download(ctx, url)
	}()
	select {
	case <-done:
		return got, fault
	case <-ctx.Done():
		select {
		case <-done: // it obeys, and its error says more
			return got, fault
		case <-time.After(time.Second):
			return nil, fmt.Errorf("gognito: fetching a key set: %w", ctx.Err())
		}
	}
}

// download asks the URL for its set.
func (r *RemoteKeys) download(ctx context.Context, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := r.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("gognito: fetching a key set: %w", err)
	}
	defer response.Body.Close() //nolint:errcheck // nothing is lost: what matters has been read
	if response.StatusCode != http.StatusOK {
		return nil, &statusError{response.StatusCode, retryAfter(response.Header.Get("Retry-After"))}
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit+1))
	if err != nil {
		return nil, fmt.Errorf("gognito: fetching a key set: %w", err)
	}
	if len(body) > bodyLimit {
		return nil, fmt.Errorf("gognito: the key set is larger than %d bytes", bodyLimit)
	}
	return body, nil
}

// retryAfter reads the header of that name (RFC 9110, section 10.2.3).
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, 1<<20))*time.Second, maxBackOff)
	}
	if at, err := http.ParseTime(value); err == nil {
		return time.Until(at)
	}
	return 0
}

// sameHostClient returns a copy of the client that follows redirects only to
// where it was sent in the first place.
func sameHostClient(c *http.Client) *http.Client {
	if c == nil {
		c = new(http.Client)
	}
	same := *c
	same.CheckRedirect = func(to *http.Request, via []*http.Request) error {
		from := via[0].URL
		if to.URL.Host != from.Host || to.URL.Scheme != from.Scheme {
			return errors.New("gognito: the key set's URL redirects to another host")
		}
		if len(via) >= 5 {
			return errors.New("gognito: the key set's URL redirects too often")
		}
		if c.CheckRedirect != nil {
			return c.CheckRedirect(to, via)
		}
		return nil
	}
	return &same
}
