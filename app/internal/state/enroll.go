package state

import (
	"context"
	"maps"
	"strings"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// enrollState is the form of «Inscripción Token», kept while the session lasts.
type enrollState struct {
	chosen  access.LicenseCode
	form    access.RequestForm
	ticked  map[string]bool
	fields  []access.FieldError
	sending bool
	trouble *Trouble
}

// Enroll is step 1 of «Inscripción Token».
func (m *Model) Enroll() Enroll {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows.refresh()
	e := m.enroll
	s := Enroll{
		Link: m.link, Entities: m.entities(), Chosen: e.chosen, Form: e.form, Texts: m.texts,
		Ticked: e.ticked, Fields: e.fields, Sending: e.sending, Trouble: e.trouble,
	}
	if entity, ok := m.rows.entity(e.chosen); ok && m.canEnroll(entity) != nil {
		s.Blocked = &entity
	}
	if m.viewer.Independent && m.deps.FreeMail != nil {
		for field, mail := range map[string]string{"lead.email": e.form.Lead.Email, "privacy.email": e.form.Privacy.Email} {
			if access.IsEmail(mail) && m.deps.FreeMail(access.EmailDomain(mail)) {
				s.Warn = append(s.Warn, access.FieldError{Field: field, Hint: access.HintFreeMail})
			}
		}
	}
	return s
}

// entities is the picker; the lock is held.
func (m *Model) entities() Entities {
	return Entities{Owner: m.viewer.Entity, Rows: m.rows.entities.rows, Search: m.rows.entities.index, Loading: !m.link.HasData()}
}

// canEnroll asks the rules whether a code's keys may be asked for.
func (m *Model) canEnroll(e Entity) error {
	code := access.CodeState{Code: e.Provider.Code, Entity: m.viewer.Entity, Current: e.Provider.Current, HasKey: len(e.Keys) > 0}
	if r := e.Request; r != nil && r.Status.IsOpen() {
		code.Open = &access.KeyRequest{ID: r.ID, Status: r.Status, Version: r.Version}
	}
	return access.CanRequest(m.viewer, access.KindEnroll, code)
}

// OpenEnroll reads the consent texts in force. The form is as it was left.
func (m *Model) OpenEnroll(ctx context.Context) error {
	m.mu.Lock()
	life := m.life
	m.enroll.trouble = nil
	m.mu.Unlock()
	texts, err := m.deps.API.ConsentTexts(ctx)
	if err != nil {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		m.enroll.trouble = t
		if err != nil {
			return
		}
		// A text that is not the one ticked wants its box ticked again.
		kept := map[string]string{}
		for _, old := range m.texts {
			kept[old.ID] = old.Hash
		}
		ticked := map[string]bool{}
		for _, text := range texts.Texts {
			if m.enroll.ticked[text.ID] && kept[text.ID] == text.Hash {
				ticked[text.ID] = true
			}
		}
		m.texts, m.enroll.ticked = texts.Texts, ticked
	})
	return err
}

// ChooseEnroll chooses the code to ask keys for; empty: none.
func (m *Model) ChooseEnroll(code access.LicenseCode) {
	m.mu.Lock()
	m.enroll.chosen, m.enroll.trouble = code, nil
	m.enroll.fields = without(m.enroll.fields, FieldCode)
	m.mu.Unlock()
	poke(m.changed)
}

// SetForm takes what was written. The complaint about a field goes when the
// field changes.
func (m *Model) SetForm(form access.RequestForm) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if form == m.enroll.form {
		return
	}
	for _, field := range changedFields(m.enroll.form, form) {
		m.enroll.fields = without(m.enroll.fields, field)
	}
	m.enroll.form = form
	poke(m.changed)
}

func changedFields(a, b access.RequestForm) []string {
	var changed []string
	for _, f := range []struct{ name, a, b string }{
		{"vendor", a.Vendor, b.Vendor},
		{"software", a.Software, b.Software},
		{"lead.name", a.Lead.Name, b.Lead.Name},
		{"lead.email", a.Lead.Email, b.Lead.Email},
		{"lead.phone", a.Lead.Phone, b.Lead.Phone},
		{"privacy.name", a.Privacy.Name, b.Privacy.Name},
		{"privacy.email", a.Privacy.Email, b.Privacy.Email},
		{"privacy.phone", a.Privacy.Phone, b.Privacy.Phone},
	} {
		if f.a != f.b {
			changed = append(changed, f.name)
		}
	}
	return changed
}

// without returns the complaints that are not about a field; the list given is
// in snapshots and is not written to.
func without(list []access.FieldError, field string) []access.FieldError {
	var kept []access.FieldError
	for _, f := range list {
		if f.Field != field {
			kept = append(kept, f)
		}
	}
	return kept
}

// Tick ticks the box of a consent text, or clears it.
func (m *Model) Tick(text string, on bool) {
	m.mu.Lock()
	ticked := maps.Clone(m.enroll.ticked)
	if ticked == nil {
		ticked = map[string]bool{}
	}
	ticked[text] = on
	m.enroll.ticked = ticked
	m.enroll.fields = without(m.enroll.fields, FieldAccepted+text)
	m.mu.Unlock()
	poke(m.changed)
}

// SubmitEnroll writes the request and goes on to Confirm when it returns nil.
// A request of that code that was not signed is written anew in its place.
func (m *Model) SubmitEnroll(ctx context.Context) error {
	var form access.RequestForm
	var entity Entity
	var unchanged *confirmState
	life, err := m.begin(func() {
		m.enroll.form = m.enroll.form.Trimmed()
		form = m.enroll.form
		entity, _ = m.rows.entity(m.enroll.chosen)
		unchanged = m.confirm
		m.enroll.fields, m.enroll.trouble = m.enrollFields(), nil
	})
	if err == nil {
		err = m.startEnroll(life, entity)
	}
	if err != nil {
		m.enrollEnded(life, err)
		return err
	}
	if unchanged != nil && unchanged.isOf(entity) && unchanged.detail.Form == form {
		m.enrollEnded(life, nil)
		return nil
	}
	id, err := m.write(ctx, entity, form)
	if err == nil {
		err = m.openConfirm(ctx, life, id)
	}
	m.enrollEnded(life, err)
	return err
}

// startEnroll refuses a form that is wrong, and marks it as being sent.
func (m *Model) startEnroll(life int, entity Entity) error {
	var err error
	m.set(life, func() {
		if fields := m.enroll.fields; len(fields) > 0 {
			err = &access.Error{Code: access.CodeInvalid, Fields: fields}
			return
		}
		if refused := m.canEnroll(entity); refused != nil {
			err = refused
			return
		}
		m.enroll.sending = true
	})
	return err
}

// enrollFields is all that is wrong with the form, in its order; the lock is
// held.
func (m *Model) enrollFields() []access.FieldError {
	var wrong []access.FieldError
	if _, ok := m.rows.entity(m.enroll.chosen); !ok {
		wrong = append(wrong, access.FieldError{Field: FieldCode, Hint: access.HintRequired})
	}
	wrong = append(wrong, m.enroll.form.Validate(m.viewer.Independent, nil)...)
	for _, text := range m.texts {
		if !m.enroll.ticked[text.ID] {
			wrong = append(wrong, access.FieldError{Field: FieldAccepted + text.ID, Hint: access.HintNotAccepted})
		}
	}
	return wrong
}

// write makes the request, or changes the one waiting for its signature.
func (m *Model) write(ctx context.Context, entity Entity, form access.RequestForm) (access.RequestID, error) {
	code := entity.Provider.Code
	if r := entity.Request; r != nil && r.Status == access.StatusSigning {
		body := wire.ChangeRequest{Form: form}
		_, err := m.ask(ctx, "change/"+string(r.ID), body, func(key string) (wire.Accepted, error) {
			return m.deps.API.ChangeRequest(ctx, key, r.ID, r.Version, body)
		})
		return r.ID, err
	}
	body := wire.NewRequest{Kind: access.KindEnroll, Code: code, Form: form}
	accepted, err := m.ask(ctx, "create/"+string(code), body, func(key string) (wire.Accepted, error) {
		return m.deps.API.CreateRequest(ctx, key, body)
	})
	return accepted.ID, err
}

// enrollEnded shows how it went: wrong fields under the fields, the rest in the
// banner.
func (m *Model) enrollEnded(life int, err error) {
	t := m.troubleOf(err)
	m.set(life, func() {
		m.enroll.sending = false
		m.enroll.trouble = t
		if t != nil && len(t.Err.Fields) > 0 {
			m.enroll.fields, m.enroll.trouble = formFields(t.Err.Fields), nil
		}
	})
}

// formFields names fields as the form does: a body holds the form as "form.".
func formFields(list []access.FieldError) []access.FieldError {
	fields := make([]access.FieldError, len(list))
	for i, f := range list {
		fields[i] = access.FieldError{Field: strings.TrimPrefix(f.Field, "form."), Hint: f.Hint}
	}
	return fields
}
