// Package receipt says what exactly a person signs: the canonical form of a
// request together with the consent texts shown, and its SHA-256. Client and
// server compute the same bytes, so the client can check that the hash in the
// mail is the hash of what is on the screen.
//
// It also holds what the server signs and how that is checked offline: a Kind for
// each use, the file of a signed document, the ring of public keys. Ed25519 signs
// the use, the key's name, the time and the bytes together. A file is believed
// only as it is written byte for byte, so that one changed byte anywhere is found.
//
// Everything here is a pure function; nothing is kept.
package receipt

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"llavero/shared/access"
)

// Format names the canonical form; it is inside what is hashed.
const Format = "llavero.request.v1"

// Content is all that a one-time code signs.
type Content struct {
	Request access.RequestID
	Number  string
	Kind    access.Kind
	Reason  access.Reason // KindRenew only
	Code    access.LicenseCode
	Entity  access.EntityID
	Form    access.RequestForm
	// Overlaps is until when the secrets work that a change replaces; KindRenew only.
	Overlaps access.Overlaps
	Texts    []Text // in the order shown
}

// Text is one consent text as it was shown.
type Text struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Hash    string `json:"hash"` // SHA-256 of the body's bytes, hex
}

// paper is Content as it is hashed.
type paper struct {
	Format       string               `json:"format"`
	Request      access.RequestID     `json:"request"`
	Number       string               `json:"number"`
	Kind         access.Kind          `json:"kind"`
	Reason       access.Reason        `json:"reason"`
	Code         access.LicenseCode   `json:"code"`
	Entity       access.EntityID      `json:"entity"`
	Environments []access.Environment `json:"environments"`
	Form         access.RequestForm   `json:"form"`
	// OldSecrets is until when each works that a change replaces, RFC 3339 in
	// UTC; an enrolment has none.
	OldSecrets map[access.Environment]string `json:"oldSecrets,omitempty"`
	Texts      []Text                        `json:"texts"`
}

// Said is a canonical request as it is read back.
type Said struct {
	Content
	Environments []access.Environment
	// OldSecrets is until when each works that a change replaces: AtOnce, or RFC 3339
	// in UTC.
	OldSecrets map[access.Environment]string
}

// ParseContent reads a canonical request. It refuses what is not written as one, to
// the byte.
func ParseContent(body []byte) (Said, error) {
	form, err := Canonical(body)
	if err != nil || !bytes.Equal(form, body) {
		return Said{}, fmt.Errorf("%w: not the canonical form of a request", ErrNotCanonical)
	}
	var p paper
	if err := strictly(body, &p); err != nil {
		return Said{}, fmt.Errorf("%w: %w", ErrNotCanonical, err)
	}
	if p.Format != Format {
		return Said{}, fmt.Errorf("%w: its format is not %s", ErrNotCanonical, Format)
	}
	return Said{
		Content: Content{
			Request: p.Request, Number: p.Number, Kind: p.Kind, Reason: p.Reason, Code: p.Code, Entity: p.Entity, Form: p.Form, Texts: p.Texts,
		},
		Environments: p.Environments, OldSecrets: p.OldSecrets,
	}, nil
}

// AtOnce is the end of a secret that is removed as soon as the new one exists.
const AtOnce = "at_once"

func ends(overlaps access.Overlaps) map[access.Environment]string {
	m := map[access.Environment]string{}
	for env, until := range overlaps {
		m[env] = AtOnce
		if !until.IsZero() {
			m[env] = until.UTC().Format(time.RFC3339)
		}
	}
	return m
}

// Bytes returns the canonical form. It fails only on text that is not UTF-8.
func (c Content) Bytes() ([]byte, error) {
	for _, s := range c.strings() {
		if !utf8.ValidString(s) {
			return nil, fmt.Errorf("%w: invalid UTF-8", ErrNotCanonical)
		}
	}
	texts := c.Texts
	if texts == nil {
		texts = []Text{}
	}
	var doc bytes.Buffer
	e := json.NewEncoder(&doc)
	e.SetEscapeHTML(false)
	err := e.Encode(paper{
		Format: Format, Request: c.Request, Number: c.Number, Kind: c.Kind, Reason: c.Reason,
		Code: c.Code, Entity: c.Entity, Environments: access.Environments(), Form: c.Form,
		OldSecrets: ends(c.Overlaps), Texts: texts,
	})
	if err != nil {
		return nil, fmt.Errorf("encode the content: %w", err)
	}
	return Canonical(doc.Bytes())
}

// Hash returns the SHA-256 of the canonical form, hex.
func (c Content) Hash() (string, error) {
	b, err := c.Bytes()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Short is the part of a hash that people compare: the first eight digits in
// two groups, "3f9a 01bc".
func Short(hash string) string {
	if len(hash) < 8 {
		return hash
	}
	return hash[:4] + " " + hash[4:8]
}

func (c Content) strings() []string {
	f := c.Form
	all := []string{
		string(c.Request), c.Number, string(c.Kind), string(c.Reason), string(c.Code), string(c.Entity),
		f.Vendor, f.Software, f.Lead.Name, f.Lead.Email, f.Lead.Phone, f.Privacy.Name, f.Privacy.Email, f.Privacy.Phone,
	}
	for _, t := range c.Texts {
		all = append(all, t.ID, t.Version, t.Hash)
	}
	return all
}
