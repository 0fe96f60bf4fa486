package workflow

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// TemplateContact tells a contact of a request that somebody named them. Its
// data: act, code, entity, expires, given_by, license, link, name, number, page,
// roles.
const TemplateContact = "contact_notice"

// ContactPath is the page that a notice's link opens. The token stands behind
// the «#», as auth.AccountPath says.
const ContactPath = "/contacto"

// inform writes the notices of a request that is signed now. What a person said
// before, of the same role in the same entity, holds: who confirmed is not asked
// again, and who objected is not written to.
func (f *Flow) inform(tx *store.Tx, act Act, r *store.Request) error {
	var ask []store.ContactNotice
	for _, role := range access.ContactRoles() {
		n := store.ContactNotice{
			ID: uuid.NewString(), Request: r.ID, Entity: r.Entity, Role: role, Contact: r.Form.ContactOf(role),
			GivenBy: act.Who.Person.Name, State: access.NoticeWaiting,
		}
		said, err := tx.LastWord(r.Entity, role, n.Contact)
		if err != nil {
			return err
		}
		if said == nil {
			ask = append(ask, n)
			continue
		}
		n.State, n.Why, n.SettledAt = said.State, said.Why, said.SettledAt
		n.Sends, n.SentAt, n.ExpiresAt = said.Sends, said.SentAt, said.ExpiresAt
		if err := tx.SaveContactNotice(n); err != nil {
			return err
		}
	}
	return f.sendNotices(tx, act, r, ask)
}

// sendNotices mails notices; contacts of one address get one mail, whose link
// stands for them all.
func (f *Flow) sendNotices(tx *store.Tx, act Act, r *store.Request, all []store.ContactNotice) error {
	for len(all) > 0 {
		to := strings.ToLower(all[0].Contact.Email)
		var same, rest []store.ContactNotice
		for _, n := range all {
			if strings.ToLower(n.Contact.Email) == to {
				same = append(same, n)
			} else {
				rest = append(rest, n)
			}
		}
		if err := f.sendNotice(tx, act, r, same); err != nil {
			return err
		}
		all = rest
	}
	return nil
}

func (f *Flow) sendNotice(tx *store.Tx, act Act, r *store.Request, same []store.ContactNotice) error {
	text, hash, err := access.NewToken(f.rand)
	if err != nil {
		return err
	}
	entity, err := tx.EntityName(r.Entity)
	if err != nil {
		return err
	}
	var roles []string
	for _, n := range same {
		roles = append(roles, es.ContactRole(n.Role))
	}
	until := tx.Now().Add(access.NoticeLife)
	page := ContactPath
	if f.publicURL != nil {
		page = f.publicURL() + ContactPath
	}
	job, err := f.enqueueMail(tx, string(r.ID), Mail{
		To: same[0].Contact.Email, Template: TemplateContact, NotAfter: until, CanWait: true, Data: map[string]string{
			"act": es.Kind(r.Kind), "code": text, "entity": entity, "expires": es.DateTime(until), "given_by": same[0].GivenBy,
			"license": string(r.Code), "link": page + "#" + text, "name": same[0].Contact.Name, "number": r.Number, "page": page,
			"roles": strings.Join(roles, " y "),
		},
	})
	if err != nil {
		return err
	}
	for _, n := range same {
		n.TokenHash, n.Job, n.MessageID, n.State, n.Why, n.SettledAt = hash[:], job, MessageID(job), access.NoticeWaiting, "", time.Time{}
		n.Sends, n.SentAt, n.ExpiresAt = n.Sends+1, tx.Now(), until
		if err := tx.SaveContactNotice(n); err != nil {
			return err
		}
		if err := tx.Audit(entry(act, audit.ContactTold, r, noticeWords(n)...)); err != nil {
			return err
		}
	}
	return nil
}

// MessageID is the left part of the Message-ID of a mail's job: a retry after a
// lost answer carries the same, and a mail server's report names it.
func MessageID(job string) string {
	sum := sha256.Sum256([]byte(job))
	return fmt.Sprintf("%x", sum[:16])
}

func noticeWords(n store.ContactNotice) []audit.Attr {
	return []audit.Attr{audit.Word("contact", string(n.Role)), audit.Word("to", access.MaskEmail(n.Contact.Email))}
}

// TellContact sends the notice of one contact again.
func (f *Flow) TellContact(ctx context.Context, act Act, id access.RequestID, role access.ContactRole) (wire.Accepted, error) {
	return once(ctx, f, act, "tell contact "+string(role)+" "+string(id), func(tx *store.Tx) (wire.Accepted, error) {
		r, n, err := contactOf(tx, act.Who, id, role)
		if err != nil {
			return wire.Accepted{}, err
		}
		switch again := againAt(*n); {
		case again.IsZero():
			return wire.Accepted{}, &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: r.Version}
		case tx.Now().Before(again):
			return wire.Accepted{}, &access.Error{Code: access.CodeThrottled, Args: map[string]string{
				"until": again.UTC().Format(time.RFC3339), "wait": strconv.Itoa(int(again.Sub(tx.Now())/time.Second) + 1),
			}}
		}
		if !tx.Now().Before(n.ExpiresAt) {
			n.Sends = 0
		}
		if err := f.sendNotice(tx, act, r, []store.ContactNotice{*n}); err != nil {
			return wire.Accepted{}, err
		}
		return tellNotice(tx, r)
	})
}

// againAt is from when a notice can be sent again; zero: it is settled for good.
func againAt(n store.ContactNotice) time.Time {
	switch {
	case n.State == access.NoticeConfirmed || n.State == access.NoticeObjected:
		return time.Time{}
	case n.Sends >= access.MaxNotices:
		return n.ExpiresAt
	}
	return n.SentAt.Add(access.NoticePause)
}

// CorrectContact puts another contact in the place of one that was signed, and
// tells them. The signed request stays as it is.
func (f *Flow) CorrectContact(ctx context.Context, act Act, id access.RequestID, role access.ContactRole, in wire.CorrectContact) (wire.Accepted, error) {
	return once(ctx, f, act, "correct contact "+string(role)+" "+string(id), func(tx *store.Tx) (wire.Accepted, error) {
		r, old, err := contactOf(tx, act.Who, id, role)
		if err != nil {
			return wire.Accepted{}, err
		}
		c := in.Contact.Trimmed()
		c.Phone = in.Contact.Phone // as in a request's form: digits are dropped only where a person pastes
		wrong := c.Validate("contact.", !act.Who.Independent, func(domain string) bool { return !f.freeMail(domain) })
		if len(wrong) > 0 {
			return wire.Accepted{}, &access.Error{Code: access.CodeInvalid, Fields: wrong}
		}
		if c == old.Contact {
			return unchanged(tx, r)
		}
		n := store.ContactNotice{
			ID: uuid.NewString(), Request: r.ID, Entity: r.Entity, Role: role, Contact: c, GivenBy: act.Who.Person.Name, State: access.NoticeWaiting,
		}
		said, err := tx.LastWord(r.Entity, role, c)
		if err != nil {
			return wire.Accepted{}, err
		}
		if said != nil && said.State == access.NoticeObjected {
			return wire.Accepted{}, access.InvalidField("contact.email", access.HintObjected)
		}
		changed := []string{}
		for _, part := range []struct {
			name string
			is   bool
		}{{"name", c.Name != old.Contact.Name}, {"email", c.Email != old.Contact.Email}, {"phone", c.Phone != old.Contact.Phone}} {
			if part.is {
				changed = append(changed, part.name)
			}
		}
		err = tx.Audit(entry(act, audit.ContactCorrected, r, append(noticeWords(n), audit.Word("changed", strings.Join(changed, " ")))...))
		if err != nil {
			return wire.Accepted{}, err
		}
		if said != nil || strings.EqualFold(c.Email, old.Contact.Email) && old.State == access.NoticeConfirmed {
			n.State, n.SettledAt, n.SentAt, n.Sends, n.ExpiresAt = access.NoticeConfirmed, old.SettledAt, old.SentAt, old.Sends, old.ExpiresAt
			if said != nil {
				n.SettledAt, n.SentAt, n.Sends, n.ExpiresAt = said.SettledAt, said.SentAt, said.Sends, said.ExpiresAt
			}
			err = tx.SaveContactNotice(n)
		} else {
			err = f.sendNotice(tx, act, r, []store.ContactNotice{n})
		}
		if err != nil {
			return wire.Accepted{}, err
		}
		return tellNotice(tx, r)
	})
}

// contactOf reads a contact that a delegate acts on. A request signed before
// notices were sent has none yet: it is as if nobody had been told.
func contactOf(tx *store.Tx, who access.Viewer, id access.RequestID, role access.ContactRole) (*store.Request, *store.ContactNotice, error) {
	r, err := own(tx, who, id)
	if err != nil {
		return nil, nil, err
	}
	if err := access.CanTellContact(who, &r.KeyRequest); err != nil {
		return nil, nil, err
	}
	if !role.IsValid() {
		return nil, nil, access.Refuse(access.CodeNotFound, "")
	}
	n, err := tx.ContactNotice(id, role)
	if err != nil {
		return nil, nil, err
	}
	if n == nil {
		n = &store.ContactNotice{
			ID: uuid.NewString(), Request: r.ID, Entity: r.Entity, Role: role, Contact: r.Form.ContactOf(role),
			GivenBy: who.Person.Name, State: access.NoticeWaiting,
		}
	}
	return r, n, nil
}

// inherit gives a request that nobody signed the contacts of the one before, and
// what they said: the same link settles both.
func inherit(tx *store.Tx, before access.RequestID, r *store.Request) error {
	all, err := tx.ContactNotices(before)
	if err != nil {
		return err
	}
	for _, n := range all {
		n.ID, n.Request, n.Entity = uuid.NewString(), r.ID, r.Entity
		if err := tx.SaveContactNotice(n); err != nil {
			return err
		}
	}
	return nil
}

// leadOf is the technical lead of a request as they are now, for mails that name
// nobody else; "" as the address where there is none that its owner confirmed. A
// request signed before notices were sent has the one it was signed with.
func leadOf(tx *store.Tx, r *store.Request) (access.Contact, error) {
	n, err := tx.ContactNotice(r.ID, access.ContactLead)
	if err != nil || n == nil {
		return r.Form.Lead, err
	}
	if n.State != access.NoticeConfirmed {
		n.Contact.Email = ""
	}
	return n.Contact, nil
}

// tellNotice has clients look at the request's row again: it stands at the same
// version, nobody decides by it.
func tellNotice(tx *store.Tx, r *store.Request) (wire.Accepted, error) {
	seq, err := tx.Change(wire.RowRequest, string(r.ID), r.Entity)
	return accepted(r, seq), err
}

// contactsOf is where the notices of a request stand, for its detail.
func contactsOf(tx *store.Tx, r *store.Request) ([]wire.ContactNotice, error) {
	all, err := tx.ContactNotices(r.ID)
	if err != nil {
		return nil, err
	}
	var out []wire.ContactNotice
	for _, n := range all {
		out = append(out, wire.ContactNotice{
			Role: n.Role, Contact: n.Contact, State: n.State, SentAt: n.SentAt, At: n.SettledAt, Why: n.Why, Sends: n.Sends, AgainAt: againAt(n),
		})
	}
	return out, nil
}
