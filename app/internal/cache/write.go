package cache

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"llavero/shared/wire"
)

// Apply writes rows and position together, or neither. Between BeginReset and
// EndReset the rows go to the new generation and the position stays.
func (c *Cache) Apply(ctx context.Context, changes []wire.Change, at wire.Position) error {
	return c.write(ctx, func(tx *sql.Tx) error {
		generation := c.generation
		if c.filling != 0 {
			generation = c.filling
		}
		if err := c.put(ctx, tx, generation, changes); err != nil {
			return err
		}
		if c.filling != 0 {
			return nil
		}
		return c.setPosition(ctx, tx, generation, at)
	})
}

// many is how many rows go in one statement: calls into SQLite are what a first
// synchronisation costs.
const many = 64

// upsert is the statement that writes n rows.
func upsert(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO rows (generation, kind, id, version, sealed) VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "($%d, $%d, $%d, $%d, $%d)", 5*i+1, 5*i+2, 5*i+3, 5*i+4, 5*i+5)
	}
	b.WriteString(" ON CONFLICT (generation, kind, id) DO UPDATE SET version = excluded.version, sealed = excluded.sealed")
	return b.String()
}

// put writes rows in their order; an empty body deletes.
func (c *Cache) put(ctx context.Context, tx *sql.Tx, generation int64, changes []wire.Change) error {
	for len(changes) > 0 {
		n := 0
		for n < min(len(changes), many) && len(changes[n].Body) > 0 {
			n++
		}
		var err error
		switch n {
		case 0:
			n = 1
			_, err = tx.ExecContext(ctx, "DELETE FROM rows WHERE generation = $1 AND kind = $2 AND id = $3",
				generation, changes[0].Kind, changes[0].ID)
		case many:
			err = c.putMany(ctx, tx, generation, &changes)
			n = 0
		default:
			_, err = tx.ExecContext(ctx, upsert(n), c.values(generation, changes[:n])...)
		}
		if err != nil {
			return fmt.Errorf("cache: row: %w", err)
		}
		changes = changes[n:]
	}
	return nil
}

// putMany writes whole statements of rows with bodies, and takes them off the
// list.
func (c *Cache) putMany(ctx context.Context, tx *sql.Tx, generation int64, changes *[]wire.Change) error {
	put, err := tx.PrepareContext(ctx, upsert(many))
	if err != nil {
		return err
	}
	defer func() { _ = put.Close() }()
	for list := *changes; len(list) >= many; list = list[many:] {
		for _, change := range list[:many] {
			if len(change.Body) == 0 {
				return nil
			}
		}
		if _, err := put.ExecContext(ctx, c.values(generation, list[:many])...); err != nil {
			return err
		}
		*changes = list[many:]
	}
	return nil
}

// values are the columns of rows, sealed.
func (c *Cache) values(generation int64, changes []wire.Change) []any {
	list := make([]any, 0, 5*len(changes))
	for _, change := range changes {
		sealed := c.aead.Seal(nil, nil, change.Body, label(change.Kind, change.ID))
		list = append(list, generation, string(change.Kind), change.ID, change.Version, sealed)
	}
	return list
}

// BeginReset starts a new, empty generation. The one in use stays until
// EndReset; a reset under way is given up.
func (c *Cache) BeginReset(ctx context.Context) error {
	filling := c.generation + 1
	err := c.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM rows WHERE generation <> $1", c.generation)
		return err
	})
	if err != nil {
		return err
	}
	c.filling = filling
	return nil
}

// EndReset puts the new generation in the place of the one in use.
func (c *Cache) EndReset(ctx context.Context, at wire.Position) error {
	if c.filling == 0 {
		return errors.New("cache: no reset is under way")
	}
	err := c.write(ctx, func(tx *sql.Tx) error {
		if err := c.setPosition(ctx, tx, c.filling, at); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM rows WHERE generation <> $1", c.filling)
		return err
	})
	if err != nil {
		return err
	}
	c.generation, c.filling = c.filling, 0
	return nil
}

// write runs one transaction.
func (c *Cache) write(ctx context.Context, change func(*sql.Tx) error) error {
	if c.db == nil {
		return errors.New("cache: not open")
	}
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := change(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

// positionLabel is the associated data of the position.
var positionLabel = []byte("position")

// label is the associated data of a row: a body opens as this row alone.
func label(kind wire.RowKind, id string) []byte {
	return []byte("row\x00" + string(kind) + "\x00" + id)
}

func (c *Cache) setPosition(ctx context.Context, tx *sql.Tx, generation int64, at wire.Position) error {
	raw, err := json.Marshal(at)
	if err != nil {
		return fmt.Errorf("cache: position: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO position (only, generation, sealed) VALUES (1, $1, $2)
		ON CONFLICT (only) DO UPDATE SET generation = excluded.generation, sealed = excluded.sealed`,
		generation, c.aead.Seal(nil, nil, raw, positionLabel))
	if err != nil {
		return fmt.Errorf("cache: position: %w", err)
	}
	return nil
}

// position reads where the rows stand; sql.ErrNoRows in a new file.
func (c *Cache) position(ctx context.Context) (at wire.Position, generation int64, err error) {
	if c.db == nil {
		return at, 0, errors.New("cache: not open")
	}
	var sealed []byte
	err = c.db.QueryRowContext(ctx, "SELECT generation, sealed FROM position WHERE only = 1").Scan(&generation, &sealed)
	if err != nil {
		return at, 0, fmt.Errorf("cache: position: %w", err)
	}
	raw, err := c.unseal(sealed, positionLabel)
	if err != nil {
		return at, 0, err
	}
	if err := json.Unmarshal(raw, &at); err != nil {
		return at, 0, fmt.Errorf("cache: position: %w", err)
	}
	return at, generation, nil
}

func (c *Cache) unseal(sealed, label []byte) ([]byte, error) {
	body, err := c.aead.Open(nil, nil, sealed, label)
	if err != nil {
		return nil, errors.New("cache: a sealed body does not open: another key, or damage")
	}
	return body, nil
}
