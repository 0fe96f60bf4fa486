package state

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestFacts_resetAndReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &memory{}
		s := newServer(t, officer())
		m := s.start(kept, mapKeeper{})
		s.signIn()
		for _, id := range []access.RequestID{"r-1", "r-2", "r-3"} {
			s.put(id, func(r *wire.RequestRow) { r.Status, r.Number = access.StatusPending, string(id) })
		}
		s.bring()
		if m.TakeNotices() != nil || len(m.Queue().Rows) != 3 || m.Queue().Search.Len() != 3 {
			t.Errorf("%+v", m.Queue())
		}
		f := m.Facts()
		// Two rows change while nobody listens.
		f.Lost(errors.New("gone"))
		s.put("r-1", func(r *wire.RequestRow) { r.Status = access.StatusDone })
		s.put("r-2", func(r *wire.RequestRow) { r.TakenName = "Colega" })
		f.Connecting()
		if m.Header().Link.Phase != LinkOffline {
			t.Error("blinks with each try")
		}
		must(t, f.Welcome(t.Context(), "e1", s.seq, false))
		if m.Header().Link.Phase != LinkCatchingUp {
			t.Error("not catching up")
		}
		s.bring()
		if n := m.TakeNotices(); len(n) != 1 || n[0].Kind != NoticeBack || n[0].Args["count"] != "2" || m.Header().Link.Missed != 2 {
			t.Errorf("%+v", n)
		}
		// A restored server: nothing is shown of the new rows until all are there.
		f.Lost(errors.New("gone"))
		s.mu.Lock()
		delete(s.rows, "r-3")
		row := s.rows["r-2"]
		s.mu.Unlock()
		must(t, f.Welcome(t.Context(), "e2", 9, true))
		must(t, f.Changes(t.Context(), []wire.Change{change(row, 0), s.provider()}))
		if len(m.Queue().Rows) != 2 {
			t.Error("a half reset is shown")
		}
		f.Lost(errors.New("gone again"))
		if p := f.Position(); p.Epoch != "e1" {
			t.Errorf("a half reset moved the position to %+v", p)
		}
		must(t, f.Welcome(t.Context(), "e2", 9, true))
		must(t, f.Changes(t.Context(), []wire.Change{change(row, 0), s.provider()}))
		must(t, f.Ready(t.Context(), 4, time.Now()))
		if p := f.Position(); p.Epoch != "e2" || p.Seq != 4 {
			t.Errorf("position %+v", p)
		}
		if got := kept.ids(); !slices.Equal(got, []string{"provider" + theCode, "requestr-2"}) || kept.now.at.Epoch != "e2" || len(m.Queue().Rows) != 1 {
			t.Errorf("kept %v at %+v", got, kept.now.at)
		}
	})
}

func TestFacts_badRowMovesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &memory{}
		s := newServer(t, officer())
		m := s.start(kept, mapKeeper{})
		s.signIn()
		before := kept.ids()
		err := m.Facts().Changes(t.Context(), []wire.Change{{Seq: 9, Kind: wire.RowRequest, ID: "r-9", Version: 1, Body: []byte(`{"id":`)}})
		if err == nil || !slices.Equal(kept.ids(), before) || m.Facts().Position().Seq == 9 {
			t.Errorf("%v, %v", err, kept.ids())
		}
		must(t, m.Facts().Changes(t.Context(), []wire.Change{{Seq: 1, Kind: "of tomorrow", ID: "x", Version: 1, Body: []byte(`7`)}}))
	})
}

func TestFeed_signedOutByTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		s.feedEnd <- access.Refuse(access.CodeUnauthorized, "")
		synctest.Wait()
		if v := m.SignIn(); v.Phase != SignInIdle || v.Trouble == nil || v.Trouble.Err.Code != access.CodeUnauthorized {
			t.Errorf("%+v", v)
		}
	})
}

// FuzzParse puts any row into the lists: a bad one is refused whole, a good one
// is found again, and goes without a trace.
func FuzzParse(f *testing.F) {
	f.Add("request", "r-1", []byte(body(wire.RequestRow{ID: "r-1", Code: theCode, Status: access.StatusPending, Version: 2})))
	f.Add("key", "k-1", []byte(body(wire.KeyRow{ID: "k-1", Code: theCode, Environment: access.Production})))
	f.Add("provider", theCode, []byte(body(wire.ProviderRow{Code: theCode, Name: "Ñandú", Sites: []wire.SiteRow{{Number: "01"}}})))
	f.Add("request", "r-2", []byte(`{"status":7}`))
	f.Add("of tomorrow", "x", []byte(`null`))
	f.Add("key", "", []byte(`{}`))
	f.Fuzz(func(t *testing.T, kind, id string, raw []byte) {
		s := newRowSet()
		p, err := parse(wire.Change{Kind: wire.RowKind(kind), ID: id, Version: 1, Body: raw})
		if err != nil {
			return
		}
		s.apply(p)
		s.build()
		if len(s.pending.rows) != s.pending.index.Len() && s.pending.index != nil {
			t.Error("the search is not over the rows")
		}
		if n := len(s.assigned.rows); n != s.assigned.index.Len() || n != s.assigned.grants.Len() || (p.key != nil) != (n == 1) && p.key != nil && p.key.Environment.IsValid() {
			t.Errorf("%d codes with a key", n)
		}
		s.apply(parsed{Change: wire.Change{Kind: wire.RowKind(kind), ID: id}})
		s.build()
		if len(s.requests)+len(s.keys)+len(s.providers)+len(s.pending.rows)+len(s.entities.asking.rows)+len(s.assigned.rows)+len(s.codes) != 0 {
			t.Errorf("something stayed of %s %q", kind, id)
		}
	})
}
