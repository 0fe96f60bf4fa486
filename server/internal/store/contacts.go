package store

import (
	"errors"
	"strings"
	"time"

	"llavero/shared/access"
)

// ContactNotice is the notice to one contact of a signed request.
type ContactNotice struct {
	ID        string
	Request   access.RequestID
	Entity    access.EntityID
	Role      access.ContactRole
	Contact   access.Contact
	GivenBy   string // who named them, as people read it
	TokenHash []byte // SHA-256 of the link's token; nil: nothing was mailed
	Job       string // of the last mail; "" as above
	MessageID string // of the last mail; "" as above
	State     access.NoticeState
	Why       string
	Sends     int
	SentAt    time.Time
	ExpiresAt time.Time // of the link
	SettledAt time.Time // zero: waiting
}

const noticeColumns = `
	id,
	request,
	entity,
	role,
	name,
	email,
	phone,
	given_by,
	token_hash,
	job,
	message_id,
	state,
	why,
	sends,
	sent_at,
	expires_at,
	settled_at`

func (n *ContactNotice) into() []any {
	return []any{
		&n.ID, &n.Request, &n.Entity, &n.Role, &n.Contact.Name, &n.Contact.Email, &n.Contact.Phone, &n.GivenBy,
		&n.TokenHash, &n.Job, &n.MessageID, &n.State, &n.Why, &n.Sends,
		timeInto{&n.SentAt},
		timeInto{&n.ExpiresAt},
		timeInto{&n.SettledAt},
	}
}

// SaveContactNotice writes a notice, new or changed. The one before of the same
// request and role is replaced by a new one, not lost.
func (tx *Tx) SaveContactNotice(n ContactNotice) error {
	_, err := tx.exec(`UPDATE contact_notices SET replaced_at = $1 WHERE request = $2 AND role = $3 AND id <> $4 AND replaced_at = 0`,
		micros(tx.now), n.Request, n.Role, n.ID)
	if err != nil {
		return err
	}
	if n.TokenHash == nil {
		n.TokenHash = []byte{}
	}
	_, err = tx.exec(`INSERT INTO contact_notices (`+noticeColumns+`
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (id) DO UPDATE SET
			token_hash = excluded.token_hash,
			job = excluded.job,
			message_id = excluded.message_id,
			state = excluded.state,
			why = excluded.why,
			sends = excluded.sends,
			sent_at = excluded.sent_at,
			expires_at = excluded.expires_at,
			settled_at = excluded.settled_at`,
		n.ID, n.Request, n.Entity, n.Role, n.Contact.Name, n.Contact.Email, n.Contact.Phone, n.GivenBy,
		n.TokenHash, n.Job, n.MessageID, n.State, n.Why, n.Sends, micros(n.SentAt), micros(n.ExpiresAt), micros(n.SettledAt))
	return err
}

// ContactNotices lists the notices of a request as they stand, the technical
// lead's first.
func (tx *Tx) ContactNotices(request access.RequestID) ([]ContactNotice, error) {
	return tx.notices(`WHERE request = $1 AND replaced_at = 0 ORDER BY role`, request)
}

// ContactNotice reads the notice of one contact; nil: there is none.
func (tx *Tx) ContactNotice(request access.RequestID, role access.ContactRole) (*ContactNotice, error) {
	var n ContactNotice
	err := found(tx.row(`SELECT `+noticeColumns+` FROM contact_notices WHERE request = $1 AND role = $2 AND replaced_at = 0`,
		request, role).Scan(n.into()...))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return &n, err
}

// NoticesOfToken lists the notices whose link has that token and that nobody
// replaced. Whether the link is still good is the caller's to say.
func (tx *Tx) NoticesOfToken(hash []byte) ([]ContactNotice, error) {
	return tx.notices(`WHERE token_hash = $1 AND token_hash <> x'' AND replaced_at = 0 ORDER BY role`, hash)
}

// NoticesOfMail lists the waiting notices that a mail carried: by its job, or by
// its Message-ID.
func (tx *Tx) NoticesOfMail(job, messageID string) ([]ContactNotice, error) {
	if messageID != "" {
		return tx.notices(`WHERE message_id = $1 AND message_id <> '' AND replaced_at = 0 AND state = 'waiting' ORDER BY role`, messageID)
	}
	return tx.notices(`WHERE job = $1 AND job <> '' AND replaced_at = 0 AND state = 'waiting' ORDER BY role`, job)
}

// LastWord finds what a person said of being a contact in this role of this
// entity, at the same address, under the same name; nil: nothing.
func (tx *Tx) LastWord(entity access.EntityID, role access.ContactRole, c access.Contact) (*ContactNotice, error) {
	all, err := tx.notices(`WHERE entity = $1 AND role = $2 AND state IN ('confirmed', 'objected') ORDER BY settled_at DESC`, entity, role)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		if strings.EqualFold(n.Contact.Email, c.Email) && strings.EqualFold(n.Contact.Name, c.Name) {
			return &n, nil
		}
	}
	return nil, nil
}

func (tx *Tx) notices(where string, args ...any) ([]ContactNotice, error) {
	var all []ContactNotice
	err := tx.each(func(scan func(...any) error) error {
		var n ContactNotice
		err := scan(n.into()...)
		all = append(all, n)
		return err
	}, `SELECT `+noticeColumns+` FROM contact_notices `+where, args...)
	return all, err
}
