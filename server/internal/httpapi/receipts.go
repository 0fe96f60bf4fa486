package httpapi

import (
	"context"

	"llavero/shared/wire"
)

func (a *API) agreement(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.Agreement(ctx, c.act()))
}

func (a *API) acceptAgreement(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.AcceptAgreement](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return ok(a.Flow.AcceptAgreement(ctx, act, in))
}

// signingKeys answers with the file that receipts are checked with, for anyone.
func (a *API) signingKeys(ctx context.Context, c *call) (reply, error) {
	file, err := a.Flow.SigningKeys(ctx)
	if err != nil {
		return reply{}, err
	}
	return a.download(ctx, c, "llaves-de-firma.json", wire.ReceiptJSON, file)
}

func (a *API) receipt(ctx context.Context, c *call) (reply, error) {
	file, err := a.Flow.Receipt(ctx, c.act(), c.request())
	if err != nil {
		return reply{}, err
	}
	return a.download(ctx, c, file.Name, file.Media, file.Body)
}

func (a *API) receiptPDF(ctx context.Context, c *call) (reply, error) {
	file, err := a.Flow.ReceiptPDF(ctx, c.act(), c.request())
	if err != nil {
		return reply{}, err
	}
	return a.download(ctx, c, file.Name, file.Media, file.Body)
}
