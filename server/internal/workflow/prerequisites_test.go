package workflow_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

func card(number string) access.Document {
	return access.Document{Type: access.DocumentCC, Number: number}
}

// told is a listing of a test that may lose any share of the stored rows.
func told[V any](kind, hash string, rows ...V) store.Listing[V] {
	return store.Listing[V]{Snapshot: store.Snapshot{Kind: kind, Hash: hash}, Rows: slices.Values(rows), MaxGone: 1}
}

// verdicts is a list in short: "organization met, …".
func verdicts(list []access.Prerequisite) string {
	s := ""
	for i, p := range list {
		if i > 0 {
			s += ", "
		}
		s += string(p.ID) + " " + string(p.Verdict)
	}
	return s
}

func TestPrerequisites(t *testing.T) {
	const nit, otherNIT = access.NIT("999100005"), access.NIT("999100001")
	who, stranger := card("9999000005"), card("9999000999")
	delegate := access.Registration{Kind: access.UserDelegate, NIT: nit, Document: who}
	professional := access.Registration{Kind: access.UserProfessional, Document: who}
	persons := func(tx *store.Tx) error {
		_, _, err := tx.ApplyPersons(told(store.SnapshotPersons, "p", store.Person{Document: who}))
		return err
	}
	organizations := func(tx *store.Tx) error {
		_, err := tx.ApplyOrganizations(told(store.SnapshotOrganizations, "o", store.Organization{NIT: nit}, store.Organization{NIT: otherNIT}))
		return err
	}
	delegations := func(hash string, all ...store.Delegation) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			_, err := tx.ApplyDelegations(told(store.SnapshotDelegations, hash, all...))
			return err
		}
	}
	linked := store.Delegation{NIT: nit, Document: who, Novelty: store.NoveltyLinks, On: "2026-01-01"}
	ended, elsewhere := linked, linked
	ended.Novelty, elsewhere.NIT = store.NoveltyUnlinks, otherNIT
	titles := func(all ...store.Title) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			_, err := tx.ApplyTitles(told(store.SnapshotRETHUS, "r", all...))
			return err
		}
	}
	reps := func(owners ...access.Document) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			var entities []store.RegistryEntity
			var providers []store.Provider
			for i, d := range owners {
				entities = append(entities, store.RegistryEntity{Document: d})
				providers = append(providers, store.Provider{
					Code: access.LicenseCode("050019900" + string(rune('1'+i))), Entity: access.EntityOf(d),
				})
			}
			_, err := tx.ApplyRegistry(store.Registry{
				Snapshot: store.Snapshot{Kind: store.SnapshotREPS, Hash: time.Now().String()},
				Entities: slices.Values(entities), Providers: slices.Values(providers), MaxGone: 1,
			})
			return err
		}
	}
	verified := func(tx *store.Tx) error {
		return tx.PutVerification(store.Verification{Document: who, Why: "acta"})
	}
	for _, tt := range []struct {
		name    string
		form    access.Registration
		imports []func(*store.Tx) error
		want    string
	}{
		{"delegate, nothing imported", delegate, nil, "organization no_data, delegation no_data, person no_data"},
		{"delegate, all there", delegate, []func(*store.Tx) error{persons, organizations, delegations("d", linked)}, "organization met, delegation met, person met"},
		{"delegate, unlinked", delegate, []func(*store.Tx) error{persons, organizations, delegations("d", ended)}, "organization met, delegation unmet, person met"},
		{"delegate, of another NIT", delegate, []func(*store.Tx) error{persons, organizations, delegations("d", elsewhere)}, "organization met, delegation unmet, person met"},
		{"delegate, delegation missing since", delegate, []func(*store.Tx) error{persons, organizations, delegations("d", linked), delegations("e", elsewhere)}, "organization met, delegation unmet, person met"},
		{
			"delegate, somebody else",
			access.Registration{Kind: access.UserDelegate, NIT: "999100008", Document: stranger},
			[]func(*store.Tx) error{persons, organizations, delegations("d", linked)},
			"organization unmet, delegation unmet, person unmet",
		},
		{
			"delegate, same number of another type",
			access.Registration{Kind: access.UserDelegate, NIT: nit, Document: access.Document{Type: access.DocumentCE, Number: who.Number}},
			[]func(*store.Tx) error{persons, organizations, delegations("d", linked)},
			"organization met, delegation unmet, person unmet",
		},
		{"professional, nothing imported", professional, nil, "person no_data, rethus no_data, reps no_data"},
		{"professional, all there", professional, []func(*store.Tx) error{persons, titles(store.Title{Document: who}), reps(who)}, "person met, rethus met, reps met"},
		{"professional, in REPS no more", professional, []func(*store.Tx) error{persons, titles(store.Title{Document: who}), reps(who), reps(stranger)}, "person met, rethus met, reps unmet"},
		{"professional, not in RETHUS", professional, []func(*store.Tx) error{persons, titles(store.Title{Document: stranger}), reps(who)}, "person met, rethus unmet, reps met"},
		{"professional, an officer's word", professional, []func(*store.Tx) error{persons, titles(store.Title{Document: stranger}), reps(who), verified}, "person met, rethus met, reps met"},
		{"professional, an officer's word and no RETHUS", professional, []func(*store.Tx) error{verified}, "person no_data, rethus met, reps no_data"},
		{"other", access.Registration{Kind: access.UserOther, Document: who}, []func(*store.Tx) error{persons}, "person met"},
		{"other, not there", access.Registration{Kind: access.UserOther, Document: stranger}, []func(*store.Tx) error{persons}, "person unmet"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := importDB(t)
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				for _, apply := range tt.imports {
					if err := apply(tx); err != nil {
						return err
					}
				}
				list, err := workflow.Prerequisites(tx, tt.form)
				if got := verdicts(list); got != tt.want {
					t.Errorf("%s, want %s", got, tt.want)
				}
				for _, p := range list {
					if (p.Verdict == access.VerdictNoData) != p.DataAt.IsZero() || !p.DataAt.IsZero() && !p.DataAt.Equal(tx.Now()) {
						t.Errorf("%s is dated %v", p.ID, p.DataAt)
					}
				}
				if met := workflow.AreMet(list); met == (strings.Contains(tt.want, "unmet") || strings.Contains(tt.want, "no_data")) {
					t.Errorf("AreMet = %v of %s", met, verdicts(list))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestIsRegistryOf(t *testing.T) {
	who := card("9999000001")
	title := store.Title{Document: who, Profession: "MEDICINA", Registry: "RP-1"}
	second := title
	second.Profession, second.Registry = "CIRUGÍA", "RP-2"
	unknown := store.Title{Document: card("9999000002"), Profession: "MEDICINA"}
	for _, tt := range []struct {
		name     string
		document access.Document
		registry string
		want     bool
	}{
		{"first title's", who, "RP-1", true},
		{"second title's", who, "RP-2", true},
		{"as the form takes it", who, "RP2", true},
		{"the document's number", who, who.Number, true},
		{"somebody else's", who, "RP-3", false},
		{"of a title without one", unknown.Document, "RP-1", false},
		{"the number, of a title without one", unknown.Document, unknown.Document.Number, true},
		{"empty, of a title without one", unknown.Document, "", false},
		{"of nobody known", card("9999000009"), "RP-1", true},
		{"verified", card("9999000003"), "RP-9", true},
		{"not the verified one", card("9999000003"), "RP-8", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := importDB(t).Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.ApplyTitles(told(store.SnapshotRETHUS, "r", title, second, unknown))
				errVerified := tx.PutVerification(store.Verification{Document: card("9999000003"), Registry: "RP-9"})
				got, errGot := workflow.IsRegistryOf(tx, tt.document, tt.registry)
				if got != tt.want {
					t.Errorf("IsRegistryOf(%q) = %v", tt.registry, got)
				}
				return errors.Join(err, errVerified, errGot)
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestVerifyRETHUS(t *testing.T) {
	db, who := importDB(t), card("9999000003")
	if err := workflow.VerifyRETHUS(t.Context(), db, store.Verification{Document: who, Registry: "RP-9", Why: "visto"}); err != nil {
		t.Fatal(err)
	}
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		list, err := workflow.Prerequisites(tx, access.Registration{Kind: access.UserProfessional, Document: who})
		if got := verdicts(list); got != "person no_data, rethus met, reps no_data" {
			t.Errorf("%s", got)
		}
		records, errTrail := tx.AuditAfter(0, 10)
		last := records[len(records)-1]
		if last.Kind != audit.RETHUSVerified || last.Subject != "CC-9999000003" || last.DetailOf("why") != "visto" || last.Person != audit.ServerName {
			t.Errorf("entry %+v", last)
		}
		return errors.Join(err, errTrail)
	})
	if err != nil {
		t.Error(err)
	}
}
