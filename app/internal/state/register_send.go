package state

import (
	"context"
	"errors"
	"slices"
	"strings"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// prerequisitePrefix leads the fields of a refusal that name prerequisites.
const prerequisitePrefix = "prerequisites."

// CheckPrerequisites is «Verificar requisitos»: one answer a line. The image is
// spent; the pass of the answer stands for it as long as the form stays.
func (m *Model) CheckPrerequisites(ctx context.Context, scale float64) error {
	if m.Register().IsPassed {
		return m.checkAgain(ctx, scale)
	}
	turn, form, err := m.beginRegister(func(r *registerState) { r.checking = true }, false)
	if err != nil {
		return m.registerHeld(ctx, turn, scale, err)
	}
	answer := m.registerPicture(turn).answer()
	got, err := m.deps.API.CheckPrerequisites(ctx, wire.CheckPrerequisites{Form: form, Image: answer})
	if err != nil {
		return m.registerRefused(ctx, turn, scale, err)
	}
	m.setRegister(turn, func(r *registerState) {
		r.check, r.checked, r.picture = &got, form, pictureState{}
	})
	m.registerEnded(turn, nil)
	return nil
}

// checkAgain gives the pass up: the next check wants an image of its own. The
// lines stay until it is answered.
func (m *Model) checkAgain(ctx context.Context, scale float64) error {
	m.mu.Lock()
	if r := &m.register; r.check != nil {
		next := *r.check
		next.Pass = ""
		r.check = &next
	}
	m.mu.Unlock()
	return m.OtherImage(ctx, scale)
}

// SubmitRegister is «Registrar». It returns nil when the summary is there.
func (m *Model) SubmitRegister(ctx context.Context, scale float64) error {
	turn, form, err := m.beginRegister(func(r *registerState) { r.sending = true }, true)
	if err != nil {
		return m.registerHeld(ctx, turn, scale, err)
	}
	s := m.Register()
	body := wire.Register{Form: form}
	if s.Pledge != nil {
		body.Pledge = wire.AcceptedText{ID: s.Pledge.ID, Hash: s.Pledge.Hash}
	}
	if s.IsPassed {
		body.Pass = s.Check.Pass
	} else {
		answer := m.registerPicture(turn).answer()
		body.Image = &answer
	}
	got, err := m.deps.API.Register(ctx, body)
	if err != nil {
		return m.registerRefused(ctx, turn, scale, err)
	}
	m.setRegister(turn, func(r *registerState) { r.done = &got })
	m.registerEnded(turn, nil)
	return nil
}

// beginRegister refuses a form that is wrong and marks it as being sent.
func (m *Model) beginRegister(mark func(*registerState), all bool) (turn int, form access.Registration, err error) {
	now := m.now()
	m.mu.Lock()
	defer func() {
		m.mu.Unlock()
		poke(m.changed)
	}()
	r := &m.register
	turn = r.turn
	if r.checking || r.sending || r.done != nil {
		return turn, form, errBusy
	}
	form = r.form().Trimmed()
	r.draft.NIT, r.draft.Document, r.draft.ProfessionalRegistry = keep(r.draft.NIT, form.NIT), form.Document, keep(r.draft.ProfessionalRegistry, form.ProfessionalRegistry)
	r.picture.code = strings.TrimSpace(r.picture.code)
	isPassed := r.check != nil && r.checked == form && r.check.Pass != "" && now.Before(r.check.PassExpiresAt)
	wrong := form.Validate()
	if r.picture.code == "" && (!all || !isPassed) {
		wrong = append(wrong, access.FieldError{Field: FieldImage, Hint: access.HintRequired})
	}
	if all && !r.ticked {
		wrong = append(wrong, access.FieldError{Field: FieldPledge, Hint: access.HintNotAccepted})
	}
	r.fields, r.trouble = wrong, nil
	if len(wrong) > 0 {
		return turn, form, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	mark(r)
	return turn, form, nil
}

// errBusy answers a second press while the first is on its way.
var errBusy = access.Refuse(access.CodeConflict, access.HintState)

// keep returns the tidied value of a field that this kind has, the draft's of one
// it has not.
func keep[T ~string](draft, tidied T) T {
	if tidied == "" {
		return draft
	}
	return tidied
}

// registerHeld shows what kept a form from being sent. An image that is not there
// is asked for, when it is what lacks.
func (m *Model) registerHeld(ctx context.Context, turn int, scale float64, err error) error {
	if err == errBusy { //nolint:errorlint // the very value, made here
		return nil
	}
	m.registerEnded(turn, err)
	if hasField(err, FieldImage) && m.NeedsImage() {
		_ = m.OtherImage(ctx, scale) // shown in the picture's place
	}
	return err
}

// registerRefused shows the server's refusal, and another image when the try
// spent the one shown.
func (m *Model) registerRefused(ctx context.Context, turn int, scale float64, err error) error {
	if access.HintOf(err) == access.HintTextsChanged || hasField(err, FieldPledge) {
		if again := m.readPledge(ctx, turn); again != nil {
			m.deps.Log.Warn("pledge not read anew", "error", again)
		}
	}
	m.setRegister(turn, func(r *registerState) { r.unmet(err) })
	m.registerEnded(turn, err)
	if !m.Register().IsPassed && isPictureSpent(err) {
		_ = m.OtherImage(ctx, scale) // shown in the picture's place
	}
	return err
}

// unmet takes over what a refusal says: the prerequisites it names become lines,
// a pass it does not take is none.
func (r *registerState) unmet(err error) {
	form := r.form().Trimmed()
	next := wire.Prerequisites{}
	if r.check != nil && r.checked == form {
		next = *r.check
		next.Items = slices.Clone(next.Items)
	}
	if hasField(err, FieldImage) {
		next.Pass = ""
	}
	for _, f := range fieldsOf(err) {
		id, ok := strings.CutPrefix(f.Field, prerequisitePrefix)
		if !ok {
			continue
		}
		verdict := access.VerdictUnmet
		if f.Hint == access.HintNoData {
			verdict = access.VerdictNoData
		}
		next.Met = false
		at := slices.IndexFunc(next.Items, func(p access.Prerequisite) bool { return string(p.ID) == id })
		if at < 0 {
			at = len(next.Items)
			next.Items = append(next.Items, access.Prerequisite{ID: access.PrerequisiteID(id)})
		}
		next.Items[at].Verdict = verdict
	}
	r.check, r.checked = &next, form
	if len(next.Items) == 0 {
		r.check = nil
	}
}

// fieldsOf are the wrong fields an error names.
func fieldsOf(err error) []access.FieldError {
	if e, ok := errors.AsType[*access.Error](err); ok {
		return e.Fields
	}
	return nil
}

func hasField(err error, field string) bool {
	return slices.ContainsFunc(fieldsOf(err), func(f access.FieldError) bool { return f.Field == field })
}
