package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// leastRuns is how many passwords are hashed at least in a sign-in. An unknown
// user, one account and two that share a login cost the same.
const leastRuns = 2

// Longest texts of a sign-in, in bytes.
const (
	maxLogin  = 64
	maxDevice = 120
)

// Login is a login as it is stored: without spaces around it, in upper case.
func Login(typed string) string { return strings.ToUpper(strings.TrimSpace(typed)) }

// SignIn checks puzzle, limits and password. It answers a session or, when a
// second factor is needed, a ticket for SecondFactor.
func (s *Service) SignIn(ctx context.Context, v Visit, in wire.SignIn) (wire.SignedIn, error) {
	login, password, device := Login(in.Login), secret.New(in.Password), clip(in.Device, maxDevice)
	if err := checkForm(login, in.Password); err != nil {
		return wire.SignedIn{}, err
	}
	expires, err := s.checkPuzzle(in.Challenge, in.Nonce)
	if err != nil {
		return wire.SignedIn{}, err
	}

	var limits []limit
	var accounts []store.Account
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		id := puzzle.ID(in.Challenge)
		fresh, err := tx.SpendPuzzle(id[:], expires)
		if err != nil {
			return err
		}
		if !fresh {
			return access.Refuse(access.CodeInvalid, access.HintPuzzle)
		}
		if limits, err = s.reserveLogin(tx, login, v.Address); err != nil {
			return err
		}
		accounts, err = tx.AccountsByLogin(login)
		return err
	})
	if err != nil {
		return wire.SignedIn{}, err
	}

	account, err := s.match(ctx, accounts, password)
	if err != nil {
		return wire.SignedIn{}, err
	}
	if account == nil {
		return wire.SignedIn{}, s.refuseSignIn(ctx, v, login, len(accounts) > 0, device)
	}
	return s.admit(ctx, v, *account, password, device, limits)
}

func checkForm(login, password string) error {
	var wrong []access.FieldError
	check := func(field, value string, longest int) {
		switch {
		case value == "":
			wrong = append(wrong, access.FieldError{Field: field, Hint: access.HintRequired})
		case len(value) > longest:
			wrong = append(wrong, access.FieldError{Field: field, Hint: access.HintTooLong})
		}
	}
	check("login", login, maxLogin)
	check("password", password, MaxPassword)
	if len(wrong) > 0 {
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return nil
}

// match finds the account whose password it is; nil when none may come in. It
// does the same work whatever the answer.
func (s *Service) match(ctx context.Context, accounts []store.Account, password secret.Text) (*store.Account, error) {
	var found *store.Account
	matches := 0
	for i := range max(len(accounts), leastRuns) {
		phc := s.hasher.dummy
		if i < len(accounts) && accounts[i].HasPassword() {
			phc = accounts[i].PasswordHash
		}
		ok, err := s.hasher.matches(ctx, phc, password)
		if err != nil {
			return nil, fmt.Errorf("check password: %w", err)
		}
		if ok && i < len(accounts) && accounts[i].HasPassword() && accounts[i].DisabledAt.IsZero() {
			matches++
			found = &accounts[i]
		}
	}
	if matches > 1 {
		return nil, errors.New("auth: two accounts of one login share a password; set another for one of them")
	}
	return found, nil
}

// refuseSignIn records a failure and answers the words every failure gets. What
// was typed as a login is kept only if it is one: people type passwords there.
func (s *Service) refuseSignIn(ctx context.Context, v Visit, login string, known bool, device string) error {
	sum := sha256.Sum256([]byte(login))
	attrs := []audit.Attr{audit.Address(v.Address), audit.Device(device)}
	if known {
		attrs = append(attrs, audit.Word("login", login))
	} else {
		attrs = append(attrs, audit.Hash("loginHash", sum[:8]))
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(audit.Entry{
			Kind: audit.SignInFailed, Person: access.Person{Name: "?"}, Detail: audit.Details(attrs...), RequestID: v.RequestID,
		})
	})
	if err != nil {
		return err
	}
	return access.Refuse(access.CodeUnauthorized, access.HintCredentials)
}

// admit goes on after a right password: a session, a ticket, or the reason why
// not, which only somebody who knows the password learns.
func (s *Service) admit(ctx context.Context, v Visit, a store.Account, password secret.Text, device string, limits []limit) (wire.SignedIn, error) {
	rehash := ""
	if !s.hasher.isCurrent(a.PasswordHash) {
		var err error
		if rehash, err = s.hasher.hash(ctx, password); err != nil {
			return wire.SignedIn{}, err
		}
	}
	var reply wire.SignedIn
	var refusal error
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		// The password was right: this try is given back. The count itself is
		// forgotten only when the whole sign-in succeeds.
		if err := giveBackAll(tx, limits); err != nil {
			return err
		}
		if rehash != "" {
			if err := tx.SetPassword(a.ID, rehash); err != nil {
				return err
			}
		}
		switch {
		case a.Role == access.RoleNone:
			refusal = access.Refuse(access.CodeForbidden, access.HintNoRole)
		case a.TOTPSealed != nil:
			var err error
			reply.Ticket, err = s.newTicket(a.ID, device)
			return err
		case a.Role == access.RoleOfficer:
			// Theirs begins with a mailed link: a password alone must not be enough
			// to become one.
			refusal = access.Refuse(access.CodeForbidden, access.HintNoSecondFactor)
		case s.mandatory(a):
			var err error
			reply.Enrolment, err = s.beginEnrolment(tx, a, store.EnrolSignIn, device)
			return err
		default:
			var err error
			reply, err = s.open(tx, v, a, device, false)
			if err != nil {
				return err
			}
			return tx.ClearAttempts(limits[0].subject)
		}
		e := audit.By(a.Viewer(false), audit.SignInFailed, string(a.ID), v.RequestID)
		e.Detail = audit.Details(audit.Address(v.Address), audit.Device(device), audit.Word("why", string(access.HintOf(refusal))))
		return tx.Audit(e)
	})
	if err != nil {
		return wire.SignedIn{}, err
	}
	return reply, refusal
}

// mandatory reports an account that does not come in without a second factor.
func (s *Service) mandatory(a store.Account) bool {
	return a.Role == access.RoleOfficer || a.Role == access.RoleDelegate && s.settings.DelegatesNeedTOTP
}

// clip cuts a text to so many bytes, at a character's border.
func clip(text string, longest int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\ufffd")), " ")
	if len(text) <= longest {
		return text
	}
	for longest > 0 && !utf8.RuneStart(text[longest]) {
		longest--
	}
	return text[:longest]
}
