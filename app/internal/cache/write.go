package cache

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

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

// put writes rows; an empty body deletes.
func (c *Cache) put(ctx context.Context, tx *sql.Tx, generation int64, changes []wire.Change) error {
	if len(changes) == 0 {
		return nil
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO rows (generation, kind, id, version, sealed)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (generation, kind, id) DO UPDATE SET version = excluded.version, sealed = excluded.sealed`)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer func() { _ = put.Close() }()
	for _, change := range changes {
		if len(change.Body) == 0 {
			_, err = tx.ExecContext(ctx, "DELETE FROM rows WHERE generation = $1 AND kind = $2 AND id = $3",
				generation, change.Kind, change.ID)
		} else {
			sealed := c.aead.Seal(nil, nil, change.Body, label(change.Kind, change.ID))
			_, err = put.ExecContext(ctx, generation, change.Kind, change.ID, change.Version, sealed)
		}
		if err != nil {
			return fmt.Errorf("cache: row: %w", err)
		}
	}
	return nil
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
