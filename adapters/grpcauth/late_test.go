package grpcauth_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gognito/gognito/adapters/grpcauth"
	"github.com/gognito/gognito/httpauth"
)

// quiet is a stream of no known transport. It never has a message.
type quiet struct {
	inContext
	asked int // for messages, or to send one
}

func (q *quiet) SendMsg(any) error { q.asked++; return nil }

func (q *quiet) RecvMsg(any) error {
	q.asked++
	time.Sleep(2 * time.Hour)
	return nil
}

// intercept has a handler serve q behind a guard that cuts.
func intercept(life time.Duration, q *quiet, handler func(grpc.ServerStream) error) error {
	auth := &httpauth.Authenticator{Verifier: lives(life)}
	guard := grpcauth.Guard{Auth: auth, Default: grpcauth.Require(), CutStreams: true}
	q.ctx = incoming(q.ctx, "authorization", "Bearer x")
	return guard.Stream()(nil, q, &grpc.StreamServerInfo{FullMethod: chat}, func(_ any, stream grpc.ServerStream) error {
		return handler(stream)
	})
}

// Where the transport can't be told, the next message is.
func TestAMessageThatComesTooLateIsNotTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := intercept(time.Hour, &quiet{inContext: inContext{ctx: t.Context()}}, func(stream grpc.ServerStream) error {
			if err := stream.SendMsg(nil); err != nil {
				t.Errorf("in time, SendMsg returned %v", err)
			}
			wantExpired(t, "RecvMsg", stream.RecvMsg(nil))
			wantExpired(t, "SendMsg", stream.SendMsg(nil))
			return nil
		})
		wantCut(t, err, err)
	})
}

// A timer may come late, and a leeway may have admitted an expired token.
func TestNoMessagePassesOnceTheTokenHasExpired(t *testing.T) {
	for name, first := range map[string]func(grpc.ServerStream) error{
		"RecvMsg": func(stream grpc.ServerStream) error { return stream.RecvMsg(nil) },
		"SendMsg": func(stream grpc.ServerStream) error { return stream.SendMsg(nil) },
	} {
		synctest.Test(t, func(t *testing.T) {
			q := &quiet{inContext: inContext{ctx: t.Context()}}
			err := intercept(-time.Minute, q, func(stream grpc.ServerStream) error {
				wantExpired(t, name, first(stream))
				wantExpired(t, "the context's cause", context.Cause(stream.Context()))
				return nil
			})
			wantCut(t, err, err)
			if q.asked != 0 {
				t.Errorf("%s was asked of the transport", name)
			}
		})
	}
}

// An interceptor in front may have ended the context, and the handler goes on.
func TestAStreamWhoseContextEndedBeforeIsCutToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := intercept(time.Hour, &quiet{inContext: inContext{ctx: ctx}}, func(stream grpc.ServerStream) error {
			if err := stream.SendMsg(nil); err != nil {
				t.Errorf("in time, SendMsg returned %v", err)
			}
			time.Sleep(time.Hour)
			wantExpired(t, "SendMsg", stream.SendMsg(nil))
			return nil
		})
		wantCut(t, err, err)
	})
}

// transport notes the status that ends a call.
type transport struct {
	grpc.ServerTransportStream
	told []codes.Code
}

func (t *transport) WriteStatus(s *status.Status) error {
	t.told = append(t.told, s.Code())
	return nil
}

func TestNothingIsLeftOfAnEndedStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended grpc.ServerStream
		tr := new(transport)
		q := &quiet{inContext: inContext{ctx: grpc.NewContextWithServerTransportStream(t.Context(), tr)}}
		if err := intercept(time.Hour, q, func(stream grpc.ServerStream) error {
			ended = stream
			return nil
		}); err != nil || ended.Context().Err() == nil {
			t.Errorf("%v, and the handler's context has the error %v", err, ended.Context().Err())
		}
		time.Sleep(2 * time.Hour)
		if len(tr.told) != 0 {
			t.Errorf("the transport was told %v", tr.told)
		}
	})
}
