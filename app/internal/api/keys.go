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

// TestKey has a key tested; its lights come as facts.
func (c *Client) TestKey(ctx context.Context, key string, id access.KeyID) (wire.AcceptedKey, error) {
	return ask[wire.AcceptedKey](ctx, c, call{route: wire.RouteTestKey, id: string(id), key: key})
}

// Compromise reports a key compromised: a new secret is made, the old one removed.
func (c *Client) Compromise(ctx context.Context, key string, id access.KeyID, version int64, body wire.Compromise) (wire.Compromised, error) {
	return ask[wire.Compromised](ctx, c, call{route: wire.RouteCompromise, id: string(id), key: key, version: version, body: body})
}

// Revoke takes all secrets of a key away.
func (c *Client) Revoke(ctx context.Context, key string, id access.KeyID, version int64, body wire.Revoke) (wire.AcceptedKey, error) {
	return ask[wire.AcceptedKey](ctx, c, call{route: wire.RouteRevoke, id: string(id), key: key, version: version, body: body})
}

// Secrets lists the secrets that a key has had, without their values.
func (c *Client) Secrets(ctx context.Context, id access.KeyID) (wire.KeySecrets, error) {
	return ask[wire.KeySecrets](ctx, c, call{route: wire.RouteSecrets, id: string(id)})
}

// AnswerReminder answers the reminder of a key.
func (c *Client) AnswerReminder(ctx context.Context, key string, id access.KeyID, version int64, body wire.AnswerReminder) (wire.AcceptedKey, error) {
	return ask[wire.AcceptedKey](ctx, c, call{route: wire.RouteReminder, id: string(id), key: key, version: version, body: body})
}
