package state

import (
	"context"
	"maps"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// enrollState is the form of «Inscripción Token» or of «Resolicitud Token», each
// kept while the session lasts.
type enrollState struct {
	chosen access.LicenseCode
	reason access.Reason // of a change of key
	form   access.RequestForm
	ticked map[string]bool
	// tickedAt is when each box was ticked last, for the receipt.
	tickedAt map[string]time.Time
	fields   []access.FieldError
	sending  bool
	trouble  *Trouble
}

// AskFor turns to one of the two forms: what follows is about the keys of an
// enrolment, or about a change of keys. The other form stays as it was left.
func (m *Model) AskFor(kind access.Kind) {
	m.mu.Lock()
	m.asking = kind
	m.mu.Unlock()
	poke(m.changed)
}

// form is the form turned to; the lock is held.
func (m *Model) form() *enrollState { return m.formOf(m.asking) }

func (m *Model) formOf(kind access.Kind) *enrollState {
	if m.forms[kind] == nil {
		m.forms[kind] = &enrollState{}
	}
	return m.forms[kind]
}

// Enroll is step 1 of «Inscripción Token» or, after AskFor, of «Resolicitud
// Token».
func (m *Model) Enroll() Enroll {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows.refresh()
	e := m.form()
	s := Enroll{
		Link: m.link, Entities: m.entities(m.rows.entities.asking), Kind: m.asking, Reason: e.reason,
		Chosen: e.chosen, Form: e.form, Texts: m.texts,
		Ticked: e.ticked, Fields: e.fields, Sending: e.sending, Trouble: e.trouble,
	}
	if entity, ok := m.rows.entity(e.chosen); ok {
		if err := m.canAsk(m.asking, entity); err != nil {
			s.Blocked, s.BlockedBy = &entity, access.HintOf(err)
		}
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

// entities is a picker; the lock is held.
func (m *Model) entities(list entityView) Entities {
	return Entities{Owner: m.viewer.Entity, Rows: list.rows, Search: list.index, Loading: !m.link.HasData()}
}

// canAsk asks the rules whether a code's keys may be asked for.
func (m *Model) canAsk(kind access.Kind, e Entity) error {
	code := access.CodeState{Code: e.Provider.Code, Entity: m.viewer.Entity, Current: e.Provider.Current, HasKey: len(e.Keys) > 0}
	if r := e.Request; r != nil && r.Status.IsOpen() {
		code.Open = &access.KeyRequest{ID: r.ID, Status: r.Status, Version: r.Version}
	}
	return access.CanRequest(m.viewer, kind, code)
}

// OpenEnroll reads the consent texts in force. The form is as it was left.
func (m *Model) OpenEnroll(ctx context.Context) error {
	m.mu.Lock()
	life, kind := m.life, m.asking
	m.form().trouble = nil
	m.mu.Unlock()
	texts, err := m.deps.API.ConsentTexts(ctx)
	if err != nil {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	now := m.now()
	m.set(life, func() {
		m.formOf(kind).trouble = t
		if err == nil {
			m.takeTexts(texts.Texts, now)
		}
	})
	return err
}

// takeTexts puts the texts in force in. One that is not the one ticked wants its
// box ticked again, in both forms; the lock is held.
func (m *Model) takeTexts(texts []wire.ConsentText, now time.Time) {
	kept, at := map[string]string{}, map[string]time.Time{}
	for _, old := range m.texts {
		kept[old.ID] = old.Hash
	}
	for _, f := range m.forms {
		ticked := map[string]bool{}
		for _, text := range texts {
			if f.ticked[text.ID] && kept[text.ID] == text.Hash {
				ticked[text.ID] = true
			}
		}
		f.ticked = ticked
	}
	for _, text := range texts {
		if at[text.ID] = now; kept[text.ID] == text.Hash {
			at[text.ID] = m.textsAt[text.ID]
		}
	}
	m.texts, m.textsAt = texts, at
}

// ChooseEnroll chooses the code to ask keys for; empty: none.
func (m *Model) ChooseEnroll(code access.LicenseCode) {
	m.mu.Lock()
	f := m.form()
	f.chosen, f.trouble = code, nil
	f.fields = without(f.fields, FieldCode)
	m.mu.Unlock()
	poke(m.changed)
}

// SetReason says why the keys are to be changed.
func (m *Model) SetReason(reason access.Reason) {
	m.mu.Lock()
	f := m.form()
	f.reason = reason
	f.fields = without(f.fields, FieldReason)
	m.mu.Unlock()
	poke(m.changed)
}

// SetForm takes what was written. The complaint about a field goes when the
// field changes.
func (m *Model) SetForm(form access.RequestForm) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.form()
	if form == f.form {
		return
	}
	for _, field := range changedFields(f.form, form) {
		f.fields = without(f.fields, field)
	}
	f.form = form
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
	now := m.now()
	m.mu.Lock()
	f := m.form()
	ticked := maps.Clone(f.ticked)
	if ticked == nil {
		ticked = map[string]bool{}
	}
	ticked[text] = on
	f.ticked, f.tickedAt = ticked, mapWith(f.tickedAt, text, now)
	f.fields = without(f.fields, FieldAccepted+text)
	m.mu.Unlock()
	poke(m.changed)
}

// asked is what is about to be written.
type asked struct {
	kind   access.Kind
	reason access.Reason
	form   access.RequestForm
	entity Entity
}

// SubmitEnroll writes the request and goes on to Confirm when it returns nil.
// A request of that code that was not signed is written anew in its place.
func (m *Model) SubmitEnroll(ctx context.Context) error {
	m.mu.Lock()
	in := asked{kind: m.asking}
	m.mu.Unlock()
	var before *confirmState
	life, err := m.begin(func() {
		f := m.formOf(in.kind)
		f.form = f.form.Trimmed()
		in.reason, in.form = f.reason, f.form
		in.entity, _ = m.rows.entity(f.chosen)
		before = m.confirm
		f.fields, f.trouble = m.enrollFields(in.kind), nil
	})
	if err == nil {
		err = m.startEnroll(life, in)
	}
	if err != nil {
		m.enrollEnded(life, in.kind, err)
		return err
	}
	if before != nil && before.isOf(in.entity) && before.detail.Form == in.form && before.detail.Row.Reason == in.reason {
		m.enrollEnded(life, in.kind, nil)
		return nil
	}
	id, err := m.write(ctx, in)
	if err == nil {
		err = m.openConfirm(ctx, life, id)
	}
	m.enrollEnded(life, in.kind, err)
	return err
}

// startEnroll refuses a form that is wrong, and marks it as being sent.
func (m *Model) startEnroll(life int, in asked) error {
	var err error
	m.set(life, func() {
		f := m.formOf(in.kind)
		if fields := f.fields; len(fields) > 0 {
			err = &access.Error{Code: access.CodeInvalid, Fields: fields}
			return
		}
		if refused := m.canAsk(in.kind, in.entity); refused != nil {
			err = refused
			return
		}
		f.sending = true
	})
	return err
}

// enrollFields is all that is wrong with the form, in its order; the lock is
// held.
func (m *Model) enrollFields(kind access.Kind) []access.FieldError {
	f := m.formOf(kind)
	var wrong []access.FieldError
	if _, ok := m.rows.entity(f.chosen); !ok {
		wrong = append(wrong, access.FieldError{Field: FieldCode, Hint: access.HintRequired})
	}
	if kind == access.KindRenew && f.reason == "" {
		wrong = append(wrong, access.FieldError{Field: FieldReason, Hint: access.HintRequired})
	} else if kind == access.KindRenew && !f.reason.IsValid() {
		wrong = append(wrong, access.FieldError{Field: FieldReason, Hint: access.HintUnknownValue})
	}
	wrong = append(wrong, f.form.Validate(m.viewer.Independent, nil)...)
	for _, text := range m.texts {
		if !f.ticked[text.ID] {
			wrong = append(wrong, access.FieldError{Field: FieldAccepted + text.ID, Hint: access.HintNotAccepted})
		}
	}
	return wrong
}

// write makes the request, or changes the one waiting for its signature.
func (m *Model) write(ctx context.Context, in asked) (access.RequestID, error) {
	code := in.entity.Provider.Code
	if r := in.entity.Request; r != nil && r.Status == access.StatusSigning && r.Kind == in.kind {
		body := wire.ChangeRequest{Reason: in.reason, Form: in.form}
		_, err := m.ask(ctx, "change/"+string(r.ID), body, func(key string) (wire.Accepted, error) {
			return m.deps.API.ChangeRequest(ctx, key, r.ID, r.Version, body)
		})
		return r.ID, err
	}
	body := wire.NewRequest{Kind: in.kind, Reason: in.reason, Code: code, Form: in.form}
	accepted, err := m.ask(ctx, "create/"+string(code), body, func(key string) (wire.Accepted, error) {
		return m.deps.API.CreateRequest(ctx, key, body)
	})
	return accepted.ID, err
}

// enrollEnded shows how it went: wrong fields under the fields, the rest in the
// banner.
func (m *Model) enrollEnded(life int, kind access.Kind, err error) {
	t := m.troubleOf(err)
	m.set(life, func() {
		f := m.formOf(kind)
		f.sending, f.trouble = false, t
		if t != nil && len(t.Err.Fields) > 0 {
			f.fields, f.trouble = partFields(t, FieldCode, FieldReason, "vendor", "software", "lead", "privacy", "accepted")
		}
	})
}
