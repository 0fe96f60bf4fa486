package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/consent"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// Sign presents a one-time code for a request that still stands at version and
// at the content hash the person saw. With it the texts are consented to, the
// keys get their names and the worker its job.
func (f *Flow) Sign(ctx context.Context, act Act, id access.RequestID, version int64, in wire.Sign) (wire.Accepted, error) {
	return once(ctx, f, act, "sign "+string(id), func(tx *store.Tx) (wire.Accepted, error) {
		r, err := unsigned(tx, act, id, version)
		if err != nil {
			return wire.Accepted{}, err
		}
		if err := f.agreed(tx, act.Who); err != nil {
			return wire.Accepted{}, err
		}
		typed := consent.Clean(in.Code)
		if err := checkCodeShape(typed); err != nil {
			return wire.Accepted{}, err
		}
		hash, _, err := contentHash(tx, r)
		if err != nil {
			return wire.Accepted{}, err
		}
		if in.ContentHash == "" {
			return wire.Accepted{}, access.InvalidField("contentHash", access.HintRequired)
		}
		if hash != r.ContentHash {
			return wire.Accepted{}, &access.Error{Code: access.CodeConflict, Hint: access.HintTextsChanged, Version: r.Version}
		}
		if in.ContentHash != hash {
			return wire.Accepted{}, &access.Error{Code: access.CodeConflict, Hint: access.HintContentChanged, Version: r.Version}
		}
		code, signing, err := f.judge(tx, act, r, secret.New(typed))
		if err != nil {
			return wire.Accepted{}, err
		}
		return f.signed(tx, act, r, code, signing)
	})
}

func checkCodeShape(typed string) error {
	if typed == "" {
		return access.InvalidField("code", access.HintRequired)
	}
	if n, err := strconv.ParseUint(typed, 10, 32); err != nil || len(typed) != consent.Digits || n > 999_999 {
		return access.InvalidField("code", access.HintFormat)
	}
	return nil
}

// judge finds the code that was typed. A wrong one is counted, and the refusal
// committed.
func (f *Flow) judge(tx *store.Tx, act Act, r *store.Request, typed secret.Text) (string, *store.Signing, error) {
	signing, err := tx.Signing(r.ID, r.ContentHash)
	if err != nil {
		return "", nil, err
	}
	rules := f.policy.Codes
	if signing != nil && signing.Failures >= rules.Failures {
		return "", nil, spent(signing)
	}
	codes, err := tx.Codes(r.ID)
	if err != nil {
		return "", nil, err
	}
	code, hint := consent.Judge(sentOf(mailedTo(codes, act.Who.Account), tx.Now()), typed, f.pepper, r.ContentHash, tx.Now())
	if hint == "" && signing != nil {
		return code.ID, signing, nil
	}
	refusal := &access.Error{Code: access.CodeInvalid, Hint: hint}
	switch {
	case hint == access.HintCodeExpired:
		refusal.Code, refusal.Args = access.CodeExpired, map[string]string{"until": code.ExpiresAt.UTC().Format(time.RFC3339)}
	case hint == access.HintContentChanged:
		refusal.Code = access.CodeConflict
	case hint == access.HintCodeWrong && signing != nil:
		if refusal, err = f.countFailure(tx, r, signing); err != nil {
			return "", nil, err
		}
	}
	err = tx.Audit(entry(act, audit.CodeFailed, r, audit.Word("why", string(hint)), audit.Word("oneTimeCode", code.ID)))
	if err != nil {
		return "", nil, err
	}
	return "", nil, counted{refusal}
}

// mailedTo leaves the codes that sign for a person: those that went to their own
// address. A colleague's is nothing to them.
func mailedTo(codes []store.OneTimeCode, account access.AccountID) []store.OneTimeCode {
	return slices.DeleteFunc(slices.Clone(codes), func(c store.OneTimeCode) bool { return c.Account != account && c.Account != "" })
}

// countFailure counts a wrong code; the last one allowed spends all codes.
func (f *Flow) countFailure(tx *store.Tx, r *store.Request, signing *store.Signing) (*access.Error, error) {
	rules := f.policy.Codes
	signing.Failures++
	left := rules.Failures - signing.Failures
	if left > 0 {
		return &access.Error{
			Code: access.CodeInvalid, Hint: access.HintCodeWrong, Args: map[string]string{"left": strconv.Itoa(left)},
		}, tx.SaveSigning(*signing)
	}
	if pause := tx.Now().Add(rules.Pause); pause.After(signing.ResendAt) {
		signing.ResendAt = pause
	}
	if err := tx.VoidCodes(r.ID); err != nil {
		return nil, err
	}
	return spent(signing), tx.SaveSigning(*signing)
}

func spent(signing *store.Signing) *access.Error {
	return &access.Error{Code: access.CodeThrottled, Hint: access.HintCodeSpent, Args: map[string]string{
		"left": "0", "until": signing.ResendAt.UTC().Format(time.RFC3339),
	}}
}

// signed writes everything a signature brings.
func (f *Flow) signed(tx *store.Tx, act Act, r *store.Request, code string, signing *store.Signing) (wire.Accepted, error) {
	ticks, at, err := acceptedWith(tx, r, code, signing)
	if err != nil {
		return wire.Accepted{}, err
	}
	if err := tx.UseCode(code); err != nil {
		return wire.Accepted{}, err
	}
	if err := tx.VoidCodes(r.ID); err != nil {
		return wire.Accepted{}, err
	}
	attrs, err := consented(tx, act, r, code, at, ticks)
	if err != nil {
		return wire.Accepted{}, err
	}
	if err := r.Sign(act.Who, tx.Now()); err != nil {
		return wire.Accepted{}, err
	}
	if err := f.nameKeys(tx, r); err != nil {
		return wire.Accepted{}, err
	}
	if err := tx.Enqueue(store.Job{Kind: store.JobProvision, Subject: string(r.ID)}); err != nil {
		return wire.Accepted{}, err
	}
	done, err := save(tx, r, entry(act, audit.RequestSigned, r, attrs...))
	if err != nil {
		return wire.Accepted{}, err
	}
	if err := f.prove(tx, signature{act: act, request: r, code: code, signing: signing, ticks: ticks, acceptedAt: at}); err != nil {
		return wire.Accepted{}, err
	}
	return done, f.inform(tx, act, r)
}

// acceptedWith is what was ticked, and when, as the code that signs was asked for.
func acceptedWith(tx *store.Tx, r *store.Request, code string, signing *store.Signing) (ticks []ticked, at time.Time, err error) {
	codes, err := tx.Codes(r.ID)
	if err != nil {
		return nil, at, err
	}
	kept, at := signing.Accepted, signing.AcceptedAt // of a code mailed before this was kept with it
	for _, c := range codes {
		if c.ID == code && c.Accepted != "" {
			kept, at = c.Accepted, c.SentAt
		}
	}
	if err := json.Unmarshal([]byte(kept), &ticks); err != nil {
		return nil, at, fmt.Errorf("texts ticked for %s: %w", r.ID, err)
	}
	return ticks, at, nil
}

// consented writes a consent for each text ticked.
func consented(tx *store.Tx, act Act, r *store.Request, code string, tickedAt time.Time, texts []ticked) ([]audit.Attr, error) {
	attrs := []audit.Attr{audit.Word("contentHash", r.ContentHash), audit.Word("oneTimeCode", code)}
	for _, t := range texts {
		attrs = append(attrs, audit.Word("text."+t.ID, t.Version+" "+t.Hash))
		err := tx.InsertConsent(store.Consent{
			Request: r.ID, TextID: t.ID, TextVersion: t.Version, TextHash: t.Hash, Label: t.Label, Account: act.Who.Account,
			OneTimeCode: code, ContentHash: r.ContentHash, TickedAt: tickedAt, SignedAt: tx.Now(),
		})
		if err != nil {
			return nil, err
		}
	}
	return attrs, nil
}

// nameKeys writes the rows of the keys to be, where they are not there.
func (f *Flow) nameKeys(tx *store.Tx, r *store.Request) error {
	for _, env := range r.Environments() {
		k, err := tx.KeyOf(r.Code, env)
		if err != nil {
			return err
		}
		if k != nil {
			continue
		}
		err = tx.InsertKey(&store.Key{
			Key: access.Key{
				ID: access.KeyID(uuid.NewString()), Code: r.Code, Entity: r.Entity, Environment: env,
				Name: displayName(env, r.Code), State: access.KeyCreating,
			},
			UniqueName: f.policy.Prefix + "-" + string(env) + "-" + string(r.Code),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// displayName is a key's name, in Entra and on screen.
func displayName(env access.Environment, code access.LicenseCode) string {
	if env == access.Production {
		return "IHCE-PROD-" + string(code)
	}
	return "IHCE-SANDBOX-" + string(code)
}
