package httpapi

import (
	"context"

	"llavero/shared/wire"
)

func (a *API) directory(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.Directory(ctx, c.act()))
}

func (a *API) compareDrift(ctx context.Context, c *call) (reply, error) {
	in, err := decodeIfAny[wire.CompareDrift](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.CompareDrift(ctx, act, in))
}

func (a *API) fixDrift(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.FixDrift](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.FixDrift(ctx, act, c.r.PathValue("id"), in))
}
