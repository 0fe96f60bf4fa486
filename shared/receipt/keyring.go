package receipt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// KeyID names a signing key: the first 16 hex digits of the SHA-256 of its
// public half.
type KeyID string

// KeyIDOf computes a key's name.
func KeyIDOf(public ed25519.PublicKey) KeyID {
	sum := sha256.Sum256(public)
	return KeyID(hex.EncodeToString(sum[:8]))
}

// SigningKey is the public half of a key the server signs with, and when it did.
type SigningKey struct {
	ID     KeyID
	Public ed25519.PublicKey
	From   time.Time // UTC, microseconds
	Until  time.Time // zero: it signs to this day
}

// wasInForce reports that the key signed at this instant.
func (k SigningKey) wasInForce(at time.Time) bool {
	return !at.Before(k.From) && (k.Until.IsZero() || !at.After(k.Until))
}

// KeyRing is the public keys (llaves de firma) with which signed files are
// checked. The zero value knows none. It is never changed once it is made.
type KeyRing struct{ keys []SigningKey }

// Bounds of a key ring's file.
const (
	maxKeys    = 1000
	maxKeyFile = 1 << 20 // bytes
)

// ErrKeyRing is wrapped by every refusal of a key ring.
var ErrKeyRing = errors.New("receipt: no key ring")

// NewKeyRing gathers keys, oldest first. It refuses one whose name is not its
// own, one that stands twice and one that ends before it begins.
func NewKeyRing(keys ...SigningKey) (KeyRing, error) {
	if len(keys) > maxKeys {
		return KeyRing{}, fmt.Errorf("%w: more than %d keys", ErrKeyRing, maxKeys)
	}
	ring := KeyRing{keys: slices.Clone(keys)}
	seen := map[KeyID]bool{}
	for i, k := range ring.keys {
		switch {
		case len(k.Public) != ed25519.PublicKeySize:
			return KeyRing{}, fmt.Errorf("%w: key %d is no Ed25519 key", ErrKeyRing, i+1)
		case k.ID != KeyIDOf(k.Public):
			return KeyRing{}, fmt.Errorf("%w: key %d is not the one it is named after", ErrKeyRing, i+1)
		case seen[k.ID]:
			return KeyRing{}, fmt.Errorf("%w: key %s stands twice", ErrKeyRing, k.ID)
		case k.From.IsZero():
			return KeyRing{}, fmt.Errorf("%w: key %s does not say from when", ErrKeyRing, k.ID)
		case !k.Until.IsZero() && k.Until.Before(k.From):
			return KeyRing{}, fmt.Errorf("%w: key %s ends before it begins", ErrKeyRing, k.ID)
		}
		seen[k.ID] = true
	}
	slices.SortStableFunc(ring.keys, func(a, b SigningKey) int { return a.From.Compare(b.From) })
	return ring, nil
}

// Keys lists the keys, oldest first.
func (r KeyRing) Keys() []SigningKey { return slices.Clone(r.keys) }

// Find returns the key of this name.
func (r KeyRing) Find(id KeyID) (SigningKey, bool) {
	i := slices.IndexFunc(r.keys, func(k SigningKey) bool { return k.ID == id })
	if i < 0 {
		return SigningKey{}, false
	}
	return r.keys[i], true
}

// KeyRingFormat names the file of a key ring; it is its member format.
const KeyRingFormat = "llavero.keys.v1"

type ringPaper struct {
	Format string     `json:"format"`
	Keys   []keyPaper `json:"keys"`
}

type keyPaper struct {
	Algorithm string `json:"algorithm"`
	From      string `json:"from"`
	ID        KeyID  `json:"id"`
	Public    string `json:"public"` // base64
	Until     string `json:"until,omitempty"`
}

// File writes the key ring as a JSON file, to be published.
func (r KeyRing) File() []byte {
	doc := ringPaper{Format: KeyRingFormat, Keys: []keyPaper{}}
	for _, k := range r.keys {
		p := keyPaper{Algorithm: Algorithm, From: instant(k.From), ID: k.ID, Public: base64.StdEncoding.EncodeToString(k.Public)}
		if !k.Until.IsZero() {
			p.Until = instant(k.Until)
		}
		doc.Keys = append(doc.Keys, p)
	}
	file, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic("receipt: a key ring is strings and always encodes: " + err.Error())
	}
	return append(file, '\n')
}

// ParseKeyRing reads a key ring's file, however its JSON is laid out. Unknown
// members, other algorithms and times without a zone are refused: a ring is what
// everything else is believed by.
func ParseKeyRing(file []byte) (KeyRing, error) {
	if len(file) > maxKeyFile {
		return KeyRing{}, fmt.Errorf("%w: the file is larger than %d bytes", ErrKeyRing, maxKeyFile)
	}
	if _, err := Canonical(file); err != nil { // a repeated member would hide a key
		return KeyRing{}, fmt.Errorf("%w: %w", ErrKeyRing, err)
	}
	var doc ringPaper
	if err := strictly(file, &doc); err != nil {
		return KeyRing{}, fmt.Errorf("%w: %w", ErrKeyRing, err)
	}
	if doc.Format != KeyRingFormat {
		return KeyRing{}, fmt.Errorf("%w: its format is not %s", ErrKeyRing, KeyRingFormat)
	}
	var keys []SigningKey
	for i, p := range doc.Keys {
		k, err := p.key()
		if err != nil {
			return KeyRing{}, fmt.Errorf("%w: key %d: %w", ErrKeyRing, i+1, err)
		}
		keys = append(keys, k)
	}
	return NewKeyRing(keys...)
}

func (p keyPaper) key() (SigningKey, error) {
	k := SigningKey{ID: p.ID}
	if p.Algorithm != Algorithm {
		return k, errors.New("its algorithm is not " + Algorithm)
	}
	var err error
	if k.Public, err = decode64(p.Public); err != nil {
		return k, errors.New("public is not base64")
	}
	if k.From, err = parseInstant(p.From); err != nil {
		return k, errors.New("from is no UTC time")
	}
	if p.Until != "" {
		if k.Until, err = parseInstant(p.Until); err != nil {
			return k, errors.New("until is no UTC time")
		}
	}
	return k, nil
}

// strictly decodes one JSON value with no member that is not known.
func strictly(doc []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("data after the document")
	}
	return nil
}

// decode64 takes base64 in the one way it is written.
func decode64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || base64.StdEncoding.EncodeToString(b) != s {
		return nil, errors.New("not base64")
	}
	return b, nil
}

// instant writes a time as signed files do: UTC, to the microsecond.
func instant(t time.Time) string { return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano) }

// parseInstant takes a time in the one way it is written.
func parseInstant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || instant(t) != s || t.IsZero() {
		return time.Time{}, errors.New("not a UTC time")
	}
	return t.UTC(), nil
}
