package api

import (
	"context"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// SignInEnrolment presents the first code of an authenticator that a sign-in
// asked for: it opens the session.
func (c *Client) SignInEnrolment(ctx context.Context, body wire.ConfirmEnrolment) (wire.EnrolledIn, error) {
	return ask[wire.EnrolledIn](ctx, c, call{route: wire.RouteSignInEnrolment, body: body})
}

// BeginSecondFactor asks for a second factor of one's own, or another one.
func (c *Client) BeginSecondFactor(ctx context.Context, body wire.BeginSecondFactor) (wire.Enrolment, error) {
	return ask[wire.Enrolment](ctx, c, call{route: wire.RouteBeginSecondFactor, body: body})
}

// ConfirmSecondFactor puts it in force.
func (c *Client) ConfirmSecondFactor(ctx context.Context, body wire.ConfirmEnrolment) (wire.RecoveryCodes, error) {
	return ask[wire.RecoveryCodes](ctx, c, call{route: wire.RouteConfirmSecondFactor, body: body})
}

// RecoveryCodes asks for another set; the one before ends.
func (c *Client) RecoveryCodes(ctx context.Context, body wire.ProveSecondFactor) (wire.RecoveryCodes, error) {
	return ask[wire.RecoveryCodes](ctx, c, call{route: wire.RouteRecoveryCodes, body: body})
}

// RemoveSecondFactor does without it.
func (c *Client) RemoveSecondFactor(ctx context.Context, body wire.ProveSecondFactor) error {
	return c.do(ctx, call{route: wire.RouteRemoveSecondFactor, body: body}, nil)
}

// Sessions lists one's own sessions.
func (c *Client) Sessions(ctx context.Context) (wire.OpenSessions, error) {
	return ask[wire.OpenSessions](ctx, c, call{route: wire.RouteSessions})
}

// EndSession ends one of them.
func (c *Client) EndSession(ctx context.Context, id string) error {
	return c.do(ctx, call{route: wire.RouteEndSession, id: id}, nil)
}

// EndOtherSessions ends all but the one that asks.
func (c *Client) EndOtherSessions(ctx context.Context) (wire.EndedSessions, error) {
	return ask[wire.EndedSessions](ctx, c, call{route: wire.RouteEndOtherSessions})
}

// Officers lists who has the officer's role, or had it.
func (c *Client) Officers(ctx context.Context) (wire.Officers, error) {
	return ask[wire.Officers](ctx, c, call{route: wire.RouteOfficers})
}

// GrantOfficer gives somebody the role.
func (c *Client) GrantOfficer(ctx context.Context, body wire.GrantOfficer) (wire.GrantedOfficer, error) {
	return ask[wire.GrantedOfficer](ctx, c, call{route: wire.RouteGrantOfficer, body: body})
}

// WithdrawOfficer takes the role away.
func (c *Client) WithdrawOfficer(ctx context.Context, id access.AccountID, body wire.OfficerWhy) error {
	return c.do(ctx, call{route: wire.RouteWithdrawOfficer, id: string(id), body: body}, nil)
}

// ReinstateOfficer gives it back.
func (c *Client) ReinstateOfficer(ctx context.Context, id access.AccountID, body wire.OfficerWhy) error {
	return c.do(ctx, call{route: wire.RouteReinstateOfficer, id: string(id), body: body}, nil)
}

// SetAdministrator makes an officer an administrator, or takes that away.
func (c *Client) SetAdministrator(ctx context.Context, id access.AccountID, body wire.SetAdministrator) error {
	return c.do(ctx, call{route: wire.RouteSetAdministrator, id: string(id), body: body}, nil)
}

// ResetSecondFactor takes an officer's second factor away; a link is mailed.
func (c *Client) ResetSecondFactor(ctx context.Context, id access.AccountID, body wire.OfficerWhy) (wire.ResetOfficer, error) {
	return ask[wire.ResetOfficer](ctx, c, call{route: wire.RouteResetSecondFactor, id: string(id), body: body})
}

// OfficerAudit reads what an officer did and what was done to them.
func (c *Client) OfficerAudit(ctx context.Context, id access.AccountID) (wire.OfficerAudit, error) {
	return ask[wire.OfficerAudit](ctx, c, call{route: wire.RouteOfficerAudit, id: string(id)})
}
