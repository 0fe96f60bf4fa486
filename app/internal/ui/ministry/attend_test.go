package ministry

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

func attendSnapshot() state.Attend {
	r := row()
	r.TakenBy, r.TakenName, r.TakenAt = "me", "Funcionaria de Ejemplo", noon
	return state.Attend{Link: online, Row: r, Mine: true, Now: noon, Detail: &wire.RequestDetail{
		Row: r, Form: access.RequestForm{Vendor: "Proveedor de Ejemplo"},
		KeyNames: map[access.Environment]string{access.Production: "LLAVE-PROD"},
	}}
}

func TestAttend_keyboardOnly(t *testing.T) {
	a, s := NewAttend(), attendSnapshot()
	var saved *wire.Assign
	a.OnSave = func(id access.RequestID, version int64, keys wire.Assign) {
		if id != "r1" || version != 3 {
			t.Errorf("saved %s at version %d", id, version)
		}
		saved = &keys
	}
	a.Render(s)
	w := show(t, a)
	c := w.Canvas()
	a.Focus()
	first, second := "secreto-"+strings.Repeat("x", 8), "secreto-"+strings.Repeat("y", 8)
	for i, text := range []string{
		"11111111-2222-3333-4444-555555555555", first, "23/11/2027 09:30",
		"66666666-7777-8888-9999-aaaaaaaaaaaa", second, "1/2/2027",
	} {
		test.Type(c.Focused(), text)
		if i < 5 {
			press(c.Focused(), fyne.KeyReturn)
		}
	}
	a.Submit()
	if saved == nil {
		t.Fatal("nothing was saved")
	}
	want := wire.Assign{
		Production:    wire.TypedKey{ClientID: "11111111-2222-3333-4444-555555555555", Secret: first, ExpiresAt: time.Date(2027, 11, 23, 14, 30, 0, 0, time.UTC)},
		Preproduction: wire.TypedKey{ClientID: "66666666-7777-8888-9999-aaaaaaaaaaaa", Secret: second, ExpiresAt: time.Date(2027, 2, 1, 5, 0, 0, 0, time.UTC)},
	}
	if *saved != want {
		t.Errorf("got %+v\nwant %+v", *saved, want)
	}
}

func TestAttend_messagesUnderTheirFields(t *testing.T) {
	a, s := NewAttend(), attendSnapshot()
	a.Render(s)
	w := show(t, a)
	a.OnSave = func(access.RequestID, int64, wire.Assign) {}
	a.blocks[1].expires.SetText("31/02/2027")
	a.Submit()
	s.Fields = access.ValidateTypedKeys(access.TypedKey{ClientID: "x", Secret: "11111111-2222-3333-4444-555555555555"}, access.TypedKey{ClientID: "y", Secret: "s"}, noon, time.Hour)
	a.Render(s)
	want := [][]string{
		{es.FieldMessage("production.clientId", access.HintFormat), "Pegó el Id. del secreto, no el Valor.", es.Required},
		{es.FieldMessage("preproduction.clientId", access.HintFormat), "", es.FieldMessage("preproduction.expiresAt", access.HintFormat)},
	}
	for i, b := range a.blocks {
		for j, f := range b.fields {
			if f.Error() != want[i][j] {
				t.Errorf("%s, %s: got %q, want %q", b.env, f.Label(), f.Error(), want[i][j])
			}
		}
	}
	if w.Canvas().Focused() != a.blocks[0].clientID {
		t.Errorf("the keyboard is at %T", w.Canvas().Focused())
	}
}

func TestAttend_presence(t *testing.T) {
	cases := []struct {
		name   string
		change func(*state.Attend)
		says   string
		take   string // the button's words; empty: not there
		can    bool
	}{
		{"mine", func(*state.Attend) {}, "", "", true},
		{"mine, offline", func(s *state.Attend) { s.Link = state.Link{Phase: state.LinkOffline} }, "", "", false},
		{"a colleague's", func(s *state.Attend) { s.Mine, s.Row.TakenName = false, "Otra Persona" }, "Otra Persona atiende esta solicitud desde las 12:00.", "Tomar de Otra Persona…", false},
		{"free", func(s *state.Attend) { s.Mine, s.Row.TakenBy, s.Row.TakenName = false, "", "" }, "Esta solicitud está libre. Tómela para atenderla.", "Tomar", false},
		{"gone", func(s *state.Attend) { s.Row.Status = access.StatusDone }, "Situación: Llave asignada.", "", false},
		{"saved", func(s *state.Attend) { s.Saved = true }, "", "", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, s := NewAttend(), attendSnapshot()
			c.change(&s)
			a.Render(s)
			if got := a.presence.Message().Text; got != c.says {
				t.Errorf("says %q, want %q", got, c.says)
			}
			take := ""
			if a.take.content.Visible() {
				take = a.take.open.Text
			}
			if take != c.take {
				t.Errorf("offers %q, want %q", take, c.take)
			}
			if a.save.Disabled() == c.can {
				t.Errorf("«Guardar» can be pressed: %t, want %t", !a.save.Disabled(), c.can)
			}
		})
	}
}

func TestAttend_takingOverNeedsAReason(t *testing.T) {
	a, s := NewAttend(), attendSnapshot()
	s.Mine, s.Row.TakenBy, s.Row.TakenName = false, "other", "Otra Persona"
	why := []string{}
	a.OnTake = func(_ access.RequestID, w string) { why = append(why, w) }
	a.Render(s)
	w := show(t, a)
	a.Focus()
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if w.Canvas().Focused() != a.take.reason {
		t.Fatalf("the keyboard is at %T", w.Canvas().Focused())
	}
	press(a.take.reason, fyne.KeyReturn)
	if len(why) > 0 || a.take.field.Error() != "Escriba el motivo." {
		t.Fatalf("took it without a reason: %q", why)
	}
	long := strings.Repeat("ñ", access.MaxName+1)
	a.take.reason.SetText(long)
	press(a.take.reason, fyne.KeyReturn)
	if len(why) > 0 || a.take.field.Error() != "Es demasiado largo. Use 200 caracteres como máximo." || a.take.reason.Text != long {
		t.Fatalf("took it with a reason too long: %q", a.take.field.Error())
	}
	a.take.reason.SetText("")
	test.Type(a.take.reason, "Está de vacaciones")
	press(a.take.reason, fyne.KeyReturn)
	if !slices.Equal(why, []string{"Está de vacaciones"}) {
		t.Errorf("got %q", why)
	}
	press(a.take.reason, fyne.KeyEscape)
	if a.take.asking.Visible() || w.Canvas().Focused() != a.take.open {
		t.Error("Escape does not go back")
	}
}

func TestAttend_staleCard(t *testing.T) {
	a, s := NewAttend(), attendSnapshot()
	a.Render(s)
	a.OnResume = func(access.RequestID, int64) {}
	test.Tap(a.resume)
	s.Mine, s.Row.Status, s.Row.TakenBy, s.Row.TakenName = false, access.StatusIssuing, "", ""
	s.Trouble = &state.Trouble{Err: access.Refuse(access.CodeConflict, access.HintStale)}
	a.Render(s)
	m := a.banner.Message()
	const want = "Lo que usted quiso: reanudar la emisión automática.\nLo que hay ahora: En emisión."
	if m.Title != "Esta solicitud cambió mientras usted la revisaba." || m.Text != want {
		t.Errorf("got %q, %q", m.Title, m.Text)
	}
}

func TestAttend_forgetsTypedSecrets(t *testing.T) {
	fill := func() (*Attend, state.Attend) {
		a, s := NewAttend(), attendSnapshot()
		a.Render(s)
		a.blocks[0].secret.SetText("algo-secreto")
		return a, s
	}
	t.Run("kept on a refusal", func(t *testing.T) {
		a, s := fill()
		s.Trouble = &state.Trouble{Err: access.Refuse(access.CodeUnavailable, access.HintNoAnswer)}
		a.Render(s)
		if a.blocks[0].secret.Text == "" {
			t.Error("the form was lost")
		}
	})
	t.Run("once saved", func(t *testing.T) {
		a, s := fill()
		s.Saved = true
		a.Render(s)
		if a.blocks[0].secret.Text != "" || a.banner.Message().Title != "El registro se guardó correctamente." {
			t.Errorf("secret kept, or no message: %q", a.banner.Message().Title)
		}
	})
	t.Run("on another request", func(t *testing.T) {
		a, s := fill()
		s.Row.ID = "r2"
		a.Render(s)
		if a.blocks[0].secret.Text != "" {
			t.Error("a secret went over to another request")
		}
	})
	t.Run("on leaving", func(t *testing.T) {
		a, _ := fill()
		a.Close()
		if a.blocks[0].secret.Text != "" {
			t.Error("a secret stays")
		}
	})
}

func TestParseExpiry(t *testing.T) {
	at := time.Date(2027, 11, 23, 14, 30, 0, 0, time.UTC)
	for in, want := range map[string]time.Time{
		"23/11/2027 09:30":     at,
		" 23/11/2027  9:30 ":   at,
		"23/11/2027":           time.Date(2027, 11, 23, 5, 0, 0, 0, time.UTC),
		"2027-11-23T14:30:00Z": at,
		"31/02/2027 10:00":     {},
		"11/23/2027":           {},
		"mañana":               {},
		"":                     {},
	} {
		got, ok := parseExpiry(in)
		if !got.Equal(want) || ok == want.IsZero() {
			t.Errorf("parseExpiry(%q) = %v, %t", in, got, ok)
		}
	}
}

func FuzzParseExpiry(f *testing.F) {
	for _, s := range []string{"23/11/2027 09:30", "1/2/2027", "2027-11-23T14:30:00Z", "31/02/2027", "", "//", "0/0/0 0:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := parseExpiry(s)
		if !ok {
			return
		}
		if again, ok := parseExpiry(es.DateTime(at)); at.Year() > 0 && at.Year() < 9999 && (!ok || !again.Equal(at.Truncate(time.Minute))) {
			t.Errorf("%q reads as %v, written %q, reads as %v", s, at, es.DateTime(at), again)
		}
	})
}
