package ginauth_test

import (
	"net/http"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/ginauth"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

func TestUploadsLeaveNoFilesBehind(t *testing.T) {
	type guards func(auth *httpauth.Authenticator, upload func(*http.Request)) []gin.HandlerFunc
	for name, guarded := range map[string]guards{
		"Require and Allow": func(auth *httpauth.Authenticator, upload func(*http.Request)) []gin.HandlerFunc {
			return []gin.HandlerFunc{
				ginauth.Require(auth),
				ginauth.Allow(auth, func(*gognito.User) error { return nil }),
				func(c *gin.Context) { upload(c.Request) },
			}
		},
		"Handle": func(auth *httpauth.Authenticator, upload func(*http.Request)) []gin.HandlerFunc {
			return []gin.HandlerFunc{ginauth.Handle(auth, func(c *gin.Context, _ *gognito.User) { upload(c.Request) })}
		},
	} {
		t.Run(name, func(t *testing.T) {
			adaptertest.Upload(t, func(auth *httpauth.Authenticator, upload func(*http.Request)) http.Handler {
				engine := gin.New()
				engine.POST("/", guarded(auth, upload)...)
				return engine
			})
		})
	}
}
