package ministry

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// TestMain gives every test the product's look.
func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(look.Forced(theme.VariantLight))
	os.Exit(m.Run())
}

func show(t testing.TB, screen fyne.CanvasObject) fyne.Window {
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

func rowsOf(n int) []wire.RequestRow {
	rows := make([]wire.RequestRow, n)
	for i := range rows {
		rows[i] = row()
		rows[i].ID = access.RequestID(fmt.Sprintf("r%05d", i))
		rows[i].Code = access.LicenseCode(fmt.Sprintf("05001%05d", i))
		rows[i].Number = fmt.Sprintf("SOL-2026-%06d", i)
		rows[i].RequestedAt = noon.Add(time.Duration(i) * time.Minute)
	}
	return rows
}

func indexOf(rows []wire.RequestRow) *state.Index {
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = string(r.Code) + " " + r.Provider + " " + es.Status(r.Kind, r.Status)
	}
	return state.NewIndex(texts)
}

func queueOf(rows []wire.RequestRow) state.Queue {
	return state.Queue{Link: online, Rows: rows, Search: indexOf(rows), Me: "me", Now: noon}
}

func shownIDs(q *Queue) []access.RequestID {
	var ids []access.RequestID
	for i := range q.list.shown {
		id, _ := q.list.id(i)
		ids = append(ids, id)
	}
	return ids
}

func TestRender_idempotent(t *testing.T) {
	same := func(t *testing.T, w fyne.Window, render func()) {
		t.Helper()
		before := test.RenderToMarkup(w.Canvas())
		render()
		if after := test.RenderToMarkup(w.Canvas()); after != before {
			t.Error("a second Render of the same snapshot changed the screen")
		}
	}
	t.Run("menu", func(t *testing.T) {
		m, s := NewMenu(), state.Menu{Role: access.RoleOfficer, Pending: 3}
		m.Render(s)
		same(t, show(t, m), func() { m.Render(s) })
	})
	t.Run("queue", func(t *testing.T) {
		q, s := NewQueue(), queueOf(rowsOf(30))
		q.Render(s)
		same(t, show(t, q), func() { q.Render(s) })
	})
	t.Run("attend", func(t *testing.T) {
		a, s := NewAttend(), attendSnapshot()
		s.Fields = []access.FieldError{{Field: "production.secret", Hint: access.HintRequired}}
		s.Trouble = &state.Trouble{Err: access.Refuse(access.CodeConflict, access.HintStale), RequestID: "r"}
		a.Render(s)
		same(t, show(t, a), func() { a.Render(s) })
	})
}

func TestQueue_newRowsWaitWhileOneWorks(t *testing.T) {
	all := rowsOf(6)
	q := NewQueue()
	q.Render(queueOf(all[:3]))
	w := show(t, q)

	q.Render(queueOf(all[:4])) // nobody works in the list: it comes in, pointed out
	if len(q.list.shown) != 4 || !q.list.isFresh(3) || q.fresh.Visible() {
		t.Fatalf("untouched: %v, fresh %t", shownIDs(q), q.list.isFresh(3))
	}
	q.Focus()
	press(w.Canvas().Focused(), fyne.KeyDown)
	at, _ := q.list.id(q.table.Cursor())
	q.Render(queueOf(all)) // the officer is on a row: they wait
	if len(q.list.shown) != 4 || q.list.waiting != 2 || !q.fresh.Visible() || q.fresh.Text != "2 nuevas" {
		t.Fatalf("at work: %v, %d wait, button %q", shownIDs(q), q.list.waiting, q.fresh.Text)
	}
	press(q.fresh, fyne.KeyReturn)
	if len(q.list.shown) != 6 || q.fresh.Visible() {
		t.Errorf("let in: %v", shownIDs(q))
	}
	if now, _ := q.list.id(q.table.Cursor()); now != at {
		t.Errorf("the cursor moved from %s to %s", at, now)
	}
}

func TestQueue_keepsTheCursorOnItsRow(t *testing.T) {
	all := rowsOf(5)
	q := NewQueue()
	q.Render(queueOf(all))
	w := show(t, q)
	q.Focus()
	press(w.Canvas().Focused(), fyne.KeyDown, fyne.KeyDown)
	if id, _ := q.list.id(q.table.Cursor()); id != all[2].ID {
		t.Fatalf("the cursor is on %s", id)
	}
	q.Render(queueOf(all[1:])) // a row above goes
	if id, _ := q.list.id(q.table.Cursor()); id != all[2].ID {
		t.Errorf("a row above went and the cursor is on %s", id)
	}
	q.Render(queueOf(slices.Delete(slices.Clone(all), 2, 3))) // its own row goes
	if got := q.table.Cursor(); got != 1 {
		t.Errorf("its row went and the cursor is at %d", got)
	}
	taken := slices.Clone(all)
	taken[3].TakenBy, taken[3].TakenName, taken[3].TakenAt = "other", "Otra Persona", noon
	q.Render(queueOf(taken))
	i := slices.Index(shownIDs(q), all[3].ID)
	if l, _ := q.list.look(i); l.Cells[colSituation] != "En revisión por Otra Persona" {
		t.Errorf("a change shows %q", l.Cells[colSituation])
	}
}

func TestQueue_keyboardOnly(t *testing.T) {
	q := NewQueue()
	all := rowsOf(40)
	all[7].Provider = "Fundación Única"
	var opened, took, freed access.RequestID
	q.OnOpen = func(id access.RequestID) { opened = id }
	q.OnTake = func(id access.RequestID) { took = id }
	q.OnRelease = func(id access.RequestID) { freed = id }
	q.Render(queueOf(all))
	w := show(t, q)
	c := w.Canvas()

	q.FocusSearch()
	test.Type(c.Focused(), "fundacion unica")
	if got := shownIDs(q); !slices.Equal(got, []access.RequestID{all[7].ID}) {
		t.Fatalf("the search finds %v", got)
	}
	if q.count.Text() != "1 de 40 solicitudes" {
		t.Errorf("count %q", q.count.Text())
	}
	press(c.Focused(), fyne.KeyDown) // into the list
	press(c.Focused(), fyne.KeyReturn)
	if opened != all[7].ID {
		t.Errorf("Intro opened %q", opened)
	}
	q.TakeCurrent()
	q.ReleaseCurrent()
	if took != all[7].ID || freed != all[7].ID {
		t.Errorf("took %q, freed %q", took, freed)
	}
	q.FocusSearch()
	press(c.Focused(), fyne.KeyEscape)
	if len(q.list.shown) != 40 || q.search.Text != "" {
		t.Errorf("Escape left %d rows and %q", len(q.list.shown), q.search.Text)
	}
	press(c.Focused(), fyne.KeyEscape)
	if c.Focused() != q.table.Row() {
		t.Error("a second Escape does not go to the list")
	}
}

func TestQueue_empty(t *testing.T) {
	some := rowsOf(3)
	cases := []struct {
		name string
		s    state.Queue
		find string
		want string
	}{
		{"nothing", state.Queue{Link: online, Now: noon, LastAttended: noon.Add(-time.Hour)}, "", "No hay solicitudes pendientes. La última se atendió hoy a las 11:00."},
		{"no match", queueOf(some), "zzz", "Ninguna solicitud coincide con “zzz”."},
		{"never online", state.Queue{Link: state.Link{Phase: state.LinkOffline}}, "", "Sin conexión ni datos guardados. Conéctese una vez para descargar la lista."},
		{"failed", state.Queue{Link: online, Trouble: &state.Trouble{Err: access.Refuse(access.CodeInternal, "")}}, "", "No pudimos cargar la lista."},
		{"loading", state.Queue{Link: online, Loading: true}, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			q := NewQueue()
			q.Render(c.s)
			q.search.SetText(c.find)
			text := ""
			if q.empty.Visible() {
				text = q.empty.Text()
			}
			if text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
			if q.skeleton.Visible() != c.s.Loading {
				t.Errorf("grey bars: %t", q.skeleton.Visible())
			}
			if q.table.Visible() {
				t.Error("an empty table is in sight")
			}
		})
	}
}

func TestQueue_withoutIndex(t *testing.T) {
	s := queueOf(rowsOf(3))
	s.Search = nil
	q := NewQueue()
	q.Render(s)
	q.search.SetText("0500100002")
	if got := shownIDs(q); !slices.Equal(got, []access.RequestID{"r00002"}) {
		t.Errorf("got %v", got)
	}
}

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
	if len(why) > 0 || a.take.field.Error() != es.Required {
		t.Fatalf("took it without a reason: %q", why)
	}
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

// BenchmarkQueue_render draws a country of pending rows after one changed.
func BenchmarkQueue_render(b *testing.B) {
	rows := rowsOf(61_177)
	index := indexOf(rows)
	q := NewQueue()
	snapshots := []state.Queue{{Link: online, Rows: rows, Search: index, Now: noon}, {Link: online, Rows: slices.Clone(rows), Search: index, Now: noon}}
	q.Render(snapshots[0])
	show(b, q)
	b.ResetTimer()
	for i := range b.N {
		q.Render(snapshots[i%2])
	}
}

// BenchmarkQueue_filter types a letter over a country of pending rows.
func BenchmarkQueue_filter(b *testing.B) {
	rows := rowsOf(61_177)
	q := NewQueue()
	q.Render(queueOf(rows))
	show(b, q)
	b.ResetTimer()
	for i := range b.N {
		q.search.SetText([]string{"nandu", "0500112", "pendiente hospital", ""}[i%4])
	}
}

// BenchmarkQueue_sort sorts a country of rows by a column of words.
func BenchmarkQueue_sort(b *testing.B) {
	q := NewQueue()
	q.Render(queueOf(rowsOf(61_177)))
	b.ResetTimer()
	for i := range b.N {
		q.sortBy(colProvider, i%2 == 0)
	}
}
