package httpapi

import (
	"context"
	"net/http"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func (a *API) health(ctx context.Context, _ *call) (reply, error) {
	if err := a.Ready(ctx); err != nil {
		return reply{}, &access.Error{Code: access.CodeUnavailable, Err: err}
	}
	return ok(wire.Health{Status: "ok"}, nil)
}

func (a *API) about(context.Context, *call) (reply, error) {
	about := a.About
	about.Time = a.Clock().UTC()
	return ok(about, nil)
}

func (a *API) puzzle(_ context.Context, c *call) (reply, error) {
	if err := c.none(); err != nil {
		return reply{}, err
	}
	return ok(a.Auth.Puzzle())
}

func (a *API) signIn(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.SignIn](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.SignIn(ctx, c.visit, in))
}

func (a *API) secondFactor(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.SecondFactor](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.SecondFactor(ctx, c.visit, in))
}

func (a *API) describe(ctx context.Context, c *call) (reply, error) {
	return ok(a.Auth.Describe(ctx, c.session))
}

func (a *API) signOut(ctx context.Context, c *call) (reply, error) {
	if err := a.Auth.SignOut(ctx, c.visit, c.session); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, nil
}

// feed gives the connection away; the use of the session ends with it.
func (a *API) feed(_ context.Context, c *call) (reply, error) {
	return reply{}, a.Feed.Serve(c.w, c.r, c.session)
}
