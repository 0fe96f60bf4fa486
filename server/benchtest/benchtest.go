// Package benchtest prepares what the benchmarks measure: the whole server of
// servertest with a country in it, and 61,177 requests waiting for an officer,
// one for each license code. It also says their results, in lines that
// `make bench` passes on.
//
// It is for benchmarks alone. A Country belongs to the goroutine of the
// benchmark that made it, except where a method says otherwise.
package benchtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"iter"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/config"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// Say reports one result as a line `bench <name> <value> <unit>` of its own, and
// as a metric of the benchmark.
func Say(b *testing.B, name string, value float64, unit string) {
	b.Helper()
	text := fmt.Sprintf("%.1f", value)
	switch {
	case value >= 100:
		text = fmt.Sprintf("%.0f", value)
	case value < 10:
		text = fmt.Sprintf("%.2f", value)
	}
	// The line feed before: the testing package leaves its line open.
	_, _ = fmt.Fprintf(os.Stdout, "\nbench %s %s %s\n", name, text, unit)
	b.ReportMetric(value, unit+"/"+name)
}

// Quantile returns the value below which a share q of the samples lies, by the
// nearest rank: 0.5 is the median.
func Quantile(samples []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(samples))
	rank := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[max(0, min(rank, len(sorted)-1))]
}

// Milliseconds is a duration as a number of them.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Country is a running server that holds a country.
type Country struct {
	*servertest.Server
	Officer world.Person
	Pending []access.RequestID // as many as the country has codes
}

// New starts a server with a country. It takes some ten seconds.
func New(b *testing.B) *Country {
	b.Helper()
	c := &Country{Server: servertest.New(b,
		servertest.WithProviders(seed.Country(1)),
		servertest.WithSettings(func(s *config.Config) { s.Auth.ArgonMemory = config.Default().Auth.ArgonMemory }),
	)}
	c.Officer = c.Person(seed.LoginOfficer)
	c.fill(b)
	return c
}

func everybody() iter.Seq[seed.Provider] {
	return func(yield func(seed.Provider) bool) {
		for _, p := range seed.Demo().Providers {
			if !yield(p) {
				return
			}
		}
		seed.Country(1)(yield)
	}
}

// fill has a request parked for each code of the country, written straight into
// the tables: there is no other way to a list of that length.
func (c *Country) fill(b *testing.B) {
	b.Helper()
	owner := map[access.LicenseCode]access.EntityID{}
	for p := range everybody() {
		for _, code := range p.Codes() {
			owner[code] = p.Entity()
		}
	}
	by := c.Person(seed.LoginDelegate).Account
	err := c.World.Server().Store().Write(b.Context(), func(tx *store.Tx) error {
		for _, row := range seed.Requests(seed.CountryCodes, tx.Now()) {
			r := requestOf(row, owner[row.Code], by)
			if err := tx.InsertRequest(&r); err != nil {
				return fmt.Errorf("request of %s: %w", row.Code, err)
			}
			if _, err := tx.Change(wire.RowRequest, string(r.ID), r.Entity); err != nil {
				return err
			}
			c.Pending = append(c.Pending, r.ID)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

func requestOf(row wire.RequestRow, entity access.EntityID, by access.AccountID) store.Request {
	return store.Request{
		KeyRequest: access.KeyRequest{
			ID: row.ID, Number: row.Number, Kind: row.Kind, Reason: row.Reason, Code: row.Code, Entity: entity,
			Status: row.Status, RequestedBy: by, RequestedAt: row.RequestedAt, SignedAt: row.SignedAt, UpdatedAt: row.UpdatedAt,
			Environment: row.Environment, Step: row.Step, Failure: row.Failure,
		},
		Form: world.Form(), ContentHash: "bench",
	}
}

// Take has the officer take a request: a write of all four things. It returns
// the position of its change. Any goroutine may call it.
func (c *Country) Take(ctx context.Context, id access.RequestID) (int64, error) {
	done, err := c.World.Server().Flow().Take(ctx, c.act(), id, wire.Take{})
	return done.Seq, err
}

// Release has the officer free a request. Any goroutine may call it.
func (c *Country) Release(ctx context.Context, id access.RequestID) (int64, error) {
	done, err := c.World.Server().Flow().Release(ctx, c.act(), id)
	return done.Seq, err
}

func (c *Country) act() workflow.Act {
	return workflow.Act{Who: c.Officer.Viewer(), RequestID: "bench", Key: uuid.NewString(), Device: "bench", Address: "127.0.0.1"}
}

// Sessions makes n officers with a session each and returns their tokens. Their
// accounts have no password: nobody signs in with them.
func (c *Country) Sessions(b *testing.B, n int) []secret.Text {
	b.Helper()
	var tokens []secret.Text
	err := c.World.Server().Store().Write(b.Context(), func(tx *store.Tx) error {
		for i := range n {
			number := fmt.Sprintf("9998%06d", i)
			a := store.Account{
				ID: access.AccountID(uuid.NewString()), Login: "CC" + number, Role: access.RoleOfficer,
				Person:       access.Person{Document: access.Document{Type: access.DocumentCC, Number: number}, Name: "Persona " + number},
				PasswordHash: "none",
			}
			if err := tx.CreateAccount(a); err != nil {
				return err
			}
			token, err := newToken()
			if err != nil {
				return err
			}
			hash := sha256.Sum256([]byte(token.Reveal()))
			err = tx.CreateSession(store.Session{
				TokenHash: hash[:], Account: a.ID, Device: "bench", Address: "127.0.0.1", SecondFactor: true,
				ExpiresAt: tx.Now().Add(time.Hour),
			})
			if err != nil {
				return err
			}
			tokens = append(tokens, token)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return tokens
}

func newToken() (secret.Text, error) {
	var raw [32]byte
	_, err := rand.Read(raw[:])
	return secret.New(base64.RawURLEncoding.EncodeToString(raw[:])), err
}

// Position is where the feed stands now.
func (c *Country) Position(b *testing.B) wire.Position {
	b.Helper()
	db := c.World.Server().Store()
	epoch, err := db.Epoch(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	at := wire.Position{Epoch: epoch}
	err = db.Read(b.Context(), func(tx *store.Tx) error {
		at.Seq, err = tx.Head()
		at.At = tx.Now()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return at
}
