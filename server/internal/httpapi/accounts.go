package httpapi

import (
	"context"
	"net/http"

	"llavero/server/internal/auth"
	"llavero/shared/wire"
)

// These acts need no idempotency key: nobody is signed in to whom an answer
// could be kept, and each is harmless when repeated.

func (a *API) newImage(ctx context.Context, c *call) (reply, error) {
	in, err := decodeIfAny[wire.NewImage](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.NewImage(ctx, c.visit, in))
}

func (a *API) registrationInfo(ctx context.Context, _ *call) (reply, error) {
	return ok(a.Auth.RegistrationInfo(ctx))
}

func (a *API) checkPrerequisites(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.CheckPrerequisites](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.CheckPrerequisites(ctx, c.visit, in))
}

func (a *API) register(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.Register](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.Register(ctx, c.visit, in))
}

func (a *API) recoverPassword(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.Recover](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.Recover(ctx, c.visit, in))
}

func (a *API) accountLink(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.AccountLink](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.AccountLink(ctx, c.visit, in))
}

func (a *API) setPassword(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.SetPassword](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.SetPassword(ctx, c.visit, in))
}

func (a *API) confirmEnrolment(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.ConfirmEnrolment](c)
	if err != nil {
		return reply{}, err
	}
	return ok(a.Auth.ConfirmEnrolment(ctx, c.visit, in))
}

func (a *API) changePassword(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.ChangePassword](c)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, a.Auth.ChangePassword(ctx, c.visit, c.session, in)
}

// accountPage is shown by a browser.
func (a *API) accountPage(w http.ResponseWriter, r *http.Request) {
	visit := auth.Visit{Address: addressOf(r), RequestID: requestID(r.Context())}
	a.paged(w, r, a.Page.ServePage(r.Context(), w, r, visit, a.Clock()))
}

// paged tells a page's fault as problem details, which carry the request id.
func (a *API) paged(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil {
		return
	}
	if out, ok := w.(*recorder); ok && out.wrote {
		a.Log.DebugContext(r.Context(), "page not written", "err", err)
		return
	}
	a.problem(w, r, err)
}
