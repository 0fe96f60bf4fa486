package store

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// contractOfficers is what officers decide about keys that exist.
func contractOfficers(t *testing.T, b *bench) {
	by := b.furnish(t)
	k := &Key{UniqueName: "u", Key: access.Key{
		ID: "key", Code: codeA, Entity: delegateA.Entity, Environment: access.Production, State: access.KeyActive, ClientID: "client",
	}}
	b.write(t, func(tx *Tx) error { return tx.InsertKey(k) })
	b.write(t, func(tx *Tx) error {
		k.ValidityDays, k.Permissions, k.PermissionsAt, k.IsMissing = 90, []string{"Urgencias", "Consultas"}, tx.Now(), true
		k.Tasks = []PermissionTask{{Permission: "Prestadores", Act: access.PermissionGrant, By: "Olga", Failed: "X", At: tx.Now()}}
		return tx.SaveKey(k)
	})
	b.read(t, func(tx *Tx) error {
		got, err := tx.Key("key")
		if err == nil && !reflect.DeepEqual(got, k) {
			t.Errorf("read back %+v, want %+v", got, k)
		}
		return err
	})

	// A kind of one live job a subject: one that waits is woken, one that runs is
	// left, one that ended makes room.
	jobs := func() (n int) {
		b.read(t, func(tx *Tx) (err error) {
			n, err = tx.LiveJobs(JobPermissions)
			return err
		})
		return n
	}
	claim := func() (j *Job) {
		b.write(t, func(tx *Tx) (err error) {
			j, err = tx.ClaimJob([]string{JobPermissions}, time.Minute)
			return err
		})
		return j
	}
	once := func(tx *Tx) error { return tx.EnqueueOnce(JobPermissions, "key") }
	b.write(t, once)
	b.write(t, once)
	j := claim()
	if jobs() != 1 || j == nil || claim() != nil {
		t.Fatalf("%d jobs", jobs())
	}
	b.write(t, func(tx *Tx) error { return errors.Join(once(tx), tx.RetryJob(j.ID, tx.Now().Add(time.Hour), "x")) })
	if claim() != nil {
		t.Error("one that failed was not left to wait")
	}
	b.write(t, once)
	if j = claim(); j == nil || j.Attempts != 1 || jobs() != 1 {
		t.Errorf("woken: %+v, %d jobs", j, jobs())
	}
	b.write(t, func(tx *Tx) error { return errors.Join(tx.FinishJob(j.ID), once(tx)) })
	if jobs() != 1 {
		t.Errorf("%d jobs", jobs())
	}

	first := Evidence{
		ID: "e1", Code: codeA, Kind: access.EvidenceFile, Note: "n", Name: "a.pdf", Media: "application/pdf", Size: 3, Hash: "ab",
		Account: by, Person: "Olga", CreatedAt: b.clock().Truncate(time.Microsecond), Sealed: []byte{1, 2, 3},
	}
	second := Evidence{ID: "e2", Code: codeA, Kind: access.EvidenceTest, Note: "m", Account: by, Person: "Olga", CreatedAt: b.clock().Add(time.Second).Truncate(time.Microsecond)}
	b.write(t, func(tx *Tx) error { return errors.Join(tx.InsertEvidence(first), tx.InsertEvidence(second)) })
	b.read(t, func(tx *Tx) error {
		list, err := tx.EvidenceOf(codeA)
		if len(list) != 2 || !reflect.DeepEqual(list[0], second) || list[1].ID != "e1" || list[1].Sealed != nil {
			t.Errorf("list %+v", list)
		}
		file, errFile := tx.EvidenceFile("e1")
		if !reflect.DeepEqual(file, first) {
			t.Errorf("file %+v", file)
		}
		n, errCount := tx.CountEvidence(codeA)
		other, errOther := tx.CountEvidence(codeB)
		if n != 2 || other != 0 {
			t.Errorf("counted %d and %d", n, other)
		}
		if _, none := tx.EvidenceFile("e3"); !errors.Is(none, ErrNotFound) {
			t.Errorf("got %v", none)
		}
		return errors.Join(err, errFile, errCount, errOther)
	})

	// The row: what officers see of it delegates do not.
	for who, viewer := range map[string]access.Viewer{"officer": officer, "delegate": delegateA} {
		var row wire.KeyRow
		b.read(t, func(tx *Tx) error {
			return tx.VisibleRows(viewer, func(c wire.Change) error {
				if c.Kind == wire.RowKey {
					return json.Unmarshal(c.Body, &row)
				}
				return nil
			})
		})
		if len(row.Permissions) != 2 || !row.PermissionsAt.Equal(k.PermissionsAt) {
			t.Errorf("%s: %+v", who, row)
		}
		mine := row.Evidence == 2 && row.IsMissing && row.ValidityDays == 90 && row.ClientID == "client" && len(row.Tasks) == 1 &&
			row.Tasks[0] == wire.PermissionTask{Permission: "Prestadores", Act: access.PermissionGrant, Failed: "X", At: k.Tasks[0].At}
		none := row.Evidence == 0 && !row.IsMissing && row.ValidityDays == 0 && row.ClientID == "" && row.Tasks == nil
		if who == "officer" && !mine || who == "delegate" && !none {
			t.Errorf("%s: %+v", who, row)
		}
	}

	b.write(t, func(tx *Tx) error {
		return errors.Join(
			tx.SetValidity(Validity{Environment: access.Production, Days: 10, Account: by, Person: "Olga", Why: "a", At: tx.Now()}),
			tx.SetValidity(Validity{Environment: access.Production, Days: 20, Account: by, Person: "Olga", Why: "b", At: tx.Now()}),
		)
	})
	b.read(t, func(tx *Tx) error {
		all, err := tx.Validities()
		if v := all[access.Production]; len(all) != 1 || v.Days != 20 || v.Why != "b" || v.Person != "Olga" {
			t.Errorf("validities %+v", all)
		}
		return err
	})
}
