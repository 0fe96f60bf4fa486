package state

import (
	"context"
	"strings"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// recoveryState is a forgotten password on its way.
type recoveryState struct {
	turn    int // grows when it is left: late answers are dropped
	form    RecoveryForm
	picture pictureState
	fields  []access.FieldError
	sending bool
	trouble *Trouble
	done    *wire.Recovering
}

// Recovery is «Olvidé mi contraseña» as it stands.
func (m *Model) Recovery() Recovery {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := &m.recovery
	return Recovery{
		About: m.about, Form: r.form, Picture: r.picture.shown(), Fields: r.fields, Sending: r.sending, Trouble: r.trouble, Done: r.done,
	}
}

// OpenRecovery asks for an image, unless a fresh one is there. The login is the
// one of the sign-in form, until another is typed.
func (m *Model) OpenRecovery(ctx context.Context, scale float64) error {
	now := m.now()
	m.mu.Lock()
	r := &m.recovery
	turn := r.turn
	if r.form.Login == "" {
		r.form.Login = m.signIn.login
	}
	r.trouble = nil
	isFresh := r.picture.isFresh(now)
	m.mu.Unlock()
	err := m.AskAbout(ctx)
	if err == nil && !isFresh {
		err = m.OtherRecoveryImage(ctx, scale)
	}
	m.recoveryEnded(turn, err)
	return err
}

func (m *Model) setRecovery(turn int, change func(*recoveryState)) {
	m.mu.Lock()
	if m.recovery.turn == turn {
		change(&m.recovery)
	}
	m.mu.Unlock()
	poke(m.changed)
}

func (m *Model) recoveryEnded(turn int, err error) {
	t := m.troubleOf(err)
	m.setRecovery(turn, func(r *recoveryState) {
		r.sending = false
		r.fields, r.trouble = partFields(t, "login", "document", FieldImage)
	})
}

// SetRecovery takes what was written.
func (m *Model) SetRecovery(form RecoveryForm) {
	m.mu.Lock()
	r := &m.recovery
	if form.Login != r.form.Login {
		r.fields = without(r.fields, "login")
	}
	if form.Document.Type != r.form.Document.Type {
		r.fields = without(r.fields, "document.type")
	}
	if form.Document != r.form.Document {
		r.fields = without(r.fields, "document.number")
	}
	r.form = form
	m.mu.Unlock()
	poke(m.changed)
}

// SetRecoveryCode takes what was read in the image.
func (m *Model) SetRecoveryCode(code string) {
	m.mu.Lock()
	m.recovery.picture.code = code
	m.recovery.fields = without(m.recovery.fields, FieldImage)
	m.mu.Unlock()
	poke(m.changed)
}

// OtherRecoveryImage is «Actualizar imagen».
func (m *Model) OtherRecoveryImage(ctx context.Context, scale float64) error {
	m.mu.Lock()
	turn := m.recovery.turn
	m.mu.Unlock()
	err := m.draw(ctx, scale, func() *pictureState {
		if m.recovery.turn != turn {
			return nil
		}
		return &m.recovery.picture
	})
	if t := m.troubleOf(err); t != nil {
		m.setRecovery(turn, func(r *recoveryState) { r.trouble = t })
	}
	return err
}

// SubmitRecovery asks for the mail. It returns nil when the answer, the same for
// everybody, is there.
func (m *Model) SubmitRecovery(ctx context.Context, scale float64) error {
	m.mu.Lock()
	r := &m.recovery
	turn := r.turn
	if r.sending || r.done != nil {
		m.mu.Unlock()
		return nil
	}
	r.form.Login = strings.TrimSpace(r.form.Login)
	who := access.Registration{Kind: access.UserOther, Document: r.form.Document}.Trimmed()
	r.form.Document, r.picture.code = who.Document, strings.TrimSpace(r.picture.code)
	var wrong []access.FieldError
	if hint := access.LineHint(r.form.Login); hint != "" {
		wrong = append(wrong, access.FieldError{Field: "login", Hint: hint})
	}
	wrong = append(wrong, who.Validate()...)
	if r.picture.code == "" {
		wrong = append(wrong, access.FieldError{Field: FieldImage, Hint: access.HintRequired})
	}
	r.fields, r.trouble, r.sending = wrong, nil, len(wrong) == 0
	body := wire.Recover{Login: r.form.Login, Document: r.form.Document, Image: r.picture.answer()}
	needsImage := r.picture.image.ID == "" && !r.picture.loading
	m.mu.Unlock()
	poke(m.changed)
	if len(wrong) > 0 {
		if needsImage {
			_ = m.OtherRecoveryImage(ctx, scale) // shown in the picture's place
		}
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	got, err := m.deps.API.Recover(ctx, body)
	if err == nil {
		m.setRecovery(turn, func(r *recoveryState) { r.done = &got })
	}
	m.recoveryEnded(turn, err)
	if isPictureSpent(err) {
		_ = m.OtherRecoveryImage(ctx, scale) // shown in the picture's place
	}
	return err
}

// CloseRecovery forgets it.
func (m *Model) CloseRecovery() {
	m.mu.Lock()
	m.recovery = recoveryState{turn: m.recovery.turn + 1}
	m.mu.Unlock()
	poke(m.changed)
}
