package store

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"llavero/shared/access"
)

func peopleDB(t *testing.T) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 3, 12, 20, 11, 0, 0, time.UTC)}
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "people.db"), b.clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b.db = db
	return b
}

func card(number string) access.Document {
	return access.Document{Type: access.DocumentCC, Number: number}
}

// listing is a file of these rows that may lose any share of the stored ones.
func listing[V any](kind, hash string, rows ...V) Listing[V] {
	return Listing[V]{Snapshot: Snapshot{Kind: kind, Hash: hash}, Rows: slices.Values(rows), MaxGone: 1}
}

func TestApplyPersons(t *testing.T) {
	b := peopleDB(t)
	ana := Person{Document: card("9999000201"), GivenNames: "Ana", FamilyNames: "Ñandubay", Email: "ana@example.org", Phone: "3000000001"}
	raúl := Person{Document: card("0099000202"), GivenNames: "Raúl", Email: "raul@example.org"}
	foreign := Person{Document: access.Document{Type: access.DocumentCE, Number: ana.Document.Number}, GivenNames: "Íñigo"}
	apply := func(hash string, want ListingDiff, wantMail []NewAddress, rows ...Person) {
		t.Helper()
		b.write(t, func(tx *Tx) error {
			diff, mail, err := tx.ApplyPersons(listing(SnapshotPersons, hash, rows...))
			if diff != want || !slices.Equal(mail, wantMail) {
				t.Errorf("%s: %+v %v, want %+v %v", hash, diff, mail, want, wantMail)
			}
			return err
		})
	}
	apply("one", ListingDiff{Added: 3}, []NewAddress{{ana.Document, "", ana.Email}, {raúl.Document, "", raúl.Email}}, ana, raúl, foreign)
	apply("one", ListingDiff{}, nil, ana, raúl, foreign)
	b.read(t, func(tx *Tx) error {
		got, err := tx.Person(raúl.Document)
		if got != raúl || got.Name() != "Raúl" {
			t.Errorf("got %+v, want %+v", got, raúl)
		}
		other, errOther := tx.Person(foreign.Document)
		if other != foreign {
			t.Errorf("the same number of another type: %+v", other)
		}
		if _, err := tx.Person(card("99000202")); !errors.Is(err, ErrNotFound) {
			t.Errorf("found a person without the leading zeros: %v", err)
		}
		return errors.Join(err, errOther)
	})
	b.wait(time.Hour)
	moved, unread := ana, raúl
	moved.Email, unread.Email, unread.EmailUnread, unread.Phone = "ana.dos@example.org", "", true, "6010000002"
	apply("two", ListingDiff{Changed: 2, Gone: 1}, []NewAddress{{ana.Document, ana.Email, moved.Email}}, moved, unread)
	b.read(t, func(tx *Tx) error {
		kept, err := tx.Person(raúl.Document)
		if kept.Email != raúl.Email || kept.Phone != unread.Phone || kept.EmailUnread {
			t.Errorf("an address that could not be read: %+v", kept)
		}
		gone, errGone := tx.Person(foreign.Document)
		if !gone.GoneAt.Equal(b.now) {
			t.Errorf("gone at %v, want %v", gone.GoneAt, b.now)
		}
		return errors.Join(err, errGone)
	})
	apply("three", ListingDiff{Returned: 1, Gone: 2}, nil, foreign)
}

func TestApply_cutShort(t *testing.T) {
	b := peopleDB(t)
	var all []Organization
	for _, nit := range []access.NIT{"999100005", "999100001", "999100008"} {
		all = append(all, Organization{NIT: nit, Name: "Ñ " + string(nit), Representative: card("9999000203")})
	}
	b.write(t, func(tx *Tx) error {
		_, err := tx.ApplyOrganizations(listing(SnapshotOrganizations, "one", all...))
		return err
	})
	short := listing(SnapshotOrganizations, "two", all[:1]...)
	short.MaxGone = 0.10
	err := b.db.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.ApplyOrganizations(short)
		return err
	})
	many, ok := errors.AsType[*ManyGoneError](err)
	if !ok || many.Gone != 2 || many.Current != 3 || many.Of != "organizations" {
		t.Fatalf("a short file was taken: %v", err)
	}
	short.Unsure = func(o Organization) bool { return o.NIT != "999100005" } // their rows could not be read
	b.write(t, func(tx *Tx) error {
		diff, err := tx.ApplyOrganizations(short)
		if diff != (ListingDiff{Unsure: 2}) {
			t.Errorf("%+v", diff)
		}
		o, errGet := tx.Organization("999100008")
		if o != all[2] {
			t.Errorf("got %+v, want %+v", o, all[2])
		}
		last, errLast := tx.LastSnapshot(SnapshotOrganizations)
		if last.Hash != "two" {
			t.Errorf("last snapshot %+v", last)
		}
		return errors.Join(err, errGet, errLast)
	})
}

func TestApplyDelegations_told_in_part(t *testing.T) {
	b := peopleDB(t)
	d := Delegation{NIT: "999100005", Document: card("9999000005"), Novelty: NoveltyUnlinks, On: "2026-03-01"}
	b.write(t, func(tx *Tx) error {
		_, err := tx.ApplyDelegations(listing(SnapshotDelegations, "one", d))
		return err
	})
	// The file says V, and has a row on the same pair that could not be read:
	// the end that is stored must not be undone by half a story.
	again := d
	again.Novelty = NoveltyLinks
	l := listing(SnapshotDelegations, "two", again)
	l.Partly = func(x Delegation) bool { return x.NIT == d.NIT }
	b.write(t, func(tx *Tx) error {
		diff, err := tx.ApplyDelegations(l)
		got, errGet := tx.Delegation(d.NIT, d.Document)
		if diff != (ListingDiff{Unsure: 1}) || got != d || got.IsCurrent() {
			t.Errorf("%+v, stored %+v", diff, got)
		}
		return errors.Join(err, errGet)
	})
}

func TestApplyTitles(t *testing.T) {
	b := peopleDB(t)
	medic := Title{
		Document: card("9999000001"), Program: "UNV", Profession: "MEDICINA", Act: "R-1", Name: "Inés Zúñiga", DocumentState: "VIGENTE",
		Origin: "LOCAL", Began: "2001-02-03", Reporter: "COLEGIO", Registry: "9999000001",
	}
	surgeon := medic
	surgeon.Program, surgeon.Profession, surgeon.Registry = "ESP", "CIRUGÍA", "RP-7"
	b.write(t, func(tx *Tx) error {
		diff, err := tx.ApplyTitles(listing(SnapshotRETHUS, "one", medic, surgeon))
		if diff != (ListingDiff{Added: 2}) {
			t.Errorf("%+v", diff)
		}
		_, errAgain := tx.ApplyTitles(listing(SnapshotRETHUS, "two", medic))
		titles, errGet := tx.Titles(medic.Document)
		if !slices.Equal(titles, []Title{medic}) {
			t.Errorf("current titles %+v", titles)
		}
		return errors.Join(err, errAgain, errGet)
	})
}

func TestVerification(t *testing.T) {
	b := peopleDB(t)
	v := Verification{Document: card("9999000209"), Registry: "RP-9", Why: "vio el acta"}
	b.write(t, func(tx *Tx) error {
		if _, err := tx.Verification(v.Document); !errors.Is(err, ErrNotFound) {
			t.Errorf("Verification = %v", err)
		}
		first := v
		first.Why = "otra razón"
		return errors.Join(tx.PutVerification(first), tx.PutVerification(v))
	})
	b.read(t, func(tx *Tx) error {
		got, err := tx.Verification(v.Document)
		v.At = b.now
		if got != v {
			t.Errorf("got %+v, want %+v", got, v)
		}
		return err
	})
}

// What an import decides about accounts: each row names the account's state, what
// the files say, and which of the four lists it must be in.
func TestAccountsOfImports(t *testing.T) {
	b := peopleDB(t)
	const clinic = access.EntityID("NI-999100005")
	delegate := func(number string, e access.EntityID) Account {
		return Account{ID: access.AccountID("d" + number), Login: "x", Person: access.Person{Document: card(number)}, Role: access.RoleDelegate, Entity: e, RoleFrom: OriginRegistration}
	}
	nobody := func(number string) Account {
		return Account{ID: access.AccountID("n" + number), Login: "x", Person: access.Person{Document: card(number)}}
	}
	officer := func(number string, from Origin) Account {
		return Account{ID: access.AccountID("o" + number), Login: "x", Person: access.Person{Document: card(number)}, Role: access.RoleOfficer, RoleFrom: from}
	}
	own := delegate("10", "CC-10") // an independent, whose card is also a delegate's
	own.ID, own.Independent = "i10", true
	b.write(t, func(tx *Tx) error {
		for _, a := range []Account{
			delegate("10", clinic), delegate("11", clinic), delegate("12", clinic), delegate("13", clinic), delegate("14", clinic),
			delegate("15", "NI-999100001"), own,
			nobody("20"), nobody("21"), nobody("22"), nobody("23"), officer("23", OriginCommand),
			officer("30", OriginRoster), officer("31", OriginRoster), officer("32", OriginRoster), officer("33", OriginCommand),
		} {
			if err := tx.CreateAccount(a); err != nil {
				return err
			}
		}
		link := func(number string, n Novelty) Delegation {
			return Delegation{NIT: "999100005", Document: card(number), Novelty: n, On: "2026-01-01"}
		}
		staff := func(number string, active bool) StaffMember {
			return StaffMember{Document: card(number), Active: active}
		}
		_, errGone := tx.ApplyDelegations(listing(SnapshotDelegations, "zero", link("14", NoveltyLinks)))
		_, err := tx.ApplyDelegations(listing(SnapshotDelegations, "one", // 14 is missing: not ended
			link("10", NoveltyUnlinks), link("11", NoveltyLinks), link("12", NoveltyLinks), link("13", NoveltyLinks), link("15", NoveltyUnlinks)))
		_, errStaff := tx.ApplyStaff(listing(SnapshotStaff, "one",
			staff("20", true), staff("21", false), staff("23", true), staff("30", true), staff("31", false)))
		return errors.Join(errGone, err, errStaff, tx.DisableAccount("d12", OriginImport), tx.DisableAccount("d13", OriginCommand))
	})
	b.read(t, func(tx *Tx) error {
		for _, tt := range []struct {
			name string
			read func() ([]Account, error)
			want []access.AccountID
		}{
			{"unlinked", tx.AccountsUnlinked, []access.AccountID{"d10"}},
			{"linked again", tx.AccountsLinkedAgain, []access.AccountID{"d12"}},
			{"to appoint", tx.AccountsToAppoint, []access.AccountID{"n20"}},
			{"to dismiss", tx.AccountsToDismiss, []access.AccountID{"o31", "o32"}},
			{"of a person", func() ([]Account, error) { return tx.AccountsOf(card("10")) }, []access.AccountID{"d10", "i10"}},
		} {
			all, err := tt.read()
			if err != nil {
				return err
			}
			var ids []access.AccountID
			for _, a := range all {
				ids = append(ids, a.ID)
			}
			if !slices.Equal(ids, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, ids, tt.want)
			}
		}
		return nil
	})
}
