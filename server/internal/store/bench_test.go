package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// country is as many license codes as REPS has.
const country = 61_177

// BenchmarkVisibleRows is an officer's first sync of a country in which every
// code waits.
func BenchmarkVisibleRows(b *testing.B) {
	s := newBench(b)
	by := s.furnish(b)
	codes := make([]Provider, country)
	for i := range codes {
		codes[i] = Provider{Code: access.LicenseCode(fmt.Sprintf("05001%05d", i)), Entity: delegateA.Entity, Name: fmt.Sprintf("Clínica de ejemplo número %d", i)}
	}
	s.write(b, func(tx *Tx) error {
		_, err := tx.ApplyRegistry(Registry{
			Snapshot:  Snapshot{Kind: SnapshotREPS, Hash: "country"},
			Entities:  slices.Values([]RegistryEntity{{Document: access.Document{Type: access.DocumentNI, Number: "999100005"}, Name: "A"}}),
			Providers: slices.Values(codes), Unsure: func(access.LicenseCode) bool { return false }, MaxGone: 1,
		})
		if err != nil {
			return err
		}
		for i, p := range codes {
			r := &Request{KeyRequest: access.KeyRequest{
				ID: access.RequestID(fmt.Sprintf("%08d-0000-4000-8000-000000000000", i)), Number: fmt.Sprintf("SOL-2026-%06d", i),
				Kind: access.KindEnroll, Code: p.Code, Entity: delegateA.Entity, Status: access.StatusPending, RequestedBy: by,
				RequestedAt: tx.Now(), SignedAt: tx.Now(), UpdatedAt: tx.Now(),
				Failure: &access.Failure{Environment: access.Preproduction, Step: access.StepSecret, Status: 429, Code: "TooManyRequests", At: tx.Now()},
			}}
			if err := tx.InsertRequest(r); err != nil {
				return err
			}
		}
		return nil
	})
	b.ResetTimer()
	for range b.N {
		rows, bytes := 0, 0
		s.read(b, func(tx *Tx) error {
			return tx.VisibleRows(officer, func(c wire.Change) error {
				rows++
				bytes += len(c.Body)
				return nil
			})
		})
		if rows != country {
			b.Fatalf("%d rows", rows)
		}
		b.SetBytes(int64(bytes))
	}
}

// BenchmarkChangesAfter is one client's look after one commit.
func BenchmarkChangesAfter(b *testing.B) {
	s := newBench(b)
	r := s.newRequest(b, s.furnish(b), codeA, delegateA.Entity)
	s.write(b, func(tx *Tx) error {
		r.Status, r.SignedAt = access.StatusPending, tx.Now()
		return tx.SaveRequest(r)
	})
	s.wait(time.Second)
	var at int64
	s.write(b, func(tx *Tx) (err error) {
		at, err = tx.Change(wire.RowRequest, string(r.ID), r.Entity)
		return err
	})
	b.ResetTimer()
	for range b.N {
		s.read(b, func(tx *Tx) error {
			changes, _, err := tx.ChangesAfter(officer, at-1, 100)
			if len(changes) != 1 {
				b.Fatalf("%d changes", len(changes))
			}
			return err
		})
	}
}
