package store

import (
	"errors"
	"time"

	"llavero/shared/access"
)

// Intent is what was answered to an Idempotency-Key.
type Intent struct {
	Account  access.AccountID
	Key      string
	Act      string // the use case, and the row it was about
	BodyHash []byte // keyed: bodies may hold a code
	Reply    string // JSON; never a secret
}

// Intent reads what was answered to a key; nil when it is new.
func (tx *Tx) Intent(account access.AccountID, key string) (*Intent, error) {
	i := Intent{Account: account, Key: key}
	err := found(tx.row(`SELECT act, body_hash, reply FROM intents WHERE account = $1 AND key = $2`, account, key).
		Scan(&i.Act, &i.BodyHash, &i.Reply))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &i, nil
}

// SaveIntent keeps an answer.
func (tx *Tx) SaveIntent(i Intent) error {
	_, err := tx.exec(`INSERT INTO intents (account, key, act, body_hash, reply, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		i.Account, i.Key, i.Act, i.BodyHash, i.Reply, micros(tx.now))
	return err
}

// SweepIntents forgets answers kept since before an instant.
func (tx *Tx) SweepIntents(before time.Time) (int64, error) {
	return tx.execCount(`DELETE FROM intents WHERE created_at < $1`, micros(before))
}
