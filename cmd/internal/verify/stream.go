package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/gognito/gognito/cmd/internal/program"
)

// A batch is a few tokens on their way to an answer.
type batch struct {
	tokens  []string
	readErr error // what ended the input, in place of tokens

	answered chan struct{} // closed when what follows is set
	code     int           // the highest exit code of the tokens
	lines    []byte        // the answers
	err      error         // why there are none
}

// stream reads tokens, has them answered on all cores, and writes the answers in
// the tokens' order. It holds only as many batches as keep the cores busy. It
// returns the highest exit code and how many tokens there were; an error means
// that some have no answer.
//
// When it fails, what it started ends by itself, as soon as a read under way does.
func stream(ctx context.Context, next func() ([]string, error), answer answerer, w io.Writer) (code, tokens int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	inOrder := make(chan *batch, runtime.GOMAXPROCS(0))
	go func() {
		for {
			b := &batch{answered: make(chan struct{})}
			b.tokens, b.readErr = next()
			select {
			case inOrder <- b:
			case <-ctx.Done():
				return
			}
			if b.readErr != nil {
				close(b.answered)
				return
			}
			go b.answer(ctx, answer)
		}
	}()
	for {
		b := <-inOrder
		<-b.answered
		code = max(code, b.code)
		tokens += len(b.tokens)
		switch {
		case errors.Is(b.readErr, io.EOF):
			return code, tokens, nil
		case b.readErr != nil:
			return code, tokens, fmt.Errorf("reading standard input: %w", b.readErr)
		case b.err != nil:
			return code, tokens, b.err
		}
		if _, err := w.Write(b.lines); err != nil {
			return code, tokens, fmt.Errorf("writing standard output: %w", err)
		}
	}
}

// An answerer appends the answer to a token to the lines, and returns the exit
// code that it stands for.
type answerer func(ctx context.Context, lines []byte, token string) ([]byte, int, error)

func (b *batch) answer(ctx context.Context, answer answerer) {
	defer close(b.answered)
	b.code = program.Done
	for _, token := range b.tokens {
		var code int
		if b.lines, code, b.err = answer(ctx, b.lines, token); b.err != nil {
			return
		}
		b.code = max(b.code, code)
	}
}
