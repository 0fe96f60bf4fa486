package workflow

import (
	"context"

	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/access"
)

// ReceiptFile is a receipt as it is saved.
type ReceiptFile struct {
	Name  string // safe to save under
	Media string
	Body  []byte
}

// SigningKeys is the file of the public keys that receipts are checked with.
func (f *Flow) SigningKeys(ctx context.Context) ([]byte, error) {
	var file []byte
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		ring, err := signing.Ring(tx)
		file = ring.File()
		return err
	})
	return file, err
}

// Receipt is the signed proof of a signature, for delegates of its entity and for
// officers; each look is written down.
func (f *Flow) Receipt(ctx context.Context, act Act, id access.RequestID) (ReceiptFile, error) {
	return f.receiptOf(ctx, act, id)
}

// ReceiptPDF is Receipt on paper, with the same inside it.
func (f *Flow) ReceiptPDF(ctx context.Context, act Act, id access.RequestID) (ReceiptFile, error) {
	return f.receiptOf(ctx, act, id)
}

func (f *Flow) receiptOf(ctx context.Context, act Act, id access.RequestID) (ReceiptFile, error) {
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		if _, err := readable(tx, act.Who, id); err != nil {
			return err
		}
		return access.Refuse(access.CodeUnavailable, "")
	})
	return ReceiptFile{}, refused(err)
}

// readable reads a request that this person may look at.
func readable(tx *store.Tx, who access.Viewer, id access.RequestID) (*store.Request, error) {
	if !who.IsDelegate() && !who.IsOfficer() {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	r, err := tx.KeyRequest(id)
	if err != nil {
		return nil, err
	}
	if !access.CanSee(who, &r.KeyRequest) {
		return nil, access.Refuse(access.CodeNotFound, "")
	}
	return r, nil
}
