package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// SealedPrefix is how many first bytes of a sealed value name its key.
const SealedPrefix = 5

// SealedColumn is one place where sealed values stand. The store sees only the
// bytes; the identity is what whoever seals them binds them to.
type SealedColumn struct {
	Name     string // for a person: "client secrets"
	Table    string
	Key      string // its primary key, one column
	Column   string
	Where    string // SQL: which rows hold one; "" is all that are not null
	Identity string // SQL: what the row's value is bound to
	Hex      bool   // the bytes are written as hex text
}

// Names in the table meta that hold sealed bytes, as hex.
const (
	MetaPepper = "pepper"      // the key of hashes
	MetaCanary = "seal_canary" // tells this database's keyset from another's
)

// sealedColumns is every place. The canary stands in the last: when it is sealed
// with a key, so is all before it.
var sealedColumns = []SealedColumn{
	{Name: "client secrets", Table: "key_secrets", Key: "id", Column: "sealed", Identity: `'secret/' || access_key || '/' || id`},
	{Name: "second factors", Table: "accounts", Key: "id", Column: "totp_sealed", Identity: `'totp:' || id`},
	{Name: "second factors on their way", Table: "enrolments", Key: "ticket_hash", Column: "seed_sealed", Identity: `'totp-pending:' || account`},
	{Name: "keys of recovery codes", Table: "recovery_sets", Key: "account", Column: "pepper_sealed", Identity: `'recovery:' || account`},
	{Name: "files of proofs", Table: "evidence", Key: "id", Column: "sealed", Identity: `'evidence/' || id`},
	{Name: "mails waiting", Table: "jobs", Key: "id", Column: "payload", Where: `kind = 'mail'`, Identity: `'job/mail/' || id`},
	{Name: "server's own keys", Table: "meta", Key: "name", Column: "value", Where: `name IN ('` + MetaPepper + `', '` + MetaCanary + `')`, Identity: `'meta/' || name`, Hex: true},
}

// SealedColumns lists every place where sealed values stand.
func SealedColumns() []SealedColumn { return slices.Clone(sealedColumns) }

// bytes is the SQL of the sealed bytes, of a row that rows is an alias for.
func (c SealedColumn) bytes(row string) string {
	if c.Hex {
		return `unhex(` + row + c.Column + `)`
	}
	return row + c.Column
}

func (c SealedColumn) holds() string {
	if c.Where == "" {
		return c.Column + ` IS NOT NULL`
	}
	return c.Column + ` IS NOT NULL AND ` + c.Where
}

// written is a sealed value as the column takes it.
func (c SealedColumn) written(sealed []byte) any {
	if c.Hex {
		return hex.EncodeToString(sealed)
	}
	return sealed
}

// SealedCount is how many values of a column one key sealed.
type SealedCount struct {
	Column SealedColumn
	Prefix []byte // names the key; shorter than SealedPrefix for what was never sealed
	Count  int64
}

// CountSealed counts the sealed values by column and key.
func (tx *Tx) CountSealed() ([]SealedCount, error) {
	var all []SealedCount
	for _, c := range sealedColumns {
		err := tx.each(func(scan func(...any) error) error {
			n := SealedCount{Column: c}
			err := scan(&n.Prefix, &n.Count)
			all = append(all, n)
			return err
		}, fmt.Sprintf(`SELECT coalesce(substr(%s, 1, %d), x'') AS prefix, count(*) FROM %s WHERE %s GROUP BY prefix ORDER BY prefix`,
			c.bytes(""), SealedPrefix, c.Table, c.holds()))
		if err != nil {
			return nil, fmt.Errorf("count sealed values of %s: %w", c.Table, err)
		}
	}
	return all, nil
}

// SealedValue is one sealed value where it stands.
type SealedValue struct {
	Key      any // string or []byte
	Identity string
	Sealed   []byte
}

// errEnough ends a batch that is large by its bytes.
var errEnough = errors.New("enough")

// SealedAfter reads sealed values of a column in the order of its keys, those
// after a key (nil: from the first) and not sealed with the key that prefix names:
// limit of them, fewer when they are large together.
func (tx *Tx) SealedAfter(c SealedColumn, after any, prefix []byte, limit int) ([]SealedValue, error) {
	const enough = 4 << 20
	var all []SealedValue
	size := 0
	query := fmt.Sprintf(`SELECT %[1]s, %[2]s, coalesce(%[3]s, x'') FROM %[4]s
		WHERE %[5]s AND coalesce(substr(%[3]s, 1, %[6]d), x'') <> $1`,
		c.Key, c.Identity, c.bytes(""), c.Table, c.holds(), SealedPrefix)
	args := []any{prefix, limit}
	if after == nil {
		query += ` ORDER BY ` + c.Key + ` LIMIT $2`
	} else {
		query += ` AND ` + c.Key + ` > $2 ORDER BY ` + c.Key + ` LIMIT $3`
		args = []any{prefix, after, limit}
	}
	err := tx.each(func(scan func(...any) error) error {
		var v SealedValue
		if err := scan(&v.Key, &v.Identity, &v.Sealed); err != nil {
			return err
		}
		all, size = append(all, v), size+len(v.Sealed)
		if size >= enough {
			return errEnough
		}
		return nil
	}, query, args...)
	if errors.Is(err, errEnough) {
		err = nil
	}
	return all, err
}

// FirstSealed reads one sealed value of a column; ErrNotFound when it has none.
func (tx *Tx) FirstSealed(c SealedColumn) (SealedValue, error) {
	all, err := tx.SealedAfter(c, nil, []byte{}, 1)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return SealedValue{}, err
	}
	return all[0], nil
}

// Reseal puts sealed bytes in the place of a value that was read before. False:
// the row is gone, or holds another value by now, and is left alone.
func (tx *Tx) Reseal(c SealedColumn, v SealedValue, sealed []byte) (bool, error) {
	n, err := tx.execCount(fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %s = $2 AND %s = $3 AND %s = $4`,
		c.Table, c.Column, c.Key, c.Column, c.Identity), c.written(sealed), v.Key, c.written(v.Sealed), v.Identity)
	return n > 0, err
}

// RetireSealKey refuses, from now on, what the key that prefix names has sealed.
func (tx *Tx) RetireSealKey(prefix []byte) error {
	if len(prefix) != SealedPrefix {
		return fmt.Errorf("retire a sealing key: %d bytes name none", len(prefix))
	}
	_, err := tx.exec(`INSERT INTO seal_retired (prefix, retired_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, prefix, micros(tx.now))
	return err
}

// RetiredSealKeys are the prefixes of the keys that were retired.
func (tx *Tx) RetiredSealKeys() ([][]byte, error) {
	var all [][]byte
	err := tx.each(func(scan func(...any) error) error {
		var prefix []byte
		err := scan(&prefix)
		all = append(all, prefix)
		return err
	}, `SELECT prefix FROM seal_retired ORDER BY prefix`)
	return all, err
}

// ensureSealGuards makes the triggers that refuse values sealed with a retired
// key. They are made from the list of columns, so that none is forgotten.
func ensureSealGuards(tx *Tx) error {
	for _, c := range sealedColumns {
		for event, when := range map[string]string{"insert": "INSERT", "update": "UPDATE OF " + c.Column} {
			_, err := tx.exec(fmt.Sprintf(`CREATE TRIGGER IF NOT EXISTS seal_guard_%[1]s_%[2]s_%[3]s BEFORE %[4]s ON %[1]s
				WHEN NEW.%[2]s IS NOT NULL AND EXISTS (SELECT 1 FROM seal_retired WHERE prefix = substr(%[5]s, 1, %[6]d))
				BEGIN SELECT RAISE(ABORT, 'sealed with a retired key'); END`,
				c.Table, c.Column, event, when, c.bytes("NEW."), SealedPrefix))
			if err != nil {
				return fmt.Errorf("guard of %s: %w", c.Table, err)
			}
		}
	}
	return nil
}
