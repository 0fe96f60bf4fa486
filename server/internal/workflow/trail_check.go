package workflow

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"llavero/server/internal/audit"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/receipt"
	"llavero/shared/trail"
)

// TrailCheck is what a check of the whole trail found.
type TrailCheck struct {
	Entries int64
	Heads   int               // signed days that are as they were signed
	Head    *store.SignedHead // the last of those
	Guards  error             // what is wrong with the triggers and tables; nil: nothing
}

// CheckTrail checks a database's whole trail: its guards, each entry, each link,
// and each signed day against its entry. A trail that is not whole is a
// *audit.BrokenError with the first place; what was found until then is in the
// answer.
func CheckTrail(ctx context.Context, db *store.DB) (TrailCheck, error) {
	c := &trailCheck{db: db}
	if err := db.Guards(ctx); err != nil {
		if !errors.Is(err, store.ErrGuards) {
			return c.found, err
		}
		c.found.Guards = err
	}
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		if c.ring, err = signing.Ring(tx); err != nil {
			return err
		}
		// Days that a server beside this signs meanwhile may have entries that are
		// not read any more.
		last, err := tx.LastHead()
		if last != nil {
			c.last = last.Day
		}
		return err
	})
	if err != nil {
		return c.found, err
	}
	head, err := trail.Verify(ctx, c)
	c.found.Entries = head.Seq
	if err == nil && c.behind() {
		err = &audit.BrokenError{Seq: head.Seq + 1, Fault: audit.FaultMissing} // a day was signed that had more
	}
	return c.found, err
}

// trailCheck hands the trail to its check, and each signed day as its entry comes.
type trailCheck struct {
	db    *store.DB
	ring  receipt.KeyRing
	found TrailCheck
	next  []store.SignedHead
	day   string
	last  string // the last signed day when the check began
	ended bool
	seq   int64 // of the day before
}

// EachAuditRecord implements trail.Reader.
func (c *trailCheck) EachAuditRecord(ctx context.Context, fn func(audit.Record) error) error {
	if err := c.more(ctx); err != nil {
		return err
	}
	return c.db.EachAuditRecord(ctx, func(r audit.Record) error {
		if err := fn(r); err != nil {
			return err
		}
		for len(c.next) > 0 && c.next[0].Seq <= r.Seq {
			if err := c.head(r); err != nil {
				return err
			}
			if err := c.more(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// AuditLength implements trail.Reader.
func (c *trailCheck) AuditLength(ctx context.Context) (int64, error) { return c.db.AuditLength(ctx) }

// more reads the heads that come next.
func (c *trailCheck) more(ctx context.Context) error {
	if len(c.next) > 0 || c.ended {
		return nil
	}
	return c.db.Read(ctx, func(tx *store.Tx) (err error) {
		c.next, err = tx.HeadsAfter(c.day, exportBatch)
		c.next = slices.DeleteFunc(c.next, func(h store.SignedHead) bool { return h.Day > c.last })
		c.ended = len(c.next) == 0
		return err
	})
}

// head checks a signed day against its last entry.
func (c *trailCheck) head(r audit.Record) error {
	h := c.next[0]
	said, _, err := trail.OpenHead(h.File, c.ring)
	if err != nil || said.Seq != r.Seq || !bytes.Equal(said.Hash, r.Hash) || said.Seq-said.Entries != c.seq || said.Day <= c.day {
		return &audit.BrokenError{Seq: h.Seq, Fault: trail.FaultHead}
	}
	c.found.Heads++
	c.found.Head, c.day, c.seq, c.next = &h, h.Day, h.Seq, c.next[1:]
	return nil
}

// behind reports a signed day whose entries are not there.
func (c *trailCheck) behind() bool { return len(c.next) > 0 }
