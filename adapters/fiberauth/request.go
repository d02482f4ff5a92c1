package fiberauth

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
)

// request returns the request as net/http would have it, or an error where its
// server would answer with 400. All of it is copied: the bytes that fasthttp and
// Fiber give out are those of other requests later.
func request(c fiber.Ctx) (*http.Request, error) {
	ctx := c.RequestCtx()
	target := string(ctx.RequestURI())
	// Fiber routes by what is in front of a fragment; net/url knows none here.
	path, _, _ := strings.Cut(target, "#")
	location, err := url.ParseRequestURI(path)
	if err != nil {
		return nil, err
	}
	header, err := header(&ctx.Request.Header, c.App().Config().DisableHeaderNormalizing)
	if err != nil {
		return nil, err
	}
	proto := string(ctx.Request.Header.Protocol())
	major, minor, _ := http.ParseHTTPVersion(proto)
	r := &http.Request{
		Method:     c.Method(), // that of the route, even if a handler has changed it
		URL:        location,
		Proto:      proto,
		ProtoMajor: major,
		ProtoMinor: minor,
		Header:     header,
		Body:       http.NoBody,
		Host:       string(ctx.Host()),
		RemoteAddr: ctx.RemoteAddr().String(),
		RequestURI: target,
		TLS:        ctx.TLSConnectionState(),
	}
	return r.WithContext(c.Context()), nil
}

// header copies all fields but Host, as the handlers in front have left them.
//
// fasthttp joins the cookies of several Cookie fields, and its later versions drop
// those that they can't read; so these are taken as they were sent, unless something
// has had them parsed before, and may have changed them. They are not found by their
// field's name where names are not normalized.
func header(from *fasthttp.RequestHeader, unnormalized bool) (http.Header, error) {
	sent, err := head(from)
	if err != nil {
		return nil, err
	}
	to := make(http.Header, len(sent))
	if !unnormalized {
		for _, line := range from.PeekAll(fasthttp.HeaderCookie) {
			to.Add(fasthttp.HeaderCookie, string(line))
		}
	}
	asSent := len(to) > 0
	for name, value := range from.All() {
		switch name := http.CanonicalHeaderKey(string(name)); {
		case name == fasthttp.HeaderHost, name == fasthttp.HeaderCookie && asSent:
		case fromTrailer(name, len(to[name]), sent):
		default:
			to[name] = append(to[name], string(value))
		}
	}
	return to, nil
}

// head returns the fields that the client sent, as net/http reads them. fasthttp
// allows what that does not: a space in a name, which some take for the name
// without it, and a second Host. There are none if the request came by no wire.
func head(from *fasthttp.RequestHeader) (textproto.MIMEHeader, error) {
	raw := from.RawHeaders()
	if len(raw) == 0 {
		return nil, nil
	}
	sent, err := textproto.NewReader(bufio.NewReaderSize(bytes.NewReader(raw), len(raw))).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	for name, values := range sent {
		if strings.Contains(name, " ") || name == fasthttp.HeaderHost && len(values) > 1 {
			return nil, errors.New("fiberauth: bad " + name)
		}
	}
	return sent, nil
}

// fromTrailer reports whether a field is not of the head, but of the trailer behind
// a chunked body: fasthttp adds these to the others, without those that matter most.
// A proxy may let them pass in a trailer only.
func fromTrailer(name string, before int, sent textproto.MIMEHeader) bool {
	return sent[fasthttp.HeaderTransferEncoding] != nil && before >= len(sent[name]) &&
		name != fasthttp.HeaderAuthorization && name != fasthttp.HeaderCookie
}
