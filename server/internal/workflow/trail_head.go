package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/es"
	"llavero/shared/receipt"
	"llavero/shared/trail"
)

// TemplateHead tells somebody outside of the signed end of a day: day, entries,
// file, hash, key, seq.
const TemplateHead = "trail_head"

// headsAtOnce bounds how many days are signed in one go: more than a year of
// days missed is a clock that is wrong.
const headsAtOnce = 400

// metaBroken is where a broken trail is kept in mind.
const metaBroken = "trail_broken"

// SignDays signs the head of each Colombian day that is over and has none, oldest
// first, and says when the day under way will be. Each day's entries are checked
// before it is signed; a trail that breaks there is a *audit.BrokenError, is
// written down once and signed no more.
//
// A day is the entries from the last one of the day before to the first that was
// written after it ended, whatever the clock did between: a clock that was set
// back signs nothing twice, and nothing of a day that has not ended.
func (f *Flow) SignDays(ctx context.Context, to string) (signed int, next time.Time, err error) {
	for signed < headsAtOnce {
		h, due, err := f.nextHead(ctx)
		if err != nil || h == nil {
			return signed, due, err
		}
		if err := f.signHead(ctx, *h, to); err != nil {
			return signed, time.Time{}, err
		}
		signed++
	}
	return signed, time.Time{}, nil
}

// nextHead finds the head to sign next, checking its day; nil when none is due.
func (f *Flow) nextHead(ctx context.Context) (h *trail.DayHead, due time.Time, err error) {
	var last *store.SignedHead
	var day time.Time
	now := time.Time{}
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		now = tx.Now()
		if broken, err := brokenAt(tx); err != nil || broken != nil {
			return errors.Join(err, orNil(broken))
		}
		if last, err = tx.LastHead(); err != nil {
			return err
		}
		if last != nil {
			day, err = time.ParseInLocation(time.DateOnly, last.Day, es.Colombia)
			day = day.AddDate(0, 0, 1)
			return err
		}
		r, err := tx.AuditEntry(1)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		day = dayOf(r.At)
		return err
	})
	if err != nil || day.IsZero() {
		return nil, dayOf(now).AddDate(0, 0, 1), err
	}
	end := day.AddDate(0, 0, 1)
	if now.Before(end) {
		return nil, end, nil
	}
	h, err = f.readDay(ctx, last, day, end)
	return h, end, err
}

// orNil is an error of nothing broken.
func orNil(b *audit.BrokenError) error {
	if b == nil {
		return nil
	}
	return b
}

// dayOf is the beginning of a Colombian day.
func dayOf(at time.Time) time.Time {
	y, m, d := at.In(es.Colombia).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, es.Colombia)
}

// readDay reads the entries of a day from the head before it on, and checks that
// each is what was written and follows.
func (f *Flow) readDay(ctx context.Context, last *store.SignedHead, day, end time.Time) (*trail.DayHead, error) {
	h := &trail.DayHead{Day: day.Format(time.DateOnly)}
	if last != nil {
		h.Seq, h.Hash = last.Seq, last.Hash
		if err := f.stillThere(ctx, last); err != nil {
			return nil, f.breakTrail(ctx, err)
		}
	}
	from := h.Seq
	for isOver := false; !isOver; {
		var batch []audit.Record
		err := f.store.Read(ctx, func(tx *store.Tx) error {
			var err error
			batch, err = tx.AuditAfter(h.Seq, exportBatch)
			return err
		})
		if err != nil {
			return nil, err
		}
		isOver = len(batch) < exportBatch
		for _, r := range batch {
			if !r.At.Before(end) {
				isOver = true
				break
			}
			if err := follows(r, h.Seq, h.Hash); err != nil {
				return nil, f.breakTrail(ctx, err)
			}
			h.Seq, h.Hash = r.Seq, r.Hash
		}
	}
	h.Entries = h.Seq - from
	return h, nil
}

// stillThere checks that the entry a head ends with is the one it was signed for.
func (f *Flow) stillThere(ctx context.Context, last *store.SignedHead) error {
	if last.Seq == 0 {
		return nil
	}
	return f.store.Read(ctx, func(tx *store.Tx) error {
		r, err := tx.AuditEntry(last.Seq)
		if errors.Is(err, store.ErrNotFound) {
			return &audit.BrokenError{Seq: last.Seq, Fault: audit.FaultMissing}
		}
		if err == nil && !bytes.Equal(r.Hash, last.Hash) {
			return &audit.BrokenError{Seq: last.Seq, Fault: trail.FaultHead}
		}
		return err
	})
}

// follows checks one entry against the one before.
func follows(r audit.Record, seq int64, hash []byte) error {
	if r.Seq != seq+1 {
		return &audit.BrokenError{Seq: seq + 1, Fault: audit.FaultMissing}
	}
	sum, err := r.Sum()
	if err != nil {
		return err
	}
	if !bytes.Equal(sum, r.Hash) {
		return &audit.BrokenError{Seq: r.Seq, Fault: audit.FaultChanged}
	}
	if !bytes.Equal(r.PrevHash, hash) {
		return &audit.BrokenError{Seq: r.Seq, Fault: audit.FaultChain}
	}
	return nil
}

// breakTrail keeps in mind that the trail is broken, and writes it down once.
func (f *Flow) breakTrail(ctx context.Context, cause error) error {
	broken, ok := errors.AsType[*audit.BrokenError](cause)
	if !ok {
		return cause
	}
	return errors.Join(cause, f.store.Write(ctx, func(tx *store.Tx) error {
		if known, err := brokenAt(tx); err != nil || known != nil {
			return err
		}
		doc, err := json.Marshal(broken)
		if err != nil {
			return err
		}
		e := audit.ByServer(audit.TrailChecked, "", "")
		e.Detail = audit.Details(audit.Count("seq", broken.Seq), audit.Word("why", string(broken.Fault)))
		return errors.Join(tx.SetMeta(metaBroken, string(doc)), tx.Audit(e))
	}))
}

// brokenAt is where the trail is known to be broken; nil when it is not.
func brokenAt(tx *store.Tx) (*audit.BrokenError, error) {
	doc, err := tx.Meta(metaBroken)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var broken audit.BrokenError
	if err := json.Unmarshal([]byte(doc), &broken); err != nil {
		return nil, fmt.Errorf("what is kept of a broken trail: %w", err)
	}
	return &broken, nil
}

// signHead signs a head, unless somebody was first, and mails it if it is to go
// somewhere.
func (f *Flow) signHead(ctx context.Context, h trail.DayHead, to string) error {
	return f.store.Write(ctx, func(tx *store.Tx) error {
		last, err := tx.LastHead()
		if err != nil || last != nil && last.Day >= h.Day {
			return err
		}
		doc, err := h.Document()
		if err != nil {
			return err
		}
		file, err := f.signer.Document(tx, receipt.KindAuditHead, doc)
		if err != nil {
			return fmt.Errorf("sign the head of %s: %w", h.Day, err)
		}
		if err := tx.SaveHead(store.SignedHead{DayHead: h, SignedAt: tx.Now(), File: file}); err != nil {
			return err
		}
		e := audit.ByServer(audit.TrailSigned, h.Day, "")
		e.Detail = audit.Details(audit.Count("seq", h.Seq), audit.Count("entries", h.Entries), audit.Hash("hash", h.Hash))
		if err := tx.Audit(e); err != nil || to == "" {
			return err
		}
		return f.EnqueueMail(tx, "trail_head", Mail{To: to, Template: TemplateHead, Data: map[string]string{
			"day": es.Date(dayStart(h.Day)), "entries": es.Count(int(h.Entries), "asiento", "asientos"), "seq": fmt.Sprint(h.Seq),
			"hash": fmt.Sprintf("%x", h.Hash), "file": string(file),
		}})
	})
}

func dayStart(day string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, es.Colombia)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Heads reads the signed heads of the days after one, in order; for who copies
// them elsewhere.
func (f *Flow) Heads(ctx context.Context, after string, limit int) ([]store.SignedHead, error) {
	var all []store.SignedHead
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		var err error
		all, err = tx.HeadsAfter(after, limit)
		return err
	})
	return all, err
}
