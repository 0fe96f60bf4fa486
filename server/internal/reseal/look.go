package reseal

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"llavero/server/internal/seal"
	"llavero/server/internal/store"
	"llavero/shared/secret"
)

// KeyUse is what one key seals.
type KeyUse struct {
	ID       seal.ID
	Primary  bool
	InKeyset bool // false: its values do not open
	Retired  bool
	Values   int64
	Columns  []ColumnUse // those where it seals something
}

// ColumnUse is how many values of one kind a key seals.
type ColumnUse struct {
	Name   string
	Values int64
}

// State says which key seals how much.
type State struct {
	Keys     []KeyUse // the primary one first
	Unsealed int64    // bytes that no key sealed, where sealed ones should stand
}

// Lost is how many values do not open for want of their key.
func (s State) Lost() int64 {
	n := s.Unsealed
	for _, k := range s.Keys {
		if !k.InKeyset {
			n += k.Values
		}
	}
	return n
}

// Look counts what each key seals.
func Look(ctx context.Context, db *store.DB, box *seal.Box) (State, error) {
	var counts []store.SealedCount
	var retired [][]byte
	err := db.Read(ctx, func(tx *store.Tx) (err error) {
		if counts, err = tx.CountSealed(); err != nil {
			return err
		}
		retired, err = tx.RetiredSealKeys()
		return err
	})
	if err != nil {
		return State{}, err
	}
	var s State
	uses := map[seal.ID]*KeyUse{}
	use := func(id seal.ID) *KeyUse {
		if uses[id] == nil {
			uses[id] = &KeyUse{
				ID: id, Primary: id == box.Primary(), InKeyset: slices.Contains(box.Keys(), id),
				Retired: slices.ContainsFunc(retired, func(p []byte) bool { return slices.Equal(p, id.Prefix()) }),
			}
		}
		return uses[id]
	}
	for _, id := range box.Keys() {
		use(id)
	}
	for _, c := range counts {
		id, ok := seal.KeyOf(c.Prefix)
		if !ok {
			s.Unsealed += c.Count
			continue
		}
		u := use(id)
		u.Values += c.Count
		u.Columns = append(u.Columns, ColumnUse{c.Column.Name, c.Count})
	}
	for _, u := range uses {
		s.Keys = append(s.Keys, *u)
	}
	slices.SortFunc(s.Keys, func(a, b KeyUse) int {
		if a.Primary != b.Primary {
			return map[bool]int{true: -1, false: 1}[a.Primary]
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return s, nil
}

// Errors of a keyset that is not the database's.
var (
	// ErrOther says that the keyset does not open what this database holds.
	ErrOther = errors.New("this keyset is not the one this database was sealed with")
	// ErrOld says that the keyset is one from before its key was retired.
	ErrOld = errors.New("this keyset is older than the database: its key was retired")
)

// canary is what the sealed canary says.
const canary = "llavero"

// Verify makes sure that a keyset is the database's: it opens the canary, or what
// the database holds when there is no canary yet, and it may seal. It writes
// nothing.
func Verify(ctx context.Context, db *store.DB, box *seal.Box) error {
	return db.Read(ctx, func(tx *store.Tx) error { _, err := verify(tx, box); return err })
}

// Admit is Verify, and leaves a canary for the next time where there is none.
func Admit(ctx context.Context, db *store.DB, box *seal.Box) error {
	marked := false
	err := db.Read(ctx, func(tx *store.Tx) (err error) { marked, err = verify(tx, box); return err })
	if err != nil || marked {
		return err
	}
	return db.Write(ctx, func(tx *store.Tx) error {
		marked, err := verify(tx, box)
		if err != nil || marked {
			return err
		}
		sealed, err := box.Seal(secret.New(canary), "meta/"+store.MetaCanary)
		if err != nil {
			return err
		}
		return tx.SetMeta(store.MetaCanary, hex.EncodeToString(sealed))
	})
}

// IsSealed reports that the database holds sealed values: a keyset made anew
// would not open them.
func IsSealed(ctx context.Context, db *store.DB) (bool, error) {
	sealed := false
	err := db.Read(ctx, func(tx *store.Tx) error {
		for _, c := range store.SealedColumns() {
			switch _, err := tx.FirstSealed(c); {
			case err == nil:
				sealed = true
				return nil
			case !errors.Is(err, store.ErrNotFound):
				return err
			}
		}
		return nil
	})
	return sealed, err
}

func verify(tx *store.Tx, box *seal.Box) (marked bool, err error) {
	retired, err := tx.RetiredSealKeys()
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(retired, func(p []byte) bool { return slices.Equal(p, box.Primary().Prefix()) }) {
		return false, fmt.Errorf("%w (key %d)", ErrOld, box.Primary())
	}
	kept, err := tx.Meta(store.MetaCanary)
	if err == nil {
		sealed, errHex := hex.DecodeString(kept)
		if _, errOpen := box.Open(sealed, "meta/"+store.MetaCanary); errHex != nil || errOpen != nil {
			return false, other(sealed)
		}
		return true, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	for _, c := range store.SealedColumns() {
		v, err := tx.FirstSealed(c)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		if _, err := box.Open(v.Sealed, v.Identity); err != nil {
			return false, other(v.Sealed)
		}
	}
	return false, nil
}

func other(sealed []byte) error {
	if id, ok := seal.KeyOf(sealed); ok {
		return fmt.Errorf("%w: it needs key %d", ErrOther, id)
	}
	return ErrOther
}
