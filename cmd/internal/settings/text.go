package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

const (
	maxFile    = 1 << 20 // bytes
	maxTokens  = 20_000  // as a thousand rules have
	maxNesting = 10      // of brackets and braces
	maxRun     = 100     // tokens without a comma or a new line
)

// readFile reads a regular file of at most that many bytes. One that is none might
// never end, or have nobody who writes to it.
func readFile(name string, most int64) (data []byte, problem string) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, unreadable(err)
	case info.IsDir():
		return nil, "is a folder: name a file in it"
	case !info.Mode().IsRegular():
		return nil, "is no regular file: give the content in one"
	}
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return nil, unreadable(err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	data, err = io.ReadAll(io.LimitReader(file, most+1))
	switch {
	case err != nil:
		return nil, unreadable(err)
	case int64(len(data)) > most:
		return nil, fmt.Sprintf("is larger than %d bytes", most)
	}
	return data, ""
}

// unreadable says why a file can't be read, without its name.
func unreadable(err error) string {
	if of, ok := errors.AsType[*os.PathError](err); ok {
		err = of.Err
	}
	return "can't be read: " + err.Error()
}

// checkText returns the file with line feeds for its line ends and without a byte order
// mark, and whether it is text (YAML 1.2, section 5.1).
func (r *reader) checkText(data []byte) ([]byte, bool) {
	if len(data) > maxFile {
		r.fault(place{}, "is larger than %d bytes", maxFile)
		return nil, false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	found := r.found
	for i, line := range bytes.Split(data, []byte("\n")) {
		for column := 1; len(line) > 0; column++ {
			c, size := utf8.DecodeRune(line)
			at := place{line: i + 1, column: column}
			switch {
			case c == utf8.RuneError && size == 1:
				r.fault(at, "is not UTF-8")
			case c == '\ufeff' || c != '\t' && unicode.IsControl(c):
				r.fault(at, "holds a control character: leave it out")
			default:
				line = line[size:]
				continue
			}
			break // one fault of a line
		}
	}
	return data, r.found == found
}

// checkTokens refuses what the parser takes far more memory or time for than its size:
// these grow with the square of the nesting and of the keys in one mapping. The tokens
// alone are cheap.
func (r *reader) checkTokens(data []byte) bool {
	tokens, err := tokenize(data)
	if err != nil {
		r.fault(place{}, "%s", syntaxProblem(err))
		return false
	}
	if len(tokens) > maxTokens {
		r.fault(place{}, "holds more than %d words and signs, which no configuration needs", maxTokens)
		return false
	}
	nesting, run, line := 0, 0, 0
	for _, t := range tokens {
		if nesting == 0 && t.Position.Line > line || nesting > 0 && t.Type == token.CollectEntryType {
			run = 0
		}
		line = t.Position.Line
		run++
		switch t.Type { //nolint:exhaustive // the others don't matter
		case token.SequenceStartType, token.MappingStartType:
			nesting++
		case token.SequenceEndType, token.MappingEndType:
			nesting = max(0, nesting-1)
		}
		switch {
		case nesting > maxNesting:
			r.fault(placeOf(t, ""), "brackets are nested more than %d deep, and no setting is", maxNesting)
			return false
		case run > maxRun:
			r.fault(placeOf(t, ""), "more than %d words and signs without a comma or a new line", maxRun)
			return false
		case t.Type == token.DirectiveType:
			r.fault(placeOf(t, ""), "is a directive of YAML, which are not read: leave it out, and write a value that begins with %% in quotes")
			return false
		}
	}
	return true
}

// tokenize returns the file's tokens. A panic is an error, as in parse.
func tokenize(data []byte) (tokens token.Tokens, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("is no YAML that can be read")
		}
	}()
	return lexer.Tokenize(string(data)), nil
}
