package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"llavero/server/internal/audit"
	"llavero/server/internal/receiptpdf"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/wire"
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
	var file ReceiptFile
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		r, proof, err := proofOf(tx, act.Who, id)
		if err != nil {
			return err
		}
		file = ReceiptFile{Name: receiptName(proof, "json"), Media: wire.ReceiptJSON, Body: proof.File}
		return tx.Audit(readingOf(act, r, proof, "json"))
	})
	return file, refused(err)
}

// ReceiptPDF is Receipt on paper, with the same inside it. The same PDF is the same
// bytes each time: its signature is kept, and made only once.
func (f *Flow) ReceiptPDF(ctx context.Context, act Act, id access.RequestID) (ReceiptFile, error) {
	var proof *store.Receipt
	err := f.store.Read(ctx, func(tx *store.Tx) (err error) {
		_, proof, err = proofOf(tx, act.Who, id)
		return err
	})
	if err != nil {
		return ReceiptFile{}, refused(err)
	}
	pdf, err := receiptpdf.Make(proof.File) // outside a transaction: it takes its time
	if err != nil {
		return ReceiptFile{}, err
	}
	var file ReceiptFile
	err = f.store.Write(ctx, func(tx *store.Tx) error {
		r, proof, err := proofOf(tx, act.Who, id)
		if err != nil {
			return err
		}
		s, err := f.paperSignature(tx, id, pdf)
		if err != nil {
			return err
		}
		file = ReceiptFile{Name: receiptName(proof, "pdf"), Media: wire.ReceiptPDF, Body: receipt.AppendSignature(pdf, s)}
		return tx.Audit(readingOf(act, r, proof, "pdf"))
	})
	return file, refused(err)
}

// paperSignature is the signature of a PDF, made when it is asked for first.
func (f *Flow) paperSignature(tx *store.Tx, id access.RequestID, pdf []byte) (receipt.Signature, error) {
	sum := sha256.Sum256(pdf)
	hash := hex.EncodeToString(sum[:])
	kept, err := tx.PaperSignature(hash)
	if err != nil {
		return receipt.Signature{}, err
	}
	if kept != nil {
		return *kept, nil
	}
	s, err := f.signer.Sign(tx, receipt.KindReceiptPDF, pdf)
	if err != nil {
		return s, err
	}
	return s, tx.InsertPaperSignature(id, hash, s)
}

// proofOf reads a request that this person may look at, and its receipt.
func proofOf(tx *store.Tx, who access.Viewer, id access.RequestID) (*store.Request, *store.Receipt, error) {
	r, err := readable(tx, who, id)
	if err != nil {
		return nil, nil, err
	}
	proof, err := tx.Receipt(id)
	if err == nil && proof == nil {
		err = access.Refuse(access.CodeNotFound, access.HintNoReceipt)
	}
	return r, proof, err
}

func receiptName(p *store.Receipt, form string) string { return "constancia-" + p.Number + "." + form }

func readingOf(act Act, r *store.Request, p *store.Receipt, form string) audit.Entry {
	return entry(act, audit.ReceiptRead, r, audit.Word("receipt", p.Number), audit.Word("form", form))
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
