package state

import (
	"context"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// Contacts is where the notices to the people named in the last signed request
// of a code stand. Who they are is read when asked for and kept nowhere.
type Contacts struct {
	Request access.RequestID   // empty: no request was signed
	State   access.NoticeState // the worst of them, of the row; empty: nobody was told
	Items   []wire.ContactNotice
	Loaded  bool
	Busy    access.ContactRole // an act on them is under way; empty: none
	Trouble *Trouble
}

// contactsOf are the contacts of the chosen code. The caller holds the lock.
func (m *Model) contactsOf() Contacts {
	c := m.keys.contacts
	row := m.rows.lastSigned(m.keys.chosen)
	if row == nil {
		return Contacts{}
	}
	if c.Request != row.ID {
		c = Contacts{Request: row.ID}
	}
	c.State = row.Contacts
	return c
}

// lastSigned is the newest request of a code that was signed; nil: none was.
func (s *rowSet) lastSigned(code access.LicenseCode) *wire.RequestRow {
	var last *wire.RequestRow
	for _, e := range s.requests {
		if e.row.Code == code && !e.row.SignedAt.IsZero() && (last == nil || e.row.SignedAt.After(last.SignedAt)) {
			last = &e.row
		}
	}
	return last
}

// LoadContacts reads the contacts of the chosen code.
func (m *Model) LoadContacts(ctx context.Context) error {
	life := m.lifeNow()
	m.mu.Lock()
	id := m.contactsOf().Request
	m.mu.Unlock()
	if id == "" {
		return nil
	}
	detail, err := m.deps.API.Request(ctx, id)
	if err != nil {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.setContacts(life, id, func(c *Contacts) {
		c.Trouble = t
		if err == nil {
			c.Items, c.Loaded = detail.Contacts, true
		}
	})
	return err
}

// setContacts changes the contacts of a request, unless another code was chosen
// meanwhile.
func (m *Model) setContacts(life int, id access.RequestID, change func(*Contacts)) {
	m.set(life, func() {
		if c := m.contactsOf(); c.Request == id {
			change(&c)
			m.keys.contacts = c
		}
	})
}

// TellContact has the notice of one contact sent again.
func (m *Model) TellContact(ctx context.Context, role access.ContactRole) error {
	return m.actOnContact(ctx, role, "tell", struct{}{}, func(key string, id access.RequestID) (wire.Accepted, error) {
		return m.deps.API.TellContact(ctx, key, id, role)
	})
}

// CorrectContact puts another contact in the place of one; a notice goes to them.
// Wrong fields are refused before anything is sent, as the server would.
func (m *Model) CorrectContact(ctx context.Context, role access.ContactRole, contact access.Contact) error {
	contact = contact.Trimmed()
	if wrong := contact.Validate("contact.", false, nil); len(wrong) > 0 {
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	body := wire.CorrectContact{Contact: contact}
	return m.actOnContact(ctx, role, "correct", body, func(key string, id access.RequestID) (wire.Accepted, error) {
		return m.deps.API.CorrectContact(ctx, key, id, role, body)
	})
}

// actOnContact sends one act and waits for its fact; then who stands there is read
// anew, for the fact does not say.
func (m *Model) actOnContact(ctx context.Context, role access.ContactRole, verb string, body any, send func(key string, id access.RequestID) (wire.Accepted, error)) error {
	var id access.RequestID
	life, err := m.begin(func() {
		c := m.contactsOf()
		id, c.Busy, c.Trouble = c.Request, role, nil
		m.keys.contacts = c
	})
	if err == nil {
		act := verb + "-contact/" + string(role) + "/" + string(id)
		var key string
		if key, err = m.keyOf(act, body); err == nil {
			var a wire.Accepted
			a, err = send(key, id)
			m.answered(act, err)
			if err == nil {
				err = m.await(ctx, wire.Accepted{Seq: a.Seq})
			}
		}
	}
	if err == nil {
		err = m.LoadContacts(ctx)
	} else {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.setContacts(life, id, func(c *Contacts) { c.Busy, c.Trouble = "", t })
	return err
}
