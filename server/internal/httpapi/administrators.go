package httpapi

import (
	"context"
	"net/http"

	"llavero/server/internal/auth"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// by is who acts on an officer, and why.
func (c *call) by(why string) auth.By { return auth.By{Session: c.session, Visit: c.visit, Why: why} }

// officer is the officer the path names.
func (c *call) officer() access.AccountID { return access.AccountID(c.r.PathValue("id")) }

func (a *API) listOfficers(ctx context.Context, c *call) (reply, error) {
	return ok(a.Auth.Officers(ctx, c.session))
}

func (a *API) grantOfficer(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.GrantOfficer](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.GrantOfficer(ctx, c.by(in.Why), in))
}

func (a *API) withdrawOfficer(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.OfficerWhy](c)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, a.Auth.WithdrawOfficer(ctx, c.by(in.Why), c.officer())
}

func (a *API) reinstateOfficer(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.OfficerWhy](c)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, a.Auth.ReinstateOfficer(ctx, c.by(in.Why), c.officer())
}

func (a *API) setAdministrator(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.SetAdministrator](c)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, a.Auth.SetAdministrator(ctx, c.by(in.Why), c.officer(), in.Administrator)
}

func (a *API) resetSecondFactor(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.OfficerWhy](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.ResetSecondFactor(ctx, c.by(in.Why), c.officer()))
}

func (a *API) officerAudit(ctx context.Context, c *call) (reply, error) {
	return ok(a.Auth.OfficerAudit(ctx, c.by(""), c.officer()))
}
