package httpapi

import (
	"context"
	"net/http"

	"llavero/shared/wire"
)

// These acts need no idempotency key: what they answer must be kept nowhere.

func (a *API) beginSecondFactor(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.BeginSecondFactor](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.BeginSecondFactor(ctx, c.visit, c.session, in))
}

func (a *API) confirmSecondFactor(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.ConfirmEnrolment](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.ConfirmSecondFactor(ctx, c.visit, c.session, in))
}

func (a *API) recoveryCodes(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.ProveSecondFactor](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.NewRecoveryCodes(ctx, c.visit, c.session, in))
}

func (a *API) removeSecondFactor(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.ProveSecondFactor](c)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, a.Auth.RemoveSecondFactor(ctx, c.visit, c.session, in)
}

func (a *API) enrolAtSignIn(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.ConfirmEnrolment](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.EnrolAtSignIn(ctx, c.visit, in))
}

func (a *API) listSessions(ctx context.Context, c *call) (reply, error) {
	return ok(a.Auth.Sessions(ctx, c.session))
}

func (a *API) endSession(ctx context.Context, c *call) (reply, error) {
	if err := c.none(); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, a.Auth.EndSession(ctx, c.visit, c.session, c.r.PathValue("id"))
}

func (a *API) endOtherSessions(ctx context.Context, c *call) (reply, error) {
	if err := c.none(); err != nil {
		return reply{}, err
	}
	return ok(a.Auth.EndOtherSessions(ctx, c.visit, c.session))
}

func (a *API) unlock(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.Unlock](c)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, a.Auth.Unlock(ctx, c.visit, c.session, in)
}
