package httpapi

import (
	"context"
	"net/http"

	"llavero/server/internal/auth"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func (c *call) role() access.ContactRole { return access.ContactRole(c.r.PathValue("role")) }

func (a *API) tellContact(ctx context.Context, c *call) (reply, error) {
	if err := c.none(); err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.TellContact(ctx, act, c.request(), c.role()))
}

func (a *API) correctContact(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.CorrectContact](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.CorrectContact(ctx, act, c.request(), c.role(), in))
}

// contactPage is shown by a browser to somebody who has no account.
func (a *API) contactPage(w http.ResponseWriter, r *http.Request) {
	visit := auth.Visit{Address: addressOf(r), RequestID: requestID(r.Context())}
	a.paged(w, r, a.Contact.ServePage(r.Context(), w, r, visit, a.Clock()))
}
