package main

import (
	"context"
	"fmt"
	"os"
	"slices"
)

// A size is what the gateway takes in memory after it was asked with so many tokens.
type size struct {
	tokens    int
	now, most int // bytes
}

// measureMemory has one gateway judge 10,000 users' tokens by turns, and then each of
// many more.
func measureMemory(ctx context.Context, s settings, built programs, i *issuer, w *wrk) ([]size, error) {
	say("signing %d tokens", s.tokens)
	file, err := i.file(ctx, w.folder, s.tokens)
	if err != nil {
		return nil, err
	}
	defer os.Remove(file) //nolint:errcheck // the folder goes too
	list, err := servers(built, i)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(s *server) bool { return s.name == gateway })
	p, err := list[at].start(ctx, w.folder)
	if err != nil {
		return nil, err
	}
	defer p.stop()

	var sizes []size
	for _, part := range []struct {
		tokens, times int
		file          string
	}{
		{manyTokens, 5, w.tokens},
		{s.tokens, 1, file},
	} {
		say("memory with %d tokens", part.tokens)
		one, err := p.measure(ctx, func() (*tally, error) { return w.through(ctx, p.server, part.file, part.times) })
		if err != nil {
			return nil, err
		}
		if one.requests < part.tokens*part.times {
			return nil, fmt.Errorf("%s was asked %d times in all, and so not with each of %d tokens", p.name, one.requests, part.tokens)
		}
		now, most, err := p.memory()
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, size{part.tokens, now, most})
	}
	return sizes, nil
}
