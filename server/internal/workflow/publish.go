package workflow

import (
	"context"
	"fmt"

	"llavero/server/internal/audit"
	"llavero/server/internal/consent"
	"llavero/server/internal/store"
)

// PublishText puts an official text in force: from its commit on it is what people
// are shown, and requests that are not signed yet say something else. operator is who
// does it, for the trail. A version that is there already with the same words is
// left as it is (false); with others it is refused, and so is one the program brought
// along: its origin could not change any more. What is published stays in force
// whatever a later program brings.
func PublishText(ctx context.Context, db *store.DB, t consent.Text, operator string) (published bool, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error {
		kept, err := tx.ConsentTextVersions(t.ID)
		if err != nil {
			return err
		}
		for _, k := range kept {
			if k.Version == t.Version {
				isSame := k.Hash == t.Hash && k.Label == t.Label && k.Language == t.Language
				switch {
				case isSame && k.Origin == store.OfPublisher:
					return nil
				case isSame:
					return fmt.Errorf("version %s of %s came with the program, with these words: give it another version, and it stays in force whatever a later program brings",
						t.Version, t.ID)
				}
				return fmt.Errorf("version %s of %s is published already, with other words (SHA-256 %s): people may have accepted it; give the new text another version",
					t.Version, t.ID, k.Hash)
			}
			if !k.PublishedAt.Before(tx.Now()) {
				return fmt.Errorf("version %s of %s was published at %s, which is not past: this machine's clock is behind, set it right first",
					k.Version, t.ID, k.PublishedAt.Format("2006-01-02 15:04:05Z07:00"))
			}
		}
		published, err = tx.InstallConsentText(textRow(t, store.OfPublisher))
		if err != nil {
			return err
		}
		e := audit.ByServer(audit.TextInstalled, t.ID, "")
		e.Detail = audit.Details(audit.Word("version", t.Version), audit.Word("hash", t.Hash), audit.Word("operator", operator))
		return tx.Audit(e)
	})
	return published && err == nil, err
}
