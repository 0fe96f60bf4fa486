package httpapi

import (
	"context"

	"llavero/server/internal/workflow"
	"llavero/shared/wire"
)

// versioned is an intent on a row as the person saw it.
func (c *call) versioned() (workflow.Act, int64, error) {
	act, err := c.intent()
	if err != nil {
		return workflow.Act{}, 0, err
	}
	version, err := c.version()
	return act, version, err
}

func (a *API) take(ctx context.Context, c *call) (reply, error) {
	in, err := decodeIfAny[wire.Take](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.Take(ctx, act, c.request(), in))
}

func (a *API) release(ctx context.Context, c *call) (reply, error) {
	if err := c.none(); err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.Release(ctx, act, c.request()))
}

func (a *API) resume(ctx context.Context, c *call) (reply, error) {
	if err := c.none(); err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.Resume(ctx, act, c.request(), version))
}

func (a *API) assign(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.Assign](c)
	if err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.Assign(ctx, act, c.request(), version, in))
}
