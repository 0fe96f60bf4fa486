package httpapi

import (
	"context"

	"llavero/shared/wire"
)

func (a *API) consentTexts(ctx context.Context, _ *call) (reply, error) {
	return ok(a.Flow.ConsentTexts(ctx))
}

func (a *API) createRequest(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.NewRequest](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.CreateRequest(ctx, act, in))
}

func (a *API) requestDetail(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.RequestDetail(ctx, c.act(), c.request()))
}

func (a *API) changeRequest(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.ChangeRequest](c)
	if err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.ChangeRequest(ctx, act, c.request(), version, in))
}

func (a *API) cancelRequest(ctx context.Context, c *call) (reply, error) {
	if err := c.none(); err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.CancelRequest(ctx, act, c.request(), version))
}

func (a *API) sendCode(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.SendCode](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.SendCode(ctx, act, c.request(), in))
}

func (a *API) sign(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.Sign](c)
	if err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.Sign(ctx, act, c.request(), version, in))
}
