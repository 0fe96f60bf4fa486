package store

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"llavero/shared/access"
)

// Listing is what a file about people says, whole, to be applied.
type Listing[V any] struct {
	Snapshot Snapshot // Kind, CutOff, Hash and the counts
	Rows     iter.Seq[V]
	// Unsure reports a stored row that a row of the file, which could not be
	// read, may be about: it is not gone.
	Unsure func(V) bool
	// Partly reports a row that the file tells in part only: what is stored
	// stays. nil: none.
	Partly func(V) bool
	// MaxGone is the share of the current rows that may vanish, 0 to 1.
	MaxGone float64
}

// ListingDiff is what applying a listing changed, in rows.
type ListingDiff struct {
	Added    int
	Changed  int
	Gone     int
	Returned int // rows that were gone
	Unsure   int // rows that are missing, or told in part, and stay as they are
}

// IsZero reports that nothing changed.
func (d ListingDiff) IsZero() bool { return d.Added+d.Changed+d.Gone+d.Returned == 0 }

// NewAddress is a person whose registered address changed.
type NewAddress struct {
	Document access.Document
	Old, New string // "" = none on file
}

// ApplyPersons makes the stored persons what a file says, and tells whose
// registered address that changed. A *ManyGoneError refuses it.
func (tx *Tx) ApplyPersons(l Listing[Person]) (ListingDiff, []NewAddress, error) {
	var changed []NewAddress
	diff, err := apply(tx, &personTable, l, func(old, next Person) {
		if old.Email != next.Email {
			changed = append(changed, NewAddress{Document: next.Document, Old: old.Email, New: next.Email})
		}
	})
	return diff, changed, err
}

// ApplyOrganizations makes the stored organizations what a file says. A
// *ManyGoneError refuses it.
func (tx *Tx) ApplyOrganizations(l Listing[Organization]) (ListingDiff, error) {
	return apply(tx, &organizationTable, l, nil)
}

// ApplyDelegations makes the stored delegations what a file says, each pair's
// last novelty. A *ManyGoneError refuses it.
func (tx *Tx) ApplyDelegations(l Listing[Delegation]) (ListingDiff, error) {
	return apply(tx, &delegationTable, l, nil)
}

// ApplyTitles makes the stored titles what a file of RETHUS says. A
// *ManyGoneError refuses it.
func (tx *Tx) ApplyTitles(l Listing[Title]) (ListingDiff, error) {
	return apply(tx, &titleTable, l, nil)
}

// ApplyStaff makes the stored roster what a file says. A *ManyGoneError
// refuses it.
func (tx *Tx) ApplyStaff(l Listing[StaffMember]) (ListingDiff, error) {
	return apply(tx, &staffTable, l, nil)
}

// listingApply is one applying, in memory: what is stored, to compare with.
type listingApply[V comparable] struct {
	tx       *Tx
	table    *table[V]
	listing  Listing[V]
	snapshot int64
	old      map[string]V
	order    []string // keys of old, as stored
	seen     map[string]struct{}
	diff     ListingDiff
	onPut    func(old, next V)

	put, drop *sql.Stmt
}

// apply writes only rows that really differ; a row that is missing stays,
// marked gone. Applying the same file again writes nothing.
func apply[V comparable](tx *Tx, t *table[V], l Listing[V], onPut func(old, next V)) (_ ListingDiff, err error) {
	a := listingApply[V]{tx: tx, table: t, listing: l, onPut: onPut, old: map[string]V{}, seen: map[string]struct{}{}}
	if err := a.load(); err != nil {
		return ListingDiff{}, err
	}
	if err := a.checkGone(); err != nil {
		return ListingDiff{}, err
	}
	if a.snapshot, err = tx.noteSnapshot(l.Snapshot); err != nil {
		return ListingDiff{}, err
	}
	if a.put, err = tx.prepare(t.put()); err != nil {
		return ListingDiff{}, err
	}
	defer func() { err = errors.Join(err, a.put.Close()) }()
	if a.drop, err = tx.prepare(t.drop()); err != nil {
		return ListingDiff{}, err
	}
	defer func() { err = errors.Join(err, a.drop.Close()) }()
	for v := range l.Rows {
		if err := a.row(v); err != nil {
			return ListingDiff{}, fmt.Errorf("write %s: %w", t.name, err)
		}
	}
	return a.diff, a.vanish()
}

func (a *listingApply[V]) load() error {
	return a.tx.each(func(scan func(...any) error) error {
		var v V
		if err := scan(append(a.table.into(&v), timeInto{a.table.gone(&v)})...); err != nil {
			return err
		}
		key := a.key(&v)
		a.old[key] = v
		a.order = append(a.order, key)
		return nil
	}, a.table.load())
}

// key is a row's key as one text.
func (a *listingApply[V]) key(v *V) string {
	var b strings.Builder
	for _, part := range a.table.into(v)[:a.table.keys] {
		switch p := part.(type) {
		case *string:
			b.WriteString(*p)
		case *access.DocumentType:
			b.WriteString(string(*p))
		case *access.NIT:
			b.WriteString(string(*p))
		}
		b.WriteByte(0)
	}
	return b.String()
}

func (a *listingApply[V]) unsure(v V) bool { return a.listing.Unsure != nil && a.listing.Unsure(v) }

func (a *listingApply[V]) isCurrent(v V) bool { return a.table.gone(&v).IsZero() }

// checkGone counts what would vanish, before anything is written.
func (a *listingApply[V]) checkGone() error {
	for v := range a.listing.Rows {
		a.seen[a.key(&v)] = struct{}{}
	}
	current, gone := 0, 0
	for key, v := range a.old {
		if !a.isCurrent(v) {
			continue
		}
		current++
		if _, ok := a.seen[key]; !ok && !a.unsure(v) {
			gone++
		}
	}
	if float64(gone) > a.listing.MaxGone*float64(current) {
		return &ManyGoneError{Of: a.table.rows, Gone: gone, Current: current}
	}
	return nil
}

func (a *listingApply[V]) row(v V) error {
	if a.listing.Partly != nil && a.listing.Partly(v) {
		a.diff.Unsure++
		return nil
	}
	old, known := a.old[a.key(&v)]
	if known && a.table.keep != nil {
		a.table.keep(old, &v)
	}
	was := old
	*a.table.gone(&was) = time.Time{}
	switch {
	case !known:
		a.diff.Added++
	case !a.isCurrent(old):
		a.diff.Returned++
	case was == v:
		return nil
	default:
		a.diff.Changed++
	}
	if a.onPut != nil {
		a.onPut(old, v)
	}
	_, err := a.put.Exec(append(a.table.into(&v), a.snapshot)...)
	return err
}

// vanish marks what the file no longer has.
func (a *listingApply[V]) vanish() error {
	for _, key := range a.order {
		v := a.old[key]
		if _, ok := a.seen[key]; ok || !a.isCurrent(v) {
			continue
		}
		if a.unsure(v) {
			a.diff.Unsure++
			continue
		}
		a.diff.Gone++
		args := append([]any{micros(a.tx.now), a.snapshot}, a.table.into(&v)[:a.table.keys]...)
		if _, err := a.drop.Exec(args...); err != nil {
			return fmt.Errorf("mark gone in %s: %w", a.table.name, err)
		}
	}
	return nil
}
