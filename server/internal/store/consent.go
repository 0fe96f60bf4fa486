package store

import (
	"errors"
	"time"

	"llavero/shared/access"
)

// TextOrigin is who brought a consent text.
type TextOrigin string

// The origins of a text.
const (
	OfProgram   TextOrigin = "program"   // came along with the program
	OfPublisher TextOrigin = "published" // the ministry's own: none of the program's overrules it
)

// ConsentText is one version of a text people accept.
type ConsentText struct {
	ID          string // "terms", "data"; "pledge" of registrations; "signing" before any signature
	Version     string
	Language    string // "es-CO"
	Label       string // beside the box
	Body        string
	Hash        string // SHA-256 of Body's bytes, hex
	Origin      TextOrigin
	PublishedAt time.Time
}

// InstallConsentText publishes a version of a text. One that is there already
// stays as it is, and false is answered.
func (tx *Tx) InstallConsentText(t ConsentText) (bool, error) {
	n, err := tx.execCount(`INSERT INTO consent_texts (id, version, language, label, body, hash, origin, published_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id, version) DO NOTHING`,
		t.ID, t.Version, t.Language, t.Label, t.Body, t.Hash, t.Origin, micros(tx.now))
	return n == 1, err
}

// ConsentTexts reads the texts in force that sign a request: of each the version
// installed last, the ministry's own before the program's, in the order they are shown ("terms", then "data").
func (tx *Tx) ConsentTexts() ([]ConsentText, error) {
	return tx.consentTexts(`'terms', 'data'`)
}

// Pledge reads the confidentiality text in force, which registrations accept.
func (tx *Tx) Pledge() (ConsentText, error) { return tx.textInForce(`'pledge'`) }

// SigningText reads the text in force of the prior agreement on the signing method.
func (tx *Tx) SigningText() (ConsentText, error) { return tx.textInForce(`'signing'`) }

func (tx *Tx) textInForce(id string) (ConsentText, error) {
	all, err := tx.consentTexts(id)
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return ConsentText{}, err
	}
	return all[0], nil
}

// TextsInForce reads all texts in force, by id.
func (tx *Tx) TextsInForce() ([]ConsentText, error) {
	return tx.consentTexts(`SELECT id FROM consent_texts`)
}

// ConsentTextVersions reads every version of a text.
func (tx *Tx) ConsentTextVersions(id string) ([]ConsentText, error) {
	var all []ConsentText
	err := tx.each(func(scan func(...any) error) error {
		t := ConsentText{ID: id}
		err := scan(&t.Version, &t.Language, &t.Label, &t.Body, &t.Hash, &t.Origin, timeInto{&t.PublishedAt})
		all = append(all, t)
		return err
	}, `SELECT version, language, label, body, hash, origin, published_at FROM consent_texts WHERE id = $1 ORDER BY published_at, version`, id)
	return all, err
}

// consentTexts reads the texts in force among a list of quoted ids.
func (tx *Tx) consentTexts(ids string) ([]ConsentText, error) {
	var all []ConsentText
	err := tx.each(func(scan func(...any) error) error {
		var t ConsentText
		if err := scan(&t.ID, &t.Version, &t.Language, &t.Label, &t.Body, &t.Hash, &t.Origin, timeInto{&t.PublishedAt}); err != nil {
			return err
		}
		all = append(all, t)
		return nil
	}, `SELECT id, version, language, label, body, hash, origin, published_at FROM consent_texts AS t
		WHERE id IN (`+ids+`) AND NOT EXISTS (
			SELECT 1 FROM consent_texts AS over WHERE over.id = t.id
			AND (over.origin = 'published', over.published_at, over.version) > (t.origin = 'published', t.published_at, t.version))
		ORDER BY id DESC`)
	return all, err
}

// OneTimeCode is a code that was mailed; the code itself is not stored.
type OneTimeCode struct {
	ID          string // UUID
	Request     access.RequestID
	Account     access.AccountID // whom it was mailed to, and signs for; "": before that was kept
	Accepted    string           // JSON: the texts ticked as it was asked for; "": before that was kept
	ContentHash string
	Salt        []byte
	CodeHash    []byte // keyed and salted
	SentTo      string // masked
	SentAt      time.Time
	ExpiresAt   time.Time
	VoidedAt    time.Time // replaced, spent or content changed; zero: not
	UsedAt      time.Time // zero: not used
}

// InsertCode writes a code that is being mailed.
func (tx *Tx) InsertCode(c OneTimeCode) error {
	_, err := tx.exec(`INSERT INTO one_time_codes (
			id, request, account, accepted, content_hash, salt, code_hash, sent_to, sent_at, expires_at
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		c.ID, c.Request, c.Account, c.Accepted, c.ContentHash, c.Salt, c.CodeHash, c.SentTo, micros(c.SentAt), micros(c.ExpiresAt))
	return err
}

// Codes reads all codes of a request, newest first.
func (tx *Tx) Codes(request access.RequestID) ([]OneTimeCode, error) {
	var all []OneTimeCode
	err := tx.each(func(scan func(...any) error) error {
		c := OneTimeCode{Request: request}
		if err := scan(&c.ID, &c.Account, &c.Accepted, &c.ContentHash, &c.Salt, &c.CodeHash, &c.SentTo, timeInto{&c.SentAt},
			timeInto{&c.ExpiresAt}, timeInto{&c.VoidedAt}, timeInto{&c.UsedAt}); err != nil {
			return err
		}
		all = append(all, c)
		return nil
	}, `SELECT id, account, accepted, content_hash, salt, code_hash, sent_to, sent_at, expires_at, voided_at, used_at
		FROM one_time_codes WHERE request = $1 ORDER BY sent_at DESC, rowid DESC`, request)
	return all, err
}

// VoidCode makes a code useless.
func (tx *Tx) VoidCode(id string) error {
	return tx.execOne(`UPDATE one_time_codes SET voided_at = $1 WHERE id = $2`, micros(tx.now), id)
}

// VoidCodes makes all codes of a request useless that are not so yet.
func (tx *Tx) VoidCodes(request access.RequestID) error {
	_, err := tx.exec(`UPDATE one_time_codes SET voided_at = $1 WHERE request = $2 AND voided_at = 0`, micros(tx.now), request)
	return err
}

// UseCode marks the code that signed.
func (tx *Tx) UseCode(id string) error {
	return tx.execOne(`UPDATE one_time_codes SET used_at = $1, voided_at = $1 WHERE id = $2 AND used_at = 0`, micros(tx.now), id)
}

// Signing is the state all codes of one content share.
type Signing struct {
	Request     access.RequestID
	ContentHash string
	Failures    int
	Sends       int
	ResendAt    time.Time // no new code before this
	Accepted    string    // JSON: the texts ticked, with hashes
	AcceptedAt  time.Time
}

// Signing reads the state of one content; nil when no code was sent for it.
func (tx *Tx) Signing(request access.RequestID, contentHash string) (*Signing, error) {
	s := Signing{Request: request, ContentHash: contentHash}
	err := found(tx.row(`SELECT failures, sends, resend_at, accepted, accepted_at FROM signings
		WHERE request = $1 AND content_hash = $2`, request, contentHash).
		Scan(&s.Failures, &s.Sends, timeInto{&s.ResendAt}, &s.Accepted, timeInto{&s.AcceptedAt}))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &s, nil
}

// SaveSigning writes the state of one content.
func (tx *Tx) SaveSigning(s Signing) error {
	_, err := tx.exec(`INSERT INTO signings (request, content_hash, failures, sends, resend_at, accepted, accepted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (request, content_hash) DO UPDATE SET
			failures = excluded.failures,
			sends = excluded.sends,
			resend_at = excluded.resend_at,
			accepted = excluded.accepted,
			accepted_at = excluded.accepted_at`,
		s.Request, s.ContentHash, s.Failures, s.Sends, micros(s.ResendAt), s.Accepted, micros(s.AcceptedAt))
	return err
}

// Consent is the proof that a person accepted one text with their signature.
type Consent struct {
	Request     access.RequestID
	TextID      string
	TextVersion string
	TextHash    string
	Label       string
	Account     access.AccountID
	OneTimeCode string
	ContentHash string
	TickedAt    time.Time
	SignedAt    time.Time
}

// InsertConsent writes a consent; it is never changed.
func (tx *Tx) InsertConsent(c Consent) error {
	_, err := tx.exec(`INSERT INTO consents (
			request, text_id, text_version, text_hash, label, account, one_time_code, content_hash, ticked_at, signed_at
		) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		c.Request, c.TextID, c.TextVersion, c.TextHash, c.Label, c.Account, c.OneTimeCode, c.ContentHash,
		micros(c.TickedAt), micros(c.SignedAt))
	return err
}

// Consents reads the consents of a request, by text.
func (tx *Tx) Consents(request access.RequestID) ([]Consent, error) {
	var all []Consent
	err := tx.each(func(scan func(...any) error) error {
		c := Consent{Request: request}
		if err := scan(&c.TextID, &c.TextVersion, &c.TextHash, &c.Label, &c.Account, &c.OneTimeCode, &c.ContentHash,
			timeInto{&c.TickedAt}, timeInto{&c.SignedAt}); err != nil {
			return err
		}
		all = append(all, c)
		return nil
	}, `SELECT text_id, text_version, text_hash, label, account, one_time_code, content_hash, ticked_at, signed_at
		FROM consents WHERE request = $1 ORDER BY text_id`, request)
	return all, err
}
