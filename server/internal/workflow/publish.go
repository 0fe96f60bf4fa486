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
// left as it is (false); with others it is refused.
func PublishText(ctx context.Context, db *store.DB, t consent.Text, operator string) (published bool, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error {
		kept, err := tx.ConsentTextVersions(t.ID)
		if err != nil {
			return err
		}
		for _, k := range kept {
			if k.Version == t.Version {
				if k.Hash == t.Hash && k.Label == t.Label && k.Language == t.Language {
					return nil
				}
				return fmt.Errorf("version %s of %s is published already, with other words (SHA-256 %s): people may have accepted it; give the new text another version",
					t.Version, t.ID, k.Hash)
			}
			if !k.PublishedAt.Before(tx.Now()) {
				return fmt.Errorf("version %s of %s was published at %s, which is not past: this machine's clock is behind, set it right first",
					k.Version, t.ID, k.PublishedAt.Format("2006-01-02 15:04:05Z07:00"))
			}
		}
		published, err = tx.InstallConsentText(store.ConsentText{
			ID: t.ID, Version: t.Version, Language: t.Language, Label: t.Label, Body: t.Body, Hash: t.Hash,
		})
		if err != nil {
			return err
		}
		e := audit.ByServer(audit.TextInstalled, t.ID, "")
		e.Detail = audit.Details(audit.Word("version", t.Version), audit.Word("hash", t.Hash), audit.Word("operator", operator))
		return tx.Audit(e)
	})
	return published && err == nil, err
}
