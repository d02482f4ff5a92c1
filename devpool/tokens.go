package devpool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

const (
	maxFile    = 1 << 20 // bytes
	maxNesting = 100     // of brackets and braces
	maxRun     = 500     // tokens
)

// readFile reads a file, but not much more of it than [ParseConfig] takes.
func readFile(name string) ([]byte, error) {
	file, err := os.Open(name) //nolint:gosec // the file that the developer names
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	return io.ReadAll(io.LimitReader(file, maxFile+1))
}

// checkTokens refuses what YAML's parser takes far more memory or time for than
// its size: its memory grows with the square of nesting, and doubles with every
// merge of merges. Its tokens alone are cheap.
func checkTokens(data []byte) error {
	if len(data) > maxFile {
		return fmt.Errorf("is larger than %d bytes", maxFile)
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			return fmt.Errorf("line %d: is not UTF-8", i+1)
		}
	}
	nesting, run, line := 0, 0, 0
	for _, t := range lexer.Tokenize(string(data)) {
		if nesting == 0 && t.Position.Line > line || nesting > 0 && t.Type == token.CollectEntryType {
			run = 0
		}
		line = t.Position.Line
		run++
		var err error
		switch t.Type { //nolint:exhaustive // the others don't matter
		case token.SequenceStartType, token.MappingStartType:
			if nesting++; nesting > maxNesting {
				err = fmt.Errorf("brackets are nested more than %d deep", maxNesting)
			}
		case token.SequenceEndType, token.MappingEndType:
			nesting = max(0, nesting-1)
		case token.MergeKeyType:
			err = errors.New("<< is not supported; write the keys out")
		}
		if err == nil && run > maxRun {
			err = fmt.Errorf("more than %d tokens without a comma or a new line", maxRun)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	return nil
}
