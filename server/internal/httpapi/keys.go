package httpapi

import (
	"context"

	"llavero/shared/wire"
)

func (a *API) parameters(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.Parameters(ctx, c.act(), c.key()))
}

// reveal is the one answer that carries a secret. It is repeated, not
// remembered: each look is an audit entry of its own.
func (a *API) reveal(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.Reveal](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return ok(a.Flow.Reveal(ctx, act, c.key(), in))
}

func (a *API) keyAudit(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.KeyAudit(ctx, c.act(), c.key()))
}

func (a *API) handOver(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.HandOver](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.HandOver(ctx, act, c.key(), in))
}

func (a *API) testKey(ctx context.Context, c *call) (reply, error) {
	if err := c.none(); err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.TestKey(ctx, act, c.key()))
}

func (a *API) endOverlap(ctx context.Context, c *call) (reply, error) {
	if err := c.none(); err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.EndOverlap(ctx, act, c.key(), version))
}

func (a *API) compromise(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.Compromise](c)
	if err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.Compromise(ctx, act, c.key(), version, in))
}

func (a *API) revoke(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.Revoke](c)
	if err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.Revoke(ctx, act, c.key(), version, in))
}

func (a *API) secrets(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.KeySecrets(ctx, c.act(), c.key()))
}

func (a *API) answerReminder(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.AnswerReminder](c)
	if err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.AnswerReminder(ctx, act, c.key(), version, in))
}
