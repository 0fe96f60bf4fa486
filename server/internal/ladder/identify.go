package ladder

import (
	"context"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// shape looks at a key without asking anybody: can it be one at all?
func (c *climb) shape() error {
	p := c.plan
	form := access.KeyForm{
		TypedKey: access.TypedKey{ClientID: p.ClientID, Secret: p.Text.Reveal()},
		NotKeys:  []string{p.TenantID, p.ResourceID},
	}
	for _, wrong := range access.ValidateKeyForms(&form, nil, c.cfg.Prover.Clock()) {
		if wrong.Field != string(access.Production)+".expiresAt" {
			return refuse(CodeNotAKey)
		}
	}
	// The end of a key that was typed is what somebody typed: Entra knows.
	if !p.IsChecked && !p.ExpiresAt.After(c.cfg.Prover.Clock()) {
		return refuse(CodeSecretExpired)
	}
	return nil
}

// identify finds a typed key in Entra: its application is there and is this
// key's, and one of the application's secrets is this one, as far as can be seen.
func (c *climb) identify(ctx context.Context) error {
	app, err := c.application(ctx)
	if err != nil {
		return err
	}
	if code := c.plan.Foreign(app.UniqueName, app.Name, app.Tags); code != "" {
		return refuse(code)
	}
	found, code := c.match(app)
	if code == CodeSecretUnknown && c.isYoung() {
		if err := c.cfg.Prover.Sleep(ctx, c.cfg.LookAgain); err != nil {
			return err
		}
		if app, err = c.client.Application(ctx, app.ID, false); err != nil {
			return err
		}
		found, code = c.match(app)
	}
	if code != "" {
		return refuse(code)
	}
	principal, err := c.client.PrincipalByClientID(ctx, c.plan.ClientID, false)
	switch {
	case err == nil:
		found.PrincipalID = principal.ID
	case !entra.IsNotFound(err): // one that is missing is told by the sign-in
		return err
	}
	c.found = &found
	return nil
}

func (c *climb) isYoung() bool { return c.cfg.Prover.Clock().Before(c.young) }

// application reads the key's application. One that is absent is looked for
// again while it may be new, and as an object's id.
func (c *climb) application(ctx context.Context) (entra.Application, error) {
	app, err := c.client.ApplicationByClientID(ctx, c.plan.ClientID)
	if entra.IsNotFound(err) && c.isYoung() {
		if err := c.cfg.Prover.Sleep(ctx, c.cfg.LookAgain); err != nil {
			return app, err
		}
		app, err = c.client.ApplicationByClientID(ctx, c.plan.ClientID)
	}
	if !entra.IsNotFound(err) {
		return app, err
	}
	switch _, err = c.client.Application(ctx, c.plan.ClientID, false); {
	case err == nil:
		return app, refuse(CodeObjectID)
	case entra.IsNotFound(err):
		return app, refuse(CodeNotInEntra)
	}
	return app, err
}

// match looks for the key's secret among an application's: by its id where it was
// made here, else by its first characters, which is all that Entra shows.
//
// Which one it is counts only where one alone can be it: the server removes what
// it knows by id. Where several begin alike, their end is known if it is the same.
func (c *climb) match(app entra.Application) (workflow.Found, string) {
	found := workflow.Found{ObjectID: app.ID}
	var alive, dead []entra.Password
	for _, p := range app.Passwords {
		switch {
		case !c.isIt(app, p):
		case !p.End.IsZero() && !p.End.After(c.cfg.Prover.Clock()):
			dead = append(dead, p)
		default:
			alive = append(alive, p)
		}
	}
	switch {
	case len(alive) == 0 && len(dead) == 0:
		return found, CodeSecretUnknown
	case len(alive) == 0:
		return found, CodeSecretExpired
	case len(alive) == 1:
		found.KeyID, found.Hint, found.EndsAt = alive[0].KeyID, alive[0].Hint, alive[0].End
	default:
		found.EndsAt = alive[0].End
		for _, p := range alive {
			if !p.End.Equal(found.EndsAt) {
				found.EndsAt = time.Time{}
			}
		}
	}
	return found, ""
}

func (c *climb) isIt(app entra.Application, p entra.Password) bool {
	if c.plan.EntraKeyID != "" && c.plan.ObjectID == app.ID {
		return p.KeyID == c.plan.EntraKeyID
	}
	text := c.plan.Text.Reveal()
	return p.Hint == "" || p.Hint == text[:min(len(text), 3)] // some old ones have no hint: any may be it
}
