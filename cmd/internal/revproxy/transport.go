package revproxy

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// responseTimeout is how long the upstream may take to begin its answer.
	responseTimeout = 60 * time.Second
	// connectTimeout is how long a connection to it may take, and TLS on it again.
	connectTimeout = 10 * time.Second
	// idleTimeout is how long a connection to it is kept for the next request. Node.js
	// and Uvicorn close theirs after 5 seconds, and a request that meets a connection
	// which is being closed can't always be sent again.
	idleTimeout = 4 * time.Second
	// idleConnections is how many of these are kept.
	idleConnections = 256
	// pingAfter is how long a connection of HTTP/2 may be silent before it is asked whether
	// it is alive: a host that is gone without a word would be asked on it for as long as
	// TCP tries. Servers of gRPC end connections that are pinged every five minutes.
	pingAfter = 6 * time.Minute
	// continueTimeout is how long a body is held back from an upstream that does not
	// say whether it wants it (RFC 9110, section 10.1.1).
	continueTimeout = time.Second
)

// newTransport returns what asks the upstream. It takes no proxy from the environment,
// follows no redirects, and decompresses nothing.
func newTransport(timeout time.Duration) *http.Transport {
	return &http.Transport{
		DialContext:           dial,
		TLSHandshakeTimeout:   connectTimeout,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true,
		MaxIdleConnsPerHost:   idleConnections,
		IdleConnTimeout:       idleTimeout,
		ResponseHeaderTimeout: cmp.Or(timeout, responseTimeout),
		ExpectContinueTimeout: continueTimeout,
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: connectTimeout, WriteByteTimeout: responseTimeout},
	}
}

// dial connects to the upstream. On a connection that can't be closed in one direction
// alone, httputil ends a WebSocket whose client is gone: an upstream need not notice.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: connectTimeout}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return struct{ net.Conn }{c}, nil
}

// bufferSize is how much of an answer is copied at a time.
const bufferSize = 32 << 10

// buffers are those that answers are copied with, as [httputil.BufferPool] has them.
type buffers struct{ pool sync.Pool }

func newBuffers() *buffers {
	return &buffers{sync.Pool{New: func() any { return new([bufferSize]byte) }}}
}

// Get returns a buffer.
func (b *buffers) Get() []byte { return b.pool.Get().(*[bufferSize]byte)[:] }

// Put takes it back.
func (b *buffers) Put(buffer []byte) { b.pool.Put((*[bufferSize]byte)(buffer)) }
