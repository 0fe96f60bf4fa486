package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// How long links are good.
const (
	finishLife  = 24 * time.Hour
	recoverLife = time.Hour
)

// linksPerHour is how many links are mailed about one login and document: a
// stranger must not fill a mailbox.
const linksPerHour = 5

// AccountPath is the page that a link opens.
//
// The token stands behind the «#»: a browser keeps that part to itself, so that
// it reaches no server, no proxy's log and no Referer header. The page's script
// takes it from there into the form and clears it from the address; who has no
// script pastes the code of the same mail, which is the same token. It travels
// only in the body of a POST, and opening the page spends nothing: programs that
// look at mails' links open them too.
const AccountPath = "/cuenta"

// letter is one link on its way to a person. The zero account is nobody: then
// the same is written and nothing is sent, so that asking takes the same work
// whether the user exists or not.
type letter struct {
	account  store.Account
	to       string
	purpose  wire.LinkPurpose
	until    time.Time
	visit    Visit
	template string
}

// sendLink writes a link and its mail; links before it end.
func (s *Service) sendLink(tx *store.Tx, l letter) error {
	text, hash, err := access.NewToken(s.rand)
	if err != nil {
		return err
	}
	err = tx.CreateAccountLink(store.AccountLink{TokenHash: hash[:], Account: l.account.ID, Purpose: l.purpose, ExpiresAt: l.until})
	if err != nil {
		return err
	}
	e := audit.Entry{
		Kind: audit.LinkSent, Person: l.account.Person, Account: l.account.ID, Entity: l.account.Entity,
		Subject: string(l.account.ID), RequestID: l.visit.RequestID,
	}
	e.Detail = audit.Details(audit.Word("purpose", string(l.purpose)), audit.Word("to", access.MaskEmail(l.to)), audit.Address(l.visit.Address))
	if l.account.ID == "" {
		e.Person.Name = "?"
	}
	if err := tx.Audit(e); err != nil {
		return err
	}
	return s.flow.EnqueueMail(tx, string(l.account.ID), workflow.Mail{
		To: l.to, Template: l.template, NotAfter: l.until,
		Data: map[string]string{
			"code": text, "expires": es.DateTime(l.until), "link": s.publicURL + AccountPath + "#" + text,
			"login": l.account.Login, "name": l.account.Person.Name, "page": s.publicURL + AccountPath,
		},
	})
}

// AccountLink says what a link is for, without spending it. CodeExpired when it
// was spent, replaced or is too old, or never was.
func (s *Service) AccountLink(ctx context.Context, v Visit, in wire.AccountLink) (wire.AccountLinkInfo, error) {
	info, _, err := s.OpenLink(ctx, v, in.Token)
	return info, err
}

// OpenLink is AccountLink for the page, with the person's own words for its
// strength meter.
func (s *Service) OpenLink(ctx context.Context, v Visit, token string) (wire.AccountLinkInfo, []string, error) {
	l, a, err := s.openLink(ctx, v, token)
	if err != nil {
		return wire.AccountLinkInfo{}, nil, err
	}
	return wire.AccountLinkInfo{
		Login: a.Login, Purpose: l.Purpose, ExpiresAt: l.ExpiresAt, NeedsSecondFactor: s.mandatory(a) && a.TOTPSealed == nil,
	}, ownWords(a), nil
}

// openLink finds a live link and its account. A token that is none counts as a
// failure of the address.
func (s *Service) openLink(ctx context.Context, v Visit, token string) (store.AccountLink, store.Account, error) {
	var l store.AccountLink
	var a store.Account
	if strings.TrimSpace(token) == "" {
		return l, a, access.InvalidField("token", access.HintRequired)
	}
	hash := access.TokenHash(token)
	address := limit{addressSubject(v.Address), s.settings.AddressFailures}
	var refusal error
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := s.reserve(tx, address); err != nil {
			return err
		}
		var err error
		l, a, err = liveLink(tx, hash[:])
		if access.CodeOf(err) == access.CodeExpired {
			refusal = err
			return nil
		}
		if err != nil {
			return err
		}
		return giveBack(tx, address)
	})
	if err == nil {
		err = refusal
	}
	return l, a, err
}

func liveLink(tx *store.Tx, hash []byte) (store.AccountLink, store.Account, error) {
	dead := access.Refuse(access.CodeExpired, access.HintLink)
	l, err := tx.AccountLink(hash)
	if errors.Is(err, store.ErrNotFound) {
		return l, store.Account{}, dead
	}
	if err != nil {
		return l, store.Account{}, err
	}
	if l.Account == "" || !l.SpentAt.IsZero() || !tx.Now().Before(l.ExpiresAt) {
		return l, store.Account{}, dead
	}
	a, err := tx.Account(l.Account)
	if err == nil && !a.DisabledAt.IsZero() {
		err = dead
	}
	return l, a, err
}
