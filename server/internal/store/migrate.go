package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one file of migrations/: "0001_first_key.sql".
type migration struct {
	number int
	name   string
	sql    string
}

func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	var all []migration
	for i, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".sql")
		digits, _, _ := strings.Cut(base, "_")
		number, err := strconv.Atoi(digits)
		if err != nil || number != i+1 {
			return nil, fmt.Errorf("migration %s: expected number %04d", base, i+1)
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		all = append(all, migration{number: number, name: base, sql: string(body)})
	}
	return all, nil
}

// Schema is the number of the last migration this program knows.
func Schema() int {
	all, err := migrations(migrationFiles)
	if err != nil {
		panic("store: the migrations were checked by their test: " + err.Error())
	}
	return len(all)
}

// migrate brings the tables up to date, each migration in one transaction with
// its record.
func (db *DB) migrate(ctx context.Context) error {
	all, err := migrations(migrationFiles)
	if err != nil {
		return err
	}
	if err := db.migrateTo(ctx, all); err != nil {
		return err
	}
	return db.Write(ctx, ensureSealGuards)
}

func (db *DB) migrateTo(ctx context.Context, all []migration) error {
	if _, err := db.writer.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (
		number     INTEGER PRIMARY KEY,
		name       TEXT NOT NULL,
		applied_at INTEGER NOT NULL
	) STRICT`); err != nil {
		return fmt.Errorf("database %s: %w", db.path, err)
	}
	var last int
	var name string
	err := db.writer.QueryRowContext(ctx, `SELECT number, name FROM migrations ORDER BY number DESC LIMIT 1`).Scan(&last, &name)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("database %s: %w", db.path, err)
	}
	if last > len(all) {
		return fmt.Errorf("%w: %s stands at %s, this program knows up to %s; use the program that wrote it or a newer one",
			ErrNewer, db.path, name, all[len(all)-1].name)
	}
	if 0 < last && last < len(all) && db.beforeMigration != nil {
		if err := db.beforeMigration(ctx, name, all[len(all)-1].name); err != nil {
			return fmt.Errorf("before migrating %s: %w", db.path, err)
		}
	}
	for _, m := range all[last:] {
		if err := db.Write(ctx, func(tx *Tx) error { return tx.apply(m) }); err != nil {
			return fmt.Errorf("migration %s of %s: %w", m.name, db.path, err)
		}
	}
	return db.Write(ctx, ensureEpoch)
}

func (tx *Tx) apply(m migration) error {
	if _, err := tx.exec(m.sql); err != nil {
		return err
	}
	broken := 0
	err := tx.each(func(func(...any) error) error { broken++; return nil }, `PRAGMA foreign_key_check`)
	if err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d rows refer to rows that are not there", broken)
	}
	_, err = tx.exec(`INSERT INTO migrations (number, name, applied_at) VALUES ($1, $2, $3)`, m.number, m.name, micros(tx.now))
	return err
}

func ensureEpoch(tx *Tx) error {
	if _, err := tx.Meta("epoch"); !errors.Is(err, ErrNotFound) {
		return err
	}
	return tx.SetMeta("epoch", uuid.NewString())
}
