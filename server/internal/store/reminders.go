package store

import (
	"errors"
	"time"

	"llavero/shared/access"
)

// Reminder is the last reminder of one secret, with what was answered.
type Reminder struct {
	access.Reminder
	Secret  string
	Key     access.KeyID
	EndsAt  time.Time // the secret's end when it was told
	Account access.AccountID
}

// Expiring is a secret in force that ends soon, with the reminder it had.
type Expiring struct {
	Secret    string
	Key       access.KeyID
	Entity    access.EntityID
	Request   access.RequestID // it came from
	CreatedAt time.Time
	ExpiresAt time.Time
	Reminder  *Reminder // nil: none with this end
}

const reminderColumns = `
	reminders.secret,
	reminders.access_key,
	reminders.ends_at,
	reminders.days,
	reminders.sent_at,
	reminders.act,
	reminders.account,
	reminders.person,
	reminders.answered_at,
	reminders.until,
	reminders.escalated_at`

func (r *Reminder) into() []any {
	return []any{
		&r.Secret, &r.Key,
		timeInto{&r.EndsAt},
		&r.Days,
		timeInto{&r.SentAt},
		&r.Act, &r.Account, &r.By,
		timeInto{&r.At},
		timeInto{&r.Until},
		timeInto{&r.EscalatedAt},
	}
}

// EachExpiring hands over the secrets in force of keys that still work, ending
// after now and not after until, by entity and key.
func (tx *Tx) EachExpiring(until time.Time, fn func(Expiring) error) error {
	return tx.expiring(fn, `key_secrets.expires_at > $1 AND key_secrets.expires_at <= $2
		ORDER BY access_keys.entity, access_keys.code, access_keys.environment`, micros(tx.now), micros(until))
}

// ExpiringSecret reads one of them anew; nil: it is in force no more, or has
// ended.
func (tx *Tx) ExpiringSecret(id string) (*Expiring, error) {
	var found *Expiring
	err := tx.expiring(func(e Expiring) error { found = &e; return nil },
		`key_secrets.expires_at > $1 AND key_secrets.id = $2`, micros(tx.now), id)
	return found, err
}

func (tx *Tx) expiring(fn func(Expiring) error, where string, args ...any) error {
	return tx.each(func(scan func(...any) error) error {
		var e Expiring
		var r Reminder
		var told bool
		into := append([]any{
			&e.Secret, &e.Key, &e.Entity, &e.Request, timeInto{&e.CreatedAt}, timeInto{&e.ExpiresAt}, &told,
		}, timeInto{&r.SentAt}, &r.Days, &r.Act, timeInto{&r.Until}, timeInto{&r.EscalatedAt}, timeInto{&r.At}, &r.By, &r.Account)
		if err := scan(into...); err != nil {
			return err
		}
		if told {
			r.Secret, r.Key, r.EndsAt = e.Secret, e.Key, e.ExpiresAt
			e.Reminder = &r
		}
		return fn(e)
	}, `SELECT
			key_secrets.id,
			access_keys.id,
			access_keys.entity,
			key_secrets.request,
			key_secrets.created_at,
			key_secrets.expires_at,
			reminders.secret IS NOT NULL,
			coalesce(reminders.sent_at, 0),
			coalesce(reminders.days, 0),
			coalesce(reminders.act, ''),
			coalesce(reminders.until, 0),
			coalesce(reminders.escalated_at, 0),
			coalesce(reminders.answered_at, 0),
			coalesce(reminders.person, ''),
			coalesce(reminders.account, '')
		FROM key_secrets
		JOIN access_keys ON access_keys.id = key_secrets.access_key
		LEFT JOIN reminders ON reminders.secret = key_secrets.id AND reminders.ends_at = key_secrets.expires_at
		WHERE key_secrets.state = 'active' AND access_keys.state IN ('active', 'overlap', 'unverified') AND `+where, args...)
}

// LastReminder reads the newest reminder of a key, whichever secret it is of; nil
// when there was none.
func (tx *Tx) LastReminder(key access.KeyID) (*Reminder, error) {
	var r Reminder
	err := found(tx.row(`SELECT `+reminderColumns+` FROM reminders WHERE access_key = $1
		ORDER BY sent_at DESC LIMIT 1`, key).Scan(r.into()...))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return &r, err
}

// SaveReminder writes the last reminder of a secret in place of the one before.
func (tx *Tx) SaveReminder(r Reminder) error {
	_, err := tx.exec(`INSERT INTO reminders (
			secret, access_key, ends_at, days, sent_at, act, account, person, answered_at, until, escalated_at
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (secret) DO UPDATE SET
			ends_at = excluded.ends_at,
			days = excluded.days,
			sent_at = excluded.sent_at,
			act = excluded.act,
			account = excluded.account,
			person = excluded.person,
			answered_at = excluded.answered_at,
			until = excluded.until,
			escalated_at = excluded.escalated_at`,
		r.Secret, r.Key, micros(r.EndsAt), r.Days, micros(r.SentAt), r.Act, r.Account, r.By, micros(r.At), micros(r.Until),
		micros(r.EscalatedAt))
	return err
}
