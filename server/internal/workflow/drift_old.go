package workflow

import (
	"llavero/server/internal/store"
	"llavero/shared/wire"
)

// fixedBatch is how many differences are forgotten at once.
const fixedBatch = 500

// forgetFixed takes old differences away that are gone: the trail keeps them, and
// who shows them is told.
func forgetFixed(tx *store.Tx) error {
	old, err := tx.FixedDrifts(tx.Now().Add(-fixedKept), fixedBatch)
	if err != nil {
		return err
	}
	for _, id := range old {
		if err := tx.DeleteFixedDrift(id); err != nil {
			return err
		}
		if _, err := tx.Change(wire.RowDrift, id, ""); err != nil { // officers alone see it
			return err
		}
	}
	return nil
}
