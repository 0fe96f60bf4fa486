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

// maxOfficerAudit bounds one reading of what an officer did.
const maxOfficerAudit = 500

// Officers lists who has the officer's role, or had it.
func (s *Service) Officers(ctx context.Context, by Session) (wire.Officers, error) {
	if err := access.CanManageOfficers(by.Viewer); err != nil {
		return wire.Officers{}, err
	}
	return s.ListOfficers(ctx)
}

// ListOfficers is Officers for the server's command line.
func (s *Service) ListOfficers(ctx context.Context) (wire.Officers, error) {
	reply := wire.Officers{Items: []wire.Officer{}}
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.Officers()
		if err != nil {
			return err
		}
		for _, a := range all {
			o, err := s.officer(tx, a)
			if err != nil {
				return err
			}
			reply.Items = append(reply.Items, o)
		}
		return nil
	})
	return reply, err
}

func (s *Service) officer(tx *store.Tx, a store.Account) (wire.Officer, error) {
	acts, err := tx.OfficerActs(a.ID)
	if err != nil {
		return wire.Officer{}, err
	}
	factor, err := s.factorOf(tx, a)
	if err != nil {
		return wire.Officer{}, err
	}
	live, err := s.live(tx, a.ID)
	return wire.Officer{
		ID: a.ID, Login: a.Login, Person: a.Person, MaskedEmail: access.MaskEmail(a.Email), Administrator: a.Administrator,
		From: access.RoleSource(a.RoleFrom), Granted: wire.OfficerAct(acts.Granted), Withdrawn: wire.OfficerAct(acts.Withdrawn),
		SecondFactor: factor, LastSignIn: a.SignedInAt, Pending: !a.HasPassword(), DisabledAt: a.DisabledAt, Sessions: len(live),
	}, err
}

// By is who does something to an officer, and why. The zero session is the
// server's command line.
type By struct {
	Session Session
	Visit   Visit
	Why     string
}

// name is the person, as the list shows them.
func (b By) name() string {
	if b.onServer() {
		return audit.ServerName
	}
	return b.Session.Viewer.Person.Name
}

func (b By) onServer() bool { return b.Session.Viewer.Account == "" }

func (b By) check() error {
	if h := access.LineHint(b.Why); h != "" {
		return access.InvalidField("why", h)
	}
	return nil
}

// tell writes an entry about an officer's account.
func (b By) tell(tx *store.Tx, kind audit.Kind, a store.Account, more ...audit.Attr) error {
	e := audit.ByServer(kind, string(a.ID), "")
	if !b.onServer() {
		e = audit.By(b.Session.Viewer, kind, string(a.ID), b.Visit.RequestID)
	}
	e.Detail = audit.Details(audit.Word("why", strings.TrimSpace(b.Why)), audit.Word("person", audit.PersonText(a.Person))).With(more...)
	if !b.onServer() {
		e.Detail = e.Detail.With(audit.Address(b.Visit.Address), audit.Device(b.Session.Device))
	}
	return tx.Audit(e)
}

func (b By) act(tx *store.Tx) store.OfficerAct {
	return store.OfficerAct{At: tx.Now(), By: b.name(), Why: strings.TrimSpace(b.Why)}
}

// onOfficer does something to an officer, once the reason is there and the rule
// allows it. The rule is told how many others could appoint officers.
func (s *Service) onOfficer(ctx context.Context, by By, id access.AccountID, may func(access.OfficerState, int) error, do func(*store.Tx, store.Account) error) error {
	if err := by.check(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		a, acts, err := officerAccount(tx, id)
		if err != nil {
			return err
		}
		others, err := tx.OtherAdministrators(id)
		if err != nil {
			return err
		}
		if err := s.stillAdministrator(tx, by); err != nil {
			return err
		}
		err = may(access.OfficerState{
			Account: a.ID, IsOfficer: acts.Withdrawn.At.IsZero(), Administrator: a.Administrator, HasFactor: a.TOTPSealed != nil,
		}, others)
		if err != nil {
			return err
		}
		return do(tx, a)
	})
}

// stillAdministrator refuses who was an administrator when the request came in
// and is none in the transaction that acts: of two who withdraw each other at
// once, one is second.
func (s *Service) stillAdministrator(tx *store.Tx, by By) error {
	if by.onServer() {
		return nil
	}
	a, err := tx.Account(by.Session.Viewer.Account)
	if err != nil {
		return err
	}
	if !a.DisabledAt.IsZero() {
		return access.Refuse(access.CodeForbidden, "")
	}
	return access.CanManageOfficers(a.Viewer(by.Session.Viewer.SecondFactor))
}

// officerAccount reads an account that has the officer's role, or had it; any
// other is not found.
func officerAccount(tx *store.Tx, id access.AccountID) (store.Account, store.OfficerActs, error) {
	a, err := tx.Account(id)
	if errors.Is(err, store.ErrNotFound) {
		return a, store.OfficerActs{}, access.Refuse(access.CodeNotFound, "")
	}
	if err != nil {
		return a, store.OfficerActs{}, err
	}
	acts, err := tx.OfficerActs(id)
	if err == nil && a.Role != access.RoleOfficer && acts.Withdrawn.At.IsZero() {
		err = access.Refuse(access.CodeNotFound, "")
	}
	return a, acts, err
}

// WithdrawOfficer takes the officer's role away; every session ends at once.
func (s *Service) WithdrawOfficer(ctx context.Context, by By, id access.AccountID) error {
	may := func(o access.OfficerState, others int) error {
		if by.onServer() {
			return access.IsOfficerWithdrawable(o, others)
		}
		return access.CanWithdraw(by.Session.Viewer, o, others)
	}
	return s.onOfficer(ctx, by, id, may, func(tx *store.Tx, a store.Account) error {
		acts, err := tx.OfficerActs(id)
		if err != nil {
			return err
		}
		acts.Withdrawn = by.act(tx)
		ended, err := tx.EndSessions(id)
		if err != nil {
			return err
		}
		return errors.Join(tx.SetRole(id, access.RoleNone, ""), tx.SaveOfficerActs(id, acts),
			by.tell(tx, audit.OfficerWithdrawn, a, audit.Count("sessionsEnded", ended)))
	})
}

// ReinstateOfficer gives a withdrawn role back.
func (s *Service) ReinstateOfficer(ctx context.Context, by By, id access.AccountID) error {
	may := func(o access.OfficerState, _ int) error {
		return access.CanReinstate(by.Session.Viewer, o)
	}
	return s.onOfficer(ctx, by, id, may, func(tx *store.Tx, a store.Account) error {
		return s.appoint(tx, by, a, audit.OfficerReinstated)
	})
}

// appoint gives the officer's role to an account.
func (s *Service) appoint(tx *store.Tx, by By, a store.Account, kind audit.Kind) error {
	from := store.OriginAdministrator
	if by.onServer() {
		from = store.OriginCommand
	}
	_, err := tx.EndSessions(a.ID) // of another role, if any
	return errors.Join(err, tx.SetRole(a.ID, access.RoleOfficer, from),
		tx.SaveOfficerActs(a.ID, store.OfficerActs{Granted: by.act(tx)}), by.tell(tx, kind, a))
}

// SetAdministrator makes an officer an administrator, or takes that away. Their
// sessions end: what a session may do never grows while it lives.
func (s *Service) SetAdministrator(ctx context.Context, by By, id access.AccountID, to bool) error {
	may := func(o access.OfficerState, others int) error {
		if by.onServer() {
			return access.IsAdministratorSettable(o, to, others)
		}
		return access.CanSetAdministrator(by.Session.Viewer, o, to, others)
	}
	return s.onOfficer(ctx, by, id, may, func(tx *store.Tx, a store.Account) error {
		kind := audit.AdministratorWithdrawn
		if to {
			kind = audit.AdministratorGranted
		}
		_, err := tx.EndSessions(id)
		return errors.Join(err, tx.SetAdministrator(id, to), by.tell(tx, kind, a))
	})
}

// ResetSecondFactor takes another officer's second factor away and mails them a
// link that sets a password and another one. Their recovery codes and sessions
// end.
func (s *Service) ResetSecondFactor(ctx context.Context, by By, id access.AccountID) (wire.ResetOfficer, error) {
	var reply wire.ResetOfficer
	may := func(o access.OfficerState, _ int) error { return access.CanResetSecondFactor(by.Session.Viewer, o) }
	err := s.onOfficer(ctx, by, id, may, func(tx *store.Tx, a store.Account) error {
		to, err := registeredAddress(tx, a)
		if err != nil {
			return err
		}
		if to == "" {
			return access.Refuse(access.CodeConflict, access.HintPersonNoAddress)
		}
		if err := errors.Join(s.dropFactor(tx, id), by.tell(tx, audit.TOTPReset, a)); err != nil {
			return err
		}
		reply = wire.ResetOfficer{MaskedEmail: access.MaskEmail(to), LinkExpiresAt: tx.Now().Add(finishLife)}
		return s.sendLink(tx, letter{
			account: a, to: to, purpose: wire.LinkRecover, until: reply.LinkExpiresAt, visit: by.Visit, template: TemplateReset,
		})
	})
	if err != nil {
		return wire.ResetOfficer{}, err
	}
	return reply, nil
}

// OfficerAudit reads what an officer did and what was done to their account. That
// it was read stands in the trail.
func (s *Service) OfficerAudit(ctx context.Context, by By, id access.AccountID) (wire.OfficerAudit, error) {
	if err := access.CanManageOfficers(by.Session.Viewer); err != nil {
		return wire.OfficerAudit{}, err
	}
	reply := wire.OfficerAudit{Entries: []wire.OfficerAuditEntry{}}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		a, _, err := officerAccount(tx, id)
		if err != nil {
			return err
		}
		all, err := tx.AuditAbout(id, maxOfficerAudit)
		if err != nil {
			return err
		}
		for _, r := range all {
			reply.Entries = append(reply.Entries, wire.OfficerAuditEntry{
				Seq: r.Seq, At: r.At.UTC().Truncate(time.Microsecond), Kind: string(r.Kind), Person: r.Person,
				About: r.Account != id, Detail: r.Details(),
			})
		}
		e := audit.By(by.Session.Viewer, audit.OfficerAuditRead, string(a.ID), by.Visit.RequestID)
		e.Detail = audit.Details(audit.Address(by.Visit.Address), audit.Count("entries", int64(len(all))))
		return tx.Audit(e)
	})
	return reply, err
}
