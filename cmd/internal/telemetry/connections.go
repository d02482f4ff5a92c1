package telemetry

import (
	"net"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// Connections returns the listener with its open connections counted under a name,
// those that are upgraded included.
func (m *Metrics) Connections(name string, l net.Listener) net.Listener {
	if m == nil {
		return l
	}
	return &countedListener{l, m.connections.WithLabelValues(name)}
}

type countedListener struct {
	net.Listener
	open prometheus.Gauge
}

func (l *countedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.open.Inc()
	return &countedConn{Conn: c, closed: sync.OnceFunc(l.open.Dec)}, nil
}

type countedConn struct {
	net.Conn
	closed func()
}

func (c *countedConn) Close() error {
	defer c.closed()
	return c.Conn.Close()
}
