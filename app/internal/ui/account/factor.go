package account

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/es"
	"llavero/shared/secret"
)

// factorBlock says how the second factor stands, and what can be done with it.
type factorBlock struct {
	content                       *fyne.Container
	facts                         *kit.Facts
	warning                       *kit.Banner
	begin, replace, codes, remove *kit.Button
}

func newFactorBlock(act func(state.FactorAct)) *factorBlock {
	b := &factorBlock{facts: kit.NewFacts(), warning: kit.NewBanner()}
	button := func(words string, a state.FactorAct) *kit.Button {
		return kit.NewButton(words, func() { act(a) })
	}
	b.begin = kit.NewPrimary(es.FactorBegin, func() { act(state.FactorBegin) })
	b.replace, b.codes, b.remove = button(es.FactorReplace, state.FactorReplace), button(es.FactorCodes, state.FactorCodes), button(es.FactorRemove, state.FactorRemove)
	b.content = kit.NewSection(es.FactorTitle, "Además de la contraseña, un código de su aplicación de autenticación en el celular.",
		b.facts, b.warning, kit.NewRow(b.begin, b.replace, b.codes, b.remove))
	return b
}

func (b *factorBlock) focus() {
	for _, x := range []*kit.Button{b.begin, b.replace} {
		if x.Visible() {
			kit.Focus(x)
			return
		}
	}
}

func (b *factorBlock) render(s state.Security) {
	f := s.Session.SecondFactor
	standing, rule := "Sin activar", "Su rol no lo exige; se lo recomendamos"
	if f.Enrolled {
		standing = "Activo"
	}
	if f.Mandatory {
		rule = "Su rol lo exige"
	}
	facts := []kit.Fact{{Label: "Estado", Value: standing}}
	if f.Enrolled {
		facts = append(facts, kit.Fact{Label: "Códigos de recuperación", Value: es.Count(f.RecoveryCodesLeft, "sin usar", "sin usar")})
	}
	b.facts.Set(append(facts, kit.Fact{Label: "Exigencia", Value: rule}))
	b.warning.Set(kit.Message{Level: look.Warning, Text: es.CodesLeft(f)})
	for x, on := range map[*kit.Button]bool{b.begin: !f.Enrolled, b.replace: f.Enrolled, b.codes: f.Enrolled, b.remove: f.Enrolled && !f.Mandatory} {
		kit.SetVisible(x, on)
		x.SetEnabled(s.Link.IsOnline())
	}
}

// proveBlock asks for the password and, where a second factor is in force, for a
// code of it.
type proveBlock struct {
	content   *fyne.Container
	title     *kit.Text
	means     *kit.Text
	password  *kit.Entry
	passF     *kit.Field
	code      *kit.CodeEntry
	codeF     *kit.Field
	recovery  *kit.Entry
	recoveryF *kit.Field
	other     *kit.Button
	act       state.FactorAct
	isOther   bool // a recovery code in place of the authenticator's
}

func newProveBlock(typed func(string), submit func()) *proveBlock {
	b := &proveBlock{title: kit.NewHeading(""), means: kit.NewText(""), password: kit.NewPasswordEntry(), code: kit.NewCodeEntry(6), recovery: kit.NewCodeLine("ABCD-EFGH-JKLM-NPQR")}
	b.passF = kit.NewField(es.FieldLabel("password"), true, b.password, "La contraseña con la que ingresa.")
	b.codeF = kit.NewField("Código del autenticador", true, b.code, "Los 6 dígitos que muestra ahora su aplicación.")
	b.recoveryF = kit.NewField("Código de recuperación", true, b.recovery, "Los espacios, los guiones y las mayúsculas no importan. Sirve una vez.")
	b.password.OnText(func(string) { typed("password") })
	b.code.OnChanged = func(string) { typed("code") }
	b.recovery.OnText(func(string) { typed("recoveryCode") })
	b.password.OnSubmitted = func(string) {
		switch {
		case b.codeF.Visible():
			b.code.Focus()
		case b.recoveryF.Visible():
			kit.Focus(b.recovery)
		default:
			submit()
		}
	}
	b.code.OnSubmitted = func(string) { submit() }
	b.recovery.OnSubmitted = func(string) { submit() }
	b.other = kit.NewQuiet("", nil, func() {
		b.isOther = !b.isOther
		b.show()
	})
	b.content = kit.NewPanel(kit.NewStack(kit.NewTight(b.title, b.means), b.passF, b.codeF, b.recoveryF, container.NewHBox(b.other)))
	b.show()
	return b
}

// show sets which code is asked for.
func (b *proveBlock) show() {
	isRecovery := b.act == state.FactorReplace && b.isOther
	kit.SetVisible(b.codeF, b.act != state.FactorBegin && !isRecovery)
	kit.SetVisible(b.recoveryF, isRecovery)
	kit.SetVisible(b.other, b.act == state.FactorReplace)
	b.other.SetText(es.UseRecoveryCode)
	if isRecovery {
		b.other.SetText(es.UseCode)
	}
	b.content.Refresh()
}

func (b *proveBlock) read() state.FactorProof {
	p := state.FactorProof{Password: secret.New(b.password.Text)}
	if b.recoveryF.Visible() {
		p.RecoveryCode = secret.New(b.recovery.Text)
	} else {
		p.Code = secret.New(b.code.Text())
	}
	return p
}

func (b *proveBlock) clear() {
	b.password.Put("")
	b.code.SetText("")
	b.recovery.Put("")
	b.isOther = false
}

func (b *proveBlock) render(s state.Security) {
	if s.Act != b.act {
		b.act = s.Act
		b.show()
	}
	words := map[state.FactorAct][2]string{
		state.FactorBegin:   {"Activar segundo factor", "Confirme que es usted. Después escanea un código con su celular."},
		state.FactorReplace: {"Cambiar de autenticador", "El autenticador y los códigos de recuperación de ahora dejan de servir en cuanto active el nuevo."},
		state.FactorCodes:   {"Generar códigos nuevos", "Los códigos de recuperación de ahora dejan de servir."},
		state.FactorRemove:  {"Quitar segundo factor", "Su usuario queda solo con la contraseña. Cerramos sus sesiones en otros computadores."},
	}[s.Act]
	b.title.SetText(words[0])
	b.means.SetText(words[1])
	errs := messages(s.Fields)
	b.passF.SetError(errs["password"])
	codeError := errs["code"]
	if s.Phase != state.FactorProve {
		codeError = ""
	}
	b.codeF.SetError(codeError)
	b.recoveryF.SetError(errs["recoveryCode"])
	for _, f := range []*kit.Field{b.passF, b.codeF, b.recoveryF} {
		f.SetEnabled(!s.Sending)
	}
}
