package benchtest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3" // the driver of the raw measure
	"golang.org/x/sync/errgroup"

	"llavero/server/internal/params"
	"llavero/server/internal/seal"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// submits is how many requests are made and signed; clients, how many people do
// so at the same time.
const (
	submits = 400
	clients = 8
)

// BenchmarkSubmit is how many requests a second the server takes, from form to
// signature: three use cases (write it, ask for a code, sign), each a durable
// transaction with its audit entry, change and job, on a real file. Beside it,
// in the same run and on the same disk, what SQLite itself commits a second
// under the same settings: a row of 200 bytes a transaction. 400 requests by 8
// people at once; 1,000 raw commits, half before and half after.
//
// No worker runs: mails and keys wait.
func BenchmarkSubmit(b *testing.B) {
	d := newDesk(b)
	raw := rawCommits(b, 500)
	ids := make([]wire.Accepted, submits)
	took := d.all(b, func(ctx context.Context, i int) (err error) {
		ids[i], err = d.flow.CreateRequest(ctx, d.act(i), wire.NewRequest{Kind: access.KindEnroll, Code: d.codes[i], Form: world.Form()})
		return err
	})
	sent := make([]wire.CodeSent, submits)
	took += d.all(b, func(ctx context.Context, i int) (err error) {
		sent[i], err = d.flow.SendCode(ctx, d.act(i), ids[i].ID, wire.SendCode{Accepted: d.ticks})
		return err
	})
	codes := d.mailedCodes(b)
	took += d.all(b, func(ctx context.Context, i int) error {
		_, err := d.flow.Sign(ctx, d.act(i), ids[i].ID, ids[i].Version, wire.Sign{Code: codes[ids[i].ID], ContentHash: sent[i].ContentHash})
		return err
	})
	raw += rawCommits(b, 500)
	Say(b, "submit_per_second", submits/took.Seconds(), "1/s")
	Say(b, "submit_commits_per_second", 3*submits/took.Seconds(), "1/s")
	Say(b, "sqlite_commit_per_second", 1000/raw.Seconds(), "1/s")
}

// desk is the use cases on a real file, with a delegate for each code.
type desk struct {
	db    *store.DB
	flow  *workflow.Flow
	codes []access.LicenseCode
	who   []access.Viewer
	ticks []wire.AcceptedText
}

func newDesk(b *testing.B) *desk {
	b.Helper()
	d := &desk{db: newStore(b)}
	box, err := seal.Create(filepath.Join(b.TempDir(), "keyset.json"))
	if err != nil {
		b.Fatal(err)
	}
	env := params.Environment{
		TenantID: uuid.NewString(), Scope: "api://ihce.example/.default", ResourceAppID: uuid.NewString(), Validity: 365 * 24 * time.Hour,
		Reveal: params.RevealAlways,
	}
	signer, err := signing.Start(b.Context(), d.db, filepath.Join(b.TempDir(), "signing.pem"))
	if err != nil {
		b.Fatal(err)
	}
	d.flow, err = workflow.New(b.Context(), workflow.Deps{
		Store: d.db, Box: box, Signer: signer, Params: params.New(env, env), MailFrom: "llavero@example.org",
		FreeMail: func(string) bool { return false },
	})
	if err != nil {
		b.Fatal(err)
	}
	d.settle(b)
	texts, err := d.flow.ConsentTexts(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, t := range texts.Texts {
		d.ticks = append(d.ticks, wire.AcceptedText{ID: t.ID, Hash: t.Hash})
	}
	return d
}

// settle writes the providers and an account for each.
func (d *desk) settle(b *testing.B) {
	b.Helper()
	var entities []store.RegistryEntity
	var providers []store.Provider
	for p := range seed.Country(1) {
		if len(p.Codes()) != 1 {
			continue
		}
		entities = append(entities, store.RegistryEntity{Document: p.Document, Name: p.LegalName})
		providers = append(providers, store.Provider{Code: p.Code, Entity: p.Entity(), Name: p.Name, Class: p.Class})
		if len(providers) == submits {
			break
		}
	}
	err := d.db.Write(b.Context(), func(tx *store.Tx) error {
		_, err := tx.ApplyRegistry(store.Registry{
			Snapshot: store.Snapshot{Kind: store.SnapshotREPS, Hash: "bench"},
			Entities: each(entities), Providers: each(providers), Unsure: func(access.LicenseCode) bool { return false },
		})
		if err != nil {
			return err
		}
		for i, p := range providers {
			a := store.Account{
				ID: access.AccountID(uuid.NewString()), Login: fmt.Sprintf("BENCH%d", i), Email: fmt.Sprintf("persona%d@example.org", i),
				Person: access.Person{Document: access.Document{Type: access.DocumentCC, Number: fmt.Sprintf("9997%06d", i)}, Name: "Persona de Ejemplo"},
				Role:   access.RoleDelegate, Entity: p.Entity, PasswordHash: "none",
			}
			if err := tx.CreateAccount(a); err != nil {
				return err
			}
			d.codes, d.who = append(d.codes, p.Code), append(d.who, a.Viewer(false))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

func each[T any](rows []T) func(func(T) bool) {
	return func(yield func(T) bool) {
		for _, r := range rows {
			if !yield(r) {
				return
			}
		}
	}
}

func (d *desk) act(i int) workflow.Act {
	return workflow.Act{Who: d.who[i], RequestID: "bench", Key: uuid.NewString(), Device: "bench", Address: "127.0.0.1"}
}

// all has every delegate do something, clients of them at a time, and returns
// how long it took.
func (d *desk) all(b *testing.B, do func(ctx context.Context, i int) error) time.Duration {
	b.Helper()
	g, ctx := errgroup.WithContext(b.Context())
	g.SetLimit(clients)
	began := time.Now()
	for i := range submits {
		g.Go(func() error { return do(ctx, i) })
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// mailedCodes reads the codes out of the mails that wait.
func (d *desk) mailedCodes(b *testing.B) map[access.RequestID]string {
	b.Helper()
	codes := map[access.RequestID]string{}
	for range submits {
		var job *store.Job
		err := d.db.Write(b.Context(), func(tx *store.Tx) (err error) {
			job, err = tx.ClaimJob([]string{store.JobMail}, time.Hour)
			return err
		})
		if err != nil || job == nil {
			b.Fatalf("%d mails wait, want %d: %v", len(codes), submits, err)
		}
		m, err := d.flow.OpenMail(b.Context(), *job)
		if err != nil {
			b.Fatal(err)
		}
		codes[access.RequestID(job.Subject)] = m.Data["code"]
	}
	return codes
}

// rawCommits is how long SQLite takes for n durable transactions of one row,
// with the store's settings.
func rawCommits(b *testing.B, n int) time.Duration {
	b.Helper()
	path := filepath.Join(b.TempDir(), "raw.db")
	db, err := sql.Open("sqlite3", "file:"+path+"?_txlock=immediate&_journal_mode=WAL&_synchronous=FULL")
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	}()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(b.Context(), `CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT`); err != nil {
		b.Fatal(err)
	}
	body := make([]byte, 200)
	began := time.Now()
	for i := range n {
		tx, err := db.BeginTx(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := tx.ExecContext(b.Context(), `INSERT INTO rows (id, body) VALUES ($1, $2)`, i, body); err != nil {
			b.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}
