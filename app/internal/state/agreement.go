package state

import (
	"context"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// agreementState is the prior agreement on the signing method.
type agreementState struct {
	text    *wire.ConsentText // nil: not read
	shownAt time.Time
	ticked  time.Time // zero: the box is empty
	sending bool
	asksFor bool // the field is told that the box must be ticked
	trouble *Trouble
}

// Agreement (acuerdo sobre el método de firma) is accepted once before a delegate
// signs, and again when the ministry publishes another version.
type Agreement struct {
	Link    Link
	Due     bool
	Text    *wire.ConsentText // nil while it is read
	Ticked  bool
	Missing bool // it was pressed with an empty box
	Sending bool
	Trouble *Trouble
}

// Agreement is the screen of the prior agreement.
func (m *Model) Agreement() Agreement {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.agreement
	return Agreement{
		Link: m.link, Due: m.isAgreementDue(), Text: a.text, Ticked: !a.ticked.IsZero(), Missing: a.asksFor, Sending: a.sending, Trouble: a.trouble,
	}
}

func (m *Model) isAgreementDue() bool {
	return m.who != nil && m.viewer.IsDelegate() && m.who.AgreementDue
}

// OpenAgreement reads the version in force. Another than the one shown is to be
// ticked anew.
func (m *Model) OpenAgreement(ctx context.Context) error {
	life := m.lifeNow()
	a, err := m.deps.API.Agreement(ctx)
	if err != nil {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	now := m.now()
	m.set(life, func() {
		m.agreement.trouble = t
		if err == nil {
			m.takeAgreement(a, now)
		}
	})
	return err
}

// takeAgreement puts in what the server says; the lock is held.
func (m *Model) takeAgreement(a wire.Agreement, now time.Time) {
	if old := m.agreement.text; old == nil || old.Hash != a.Text.Hash {
		m.agreement = agreementState{text: &a.Text, shownAt: now}
	}
	m.who.AgreementDue = a.AcceptedAt.IsZero()
}

// TickAgreement ticks the box, or clears it.
func (m *Model) TickAgreement(on bool) {
	now := m.now()
	m.mu.Lock()
	m.agreement.ticked, m.agreement.asksFor = time.Time{}, false
	if on {
		m.agreement.ticked = now
	}
	m.mu.Unlock()
	poke(m.changed)
}

// AcceptAgreement accepts what was shown. A version that was replaced meanwhile
// is read and asked for anew.
func (m *Model) AcceptAgreement(ctx context.Context) error {
	var body wire.AcceptAgreement
	now := m.now()
	life, err := m.begin(func() {
		a := &m.agreement
		a.trouble, a.asksFor = nil, a.ticked.IsZero()
		if a.text == nil || a.asksFor {
			return
		}
		a.sending = true
		body = wire.AcceptAgreement{Hash: a.text.Hash}
		if !a.ticked.Before(a.shownAt) && !now.Before(a.ticked) {
			body.Shown = &wire.ShownText{ID: a.text.ID, ShownAt: m.here(a.shownAt), TickedAt: m.here(a.ticked), UntickedAtStart: true}
		}
	})
	if err == nil && body.Hash == "" {
		return access.InvalidField("hash", access.HintNotAccepted)
	}
	var done wire.Agreement
	if err == nil {
		const act = "agreement"
		var key string
		if key, err = m.keyOf(act, body); err == nil {
			done, err = m.deps.API.AcceptAgreement(ctx, key, body)
			m.answered(act, err)
		}
	}
	if err != nil {
		m.ended(life, err)
		if access.HintOf(err) == access.HintTextsChanged {
			if failed := m.OpenAgreement(ctx); failed != nil {
				m.deps.Log.Info("agreement not read again", "error", failed)
			}
		}
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		m.agreement.sending, m.agreement.trouble = false, t
		if err == nil {
			m.takeAgreement(done, now)
		}
	})
	if err == nil {
		m.keepAgreement()
	}
	return err
}

// keepAgreement writes down with the remembered session that nothing is due.
func (m *Model) keepAgreement() {
	if r, ok := m.recall(); ok && r.Session.AgreementDue {
		r.Session.AgreementDue = false
		m.remember(r)
	}
}

// shown is what a receipt says of how the texts were shown; the lock is held. A
// text whose times are not known, or make no sense because the clock was put
// back, is left out.
func (m *Model) shown(f *enrollState, now time.Time) []wire.ShownText {
	var all []wire.ShownText
	for _, text := range m.texts {
		at, ticked := m.textsAt[text.ID], f.tickedAt[text.ID]
		if !f.ticked[text.ID] || at.IsZero() || ticked.Before(at) || now.Before(ticked) {
			continue
		}
		all = append(all, wire.ShownText{ID: text.ID, ShownAt: m.here(at), TickedAt: m.here(ticked), UntickedAtStart: true})
	}
	return all
}
