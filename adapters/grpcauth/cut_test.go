package grpcauth_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/grpcauth"
	"github.com/gognito/gognito/httpauth"
)

// lives is a verifier whose tokens expire that much after they are judged.
type lives time.Duration

func (l lives) Verify(context.Context, string) (*gognito.Claims, error) {
	return &gognito.Claims{Username: "jane", ExpiresAt: time.Now().Add(time.Duration(l)).Round(0)}, nil
}

// An ended stream is what was seen of one by the interceptor in front.
type ended struct {
	err   error
	after time.Duration
}

// A caller is the client of the one stream in a bubble.
type caller struct {
	grpc.ClientStream
	leave context.CancelFunc
	seen  <-chan ended
}

// inBubble serves one stream's handler, in synctest's time and with real transports
// over pipes, to a client with a token of an hour. When test returns, nothing may be
// left running.
func inBubble(t *testing.T, cut bool, handler func(grpc.ServerStream) error, test func(*testing.T, caller)) {
	t.Helper()
	for _, transport := range []string{"gRPC's transport", "net/http's transport"} {
		t.Run(transport, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, seen := time.Now(), make(chan ended, 1)
				guard := grpcauth.Guard{
					Auth:       &httpauth.Authenticator{Verifier: lives(time.Hour)},
					Default:    grpcauth.Require(),
					CutStreams: cut,
				}
				server := grpc.NewServer(append([]grpc.ServerOption{
					grpc.ChainStreamInterceptor(func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
						err := next(srv, stream)
						seen <- ended{err, time.Since(begin)}
						return err
					}),
				}, guard.ServerOptions()...)...)
				service{name: "gognito.test.Echo", stream: map[string]func(grpc.ServerStream) error{"Chat": handler}}.register(server)
				defer server.Stop()
				listener := bufconn.Listen(1 << 16)
				defer listener.Close()
				if transport == "gRPC's transport" {
					go server.Serve(listener)
				} else {
					front := httpServer(server)
					defer front.Close()
					go front.Serve(listener)
				}
				conn := dial(t, "pipe", grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
					return listener.DialContext(ctx)
				}))
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				time.AfterFunc(3*time.Hour, leave) // rather than waiting for ever
				stream, err := open(ctx, conn, chat, "authorization", "Bearer x")
				if err != nil {
					t.Fatal(err)
				}
				test(t, caller{stream, leave, seen})
			})
		})
	}
}

// wantCut wants the client's and the server's error of a stream that was cut.
func wantCut(t *testing.T, client, server error) {
	t.Helper()
	if st := status.Convert(client); st.Code() != codes.Unauthenticated || st.Message() != "Unauthorized" {
		t.Errorf("the client got %v", client)
	}
	wantDetails(t, status.Convert(client), "INVALID_TOKEN", 0)
	wantExpired(t, "the server", server)
}

func TestAStreamIsCutWhenItsTokenExpires(t *testing.T) {
	var inHandler error
	for name, handler := range map[string]func(grpc.ServerStream) error{
		"while it receives": func(stream grpc.ServerStream) error {
			for {
				if _, inHandler = receive(stream); inHandler != nil {
					return inHandler
				}
			}
		},
		"while it waits, and then says nothing of it": func(stream grpc.ServerStream) error {
			<-stream.Context().Done()
			inHandler = context.Cause(stream.Context())
			return nil
		},
		"while it waits, and then says something else": func(stream grpc.ServerStream) error {
			<-stream.Context().Done()
			inHandler = context.Cause(stream.Context())
			return stream.Context().Err()
		},
		"while it waits, and then goes on": func(stream grpc.ServerStream) error {
			<-stream.Context().Done()
			inHandler = stream.SendMsg(wrapperspb.String("late"))
			return inHandler
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, true, handler, func(t *testing.T, c caller) {
				t.Helper()
				if err := c.SendMsg(wrapperspb.String("in time")); err != nil {
					t.Fatal(err)
				}
				end := <-c.seen
				if end.after != time.Hour {
					t.Errorf("the stream ended after %v", end.after)
				}
				answer, err := receive(c)
				if answer != "" {
					t.Errorf("the client got %q", answer)
				}
				wantCut(t, err, end.err)
				wantExpired(t, "the handler", inHandler)
			})
		})
	}
}

func TestAStreamIsCutFromAClientWhoTakesNothing(t *testing.T) {
	var inHandler error
	inBubble(t, true, func(stream grpc.ServerStream) error {
		for large := wrapperspb.String(strings.Repeat("x", 1<<16)); ; {
			if inHandler = stream.SendMsg(large); inHandler != nil {
				return inHandler
			}
		}
	}, func(t *testing.T, c caller) {
		t.Helper()
		time.Sleep(time.Hour)
		synctest.Wait()
		// net/http's transport writes in one goroutine, which now waits for the client.
		if len(c.seen) == 0 && strings.HasSuffix(t.Name(), "gRPC's_transport") {
			t.Fatal("the handler still waits")
		}
		var err error
		for err == nil {
			_, err = receive(c)
		}
		end := <-c.seen
		if end.after != time.Hour {
			t.Errorf("the stream ended after %v", end.after)
		}
		wantCut(t, err, end.err)
		wantExpired(t, "SendMsg", inHandler)
	})
}

// What waits for neither its context nor a message can't be made to return, but the
// client gets no more.
func TestAClientIsCutOffFromAHandlerThatDoesNotListen(t *testing.T) {
	begun, inHandler := make(chan chan struct{}, 1), error(nil)
	inBubble(t, true, func(stream grpc.ServerStream) error {
		release := make(chan struct{})
		begun <- release
		<-release
		inHandler = stream.SendMsg(wrapperspb.String("late"))
		return inHandler
	}, func(t *testing.T, c caller) {
		t.Helper()
		release, begin := <-begun, time.Now()
		answer, err := receive(c)
		if took := time.Since(begin); answer != "" || took != time.Hour {
			t.Errorf("the client got %q after %v", answer, took)
		}
		close(release)
		wantCut(t, err, (<-c.seen).err)
		wantExpired(t, "the handler", inHandler)
	})
}

func TestAStreamThatEndsBeforeItsTokenEndsAsItLikes(t *testing.T) {
	inBubble(t, true, func(stream grpc.ServerStream) error {
		text, err := receive(stream)
		return errors.Join(err, stream.SendMsg(wrapperspb.String(text)))
	}, func(t *testing.T, c caller) {
		t.Helper()
		time.Sleep(time.Hour - 1)
		if err := c.SendMsg(wrapperspb.String("in time")); err != nil {
			t.Fatal(err)
		}
		answer, err := receive(c)
		if _, end := receive(c); answer != "in time" || err != nil || !errors.Is(end, io.EOF) {
			t.Errorf("the client got %q, %v, %v", answer, err, end)
		}
		if end := <-c.seen; end.err != nil {
			t.Errorf("the server saw %v", end.err)
		}
		time.Sleep(time.Hour)
	})
}

func TestAClientWhoGoesIsNotOneWhoseTokenExpired(t *testing.T) {
	inBubble(t, true, func(stream grpc.ServerStream) error {
		_, err := receive(stream)
		return err
	}, func(t *testing.T, c caller) {
		t.Helper()
		time.Sleep(time.Hour - 1)
		c.leave()
		if end := <-c.seen; status.Code(end.err) != codes.Canceled || gognito.ReasonOf(end.err) != "" {
			t.Errorf("the server saw %v after %v", end.err, end.after)
		}
	})
}

func TestAStreamOutlivesItsTokenUnlessCut(t *testing.T) {
	inBubble(t, false, func(stream grpc.ServerStream) error {
		text, err := receive(stream)
		return errors.Join(err, stream.SendMsg(wrapperspb.String(text)))
	}, func(t *testing.T, c caller) {
		t.Helper()
		time.Sleep(2 * time.Hour)
		if err := c.SendMsg(wrapperspb.String("still here")); err != nil {
			t.Fatal(err)
		}
		if answer, err := receive(c); answer != "still here" || err != nil {
			t.Errorf("the client got %q, %v", answer, err)
		}
		if end := <-c.seen; end.err != nil || end.after != 2*time.Hour {
			t.Errorf("the server saw %v after %v", end.err, end.after)
		}
	})
}

func wantExpired(t *testing.T, what string, err error) {
	t.Helper()
	if status.Code(err) != codes.Unauthenticated || gognito.ReasonOf(err) != gognito.ReasonExpired {
		t.Errorf("%s: %v", what, err)
	}
}
