package ministry

import (
	"fmt"
	"math/rand/v2"
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
		ids = append(ids, q.list.row(i).ID)
	}
	return ids
}

// cursorID is the request under the cursor.
func cursorID(q *Queue) access.RequestID {
	r := q.current()
	if r == nil {
		return ""
	}
	return r.ID
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
	at := cursorID(q)
	q.Render(queueOf(all)) // the officer is on a row: they wait
	if len(q.list.shown) != 4 || q.list.waiting != 2 || !q.fresh.Visible() || q.fresh.Text != "2 nuevas" {
		t.Fatalf("at work: %v, %d wait, button %q", shownIDs(q), q.list.waiting, q.fresh.Text)
	}
	press(q.fresh, fyne.KeyReturn)
	if len(q.list.shown) != 6 || q.fresh.Visible() {
		t.Errorf("let in: %v", shownIDs(q))
	}
	if now := cursorID(q); now != at {
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
	if id := cursorID(q); id != all[2].ID {
		t.Fatalf("the cursor is on %s", id)
	}
	q.Render(queueOf(all[1:])) // a row above goes
	if id := cursorID(q); id != all[2].ID {
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
	if c := q.cell(i, colSituation); c.Text != "En revisión por Otra Persona" {
		t.Errorf("a change shows %q", c.Text)
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

// Ten thousand rows sort by any column in under 200 ms: of five tries, the best
// one counts, so that a machine busy with other things does not fail it.
func TestQueue_sortsTenThousandRowsAtOnce(t *testing.T) {
	rows := rowsOf(10_000)
	for i := range rows {
		rows[i].Provider = fmt.Sprintf("Clínica Ñandú %05d", (i*7919)%10_000)
	}
	q := NewQueue()
	q.Render(queueOf(rows))
	show(t, q)
	for col, c := range q.list.sheet.columns {
		if !c.Sorts {
			continue
		}
		best := time.Hour
		for i := range 5 {
			began := time.Now()
			q.sortBy(col, i%2 == 0)
			best = min(best, time.Since(began))
		}
		if best > 200*time.Millisecond {
			t.Errorf("by %q: %v", c.Title, best)
		}
	}
}

// Among ten thousand rows a search by code, NIT, name, site or state is shown in
// under 200 ms a key; of five tries, the best one counts.
func TestQueue_findsAmongTenThousandAtOnce(t *testing.T) {
	rows := rowsOf(10_000)
	texts := make([]string, len(rows))
	for i := range rows {
		rows[i].Provider, rows[i].Place = fmt.Sprintf("Clínica Ñandú %05d", i), "Antioquia-MEDELLÍN"
		rows[i].NIT = access.NIT(fmt.Sprintf("9991%05d", i))
		r := rows[i]
		texts[i] = strings.Join([]string{string(r.Code), string(r.NIT), r.Provider, r.Place, es.Status(r.Kind, r.Status)}, " ")
	}
	rows[77].Kind, texts[77] = access.KindRenew, strings.Replace(texts[77], "Pendiente", "Resolicitado", 1)
	q := NewQueue()
	s := queueOf(rows)
	s.Search = state.NewIndex(texts)
	q.Render(s)
	show(t, q)
	for query, want := range map[string]int{
		"0500109999": 1, "999105000": 1, "clinica nandu 04321": 1, "MEDELLIN": 10_000, "resolicitado": 1, "pendiente": 9_999, "zzz": 0,
	} {
		best := time.Hour
		for range 5 {
			q.search.SetText("")
			began := time.Now()
			q.search.SetText(query)
			best = min(best, time.Since(began))
		}
		if got := len(q.list.shown); got != want {
			t.Errorf("%q finds %d, want %d", query, got, want)
		}
		if best > 200*time.Millisecond {
			t.Errorf("%q takes %v", query, best)
		}
	}
}

// BenchmarkQueue_sort sorts a country of rows, no two of a name, by a column of
// words, of codes and of dates.
func BenchmarkQueue_sort(b *testing.B) {
	rows := rowsOf(61_177)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		rows[i].Provider = fmt.Sprintf("Clínica Ñandú %08x de Ejemplo", r.Uint32())
		rows[i].RequestedAt = noon.Add(-time.Duration(r.IntN(1e9)) * time.Second)
		rows[i].Code = access.LicenseCode(fmt.Sprintf("%010d", r.IntN(1e9)))
	}
	q := NewQueue()
	q.Render(queueOf(rows))
	show(b, q)
	for _, col := range []int{colProvider, colCode, colRequestedAt, colStatus} {
		b.Run(titles(q.list.sheet.columns)[col], func(b *testing.B) {
			for i := range b.N {
				q.sortBy(col, i%2 == 0)
			}
		})
	}
}
