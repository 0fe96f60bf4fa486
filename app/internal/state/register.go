package state

import (
	"context"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// registerState is a registration on its way. It lives in this program alone
// until «Registrar» is accepted.
type registerState struct {
	turn     int // grows when it is begun anew: late answers are dropped
	isChosen bool
	kind     access.UserKind
	draft    access.Registration // what was typed, for whatever kind
	picture  pictureState
	check    *wire.Prerequisites
	checked  access.Registration // what the check was about
	pledge   *wire.ConsentText
	ticked   bool
	fields   []access.FieldError
	checking bool
	sending  bool
	trouble  *Trouble
	done     *wire.Registered
}

// form is the draft with the fields of its kind alone.
func (r *registerState) form() access.Registration {
	f := r.draft
	f.Kind = r.kind
	if f.Kind != access.UserDelegate {
		f.EntityType, f.NIT = "", ""
	}
	if f.Kind != access.UserProfessional {
		f.ProfessionalRegistry = ""
	}
	return f
}

// Register is the registration as it stands.
func (m *Model) Register() Register {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	r := &m.register
	s := Register{
		About: m.about, IsChosen: r.isChosen, Kind: r.kind, Form: r.form(), Picture: r.picture.shown(), Pledge: r.pledge, Ticked: r.ticked,
		Fields: r.fields, Checking: r.checking, Sending: r.sending, Trouble: r.trouble, Done: r.done,
	}
	if r.check != nil && r.checked == s.Form.Trimmed() {
		s.Check = r.check
		s.IsPassed = r.check.Pass != "" && now.Before(r.check.PassExpiresAt)
	}
	return s
}

// ChooseSystem chooses the one system there is.
func (m *Model) ChooseSystem() {
	m.mu.Lock()
	m.register.isChosen = true
	m.mu.Unlock()
	poke(m.changed)
}

// ChooseUserKind says as what somebody registers. What was typed stays.
func (m *Model) ChooseUserKind(k access.UserKind) {
	m.mu.Lock()
	r := &m.register
	if r.kind != k {
		r.kind, r.fields, r.trouble, r.done = k, nil, nil, nil
	}
	m.mu.Unlock()
	poke(m.changed)
}

// OpenRegister reads the pledge and asks for an image, unless they are there.
// Scale is how large the image is drawn.
func (m *Model) OpenRegister(ctx context.Context, scale float64) error {
	m.mu.Lock()
	turn := m.register.turn
	m.register.trouble = nil
	hasPledge := m.register.pledge != nil
	m.mu.Unlock()
	err := m.AskAbout(ctx)
	if err == nil && !hasPledge {
		err = m.readPledge(ctx, turn)
	}
	if now := m.now(); err == nil && !m.Register().IsPassed && !m.registerPicture(turn).isFresh(now) {
		err = m.OtherImage(ctx, scale)
	}
	m.registerEnded(turn, err)
	return err
}

// AskAbout asks what the server is, unless that is known.
func (m *Model) AskAbout(ctx context.Context) error {
	m.mu.Lock()
	isKnown := m.about != nil
	m.mu.Unlock()
	if isKnown {
		return nil
	}
	return m.askAbout(ctx)
}

// readPledge reads the text in force. Another one than was ticked wants its box
// ticked again.
func (m *Model) readPledge(ctx context.Context, turn int) error {
	info, err := m.deps.API.RegistrationInfo(ctx)
	if err != nil {
		return err
	}
	m.setRegister(turn, func(r *registerState) {
		if r.pledge == nil || r.pledge.Hash != info.Pledge.Hash {
			r.ticked = false
		}
		r.pledge = &info.Pledge
	})
	return nil
}

func (m *Model) registerPicture(turn int) pictureState {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.register.turn != turn {
		return pictureState{}
	}
	return m.register.picture
}

// setRegister changes the registration unless it was begun anew since.
func (m *Model) setRegister(turn int, change func(*registerState)) {
	m.mu.Lock()
	if m.register.turn == turn {
		change(&m.register)
	}
	m.mu.Unlock()
	poke(m.changed)
}

// registerEnded shows how an act went: wrong fields under the fields, the rest in
// the banner.
func (m *Model) registerEnded(turn int, err error) {
	t := m.troubleOf(err)
	m.setRegister(turn, func(r *registerState) {
		r.checking, r.sending, r.trouble = false, false, t
		if t == nil || len(t.Err.Fields) == 0 {
			return
		}
		if t.Err.Hint == access.HintPrerequisites { // they have lines of their own
			r.fields = nil
			return
		}
		r.fields, r.trouble = partFields(t, "entityType", "nit", "document", "professionalRegistry", FieldImage, FieldPledge)
	})
}

// SetRegistration takes what was written. The complaint about a field goes when
// the field changes; so does the answer of a check about another form.
func (m *Model) SetRegistration(form access.Registration) {
	m.mu.Lock()
	r := &m.register
	before := r.form()
	form.Kind = r.kind
	for _, f := range []struct {
		name string
		same bool
	}{
		{"entityType", before.EntityType == form.EntityType},
		{"nit", before.NIT == form.NIT},
		{"document.type", before.Document.Type == form.Document.Type},
		{"document.number", before.Document == form.Document},
		{"professionalRegistry", before.ProfessionalRegistry == form.ProfessionalRegistry},
	} {
		if !f.same {
			r.fields = without(r.fields, f.name)
		}
	}
	r.draft.Document = form.Document
	switch r.kind {
	case access.UserDelegate:
		r.draft.EntityType, r.draft.NIT = form.EntityType, form.NIT
	case access.UserProfessional:
		r.draft.ProfessionalRegistry = form.ProfessionalRegistry
	}
	m.mu.Unlock()
	poke(m.changed)
}

// SetImageCode takes what was read in the image.
func (m *Model) SetImageCode(code string) {
	m.mu.Lock()
	m.register.picture.code = code
	m.register.fields = without(m.register.fields, FieldImage)
	m.mu.Unlock()
	poke(m.changed)
}

// TickPledge ticks the box of the pledge, or clears it.
func (m *Model) TickPledge(on bool) {
	m.mu.Lock()
	m.register.ticked = on
	m.register.fields = without(m.register.fields, FieldPledge)
	m.mu.Unlock()
	poke(m.changed)
}

// NeedsImage reports that the form has changed since its check and there is no
// image to answer in its place.
func (m *Model) NeedsImage() bool {
	s := m.Register()
	return !s.IsPassed && s.Picture.ID == "" && !s.Picture.Loading && !s.Checking && !s.Sending
}

// OtherImage is «Actualizar imagen»: the old one is of no use any more.
func (m *Model) OtherImage(ctx context.Context, scale float64) error {
	m.mu.Lock()
	turn := m.register.turn
	m.mu.Unlock()
	err := m.draw(ctx, scale, func() *pictureState {
		if m.register.turn != turn {
			return nil
		}
		return &m.register.picture
	})
	if t := m.troubleOf(err); t != nil {
		m.setRegister(turn, func(r *registerState) { r.trouble = t })
	}
	return err
}

// RegisterDraft is a registration put aside, to be taken up again.
type RegisterDraft struct{ kept registerState }

// CancelRegister forgets the registration. The server never knew of it.
func (m *Model) CancelRegister() RegisterDraft {
	m.mu.Lock()
	kept := m.register
	m.register = registerState{turn: kept.turn + 1}
	m.mu.Unlock()
	poke(m.changed)
	return RegisterDraft{kept: kept}
}

// RestoreRegister takes a registration up again, but for its image, which was
// good once.
func (m *Model) RestoreRegister(d RegisterDraft) {
	m.mu.Lock()
	turn := m.register.turn + 1
	m.register = d.kept
	m.register.turn, m.register.picture = turn, pictureState{}
	m.register.checking, m.register.sending = false, false
	m.mu.Unlock()
	poke(m.changed)
}

// FinishRegister leaves the summary with its login in the sign-in form.
func (m *Model) FinishRegister() {
	m.mu.Lock()
	if d := m.register.done; d != nil {
		m.signIn.login, m.signIn.trouble = d.Login, nil
	}
	m.register = registerState{turn: m.register.turn + 1}
	m.mu.Unlock()
	poke(m.changed)
}
