package workflow_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"llavero/server/internal/audit"
	"llavero/server/internal/registry"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// kinds are the files about people in the order of seed.Registers.Files.
var kinds = []string{
	store.SnapshotPersons, store.SnapshotOrganizations, store.SnapshotDelegations, store.SnapshotRETHUS, store.SnapshotStaff,
}

func takeIn(t *testing.T, db *store.DB, kind, text string) workflow.ImportedPeople {
	t.Helper()
	done, err := workflow.ImportPeople(t.Context(), db, kind, workflow.Import{Confirm: true}, registry.File{Name: "f.csv", Reader: strings.NewReader(text)})
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return done
}

func TestImportPeople_demo(t *testing.T) {
	db := importDB(t)
	for i, f := range seed.Demo().Registers().Files() {
		var b bytes.Buffer
		planted, err := f.Write(&b, seed.Options{Broken: true})
		if err != nil {
			t.Fatal(err)
		}
		done := takeIn(t, db, kinds[i], b.String())
		_, rejected, _ := done.Report.Totals()
		if done.Diff.Added == 0 || len(planted) == 0 || rejected == 0 {
			t.Errorf("%s: %+v, %d rejected of %d planted", f.Name, done.Diff, rejected, len(planted))
		}
		if again := takeIn(t, db, kinds[i], b.String()); !again.Diff.IsZero() || again.Accounts != (workflow.AccountsDiff{}) {
			t.Errorf("%s again: %+v", f.Name, again)
		}
		n, entry := lastImport(t, db)
		if n != 2*(i+1) || entry.Subject != kinds[i] || entry.Person != audit.ServerName || len(entry.DetailOf("hash")) != 64 {
			t.Errorf("%d entries, the last %+v", n, entry)
		}
	}
	var b bytes.Buffer
	if _, err := seed.WriteB(&b, seed.Demo().Rows(), seed.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := workflow.ImportREPS(t.Context(), db, workflow.Import{}, registry.File{Name: seed.FileOpen, Reader: &b}); err != nil {
		t.Fatal(err)
	}
	// Whole files: each newcomer stands as the demonstration says.
	for i, f := range seed.Demo().Registers().Files() {
		var b bytes.Buffer
		if _, err := f.Write(&b, seed.Options{}); err != nil {
			t.Fatal(err)
		}
		takeIn(t, db, kinds[i], b.String())
	}
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		for _, n := range seed.Newcomers() {
			list, err := workflow.Prerequisites(tx, n.Form)
			if err != nil {
				return err
			}
			if workflow.AreMet(list) != (n.Name != seed.NewNoDelegation) {
				t.Errorf("%s: %s", n.Name, verdicts(list))
			}
			p, err := tx.Person(n.Person.Document)
			if err != nil || p.Email != n.Email || p.Name() != n.Person.Name {
				t.Errorf("%s: %+v, %v", n.Name, p, err)
			}
			if wrong := n.Form.Validate(); len(wrong) > 0 {
				t.Errorf("%s: form %v", n.Name, wrong)
			}
			if n.Form.Kind == access.UserProfessional {
				if ok, err := workflow.IsRegistryOf(tx, n.Form.Document, n.Form.ProfessionalRegistry); !ok || err != nil {
					t.Errorf("%s: registry %v, %v", n.Name, ok, err)
				}
			}
			m, errStaff := tx.StaffMember(n.Person.Document)
			if (errStaff == nil && m.IsCurrent()) != (n.Name == seed.NewOfficer) {
				t.Errorf("%s on the roster: %+v", n.Name, m)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestImportPeople_refused(t *testing.T) {
	db := importDB(t)
	const head = "nit,razon_social\n"
	takeIn(t, db, store.SnapshotOrganizations, head+"999100005,Uno\n999100001,Dos\n999100008,Tres\n")
	for _, tt := range []struct {
		name, kind, text string
		is               func(error) bool
	}{
		{"cut short", store.SnapshotOrganizations, head + "999100005,Uno\n", func(err error) bool {
			many, ok := errors.AsType[*store.ManyGoneError](err)
			return ok && many.Gone == 2
		}},
		{"a column is missing", store.SnapshotOrganizations, "nit,nombre\n1,x\n", func(err error) bool {
			refused, ok := errors.AsType[*registry.FileError](err)
			return ok && refused.Problem == registry.MissingColumns && refused.Columns[0] == "razon_social"
		}},
		{"no such kind", "mss-nadie", head, func(err error) bool { return strings.Contains(err.Error(), "mss-nadie") }},
	} {
		_, err := workflow.ImportPeople(t.Context(), db, tt.kind, workflow.Import{}, registry.File{Name: "f", Reader: strings.NewReader(tt.text)})
		if err == nil || !tt.is(err) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if n, _ := lastImport(t, db); n != 1 {
		t.Errorf("%d imports in the trail", n)
	}
}

const (
	delegations = "nit,tipo_documento,numero_documento,novedad,fecha_novedad\n"
	staffHead   = "tipo_documento,numero_documento,nombres,apellidos,activo\n"
	personHead  = "tipo_documento,numero_documento,nombres,apellidos,correo\n"
)

// living makes an account with a session.
func living(t *testing.T, db *store.DB, a store.Account) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		a.Login = "x"
		return errors.Join(tx.CreateAccount(a), session(tx, a.ID))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func session(tx *store.Tx, id access.AccountID) error {
	return tx.CreateSession(store.Session{TokenHash: []byte(id), Account: id, ExpiresAt: tx.Now().AddDate(0, 0, 1)})
}

// stands reads an account, whether its session lives, and the last entry on it.
func stands(t *testing.T, db *store.DB, id access.AccountID) (a store.Account, lives bool, last audit.Record) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		var err, errSession error
		a, err = tx.Account(id)
		lives, errSession = tx.HasSession([]byte(id))
		records, errTrail := tx.AuditAfter(0, 1000)
		for _, r := range records {
			if r.Subject == string(id) {
				last = r
			}
		}
		return errors.Join(err, errSession, errTrail)
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, lives, last
}

func TestImportPeople_delegationEnds(t *testing.T) {
	db := importDB(t)
	who := access.Person{Document: card("9999000005"), Name: "Lucía"}
	living(t, db, store.Account{ID: "d", Person: who, Role: access.RoleDelegate, Entity: "NI-999100005"})
	living(t, db, store.Account{ID: "elsewhere", Person: who, Role: access.RoleDelegate, Entity: "NI-999100001"})
	living(t, db, store.Account{ID: "shut", Person: access.Person{Document: card("9999000006")}, Role: access.RoleDelegate, Entity: "NI-999100005"})
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.DisableAccount("shut", store.OriginCommand) }); err != nil {
		t.Fatal(err)
	}
	both := "999100001,CC,9999000005,V,2025-01-01\n999100005,CC,9999000006,V,2025-01-01\n"
	linked := delegations + both + "999100005,CC,9999000005,V,2025-01-01\n"
	for _, step := range []struct {
		name, text string
		isOff      bool
		want       workflow.AccountsDiff
		kind       audit.Kind
	}{
		{"linked", linked, false, workflow.AccountsDiff{}, ""},
		{"missing", delegations + both, false, workflow.AccountsDiff{}, ""},
		{"unlinked", linked + "999100005,CC,9999000005,O,2026-02-01\n", true, workflow.AccountsDiff{Disabled: 1}, audit.AccountDisabled},
		{"still unlinked", linked + "999100005,CC,9999000005,O,2026-02-01\n", true, workflow.AccountsDiff{}, audit.AccountDisabled},
		{"half told", linked + "999100005,CC,9999000005,O,pronto\n", true, workflow.AccountsDiff{}, audit.AccountDisabled},
		{"missing again", delegations + both, true, workflow.AccountsDiff{}, audit.AccountDisabled},
		{"back", linked + "999100005,CC,9999000005,O,2026-02-01\n999100005,CC,9999000005,V,2026-03-01\n", false, workflow.AccountsDiff{Enabled: 1}, audit.AccountEnabled},
	} {
		done := takeIn(t, db, store.SnapshotDelegations, step.text)
		a, lives, last := stands(t, db, "d")
		if done.Accounts != step.want || a.DisabledAt.IsZero() == step.isOff || last.Kind != step.kind {
			t.Errorf("%s: %+v, disabled %v by %q, last entry %s", step.name, done.Accounts, a.DisabledAt, a.DisabledBy, last.Kind)
		}
		if lives == (step.kind != "") {
			t.Errorf("%s: the session lives: %v", step.name, lives)
		}
		if step.kind != "" && (last.DetailOf("why") == "" || last.Entity != "NI-999100005" || !strings.Contains(last.DetailOf("person"), "9999000005")) {
			t.Errorf("%s: entry %+v", step.name, last)
		}
	}
	if other, lives, _ := stands(t, db, "elsewhere"); !other.DisabledAt.IsZero() || !lives {
		t.Error("the person's account for another entity was touched")
	}
	if shut, _, _ := stands(t, db, "shut"); shut.DisabledAt.IsZero() || shut.DisabledBy != store.OriginCommand {
		t.Errorf("an import let in whom an administrator had shut out: %+v", shut)
	}
}

func TestImportPeople_roster(t *testing.T) {
	db := importDB(t)
	living(t, db, store.Account{ID: "n", Person: access.Person{Document: card("9999000103")}})
	living(t, db, store.Account{ID: "o", Person: access.Person{Document: card("9999000101")}, Role: access.RoleOfficer, RoleFrom: store.OriginCommand})
	const other = "CC,9999000109,Otra,Persona,S\n"
	for _, step := range []struct {
		name, text string
		role       access.Role
		want       workflow.AccountsDiff
		lives      bool
	}{
		{"not on it", staffHead + other, access.RoleNone, workflow.AccountsDiff{}, true},
		{"inactive", staffHead + other + "CC,9999000103,Raúl,F,N\n", access.RoleNone, workflow.AccountsDiff{}, true},
		{"active", staffHead + other + "CC,9999000103,Raúl,F,S\n", access.RoleOfficer, workflow.AccountsDiff{Appointed: 1}, true},
		{"unreadable", staffHead + other + "CC,9999000103,Raúl,F,tal vez\n", access.RoleOfficer, workflow.AccountsDiff{}, true},
		{"missing beside a nameless row", staffHead + other + "CC,???,Raúl,F,S\n", access.RoleOfficer, workflow.AccountsDiff{}, true},
		{"inactive now", staffHead + other + "CC,9999000103,Raúl,F,N\n", access.RoleNone, workflow.AccountsDiff{Dismissed: 1}, false},
		{"active again", staffHead + other + "CC,9999000103,Raúl,F,S\n", access.RoleOfficer, workflow.AccountsDiff{Appointed: 1}, true},
		{"vanished", staffHead + other, access.RoleNone, workflow.AccountsDiff{Dismissed: 1}, false},
	} {
		done := takeIn(t, db, store.SnapshotStaff, step.text)
		a, lives, last := stands(t, db, "n")
		if done.Accounts != step.want || a.Role != step.role || lives != step.lives || !a.DisabledAt.IsZero() {
			t.Errorf("%s: %+v, role %q, session lives %v", step.name, done.Accounts, a.Role, lives)
		}
		if step.want != (workflow.AccountsDiff{}) && (last.Kind != audit.AccountChanged || last.DetailOf("why") != "roster" || last.DetailOf("role") != string(step.role)) {
			t.Errorf("%s: entry %+v", step.name, last)
		}
		if !lives {
			if err := db.Write(t.Context(), func(tx *store.Tx) error { return session(tx, "n") }); err != nil {
				t.Fatal(err)
			}
		}
	}
	if o, lives, _ := stands(t, db, "o"); o.Role != access.RoleOfficer || !lives {
		t.Error("the roster took a role that it had not given")
	}
}

func TestImportPeople_address(t *testing.T) {
	db := importDB(t)
	living(t, db, store.Account{ID: "a", Person: access.Person{Document: card("9999000005")}, Email: "de.la.orden@example.org"})
	row := func(mail string) string { return personHead + "CC,9999000005,Lucía,Ñ," + mail + "\n" }
	for _, step := range []struct{ name, text, want string }{
		{"none on file", row(""), "de.la.orden@example.org"},
		{"on file", row("uno@example.org"), "uno@example.org"},
		{"damaged", row("dos en example"), "uno@example.org"},
		{"moved", row("dos@example.org"), "dos@example.org"},
		{"the person is missing", personHead + "CC,9999000006,Otra,Ñ,otra@example.org\n", "dos@example.org"},
		{"taken away", row(""), ""},
	} {
		done := takeIn(t, db, store.SnapshotPersons, step.text)
		before := done.Accounts.Addresses
		a, lives, last := stands(t, db, "a")
		if a.Email != step.want || !lives {
			t.Errorf("%s: address %q, want %q", step.name, a.Email, step.want)
		}
		if before == 1 && (last.Kind != audit.AccountChanged || strings.Contains(last.Detail, "dos@") || last.DetailOf("why") != "registered_address") {
			t.Errorf("%s: entry %+v", step.name, last)
		}
	}
	// The organizations' and the roster's addresses are not the person's.
	takeIn(t, db, store.SnapshotPersons, row("tres@example.org"))
	takeIn(t, db, store.SnapshotStaff, "tipo_documento,numero_documento,nombres,apellidos,activo,correo\nCC,9999000005,Lucía,Ñ,S,planta@example.org\n")
	takeIn(t, db, store.SnapshotOrganizations, "nit,razon_social,tipo_documento,numero_documento,correo\n999100005,X,CC,9999000005,firma@example.org\n")
	if a, _, _ := stands(t, db, "a"); a.Email != "tres@example.org" {
		t.Errorf("address %q", a.Email)
	}
}

// BenchmarkImportPeopleCountry imports the persons of a whole country.
func BenchmarkImportPeopleCountry(b *testing.B) {
	for i, f := range seed.PeopleOf(seed.Country(1)).Files() {
		var text bytes.Buffer
		if _, err := f.Write(&text, seed.Options{}); err != nil {
			b.Fatal(err)
		}
		b.Run(kinds[i], func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db := importDB(b)
				b.StartTimer()
				done, err := workflow.ImportPeople(b.Context(), db, kinds[i], workflow.Import{}, registry.File{Name: f.Name, Reader: bytes.NewReader(text.Bytes())})
				if err != nil || kinds[i] == store.SnapshotPersons && done.Diff.Added != seed.CountryEntities {
					b.Fatalf("%+v, %v", done.Diff, err)
				}
			}
		})
	}
}
