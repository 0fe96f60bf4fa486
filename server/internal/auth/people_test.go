package auth

import (
	"slices"
	"testing"

	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// imageCode is what images show in these tests.
const imageCode = "KMNPR"

// outbox takes the mails that are enqueued.
type outbox struct{ mails []workflow.Mail }

// EnqueueMail implements Flow.
func (o *outbox) EnqueueMail(tx *store.Tx, subject string, m workflow.Mail) error {
	o.mails = append(o.mails, m)
	return tx.Enqueue(store.Job{Kind: store.JobMail, Subject: subject, Payload: []byte("sealed")})
}

// code is that of the newest mail.
func (o *outbox) code(t *testing.T) string {
	t.Helper()
	if len(o.mails) == 0 {
		t.Fatal("nothing was mailed")
	}
	return o.mails[len(o.mails)-1].Data["code"]
}

// withPeople is a bench whose imported files know some people: Ana, delegate of
// the NIT with an address; Beto, delegate of it without one; Carla, independent;
// Olga, of the ministry; Pedro, a person and no more.
func withPeople(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, settings())
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var texts []store.ConsentText
	texts = append(texts, store.ConsentText{ID: "pledge", Version: "1", Label: "Acepto.", Body: "Acuerdo inventado", Hash: "aa11", Origin: store.OfProgram})
	must(b.store.Write(t.Context(), func(tx *store.Tx) error {
		for _, x := range texts {
			if _, err := tx.InstallConsentText(x); err != nil {
				return err
			}
		}
		for _, apply := range []func(*store.Tx) error{applyPersons, applyDelegation, applyStaff, applyTitles, applyREPS} {
			if err := apply(tx); err != nil {
				return err
			}
		}
		return nil
	}))
	return b
}

func told[V any](kind string, rows ...V) store.Listing[V] {
	return store.Listing[V]{Snapshot: store.Snapshot{Kind: kind, Hash: kind}, Rows: slices.Values(rows), MaxGone: 1, Unsure: func(V) bool { return false }}
}

var (
	carla = access.Document{Type: access.DocumentCC, Number: "9999000013"}
	diana = access.Document{Type: access.DocumentCC, Number: "9999000015"}
	pedro = access.Document{Type: access.DocumentCC, Number: "9999000014"}
)

func applyPersons(tx *store.Tx) error {
	_, _, err := tx.ApplyPersons(told(store.SnapshotPersons,
		store.Person{Document: ana.Document, GivenNames: "Ana", FamilyNames: "Ñáñez Inventada", Email: "ana@example.org"},
		store.Person{Document: beto.Document, GivenNames: "Beto", FamilyNames: "Inventado"},
		store.Person{Document: diana, GivenNames: "Diana", FamilyNames: "Inventada", Email: "diana@example.org"},
		store.Person{Document: carla, GivenNames: "Carla", FamilyNames: "Inventada", Email: "carla@example.org"},
		store.Person{Document: officer.Document, GivenNames: "Olga", FamilyNames: "Inventada", Email: "olga@example.org"},
		store.Person{Document: pedro, GivenNames: "Pedro", FamilyNames: "Inventado", Email: "pedro@example.org"},
	))
	return err
}

func applyDelegation(tx *store.Tx) error {
	if _, err := tx.ApplyOrganizations(told(store.SnapshotOrganizations, store.Organization{NIT: "999100005", Name: "CLÍNICA INVENTADA"})); err != nil {
		return err
	}
	_, err := tx.ApplyDelegations(told(store.SnapshotDelegations,
		store.Delegation{NIT: "999100005", Document: ana.Document, Novelty: store.NoveltyLinks, On: "2026-01-02"},
		store.Delegation{NIT: "999100005", Document: diana, Novelty: store.NoveltyLinks, On: "2026-01-02"},
		store.Delegation{NIT: "999100005", Document: beto.Document, Novelty: store.NoveltyLinks, On: "2026-01-02"},
	))
	return err
}

func applyStaff(tx *store.Tx) error {
	_, err := tx.ApplyStaff(told(store.SnapshotStaff, store.StaffMember{Document: officer.Document, GivenNames: "Olga", FamilyNames: "Inventada", Active: true}))
	return err
}

func applyTitles(tx *store.Tx) error {
	_, err := tx.ApplyTitles(told(store.SnapshotRETHUS, store.Title{Document: carla, Program: "P", Profession: "MÉDICA", Registry: "RM4321"}))
	return err
}

func applyREPS(tx *store.Tx) error {
	provider := store.Provider{Code: "0500199009", Entity: access.EntityOf(carla), Name: "CARLA INVENTADA", Sites: []store.Site{{Number: "01", Name: "SEDE"}}}
	_, err := tx.ApplyRegistry(store.Registry{
		Snapshot:  store.Snapshot{Kind: store.SnapshotREPS},
		Entities:  slices.Values([]store.RegistryEntity{{Document: carla, Name: "CARLA INVENTADA"}}),
		Providers: slices.Values([]store.Provider{provider}),
		Unsure:    func(access.LicenseCode) bool { return false },
	})
	return err
}

func delegateForm(d access.Document) access.Registration {
	return access.Registration{Kind: access.UserDelegate, EntityType: access.EntityPSS, NIT: "999100005", Document: d}
}

func otherForm(d access.Document) access.Registration {
	return access.Registration{Kind: access.UserOther, Document: d}
}

// answer reads a new image.
func (b *bench) answer() wire.ImageAnswer {
	b.t.Helper()
	m, err := b.NewImage(b.t.Context(), visit, wire.NewImage{})
	if err != nil {
		b.t.Fatal(err)
	}
	return wire.ImageAnswer{ID: m.ID, Code: " kmnpr"}
}

func (b *bench) register(form access.Registration) (wire.Registered, error) {
	b.t.Helper()
	image := b.answer()
	return b.Register(b.t.Context(), visit, wire.Register{Form: form, Image: &image, Pledge: wire.AcceptedText{ID: "pledge", Hash: "aa11"}})
}

// registered registers, and must.
func (b *bench) registered(form access.Registration) wire.Registered {
	b.t.Helper()
	r, err := b.register(form)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// finish sets a password through the newest mail.
func (b *bench) finish(pw string) wire.PasswordSet {
	b.t.Helper()
	set, err := b.SetPassword(b.t.Context(), visit, wire.SetPassword{Token: b.out.code(b.t), Password: pw})
	if err != nil {
		b.t.Fatal(err)
	}
	return set
}
