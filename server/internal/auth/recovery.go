package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// The mails of package mail that carry links.
const (
	TemplateFinish  = "account_finish"
	TemplateRecover = "account_recover"
	TemplateClosed  = "account_closed"  // a registration of an account that is shut
	TemplateOfficer = "account_officer" // the officer's role was given
	TemplateReset   = "account_reset"   // an administrator took the second factor away
)

// Recover mails a link to set another password if login and document are an
// account's and an address is on file. The answer and the rows written are the
// same when they are not.
func (s *Service) Recover(ctx context.Context, v Visit, in wire.Recover) (wire.Recovering, error) {
	login := Login(in.Login)
	document := access.Document{Type: in.Document.Type, Number: in.Document.Number}
	if err := checkRecover(login, document, in.Image); err != nil {
		return wire.Recovering{}, err
	}
	if err := s.count(ctx, v, "recovery"); err != nil {
		return wire.Recovering{}, err
	}
	if err := s.checkImage(ctx, v, in.Image, "recovery"); err != nil {
		return wire.Recovering{}, err
	}
	reply := wire.Recovering{Sender: s.mailFrom}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		// Counted whether the account exists or not: the count tells nothing.
		if err := tally(tx, subjectOf("links", login+" "+document.Number), linksPerHour, time.Hour); err != nil {
			return err
		}
		reply.LinkExpiresAt = tx.Now().Add(recoverLife)
		a, to, err := recoverable(tx, login, document)
		if err != nil {
			return err
		}
		e := audit.Entry{
			Kind: audit.RecoveryAsked, Account: a.ID, Person: a.Person, Entity: a.Entity, Subject: string(a.ID), RequestID: v.RequestID,
			Detail: audit.Details(audit.Address(v.Address)),
		}
		if a.ID == "" {
			e.Person.Name = "?"
		}
		if err := tx.Audit(e); err != nil {
			return err
		}
		return s.sendLink(tx, letter{
			account: a, to: to, purpose: wire.LinkRecover, until: reply.LinkExpiresAt, visit: v, template: TemplateRecover,
		})
	})
	if err != nil {
		return wire.Recovering{}, err
	}
	return reply, nil
}

func checkRecover(login string, d access.Document, image wire.ImageAnswer) error {
	var wrong []access.FieldError
	bad := func(field string, h access.Hint) { wrong = append(wrong, access.FieldError{Field: field, Hint: h}) }
	switch {
	case login == "":
		bad("login", access.HintRequired)
	case len(login) > maxLogin:
		bad("login", access.HintTooLong)
	}
	// As a registration checks it.
	for _, f := range (access.Registration{Kind: access.UserOther, Document: d}).Validate() {
		if strings.HasPrefix(f.Field, "document.") {
			wrong = append(wrong, f)
		}
	}
	if wrong = needImage(image, wrong); len(wrong) > 0 {
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return nil
}

// recoverable finds the account that a link may be mailed for, and where to; the
// zero account when there is none. The address is MiSeguridadSocial's, and the
// account's own of somebody whom MiSeguridadSocial does not know.
func recoverable(tx *store.Tx, login string, d access.Document) (store.Account, string, error) {
	all, err := tx.AccountsByLogin(login)
	if err != nil {
		return store.Account{}, "", err
	}
	person, err := tx.Person(d) // asked whatever was found: the same work
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Account{}, "", err
	}
	known := err == nil
	for _, a := range all {
		if a.Person.Document != d || !a.DisabledAt.IsZero() {
			continue
		}
		to := a.Email
		if known {
			to = person.Email
		}
		if to != "" {
			return a, to, nil
		}
	}
	return store.Account{}, "", nil
}
