package state

import (
	"context"
	"errors"
	"strconv"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// confirmState is what is about to be signed, as the server gave it.
type confirmState struct {
	detail  wire.RequestDetail
	code    *wire.CodeSent
	sending bool
	signing bool
	fields  []access.FieldError
	trouble *Trouble
}

// isOf reports that it is the request of a code which still waits to be signed.
func (c *confirmState) isOf(e Entity) bool {
	return e.Request != nil && e.Request.ID == c.detail.Row.ID &&
		e.Request.Status == access.StatusSigning && e.Request.Version == c.detail.Row.Version
}

// Confirm is step 2; false when nothing is being signed.
func (m *Model) Confirm() (Confirm, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.confirm == nil {
		return Confirm{Link: m.link}, false
	}
	c := m.confirm
	row := c.detail.Row
	s := Confirm{
		Link: m.link, OldSecrets: c.detail.OldSecrets, Request: row.ID, Number: row.Number, Version: row.Version, Kind: row.Kind, Reason: row.Reason,
		Form: c.detail.Form, Texts: m.texts, ContentHash: c.detail.ContentHash, Code: c.code,
		Sending: c.sending, Signing: c.signing, Fields: c.fields, Trouble: c.trouble,
	}
	s.Entity, _ = m.rows.entity(row.Code)
	return s, true
}

// OpenConfirm goes on with the signature of a request that was left unsigned.
// Its texts must be ticked anew, in the form, unless they were in this session.
func (m *Model) OpenConfirm(ctx context.Context, id access.RequestID) error {
	var hasTexts bool
	life, err := m.begin(func() { hasTexts = len(m.texts) > 0 })
	if err != nil {
		return err
	}
	if !hasTexts {
		if err := m.OpenEnroll(ctx); err != nil {
			return err
		}
	}
	return m.openConfirm(ctx, life, id)
}

// reread reads again what is being signed when the server says that it is not
// what was shown. A code that was sent for other content is void.
func (m *Model) reread(ctx context.Context, life int, c *confirmState, id access.RequestID, err error) {
	if access.CodeOf(err) != access.CodeConflict {
		return
	}
	if access.HintOf(err) == access.HintTextsChanged {
		if err := m.OpenEnroll(ctx); err != nil {
			m.deps.Log.Info("texts not read again", "error", err)
		}
	}
	detail, failed := m.deps.API.Request(ctx, id)
	if failed != nil {
		m.deps.Log.Info("request not read again", "error", failed)
		return
	}
	m.set(life, func() {
		if detail.ContentHash != c.detail.ContentHash {
			c.code = nil
		}
		c.detail = detail
	})
}

func (m *Model) openConfirm(ctx context.Context, life int, id access.RequestID) error {
	detail, err := m.deps.API.Request(ctx, id)
	if err != nil {
		m.ended(life, err)
		return err
	}
	m.set(life, func() {
		m.confirm, m.progress = &confirmState{detail: detail}, ""
		m.asking = detail.Row.Kind
		f := m.form()
		f.chosen, f.reason, f.form = detail.Row.Code, detail.Row.Reason, detail.Form
	})
	return nil
}

// BackToForm leaves the signature for the form, which is as it was. A code that
// was sent goes on working as long as nothing is changed.
func (m *Model) BackToForm() {
	m.mu.Lock()
	if m.confirm != nil {
		m.confirm.fields, m.confirm.trouble = nil, nil
	}
	m.mu.Unlock()
	poke(m.changed)
}

// SendCode has a one-time code mailed for what is being signed.
func (m *Model) SendCode(ctx context.Context) error {
	var row wire.RequestRow
	var body wire.SendCode
	var c *confirmState
	var missing []access.FieldError
	now := m.now()
	life, err := m.begin(func() {
		if c = m.confirm; c == nil {
			return
		}
		row = c.detail.Row
		body, missing = m.accepted(row.Kind, now)
		c.sending, c.fields, c.trouble = missing == nil, nil, nil
	})
	if err == nil && missing != nil {
		err = &access.Error{Code: access.CodeInvalid, Fields: missing}
	}
	if err != nil {
		m.confirmTrouble(life, err)
		return err
	}
	if c == nil {
		return nil
	}
	act := "code/" + string(row.ID)
	key, err := m.keyOf(act, body)
	var sent wire.CodeSent
	if err == nil {
		sent, err = m.deps.API.SendCode(ctx, key, row.ID, body)
		m.answered(act, err)
	}
	if err != nil {
		m.ended(life, err)
		m.reread(ctx, life, c, row.ID, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		if access.HintOf(err) == access.HintAgreement {
			m.who.AgreementDue = true // another version was published
		}
		c.sending, c.trouble = false, t
		if err == nil {
			c.code = &sent
		}
	})
	return err
}

// accepted are the texts whose boxes are ticked, and those whose are not; the
// lock is held.
func (m *Model) accepted(kind access.Kind, now time.Time) (body wire.SendCode, missing []access.FieldError) {
	ticked := m.formOf(kind).ticked
	for _, text := range m.texts {
		if ticked[text.ID] {
			body.Accepted = append(body.Accepted, wire.AcceptedText{ID: text.ID, Hash: text.Hash})
		} else {
			missing = append(missing, access.FieldError{Field: FieldAccepted + text.ID, Hint: access.HintNotAccepted})
		}
	}
	body.Shown = m.shown(m.formOf(kind), now)
	return body, missing
}

func (m *Model) confirmTrouble(life int, err error) {
	t := m.troubleOf(err)
	m.set(life, func() {
		if m.confirm != nil {
			m.confirm.fields, m.confirm.trouble = nil, t
			if fields, rest := partFields(t, "code"); len(fields) > 0 {
				m.confirm.fields, m.confirm.trouble = fields, rest
			}
		}
	})
}

// Sign presents the code from the mail. When it returns nil the request is
// signed and Progress follows it.
func (m *Model) Sign(ctx context.Context, code secret.Text) error {
	digits := access.DigitsOnly(code.Reveal())
	var row wire.RequestRow
	var hash string
	var c *confirmState
	var refused error
	life, err := m.begin(func() {
		if c = m.confirm; c == nil {
			return
		}
		if c.signing {
			c = nil
			return
		}
		c.fields, c.trouble = nil, nil
		if hint := codeHint(digits); hint != "" {
			c.fields = []access.FieldError{{Field: "code", Hint: hint}}
			refused = &access.Error{Code: access.CodeInvalid, Fields: c.fields}
			return
		}
		if row, refused = m.toSign(c); refused == nil {
			hash = c.detail.ContentHash
			c.signing = true
		}
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		m.confirmTrouble(life, err)
		return err
	}
	if c == nil {
		return nil
	}
	body := wire.Sign{Code: digits, ContentHash: hash}
	_, err = m.ask(ctx, "sign/"+string(row.ID), body, func(key string) (wire.Accepted, error) {
		return m.deps.API.Sign(ctx, key, row.ID, row.Version, body)
	})
	if err != nil {
		m.reread(ctx, life, c, row.ID, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		c.signing = false
		c.fields, c.trouble = partFields(t, "code")
		if err == nil {
			delete(m.forms, row.Kind)
			m.confirm, m.progress = nil, row.Code
			return
		}
		c.countTries(err)
	})
	return err
}

// toSign is the row to sign, as the rules allow it; the lock is held. The
// version is the newest known: what is signed is bound by its hash.
func (m *Model) toSign(c *confirmState) (wire.RequestRow, error) {
	row := c.detail.Row
	if r, ok := m.rows.requests[row.ID]; ok && r.row.Version > row.Version {
		row = r.row
	}
	return row, access.CanSign(m.viewer, &access.KeyRequest{
		ID: row.ID, Entity: m.viewer.Entity, Status: row.Status, Version: row.Version,
	})
}

// countTries takes over how many tries a refusal says are left.
func (c *confirmState) countTries(err error) {
	e, ok := errors.AsType[*access.Error](err)
	if !ok || c.code == nil {
		return
	}
	if left, err := strconv.Atoi(e.Args["left"]); err == nil {
		code := *c.code
		code.TriesLeft = left
		c.code = &code
	}
}

// CancelRequest withdraws the request that is being signed.
func (m *Model) CancelRequest(ctx context.Context) error {
	var row wire.RequestRow
	var c *confirmState
	life, err := m.begin(func() {
		if c = m.confirm; c != nil {
			row = c.detail.Row
			c.sending = true
		}
	})
	if err != nil || c == nil {
		m.confirmTrouble(life, err)
		return err
	}
	_, err = m.ask(ctx, "cancel/"+string(row.ID), row.Version, func(key string) (wire.Accepted, error) {
		return m.deps.API.CancelRequest(ctx, key, row.ID, row.Version)
	})
	t := m.troubleOf(err)
	m.set(life, func() {
		c.sending, c.trouble = false, t
		if err == nil {
			m.confirm = nil
		}
	})
	return err
}

// FollowProgress chooses the code whose latest request Progress shows.
func (m *Model) FollowProgress(code access.LicenseCode) {
	m.mu.Lock()
	m.progress = code
	m.mu.Unlock()
	poke(m.changed)
}

// Progress follows a signed request to its keys; false when there is none.
func (m *Model) Progress() (Progress, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	entity, ok := m.rows.entity(m.progress)
	if !ok || entity.Request == nil {
		return Progress{Link: m.link}, false
	}
	return Progress{Link: m.link, Entity: entity, Request: *entity.Request}, true
}
