// Package workflow holds the use cases: one exported method for each button, and
// one for each thing the worker records. Each is one transaction of the row, the
// audit entry, the change for the feed and the job for the worker.
//
// Refusals are *access.Error; any other error is a fault of ours. Methods called
// for a person take an Act and answer the same to the same Idempotency-Key.
//
// A Flow is safe for many goroutines: it keeps nothing between calls but what
// it was made with; the store's transactions do the ordering.
package workflow

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"llavero/server/internal/consent"
	"llavero/server/internal/params"
	"llavero/server/internal/seal"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/secret"
)

// Deps is what a Flow works with. All are needed but Rand, FreeMail and Policy's
// members.
type Deps struct {
	Store  *store.DB
	Box    *seal.Box
	Signer *signing.Signer
	Params *params.Set
	Policy Policy
	// Server is what receipts say of the server that made them.
	Server receipt.Server
	// Rand gives codes, salts and keys; nil is the system's.
	Rand io.Reader
	// FreeMail reports a mail domain that is no institution's; nil knows none.
	FreeMail func(domain string) bool
	// MailFrom is the address codes come from, for people to look for.
	MailFrom string
	// PublicURL is where people's browsers reach the server, without a slash at
	// the end; nil: links are paths only.
	PublicURL func() string
	// Texts are those the program brings along; nil: consent.Texts.
	Texts []consent.Text
}

// Policy is what the ministry decides about requests. The zero value is good.
type Policy struct {
	// Prefix begins the unique names in Entra, so that two installations on one
	// tenant never meet; "llavero" when empty. It must never change.
	Prefix string
	// Codes are the rules of one-time codes; the zero value is consent.DefaultRules.
	Codes consent.Rules
	// VendorOverlap is how long the secret before works on at a change of vendor;
	// zero: access.DefaultVendorOverlap, negative: not at all.
	VendorOverlap time.Duration
	// TestPause is how long after a test the same key can be tested again; zero:
	// 30 s, negative: at once.
	TestPause time.Duration
	// Agreement: nobody gets a code who has not accepted the prior agreement on the
	// signing method, in its version in force.
	Agreement bool
	// Reminders says when and whom to remind that keys end.
	Reminders Reminders
	// NotKeys are ids that no typed key may have, beside those of the parameters:
	// the server's own applications and their directories.
	NotKeys []string
}

// Flow is the use cases.
type Flow struct {
	store    *store.DB
	box      *seal.Box
	signer   *signing.Signer
	server   receipt.Server
	params   *params.Set
	policy   Policy
	rand     io.Reader
	freeMail func(string) bool
	mailFrom string
	// publicURL may be nil; what it answers is known once the server listens.
	publicURL func() string
	pepper    []byte // keys the hashes of codes and of bodies
}

// pepperIdentity binds the sealed pepper to its row.
const pepperIdentity = "meta/pepper"

// New makes the use cases. On first start it installs the consent texts and the
// key of hashes; later it opens that key, and so finds a wrong keyset at once.
func New(ctx context.Context, d Deps) (*Flow, error) {
	if d.Rand == nil {
		d.Rand = rand.Reader
	}
	if d.FreeMail == nil {
		d.FreeMail = func(string) bool { return false }
	}
	if d.Policy.Prefix == "" {
		d.Policy.Prefix = "llavero"
	}
	if d.Policy.VendorOverlap == 0 {
		d.Policy.VendorOverlap = access.DefaultVendorOverlap
	}
	if d.Policy.TestPause == 0 {
		d.Policy.TestPause = 30 * time.Second
	}
	if d.Policy.Codes == (consent.Rules{}) {
		d.Policy.Codes = consent.DefaultRules()
	}
	f := &Flow{
		store: d.Store, box: d.Box, signer: d.Signer, server: d.Server, params: d.Params, policy: d.Policy, rand: d.Rand, freeMail: d.FreeMail, mailFrom: d.MailFrom,
		publicURL: d.PublicURL,
	}
	if d.Texts == nil {
		var err error
		if d.Texts, err = consent.Texts(); err != nil {
			return nil, err
		}
	}
	return f, d.Store.Write(ctx, func(tx *store.Tx) error {
		if err := installTexts(tx, d.Texts); err != nil {
			return err
		}
		return f.openPepper(tx)
	})
}

func (f *Flow) openPepper(tx *store.Tx) error {
	kept, err := tx.Meta("pepper")
	if errors.Is(err, store.ErrNotFound) {
		fresh := make([]byte, 32)
		if _, err := io.ReadFull(f.rand, fresh); err != nil {
			return fmt.Errorf("make the key of hashes: %w", err)
		}
		sealed, err := f.box.Seal(secret.New(hex.EncodeToString(fresh)), pepperIdentity)
		if err != nil {
			return err
		}
		f.pepper = fresh
		return tx.SetMeta("pepper", hex.EncodeToString(sealed))
	}
	if err != nil {
		return err
	}
	f.pepper, err = openPepper(f.box, kept)
	return err
}

func openPepper(box *seal.Box, kept string) ([]byte, error) {
	sealed, err := hex.DecodeString(kept)
	if err != nil {
		return nil, fmt.Errorf("the key of hashes is damaged: %w", err)
	}
	value, err := box.Open(sealed, pepperIdentity)
	if err != nil {
		return nil, fmt.Errorf("this keyset is not the one this database was sealed with: %w", err)
	}
	return hex.DecodeString(value.Reveal())
}

// OpensWith reports, by an error, that a keyset is not the one a database was
// sealed with. One in which nothing was sealed opens with any.
func OpensWith(tx *store.Tx, box *seal.Box) error {
	kept, err := tx.Meta("pepper")
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		_, err = openPepper(box, kept)
	}
	return err
}

// Act is one act of a person.
type Act struct {
	Who       access.Viewer
	RequestID string   // X-Request-Id
	Key       string   // Idempotency-Key; "" is never repeated
	BodyHash  [32]byte // SHA-256 of the body; stored only keyed, bodies may hold a code
	Device    string   // as the session's client says
	Address   string   // network address

	Client     string    // program and version, as it says itself; "": it does not
	ClientTime time.Time // what its clock says; zero: it does not say
}

// Times that are not the ministry's to decide.
const (
	intentsKept = 48 * time.Hour      // a retry comes within minutes; two days is long
	jobsKept    = 30 * 24 * time.Hour // finished jobs, for the help desk
)

// Sweep forgets what nobody needs any more: old answers, finished jobs, old
// differences that are gone, the far end of the feed's log. Call it now and then.
func (f *Flow) Sweep(ctx context.Context) error {
	return f.store.Write(ctx, func(tx *store.Tx) error {
		_, errIntents := tx.SweepIntents(tx.Now().Add(-intentsKept))
		_, errJobs := tx.SweepJobs(tx.Now().Add(-jobsKept))
		errDrifts := forgetFixed(tx)
		_, errChanges := tx.SweepChanges()
		return errors.Join(errIntents, errJobs, errDrifts, errChanges)
	})
}
