package ginauth_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/ginauth"
	"github.com/gognito/gognito/httpauth"
)

// A guard in front of a handler that takes the connection over.
func TestAWebSocketIsOpenedForItsOwnSiteOnly(t *testing.T) {
	auth, token := newAuth(t)
	auth.Source = httpauth.Cookie("session")
	r := gin.New()
	r.GET("/ws", ginauth.Handle(auth, func(c *gin.Context, u *gognito.User) {
		conn, buffered, err := c.Writer.Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprintf(buffered, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello, %s\n", u.Username)
		buffered.Flush()
	}))
	server := httptest.NewServer(r)
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	for origin, want := range map[string]string{
		"http://" + host:       "101 hello, jane\n",
		"https://evil.example": "403 Forbidden\n",
	} {
		conn, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: %s\r\nCookie: session=%s\r\n\r\n", host, origin, token("jane"))
		reader := bufio.NewReader(conn)
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusSwitchingProtocols {
			reader = bufio.NewReader(response.Body)
		}
		line, err := reader.ReadString('\n')
		if got := fmt.Sprintf("%d %s", response.StatusCode, line); err != nil || got != want {
			t.Errorf("from %s: %q, %v; want %q", origin, got, err, want)
		}
	}
}

// gin uses its contexts again. Many users at once, some of them strangers, and
// copies that outlive their requests.
func TestNobodyIsTakenForAnotherUnderLoad(t *testing.T) {
	auth, token := newAuth(t)
	r := gin.New()
	var copies sync.WaitGroup
	r.GET("/me/:name", ginauth.Require(auth), ginauth.Allow(auth, func(u *gognito.User) error {
		if strings.HasSuffix(u.Username, "3") {
			return gognito.NewError(gognito.ReasonGroup, nil)
		}
		return nil
	}), func(c *gin.Context) {
		copied, name := c.Copy(), c.Param("name")
		copies.Go(func() {
			if user, ok := gognito.FromContext(copied.Request.Context()); !ok || user.Username != name {
				t.Errorf("a copy for %s has %v, %v", name, user, ok)
			}
		})
		greet(c)
	})
	r.GET("/home", ginauth.Optional(auth), greet)
	server := httptest.NewServer(r)
	defer server.Close()

	var clients sync.WaitGroup
	for i := range 24 {
		name := fmt.Sprint("user", i)
		jwt := token(name)
		clients.Go(func() {
			for range 40 {
				me := "200 hello, " + name
				if strings.HasSuffix(name, "3") {
					me = "403 Forbidden"
				}
				for _, test := range []struct{ path, token, want string }{
					{"/me/" + name, jwt, me},
					{"/home", "", "200 hello, stranger"},
					{"/home", jwt, "200 hello, " + name},
					{"/me/" + name, "", "401 Unauthorized"},
				} {
					if got := get(t, server.URL+test.path, test.token); got != test.want {
						t.Errorf("%s at %s got %q, want %q", name, test.path, got, test.want)
					}
				}
			}
		})
	}
	clients.Wait()
	copies.Wait()
}

// get returns what a server answers.
func get(t *testing.T, url, token string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Error(err)
		return ""
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return strings.TrimSpace(fmt.Sprint(response.StatusCode, " ", string(body)))
}
