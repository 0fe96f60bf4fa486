package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/calendar"
	"llavero/shared/es"
)

// Credential is the server's own, in the directory of some environments.
type Credential struct {
	Environments  []access.Environment // that share it; at least one
	IsCertificate bool
	Ends          time.Time
	To            string // who is told; "": the trail alone says so
}

// metaCredential is the mark in the table meta of what was told of the server's
// own credential of an environment: JSON of toldCredential.
const metaCredential = "credential."

type toldCredential struct {
	Ends time.Time `json:"ends"`
	Days int       `json:"days"` // rung of the ladder
}

// RemindCredential tells the operator that the server's own credential ends, by
// the ladder of the keys; the rung, 0 when none was due.
func (f *Flow) RemindCredential(ctx context.Context, c Credential) (rung int, err error) {
	err = f.store.Write(ctx, func(tx *store.Tx) error {
		rung = access.RungOf(calendar.DaysBetween(tx.Now(), c.Ends), math.MaxInt) // nobody knows since when it lives
		if rung == 0 || !f.mayMail(rung, tx.Now()) {
			rung = 0
			return nil
		}
		mark := metaCredential + string(c.Environments[0])
		told, err := credentialTold(tx, mark)
		if err != nil {
			return err
		}
		if told.Ends.Equal(c.Ends) && told.Days <= rung {
			rung = 0
			return nil
		}
		text, err := json.Marshal(toldCredential{Ends: c.Ends, Days: rung})
		if err != nil {
			return err
		}
		if err := tx.SetMeta(mark, string(text)); err != nil {
			return err
		}
		return f.tellCredential(tx, c, rung)
	})
	if err != nil {
		return 0, err
	}
	return rung, nil
}

func credentialTold(tx *store.Tx, mark string) (told toldCredential, err error) {
	text, err := tx.Meta(mark)
	if errors.Is(err, store.ErrNotFound) {
		return told, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &told)
	}
	return told, err
}

func (f *Flow) tellCredential(tx *store.Tx, c Credential, rung int) error {
	kind := "El secreto"
	if c.IsCertificate {
		kind = "El certificado"
	}
	var names, words []string
	for _, env := range c.Environments {
		names, words = append(names, string(env)), append(words, es.EnvironmentLong(env))
	}
	e := audit.ByServer(audit.CredentialEnding, "directory", "")
	e.Detail = audit.Details(audit.Word("environments", strings.Join(names, ", ")), audit.Count("days", int64(rung)), audit.Time("expiresAt", c.Ends))
	if err := tx.Audit(e); err != nil || c.To == "" {
		return err
	}
	return f.EnqueueMail(tx, "credential", Mail{To: c.To, Template: TemplateCredential, Data: map[string]string{
		"kind": kind, "environment": strings.Join(words, ", "), "expires": es.DateTimeZone(c.Ends), "left": es.Expiry(c.Ends, tx.Now()),
	}})
}
