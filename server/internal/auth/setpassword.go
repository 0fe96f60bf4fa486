package auth

import (
	"context"
	"strings"
	"unicode/utf8"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/strength"
	"llavero/shared/wire"
)

// MaxChosen is the longest password a person may choose, in characters.
const MaxChosen = access.MaxPassword

// ownWords are the words of a person that make a password easy to guess.
func ownWords(a store.Account) []string {
	_, entity, _ := strings.Cut(string(a.Entity), "-")
	mailbox, _, _ := strings.Cut(a.Email, "@")
	return []string{a.Login, a.Person.Document.Number, a.Person.Name, entity, mailbox}
}

// checkPassword refuses an empty, too long, too short or guessable password;
// field is its name in the body.
func checkPassword(field string, password secret.Text, a store.Account) error {
	text := password.Reveal()
	switch {
	case text == "":
		return access.InvalidField(field, access.HintRequired)
	case utf8.RuneCountInString(text) > MaxChosen, len(text) > MaxPassword:
		return access.InvalidField(field, access.HintTooLong)
	case !access.IsLine(text):
		return access.InvalidField(field, access.HintFormat)
	case utf8.RuneCountInString(text) < MinPassword, strength.Of(text, ownWords(a)) == strength.LevelWeak:
		e := access.InvalidField(field, access.HintWeak)
		e.Hint = access.HintWeak
		return e
	}
	return nil
}

// SetPassword spends a link, sets the password and ends the account's sessions.
// When the role demands a second factor and there is none, the answer begins its
// enrolment.
func (s *Service) SetPassword(ctx context.Context, v Visit, in wire.SetPassword) (wire.PasswordSet, error) {
	link, a, err := s.openLink(ctx, v, in.Token)
	if err != nil {
		return wire.PasswordSet{}, err
	}
	password := secret.New(in.Password)
	if err := checkPassword("password", password, a); err != nil {
		return wire.PasswordSet{}, err
	}
	s.choosing.Lock()
	defer s.choosing.Unlock()
	if err := s.refuseSharedGuess(ctx, v, a, password); err != nil {
		return wire.PasswordSet{}, err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return wire.PasswordSet{}, err
	}
	reply := wire.PasswordSet{Login: a.Login}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		fresh, err := tx.SpendAccountLink(link.TokenHash)
		if err != nil {
			return err
		}
		if !fresh { // its twin was first
			return access.Refuse(access.CodeExpired, access.HintLink)
		}
		if err := tx.SetPassword(a.ID, hash); err != nil {
			return err
		}
		ended, err := tx.EndSessions(a.ID)
		if err != nil {
			return err
		}
		for _, kind := range []audit.Kind{audit.LinkUsed, audit.PasswordSet} {
			e := audit.By(a.Viewer(false), kind, string(a.ID), v.RequestID)
			e.Detail = audit.Details(audit.Address(v.Address), audit.Word("purpose", string(link.Purpose)), audit.Count("sessionsEnded", ended))
			if err := tx.Audit(e); err != nil {
				return err
			}
		}
		if s.mandatory(a) && a.TOTPSealed == nil {
			reply.Enrolment, err = s.beginEnrolment(tx, a, store.EnrolByLink, "")
		}
		return err
	})
	if err != nil {
		return wire.PasswordSet{}, err
	}
	return reply, nil
}

// refuseSharedGuess is refuseShared for somebody who chooses freely: each
// refusal tells them a colleague's password, so that it counts as a failed
// sign-in of the login.
func (s *Service) refuseSharedGuess(ctx context.Context, v Visit, a store.Account, password secret.Text) error {
	limits, err := s.guess(ctx, a.Login, v.Address)
	if err != nil {
		return err
	}
	if err := s.refuseShared(ctx, a, password); err != nil {
		return err
	}
	return s.afterAll(ctx, limits, nil)
}

// guess reserves a guess of a login's password in a transaction of its own.
func (s *Service) guess(ctx context.Context, login, address string) (limits []limit, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		limits, err = s.reserveLogin(tx, login, address)
		return err
	})
	return limits, err
}

// ChangePassword replaces the password of who is signed in and ends all their
// other sessions. A wrong current password counts as a failed sign-in.
func (s *Service) ChangePassword(ctx context.Context, v Visit, session Session, in wire.ChangePassword) error {
	current, next := secret.New(in.Current), secret.New(in.New)
	var a store.Account
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		a, err = tx.Account(session.Viewer.Account)
		return err
	})
	if err != nil {
		return err
	}
	switch {
	case in.Current == "":
		return access.InvalidField("current", access.HintRequired)
	case len(in.Current) > MaxPassword:
		return access.InvalidField("current", access.HintTooLong)
	}
	if err := checkPassword("new", next, a); err != nil {
		return err
	}
	limits, err := s.guess(ctx, a.Login, v.Address)
	if err != nil {
		return err
	}
	right, err := s.hasher.matches(ctx, a.PasswordHash, current)
	if err != nil {
		return err
	}
	if !right {
		return s.refuseCurrent(ctx, v, a, session)
	}
	if in.Current == in.New {
		e := access.InvalidField("new", access.HintSamePassword)
		return s.afterAll(ctx, limits, e)
	}
	s.choosing.Lock()
	defer s.choosing.Unlock()
	if err := s.refuseShared(ctx, a, next); err != nil {
		if access.CodeOf(err) == access.CodeInvalid {
			return access.InvalidField("new", access.HintReused) // the try stays counted: it told a colleague's password
		}
		return err
	}
	hash, err := s.hasher.hash(ctx, next)
	if err != nil {
		return err
	}
	return s.replacePassword(ctx, v, a, session, hash, limits)
}

// afterAll gives the tries back and answers the refusal of something else.
func (s *Service) afterAll(ctx context.Context, limits []limit, refusal error) error {
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return giveBackAll(tx, limits) }); err != nil {
		return err
	}
	return refusal
}

func (s *Service) refuseCurrent(ctx context.Context, v Visit, a store.Account, session Session) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		e := audit.By(a.Viewer(session.Viewer.SecondFactor), audit.PasswordRefused, string(a.ID), v.RequestID)
		e.Detail = audit.Details(audit.Address(v.Address), audit.Device(session.Device))
		return tx.Audit(e)
	})
	if err != nil {
		return err
	}
	return access.InvalidField("current", access.HintCredentials)
}

func (s *Service) replacePassword(ctx context.Context, v Visit, a store.Account, session Session, hash string, limits []limit) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if err := giveBackAll(tx, limits); err != nil {
			return err
		}
		if err := tx.SetPassword(a.ID, hash); err != nil {
			return err
		}
		ended, err := tx.EndSessionsBut(a.ID, session.hash[:])
		if err != nil {
			return err
		}
		e := audit.By(a.Viewer(session.Viewer.SecondFactor), audit.PasswordChanged, string(a.ID), v.RequestID)
		e.Detail = audit.Details(audit.Address(v.Address), audit.Device(session.Device), audit.Count("sessionsEnded", ended))
		return tx.Audit(e)
	})
}
