package workflow

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// ring is the public keys of the desk.
func (d *desk) ring() receipt.KeyRing {
	d.Helper()
	var ring receipt.KeyRing
	ok(d, d.db.Read(d.Context(), func(tx *store.Tx) (err error) {
		ring, err = signing.Ring(tx)
		return err
	}))
	return ring
}

// exported makes an export and checks it.
func (d *desk) exported(begin func() (*TrailExport, error)) ([]byte, trail.Report) {
	d.Helper()
	x, err := begin()
	ok(d, err)
	var file bytes.Buffer
	ok(d, x.Write(d.Context(), &file))
	report, err := trail.CheckExport(bytes.NewReader(file.Bytes()), d.ring())
	if err != nil {
		d.Fatalf("%v\n%s", err, file.Bytes())
	}
	return file.Bytes(), report
}

func TestExportTrail(t *testing.T) {
	d := newDesk(t)
	midnight := dayOf(d.clock()).AddDate(0, 0, 1)
	id := d.sign(ourCode)
	d.attempts(id, 3)
	d.wait(24 * time.Hour)
	d.issue(id)
	d.wait(72 * time.Hour) // two days go by without an entry
	key := d.keys(ourCode)[access.Production]
	_, err := d.flow.Reveal(t.Context(), by(d.second), key.ID, wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeCopy})
	ok(d, err)
	signed, _, err := d.flow.SignDays(t.Context(), "")
	if err != nil || signed != 4 {
		t.Fatalf("%d days signed, %v", signed, err)
	}
	whole := d.trail()
	seqAt := func(at time.Time) int64 { // of the first entry from then on
		i := slices.IndexFunc(whole, func(r audit.Record) bool { return !r.At.Before(at) })
		return whole[i].Seq
	}
	for name, tt := range map[string]struct {
		query wire.TrailQuery
		shown func(audit.Record) bool
		heads int
	}{
		"all":        {wire.TrailQuery{}, func(audit.Record) bool { return true }, 4},
		"from a day": {wire.TrailQuery{From: midnight}, func(r audit.Record) bool { return !r.At.Before(midnight) }, 3},
		"until":      {wire.TrailQuery{To: midnight}, func(r audit.Record) bool { return r.At.Before(midnight) }, 1},
		"kinds":      {wire.TrailQuery{Group: trail.GroupValues}, func(r audit.Record) bool { return r.Kind.Group() == trail.GroupValues }, 4},
		"person":     {wire.TrailQuery{Document: "9999000012"}, func(r audit.Record) bool { return documentOf(r.Person) == "9999000012" }, 4},
		"entity":     {wire.TrailQuery{Entity: "999100005"}, func(r audit.Record) bool { return r.Entity == ourEntity }, 4},
		"key":        {wire.TrailQuery{Subject: string(key.ID)}, func(r audit.Record) bool { return r.Subject == string(key.ID) }, 4},
		"code, from a day": {wire.TrailQuery{Code: ourCode, From: midnight}, func(r audit.Record) bool {
			return !r.At.Before(midnight) && (r.Subject == string(id) || r.Subject == string(key.ID) || r.Subject == string(d.keys(ourCode)[access.Preproduction].ID))
		}, 3},
		"nobody": {wire.TrailQuery{Document: "9999000999"}, func(audit.Record) bool { return false }, 4},
		"never":  {wire.TrailQuery{From: d.clock().Add(time.Hour)}, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			length := int64(len(d.trail()))
			file, report := d.exported(func() (*TrailExport, error) { return d.flow.ExportTrail(t.Context(), by(d.officer), tt.query) })
			want := int64(0)
			for _, r := range whole {
				if tt.shown != nil && tt.shown(r) {
					want++
				}
			}
			// Other exports of this test are entries too.
			extra := int64(0)
			for _, r := range d.trail()[len(whole):] {
				if tt.shown != nil && r.Seq <= length && tt.shown(r) && (tt.query.To.IsZero() || r.At.Before(tt.query.To)) {
					extra++
				}
			}
			if report.Records != want+extra || len(report.Heads) != tt.heads {
				t.Errorf("%d records, want %d; %d heads, want %d\n%s", report.Records, want+extra, len(report.Heads), tt.heads, file)
			}
			if tt.shown == nil {
				return
			}
			first, last := int64(1), length
			if !tt.query.From.IsZero() {
				first = seqAt(midnight)
			}
			if !tt.query.To.IsZero() {
				last = seqAt(midnight) - 1
			}
			if report.Header.First != first || report.Last != last || report.Records+report.Left != last-first+1 {
				t.Errorf("%+v, want %d to %d", report, first, last)
			}
			exported := d.trail()[length]
			if exported.Kind != audit.TrailExported || exported.Account != d.officer.Account || exported.DetailOf("last") != fmt.Sprint(last) {
				t.Errorf("%+v", exported)
			}
		})
	}
}

// An export of a trail that was changed behind the server's back is not made.
func TestExportTrail_broken(t *testing.T) {
	d := newDesk(t)
	d.sign(ourCode)
	d.behind(`UPDATE audit_entries SET person = 'Otra' WHERE seq = 3`)
	x, err := d.flow.ExportTrail(t.Context(), by(d.officer), wire.TrailQuery{})
	ok(d, err)
	var file bytes.Buffer
	err = x.Write(t.Context(), &file)
	if broken, is := errors.AsType[*audit.BrokenError](err); !is || broken.Seq != 3 || broken.Fault != audit.FaultChanged {
		t.Errorf("%v", err)
	}
	if _, err := trail.CheckExport(&file, d.ring()); err == nil {
		t.Error("what was written is believed")
	}
}

// behind changes the database's file from outside, without its guards.
func (d *desk) behind(statement string) {
	d.Helper()
	raw, err := sql.Open("sqlite3", d.db.Path())
	ok(d, err)
	_, err = raw.ExecContext(d.Context(), `DROP TRIGGER audit_entries_no_update; DROP TRIGGER audit_entries_no_delete; `+statement)
	ok(d, errors.Join(err, raw.Close()))
}
