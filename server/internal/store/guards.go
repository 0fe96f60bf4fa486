package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// ErrGuards says that the triggers that keep what was written, or the tables of the
// audit trail, are not those this program made.
var ErrGuards = errors.New("store: the guards of the audit trail were tampered with")

// guardsMade are the tables and triggers as the migrations make them, by name.
var guardsMade = sync.OnceValues(func() (map[string]string, error) {
	all, err := migrations(migrationFiles)
	if err != nil {
		return nil, err
	}
	memory, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return nil, err
	}
	memory.SetMaxOpenConns(1) // each connection is a memory of its own
	for _, m := range all {
		if _, err := memory.Exec(m.sql); err != nil {
			return nil, errors.Join(fmt.Errorf("migration %s in memory: %w", m.name, err), memory.Close())
		}
	}
	made, err := guardsOf(context.Background(), memory) //nolint:forbidigo // in memory, once
	return made, errors.Join(err, memory.Close())
})

// guardsOf reads the triggers that the migrations make, the tables of the trail,
// and every trigger on those: one that swallows entries would be one too many.
// The program hangs triggers on other tables while it works.
func guardsOf(ctx context.Context, db *sql.DB) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT name, sql FROM sqlite_schema
		WHERE type = 'trigger' AND name NOT LIKE 'seal_guard_%' OR name IN ('audit_entries', 'trail_heads')
			OR type = 'trigger' AND tbl_name IN ('audit_entries', 'trail_heads', 'signing_keys')`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	found := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		found[name] = text
	}
	return found, rows.Err()
}

// checkGuards compares what keeps the trail with what the migrations made: a
// trigger that is missing, another one, or one too many is ErrGuards.
func checkGuards(ctx context.Context, db *sql.DB) error {
	made, err := guardsMade()
	if err != nil {
		return err
	}
	found, err := guardsOf(ctx, db)
	if err != nil {
		return err
	}
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(made)) {
		switch text, ok := found[name]; {
		case !ok:
			wrong = append(wrong, name+" is missing")
		case text != made[name]:
			wrong = append(wrong, name+" is another")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if _, ok := made[name]; !ok {
			wrong = append(wrong, name+" is foreign")
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%w: %s; somebody changed the database's file from outside. "+
			"Keep a copy of it, see what llavero-server audit verify says, and restore the last good backup", ErrGuards, strings.Join(wrong, ", "))
	}
	return nil
}

// Guards says whether what keeps the audit trail is as this program made it; it
// was when the database was opened.
func (db *DB) Guards(ctx context.Context) error { return checkGuards(ctx, db.reader) }
