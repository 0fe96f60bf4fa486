package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// GrantOfficer gives the officer's role to a person by document.
func (s *Service) GrantOfficer(ctx context.Context, by By, in wire.GrantOfficer) (wire.GrantedOfficer, error) {
	if err := access.CanManageOfficers(by.Session.Viewer); err != nil {
		return wire.GrantedOfficer{}, err
	}
	wrong := documentErrors(in.Document)
	if h := access.LineHint(by.Why); h != "" {
		wrong = append(wrong, access.FieldError{Field: "why", Hint: h})
	}
	if len(wrong) > 0 {
		return wire.GrantedOfficer{}, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	var reply wire.GrantedOfficer
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := s.forOfficer(tx, in.Document)
		if err != nil {
			return err
		}
		if err := s.appoint(tx, by, a, audit.OfficerGranted); err != nil {
			return err
		}
		reply.ID = a.ID
		if a.HasPassword() && a.TOTPSealed != nil {
			return nil
		}
		to, err := registeredAddress(tx, a)
		if err != nil {
			return err
		}
		if to == "" {
			return access.InvalidField("document.number", access.HintPersonNoAddress)
		}
		purpose := wire.LinkFinish
		if a.HasPassword() {
			purpose = wire.LinkRecover
		}
		reply.MaskedEmail, reply.LinkExpiresAt = access.MaskEmail(to), tx.Now().Add(finishLife)
		return s.sendLink(tx, letter{
			account: a, to: to, purpose: purpose, until: reply.LinkExpiresAt, visit: by.Visit, template: TemplateOfficer,
		})
	})
	if err != nil {
		return wire.GrantedOfficer{}, err
	}
	return reply, nil
}

// documentErrors checks a document as a registration does.
func documentErrors(d access.Document) []access.FieldError {
	var wrong []access.FieldError
	for _, f := range (access.Registration{Kind: access.UserOther, Document: d}).Validate() {
		if strings.HasPrefix(f.Field, "document.") {
			wrong = append(wrong, f)
		}
	}
	return wrong
}

// forOfficer finds a person's own account, which acts for no entity, or makes it
// of what MiSeguridadSocial says. Who has the role, or had it withdrawn, is a
// conflict: that one is reinstated.
func (s *Service) forOfficer(tx *store.Tx, d access.Document) (store.Account, error) {
	all, err := tx.AccountsOf(d)
	if err != nil {
		return store.Account{}, err
	}
	for _, a := range all {
		if a.Entity != "" {
			continue
		}
		acts, err := tx.OfficerActs(a.ID)
		switch {
		case err != nil:
			return store.Account{}, err
		case a.Role == access.RoleOfficer, !acts.Withdrawn.At.IsZero():
			return store.Account{}, access.Refuse(access.CodeConflict, access.HintAlready)
		}
		return a, nil
	}
	person, err := tx.Person(d)
	if errors.Is(err, store.ErrNotFound) {
		return store.Account{}, access.InvalidField("document.number", access.HintUnknownPerson)
	}
	if err != nil {
		return store.Account{}, err
	}
	id, err := uuid.NewRandomFromReader(s.rand)
	if err != nil {
		return store.Account{}, fmt.Errorf("auth: account id: %w", err)
	}
	a := store.Account{
		ID: access.AccountID(id.String()), Login: Login(string(d.Type) + d.Number), Email: person.Email,
		Person: access.Person{Document: d, Name: person.Name()},
	}
	return a, tx.CreateAccount(a)
}

// GrantAccount gives the officer's role to an account, from the command line.
func (s *Service) GrantAccount(ctx context.Context, by By, id access.AccountID) error {
	if err := by.check(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		acts, err := tx.OfficerActs(id)
		switch {
		case err != nil:
			return err
		case a.Role == access.RoleOfficer:
			return access.Refuse(access.CodeConflict, access.HintAlready)
		case a.Entity != "":
			return access.Refuse(access.CodeConflict, access.HintNotOfficer) // it acts for an entity
		case !acts.Withdrawn.At.IsZero():
			return s.appoint(tx, by, a, audit.OfficerReinstated)
		}
		return s.appoint(tx, by, a, audit.OfficerGranted)
	})
}
