// Package reseal changes the key that secrets are sealed with while the server
// serves: a new key in the keyset file, every sealed value sealed anew with it,
// the old keys forgotten once they seal nothing.
//
// Nothing may ever become unopenable, whenever it is killed and whatever others
// write meanwhile. For that:
//
//   - The file is replaced whole, and an old key stays in it until a look in one
//     transaction found nothing sealed with it.
//   - In that same transaction the database begins to refuse what the old key
//     sealed; only then does the key leave the file.
//   - A value is opened and sealed outside the transaction, and written only over
//     the bytes that were read; who was faster is met in the next round.
//
// Each step can be done again: a run that was killed is finished by the next.
// One run at a time on a keyset; the caller sees to that.
package reseal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"llavero/server/internal/audit"
	"llavero/server/internal/seal"
	"llavero/server/internal/store"
)

// batchSize is how many values one transaction seals anew.
const batchSize = 200

// rounds bounds how often the whole is looked over for what others wrote with the
// old key meanwhile; each server stops doing so at its next look at the file.
const rounds = 20

// ErrInUse says that a key cannot be retired: it still seals something.
var ErrInUse = errors.New("reseal: an old key still seals values")

// Work is what a change of key works with. All are needed but Batch and Step.
type Work struct {
	Store *store.DB
	Box   *seal.Box
	Path  string                           // of the keyset file
	Say   func(format string, args ...any) // tells a person how far it is
	Batch int                              // values a transaction; 0: 200
	// Step is called between any two steps, for tests that stop there.
	Step func(name string) error
}

// Report is what a rotation did.
type Report struct {
	Primary  seal.ID
	Added    bool  // a key was added; false: a run that was cut short was finished
	Resealed int64 // values
	Unopened []Unopened
}

// Unopened is a value that no key of the keyset opens. It stays as it is.
type Unopened struct {
	Column   store.SealedColumn
	Identity string
}

// Rotate adds a key and seals every value anew with it. When a run was cut short
// before, it finishes that one, with the key it added.
func (w *Work) Rotate(ctx context.Context) (Report, error) {
	if err := w.Box.Check(); err != nil {
		return Report{}, err
	}
	r := Report{Primary: w.Box.Primary()}
	left, err := w.left(ctx)
	if err != nil {
		return r, err
	}
	if left > 0 {
		w.Say("%d values are sealed with an older key: finishing the change to key %d first", left, r.Primary)
		if err := w.reseal(ctx, &r); err != nil {
			return r, err
		}
	}
	if r.Resealed == 0 { // nothing was left that could be
		r.Unopened = nil
		if err := w.add(&r); err != nil {
			return r, err
		}
		if err := w.reseal(ctx, &r); err != nil {
			return r, err
		}
	}
	return r, w.audit(ctx, audit.SealRenewed, r.Primary, audit.Count("values", r.Resealed), audit.Count("unopened", int64(len(r.Unopened))))
}

// add puts a new key in the file and tells the trail.
func (w *Work) add(r *Report) error {
	if err := w.step("add"); err != nil {
		return err
	}
	id, err := seal.AddKey(w.Path)
	if err != nil {
		return err
	}
	if err := w.step("added"); err != nil {
		return err
	}
	if err := w.Box.Check(); err != nil {
		return err
	}
	r.Primary, r.Added = id, true
	w.Say("key %d was added to %s; new values are sealed with it from now on", id, w.Path)
	return nil
}

// reseal seals everything anew with the primary key, round by round until one
// finds nothing to do.
func (w *Work) reseal(ctx context.Context, r *Report) error {
	// Whoever added the key may have been killed before the trail knew.
	if err := w.auditOnce(ctx, audit.SealRotated, r.Primary); err != nil {
		return err
	}
	for range rounds {
		before := r.Resealed
		r.Unopened = nil
		lost := int64(0)
		for _, c := range store.SealedColumns() {
			n, err := w.column(ctx, c, r)
			if err != nil {
				return err
			}
			lost += n
		}
		if r.Resealed == before && lost == 0 {
			return nil
		}
	}
	return errors.New("values are still being sealed with an old key: a server does not see the keyset file, or sees another; look at its log, then run this again")
}

// column seals a column's values anew in batches. lost are those that changed
// meanwhile.
func (w *Work) column(ctx context.Context, c store.SealedColumn, r *Report) (lost int64, err error) {
	batch := w.Batch
	if batch == 0 {
		batch = batchSize
	}
	done := int64(0)
	for after := any(nil); ; {
		if err := w.step("batch of " + c.Table); err != nil {
			return lost, err
		}
		var values []store.SealedValue
		err := w.Store.Read(ctx, func(tx *store.Tx) (err error) {
			values, err = tx.SealedAfter(c, after, r.Primary.Prefix(), batch)
			return err
		})
		if err != nil {
			return lost, err
		}
		if len(values) == 0 {
			break
		}
		after = values[len(values)-1].Key
		fresh := w.sealAnew(c, values, r)
		if err := w.step("write " + c.Table); err != nil {
			return lost, err
		}
		written, err := w.write(ctx, c, values, fresh)
		if err != nil {
			return lost, err
		}
		for _, f := range fresh {
			if f != nil {
				lost++
			}
		}
		lost -= written
		r.Resealed += written
		done += written
		if len(values) == batch {
			w.Say("%s: %d sealed anew", c.Name, done)
		}
	}
	if done > 0 {
		w.Say("%s: %d sealed anew, done", c.Name, done)
	}
	return lost, nil
}

// sealAnew opens values and seals them with the primary key; nil for one that
// does not open.
func (w *Work) sealAnew(c store.SealedColumn, values []store.SealedValue, r *Report) [][]byte {
	fresh := make([][]byte, len(values))
	for i, v := range values {
		text, err := w.Box.Open(v.Sealed, v.Identity)
		if err == nil {
			fresh[i], err = w.Box.Seal(text, v.Identity)
		}
		if err != nil {
			fresh[i] = nil
			r.Unopened = append(r.Unopened, Unopened{c, v.Identity})
		}
	}
	return fresh
}

func (w *Work) write(ctx context.Context, c store.SealedColumn, values []store.SealedValue, fresh [][]byte) (written int64, err error) {
	err = w.Store.Write(ctx, func(tx *store.Tx) error {
		written = 0
		for i, v := range values {
			if fresh[i] == nil {
				continue
			}
			ok, err := tx.Reseal(c, v, fresh[i])
			if err != nil {
				return fmt.Errorf("seal %s anew: %w", c.Name, err)
			}
			if ok {
				written++
			}
		}
		return nil
	})
	return written, err
}

// left counts the values that a key of the keyset other than the primary sealed.
func (w *Work) left(ctx context.Context) (int64, error) {
	s, err := Look(ctx, w.Store, w.Box)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for _, k := range s.Keys {
		if !k.Primary && k.InKeyset {
			n += k.Values
		}
	}
	return n, nil
}

// Retire forgets every key but the primary one. It refuses with ErrInUse while
// one of them seals anything. What was done before a kill is gone on with.
func (w *Work) Retire(ctx context.Context) ([]seal.ID, error) {
	if err := w.Box.Check(); err != nil {
		return nil, err
	}
	old := slices.DeleteFunc(w.Box.Keys(), func(id seal.ID) bool { return id == w.Box.Primary() })
	if len(old) == 0 {
		return nil, nil
	}
	if err := w.step("retire"); err != nil {
		return nil, err
	}
	err := w.Store.Write(ctx, func(tx *store.Tx) error {
		counts, err := tx.CountSealed()
		if err != nil {
			return err
		}
		for _, c := range counts {
			if id, ok := seal.KeyOf(c.Prefix); ok && slices.Contains(old, id) {
				return fmt.Errorf("%w: key %d seals %d of %s; run llavero-server seal rotate first", ErrInUse, id, c.Count, c.Column.Name)
			}
		}
		retired, err := tx.RetiredSealKeys()
		if err != nil {
			return err
		}
		for _, id := range old {
			if slices.ContainsFunc(retired, func(p []byte) bool { return slices.Equal(p, id.Prefix()) }) {
				continue // a run that was killed had come so far
			}
			if err := errors.Join(tx.RetireSealKey(id.Prefix()), tx.Audit(audit.ByServer(audit.SealRetired, name(id), ""))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := w.step("retired"); err != nil {
		return nil, err
	}
	return old, seal.RemoveKeys(w.Path, old)
}

func (w *Work) step(name string) error {
	if w.Step == nil {
		return nil
	}
	return w.Step(name)
}

func name(id seal.ID) string { return strconv.FormatUint(uint64(id), 10) }

func (w *Work) audit(ctx context.Context, kind audit.Kind, id seal.ID, attrs ...audit.Attr) error {
	return w.Store.Write(ctx, func(tx *store.Tx) error {
		e := audit.ByServer(kind, name(id), "")
		e.Detail = audit.Details(attrs...)
		return tx.Audit(e)
	})
}

func (w *Work) auditOnce(ctx context.Context, kind audit.Kind, id seal.ID) error {
	return w.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.CountAudit(name(id), kind)
		if err != nil || n > 0 {
			return err
		}
		return tx.Audit(audit.ByServer(kind, name(id), ""))
	})
}
