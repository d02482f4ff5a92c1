// Package strictjson reads one JSON object, member by member and in a single
// pass, as RFC 7493 wants it: no duplicate names at any depth, no invalid
// UTF-8, no byte order mark, nothing behind the object, and names compared as
// they are, letter case included.
package strictjson

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits of what is read, so that a text can't cost much more than its length.
// Cognito's tokens stay far below them: a pre token generation trigger may return
// 5,000 claims and scopes at most, and few header fields hold a hundred.
const (
	MaxDepth   = 32
	MaxMembers = 1000 // of all objects together
	MaxCommas  = 5000 // between members and between elements of lists
)

var (
	// ErrNotObject is returned for a JSON value that is not an object.
	ErrNotObject = errors.New("strictjson: not an object")
	// ErrLimit is returned for an object beyond the limits.
	ErrLimit = errors.New("strictjson: too deep or too many members")
)

// An Object is being read. Members come from Next; the value of the current one
// is read by at most one of String, Number and Strings.
type Object struct {
	source  string // the text; what String and Strings return are parts of it
	name    []byte // of the current member
	pending bool   // the current member's value has not been read
	err     error
	decoder jsontext.Decoder
	buffer  bytes.Buffer
}

var objects = sync.Pool{New: func() any { return new(Object) }}

// Open starts reading the object that is all of text. The caller closes it.
func Open(text string) (*Object, error) {
	if !withinLimits(text) {
		return nil, ErrLimit
	}
	o := objects.Get().(*Object)
	o.source = text
	o.buffer.WriteString(text)
	o.decoder.Reset(&o.buffer)
	if o.decoder.PeekKind() != jsontext.KindBeginObject {
		o.Close()
		return nil, ErrNotObject
	}
	if _, err := o.decoder.ReadToken(); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

// Close gives the reader's memory back. No name is valid after it; strings are.
func (o *Object) Close() {
	o.source, o.name, o.pending, o.err = "", o.name[:0], false, nil
	o.buffer.Reset()
	o.decoder.Reset(&o.buffer)
	objects.Put(o)
}

// Next goes to the next member, and reports whether there is one. At the end,
// and only then, Err tells whether the whole text was in order.
func (o *Object) Next() bool {
	if o.pending {
		o.fail(o.decoder.SkipValue())
	}
	o.pending = false
	if o.err != nil {
		return false
	}
	if o.decoder.PeekKind() == jsontext.KindEndObject {
		o.end()
		return false
	}
	quoted, err := o.decoder.ReadValue()
	if err != nil {
		o.fail(err)
		return false
	}
	if o.name, err = unquote(o.name[:0], quoted); err != nil {
		o.fail(err)
		return false
	}
	o.pending = true
	return true
}

func (o *Object) end() {
	if _, err := o.decoder.ReadToken(); err != nil {
		o.fail(err)
		return
	}
	if _, err := o.decoder.ReadToken(); err != io.EOF {
		o.fail(errors.New("strictjson: more than one value"))
	}
}

func (o *Object) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

// Err returns the first fault of the text.
func (o *Object) Err() error { return o.err }

// Name returns the current member's name, unescaped, valid until Next.
func (o *Object) Name() []byte { return o.name }

// String returns the current value, and whether it is a string.
func (o *Object) String() (string, bool) {
	o.pending = false
	kind := o.decoder.PeekKind()
	raw, ok := o.value()
	if !ok || kind != jsontext.KindString {
		return "", false
	}
	return o.unescape(raw)
}

// Number returns the current value as it is written, and whether it is a
// number.
func (o *Object) Number() (string, bool) {
	o.pending = false
	kind := o.decoder.PeekKind()
	raw, ok := o.value()
	return raw, ok && kind == jsontext.KindNumber
}

// Strings returns the current value, and whether it is an array of strings.
func (o *Object) Strings() ([]string, bool) {
	o.pending = false
	if o.decoder.PeekKind() != jsontext.KindBeginArray {
		o.fail(o.decoder.SkipValue())
		return nil, false
	}
	if _, err := o.decoder.ReadToken(); err != nil {
		o.fail(err)
		return nil, false
	}
	list := make([]string, 0, 4)
	all := true
	for {
		kind := o.decoder.PeekKind()
		if kind == jsontext.KindEndArray {
			break
		}
		raw, ok := o.value()
		if !ok {
			return nil, false
		}
		if kind != jsontext.KindString {
			all = false
			continue
		}
		text, ok := o.unescape(raw)
		all = all && ok
		list = append(list, text)
	}
	if _, err := o.decoder.ReadToken(); err != nil {
		o.fail(err)
		return nil, false
	}
	return list, all
}

// StringOrStrings reads a claim that RFC 7519 calls StringOrURI or an array of
// them, such as aud. One string is a list of one; array tells which it was.
func (o *Object) StringOrStrings() (list []string, array, ok bool) {
	if o.decoder.PeekKind() == jsontext.KindString {
		text, ok := o.String()
		return []string{text}, false, ok
	}
	list, ok = o.Strings()
	return list, true, ok
}

// value reads one value whole and returns it as it is written.
func (o *Object) value() (string, bool) {
	raw, err := o.decoder.ReadValue()
	if err != nil {
		o.fail(err)
		return "", false
	}
	end := int(o.decoder.InputOffset())
	return o.source[end-len(raw) : end], true
}

// unescape returns what a quoted string says.
func (o *Object) unescape(quoted string) (string, bool) {
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1], true
	}
	text, err := jsontext.AppendUnquote(nil, quoted)
	o.fail(err)
	return string(text), err == nil
}

func unquote(buf, quoted []byte) ([]byte, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return append(buf, quoted[1:len(quoted)-1]...), nil
	}
	return jsontext.AppendUnquote(buf, quoted)
}

// withinLimits counts without caring whether it is JSON.
func withinLimits(text string) bool {
	depth, members, commas := 0, 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = endOfString(text, i)
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ':':
			members++
		case ',':
			commas++
		}
		if depth > MaxDepth || members > MaxMembers || commas > MaxCommas {
			return false
		}
	}
	return true
}

// endOfString returns where the string ends that begins at start.
func endOfString(text string, start int) int {
	for i := start + 1; ; i++ {
		quote := strings.IndexByte(text[i:], '"')
		if quote < 0 {
			return len(text)
		}
		i += quote
		escapes := i
		for text[escapes-1] == '\\' {
			escapes--
		}
		if (i-escapes)%2 == 0 {
			return i
		}
	}
}
