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
const enrolmentLife = 10 * time.Minute

// pendingIdentity binds the sealed seed of a second factor on its way to its
// account.
func pendingIdentity(id access.AccountID) string { return "totp-pending:" + string(id) }

// beginEnrolment makes a seed that counts once its first code was shown. The one
// in force stays until then.
func (s *Service) beginEnrolment(tx *store.Tx, a store.Account, purpose store.EnrolmentPurpose, device string) (*wire.Enrolment, error) {
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
	err = tx.CreateEnrolment(store.Enrolment{
		TicketHash: hash[:], Account: a.ID, Purpose: purpose, Device: device, SeedSealed: sealed, ExpiresAt: until,
	})
	if err != nil {
		return nil, err
	}
	return &wire.Enrolment{Ticket: ticket, Seed: seed.Reveal(), Address: address.Reveal(), Issuer: totpIssuer, Expires: until}, nil
}

// Enrolment shows a second factor on its way again to who holds its ticket: the
// page draws it anew beside a wrong code. The login comes with it.
func (s *Service) Enrolment(ctx context.Context, ticket string) (wire.PasswordSet, error) {
	hash := sha256.Sum256([]byte(ticket))
	var reply wire.PasswordSet
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		e, a, err := pending(tx, hash[:], store.EnrolByLink)
		if err != nil {
			return err
		}
		seed, err := s.box.Open(e.SeedSealed, pendingIdentity(a.ID))
		if err != nil {
			return fmt.Errorf("open second factor of account %s: %w", a.ID, err)
		}
		reply = wire.PasswordSet{Login: a.Login, Enrolment: &wire.Enrolment{
			Ticket: ticket, Seed: seed.Reveal(), Address: totpAddress(a.Login, seed).Reveal(), Issuer: totpIssuer, Expires: e.ExpiresAt,
		}}
		return nil
	})
	return reply, err
}

// pending finds a second factor on its way; one that began elsewhere is none.
func pending(tx *store.Tx, hash []byte, purpose store.EnrolmentPurpose) (store.Enrolment, store.Account, error) {
	e, err := tx.Enrolment(hash)
	if errors.Is(err, store.ErrNotFound) || err == nil && e.Purpose != purpose {
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

// ConfirmEnrolment takes the authenticator's first code, of an enrolment that a
// link began: from then on sign-in asks for the next. A wrong one leaves the
// ticket good, until the limits stop it. The recovery codes are told once.
func (s *Service) ConfirmEnrolment(ctx context.Context, v Visit, in wire.ConfirmEnrolment) (wire.RecoveryCodes, error) {
	return s.confirm(ctx, v, in, confirmation{purpose: store.EnrolByLink})
}

// ConfirmSecondFactor is ConfirmEnrolment of who is signed in. The second factor
// before, its recovery codes and one's other sessions end.
func (s *Service) ConfirmSecondFactor(ctx context.Context, v Visit, session Session, in wire.ConfirmEnrolment) (wire.RecoveryCodes, error) {
	return s.confirm(ctx, v, in, confirmation{
		purpose: store.EnrolOwn, account: session.Viewer.Account, device: session.Device,
		then: func(tx *store.Tx, a store.Account, _ store.Enrolment) error {
			_, err := tx.EndSessionsBut(a.ID, session.hash[:])
			return err
		},
	})
}

// EnrolAtSignIn is ConfirmEnrolment of a sign-in that began the enrolment: it
// opens the session.
func (s *Service) EnrolAtSignIn(ctx context.Context, v Visit, in wire.ConfirmEnrolment) (wire.EnrolledIn, error) {
	var reply wire.EnrolledIn
	codes, err := s.confirm(ctx, v, in, confirmation{
		purpose: store.EnrolSignIn,
		then: func(tx *store.Tx, a store.Account, e store.Enrolment) error {
			if a.Role == access.RoleNone { // lost meanwhile
				return access.Refuse(access.CodeForbidden, access.HintNoRole)
			}
			if err := tx.ClearAttempts(loginSubject(a.Login, v.Address)); err != nil {
				return err
			}
			var err error
			reply.SignedIn, err = s.open(tx, v, a, e.Device, true)
			return err
		},
	})
	if err != nil {
		return wire.EnrolledIn{}, err
	}
	reply.RecoveryCodes = codes
	return reply, nil
}

// confirmation is what a first code completes.
type confirmation struct {
	purpose store.EnrolmentPurpose
	account access.AccountID // whose ticket it must be; "": the ticket says
	device  string
	then    func(*store.Tx, store.Account, store.Enrolment) error // in the same transaction; nil: nothing
}

func (s *Service) confirm(ctx context.Context, v Visit, in wire.ConfirmEnrolment, c confirmation) (wire.RecoveryCodes, error) {
	code := access.DigitsOnly(in.Code)
	if err := checkSecond(in.Ticket, code); err != nil {
		return wire.RecoveryCodes{}, err
	}
	hash := sha256.Sum256([]byte(in.Ticket))
	limits := []limit{{subjectOf("enrolment", in.Ticket), s.settings.LoginFailures}, {addressSubject(v.Address), s.settings.AddressFailures}}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return s.reserve(tx, limits...) }); err != nil {
		return wire.RecoveryCodes{}, err
	}
	var codes wire.RecoveryCodes
	var refusal error
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		e, a, err := pending(tx, hash[:], c.purpose)
		if err == nil && c.account != "" && c.account != a.ID {
			err = access.Refuse(access.CodeExpired, access.HintLink)
		}
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
		if !right {
			refusal = access.InvalidField("code", access.HintSecondFactor)
			return s.tell(tx, v, a, audit.SecondFactorFailed, audit.Device(c.device))
		}
		if err := tx.ClearAttempts(limits[0].subject); err != nil {
			return err
		}
		if err := giveBack(tx, limits[1]); err != nil {
			return err
		}
		codes, err = s.enrolled(tx, v, a, c.device)
		if err != nil || c.then == nil {
			return err
		}
		if a, err = tx.Account(a.ID); err != nil {
			return err
		}
		return c.then(tx, a, e)
	})
	if err != nil {
		return wire.RecoveryCodes{}, err
	}
	return codes, refusal
}

// enrolled makes the recovery codes of a second factor that just came into
// force, and tells the trail and its owner; a is the account before.
func (s *Service) enrolled(tx *store.Tx, v Visit, a store.Account, device string) (wire.RecoveryCodes, error) {
	codes, err := s.newRecoveryCodes(tx, a.ID)
	if err != nil {
		return wire.RecoveryCodes{}, err
	}
	kind, news := audit.TOTPEnrolled, noticeEnrolled
	if a.TOTPSealed != nil {
		kind, news = audit.TOTPReplaced, noticeReplaced
	}
	if err := s.tell(tx, v, a, kind, audit.Device(device)); err != nil {
		return wire.RecoveryCodes{}, err
	}
	return codes, s.notify(tx, a, news, v)
}

// tell writes an entry of somebody about their own account.
func (s *Service) tell(tx *store.Tx, v Visit, a store.Account, kind audit.Kind, more ...audit.Attr) error {
	e := audit.By(a.Viewer(false), kind, string(a.ID), v.RequestID)
	e.Detail = audit.Details(audit.Address(v.Address)).With(more...)
	return tx.Audit(e)
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
	if _, err := tx.AcceptTOTPStep(a.ID, step, lastStep(tx.Now())); err != nil {
		return false, err
	}
	return true, tx.EndEnrolment(e.TicketHash)
}
