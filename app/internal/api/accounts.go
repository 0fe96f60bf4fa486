package api

import (
	"context"

	"llavero/shared/wire"
)

// NewImage asks for an image code; the one it replaces is of no use any more.
func (c *Client) NewImage(ctx context.Context, body wire.NewImage) (wire.Image, error) {
	return ask[wire.Image](ctx, c, call{route: wire.RouteNewImage, body: body})
}

// RegistrationInfo asks for the pledge in force.
func (c *Client) RegistrationInfo(ctx context.Context) (wire.RegistrationInfo, error) {
	return ask[wire.RegistrationInfo](ctx, c, call{route: wire.RouteRegistrationInfo})
}

// CheckPrerequisites asks whether a registration may go on.
func (c *Client) CheckPrerequisites(ctx context.Context, body wire.CheckPrerequisites) (wire.Prerequisites, error) {
	return ask[wire.Prerequisites](ctx, c, call{route: wire.RoutePrerequisites, body: body})
}

// Register asks for a user.
func (c *Client) Register(ctx context.Context, body wire.Register) (wire.Registered, error) {
	return ask[wire.Registered](ctx, c, call{route: wire.RouteRegister, body: body})
}

// Recover asks for a link to set another password.
func (c *Client) Recover(ctx context.Context, body wire.Recover) (wire.Recovering, error) {
	return ask[wire.Recovering](ctx, c, call{route: wire.RouteRecover, body: body})
}

// AccountLink asks what the code of a mail is for.
func (c *Client) AccountLink(ctx context.Context, body wire.AccountLink) (wire.AccountLinkInfo, error) {
	return ask[wire.AccountLinkInfo](ctx, c, call{route: wire.RouteAccountLink, body: body})
}

// SetPassword spends the code of a mail.
func (c *Client) SetPassword(ctx context.Context, body wire.SetPassword) (wire.PasswordSet, error) {
	return ask[wire.PasswordSet](ctx, c, call{route: wire.RouteSetPassword, body: body})
}

// ConfirmEnrolment presents the first code of an authenticator.
func (c *Client) ConfirmEnrolment(ctx context.Context, body wire.ConfirmEnrolment) (wire.RecoveryCodes, error) {
	return ask[wire.RecoveryCodes](ctx, c, call{route: wire.RouteConfirmEnrolment, body: body})
}

// ChangePassword replaces the password of who is signed in.
func (c *Client) ChangePassword(ctx context.Context, key string, body wire.ChangePassword) error {
	return c.do(ctx, call{route: wire.RouteChangePassword, key: key, body: body}, nil)
}
