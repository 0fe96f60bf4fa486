package workflow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// Each day is signed once, when it is over, whatever becomes of the clock.
func TestSignDays(t *testing.T) {
	d := newDesk(t)
	start := dayOf(d.clock())
	setClock := func(at time.Time) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.now = at
	}
	heads := func() (days []string) {
		all, err := d.flow.Heads(t.Context(), "", 1000)
		ok(d, err)
		for _, h := range all {
			days = append(days, fmt.Sprintf("%s %d", h.Day[5:], h.Entries))
		}
		return days
	}
	sign := func(t *testing.T, want int) time.Time {
		t.Helper()
		n, next, err := d.flow.SignDays(t.Context(), "")
		if err != nil || n != want {
			t.Errorf("%d signed, want %d, %v", n, want, err)
		}
		return next
	}
	d.sign(ourCode)
	first := len(d.trail())
	if next := sign(t, 0); !next.Equal(start.AddDate(0, 0, 1)) {
		t.Errorf("the day ends at %s", next)
	}
	setClock(start.AddDate(0, 0, 1).Add(-time.Microsecond)) // 23:59:59.999999 in Colombia
	sign(t, 0)
	setClock(start.AddDate(0, 0, 1)) // midnight in Colombia, 05:00 UTC
	if next := sign(t, 1); !next.Equal(start.AddDate(0, 0, 2)) {
		t.Errorf("the next is due at %s", next)
	}
	sign(t, 0)
	setClock(start.AddDate(0, 0, 4).Add(time.Hour)) // the server was off
	sign(t, 3)
	sign(t, 0)
	want := []string{fmt.Sprintf("09-16 %d", first), "09-17 1", "09-18 0", "09-19 0"} // the entry that a head was signed
	if got := heads(); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	// The clock is set back: nothing is signed twice, not before its time, and what
	// is written meanwhile counts for the day under way.
	for _, back := range []time.Time{start, start.AddDate(0, 0, 1), start.AddDate(0, 0, 4)} {
		setClock(back)
		sign(t, 0)
		d.create("0500199002")
	}
	if got := heads(); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	setClock(start.AddDate(0, 0, 5))
	sign(t, 1)
	last := d.lastHead()
	if last.Day != "2026-09-20" || int(last.Seq) != len(d.trail())-1 {
		t.Errorf("%+v of %d", last, len(d.trail()))
	}
	h, s, err := trail.OpenHead(last.File, d.ring())
	if err != nil || h.Day != last.Day || !bytes.Equal(h.Hash, d.trail()[last.Seq-1].Hash) || !s.At.Equal(d.clock()) {
		t.Errorf("%+v, %v", h, err)
	}
}

func (d *desk) lastHead() *store.SignedHead {
	d.Helper()
	var last *store.SignedHead
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) (err error) {
		last, err = tx.LastHead()
		return err
	}))
	return last
}

// Two processes that sign at the same time sign once.
func TestSignDays_twice(t *testing.T) {
	d := newDesk(t)
	d.sign(ourCode)
	d.wait(48 * time.Hour)
	var n [4]int
	var errs [4]error
	done := make(chan int)
	for i := range n {
		go func() {
			n[i], _, errs[i] = d.flow.SignDays(context.WithoutCancel(t.Context()), "")
			done <- i
		}()
	}
	for range n {
		<-done
	}
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	all, err := d.flow.Heads(t.Context(), "", 100)
	if err != nil || len(all) != 2 {
		t.Errorf("%d heads, %v", len(all), err)
	}
	if got := len(slices.DeleteFunc(d.trail(), func(r audit.Record) bool { return r.Kind != audit.TrailSigned })); got != 2 {
		t.Errorf("%d entries", got)
	}
}

// A day whose entries are not what was written is not signed, and officers are
// told where.
func TestSignDays_broken(t *testing.T) {
	for name, tt := range map[string]struct {
		sql  string
		want audit.BrokenError
	}{
		"changed":     {`UPDATE audit_entries SET person = 'Otra' WHERE seq = 3`, audit.BrokenError{Seq: 3, Fault: audit.FaultChanged}},
		"removed":     {`DELETE FROM audit_entries WHERE seq = 2`, audit.BrokenError{Seq: 2, Fault: audit.FaultMissing}},
		"before that": {`UPDATE audit_entries SET hash = zeroblob(32) WHERE seq = 1`, audit.BrokenError{Seq: 1, Fault: audit.FaultChanged}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.sign(ourCode)
			d.behind(tt.sql)
			d.wait(24 * time.Hour)
			for range 2 {
				n, _, err := d.flow.SignDays(t.Context(), "")
				if broken, is := errors.AsType[*audit.BrokenError](err); n != 0 || !is || *broken != tt.want {
					t.Fatalf("%d signed, %v", n, err)
				}
			}
			p, err := d.search(wire.TrailQuery{Group: trail.GroupSystem, Subject: ""})
			if err != nil || p.State.Broken != tt.want.Seq || p.State.Fault != tt.want.Fault || p.State.Head != nil {
				t.Errorf("%+v, %v", p.State, err)
			}
			if n := strings.Count(strings.Join(lines(p), " "), "audit.checked"); n != 1 {
				t.Errorf("written down %d times", n)
			}
		})
	}
	t.Run("a signed day", func(t *testing.T) {
		d := newDesk(t)
		d.sign(ourCode)
		d.wait(24 * time.Hour)
		_, _, err := d.flow.SignDays(t.Context(), "")
		ok(d, err)
		last := d.lastHead()
		d.behind(fmt.Sprintf(`UPDATE audit_entries SET hash = zeroblob(32) WHERE seq = %d`, last.Seq))
		d.wait(24 * time.Hour)
		_, _, err = d.flow.SignDays(t.Context(), "")
		if broken, is := errors.AsType[*audit.BrokenError](err); !is || broken.Seq != last.Seq || broken.Fault != trail.FaultHead {
			t.Errorf("%v", err)
		}
	})
}

// A head goes out by mail, whole: what is in the mail checks.
func TestSignDays_mail(t *testing.T) {
	d := newDesk(t)
	d.sign(ourCode)
	d.mails()
	d.wait(24 * time.Hour)
	_, _, err := d.flow.SignDays(t.Context(), "auditoria@ministerio.example")
	ok(d, err)
	all := d.mails()
	if len(all) != 1 || all[0].To != "auditoria@ministerio.example" || all[0].Template != TemplateHead || all[0].Data["day"] != "16/09/2026" {
		t.Fatalf("%+v", all)
	}
	if _, _, err := trail.OpenHead([]byte(all[0].Data["file"]), d.ring()); err != nil {
		t.Error(err)
	}
}
