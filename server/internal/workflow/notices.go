package workflow

import (
	"context"
	"strings"
	"unicode/utf8"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/es"
)

// Notice is what the link of a notice shows to the person it was mailed to.
type Notice struct {
	Entity  string
	NIT     string
	GivenBy string
	Number  string
	Act     string
	License access.LicenseCode
	Items   []NoticeItem // one for each role at that address
}

// NoticeItem is one role of the person.
type NoticeItem struct {
	Role    access.ContactRole
	Contact access.Contact
	State   access.NoticeState
}

// OpenNotice says what a notice's link is about; it changes nothing: programs
// that look at mails' links open them too. CodeExpired for a link that is too
// old, was replaced or never was.
func (f *Flow) OpenNotice(ctx context.Context, token string) (Notice, error) {
	var out Notice
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		r, all, err := noticesOf(tx, token)
		if err != nil {
			return err
		}
		if out.Entity, err = tx.EntityName(r.Entity); err != nil {
			return err
		}
		_, out.NIT, _ = strings.Cut(string(r.Entity), "-")
		out.GivenBy, out.Number, out.Act, out.License = all[0].GivenBy, r.Number, es.Kind(r.Kind), r.Code
		for _, n := range all {
			out.Items = append(out.Items, NoticeItem{Role: n.Role, Contact: n.Contact, State: n.State})
		}
		return nil
	})
	return out, refused(err)
}

// ConfirmNotice writes that the address is the person's. Twice is once; who
// objected before may change their mind.
func (f *Flow) ConfirmNotice(ctx context.Context, token, requestID, address string) error {
	return f.settle(ctx, token, requestID, address, access.NoticeConfirmed, "")
}

// ObjectNotice writes that the person wants their data corrected or removed, and
// why. From now on nothing is mailed to them.
func (f *Flow) ObjectNotice(ctx context.Context, token, why, requestID, address string) error {
	why = strings.TrimSpace(why)
	switch {
	case why == "":
		return access.InvalidField("objection", access.HintRequired)
	case utf8.RuneCountInString(why) > access.MaxObjection:
		return access.InvalidField("objection", access.HintTooLong)
	case !access.IsLine(strings.NewReplacer("\r\n", " ", "\n", " ").Replace(why)):
		return access.InvalidField("objection", access.HintFormat)
	}
	return f.settle(ctx, token, requestID, address, access.NoticeObjected, strings.Join(strings.Fields(why), " "))
}

func (f *Flow) settle(ctx context.Context, token, requestID, address string, state access.NoticeState, why string) error {
	kind := audit.ContactConfirmed
	if state == access.NoticeObjected {
		kind = audit.ContactObjected
	}
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		_, all, err := noticesOf(tx, token)
		if err != nil {
			return err
		}
		return eachOfRequest(tx, all, func(r *store.Request, n store.ContactNotice) (audit.Entry, error) {
			if n.State == state && n.Why == why {
				return audit.Entry{}, nil
			}
			n.State, n.Why, n.SettledAt = state, why, tx.Now()
			e := audit.Entry{
				Kind: kind, Person: access.Person{Name: n.Contact.Name}, Entity: r.Entity, Subject: string(r.ID), RequestID: requestID,
			}
			attrs := append(noticeWords(n), audit.Word("number", r.Number), audit.Address(address))
			if why != "" {
				attrs = append(attrs, audit.Word("why", why))
			}
			e.Detail = audit.Details(attrs...)
			return e, tx.SaveContactNotice(n)
		})
	})
	return refused(err)
}

// eachOfRequest changes notices, writes what each change answers and tells of
// every request that was touched. An answer of no kind changed nothing.
func eachOfRequest(tx *store.Tx, all []store.ContactNotice, change func(*store.Request, store.ContactNotice) (audit.Entry, error)) error {
	touched := map[access.RequestID]*store.Request{}
	for _, n := range all {
		r, err := tx.KeyRequest(n.Request)
		if err != nil {
			return err
		}
		e, err := change(r, n)
		if err != nil {
			return err
		}
		if e.Kind == "" {
			continue
		}
		if err := tx.Audit(e); err != nil {
			return err
		}
		touched[r.ID] = r
	}
	for _, r := range touched {
		if _, err := tellNotice(tx, r); err != nil {
			return err
		}
	}
	return nil
}

// noticesOf finds the notices of a live link, and their request.
func noticesOf(tx *store.Tx, token string) (*store.Request, []store.ContactNotice, error) {
	if strings.TrimSpace(token) == "" {
		return nil, nil, access.InvalidField("token", access.HintRequired)
	}
	hash := access.TokenHash(token)
	all, err := tx.NoticesOfToken(hash[:])
	if err != nil {
		return nil, nil, err
	}
	if len(all) == 0 || !tx.Now().Before(all[0].ExpiresAt) {
		return nil, nil, access.Refuse(access.CodeExpired, access.HintLink)
	}
	r, err := tx.KeyRequest(all[0].Request)
	return r, all, err
}

// MailParked writes that the mail of a job was given up: the address of a
// notice, if it was one, does not work. Status is the mail server's; 0: it gave
// none.
func (f *Flow) MailParked(ctx context.Context, job store.Job, status string) error {
	_, err := bounced(ctx, f.store, job.ID, "", status)
	return err
}

// MailReturned writes that a mail came back, by the left part of its Message-ID
// and the status of the report ("5.1.1"). It answers how many contacts were on
// it; 0: it was no notice, or it was settled since.
func MailReturned(ctx context.Context, db *store.DB, messageID, status string) (int, error) {
	return bounced(ctx, db, "", messageID, status)
}

func bounced(ctx context.Context, db *store.DB, job, messageID, status string) (count int, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error {
		all, err := tx.NoticesOfMail(job, messageID)
		if err != nil {
			return err
		}
		count = len(all)
		return eachOfRequest(tx, all, func(r *store.Request, n store.ContactNotice) (audit.Entry, error) {
			n.State, n.Why, n.SettledAt = access.NoticeBounced, machine(status), tx.Now()
			e := serverEntry(audit.ContactBounced, r, append(noticeWords(n), audit.Word("status", machine(status)))...)
			return e, tx.SaveContactNotice(n)
		})
	})
	return count, err
}
