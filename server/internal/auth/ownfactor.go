package auth

import (
	"context"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// BeginSecondFactor begins a second factor of who is signed in. It needs the
// password again; replacing one needs a code of it, or a recovery code, which is
// spent. The one in force stays until the first code of the new one.
func (s *Service) BeginSecondFactor(ctx context.Context, v Visit, session Session, in wire.BeginSecondFactor) (wire.Enrolment, error) {
	a, err := s.own(ctx, session)
	if err != nil {
		return wire.Enrolment{}, err
	}
	var p *proof
	if a.TOTPSealed != nil || in.Code != "" || in.RecoveryCode != "" {
		shown, err := proofOf(in.Code, in.RecoveryCode)
		if err != nil {
			return wire.Enrolment{}, err
		}
		p = &shown
	}
	var reply *wire.Enrolment
	err = s.proved(ctx, v, session, ownProof{password: in.Password, second: p}, func(tx *store.Tx, a store.Account) error {
		reply, err = s.beginEnrolment(tx, a, store.EnrolOwn, session.Device)
		return err
	})
	if err != nil {
		return wire.Enrolment{}, err
	}
	return *reply, nil
}

// NewRecoveryCodes makes other recovery codes for who is signed in; those before
// end.
func (s *Service) NewRecoveryCodes(ctx context.Context, v Visit, session Session, in wire.ProveSecondFactor) (wire.RecoveryCodes, error) {
	var codes wire.RecoveryCodes
	err := s.provedBoth(ctx, v, session, in, func(tx *store.Tx, a store.Account) error {
		var err error
		if codes, err = s.newRecoveryCodes(tx, a.ID); err != nil {
			return err
		}
		return s.tell(tx, v, a, audit.RecoveryCodesMade, audit.Device(session.Device))
	})
	if err != nil {
		return wire.RecoveryCodes{}, err
	}
	return codes, nil
}

// RemoveSecondFactor takes away the second factor of who is signed in, where the
// role does not demand one, and ends all their other sessions.
func (s *Service) RemoveSecondFactor(ctx context.Context, v Visit, session Session, in wire.ProveSecondFactor) error {
	a, err := s.own(ctx, session)
	if err != nil {
		return err
	}
	if err := access.CanRemoveSecondFactor(a.TOTPSealed != nil, s.mandatory(a)); err != nil {
		return err
	}
	return s.provedBoth(ctx, v, session, in, func(tx *store.Tx, a store.Account) error {
		if err := tx.SetTOTP(a.ID, nil); err != nil {
			return err
		}
		if err := tx.DropRecoveryCodes(a.ID); err != nil {
			return err
		}
		ended, err := tx.EndSessionsBut(a.ID, session.hash[:])
		if err != nil {
			return err
		}
		if err := s.tell(tx, v, a, audit.TOTPRemoved, audit.Device(session.Device), audit.Count("sessionsEnded", ended)); err != nil {
			return err
		}
		return s.notify(tx, a, noticeRemoved, v)
	})
}

// own is the account of a session as it is now.
func (s *Service) own(ctx context.Context, session Session) (store.Account, error) {
	var a store.Account
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		a, err = tx.Account(session.Viewer.Account)
		return err
	})
	return a, err
}

// ownProof is what somebody signed in shows again before an act on their account.
type ownProof struct {
	password string
	second   *proof // nil: they have no second factor
}

// provedBoth is proved with a code of the second factor that is enrolled.
func (s *Service) provedBoth(ctx context.Context, v Visit, session Session, in wire.ProveSecondFactor, do func(*store.Tx, store.Account) error) error {
	p, err := proofOf(in.Code, "")
	if err != nil {
		return err
	}
	return s.proved(ctx, v, session, ownProof{password: in.Password, second: &p}, do)
}

// proved does something in the transaction that takes the proofs. The password
// is looked at first, and counts as a guess of the login; the second factor
// counts apart, as at a sign-in.
func (s *Service) proved(ctx context.Context, v Visit, session Session, shown ownProof, do func(*store.Tx, store.Account) error) error {
	if err := s.provePassword(ctx, v, session, shown.password); err != nil {
		return err
	}
	limits := s.secondLimits(session.Viewer.Account, v)
	if shown.second != nil {
		if err := s.store.Write(ctx, func(tx *store.Tx) error { return s.reserve(tx, limits...) }); err != nil {
			return err
		}
	}
	var refusal error
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(session.Viewer.Account)
		switch {
		case err != nil:
			return err
		case shown.second == nil && a.TOTPSealed != nil: // enrolled meanwhile
			return access.InvalidField("code", access.HintRequired)
		case shown.second == nil:
			return do(tx, a)
		case a.TOTPSealed == nil:
			refusal = access.Refuse(access.CodeConflict, access.HintNotEnrolled)
			return giveBackAll(tx, limits)
		}
		right, err := s.accept(tx, v, a, *shown.second, session.Device)
		if err != nil {
			return err
		}
		if !right {
			refusal = access.InvalidField(shown.second.field(), shown.second.wrong())
			return nil
		}
		if err := tx.ClearAttempts(limits[0].subject); err != nil {
			return err
		}
		if err := giveBack(tx, limits[1]); err != nil {
			return err
		}
		return do(tx, a)
	})
	if err != nil {
		return err
	}
	return refusal
}

// provePassword refuses a wrong password of who is signed in, on "password".
func (s *Service) provePassword(ctx context.Context, v Visit, session Session, typed string) error {
	if err := checkTyped(typed); err != nil {
		return err
	}
	a, err := s.own(ctx, session)
	if err != nil {
		return err
	}
	limits, err := s.guess(ctx, a.Login, v.Address)
	if err != nil {
		return err
	}
	right, err := s.hasher.matches(ctx, a.PasswordHash, secret.New(typed))
	if err != nil {
		return err
	}
	if right {
		return s.afterAll(ctx, limits, nil)
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		return s.tell(tx, v, a, audit.PasswordRefused, audit.Device(session.Device))
	})
	if err != nil {
		return err
	}
	return access.InvalidField("password", access.HintCredentials)
}

func checkTyped(password string) error {
	switch {
	case password == "":
		return access.InvalidField("password", access.HintRequired)
	case len(password) > MaxPassword:
		return access.InvalidField("password", access.HintTooLong)
	}
	return nil
}
