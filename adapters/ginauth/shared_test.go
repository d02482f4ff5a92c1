package ginauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/gognito/gognito/adapters/ginauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode) // prints no routes
	m.Run()
}

// Errors are shown, as middleware for errors does, so that each refused row shows
// that its client is told nothing all the same.
func TestSharedTable(t *testing.T) {
	world := adaptertest.NewWorld(t)
	r := gin.New()
	r.Use(func(c *gin.Context) {
		c.Request = c.Request.WithContext(adaptertest.EndedContext(c.Request.Context(), c.Request.Header))
		c.Next()
		for _, err := range c.Errors {
			world.Refused(adaptertest.IDOf(c.Request.Header), err)
			c.JSON(-1, gin.H{"error": err.Err.Error(), "errors": c.Errors})
		}
	})
	handler := func(c *gin.Context) {
		c.String(http.StatusOK, "%s", world.Handled(c.Request.Context(), adaptertest.IDOf(c.Request.Header)))
	}
	for _, route := range adaptertest.Routes {
		guard := ginauth.Require(world.Auth)
		if route == adaptertest.Optional {
			guard = ginauth.Optional(world.Auth)
		}
		group := r.Group("/"+string(route), guard)
		if policy := route.Policy(); policy != nil {
			group.Use(ginauth.Allow(world.Auth, policy))
		}
		group.GET("", handler)
		group.POST("", handler)
	}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	adaptertest.RunHTTP(t, world, "ginauth", server.URL)
}
