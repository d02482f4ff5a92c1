package verify

import (
	"bytes"
	"io"
)

const (
	// maxLine is the longest token that can be anything but malformed, in bytes.
	maxLine = 64 << 10
	// tooLong takes the place of a line that is longer. It is malformed too.
	tooLong = "too long"
	// batchTokens is the most tokens that are judged in one go.
	batchTokens = 32
)

// A lineReader reads tokens, one a line. It passes on what is there before it
// waits for more, and it never holds more than one longest line.
type lineReader struct {
	r        io.Reader
	space    []byte // for a longest line with its CR and LF
	unread   []byte // the part of space that was filled and not yet taken
	skipping bool   // unread continues a line that is too long
	err      error  // of the last read
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: r, space: make([]byte, maxLine+len("\r\n"))}
}

// next returns the tokens of the next lines, at least one, or the error that
// ended the input, [io.EOF] included. Blank lines are passed over.
func (l *lineReader) next() ([]string, error) {
	for {
		var tokens []string
		for len(tokens) < batchTokens {
			line, ok := l.take()
			if !ok {
				break
			}
			if len(bytes.Trim(line, " \t")) > 0 {
				tokens = append(tokens, string(line))
			}
		}
		switch {
		case len(tokens) > 0:
			return tokens, nil
		case l.err != nil:
			return nil, l.err
		}
		l.fill()
	}
}

// fill reads once, behind what is unread.
func (l *lineReader) fill() {
	held := copy(l.space, l.unread)
	n, err := l.r.Read(l.space[held:])
	l.unread, l.err = l.space[:held+n], err
}

// take takes the next line out of unread, without its CR and LF, if it is there
// to its end.
func (l *lineReader) take() (line []byte, ok bool) {
	end := bytes.IndexByte(l.unread, '\n')
	if l.skipping {
		if end < 0 {
			l.unread = nil
			return nil, false
		}
		l.unread, l.skipping = l.unread[end+1:], false
		end = bytes.IndexByte(l.unread, '\n')
	}
	switch {
	case end >= 0:
		line, l.unread = l.unread[:end], l.unread[end+1:]
	case len(l.unread) == len(l.space):
		l.unread, l.skipping = nil, true
		return []byte(tooLong), true
	case l.err == io.EOF && len(l.unread) > 0: //nolint:errorlint // a Reader returns EOF itself
		line, l.unread = l.unread, nil
	default:
		return nil, false
	}
	return bytes.TrimSuffix(line, []byte("\r")), true
}
