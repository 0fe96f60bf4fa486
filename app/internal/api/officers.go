package api

import (
	"context"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// AmendKeys changes the keys of a code.
func (c *Client) AmendKeys(ctx context.Context, key string, code access.LicenseCode, body wire.AmendKeys) (wire.Amended, error) {
	return ask[wire.Amended](ctx, c, call{route: wire.RouteAmendKeys, id: string(code), key: key, body: body})
}

// KeyHistory lists what was done to the keys of a code.
func (c *Client) KeyHistory(ctx context.Context, code access.LicenseCode) (wire.KeyHistory, error) {
	return ask[wire.KeyHistory](ctx, c, call{route: wire.RouteKeyHistory, id: string(code)})
}

// Permissions lists what can be granted in production.
func (c *Client) Permissions(ctx context.Context) (wire.Permissions, error) {
	return ask[wire.Permissions](ctx, c, call{route: wire.RoutePermissions})
}

// ChangePermissions grants and takes away permissions of a production key.
func (c *Client) ChangePermissions(ctx context.Context, key string, id access.KeyID, version int64, body wire.ChangePermissions) (wire.AcceptedKey, error) {
	return ask[wire.AcceptedKey](ctx, c, call{route: wire.RouteChangePermissions, id: string(id), key: key, version: version, body: body})
}

// RefreshPermissions has permissions read in Entra again.
func (c *Client) RefreshPermissions(ctx context.Context, key string, body wire.RefreshPermissions) (wire.Refreshing, error) {
	return ask[wire.Refreshing](ctx, c, call{route: wire.RouteRefreshPermissions, key: key, body: body})
}

// Evidence lists the proofs of a code.
func (c *Client) Evidence(ctx context.Context, code access.LicenseCode) (wire.EvidenceList, error) {
	return ask[wire.EvidenceList](ctx, c, call{route: wire.RouteEvidence, id: string(code)})
}

// AddEvidence adds a proof to a code.
func (c *Client) AddEvidence(ctx context.Context, key string, code access.LicenseCode, body wire.NewEvidence) (wire.AcceptedKey, error) {
	return ask[wire.AcceptedKey](ctx, c, call{route: wire.RouteAddEvidence, id: string(code), key: key, body: body, isFile: true})
}

// EvidenceFile fetches the file of a proof; the server records it.
func (c *Client) EvidenceFile(ctx context.Context, id string) ([]byte, error) {
	return ask[[]byte](ctx, c, call{route: wire.RouteEvidenceFile, id: id, isFile: true})
}

// Validity tells the life of new secrets.
func (c *Client) Validity(ctx context.Context) (wire.Validity, error) {
	return ask[wire.Validity](ctx, c, call{route: wire.RouteValidity})
}

// SetValidity sets an environment's.
func (c *Client) SetValidity(ctx context.Context, key string, e access.Environment, body wire.SetValidity) (wire.Validity, error) {
	return ask[wire.Validity](ctx, c, call{route: wire.RouteSetValidity, id: string(e), key: key, body: body})
}

// SetKeyValidity sets one key's; zero days go back to its environment's.
func (c *Client) SetKeyValidity(ctx context.Context, key string, id access.KeyID, version int64, body wire.SetValidity) (wire.AcceptedKey, error) {
	return ask[wire.AcceptedKey](ctx, c, call{route: wire.RouteSetKeyValidity, id: string(id), key: key, version: version, body: body})
}

// Directory tells how the server stands in Entra.
func (c *Client) Directory(ctx context.Context) (wire.Directory, error) {
	return ask[wire.Directory](ctx, c, call{route: wire.RouteDirectory})
}

// CompareDrift compares keys with Entra now.
func (c *Client) CompareDrift(ctx context.Context, key string, body wire.CompareDrift) (wire.Comparing, error) {
	return ask[wire.Comparing](ctx, c, call{route: wire.RouteCompareDrift, key: key, body: body})
}

// FixDrift has a difference mended, or left with a reason.
func (c *Client) FixDrift(ctx context.Context, key, id string, body wire.FixDrift) (wire.FixingDrift, error) {
	return ask[wire.FixingDrift](ctx, c, call{route: wire.RouteFixDrift, id: id, key: key, body: body})
}
