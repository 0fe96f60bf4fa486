package world

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"llavero/server/internal/auth"
	"llavero/server/internal/registry"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// Person is somebody of the demonstration who can sign in.
type Person struct {
	seed.Person
	Account  access.AccountID
	Password secret.Text
	TOTPSeed secret.Text // base32; empty for who has no second factor
}

// Person returns the demo person of a login.
func (w *World) Person(login string) (Person, bool) {
	i := slices.IndexFunc(w.People, func(p Person) bool { return p.Login == login })
	if i < 0 {
		return Person{}, false
	}
	return w.People[i], true
}

// kept is how a way in stands in the people file.
type kept struct {
	Account  access.AccountID `json:"account"`
	Password string           `json:"password"`
	TOTPSeed string           `json:"totpSeed,omitempty"`
}

func (w *World) peopleFile() string { return filepath.Join(w.stateDir(), "people.json") }

// populate imports the providers through the register's own road and makes the
// accounts that are missing.
func (w *World) populate(ctx context.Context) error {
	demo := seed.Demo()
	ways, err := readWays(w.peopleFile())
	if err != nil {
		return err
	}
	if len(ways) == 0 || w.cfg.Providers != nil {
		if err := w.importProviders(ctx, demo); err != nil {
			return err
		}
	}
	if err := w.importPeople(ctx, demo.Registers()); err != nil {
		return err
	}
	for _, p := range demo.People {
		way, ok := ways[p.Login]
		if !ok {
			if way, err = w.addPerson(ctx, p); err != nil {
				return fmt.Errorf("%s: %w", p.Login, err)
			}
			ways[p.Login] = way
			if err := writeWays(w.peopleFile(), ways); err != nil {
				return err
			}
		}
		w.People = append(w.People, Person{
			Person: p, Account: way.Account, Password: secret.New(way.Password), TOTPSeed: secret.New(way.TOTPSeed),
		})
	}
	return nil
}

func (w *World) importProviders(ctx context.Context, demo seed.World) error {
	all := func(yield func(seed.Provider) bool) {
		for p := range demo.Rows() {
			if !yield(p) {
				return
			}
		}
		if w.cfg.Providers != nil {
			w.cfg.Providers(yield)
		}
	}
	var main, sites bytes.Buffer
	if _, err := seed.WriteA(&main, &sites, all, seed.Options{}); err != nil {
		return err
	}
	done, err := workflow.ImportREPS(ctx, w.Server().Store(), workflow.Import{Confirm: true},
		registry.File{Name: "prestadores.txt", Reader: &main}, registry.File{Name: "sedes.txt", Reader: &sites})
	if err != nil {
		return err
	}
	if _, rejected, _ := done.Report.Totals(); rejected > 0 {
		return fmt.Errorf("the import rejected %d rows of ours", rejected)
	}
	return nil
}

// importPeople imports the files about people that were never imported: what
// somebody changed by hand in a kept state stays.
func (w *World) importPeople(ctx context.Context, r seed.Registers) error {
	db := w.Server().Store()
	for _, f := range r.Files() {
		err := db.Read(ctx, func(tx *store.Tx) error { _, err := tx.LastSnapshot(peopleKinds[f.Name]); return err })
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		var b bytes.Buffer
		if _, err := f.Write(&b, seed.Options{}); err != nil {
			return err
		}
		done, err := workflow.ImportPeople(ctx, db, peopleKinds[f.Name], workflow.Import{}, registry.File{Name: f.Name, Reader: &b})
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if _, rejected, warned := done.Report.Totals(); rejected+warned > 0 {
			return fmt.Errorf("%s: %d of our rows are rejected, %d warned about", f.Name, rejected, warned)
		}
	}
	return nil
}

// peopleKinds are what the files about people are imported as.
var peopleKinds = map[string]string{
	seed.FilePersons: store.SnapshotPersons, seed.FileOrganizations: store.SnapshotOrganizations,
	seed.FileDelegations: store.SnapshotDelegations, seed.FileRETHUS: store.SnapshotRETHUS, seed.FileStaff: store.SnapshotStaff,
}

func (w *World) addPerson(ctx context.Context, p seed.Person) (kept, error) {
	password := newPassword()
	n := auth.NewAccount{
		Login: p.Login, Person: p.Person, Email: p.Email, Role: p.Role, Independent: p.Independent,
		Entity: documentOf(p), Password: secret.New(password), TOTP: p.Role == access.RoleOfficer,
	}
	added, err := w.Server().Auth().Add(ctx, n)
	if err != nil {
		return kept{}, err
	}
	if p.Login == seed.LoginOfficer { // somebody appoints the others
		if err := w.Server().Auth().SetAdministrator(ctx, auth.By{Why: "datos de demostración"}, added.ID, true); err != nil {
			return kept{}, err
		}
	}
	if p.Role == access.RoleDelegate {
		err = w.accept(ctx, access.Viewer{Account: added.ID, Person: p.Person, Entity: access.EntityOf(documentOf(p)), Role: p.Role, Independent: p.Independent})
	}
	return kept{Account: added.ID, Password: password, TOTPSeed: added.TOTPSeed.Reveal()}, err
}

// accept has a delegate accept the agreement on the signing method: they signed
// in before.
func (w *World) accept(ctx context.Context, who access.Viewer) error {
	act := workflow.Act{Who: who, Device: "semilla"}
	a, err := w.Server().Flow().Agreement(ctx, act)
	if err == nil {
		_, err = w.Server().Flow().AcceptAgreement(ctx, act, wire.AcceptAgreement{Hash: a.Text.Hash})
	}
	return err
}

// documentOf is whom a person acts for: nobody, themselves, or the entity that
// the login names.
func documentOf(p seed.Person) access.Document {
	switch {
	case p.Role == access.RoleOfficer:
		return access.Document{}
	case p.Independent:
		return p.Person.Document
	}
	return access.Document{Type: access.DocumentNI, Number: strings.TrimPrefix(p.Login, auth.LoginPrefix)}
}

func newPassword() string {
	var b [13]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
	return text[:5] + "-" + text[5:10] + "-" + text[10:15] + "-" + text[15:20]
}

func readWays(path string) (map[string]kept, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]kept{}, nil
	}
	if err != nil {
		return nil, err
	}
	var ways map[string]kept
	if err := json.Unmarshal(b, &ways); err != nil {
		return nil, fmt.Errorf("%s is damaged; empty the state to start anew: %w", path, err)
	}
	return ways, nil
}

func writeWays(path string, ways map[string]kept) error {
	b, err := json.MarshalIndent(ways, "", "  ")
	if err != nil {
		return err
	}
	next := path + ".next"
	if err := os.WriteFile(next, b, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}
