package workflow

import (
	"context"

	"llavero/server/internal/audit"
	"llavero/server/internal/consent"
	"llavero/server/internal/store"
	"llavero/shared/receipt"
	"llavero/shared/wire"
)

// installTexts writes down the texts the program brings along, where they are not
// there yet. They come into force where the ministry published none of that id.
func installTexts(tx *store.Tx, texts []consent.Text) error {
	for _, t := range texts {
		installed, err := tx.InstallConsentText(textRow(t, store.OfProgram))
		if err != nil {
			return err
		}
		if !installed {
			continue
		}
		e := audit.ByServer(audit.TextInstalled, t.ID, "")
		e.Detail = audit.Details(audit.Word("version", t.Version), audit.Word("hash", t.Hash))
		if err := tx.Audit(e); err != nil {
			return err
		}
	}
	return nil
}

func textRow(t consent.Text, origin store.TextOrigin) store.ConsentText {
	return store.ConsentText{ID: t.ID, Version: t.Version, Language: t.Language, Label: t.Label, Body: t.Body, Hash: t.Hash, Origin: origin}
}

// ConsentTexts reads the texts in force, in the order they are shown.
func (f *Flow) ConsentTexts(ctx context.Context) (wire.ConsentTexts, error) {
	reply := wire.ConsentTexts{Texts: []wire.ConsentText{}}
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		texts, err := tx.ConsentTexts()
		for _, t := range texts {
			reply.Texts = append(reply.Texts, shownText(t))
		}
		return err
	})
	return reply, err
}

func shownText(t store.ConsentText) wire.ConsentText {
	return wire.ConsentText{ID: t.ID, Version: t.Version, Label: t.Label, Body: t.Body, Hash: t.Hash}
}

// contentHash is what a code would sign of a request now, with the texts in force.
func contentHash(tx *store.Tx, r *store.Request) (string, []store.ConsentText, error) {
	texts, err := tx.ConsentTexts()
	if err != nil {
		return "", nil, err
	}
	c := contentOf(r)
	for _, t := range texts {
		c.Texts = append(c.Texts, receipt.Text{ID: t.ID, Version: t.Version, Hash: t.Hash})
	}
	hash, err := c.Hash()
	return hash, texts, err
}

// contentOf is what a code signs of a request, without the texts.
func contentOf(r *store.Request) receipt.Content {
	return receipt.Content{
		Request: r.ID, Number: r.Number, Kind: r.Kind, Reason: r.Reason, Code: r.Code, Entity: r.Entity, Form: r.Form,
		Overlaps: r.Overlaps,
	}
}
