package workflow

import (
	"context"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// CreateRequest writes a request for the keys of a code, to be signed. An
// unsigned request of the same entity for that code is taken up again with the
// new content: there is one open request a code, however often it is sent.
func (f *Flow) CreateRequest(ctx context.Context, act Act, in wire.NewRequest) (wire.Accepted, error) {
	return once(ctx, f, act, "create", func(tx *store.Tx) (wire.Accepted, error) {
		if !act.Who.IsDelegate() {
			return wire.Accepted{}, access.Refuse(access.CodeForbidden, "")
		}
		form, err := f.checkForm(act.Who, in)
		if err != nil {
			return wire.Accepted{}, err
		}
		state, err := tx.CodeState(in.Code)
		if err != nil {
			return wire.Accepted{}, err
		}
		if err := access.CanRequest(act.Who, in.Kind, state); err != nil {
			return wire.Accepted{}, err
		}
		if state.Open != nil {
			kept, err := f.takeUp(tx, act, state.Open.ID, in, form)
			if kept != nil || err != nil {
				return *kept, err
			}
		}
		return f.insert(tx, act, in, form)
	})
}

// checkForm tidies and checks what was written.
func (f *Flow) checkForm(who access.Viewer, in wire.NewRequest) (access.RequestForm, error) {
	var wrong []access.FieldError
	if in.Kind != access.KindEnroll && in.Kind != access.KindRenew {
		wrong = append(wrong, access.FieldError{Field: "kind", Hint: access.HintUnknownValue})
	}
	switch { // an enrolment has no reason, a change of key needs one
	case in.Kind == access.KindRenew && in.Reason == "":
		wrong = append(wrong, access.FieldError{Field: "reason", Hint: access.HintRequired})
	case in.Kind == access.KindRenew && !in.Reason.IsValid(), in.Kind != access.KindRenew && in.Reason != "":
		wrong = append(wrong, access.FieldError{Field: "reason", Hint: access.HintUnknownValue})
	}
	if in.Code == "" {
		wrong = append(wrong, access.FieldError{Field: "code", Hint: access.HintRequired})
	} else if _, ok := access.ParseLicenseCode(string(in.Code)); !ok {
		wrong = append(wrong, access.FieldError{Field: "code", Hint: access.HintFormat})
	}
	form, more := f.tidy(who, in.Form)
	if wrong = append(wrong, more...); len(wrong) > 0 {
		return form, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return form, nil
}

func (f *Flow) tidy(who access.Viewer, form access.RequestForm) (access.RequestForm, []access.FieldError) {
	tidied := access.RequestForm{Vendor: form.Vendor, Software: form.Software, Lead: form.Lead, Privacy: form.Privacy}.Trimmed()
	// Digits are dropped only where a person pastes; what arrives here otherwise
	// written is refused (DIG).
	tidied.Lead.Phone, tidied.Privacy.Phone = form.Lead.Phone, form.Privacy.Phone
	return tidied, tidied.Validate(who.Independent, func(domain string) bool { return !f.freeMail(domain) })
}

// takeUp gives an unsigned request its new content; nil when it is another
// entity's leftover, which is withdrawn.
func (f *Flow) takeUp(tx *store.Tx, act Act, id access.RequestID, in wire.NewRequest, form access.RequestForm) (*wire.Accepted, error) {
	r, err := tx.KeyRequest(id)
	if err != nil {
		return &wire.Accepted{}, err
	}
	if r.Entity != act.Who.Entity { // the code changed hands in REPS
		r.Status, r.UpdatedAt = access.StatusCancelled, tx.Now()
		if err := tx.VoidCodes(r.ID); err != nil {
			return &wire.Accepted{}, err
		}
		_, err := save(tx, r, serverEntry(audit.RequestCancelled, r, audit.Word("why", "entity_changed")))
		if err != nil {
			return &wire.Accepted{}, err
		}
		return nil, nil
	}
	a, err := f.rewrite(tx, act, r, in.Reason, form)
	return &a, err
}

// rewrite replaces what an unsigned request says; its codes stop working. The
// same content again changes nothing.
func (f *Flow) rewrite(tx *store.Tx, act Act, r *store.Request, reason access.Reason, form access.RequestForm) (wire.Accepted, error) {
	before := r.ContentHash
	isSame := r.Reason == reason
	r.Reason, r.Form = reason, form
	if err := f.promise(tx, r, isSame); err != nil {
		return wire.Accepted{}, err
	}
	var err error
	if r.ContentHash, _, err = contentHash(tx, r); err != nil {
		return wire.Accepted{}, err
	}
	if r.ContentHash == before {
		return unchanged(tx, r)
	}
	if err := tx.VoidCodes(r.ID); err != nil {
		return wire.Accepted{}, err
	}
	r.UpdatedAt = tx.Now()
	return save(tx, r, entry(act, audit.RequestChanged, r, audit.Word("contentHash", r.ContentHash)))
}

func (f *Flow) insert(tx *store.Tx, act Act, in wire.NewRequest, form access.RequestForm) (wire.Accepted, error) {
	number, err := tx.NextRequestNumber(tx.Now().In(es.Colombia).Year())
	if err != nil {
		return wire.Accepted{}, err
	}
	r := &store.Request{
		KeyRequest: access.KeyRequest{
			ID: access.RequestID(uuid.NewString()), Number: number, Kind: in.Kind, Reason: in.Reason, Code: in.Code,
			Entity: act.Who.Entity, Status: access.StatusSigning,
			RequestedBy: act.Who.Account, RequestedAt: tx.Now(), UpdatedAt: tx.Now(),
		},
		Form: form,
	}
	if err := f.promise(tx, r, false); err != nil {
		return wire.Accepted{}, err
	}
	if r.ContentHash, _, err = contentHash(tx, r); err != nil {
		return wire.Accepted{}, err
	}
	if err := tx.InsertRequest(r); err != nil {
		return wire.Accepted{}, err
	}
	return tell(tx, r, entry(act, audit.RequestCreated, r,
		audit.Word("code", string(r.Code)), audit.Word("kind", string(r.Kind)), audit.Word("contentHash", r.ContentHash)))
}

// ChangeRequest rewrites an unsigned request that still stands at version.
func (f *Flow) ChangeRequest(ctx context.Context, act Act, id access.RequestID, version int64, in wire.ChangeRequest) (wire.Accepted, error) {
	return once(ctx, f, act, "change "+string(id), func(tx *store.Tx) (wire.Accepted, error) {
		r, err := unsigned(tx, act, id, version)
		if err != nil {
			return wire.Accepted{}, err
		}
		form, err := f.checkForm(act.Who, wire.NewRequest{Kind: r.Kind, Reason: in.Reason, Code: r.Code, Form: in.Form})
		if err != nil {
			return wire.Accepted{}, err
		}
		return f.rewrite(tx, act, r, in.Reason, form)
	})
}

// CancelRequest withdraws an unsigned request that still stands at version.
func (f *Flow) CancelRequest(ctx context.Context, act Act, id access.RequestID, version int64) (wire.Accepted, error) {
	return once(ctx, f, act, "cancel "+string(id), func(tx *store.Tx) (wire.Accepted, error) {
		r, err := unsigned(tx, act, id, version)
		if err != nil {
			return wire.Accepted{}, err
		}
		if err := r.Cancel(act.Who, tx.Now()); err != nil {
			return wire.Accepted{}, err
		}
		if err := tx.VoidCodes(r.ID); err != nil {
			return wire.Accepted{}, err
		}
		return save(tx, r, entry(act, audit.RequestCancelled, r))
	})
}

// unsigned reads a request a delegate may still change.
func unsigned(tx *store.Tx, act Act, id access.RequestID, version int64) (*store.Request, error) {
	r, err := own(tx, act.Who, id)
	if err != nil {
		return nil, err
	}
	if err := access.CanSign(act.Who, &r.KeyRequest); err != nil {
		return nil, err
	}
	return r, fresh(r, version)
}

// RequestDetail reads a request with what never enters the feed. Delegates read
// their own, officers any that was signed.
func (f *Flow) RequestDetail(ctx context.Context, act Act, id access.RequestID) (wire.RequestDetail, error) {
	var d wire.RequestDetail
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		r, err := readable(tx, act.Who, id)
		if err != nil {
			return err
		}
		if d.Row, err = tx.RequestRow(act.Who, id); err != nil {
			return err
		}
		d.Form, d.ContentHash = r.Form, r.ContentHash
		if d.Contacts, err = contactsOf(tx, r); err != nil {
			return err
		}
		if d.OldSecrets, err = oldSecrets(tx, r); err != nil {
			return err
		}
		proof, err := tx.Receipt(id)
		if err != nil {
			return err
		}
		if proof != nil {
			d.Receipt = &wire.ReceiptRef{Number: proof.Number, Hash: proof.Hash, KeyID: proof.KeyID, At: proof.MadeAt}
		}
		if r.Status == access.StatusSigning {
			if d.ContentHash, _, err = contentHash(tx, r); err != nil {
				return err
			}
		}
		if act.Who.IsOfficer() {
			d.KeyNames = map[access.Environment]string{}
			for _, env := range r.Environments() {
				d.KeyNames[env] = displayName(env, r.Code)
			}
		}
		return nil
	})
	return d, refused(err)
}
