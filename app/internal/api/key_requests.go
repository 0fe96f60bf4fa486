package api

import (
	"context"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// ConsentTexts asks for the texts in force.
func (c *Client) ConsentTexts(ctx context.Context) (wire.ConsentTexts, error) {
	return ask[wire.ConsentTexts](ctx, c, call{route: wire.RouteConsentTexts})
}

// Agreement asks for the prior agreement on the signing method, in force.
func (c *Client) Agreement(ctx context.Context) (wire.Agreement, error) {
	return ask[wire.Agreement](ctx, c, call{route: wire.RouteAgreement})
}

// AcceptAgreement accepts the version in force.
func (c *Client) AcceptAgreement(ctx context.Context, key string, body wire.AcceptAgreement) (wire.Agreement, error) {
	return ask[wire.Agreement](ctx, c, call{route: wire.RouteAcceptAgreement, key: key, body: body})
}

// Request reads a request with its contacts.
func (c *Client) Request(ctx context.Context, id access.RequestID) (wire.RequestDetail, error) {
	return ask[wire.RequestDetail](ctx, c, call{route: wire.RouteRequest, id: string(id)})
}

// CreateRequest asks for the keys of a code.
func (c *Client) CreateRequest(ctx context.Context, key string, body wire.NewRequest) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteCreateRequest, key: key, body: body})
}

// ChangeRequest rewrites a request that is not signed.
func (c *Client) ChangeRequest(ctx context.Context, key string, id access.RequestID, version int64, body wire.ChangeRequest) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteChangeRequest, id: string(id), key: key, version: version, body: body})
}

// CancelRequest withdraws a request that is not signed.
func (c *Client) CancelRequest(ctx context.Context, key string, id access.RequestID, version int64) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteCancelRequest, id: string(id), key: key, version: version})
}

// SendCode has a one-time code mailed.
func (c *Client) SendCode(ctx context.Context, key string, id access.RequestID, body wire.SendCode) (wire.CodeSent, error) {
	return ask[wire.CodeSent](ctx, c, call{route: wire.RouteSendCode, id: string(id), key: key, body: body})
}

// Sign presents the code.
func (c *Client) Sign(ctx context.Context, key string, id access.RequestID, version int64, body wire.Sign) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteSign, id: string(id), key: key, version: version, body: body})
}

// TellContact has a notice to a contact sent again.
func (c *Client) TellContact(ctx context.Context, key string, id access.RequestID, role access.ContactRole) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteTellContact, id: string(id), role: string(role), key: key})
}

// CorrectContact puts another contact in the place of one that was signed.
func (c *Client) CorrectContact(ctx context.Context, key string, id access.RequestID, role access.ContactRole, body wire.CorrectContact) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteCorrectContact, id: string(id), role: string(role), key: key, body: body})
}

// Take takes a pending request, or renews its lease.
func (c *Client) Take(ctx context.Context, key string, id access.RequestID, body wire.Take) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteTake, id: string(id), key: key, body: body})
}

// Release frees a taken request.
func (c *Client) Release(ctx context.Context, key string, id access.RequestID) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteRelease, id: string(id), key: key})
}

// Resume hands a pending request back to the server.
func (c *Client) Resume(ctx context.Context, key string, id access.RequestID, version int64) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteResume, id: string(id), key: key, version: version})
}

// Assign closes a pending request with typed keys.
func (c *Client) Assign(ctx context.Context, key string, id access.RequestID, version int64, body wire.Assign) (wire.Accepted, error) {
	return ask[wire.Accepted](ctx, c, call{route: wire.RouteAssign, id: string(id), key: key, version: version, body: body})
}
