package grpcauth

import (
	"context"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
)

// admittedStream is a stream whose context has its user.
type admittedStream struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // a stream is what its handler gets the context from
}

func (s *admittedStream) Context() context.Context { return s.ctx }

// cutStream is a stream that ends when its token does.
type cutStream struct {
	admittedStream
	end     context.CancelCauseFunc
	expires time.Time
	expired *refusal
	isCut   atomic.Bool // the context may have ended before, for another cause
}

// serveUntil serves a stream until its token expires.
func serveUntil(expires time.Time, expired *refusal, stream *admittedStream, serve func(grpc.ServerStream) error) error {
	ctx, end := context.WithCancelCause(stream.ctx)
	defer end(nil)
	s := &cutStream{admittedStream: admittedStream{stream.ServerStream, ctx}, end: end, expires: expires, expired: expired}
	timer := time.AfterFunc(time.Until(expires), s.cut)
	defer timer.Stop()
	if err := serve(s); !s.isCut.Load() {
		return err
	}
	return expired
}

// cut ends the context and then, also where the handler waits for something else,
// the call. The transport's stream has a method for that which gRPC itself uses
// when a message can't be read, beside a handler that may be writing; it is none of
// gRPC's published interface. Without it the call ends at the next message.
func (s *cutStream) cut() {
	if s.isCut.Swap(true) {
		return
	}
	s.end(s.expired)
	transport := grpc.ServerTransportStreamFromContext(s.ServerStream.Context())
	if t, ok := transport.(interface{ WriteStatus(*status.Status) error }); ok {
		_ = t.WriteStatus(s.expired.status) // fails if the client has gone
	}
}

// isOver cuts the stream if that is due: a timer stands still while the machine is
// suspended, and knows nothing of a clock that is set.
func (s *cutStream) isOver() bool {
	if !time.Now().Before(s.expires) {
		s.cut()
	}
	return s.isCut.Load()
}

// RecvMsg fails when the token has expired, also for what came before that.
func (s *cutStream) RecvMsg(message any) error {
	if s.isOver() {
		return s.expired
	}
	err := s.ServerStream.RecvMsg(message)
	if s.isOver() {
		return s.expired
	}
	return err
}

// SendMsg fails when the token has expired.
func (s *cutStream) SendMsg(message any) error {
	if s.isOver() {
		return s.expired
	}
	err := s.ServerStream.SendMsg(message)
	if err != nil && s.isCut.Load() {
		return s.expired
	}
	return err
}
