package fiberauth_test

import (
	"testing"

	"github.com/gofiber/fiber/v3"

	"github.com/gognito/gognito/adapters/fiberauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

func TestSharedTable(t *testing.T) {
	world := adaptertest.NewWorld(t)
	app := fiber.New(fiber.Config{
		ReadBufferSize: 256 << 10,
		ErrorHandler: func(c fiber.Ctx, err error) error {
			world.Refused(adaptertest.IDOf(sent(c)), err)
			return fiber.DefaultErrorHandler(c, err)
		},
	})
	app.Use(func(c fiber.Ctx) error {
		c.SetContext(adaptertest.EndedContext(c.Context(), sent(c)))
		return c.Next()
	})
	for _, route := range adaptertest.Routes {
		guard := fiberauth.Require
		if route == adaptertest.Optional {
			guard = fiberauth.Optional
		}
		group := app.Group("/"+string(route), guard(world.Auth))
		if policy := route.Policy(); policy != nil {
			group.Use(fiberauth.Allow(world.Auth, policy))
		}
		group.All("/", func(c fiber.Ctx) error {
			return c.SendString(world.Handled(c.Context(), adaptertest.IDOf(sent(c))))
		})
	}
	adaptertest.RunHTTP(t, world, "fiberauth", "http://"+serve(t, app))
}
