package ministry

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

const (
	saysTooLong = "Es demasiado largo. Use 200 caracteres como máximo."
	saysOdd     = "Tiene caracteres que no se admiten."
)

// badLines are the bad values of a line of text, and what is said of each;
// empty is what is said of one that is not there.
func badLines(empty string) map[string]string {
	return map[string]string{
		"": empty, "   ": empty, strings.Repeat("ñ", access.MaxName+1): saysTooLong,
		"a\x00b": saysOdd, "a\u202eb": saysOdd, "a\u2028b": saysOdd, "a\xffb": saysOdd, "a\tb": saysOdd,
	}
}

// oddLines are odd and good.
var oddLines = []string{strings.Repeat("ñ", access.MaxName), "<b>O'Higgins</b>", "' OR 1=1--", "مرحبا"}

// judged checks what a form says of each bad line: below its field, with the
// keyboard there, what was typed kept and nothing sent; odd ones go.
func judged(t *testing.T, w fyne.Window, entry *kit.Entry, field *kit.Field, empty string, send func() (sent bool)) {
	t.Helper()
	try := func(value, says string) {
		t.Helper()
		entry.SetText(value)
		typed := entry.Text
		w.Canvas().Unfocus()
		if sent := send(); sent != (says == "") {
			t.Errorf("%q: sent %t", value, sent)
		}
		if field.Error() != says || entry.Text != typed {
			t.Errorf("%q: says %q, the field holds %q", value, field.Error(), entry.Text)
		}
		if says != "" && w.Canvas().Focused() != entry {
			t.Errorf("%q: the keyboard is at %T", value, w.Canvas().Focused())
		}
	}
	for value, says := range badLines(empty) {
		try(value, says)
	}
	for _, value := range oddLines {
		try(value, "")
	}
}

func TestTakeover_badValues(t *testing.T) {
	a, s := NewAttend(), attendSnapshot()
	s.Mine, s.Row.TakenBy, s.Row.TakenName = false, "other", "Otra Persona"
	sent := false
	a.OnTake = func(access.RequestID, string) { sent = true }
	a.Render(s)
	w := show(t, a)
	a.take.start()
	judged(t, w, a.take.reason, a.take.field, "Escriba el motivo.", func() bool {
		sent = false
		a.take.finish()
		return sent
	})
}

func TestEvidence_badValues(t *testing.T) {
	w := show(t, NewMenu())
	e := NewEvidence()
	sent := false
	e.OnAdd = func(access.LicenseCode, wire.NewEvidence) { sent = true }
	e.Open(w.Canvas(), state.Evidence{Link: online, Row: withKeys(), Items: []wire.Evidence{}, Now: noon})
	file := []byte("%PDF-1.7")
	e.take("informe.pdf", file)
	judged(t, w, e.note, e.shows, "Escriba qué muestra la prueba.", func() bool {
		sent = false
		e.send()
		if e.name != "informe.pdf" {
			t.Error("the file that was chosen is gone")
		}
		return sent
	})
}

// A file that cannot be a proof is told at once, by its name; the note stays.
func TestEvidence_badFiles(t *testing.T) {
	e := NewEvidence()
	e.Open(show(t, NewMenu()).Canvas(), state.Evidence{Link: online, Row: withKeys(), Items: []wire.Evidence{}, Now: noon})
	e.note.SetText("Doce envíos aceptados")
	for name, tt := range map[string]struct {
		body []byte
		says string
	}{
		"vacío.pdf":    {nil, "vacío.pdf: elija un archivo."},
		"enorme.pdf":   {append([]byte("%PDF-"), make([]byte, wire.MaxEvidence)...), "enorme.pdf: el archivo pasa de 5 MB. Elija uno más liviano."},
		"programa.exe": {[]byte("MZ\x00\x01"), ""},
		"roto.txt":     {[]byte("a\xffb"), ""},
	} {
		e.take(name, tt.body)
		if got := e.wrong.Text(); !strings.HasPrefix(got, name+": ") || tt.says != "" && got != tt.says || !e.wrong.Visible() {
			t.Errorf("%s: says %q", name, got)
		}
		if e.name != "" || e.file != nil || e.note.Text != "Doce envíos aceptados" {
			t.Errorf("%s: kept %q, the note is %q", name, e.name, e.note.Text)
		}
	}
	e.take("informe.pdf", []byte("%PDF-1.7"))
	if e.wrong.Visible() || e.name != "informe.pdf" {
		t.Errorf("still says %q", e.wrong.Text())
	}
}

// The reason to take roles away is judged before anything is asked or sent.
func TestGrant_badReason(t *testing.T) {
	g, w := openGrant(t, grantSnapshot())
	g.OnChange = func(access.KeyID, int64, wire.ChangePermissions) { t.Error("sent") }
	press(w.Canvas().Focused(), fyne.KeySpace)
	w.Canvas().FocusNext()
	press(w.Canvas().Focused(), fyne.KeySpace)
	judged(t, w, g.why, g.reason, "Escriba el motivo.", func() bool {
		g.ask()
		isAsked := len(w.Canvas().Overlays().List()) > 1
		if isAsked {
			press(w.Canvas().Focused(), fyne.KeyEscape)
		}
		if chips(g) != "+ Se asignará|− Se retirará|Sin asignar" {
			t.Errorf("the choice became %s", chips(g))
		}
		return isAsked
	})
}

// The reason of a validity, an environment's or a key's.
func TestValidityForm_badReason(t *testing.T) {
	for _, least := range []int{0, 1} {
		f := newValidityForm(90)
		w := show(t, f.content)
		judged(t, w, f.whyEntry, f.why, "Escriba el motivo.", func() bool {
			_, ok := f.read(least)
			if f.daysEntry.Text != "90" {
				t.Errorf("the days became %q", f.daysEntry.Text)
			}
			return ok
		})
	}
}

// A refused validity of a key is asked for again: what was typed in it, what is
// wrong below its field.
func TestAmend_refusedValidity(t *testing.T) {
	for field, says := range map[string]string{"days": "Escriba 730 días como máximo.", "why": saysOdd} {
		a, s := NewAmend(), amendSnapshot()
		sent := 0
		a.OnValidity = func(access.LicenseCode, *wire.KeyRow, wire.SetValidity) { sent++ }
		a.Render(s)
		w := show(t, a)
		press(a.blocks[0].change, fyne.KeyReturn)
		test.Type(w.Canvas().Focused(), "90")
		press(w.Canvas().Focused(), fyne.KeyReturn)
		test.Type(w.Canvas().Focused(), "Política")
		press(w.Canvas().Focused(), fyne.KeyReturn)
		s.Sending = true
		a.Render(s)
		hint := access.HintTooFar
		if field == "why" {
			hint = access.HintFormat
		}
		s.Sending, s.Fields = false, []access.FieldError{{Field: field, Hint: hint}}
		a.Render(s)
		entry, ok := w.Canvas().Focused().(*kit.Entry)
		want := map[string]string{"days": "90", "why": "Política"}[field]
		if !ok || entry.Text != want || sent != 1 {
			t.Fatalf("%s: the keyboard is at %T, sent %d", field, w.Canvas().Focused(), sent)
		}
		if top := w.Canvas().Overlays().Top(); top == nil || !strings.Contains(test.RenderObjectToMarkup(top), says) {
			t.Errorf("%s: does not say %q", field, says)
		}
		a.Render(s)
		entry.SetText("30")
		press(entry, fyne.KeyReturn)
		if field == "days" {
			press(w.Canvas().Focused(), fyne.KeyReturn)
		}
		if sent != 2 || w.Canvas().Overlays().Top() != nil {
			t.Errorf("%s: put right it was sent %d times", field, sent)
		}
	}
}

// What the server refuses of a proof and of a reason stands below its field,
// with the keyboard there.
func TestOverlays_refused(t *testing.T) {
	w := show(t, NewMenu())
	e, s := NewEvidence(), state.Evidence{Link: online, Row: withKeys(), Items: []wire.Evidence{}, Now: noon}
	e.Open(w.Canvas(), s)
	e.note.SetText("Doce envíos")
	kit.Focus(e.add)
	s.Sending = true
	e.Render(s)
	s.Sending, s.Fields = false, []access.FieldError{{Field: "note", Hint: access.HintTooLong}, {Field: "file", Hint: access.HintTooLarge}}
	e.Render(s)
	if e.shows.Error() != saysTooLong || !strings.HasPrefix(e.wrong.Text(), "El archivo pasa de 5 MB") || e.note.Text != "Doce envíos" || w.Canvas().Focused() != e.note {
		t.Errorf("says %q, %q; the keyboard is at %T", e.shows.Error(), e.wrong.Text(), w.Canvas().Focused())
	}

	gs := grantSnapshot()
	g, w := openGrant(t, gs)
	w.Canvas().FocusNext()
	press(w.Canvas().Focused(), fyne.KeySpace)
	g.why.SetText("Cerró")
	gs.Sending = true
	g.Render(gs)
	gs.Sending, gs.Fields = false, []access.FieldError{{Field: "why", Hint: access.HintTooLong}}
	g.Render(gs)
	if g.reason.Error() != saysTooLong || g.why.Text != "Cerró" || w.Canvas().Focused() != g.why {
		t.Errorf("says %q; the keyboard is at %T", g.reason.Error(), w.Canvas().Focused())
	}
}
