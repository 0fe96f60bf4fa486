package account

import (
	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/es"
	"llavero/shared/secret"
)

// newPassword is a new password, typed twice, with its strength.
type newPassword struct {
	first, again   *kit.Entry
	firstF, againF *kit.Field
	meter          *kit.Meter
	own            func() []string // words of the owner's
	parts          []fyne.CanvasObject
}

// newNewPassword makes both fields; own are words a guesser would try first, typed is told of each change in one of them,
// submit is called on Enter in the second.
func newNewPassword(own func() []string, typed func(field string), submit func()) *newPassword {
	p := &newPassword{first: kit.NewPasswordEntry(), again: kit.NewPasswordEntry(), meter: kit.NewMeter(), own: own}
	p.firstF = kit.NewField(es.FieldLabel(state.FieldNew), true, p.first, "12 caracteres o más. Varias palabras sirven y puede llevar espacios.")
	p.againF = kit.NewField(es.FieldLabel(state.FieldAgain), true, p.again, "")
	p.first.OnText(func(string) { typed(state.FieldNew); p.measure() })
	p.again.OnText(func(string) { typed(state.FieldAgain) })
	p.first.OnSubmitted = func(string) { kit.Focus(p.again) }
	p.again.OnSubmitted = func(string) { submit() }
	p.parts = []fyne.CanvasObject{p.firstF, p.meter, p.againF}
	return p
}

func (p *newPassword) measure() {
	s := judge(p.first.Text, p.own()...)
	p.meter.Set(s.Parts, s.Level, s.Word, s.Note)
}

func (p *newPassword) read() (password, again secret.Text) {
	return secret.New(p.first.Text), secret.New(p.again.Text)
}

func (p *newPassword) complain(errs map[string]string) {
	p.firstF.SetError(errs[state.FieldNew])
	p.againF.SetError(errs[state.FieldAgain])
}

func (p *newPassword) setEnabled(on bool) {
	p.firstF.SetEnabled(on)
	p.againF.SetEnabled(on)
}

// clear forgets what was typed.
func (p *newPassword) clear() {
	p.first.Put("")
	p.again.Put("")
	p.measure()
}
