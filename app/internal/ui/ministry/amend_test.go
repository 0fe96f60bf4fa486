package ministry

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func amendSnapshot() state.Amend {
	return state.Amend{Link: online, Row: withKeys(), Days: map[access.Environment]int{access.Production: 365, access.Preproduction: 365}, History: []wire.KeyHistoryEntry{}, Now: noon}
}

// asked is the name of what has the keyboard in the question on screen; empty:
// nothing is asked.
func asked(w fyne.Window) string {
	if w.Canvas().Overlays().Top() == nil {
		return ""
	}
	b, ok := w.Canvas().Focused().(*kit.Button)
	if !ok {
		return "?"
	}
	return b.Text
}

// texts are the words on what lies over the screen.
func texts(o fyne.CanvasObject) string {
	var words []string
	for _, x := range test.LaidOutObjects(o) {
		if t, ok := x.(*kit.Text); ok && t.Visible() {
			words = append(words, t.Text())
		}
	}
	return strings.Join(words, "\n")
}

// answer presses the button next to the safe one.
func answer(w fyne.Window) {
	w.Canvas().FocusNext()
	press(w.Canvas().Focused(), fyne.KeyReturn)
}

func TestAmend_fillsWhatIsInForceButNoSecret(t *testing.T) {
	a := NewAmend()
	a.Render(amendSnapshot())
	w := show(t, a)
	markup := test.RenderToMarkup(w.Canvas())
	for _, words := range []string{
		"Actualizar ClientID y ClientSecret", "Ambiente Productivo", "Ambiente PreProducción", "ClientID (alfanumérico) *",
		"ClientSecret (alfanumérico) *", "Nombre de la llave (productivo) *", "Nombre de la llave (preproducción) *", "Fecha Expiración *",
		prodID, preID, "IHCE-production", "03/03/2027 12:00", "Vacío: se conserva el secreto actual.", secret.Mask,
	} {
		if !strings.Contains(markup, words) {
			t.Errorf("the screen does not say %q", words)
		}
	}
	if a.blocks[0].env != access.Production {
		t.Error("production does not come first")
	}
	if a.blocks[0].secret.Text != "" {
		t.Error("a secret stands in its field")
	}
}

func TestAmend_sendsOnlyWhatChanges(t *testing.T) {
	a := NewAmend()
	var sent []wire.AmendKeys
	isRight := true
	a.OnCheck = func(access.LicenseCode, wire.AmendKeys) bool { return isRight }
	a.OnSave = func(_ access.LicenseCode, body wire.AmendKeys) { sent = append(sent, body) }
	s := amendSnapshot()
	a.Render(s)
	w := show(t, a)

	a.Submit()
	if a.banner.Message().Text != "No cambió ningún dato: no hay nada que guardar." || asked(w) != "" {
		t.Errorf("with nothing changed it says %q and asks %q", a.banner.Message().Text, asked(w))
	}
	a.blocks[1].secret.SetText("un-valor-nuevo")
	if !a.banner.Message().IsEmpty() {
		t.Error("still says that nothing changed")
	}
	isRight = false
	a.Submit()
	if asked(w) != "" {
		t.Error("a wrong form is asked about")
	}
	isRight = true
	a.Submit()
	if asked(w) != "Volver" {
		t.Fatalf("the safe answer has not the keyboard: %q", asked(w))
	}
	question := texts(w.Canvas().Overlays().Top())
	for _, words := range []string{"Actualizar las llaves de HOSPITAL ÑANDÚ", "Preproducción (pruebas): ClientSecret", "Se reemplaza por el que escribió.", "0500199001"} {
		if !strings.Contains(question, words) {
			t.Errorf("the question does not say %q: %s", words, question)
		}
	}
	if strings.Contains(question, "un-valor-nuevo") {
		t.Error("the question shows the secret")
	}
	press(w.Canvas().Focused(), fyne.KeyEscape)
	if asked(w) != "" || len(sent) != 0 {
		t.Fatal("Escape is no safe answer")
	}
	a.Submit()
	answer(w)
	if len(sent) != 1 || sent[0].Production != nil || sent[0].Preproduction == nil {
		t.Fatalf("sent %+v", sent)
	}
	in := sent[0].Preproduction
	if in.Version != 3 || in.Secret != "un-valor-nuevo" || in.ClientID != preID || !in.ExpiresAt.Equal(s.Row.Preproduction.ExpiresAt) {
		t.Errorf("sent %+v: the date's seconds are part of it", in)
	}
	s.Sending = true
	a.Render(s)
	if !a.save.Disabled() {
		t.Error("can be pressed twice")
	}
	changed := *s.Row.Preproduction
	changed.Version, changed.IssuedAt = 4, noon
	s.Row.Preproduction = &changed
	a.Render(s) // the fact comes before the answer
	if a.blocks[1].isStale() && a.save.Text == "Guardar" {
		t.Error("its own change is taken for a colleague's")
	}
	s.Sending, s.Saved = false, true
	a.Render(s)
	if m := a.banner.Message(); m.Title != "El registro se guardó correctamente." || !strings.Contains(m.Text, "0500199001") || !strings.Contains(m.Text, "HOSPITAL") {
		t.Errorf("says %+v", m)
	}
	if a.blocks[1].secret.Text != "" || a.blocks[1].isStale() {
		t.Error("the typed secret stays, or the form is stale after its own save")
	}
}

// A colleague's change under a touched form: both values, and nothing is saved
// before one was chosen. An untouched form follows silently.
func TestAmend_staleShowsBothValues(t *testing.T) {
	const mine, theirs = "cccccccc-0000-4000-8000-000000000001", "dddddddd-0000-4000-8000-000000000001"
	a := NewAmend()
	var sent wire.AmendKeys
	a.OnSave = func(_ access.LicenseCode, body wire.AmendKeys) { sent = body }
	s := amendSnapshot()
	a.Render(s)
	w := show(t, a)
	a.Type(access.Production, mine, "", "")
	change := func(k *wire.KeyRow, version int64) *wire.KeyRow {
		c := *k
		c.ClientID, c.Version = theirs, version
		return &c
	}
	only := *s.Row.Production
	only.Version, only.PermissionsAt = 4, noon // permissions were read: nothing of this form
	s.Row.Production = &only
	a.Render(s)
	if !a.blocks[0].card.Message().IsEmpty() || a.blocks[0].base.Version != 4 {
		t.Error("a change of something else stops the form, or its version is not taken")
	}
	s.Row.Production = change(s.Row.Production, 5)
	s.Row.Preproduction = change(s.Row.Preproduction, 5) // untouched
	a.Render(s)
	card := a.blocks[0].card.Message()
	if !strings.Contains(card.Text, "Su valor: "+mine) || !strings.Contains(card.Text, "Valor actual: "+theirs) || len(card.Actions) != 2 {
		t.Fatalf("the card says %+v", card)
	}
	if !a.save.Disabled() || a.note.Text() != "Elija primero qué valor vale." {
		t.Errorf("can be saved; says %q", a.note.Text())
	}
	if a.blocks[1].clientID.Text != theirs || !a.blocks[1].card.Message().IsEmpty() {
		t.Error("an untouched form does not follow")
	}
	card.Actions[1].Do() // keep mine
	a.Submit()
	answer(w)
	if sent.Production == nil || sent.Production.Version != 5 || sent.Production.ClientID != mine || sent.Preproduction != nil {
		t.Errorf("sent %+v", sent)
	}
	s.Row.Production = change(s.Row.Production, 6)
	s.Row.Production.ExpiresAt = noon.AddDate(0, 2, 0)
	a.Render(s)
	a.blocks[0].card.Message().Actions[0].Do() // use theirs
	if a.blocks[0].clientID.Text != theirs || a.blocks[0].isTouched() || a.save.Disabled() {
		t.Error("the current value was not taken")
	}
}

func TestAmend_validityOfAKey(t *testing.T) {
	a := NewAmend()
	var got []wire.SetValidity
	a.OnValidity = func(code access.LicenseCode, k *wire.KeyRow, in wire.SetValidity) {
		if code != "0500199001" || k.Environment != access.Production {
			t.Errorf("of %s %s", code, k.Environment)
		}
		got = append(got, in)
	}
	s := amendSnapshot()
	a.Render(s)
	w := show(t, a)
	if a.blocks[0].validity.Text() != "Vigencia del ambiente: 365 días." {
		t.Errorf("says %q", a.blocks[0].validity.Text())
	}
	press(a.blocks[0].change, fyne.KeyReturn)
	test.Type(w.Canvas().Focused(), "9999")
	press(w.Canvas().Focused(), fyne.KeyReturn) // to the reason
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if len(got) != 0 || w.Canvas().Overlays().Top() == nil {
		t.Fatal("a wrong form went through")
	}
	days := w.Canvas().Focused().(*kit.Entry)
	days.SetText("90")
	press(days, fyne.KeyReturn)
	test.Type(w.Canvas().Focused(), " Política nueva ")
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if len(got) != 1 || got[0] != (wire.SetValidity{Days: 90, Why: "Política nueva"}) || w.Canvas().Overlays().Top() != nil {
		t.Errorf("got %+v", got)
	}
	own := *s.Row.Production
	own.ValidityDays = 90
	s.Row.Production = &own
	a.Render(s)
	if a.blocks[0].validity.Text() != "Vigencia de esta llave: 90 días." {
		t.Errorf("says %q", a.blocks[0].validity.Text())
	}
}

func TestHistoryLine(t *testing.T) {
	e := wire.KeyHistoryEntry{At: noon, Person: "Funcionaria de Prueba", Act: "key.amended", Environment: access.Production, Detail: map[string]string{"changed": "clientId, secret"}}
	if got := historyLine(e); got != "Actualizó la llave · Producción · ClientID, ClientSecret" {
		t.Errorf("got %q", got)
	}
	if got := historyNote(e); got != "23/11/2026 12:00 · Funcionaria de Prueba" {
		t.Errorf("got %q", got)
	}
	if got := historyLine(wire.KeyHistoryEntry{Act: "something.new", Detail: map[string]string{"x": "y"}}); got != "Otro registro" {
		t.Errorf("an unknown act reads %q", got)
	}
	h := newHistoryPanel()
	many := make([]wire.KeyHistoryEntry, 40)
	h.render(many, false, noon)
	if len(h.list.Objects) != historyShown || !h.more.Visible() {
		t.Errorf("%d drawn", len(h.list.Objects))
	}
	h.more.OnTapped()
	if len(h.list.Objects) != 40 || h.more.Visible() {
		t.Errorf("%d drawn of all", len(h.list.Objects))
	}
}

func TestValidity_asksBeforeItSends(t *testing.T) {
	v := NewValidity()
	var got []wire.SetValidity
	v.OnSet = func(e access.Environment, in wire.SetValidity) {
		if e != access.Preproduction {
			t.Errorf("of %s", e)
		}
		got = append(got, in)
	}
	s := state.ValidityView{Link: online, Now: noon, Items: []wire.EnvironmentValidity{
		{Environment: access.Production, Days: 180, Person: "Funcionaria", Why: "Política", At: noon}, {Environment: access.Preproduction, Days: 365},
	}}
	v.Render(s)
	w := show(t, v)
	if v.sides[0].who.Text() != "La fijó Funcionaria el 23/11/2026 12:00. Motivo: Política" || v.sides[1].who.Text() != "Valor inicial del servidor." {
		t.Errorf("says %q, %q", v.sides[0].who.Text(), v.sides[1].who.Text())
	}
	side := v.sides[1]
	press(side.save, fyne.KeyReturn)
	if side.why.Error() == "" || len(got) != 0 {
		t.Error("goes without a reason")
	}
	for text, wrong := range map[string]bool{"": true, "0": true, "731": true, "730": false} {
		side.daysEntry.SetText(text)
		side.whyEntry.SetText("Prueba")
		if _, ok := side.read(1); ok == wrong || (side.days.Error() != "") != wrong {
			t.Errorf("%q: %t, %q", text, ok, side.days.Error())
		}
	}
	side.daysEntry.SetText("200")
	v.Render(s) // a snapshot in between leaves what is typed
	press(side.save, fyne.KeyReturn)
	if asked(w) != "Volver" {
		t.Fatalf("asks %q", asked(w))
	}
	answer(w)
	if len(got) != 1 || got[0] != (wire.SetValidity{Days: 200, Why: "Prueba"}) {
		t.Errorf("sent %+v", got)
	}
	s.Items = []wire.EnvironmentValidity{s.Items[0], {Environment: access.Preproduction, Days: 200, Person: "Yo", Why: "Prueba", At: noon.Add(time.Hour)}}
	s.Saved = access.Preproduction
	v.Render(s)
	if side.whyEntry.Text != "" || side.daysEntry.Text != "200" || !strings.Contains(v.banner.Message().Text, "200 días") {
		t.Errorf("after it: %q %q %+v", side.whyEntry.Text, side.daysEntry.Text, v.banner.Message())
	}
}
