package workflow

import (
	"context"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/consent"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// Agreement reads the prior agreement on the signing method, in force, and whether
// this delegate accepted it.
func (f *Flow) Agreement(ctx context.Context, act Act) (wire.Agreement, error) {
	var reply wire.Agreement
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		if !act.Who.IsDelegate() {
			return access.Refuse(access.CodeForbidden, "")
		}
		text, kept, err := agreementOf(tx, act.Who.Account)
		if err != nil {
			return err
		}
		reply = shownAgreement(text, kept)
		return nil
	})
	return reply, refused(err)
}

// agreementOf reads the text in force and how an account accepted it; nil when it
// did not.
func agreementOf(tx *store.Tx, account access.AccountID) (store.ConsentText, *store.Agreement, error) {
	text, err := tx.SigningText()
	if err != nil {
		return text, nil, err
	}
	kept, err := tx.Agreement(account, text.Version)
	return text, kept, err
}

func shownAgreement(text store.ConsentText, kept *store.Agreement) wire.Agreement {
	a := wire.Agreement{Text: shownText(text)}
	if kept != nil {
		a.AcceptedAt = kept.AcceptedAt
	}
	return a
}

// AcceptAgreement writes that a delegate accepts the agreement in force, by the
// hash of what was shown. Accepting again changes nothing.
func (f *Flow) AcceptAgreement(ctx context.Context, act Act, in wire.AcceptAgreement) (wire.Agreement, error) {
	return once(ctx, f, act, "accept agreement", func(tx *store.Tx) (wire.Agreement, error) {
		if !act.Who.IsDelegate() {
			return wire.Agreement{}, access.Refuse(access.CodeForbidden, "")
		}
		text, kept, err := agreementOf(tx, act.Who.Account)
		if err != nil {
			return wire.Agreement{}, err
		}
		fresh, err := accepting(act, in, text, tx.Now())
		if err != nil || kept != nil {
			return shownAgreement(text, kept), err
		}
		if err := tx.InsertAgreement(fresh); err != nil {
			return wire.Agreement{}, err
		}
		e := audit.By(act.Who, audit.AgreementGiven, string(act.Who.Account), act.RequestID)
		e.Detail = detail(act, audit.Word("version", text.Version), audit.Word("hash", text.Hash))
		return shownAgreement(text, &fresh), tx.Audit(e)
	})
}

// accepting checks what was accepted and gathers what is known of it.
func accepting(act Act, in wire.AcceptAgreement, text store.ConsentText, now time.Time) (store.Agreement, error) {
	a := store.Agreement{
		Account: act.Who.Account, TextVersion: text.Version, TextHash: text.Hash, Language: text.Language, Label: text.Label,
		AcceptedAt: now, Device: act.Device, Address: act.Address, Client: act.Client, ClientAt: act.ClientTime,
	}
	if in.Hash == "" {
		return a, access.InvalidField("hash", access.HintNotAccepted)
	}
	if in.Shown != nil {
		seen, wrong := shownOn(act, *in.Shown, consent.Signing, now)
		if len(wrong) > 0 {
			return a, &access.Error{Code: access.CodeInvalid, Fields: inside("shown", wrong)}
		}
		a.ShownAt, a.TickedAt = seen.shown, seen.ticked
	}
	if in.Hash != text.Hash {
		return a, access.Refuse(access.CodeConflict, access.HintTextsChanged)
	}
	return a, nil
}

// agreed refuses who has yet to accept the agreement in force, where it is asked for.
func (f *Flow) agreed(tx *store.Tx, who access.Viewer) error {
	if !f.policy.Agreement {
		return nil
	}
	due, err := tx.AgreementDue(who.Account)
	if err == nil && due {
		err = access.Refuse(access.CodeConflict, access.HintAgreement)
	}
	return err
}
