package gateway_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"time"
)

// A field is one line of a header.
type field struct{ name, value string }

// A message is a request of HTTP/1.1 as it is on the wire. No library gets to tidy up
// its target or its names before they are seen.
type message struct {
	method, target string
	fields         []field
	body           []byte
	// trailers come behind the body, which is then sent in a chunk.
	trailers []field
}

// all returns the values of a name, whose letter case does not matter.
func (m *message) all(name string) []string {
	var values []string
	for _, f := range m.fields {
		if strings.EqualFold(f.name, name) {
			values = append(values, f.value)
		}
	}
	return values
}

// first returns the first of them.
func (m *message) first(name string) string {
	if values := m.all(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// remove takes out every line of a name.
func (m *message) remove(name string) {
	m.fields = without(m.fields, func(f field) bool { return strings.EqualFold(f.name, name) })
}

// set replaces all lines of a name by one.
func (m *message) set(name, value string) {
	m.remove(name)
	m.fields = append(m.fields, field{name, value})
}

func without(fields []field, drop func(field) bool) []field {
	var kept []field
	for _, f := range fields {
		if !drop(f) {
			kept = append(kept, f)
		}
	}
	return kept
}

// upgrade reports whether the request asks for another protocol.
func (m *message) upgrade() bool {
	return m.first("Upgrade") != "" && strings.EqualFold(m.first("Connection"), "upgrade")
}

func (m *message) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", m.method, m.target)
	for _, f := range m.fields {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, f.value)
	}
	b.WriteString("\r\n")
	if m.trailers == nil {
		b.Write(m.body)
		return b.Bytes()
	}
	fmt.Fprintf(&b, "%x\r\n%s\r\n0\r\n", len(m.body), m.body)
	for _, f := range m.trailers {
		fmt.Fprintf(&b, "%s: %s\r\n", f.name, f.value)
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

const maxHeader = 1 << 20

var errTooLarge = errors.New("the header is too large")

// readMessage reads a request, and changes nothing of it.
func readMessage(r *bufio.Reader) (*message, error) {
	var m message
	first, err := readLine(r)
	if err != nil {
		return nil, err
	}
	method, rest, _ := strings.Cut(first, " ")
	target, version, ok := cutLast(rest, " ")
	if !ok || !strings.HasPrefix(version, "HTTP/1.") {
		return nil, fmt.Errorf("%q is no request line", first)
	}
	m.method, m.target = method, target
	if m.fields, err = readFields(r); err != nil {
		return nil, err
	}
	return &m, m.readBody(r)
}

// readLine reads a line of a header.
func readLine(r *bufio.Reader) (string, error) {
	var text []byte
	for {
		part, err := r.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(text) > maxHeader:
			return "", errTooLarge
		case err == bufio.ErrBufferFull:
		case err != nil:
			return "", err
		default:
			return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), nil
		}
	}
}

// readFields reads lines up to an empty one.
func readFields(r *bufio.Reader) ([]field, error) {
	var fields []field
	for {
		text, err := readLine(r)
		switch name, value, ok := strings.Cut(text, ":"); {
		case err != nil:
			return nil, err
		case text == "":
			return fields, nil
		case !ok:
			return nil, errors.New("a line without a colon")
		default:
			fields = append(fields, field{name, strings.Trim(value, " \t")})
		}
	}
}

func cutLast(text, separator string) (before, after string, ok bool) {
	if at := strings.LastIndex(text, separator); at >= 0 {
		return text[:at], text[at+len(separator):], true
	}
	return text, "", false
}

// readBody reads a body of a stated length, or one in chunks with its trailers.
func (m *message) readBody(r *bufio.Reader) (err error) {
	if m.first("Transfer-Encoding") == "chunked" {
		if m.body, err = io.ReadAll(io.LimitReader(httputil.NewChunkedReader(r), maxHeader)); err != nil {
			return err
		}
		m.trailers, err = readFields(r)
		return err
	}
	length := m.first("Content-Length")
	if length == "" {
		return nil
	}
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || n > maxHeader {
		return fmt.Errorf("the length %q", length)
	}
	m.body = make([]byte, n)
	_, err = io.ReadFull(r, m.body)
	return err
}

// An answer is what a client got.
type answer struct {
	status int
	header http.Header
	body   string
}

// patience bounds every exchange. Nothing that works comes near it.
const patience = 30 * time.Second

// The clients are no proxies that anybody trusts: they come from another loopback
// address than the proxies.
const (
	clientAddress = "127.0.0.9"
	proxyAddress  = "127.0.0.1"
)

func dialFrom(local, address string) (net.Conn, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(local)}, Timeout: patience}
	conn, err := dialer.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(patience))
}

// exchange sends a request from a local address, and returns the answer. If that
// switches protocols, the connection must give back what it is sent.
func exchange(local, address string, m *message) (*answer, error) {
	conn, err := dialFrom(local, address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	go func() {
		_, _ = conn.Write(m.bytes()) // a server that refuses a request need not read it to its end
	}()
	r := bufio.NewReader(conn)
	response, err := http.ReadResponse(r, &http.Request{Method: m.method})
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	a := &answer{status: response.StatusCode, header: response.Header}
	if response.StatusCode == http.StatusSwitchingProtocols {
		a.body, err = echo(conn, r)
		return a, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxHeader))
	a.body = string(body)
	if err != nil && response.ContentLength < 0 && response.Close {
		err = nil // who refuses a request that it has not read to its end may end so
	}
	return a, err
}

// echo sends a word, and returns what comes back.
func echo(w io.Writer, r io.Reader) (string, error) {
	const word = "are you there?"
	if _, err := io.WriteString(w, word); err != nil {
		return "", err
	}
	back := make([]byte, len(word))
	_, err := io.ReadFull(r, back)
	return string(back), err
}

// tunnel copies both ways until either side ends.
func tunnel(client io.ReadWriter, clientRest io.Reader, server io.ReadWriter, serverRest io.Reader) {
	done := make(chan struct{}, 2)
	for _, pair := range []struct {
		to   io.Writer
		from io.Reader
	}{{server, clientRest}, {client, serverRest}} {
		go func() {
			_, _ = io.Copy(pair.to, pair.from)
			done <- struct{}{}
		}()
	}
	<-done
}
