package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/verify"
	"llavero/shared/wire"
)

// Receipt is the receipt (constancia) of the last signed request of a code. Which
// one it is, is read when asked for.
type Receipt struct {
	Request access.RequestID // empty: no request was signed
	Ref     *wire.ReceiptRef // nil: not loaded, or signed before there were receipts
	Loaded  bool
	Busy    bool          // one is being fetched and checked
	Checked receipt.KeyID // of the key the one fetched last was believed by; empty: none was
	Refused *verify.Report
	Trouble *Trouble
}

// ReceiptFile is a receipt that was checked, to be saved as it came.
type ReceiptFile struct {
	Name  string // "constancia-CON-2026-000001.pdf"
	Body  []byte
	KeyID receipt.KeyID // that it is believed by
}

// ReceiptError is a receipt that is not believed: it is not handed out.
type ReceiptError struct{ Report verify.Report }

// Error implements error.
func (e *ReceiptError) Error() string {
	if err := e.Report.Err(); err != nil {
		return "the receipt is not believed: " + err.Error()
	}
	return "the receipt is of another request"
}

// receiptOf is the receipt of the chosen code. The caller holds the lock.
func (m *Model) receiptOf() Receipt {
	row := m.rows.lastSigned(m.keys.chosen)
	if row == nil {
		return Receipt{}
	}
	if r := m.keys.receipt; r.Request == row.ID {
		return r
	}
	return Receipt{Request: row.ID}
}

func (m *Model) setReceipt(life int, id access.RequestID, change func(*Receipt)) {
	m.set(life, func() {
		if r := m.receiptOf(); r.Request == id {
			change(&r)
			m.keys.receipt = r
		}
	})
}

// LoadReceipt reads which receipt the chosen code has.
func (m *Model) LoadReceipt(ctx context.Context) error {
	m.mu.Lock()
	id := m.receiptOf().Request
	m.mu.Unlock()
	if id == "" {
		return nil
	}
	var detail wire.RequestDetail
	life, t, err := m.read(ctx, func(ctx context.Context) (err error) {
		detail, err = m.deps.API.Request(ctx, id)
		return err
	})
	m.setReceipt(life, id, func(r *Receipt) {
		r.Trouble = t
		if err == nil {
			r.Ref, r.Loaded = detail.Receipt, true
		}
	})
	return err
}

// FetchReceipt fetches the receipt of a request and checks it against the server's
// keys: what is not as it was signed, or is another request's, is a *ReceiptError
// and no file. The server records that it was fetched.
func (m *Model) FetchReceipt(ctx context.Context, id access.RequestID, isPDF bool) (ReceiptFile, error) {
	m.setReceipt(m.lifeNow(), id, func(r *Receipt) { r.Busy, r.Checked, r.Refused, r.Trouble = true, "", nil, nil })
	var file ReceiptFile
	life, t, err := m.read(ctx, func(ctx context.Context) error {
		if err := m.RefreshKeys(ctx); err != nil {
			return err
		}
		body, err := m.deps.API.Receipt(ctx, id, isPDF)
		if err != nil {
			return err
		}
		file, err = checkReceipt(body, m.SigningKeys().Ring, id, isPDF)
		return err
	})
	m.setReceipt(life, id, func(r *Receipt) {
		r.Busy, r.Checked, r.Trouble = false, file.KeyID, t
		if bad, ok := errors.AsType[*ReceiptError](err); ok {
			r.Refused, r.Trouble = &bad.Report, nil
		}
	})
	return file, err
}

// checkReceipt believes a receipt of this request and no other.
func checkReceipt(body []byte, ring receipt.KeyRing, id access.RequestID, isPDF bool) (ReceiptFile, error) {
	report, err := verify.Check(bytes.NewReader(body), int64(len(body)), ring)
	if err != nil {
		return ReceiptFile{}, fmt.Errorf("checking a receipt: %w", err)
	}
	r := report.Receipt.Receipt
	if !report.IsGood() || report.Kind != verify.KindReceipt || report.Receipt.PDF != isPDF || r.Action.Request != id {
		return ReceiptFile{}, &ReceiptError{report}
	}
	form := ".json"
	if isPDF {
		form = ".pdf"
	}
	return ReceiptFile{Name: "constancia-" + r.Number + form, Body: body, KeyID: report.Signature.KeyID}, nil
}
