package ui

import (
	"context"
	"errors"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// saveReceipt fetches a receipt, checks it and asks where to save it. One that is
// not believed is not saved, and it is said why.
func (s *Shell) saveReceipt(ctx context.Context, id access.RequestID, isPDF bool) {
	var file state.ReceiptFile
	s.background(ctx, func(ctx context.Context) (err error) {
		file, err = s.model.FetchReceipt(ctx, id, isPDF)
		return err
	}, func(err error) {
		bad, isBad := errors.AsType[*state.ReceiptError](err)
		switch {
		case isBad:
			found := es.ReceiptNotSaved(bad.Report)
			s.notices.Notify(kit.Notice{Level: look.Danger, Text: found.Word + ". " + found.Why, Key: "receipt"})
		case err != nil:
			s.tellError(err)
		default:
			s.notices.Notify(kit.Notice{Level: look.Success, Text: es.SignatureChecked(string(file.KeyID)), Key: "receipt"})
			s.askWhere(file.Name, file.Body, false)
		}
	})
}
