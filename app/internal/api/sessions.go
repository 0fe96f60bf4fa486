package api

import (
	"context"

	"llavero/shared/secret"
	"llavero/shared/wire"
)

// About asks what server this is.
func (c *Client) About(ctx context.Context) (wire.About, error) {
	return ask[wire.About](ctx, c, call{route: wire.RouteAbout})
}

// Puzzle asks for a challenge of «No soy un robot».
func (c *Client) Puzzle(ctx context.Context) (wire.Puzzle, error) {
	return ask[wire.Puzzle](ctx, c, call{route: wire.RoutePuzzle})
}

// SignIn asks for a session, or for the ticket to its second factor.
func (c *Client) SignIn(ctx context.Context, body wire.SignIn) (wire.SignedIn, error) {
	return ask[wire.SignedIn](ctx, c, call{route: wire.RouteSignIn, body: body})
}

// SecondFactor completes a sign-in.
func (c *Client) SecondFactor(ctx context.Context, body wire.SecondFactor) (wire.SignedIn, error) {
	return ask[wire.SignedIn](ctx, c, call{route: wire.RouteSecondFactor, body: body})
}

// Session tells who is signed in.
func (c *Client) Session(ctx context.Context) (wire.Session, error) {
	return ask[wire.Session](ctx, c, call{route: wire.RouteSession})
}

// SignOut ends the session of a token on the server.
func (c *Client) SignOut(ctx context.Context, token secret.Text) error {
	return c.do(ctx, call{route: wire.RouteSignOut, token: token}, nil)
}

// Unlock asks whether a password is that of who is signed in.
func (c *Client) Unlock(ctx context.Context, body wire.Unlock) error {
	return c.do(ctx, call{route: wire.RouteUnlock, body: body}, nil)
}
