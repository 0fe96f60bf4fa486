package auth

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
)

// NewAccount is what the server's command line, or a seed, makes an account of.
type NewAccount struct {
	Login       string // "" makes it: ADMIHCEIPS + NIT, or document type + number
	Person      access.Person
	Email       string // "" = none on file
	Role        access.Role
	Independent bool
	Entity      access.Document // whom a delegate acts for; an independent's is their own
	Password    secret.Text
	TOTP        bool // enrol a second factor; officers always
}

// Added is a new account's way in.
type Added struct {
	ID    access.AccountID
	Login string
	// TOTPSeed is the base32 seed and TOTPAddress the otpauth address of the
	// second factor; empty without one. They are told once and not kept in clear.
	TOTPSeed    secret.Text
	TOTPAddress secret.Text
}

// LoginPrefix begins the login of an entity's delegates.
const LoginPrefix = "ADMIHCEIPS"

// Add makes an account. Wrong fields come back as CodeInvalid, naming each; an
// account of the same person, role and entity, or a password that another
// account of the login has, as CodeConflict.
func (s *Service) Add(ctx context.Context, n NewAccount) (Added, error) {
	a, err := n.account()
	if err != nil {
		return Added{}, err
	}
	if a.PasswordHash, err = s.hasher.hash(ctx, n.Password); err != nil {
		return Added{}, err
	}
	if err := s.refuseShared(ctx, a, n.Password); err != nil {
		return Added{}, err
	}
	id, err := uuid.NewRandomFromReader(s.rand)
	if err != nil {
		return Added{}, fmt.Errorf("auth: account id: %w", err)
	}
	a.ID = access.AccountID(id.String())
	added := Added{ID: a.ID, Login: a.Login}
	if n.TOTP || a.Role == access.RoleOfficer {
		if added.TOTPSeed, added.TOTPAddress, err = s.newSeed(a.Login); err != nil {
			return Added{}, err
		}
		if a.TOTPSealed, err = s.box.Seal(added.TOTPSeed, totpIdentity(a.ID)); err != nil {
			return Added{}, fmt.Errorf("auth: seal second factor: %w", err)
		}
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		same, err := tx.AccountsByLogin(a.Login)
		if err != nil {
			return err
		}
		for _, other := range same {
			if other.Person.Document == a.Person.Document && other.Entity == a.Entity && other.Role == a.Role {
				return access.Refuse(access.CodeConflict, access.HintState)
			}
		}
		if err := tx.CreateAccount(a); err != nil {
			return err
		}
		e := audit.ByServer(audit.AccountCreated, string(a.ID), a.Entity)
		e.Detail = audit.Details(audit.Word("person", audit.PersonText(a.Person)), audit.Word("role", string(a.Role)))
		return tx.Audit(e)
	})
	if err != nil {
		return Added{}, err
	}
	return added, nil
}

// account checks the fields and makes the row of them.
func (n NewAccount) account() (store.Account, error) {
	var wrong []access.FieldError
	need := func(ok bool, field string, h access.Hint) {
		if !ok {
			wrong = append(wrong, access.FieldError{Field: field, Hint: h})
		}
	}
	number := strings.TrimSpace(n.Person.Document.Number)
	need(n.Person.Document.Type != "", "person.document.type", access.HintRequired)
	need(number != "", "person.document.number", access.HintRequired)
	need(strings.TrimSpace(n.Person.Name) != "", "person.name", access.HintRequired)
	need(n.Email == "" || access.IsEmail(n.Email), "email", access.HintFormat)
	need(n.Role == access.RoleDelegate || n.Role == access.RoleOfficer || n.Role == access.RoleNone, "role", access.HintUnknownValue)
	need(len(n.Password.Reveal()) >= MinPassword, "password", access.HintFormat)
	need(len(n.Password.Reveal()) <= MaxPassword, "password", access.HintTooLong)

	entity := n.Entity
	switch {
	case n.Role != access.RoleDelegate:
		need(entity == (access.Document{}), "entity", access.HintUnknownValue)
		need(!n.Independent, "independent", access.HintUnknownValue)
	case n.Independent && entity == (access.Document{}):
		entity = n.Person.Document
	}
	if n.Role == access.RoleDelegate {
		need(entity.Type != "" && entity.Number != "", "entity", access.HintRequired)
	}
	login := Login(n.Login)
	if login == "" {
		login = Login(string(n.Person.Document.Type) + number)
		if n.Role == access.RoleDelegate && !n.Independent {
			login = LoginPrefix + entity.Number
		}
	}
	need(len(login) <= maxLogin, "login", access.HintTooLong)
	if len(wrong) > 0 {
		return store.Account{}, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	a := store.Account{
		Login: login, Email: n.Email, Role: n.Role, Independent: n.Independent,
		Person: access.Person{Document: access.Document{Type: n.Person.Document.Type, Number: number}, Name: strings.TrimSpace(n.Person.Name)},
	}
	if n.Role == access.RoleDelegate {
		a.Entity = access.EntityOf(entity)
	}
	if n.Role != access.RoleNone {
		a.RoleFrom = store.OriginCommand
	}
	return a, nil
}

// refuseShared refuses a password that another account of the login has: it is
// what tells them apart.
func (s *Service) refuseShared(ctx context.Context, a store.Account, password secret.Text) error {
	var same []store.Account
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		same, err = tx.AccountsByLogin(a.Login)
		return err
	})
	if err != nil {
		return err
	}
	for _, other := range same {
		if other.ID == a.ID || !other.HasPassword() {
			continue
		}
		ok, err := s.hasher.matches(ctx, other.PasswordHash, password)
		if err != nil {
			return err
		}
		if ok {
			return access.InvalidField("password", access.HintReused)
		}
	}
	return nil
}

// EnrollTOTP gives an account a new second factor, from the command line, and ends
// its sessions. The old seed and its recovery codes stop working.
func (s *Service) EnrollTOTP(ctx context.Context, id access.AccountID) (Added, error) {
	var added Added
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		added = Added{ID: a.ID, Login: a.Login}
		if added.TOTPSeed, added.TOTPAddress, err = s.newSeed(a.Login); err != nil {
			return err
		}
		sealed, err := s.box.Seal(added.TOTPSeed, totpIdentity(a.ID))
		if err != nil {
			return fmt.Errorf("auth: seal second factor: %w", err)
		}
		if err := s.dropFactor(tx, id); err != nil {
			return err
		}
		if err := tx.SetTOTP(id, sealed); err != nil {
			return err
		}
		kind, news := audit.TOTPEnrolled, noticeEnrolled
		if a.TOTPSealed != nil {
			kind, news = audit.TOTPReplaced, noticeReplaced
		}
		if err := tx.Audit(audit.ByServer(kind, string(id), a.Entity)); err != nil {
			return err
		}
		return s.notify(tx, a, news, Visit{})
	})
	if err != nil {
		return Added{}, err
	}
	return added, nil
}

// dropFactor takes away an account's second factor, its recovery codes, what was
// on its way, and its sessions.
func (s *Service) dropFactor(tx *store.Tx, id access.AccountID) error {
	if err := tx.SetTOTP(id, nil); err != nil {
		return err
	}
	if err := tx.DropRecoveryCodes(id); err != nil {
		return err
	}
	if err := tx.DropEnrolments(id); err != nil {
		return err
	}
	_, err := tx.EndSessions(id)
	return err
}

// Disable keeps an account out and ends its sessions.
func (s *Service) Disable(ctx context.Context, id access.AccountID) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		if err := tx.DisableAccount(id, store.OriginCommand); err != nil {
			return err
		}
		return tx.Audit(audit.ByServer(audit.AccountDisabled, string(id), a.Entity))
	})
}

// Accounts lists all accounts by login.
func (s *Service) Accounts(ctx context.Context) ([]store.Account, error) {
	var all []store.Account
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		all, err = tx.Accounts()
		return err
	})
	return all, err
}
