package api

import (
	"context"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// Parameters reads the connection parameters of a key's environment.
func (c *Client) Parameters(ctx context.Context, id access.KeyID) (wire.Parameters, error) {
	return ask[wire.Parameters](ctx, c, call{route: wire.RouteParameters, id: string(id)})
}

// Reveal asks for one value of a key; the server records it.
func (c *Client) Reveal(ctx context.Context, key string, id access.KeyID, body wire.Reveal) (wire.RevealReply, error) {
	return ask[wire.RevealReply](ctx, c, call{route: wire.RouteReveal, id: string(id), key: key, body: body})
}

// KeyAudit lists who saw a key's values.
func (c *Client) KeyAudit(ctx context.Context, id access.KeyID) (wire.KeyAudit, error) {
	return ask[wire.KeyAudit](ctx, c, call{route: wire.RouteKeyAudit, id: string(id)})
}
