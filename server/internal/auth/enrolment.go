package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// enrolmentLife is how long a second factor waits for its first code.
const enrolmentLife = 15 * time.Minute

// pendingIdentity binds the sealed seed of a second factor on its way to its
// account.
func pendingIdentity(id access.AccountID) string { return "totp-pending:" + string(id) }

// beginEnrolment makes a seed that counts once its first code was shown.
func (s *Service) beginEnrolment(tx *store.Tx, a store.Account) (*wire.Enrolment, error) {
	seed, address, err := s.newSeed(a.Login)
	if err != nil {
		return nil, err
	}
	sealed, err := s.box.Seal(seed, pendingIdentity(a.ID))
	if err != nil {
		return nil, fmt.Errorf("auth: seal second factor: %w", err)
	}
	ticket, hash, err := s.newToken()
	if err != nil {
		return nil, err
	}
	until := tx.Now().Add(enrolmentLife)
	err = tx.CreateEnrolment(store.Enrolment{TicketHash: hash[:], Account: a.ID, SeedSealed: sealed, ExpiresAt: until})
	if err != nil {
		return nil, err
	}
	return &wire.Enrolment{Ticket: ticket, Seed: seed.Reveal(), Address: address.Reveal(), Expires: until}, nil
}

// Enrolment shows a second factor on its way again to who holds its ticket: the
// page draws it anew beside a wrong code. The login comes with it.
func (s *Service) Enrolment(ctx context.Context, ticket string) (wire.PasswordSet, error) {
	hash := sha256.Sum256([]byte(ticket))
	var reply wire.PasswordSet
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		e, a, err := pending(tx, hash[:])
		if err != nil {
			return err
		}
		seed, err := s.box.Open(e.SeedSealed, pendingIdentity(a.ID))
		if err != nil {
			return fmt.Errorf("open second factor of account %s: %w", a.ID, err)
		}
		reply = wire.PasswordSet{Login: a.Login, Enrolment: &wire.Enrolment{
			Ticket: ticket, Seed: seed.Reveal(), Address: totpAddress(a.Login, seed).Reveal(), Expires: e.ExpiresAt,
		}}
		return nil
	})
	return reply, err
}

func pending(tx *store.Tx, hash []byte) (store.Enrolment, store.Account, error) {
	e, err := tx.Enrolment(hash)
	if errors.Is(err, store.ErrNotFound) {
		return e, store.Account{}, access.Refuse(access.CodeExpired, access.HintLink)
	}
	if err != nil {
		return e, store.Account{}, err
	}
	a, err := tx.Account(e.Account)
	if err == nil && !a.DisabledAt.IsZero() {
		err = access.Refuse(access.CodeExpired, access.HintLink)
	}
	return e, a, err
}

// ConfirmEnrolment takes the authenticator's first code: from then on sign-in
// asks for the next. A wrong one leaves the ticket good, until the limits stop
// it.
func (s *Service) ConfirmEnrolment(ctx context.Context, v Visit, in wire.ConfirmEnrolment) error {
	code := access.DigitsOnly(in.Code)
	if err := checkSecond(in.Ticket, code); err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(in.Ticket))
	limits := []limit{{subjectOf("enrolment", in.Ticket), s.settings.LoginFailures}, {addressSubject(v.Address), s.settings.AddressFailures}}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return s.reserve(tx, limits...) }); err != nil {
		return err
	}
	var refusal error
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		e, a, err := pending(tx, hash[:])
		if access.CodeOf(err) == access.CodeExpired {
			refusal = err
			return nil
		}
		if err != nil {
			return err
		}
		right, err := s.enrol(tx, e, a, code)
		if err != nil {
			return err
		}
		kind := audit.TOTPEnrolled
		if !right {
			kind, refusal = audit.SecondFactorFailed, access.InvalidField("code", access.HintSecondFactor)
		}
		entry := audit.By(a.Viewer(false), kind, string(a.ID), v.RequestID)
		entry.Detail = audit.Details(audit.Address(v.Address))
		if err := tx.Audit(entry); err != nil || !right {
			return err
		}
		if err := tx.ClearAttempts(limits[0].subject); err != nil {
			return err
		}
		return giveBack(tx, limits[1])
	})
	if err != nil {
		return err
	}
	return refusal
}

// enrol compares a code with the pending seed and, when it is right, makes the
// seed the account's; the code's step is burnt.
func (s *Service) enrol(tx *store.Tx, e store.Enrolment, a store.Account, code string) (bool, error) {
	seed, err := s.box.Open(e.SeedSealed, pendingIdentity(a.ID))
	if err != nil {
		return false, fmt.Errorf("open second factor of account %s: %w", a.ID, err)
	}
	step, ok, err := totpStep(seed, code, tx.Now())
	if err != nil || !ok {
		return false, err
	}
	sealed, err := s.box.Seal(seed, totpIdentity(a.ID))
	if err != nil {
		return false, fmt.Errorf("auth: seal second factor: %w", err)
	}
	if err := tx.SetTOTP(a.ID, sealed); err != nil {
		return false, err
	}
	if _, err := tx.AcceptTOTPStep(a.ID, step); err != nil {
		return false, err
	}
	return true, tx.EndEnrolment(e.TicketHash)
}
