package store

import (
	"strings"
	"testing"
	"time"
)

func TestFigures(t *testing.T) {
	now := time.Now()
	db, err := Open(t.Context(), t.TempDir()+"/llavero.db", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Write(t.Context(), func(tx *Tx) error {
		for _, j := range []Job{
			{ID: "a", Kind: JobMail, RunAfter: now.Add(-time.Minute)},
			{ID: "b", Kind: JobMail, RunAfter: now.Add(time.Hour)},
			{ID: "c", Kind: JobMail},
			{ID: "d", Kind: JobTest, Subject: "1"},
			{ID: "e", Kind: JobTest, Subject: "2"},
		} {
			if err := tx.Enqueue(j); err != nil {
				return err
			}
		}
		if err := tx.ParkJob("d", "x"); err != nil {
			return err
		}
		return tx.FinishJob("e")
	})
	if err != nil {
		t.Fatal(err)
	}
	var f Figures
	if err := db.Read(t.Context(), func(tx *Tx) error { f, err = tx.Figures(); return err }); err != nil {
		t.Fatal(err)
	}
	if len(f.Jobs) != 2 || len(f.Keys) != 0 || len(f.Requests) != 0 {
		t.Fatalf("%+v", f)
	}
	for _, j := range f.Jobs {
		switch j.Kind {
		case JobMail:
			if j.Waiting != 3 || j.Due != 2 || j.Parked != 0 || !j.Oldest.Equal(now.Add(-time.Minute).Truncate(time.Microsecond)) {
				t.Errorf("%+v", j)
			}
		case JobTest:
			if j.Waiting != 0 || j.Due != 0 || j.Parked != 1 || !j.Oldest.IsZero() {
				t.Errorf("%+v", j)
			}
		default:
			t.Errorf("%+v", j)
		}
	}
	for query, want := range map[string]string{
		parkedJobsQuery: "jobs_parked", keysByStateQuery: "access_keys_by_state", requestsByStatusQuery: "key_requests_by_status",
	} {
		if plan := explain(t, db, query); !strings.Contains(plan, " INDEX "+want) {
			t.Errorf("%s: %s", want, plan)
		}
	}
	if plan := explain(t, db, liveJobsQuery, 1); !strings.Contains(plan, "jobs_due") {
		t.Errorf("live jobs: %s", plan)
	}
	timed := 0
	db.Time(func() func() { return func() { timed++ } })
	if err := db.Beat(t.Context()); err != nil || timed != 1 {
		t.Errorf("%v, %d", err, timed)
	}
	if n, err := db.WALSize(); err != nil || n == 0 {
		t.Errorf("the log of writes is %d bytes, %v", n, err)
	}
}
