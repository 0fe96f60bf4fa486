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

// HandOver has it written down whom a key was given to.
func (c *Client) HandOver(ctx context.Context, key string, id access.KeyID, body wire.HandOver) (wire.AcceptedKey, error) {
	return ask[wire.AcceptedKey](ctx, c, call{route: wire.RouteHandOver, id: string(id), key: key, body: body})
}

// EndOverlap ends the overlap of a key before its time.
func (c *Client) EndOverlap(ctx context.Context, key string, id access.KeyID, version int64) (wire.AcceptedKey, error) {
	return ask[wire.AcceptedKey](ctx, c, call{route: wire.RouteEndOverlap, id: string(id), key: key, version: version})
}
