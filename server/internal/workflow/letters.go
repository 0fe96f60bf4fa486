package workflow

import (
	"slices"
	"strings"
	"time"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/calendar"
	"llavero/shared/es"
)

// The templates of reminders. Items are the keys: code, entity, environment,
// expires, left, name.
const (
	// TemplateReminder tells who acts for a key that it ends: name, role, subject.
	TemplateReminder = "reminder"
	// TemplateEscalation tells the ministry of keys nobody answers for: subject.
	TemplateEscalation = "reminder_escalated"
	// TemplateCredential tells the operator that the server's own credential ends:
	// environment, expires, kind, left.
	TemplateCredential = "credential_ending"
)

// round gathers what one person is to be told into one mail.
type round struct {
	now       time.Time
	delegates map[access.EntityID][]store.Account
	entities  map[access.EntityID]string
	letters   map[string]*letter // by address, lower case
	order     []string           // of the addresses, as they came up
	ignored   []es.Ending
	owners    map[access.KeyID]ownedKey
}

// ownedKey is what a mail says of a key beside its end.
type ownedKey struct {
	code   access.LicenseCode
	entity string
}

// letter is one person's mail.
type letter struct {
	to, name string
	isLead   bool // the technical lead: cannot change the key
	keys     []es.Ending
}

// add puts a key into the letters of the entity's delegates and of the technical
// lead of the request it came from, who confirmed their address, and says how
// many those are. The form names
// the vendor without an address: the lead stands for it.
func (r *round) add(tx *store.Tx, k *store.Key, e store.Expiring, isEscalated bool) (people int, err error) {
	if _, ok := r.delegates[k.Entity]; !ok {
		if r.delegates[k.Entity], err = tx.DelegatesOf(k.Entity); err != nil {
			return 0, err
		}
		if r.entities[k.Entity], err = tx.EntityName(k.Entity); err != nil {
			return 0, err
		}
	}
	if r.owners == nil {
		r.owners = map[access.KeyID]ownedKey{}
	}
	r.owners[k.ID] = ownedKey{k.Code, r.entities[k.Entity]}
	end := es.Ending{
		Key: k.ID, Name: k.Name, Environment: k.Environment, IssuedAt: k.IssuedAt, ExpiresAt: e.ExpiresAt, Version: k.Version,
	}
	if isEscalated {
		r.ignored = append(r.ignored, end)
	}
	for _, a := range r.delegates[k.Entity] {
		if a.Role == access.RoleDelegate {
			people += r.write(letter{to: a.Email, name: a.Person.Name}, end)
		}
	}
	request, err := tx.KeyRequest(e.Request)
	if err != nil {
		return people, err
	}
	lead, err := leadOf(tx, request)
	if err != nil {
		return people, err
	}
	return people + r.write(letter{to: strings.TrimSpace(lead.Email), name: lead.Name, isLead: true}, end), nil
}

// write puts a key into a person's letter, once; 0: they have no address, or have
// it already.
func (r *round) write(to letter, end es.Ending) int {
	if to.to == "" {
		return 0
	}
	address := strings.ToLower(to.to)
	l := r.letters[address]
	if l == nil {
		l = &to
		r.letters[address] = l
		r.order = append(r.order, address)
	}
	if slices.ContainsFunc(l.keys, func(o es.Ending) bool { return o.Key == end.Key }) {
		return 0
	}
	l.isLead = l.isLead && to.isLead
	l.keys = append(l.keys, end)
	return 1
}

// sendRound writes the mails of a round.
func (f *Flow) sendRound(tx *store.Tx, r *round) error {
	for _, address := range r.order {
		l := r.letters[address]
		m := r.list(l.keys)
		m.To, m.Template = l.to, TemplateReminder
		m.Data["name"], m.Data["role"] = l.name, "delegate"
		if l.isLead {
			m.Data["role"] = "lead"
		}
		if err := f.EnqueueMail(tx, "reminder", m); err != nil {
			return err
		}
	}
	if len(r.ignored) == 0 || f.policy.Reminders.EscalateTo == "" {
		return nil
	}
	m := r.list(r.ignored)
	m.To, m.Template, m.Files = f.policy.Reminders.EscalateTo, TemplateEscalation, nil
	return f.EnqueueMail(tx, "reminder", m)
}

// list makes a mail of keys, the first to end first, with their calendar file.
func (r *round) list(keys []es.Ending) Mail {
	slices.SortStableFunc(keys, func(a, b es.Ending) int { return a.ExpiresAt.Compare(b.ExpiresAt) })
	first, last := keys[0], keys[len(keys)-1]
	m := Mail{
		Data: map[string]string{"subject": es.ReminderSubject(len(keys), first.Name, first.ExpiresAt, r.now)}, NotAfter: last.ExpiresAt, CanWait: true,
	}
	events := make([]calendar.Event, len(keys))
	for i, k := range keys {
		events[i] = es.ExpiryEvent(k, r.now)
		m.Items = append(m.Items, map[string]string{
			"name": k.Name, "environment": es.EnvironmentLong(k.Environment), "code": string(r.owners[k.Key].code),
			"entity": r.owners[k.Key].entity, "expires": es.DateTimeZone(k.ExpiresAt), "left": es.Expiry(k.ExpiresAt, r.now),
		})
	}
	m.Files = []File{{Name: es.CalendarFile, Type: "text/calendar; charset=utf-8; method=PUBLISH", Content: calendar.ICS(events...)}}
	return m
}
