package delegate

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

func consentTexts() []wire.ConsentText {
	return []wire.ConsentText{
		{ID: "terms", Version: "1", Label: "Acepto los términos.", Body: "Texto de los términos.", Hash: strings.Repeat("1", 64)},
		{ID: "data", Version: "1", Label: "Autorizo el tratamiento.", Body: "Texto de datos.", Hash: strings.Repeat("2", 64)},
	}
}

func enrollSnapshot() state.Enroll {
	other := clinic()
	other.Code, other.Municipality = "0504599001", "Apartadó"
	rows := []state.Entity{{Provider: clinic()}, {Provider: other}}
	return state.Enroll{
		Link: online, Texts: consentTexts(),
		Entities: state.Entities{Rows: rows, Search: state.NewIndex([]string{entityTitle(rows[0].Provider), entityTitle(rows[1].Provider)})},
	}
}

func TestEnroll_messagesUnderTheirFields(t *testing.T) {
	e, s := NewEnroll(access.KindEnroll), enrollSnapshot()
	e.Render(s)
	w := show(t, e)
	e.asked = true
	s.Fields = append([]access.FieldError{{Field: state.FieldCode, Hint: access.HintRequired}}, s.Form.Validate(false, nil)...)
	s.Fields = append(s.Fields,
		access.FieldError{Field: state.FieldAccepted + "terms", Hint: access.HintNotAccepted},
		access.FieldError{Field: state.FieldAccepted + "data", Hint: access.HintNotAccepted})
	e.Render(s)

	want := map[string]string{
		"vendor": "El nombre del proveedor es obligatorio.", "software": "El nombre del software es obligatorio.",
		"lead.name": "El nombre del líder técnico es obligatorio.", "lead.email": "El correo del líder técnico es obligatorio.",
		"lead.phone": "El teléfono del líder técnico es obligatorio.", "privacy.name": "El nombre del responsable es obligatorio.",
		"privacy.email": "El correo del responsable es obligatorio.", "privacy.phone": "El teléfono del responsable es obligatorio.",
	}
	for _, f := range e.form.fields {
		if got := f.field.Error(); got != want[f.name] {
			t.Errorf("%s: got %q, want %q", f.name, got, want[f.name])
		}
	}
	if e.entity.Error() != "Seleccione una entidad." {
		t.Errorf("entity: got %q", e.entity.Error())
	}
	for i, c := range e.consent.boxes {
		if !c.HasError() {
			t.Errorf("box %d shows no complaint", i)
		}
	}
	if w.Canvas().Focused() != e.picker.input.Entry() {
		t.Errorf("the keyboard is at %T, not at the first wrong field", w.Canvas().Focused())
	}

	// The person corrects one field: the complaints left do not take the keyboard.
	w.Canvas().Focus(e.form.fields[1].entry)
	s.Fields = s.Fields[1:]
	e.Render(s)
	if w.Canvas().Focused() != e.form.fields[1].entry {
		t.Error("a correction moved the keyboard")
	}
}

// Each text stands in full with a box of its own, unticked until the person
// ticks it; another version of a text is not ticked for having been there before.
func TestEnroll_boxesUnticked(t *testing.T) {
	e, s := NewEnroll(access.KindEnroll), enrollSnapshot()
	e.Render(s)
	w := show(t, e)
	w.Resize(fyne.NewSize(1180, 1900))
	if len(e.consent.boxes) != 2 {
		t.Fatalf("%d boxes", len(e.consent.boxes))
	}
	says := test.RenderToMarkup(w.Canvas())
	for i, text := range s.Texts {
		if e.consent.boxes[i].IsOn() {
			t.Errorf("%s is ticked by itself", text.ID)
		}
		if !strings.Contains(says, text.Body) {
			t.Errorf("%s is not shown in full", text.ID)
		}
	}
	s.Ticked = map[string]bool{"data": true}
	e.Render(s)
	if e.consent.boxes[0].IsOn() || !e.consent.boxes[1].IsOn() {
		t.Error("one box ticks the other")
	}
}

func TestEnroll_warning(t *testing.T) {
	e, s := NewEnroll(access.KindEnroll), enrollSnapshot()
	s.Warn = []access.FieldError{{Field: "lead.email", Hint: access.HintFreeMail}}
	e.Render(s)
	if f := e.form.fields[3].field; f.HasError() {
		t.Error("a warning counts as an error")
	}
	if e.submit.Disabled() {
		t.Error("a warning stops the request")
	}
}

func TestEnroll_lateEchoKeepsWhatIsTyped(t *testing.T) {
	e, s := NewEnroll(access.KindEnroll), enrollSnapshot()
	var told []access.RequestForm
	e.OnForm = func(f access.RequestForm) { told = append(told, f) }
	e.Render(s)
	show(t, e)
	vendor := e.form.fields[0].entry
	test.Type(vendor, "Uno")
	if len(told) != 3 || told[2].Vendor != "Uno" {
		t.Fatalf("told %+v", told)
	}
	s.Form = told[0]
	e.Render(s) // the echo of the first letter comes late
	if vendor.Text != "Uno" {
		t.Errorf("a late echo rewrote the field: %q", vendor.Text)
	}
	s.Form = told[2]
	e.Render(s)
	s.Form = access.RequestForm{Vendor: "De otra parte"}
	e.Render(s) // a form that was not typed here
	if vendor.Text != "De otra parte" {
		t.Errorf("the snapshot's form is not shown: %q", vendor.Text)
	}
	if len(told) != 3 {
		t.Error("showing a snapshot told the form anew")
	}
}

func TestEnroll_phoneDropsSeparators(t *testing.T) {
	e := NewEnroll(access.KindEnroll)
	e.Render(enrollSnapshot())
	e.form.fields[4].entry.SetText("300 123-45.67")
	if got := e.form.fields[4].entry.Text; got != "3001234567" {
		t.Errorf("got %q", got)
	}
}

func TestEnroll_keyboardOnly(t *testing.T) {
	e, s := NewEnroll(access.KindEnroll), enrollSnapshot()
	var chosen access.LicenseCode
	var form access.RequestForm
	ticked := map[string]bool{}
	submitted := false
	e.OnChoose = func(c access.LicenseCode) { chosen = c }
	e.OnForm = func(f access.RequestForm) { form = f }
	e.OnTick = func(id string, on bool) { ticked[id] = on }
	e.OnSubmit = func(access.RequestForm) { submitted = true }
	e.Render(s)
	w := show(t, e)
	c := w.Canvas()

	e.Focus()
	picker := c.Focused()
	test.Type(picker, "apartado")
	press(picker, fyne.KeyReturn)
	if chosen != "0504599001" {
		t.Fatalf("chose %q", chosen)
	}
	s.Chosen = chosen
	e.Render(s)
	for i, text := range []string{
		"Proveedor de Ejemplo", "Programa de Ejemplo", "Líder", "lider@clinica.example", "3000000001",
		"Responsable", "datos@clinica.example", "3100000002",
	} {
		c.FocusNext()
		if c.Focused() != e.form.fields[i].entry {
			t.Fatalf("Tab %d went to %T, not to %s", i, c.Focused(), e.form.fields[i].name)
		}
		test.Type(c.Focused(), text)
	}
	if wrong := form.Validate(false, nil); len(wrong) > 0 {
		t.Fatalf("the form told is wrong: %v", wrong)
	}
	for range e.consent.boxes {
		c.FocusNext()
		press(c.Focused(), fyne.KeySpace)
	}
	if !ticked["terms"] || !ticked["data"] {
		t.Fatalf("ticked %v", ticked)
	}
	for range 3 {
		c.FocusNext()
		if c.Focused() == e.submit {
			break
		}
	}
	press(c.Focused(), fyne.KeyReturn)
	if !submitted {
		t.Error("Intro on «Generar llave →» did nothing")
	}
}

func TestEnroll_blocked(t *testing.T) {
	request := &wire.RequestRow{ID: "r1", Kind: access.KindEnroll, Status: access.StatusPending, RequestedAt: noon}
	cases := []struct {
		name    string
		entity  state.Entity
		want    string
		actions []string
	}{
		{"open request", state.Entity{Provider: clinic(), Request: request}, "Ya solicitada el 23/11/2026 12:00. Situación: Pendiente.", []string{"Ver solicitud"}},
		{"key", state.Entity{Provider: clinic(), Keys: []wire.KeyRow{{IssuedAt: noon, State: access.KeyActive}}}, "Ya solicitada el 23/11/2026 12:00. Situación: Activa.", []string{"Ir a Mis llaves (Consultar Token)", "Ir a Cambiar llave (Resolicitud Token)"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e, s := NewEnroll(access.KindEnroll), enrollSnapshot()
			s.Chosen, s.Blocked = c.entity.Provider.Code, &c.entity
			e.Render(s)
			m := e.blocked.Message()
			var actions []string
			for _, a := range m.Actions {
				actions = append(actions, a.Text)
			}
			if m.Text != c.want || !slices.Equal(actions, c.actions) {
				t.Errorf("got %q %q", m.Text, actions)
			}
			for _, f := range e.form.fields {
				if !f.entry.Disabled() {
					t.Errorf("%s can be written", f.name)
				}
			}
			if !e.submit.Disabled() {
				t.Error("it can be sent")
			}
			if e.picker.input.Disabled() {
				t.Error("no other entity can be chosen")
			}
		})
	}
}

func TestEnroll_offlineSendsNothing(t *testing.T) {
	e, s := NewEnroll(access.KindEnroll), enrollSnapshot()
	s.Link = state.Link{Phase: state.LinkOffline, DataAt: noon}
	sent := false
	e.OnSubmit = func(access.RequestForm) { sent = true }
	e.Render(s)
	e.Submit()
	if sent || e.note.Text() != es.NeedsLink {
		t.Errorf("sent %t, note %q", sent, e.note.Text())
	}
}

// BenchmarkEntityPicker_country types a letter over a country of codes.
func BenchmarkEntityPicker_country(b *testing.B) {
	const codes = 61_177
	rows, texts := make([]state.Entity, codes), make([]string, codes)
	for i := range rows {
		p := clinic()
		p.Code = access.LicenseCode(strings.Repeat("0", 5) + string(rune('0'+i/10000)) + strings.Repeat("9", 4))
		rows[i].Provider = p
		texts[i] = entityTitle(p)
	}
	s := state.Entities{Rows: rows, Search: state.NewIndex(texts)}
	p := newEntityPicker(func(access.LicenseCode) {})
	p.render(s, "")
	w := test.NewTempWindow(b, kit.NewStack(p.input))
	w.Resize(fyne.NewSize(760, 400))
	b.ResetTimer()
	for i := range b.N {
		p.input.Entry().SetText([]string{"clínica", "medellin", "nandu 9", ""}[i%4])
	}
}
