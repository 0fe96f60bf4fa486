package delegate

import (
	"errors"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
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

// TestMain gives every test the product's look.
func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(look.Forced(theme.VariantLight))
	os.Exit(m.Run())
}

// show puts a screen into a window of the usual size.
func show(t *testing.T, screen fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, screen)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(1180, 720))
	return w
}

func press(o fyne.Focusable, keys ...fyne.KeyName) {
	for _, k := range keys {
		o.TypedKey(&fyne.KeyEvent{Name: k})
	}
}

var online = state.Link{Phase: state.LinkOnline, DataAt: noon}

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

// sameAfter draws a window twice and complains when a second Render of the same
// snapshot changed anything.
func sameAfter(t *testing.T, w fyne.Window, render func()) {
	t.Helper()
	before := test.RenderToMarkup(w.Canvas())
	render()
	if after := test.RenderToMarkup(w.Canvas()); after != before {
		t.Error("a second Render of the same snapshot changed the screen")
	}
}

func TestRender_idempotent(t *testing.T) {
	for name, c := range map[string]func(t *testing.T){
		"menu": func(t *testing.T) {
			m := NewMenu()
			m.Render(state.Menu{Role: access.RoleDelegate})
			sameAfter(t, show(t, m), func() { m.Render(state.Menu{Role: access.RoleDelegate}) })
		},
		"enroll": func(t *testing.T) {
			e, s := NewEnroll(), enrollSnapshot()
			s.Chosen, s.Form.Vendor = "0500199001", "Proveedor de Ejemplo"
			s.Fields = []access.FieldError{{Field: "software", Hint: access.HintRequired}}
			s.Trouble = &state.Trouble{Err: access.Refuse(access.CodeInternal, ""), RequestID: "r"}
			e.Render(s)
			sameAfter(t, show(t, e), func() { e.Render(s) })
		},
		"confirm": func(t *testing.T) {
			c := NewConfirm(func() time.Time { return noon })
			c.Beat = nil
			s := confirmSnapshot()
			c.Render(s)
			sameAfter(t, show(t, c), func() { c.Render(s) })
		},
		"progress": func(t *testing.T) {
			p := NewProgress(func() time.Time { return noon })
			p.Beat = nil
			s := state.Progress{Link: online, Request: wire.RequestRow{Status: access.StatusIssuing, Step: access.StepSecret, Environment: access.Preproduction}}
			p.Render(s)
			sameAfter(t, show(t, p), func() { p.Render(s) })
		},
		"keys": func(t *testing.T) {
			k, s := NewKeys(), keysSnapshot()
			k.Render(s)
			sameAfter(t, show(t, k), func() { k.Render(s) })
		},
	} {
		t.Run(name, c)
	}
}

func TestEnroll_messagesUnderTheirFields(t *testing.T) {
	e, s := NewEnroll(), enrollSnapshot()
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

func TestEnroll_warning(t *testing.T) {
	e, s := NewEnroll(), enrollSnapshot()
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
	e, s := NewEnroll(), enrollSnapshot()
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
	e := NewEnroll()
	e.Render(enrollSnapshot())
	e.form.fields[4].entry.SetText("300 123-45.67")
	if got := e.form.fields[4].entry.Text; got != "3001234567" {
		t.Errorf("got %q", got)
	}
}

func TestEnroll_keyboardOnly(t *testing.T) {
	e, s := NewEnroll(), enrollSnapshot()
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
		{"key", state.Entity{Provider: clinic(), Keys: []wire.KeyRow{{IssuedAt: noon, State: access.KeyActive}}}, "Ya solicitada el 23/11/2026 12:00. Situación: Activa.", []string{"Ir a Mis llaves (Consultar Token)"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e, s := NewEnroll(), enrollSnapshot()
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
	e, s := NewEnroll(), enrollSnapshot()
	s.Link = state.Link{Phase: state.LinkOffline, DataAt: noon}
	sent := false
	e.OnSubmit = func(access.RequestForm) { sent = true }
	e.Render(s)
	e.Submit()
	if sent || e.note.Text() != es.NeedsLink {
		t.Errorf("sent %t, note %q", sent, e.note.Text())
	}
}

func confirmSnapshot() state.Confirm {
	return state.Confirm{
		Link: online, Entity: state.Entity{Provider: clinic()}, Number: "SOL-1", Kind: access.KindEnroll,
		Texts: consentTexts(), ContentHash: strings.Repeat("ab", 32),
		Code: &wire.CodeSent{
			To: "j•••@example.org", From: "llaves@ministerio.example", SentAt: noon, ExpiresAt: noon.Add(10 * time.Minute),
			ResendAt: noon.Add(30 * time.Second), Sends: 1, TriesLeft: 5,
		},
	}
}

func TestConfirm_firstTheCodeThenTheSignature(t *testing.T) {
	c := NewConfirm(func() time.Time { return noon })
	c.Beat = nil
	asked, signed := 0, ""
	c.OnSendCode = func() { asked++ }
	c.OnSign = func(code secret.Text) { signed = code.Reveal() }
	s := confirmSnapshot()
	code := s.Code
	s.Code = nil
	c.Render(s)
	w := show(t, c)
	c.Focus()
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if asked != 1 {
		t.Fatalf("asked for %d codes", asked)
	}
	s.Code = code
	c.Render(s)
	entry := w.Canvas().Focused()
	if entry != c.code.Entry() {
		t.Fatalf("with a code sent the keyboard is at %T", entry)
	}
	test.Type(entry, "12 3-45")
	c.Submit()
	if signed != "" || !c.sign.Disabled() {
		t.Error("five digits sign")
	}
	test.Type(entry, "6")
	if signed != "" {
		t.Error("the last digit signs by itself")
	}
	press(entry, fyne.KeyReturn)
	if signed != "123456" {
		t.Errorf("signed with %q", signed)
	}
}

func TestConfirm_troubles(t *testing.T) {
	cases := []struct {
		err        *access.Error
		underField bool
		want       string
	}{
		{&access.Error{Code: access.CodeInvalid, Hint: access.HintCodeWrong, Args: map[string]string{"left": "4"}}, true, "El código no coincide. Le quedan 4 intentos."},
		{access.Refuse(access.CodeExpired, access.HintCodeReplaced), true, "Ese código ya no sirve. Use uno de los más recientes."},
		{access.Refuse(access.CodeConflict, access.HintCodeSpent), false, "Se agotaron los intentos. Revise la solicitud y empiece la firma de nuevo."},
		{&access.Error{Code: access.CodeConflict, Hint: access.HintContentChanged, Args: map[string]string{"field": "lead.email"}}, false, "Cambió el dato “Correo Líder Técnico”. Anulamos el código; pida uno nuevo."},
	}
	for _, x := range cases {
		t.Run(string(x.err.Hint), func(t *testing.T) {
			c := NewConfirm(func() time.Time { return noon })
			c.Beat = nil
			s := confirmSnapshot()
			c.Render(s)
			c.code.SetText("123456")
			s.Trouble = &state.Trouble{Err: x.err}
			c.Render(s)
			under, above := c.field.Error(), c.banner.Message().Text
			if x.underField && (under != x.want || above != "") || !x.underField && (above != x.want || under != "") {
				t.Errorf("under the field %q, above %q", under, above)
			}
			if x.underField && c.code.Text() != "" {
				t.Error("the refused code is still there")
			}
		})
	}
}

// testBeat ticks on the test's goroutine, which is the UI goroutine of a test,
// while after waits.
type testBeat struct {
	ticker *time.Ticker
	tick   func()
}

func (b *testBeat) beat(tick func()) (stop func()) {
	b.ticker, b.tick = time.NewTicker(time.Second), tick
	return b.ticker.Stop
}

func (b *testBeat) after(d time.Duration) {
	end := time.After(d)
	for {
		select {
		case <-b.ticker.C:
			b.tick()
		case <-end:
			return
		}
	}
}

func TestEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ticks atomic.Int32
		stop := everySecond(func() { ticks.Add(1) })
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		if got := ticks.Load(); got != 10 {
			t.Errorf("%d ticks in 10 s", got)
		}
		stop()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := ticks.Load(); got != 10 {
			t.Errorf("%d ticks after the stop", got-10)
		}
	})
}

// A count-down moves by itself once a second, and stops with the screen.
func TestConfirm_countsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := confirmSnapshot()
		s.Code.SentAt, s.Code.ExpiresAt, s.Code.ResendAt = start, start.Add(40*time.Second), start.Add(30*time.Second)
		c := NewConfirm(time.Now)
		var b testBeat
		c.Beat = b.beat
		c.Render(s)
		after := b.after
		if c.send.Text != "Reenviar código (en 30 s)" || !c.send.Disabled() {
			t.Errorf("at first: %q", c.send.Text)
		}
		after(10*time.Second + time.Millisecond)
		if c.send.Text != "Reenviar código (en 20 s)" || c.left.Text() != "El código sirve 0:30 min más." {
			t.Errorf("after 10 s: %q, %q", c.send.Text, c.left.Text())
		}
		after(20 * time.Second)
		if c.send.Text != "Reenviar código" || c.send.Disabled() {
			t.Errorf("after 30 s: %q", c.send.Text)
		}
		after(10 * time.Second)
		if !strings.HasPrefix(c.left.Text(), "El código venció a las") {
			t.Errorf("after 40 s: %q", c.left.Text())
		}
		c.Close()
		said := c.left.Text()
		s.Code.ExpiresAt = start.Add(time.Hour)
		after(5 * time.Second)
		if c.left.Text() != said {
			t.Error("it counts on after Close")
		}
	})
}

func TestProgress_elapsedMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewProgress(time.Now)
		var b testBeat
		p.Beat = b.beat
		s := state.Progress{Link: online, Request: wire.RequestRow{Status: access.StatusIssuing, SignedAt: time.Now()}}
		p.Render(s)
		if p.elapsed.Visible() {
			t.Error("elapsed time at once")
		}
		b.after(patience + time.Second + time.Millisecond)
		if !strings.HasPrefix(p.elapsed.Text(), "Han pasado 11 s.") {
			t.Errorf("got %q", p.elapsed.Text())
		}
		s.Request.Status = access.StatusDone
		p.Render(s)
		if p.elapsed.Visible() || p.ticker.stop != nil {
			t.Error("it counts on once done")
		}
	})
}

func TestProgress_messages(t *testing.T) {
	for status, want := range map[access.Status]string{
		access.StatusIssuing: "Creando sus llaves",
		access.StatusDone:    "Solicitud registrada con éxito",
		access.StatusPending: "Solicitud enviada",
	} {
		p := NewProgress(func() time.Time { return noon })
		p.Beat = nil
		opened := false
		p.OnOpenKeys = func(access.LicenseCode) { opened = true }
		p.Render(state.Progress{Link: online, Request: wire.RequestRow{Status: status, Number: "SOL-1"}})
		if p.page.Title.Text() != want {
			t.Errorf("%s: %q", status, p.page.Title.Text())
		}
		if p.open.Visible() != (status == access.StatusDone) {
			t.Errorf("%s: «Ir a Consultar Token» visible %t", status, p.open.Visible())
		}
		if status == access.StatusDone {
			press(p.open, fyne.KeyReturn)
			if !opened {
				t.Error("it opens nothing")
			}
		}
	}
}

func keysSnapshot() state.Keys {
	e := state.Entity{Provider: clinic(), Request: &wire.RequestRow{Kind: access.KindEnroll, Status: access.StatusDone}}
	s := state.Keys{Link: online, Chosen: e.Provider.Code, Now: noon, Parameters: map[access.Environment][]wire.Parameter{}}
	for i, env := range access.Environments() {
		e.Keys = append(e.Keys, wire.KeyRow{
			ID: access.KeyID([]string{"k1", "k2"}[i]), Environment: env, Name: "LLAVE-" + string(env), State: access.KeyActive,
			ExpiresAt: noon.AddDate(1, 0, 0),
		})
		s.Parameters[env] = []wire.Parameter{{Name: "EndPoint", Value: "https://" + string(env) + ".example"}, {Name: "APIMSubskey", Sensitive: true}}
	}
	s.Entities = state.Entities{Rows: []state.Entity{e}}
	s.Entity = &s.Entities.Rows[0]
	return s
}

func TestKeys_revealsOneValueOnly(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	value := secret.New("valor-" + t.Name())
	var asked []string
	k.OnReveal = func(id access.KeyID, f access.Field, p access.Purpose, done func(secret.Text, error)) {
		asked = append(asked, string(id)+" "+string(f)+" "+string(p))
		done(value, nil)
	}
	k.Render(s)
	show(t, k)
	panel := k.panels[1]
	panel.masked[1].Toggle()
	if !slices.Equal(asked, []string{"k2 client_secret show"}) {
		t.Fatalf("asked %q", asked)
	}
	for i, p := range k.panels {
		for j, m := range p.masked {
			if m.IsShown() != (i == 1 && j == 1) {
				t.Errorf("panel %d, value %d: shown %t", i, j, m.IsShown())
			}
		}
	}
	k.Render(s) // the same snapshot hides nothing
	if !panel.masked[1].IsShown() {
		t.Error("a Render of the same code hid the value")
	}
	s.Chosen, s.Entity = "", nil
	k.Render(s)
	if panel.masked[1].IsShown() {
		t.Error("another code, and the value is still in sight")
	}
}

func TestKeys_lateAnswerIsDropped(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	var answer func(secret.Text, error)
	k.OnReveal = func(_ access.KeyID, _ access.Field, _ access.Purpose, done func(secret.Text, error)) { answer = done }
	k.Render(s)
	m := k.panels[0].masked[1]
	m.Toggle()
	other := s
	e := *s.Entity
	e.Keys = slices.Clone(e.Keys)
	e.Keys[0].ID = "k9"
	other.Entity = &e
	k.Render(other)
	answer(secret.New("tarde"), nil)
	if m.IsShown() {
		t.Error("the value of one key is shown under another")
	}
}

func TestKeys_refusedReveal(t *testing.T) {
	for _, err := range []error{access.Refuse(access.CodeForbidden, access.HintRevealOnce), errors.New("boom")} {
		k := NewKeys()
		k.OnReveal = func(_ access.KeyID, _ access.Field, _ access.Purpose, done func(secret.Text, error)) {
			done(secret.Text{}, err)
		}
		k.Render(keysSnapshot())
		m := k.panels[0].masked[0]
		m.Toggle()
		if m.IsShown() {
			t.Errorf("%v: shown", err)
		}
		if text := errorText(err); text == "" || strings.Contains(text, "boom") {
			t.Errorf("%v: worded %q", err, text)
		}
	}
}

func TestKeys_copyAllNeedsTheBoxEachTime(t *testing.T) {
	k := NewKeys()
	var got []bool
	k.OnCopyAll = func(id access.KeyID, withSecret bool) {
		if id != "k1" {
			t.Errorf("key %q", id)
		}
		got = append(got, withSecret)
	}
	k.Render(keysSnapshot())
	p := k.panels[0]
	test.Tap(p.copyAll)
	p.include.Set(true)
	test.Tap(p.copyAll)
	test.Tap(p.copyAll)
	if !slices.Equal(got, []bool{false, true, false}) {
		t.Errorf("got %v", got)
	}
}

// Keys that arrive while the person looks at the code are loaded without a click.
func TestKeys_arriveWhileLooking(t *testing.T) {
	whole := keysSnapshot()
	bare := whole
	e := *whole.Entity
	e.Keys, e.Request = nil, &wire.RequestRow{ID: "r1", Status: access.StatusPending}
	bare.Entity, bare.Parameters = &e, nil
	arrived := whole
	arrived.Parameters = nil
	k := NewKeys()
	asked := 0
	k.OnChoose = func(access.LicenseCode) { asked++ }
	for _, step := range []struct {
		name string
		s    state.Keys
		want int
	}{
		{"pending", bare, 0},
		{"pending again", bare, 0},
		{"assigned", arrived, 1},
		{"assigned, parameters on their way", arrived, 1},
		{"loaded", whole, 1},
	} {
		k.Render(step.s)
		if asked != step.want {
			t.Errorf("%s: asked %d times, want %d", step.name, asked, step.want)
		}
	}
	if k.chip.Chip().Word != "Se ha asignado el token" {
		t.Errorf("the state says %q", k.chip.Chip().Word)
	}
}

func TestKeys_offline(t *testing.T) {
	k, s := NewKeys(), keysSnapshot()
	s.Link = state.Link{Phase: state.LinkOffline, DataAt: noon}
	asked := false
	k.OnReveal = func(access.KeyID, access.Field, access.Purpose, func(secret.Text, error)) { asked = true }
	k.Render(s)
	p := k.panels[0]
	if !p.copyAll.Disabled() {
		t.Error("«Copiar todo» works offline")
	}
	if asked {
		t.Error("a value was fetched ahead")
	}
	if p.name.Value() != "LLAVE-preproduction" {
		t.Errorf("the name is not readable offline: %q", p.name.Value())
	}
}

func TestExpiryText(t *testing.T) {
	if got := expiryText(secret.New("2027-11-24T00:00:00Z")).Reveal(); got != "23/11/2027 19:00 (hora de Colombia)" {
		t.Errorf("got %q", got)
	}
	if got := expiryText(secret.New("23/11/2027")).Reveal(); got != "23/11/2027" {
		t.Errorf("got %q", got)
	}
}

func TestMenu_roles(t *testing.T) {
	m := NewMenu()
	m.Render(state.Menu{Role: access.RoleDelegate})
	if m.enroll.IsOff() || m.keys.IsOff() || !m.renew.IsOff() {
		t.Error("a delegate's cards")
	}
	m.Render(state.Menu{})
	if !m.enroll.IsOff() || !m.keys.IsOff() || m.noRole.Message().IsEmpty() {
		t.Error("somebody without a role")
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
