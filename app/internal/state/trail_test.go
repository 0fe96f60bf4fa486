package state

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// A search is read from its form, pages follow one another, and an export asks for
// the whole of it.
func TestTrail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		s.pages = []wire.TrailPage{
			{Items: []wire.TrailEntry{{Seq: 3}, {Seq: 2}}, Next: "1.2", State: &wire.TrailState{Entries: 3}},
			{Items: []wire.TrailEntry{{Seq: 1}}, Searched: time.Unix(1, 0)},
		}
		form := TrailForm{From: " 16/09/2026", To: "16/09/2026", Document: "9999000001 ", About: "0500199001", Group: trail.GroupValues, Text: " ñ ", Each: true}
		must(t, m.OpenTrail(t.Context(), form))
		v := m.Trail()
		if v.IsOwn || len(v.Items) != 2 || !v.More || v.Known == nil || !v.Loaded || v.Loading || v.Form != form {
			t.Fatalf("%+v", v)
		}
		q := s.asked[0]
		if q.From.UTC().Format(time.RFC3339) != "2026-09-16T05:00:00Z" || q.To.Sub(q.From) != 24*time.Hour || q.Document != "9999000001" ||
			q.Code != "0500199001" || q.Entity != "" || q.Text != "ñ" || !q.Each || len(q.Opening) != 36 || q.Cursor != "" {
			t.Errorf("asked %+v", q)
		}
		must(t, m.MoreTrail(t.Context()))
		if v := m.Trail(); len(v.Items) != 3 || v.Items[2].Seq != 1 || v.More || v.Known == nil || v.Searched.IsZero() {
			t.Errorf("%+v", v)
		}
		if q := s.asked[1]; q.Cursor != "1.2" || q.Opening != s.asked[0].Opening {
			t.Errorf("asked %+v", q)
		}
		must(t, m.MoreTrail(t.Context())) // there is no more
		var file bytes.Buffer
		must(t, m.ExportTrail(t.Context(), &file))
		if q := s.asked[2]; len(s.asked) != 3 || q.Cursor != "" || q.Opening != "" || q.Each || q.Code != "0500199001" || file.String() != "export" {
			t.Errorf("exported %+v: %s", q, file.String())
		}
		must(t, m.SearchTrail(t.Context(), TrailForm{About: "999.100.005"}))
		if q := s.asked[3]; q.Entity != "999100005" || q.Code != "" || q.Opening != s.asked[0].Opening || !q.From.IsZero() {
			t.Errorf("asked %+v", q)
		}
	})
}

func TestTrail_refused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		for _, form := range []TrailForm{{From: "ayer"}, {To: "31/02/2026"}, {From: "17/09/2026", To: "16/09/2026"}} {
			if err := m.SearchTrail(t.Context(), form); access.CodeOf(err) != access.CodeInvalid || len(m.Trail().Fields) != 1 || m.Trail().Form != form {
				t.Errorf("%+v: %v, %+v", form, err, m.Trail())
			}
		}
		if len(s.asked) != 0 {
			t.Errorf("asked %+v", s.asked)
		}
		s.refuses("trail", access.InvalidField(wire.TrailEntity, access.HintFormat))
		if err := m.SearchTrail(t.Context(), TrailForm{About: "x"}); err == nil || len(m.Trail().Fields) != 1 || m.Trail().Trouble != nil || m.Trail().Loading {
			t.Errorf("%v, %+v", err, m.Trail())
		}
		s.refuses("trail", access.Refuse(access.CodeUnavailable, access.HintNoAnswer))
		if err := m.SearchTrail(t.Context(), TrailForm{}); err == nil || m.Trail().Trouble == nil || m.Trail().Loaded {
			t.Errorf("%v, %+v", err, m.Trail())
		}
		cut := errors.New("cut off")
		s.refuses("export", cut)
		if err := m.ExportTrail(t.Context(), io.Discard); !errors.Is(err, cut) || m.Trail().Exporting || m.Trail().Trouble == nil {
			t.Errorf("%v, %+v", err, m.Trail())
		}
	})
}
