package account

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(look.Forced(theme.VariantLight))
	os.Exit(m.Run())
}

var noon = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)

func show(t *testing.T, o fyne.CanvasObject) fyne.Canvas {
	t.Helper()
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1180, 720))
	return w.Canvas()
}

func press(o fyne.Focusable, keys ...fyne.KeyName) {
	for _, k := range keys {
		o.TypedKey(&fyne.KeyEvent{Name: k})
	}
}

// dot is the smallest picture.
func dot() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func opened(kind access.UserKind) state.Register {
	return state.Register{
		About: &wire.About{Version: "1.2", Help: wire.HelpDesk{Phones: "601 000 0000", Hours: "lunes a viernes", Mail: "ayuda@example.org", Terms: "Texto legal."}},
		Kind:  kind, Form: access.Registration{Kind: kind}, Picture: state.Picture{ID: "i1", PNG: dot()},
		Pledge: &wire.ConsentText{ID: "pledge", Version: "1", Label: "Me comprometo", Body: "Texto del acuerdo."},
	}
}

// M-10, M-11: nothing further until the system is chosen; then the three types,
// each saying who it is for.
func TestChoose_systemFirst(t *testing.T) {
	c := NewChoose()
	chosen, kinds := false, []access.UserKind{}
	c.OnSystem = func() { chosen = true }
	c.OnKind = func(k access.UserKind) { kinds = append(kinds, k) }
	c.Render(state.Register{})
	canvas := show(t, c)
	if c.users.Visible() || c.system.Title() != "IHCE" {
		t.Error("the types of user stand there before the system was chosen")
	}
	c.Focus()
	press(canvas.Focused(), fyne.KeyReturn)
	if !chosen {
		t.Fatal("Intro does not choose the system")
	}
	c.Render(state.Register{IsChosen: true})
	if !c.users.Visible() || canvas.Focused() != c.kinds[0] {
		t.Errorf("the keyboard is at %T", canvas.Focused())
	}
	for range c.kinds {
		press(canvas.Focused(), fyne.KeySpace)
		canvas.FocusNext()
	}
	if !slices.Equal(kinds, access.UserKinds()) {
		t.Errorf("opened %v", kinds)
	}
	for i, want := range []string{"Delegado Administrativo", "Profesional de la Salud", "Otro usuario"} {
		if c.kinds[i].Title() != want {
			t.Errorf("card %d says %q", i, c.kinds[i].Title())
		}
	}
}

// M-12 to M-18, M-24 to M-28, M-33 to M-36: each field with its message, the
// keyboard in the first.
func TestForm_messagesUnderTheirFields(t *testing.T) {
	want := map[access.UserKind]map[string]string{
		access.UserDelegate: {
			"Tipo de Entidad": "Seleccione el tipo de entidad.", "Nit de la entidad": "Este dato es obligatorio.",
			"Tipo identificación delegado": "Seleccione el tipo de identificación.", "Número identificación delegado": "Este dato es obligatorio.",
			"Código de la imagen": "Escriba el código de la imagen.",
		},
		access.UserProfessional: {
			"Tipo identificación": "Seleccione el tipo de identificación.", "Número de identificación": "Este dato es obligatorio.",
			"Registro profesional": "Este dato es obligatorio.", "Código de la imagen": "Escriba el código de la imagen.",
		},
		access.UserOther: {
			"Tipo identificación": "Seleccione el tipo de identificación.", "Número identificación usuario": "Este dato es obligatorio.",
			"Código de la imagen": "Escriba el código de la imagen.",
		},
	}
	for kind, fields := range want {
		f, s := NewForm(kind), opened(kind)
		sent := false
		f.OnSubmit = func() { sent = true }
		f.Render(s)
		canvas := show(t, f)
		if got := f.page.Title.Text(); got != "REGISTRAR USUARIO -IHCE- ("+es.UserKind(kind)+")" {
			t.Error(got)
		}
		f.Submit()
		s.Fields = append(s.Form.Validate(), access.FieldError{Field: state.FieldImage, Hint: access.HintRequired},
			access.FieldError{Field: state.FieldPledge, Hint: access.HintNotAccepted})
		f.Render(s)
		got := map[string]string{}
		var first *kit.Field
		for _, x := range []*kit.Field{f.entityF, f.nitF, f.document.kindF, f.document.numberF, f.regF, f.image.field} {
			if x != nil {
				got[x.Label()] = x.Error()
				if first == nil {
					first = x
				}
			}
		}
		for label, message := range fields {
			if got[label] != message {
				t.Errorf("%s: %s says %q, want %q", kind, label, got[label], message)
			}
		}
		if len(got) != len(fields) || !f.pledge.box.HasError() || !sent {
			t.Errorf("%s: fields %v, pledge %v", kind, got, f.pledge.box.HasError())
		}
		if p, ok := first.Input().(*kit.Picker); !ok || canvas.Focused() != p.Entry() {
			t.Errorf("%s: the keyboard is at %T, not at the first wrong field", kind, canvas.Focused())
		}
	}
}

func TestForm_byKeyboard(t *testing.T) {
	f, s := NewForm(access.UserDelegate), opened(access.UserDelegate)
	ticked, submitted, checked := false, 0, 0
	f.OnForm = func(r access.Registration) { s.Form = r }
	f.OnCode = func(c string) { s.Picture.Code = c }
	f.OnTick = func(on bool) { ticked = on }
	f.OnCheck = func() { checked++ }
	f.OnSubmit = func() { submitted++ }
	f.Render(s)
	canvas := show(t, f)
	f.Focus()
	press(canvas.Focused(), fyne.KeyReturn, fyne.KeyReturn) // opens the list, chooses
	if s.Form.EntityType != access.EntityPSS || canvas.Focused() != f.nit {
		t.Fatalf("%+v; the keyboard is at %T", s.Form, canvas.Focused())
	}
	test.Type(canvas.Focused(), "999.100-005")
	press(canvas.Focused(), fyne.KeyReturn)
	press(canvas.Focused(), fyne.KeyDown, fyne.KeyReturn)
	test.Type(canvas.Focused(), "99 9900 0011")
	press(canvas.Focused(), fyne.KeyReturn)
	test.Type(canvas.Focused(), "k7mxw")
	press(canvas.Focused(), fyne.KeyReturn)
	want := access.Registration{Kind: access.UserDelegate, EntityType: access.EntityPSS, NIT: "999100005", Document: access.Document{Type: access.DocumentCC, Number: "9999000011"}}
	if s.Form != want || s.Picture.Code != "k7mxw" {
		t.Errorf("form %+v, code %q", s.Form, s.Picture.Code)
	}
	if canvas.Focused() != f.check {
		t.Fatalf("the keyboard is at %T", canvas.Focused())
	}
	press(canvas.Focused(), fyne.KeyReturn)
	for canvas.Focused() != f.pledge.box {
		canvas.FocusNext()
	}
	press(canvas.Focused(), fyne.KeySpace)
	f.Submit()
	if checked != 1 || submitted != 1 || !ticked {
		t.Errorf("checked %d, submitted %d, ticked %v", checked, submitted, ticked)
	}
}

// M-14: the check digit is computed and shown; typed too, it is told at once.
func TestForm_nitCheckDigit(t *testing.T) {
	f, s := NewForm(access.UserDelegate), opened(access.UserDelegate)
	f.OnForm = func(r access.Registration) { s.Form = r }
	f.Render(s)
	show(t, f)
	f.nit.SetText("999.100.005")
	f.Render(s)
	if f.nit.Text != "999100005" || f.nitF.HasError() || !strings.HasPrefix(nitHelp(f.nit.Text), "NIT 999.100.005-0") {
		t.Errorf("%q, %q, %q", f.nit.Text, f.nitF.Error(), nitHelp(f.nit.Text))
	}
	f.nit.SetText("999.100.005-0")
	if f.nitF.Error() != "Escriba el NIT sin dígito de verificación." {
		t.Errorf("%q", f.nitF.Error())
	}
	for in, isNIT := range map[string]bool{"": false, "1234": false, "12345": true, "999100005": true, "9991000050": false} {
		if got := strings.HasPrefix(nitHelp(in), "NIT "); got != isNIT {
			t.Errorf("%q: %q", in, nitHelp(in))
		}
	}
}

// M-03: one line for each item, with its word, its date and where to mend it.
func TestCheckLines(t *testing.T) {
	got := checkLines([]access.Prerequisite{
		{ID: access.PrerequisiteOrganization, Verdict: access.VerdictMet, DataAt: noon},
		{ID: access.PrerequisiteDelegation, Verdict: access.VerdictUnmet, DataAt: noon},
		{ID: access.PrerequisiteRETHUS, Verdict: access.VerdictNoData},
	})
	want := []checkLine{
		{look.Success, "Cumple", "El prestador está registrado como organización en MiSeguridadSocial.", "Datos del 23/11/2026 12:00."},
		{look.Danger, "No cumple", "El representante legal lo delegó a usted en MiSeguridadSocial.", "Falta la delegación de su representante legal. Regístrela en MiSeguridadSocial. Datos del 23/11/2026 12:00."},
		{look.Warning, "Sin datos", "Usted está inscrito en RETHUS como talento humano en salud.", "El Ministerio aún no cargó estos datos. Avise a la mesa de ayuda."},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestForm_checkHidesTheImage(t *testing.T) {
	f, s := NewForm(access.UserOther), opened(access.UserOther)
	f.Render(s)
	canvas := show(t, f)
	f.verify()
	s.Checking = true
	f.Render(s)
	if !f.submit.Disabled() || !f.cancel.Disabled() {
		t.Error("a form on its way can be sent again")
	}
	s.Checking, s.IsPassed, s.Picture = false, true, state.Picture{}
	s.Check = &wire.Prerequisites{Met: true, PassExpiresAt: noon, Items: []access.Prerequisite{{ID: access.PrerequisitePerson, Verdict: access.VerdictMet}}}
	f.Render(s)
	if f.image.asking.Visible() || !strings.Contains(f.image.passed.Text(), "12:00") || len(f.lines.content.Objects) != 1 {
		t.Error("the image is still asked for, or no line is drawn")
	}
	if canvas.Focused() != f.pledge.box {
		t.Errorf("the keyboard is at %T, not at what is left to do", canvas.Focused())
	}
}

// M-20, M-29, M-37: the summaries.
func TestSummary(t *testing.T) {
	for _, c := range []struct {
		kind  access.UserKind
		mail  string
		want  []string
		never []string
	}{
		{access.UserDelegate, "l•••@clinica.example", []string{"Nit de la entidad", "Tipo de Entidad", "Correo enviado con éxito a"}, []string{"Registro profesional"}},
		{access.UserProfessional, "", []string{"Registro profesional", "Tipo Documento Identificación"}, []string{"Nit de la entidad", "Correo enviado con éxito a"}},
		{access.UserOther, "b•••@ministerio.example", []string{"Número documento de Identificación"}, []string{"Registro profesional", "Nit de la entidad"}},
	} {
		s := opened(c.kind)
		s.Done = &wire.Registered{Login: "L1", MaskedEmail: c.mail, Form: access.Registration{Kind: c.kind, NIT: "999100005", Document: access.Document{Type: access.DocumentCC, Number: "9999000011"}, ProfessionalRegistry: "77"}}
		v := NewSummary()
		copied, accepted := "", false
		v.OnCopy = func(x string) { copied = x }
		v.OnAccept = func() { accepted = true }
		v.Render(s)
		canvas := show(t, v)
		var labels []string
		for _, f := range summaryFacts(*s.Done) {
			labels = append(labels, f.Label)
		}
		for _, l := range c.want {
			if !slices.Contains(labels, l) {
				t.Errorf("%s: no line %q in %q", c.kind, l, labels)
			}
		}
		for _, l := range c.never {
			if slices.Contains(labels, l) {
				t.Errorf("%s: a line %q", c.kind, l)
			}
		}
		m := v.mail.Message()
		if (c.mail == "") != strings.HasPrefix(m.Text, "No se envió correo: no hay correo registrado; agréguelo en MiSeguridadSocial") || (c.mail == "") == (m.Level == look.Info) {
			t.Errorf("%s: %+v", c.kind, m)
		}
		v.login.OnCopy(v.login.Value())
		v.Focus()
		press(canvas.Focused(), fyne.KeyReturn)
		if copied != "L1" || !accepted {
			t.Errorf("copied %q, accepted %v", copied, accepted)
		}
	}
	if es.RegisteredTitle(access.UserOther) != "REGISTRAR USUARIO -IHCE- (Otro tipo de usuario)" {
		t.Error(es.RegisteredTitle(access.UserOther))
	}
}

// M-31: help lines, hours, legal terms and version.
func TestDesk(t *testing.T) {
	d := newDesk()
	d.render(nil)
	if d.Visible() {
		t.Error("says something before the server did")
	}
	d.render(opened(access.UserOther).About)
	canvas := show(t, d)
	if got := d.help.Text(); got != "Atención al usuario: 601 000 0000 · ayuda@example.org · lunes a viernes" || d.version.Text() != "Versión 1.2" {
		t.Errorf("%q, %q", got, d.version.Text())
	}
	test.Tap(d.terms)
	if canvas.Overlays().Top() == nil {
		t.Error("the legal terms do not open")
	}
	press(canvas.Focused(), fyne.KeyEscape)
	if canvas.Overlays().Top() != nil {
		t.Error("Escape does not close them")
	}
}

func TestUnlock_everyPhase(t *testing.T) {
	u := NewUnlock()
	var links, codes []string
	var sight []bool
	var words [][2]secret.Text
	u.OnLink = func(s string) { links = append(links, s) }
	u.OnPassword = func(a, b secret.Text) { words = append(words, [2]secret.Text{a, b}) }
	u.OnCode = func(c string) { codes = append(codes, c) }
	u.OnSight = func(on bool) { sight = append(sight, on) }
	s := state.Unlock{Phase: state.UnlockCode}
	u.Render(s)
	canvas := show(t, u)
	u.Focus()
	test.Type(canvas.Focused(), "abc")
	press(canvas.Focused(), fyne.KeyReturn)
	s.Phase, s.Info = state.UnlockPassword, wire.AccountLinkInfo{Login: "CC9999000101", Purpose: wire.LinkRecover, NeedsSecondFactor: true}
	u.Render(s)
	if canvas.Focused() != u.words.first || u.code.Visible() {
		t.Fatalf("the keyboard is at %T", canvas.Focused())
	}
	test.Type(canvas.Focused(), "CC9999000101")
	if u.words.meter.Word() != "Débil" {
		t.Errorf("one's own login is %q", u.words.meter.Word())
	}
	u.words.first.SetText("grapa verde con nueve ranas")
	if w := u.words.meter.Word(); w == "Débil" || w == "" {
		t.Errorf("a good one is %q", w)
	}
	press(canvas.Focused(), fyne.KeyReturn)
	test.Type(canvas.Focused(), "otra")
	press(canvas.Focused(), fyne.KeyReturn)
	s.Fields = []access.FieldError{{Field: state.FieldAgain, Hint: access.HintDifferent}}
	u.Render(s)
	if u.words.againF.Error() != "Las dos contraseñas no son iguales." || canvas.Focused() != u.words.again {
		t.Errorf("%q; the keyboard is at %T", u.words.againF.Error(), canvas.Focused())
	}
	s.Fields, s.Phase = nil, state.UnlockEnrol
	s.Enrolment = &wire.Enrolment{Seed: "ABCDEFGHIJKLMNOP", Address: "otpauth://totp/Llavero:CC9999000101?secret=ABCDEFGHIJKLMNOP&issuer=Llavero"}
	u.Render(s)
	if len(u.enrol.qr.Objects) != 1 || u.enrol.seed.Value() != "ABCD EFGH IJKL MNOP" || u.words.first.Text != "" {
		t.Error("no QR, no seed, or the password stays in its field")
	}
	test.Type(canvas.Focused(), "123456")
	press(canvas.Focused(), fyne.KeyReturn)
	s.Fields = []access.FieldError{{Field: "code", Hint: access.HintSecondFactor}}
	u.Render(s)
	if !strings.HasPrefix(u.enrol.codeF.Error(), "El código del autenticador no coincide.") || !u.banner.Message().IsEmpty() || u.enrol.code.Text() != "" {
		t.Error("a wrong code is not told below its field")
	}
	s.Fields, s.Enrolment, s.Phase = nil, nil, state.UnlockDone
	u.Render(s)
	if len(u.enrol.qr.Objects) != 0 || u.enrol.seed.Value() != "" {
		t.Error("the seed stays")
	}
	if !strings.Contains(u.done.Message().Text, "Cerramos las sesiones") {
		t.Error(u.done.Message().Text)
	}
	if !slices.Equal(links, []string{"abc"}) || !slices.Equal(codes, []string{"123456"}) || !slices.Equal(sight, []bool{true, false}) {
		t.Errorf("links %q, codes %q, sight %v", links, codes, sight)
	}
	if len(words) != 1 || words[0][0].Reveal() != "grapa verde con nueve ranas" || words[0][1].Reveal() != "otra" {
		t.Error("the passwords were not handed over as typed")
	}
}

func TestJudge(t *testing.T) {
	for password, want := range map[string]string{
		"": "", "k8Jq2#vLm9T": "Débil", "CC9999000101CC": "Débil", "Contraseña2026!": "Débil", "aaaaaaaaaaaaaaaa": "Débil",
		"grapa verde con nueve ranas": "Muy buena",
	} {
		if got := judge(password, "CC9999000101"); got.Word != want || (got.Word == "Débil") != (got.Parts == 1) {
			t.Errorf("%q: %+v, want %q", password, got, want)
		}
	}
	if judge("ñandú").Note != "Use 12 caracteres o más." {
		t.Error(judge("ñandú").Note)
	}
}

func TestQR_noAddress(t *testing.T) {
	for _, a := range []string{"", "https://example.org", "otpauth://%zz"} {
		if newQR(a) != nil {
			t.Errorf("%q is drawn", a)
		}
	}
}

func TestRecover_saysTheSameToAll(t *testing.T) {
	r, s := NewRecover(), state.Recovery{Picture: state.Picture{ID: "i1", PNG: dot()}}
	r.OnForm = func(f state.RecoveryForm) { s.Form = f }
	r.OnImageCode = func(c string) { s.Picture.Code = c }
	sent := 0
	r.OnSubmit = func() { sent++ }
	r.Render(s)
	canvas := show(t, r)
	r.Focus()
	test.Type(canvas.Focused(), "CC9999000011")
	press(canvas.Focused(), fyne.KeyReturn)
	press(canvas.Focused(), fyne.KeyDown, fyne.KeyReturn)
	test.Type(canvas.Focused(), "9999000011")
	press(canvas.Focused(), fyne.KeyReturn)
	test.Type(canvas.Focused(), "abc34")
	press(canvas.Focused(), fyne.KeyReturn)
	if sent != 1 || s.Form.Login != "CC9999000011" || s.Form.Document.Number != "9999000011" || s.Picture.Code != "abc34" {
		t.Errorf("sent %d, %+v", sent, s)
	}
	s.Done = &wire.Recovering{Sender: "llaves@example.org"}
	r.Render(s)
	if m := r.said.Message().Text; !strings.HasPrefix(m, "Si los datos corresponden a un usuario, enviamos un correo a la dirección registrada") {
		t.Error(m)
	}
	if r.user.Visible() || canvas.Focused() != r.code {
		t.Errorf("the form stays, or the keyboard is at %T", canvas.Focused())
	}
}

func TestMine_changesThePassword(t *testing.T) {
	m, s := NewMine(), state.Account{Link: state.Link{Phase: state.LinkOnline}, Session: wire.Session{Login: "CC9999000101", Person: access.Person{Name: "Beatriz Quiñones"}}}
	var got []secret.Text
	m.OnChange = func(a, b, c secret.Text) { got = []secret.Text{a, b, c} }
	m.Render(s)
	canvas := show(t, m)
	m.Focus()
	for _, word := range []string{"vieja", "grapa verde con nueve ranas", "grapa verde con nueve ranas"} {
		test.Type(canvas.Focused(), word)
		press(canvas.Focused(), fyne.KeyReturn)
	}
	if len(got) != 3 || got[0].Reveal() != "vieja" || got[1] != got[2] {
		t.Fatalf("%d handed over", len(got))
	}
	s.DoneAt = noon
	m.Render(s)
	if m.current.Text != "" || m.words.first.Text != "" || !strings.Contains(m.banner.Message().Text, "Contraseña cambiada a las 12:00") {
		t.Error("the passwords stay, or nothing is said")
	}
	s.Link.Phase = state.LinkOffline
	m.Render(s)
	got = nil
	m.Submit()
	if got != nil || m.note.Text() != es.NeedsLink {
		t.Error("sent without a connection")
	}
}
