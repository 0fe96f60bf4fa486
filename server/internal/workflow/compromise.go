package workflow

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// TemplateCompromised tells that a key was reported compromised. Its data:
// entity, environment, incident, license, number, what, withdrawn.
const TemplateCompromised = "key_compromised"

// Compromise reports that the secret of a key may be known to others: a request
// of its own makes another, before all others, and has the old ones removed at
// once. Delegates report their own, officers any.
//
// It waits for nobody: a request of the code that was not signed, or that waits
// for an officer, is withdrawn. What another compromised key of the code still
// waits for is taken along. Only a request that is being issued at this moment
// is in the way.
func (f *Flow) Compromise(ctx context.Context, act Act, id access.KeyID, version int64, in wire.Compromise) (wire.Compromised, error) {
	what := strings.TrimSpace(in.What)
	return once(ctx, f, act, "compromise "+string(id), func(tx *store.Tx) (wire.Compromised, error) {
		k, err := endangered(tx, act.Who, id, version, in.LastDigits, access.FieldError{Field: "what", Hint: lineHint(what)})
		if err != nil {
			return wire.Compromised{}, err
		}
		r, withdrawn, err := f.emergency(tx, act, k)
		if err != nil {
			return wire.Compromised{}, err
		}
		i := store.Incident{
			ID: uuid.NewString(), Key: k.ID, Request: r.ID, Account: act.Who.Account, Person: act.Who.Person.Name, What: what, At: tx.Now(),
		}
		if i.Number, err = tx.NextIncidentNumber(tx.Now().In(es.Colombia).Year()); err != nil {
			return wire.Compromised{}, err
		}
		if err := tx.InsertIncident(i); err != nil {
			return wire.Compromised{}, err
		}
		if err := tx.Enqueue(store.Job{Kind: store.JobProvision, Subject: string(r.ID), Urgent: true}); err != nil {
			return wire.Compromised{}, err
		}
		if err := f.notify(tx, r, k, i, withdrawn); err != nil {
			return wire.Compromised{}, err
		}
		accepted, err := tellKey(tx, k, officerEntry(act, audit.KeyCompromised, k,
			audit.Word("incident", i.Number), audit.Word("number", r.Number), audit.Word("what", what)))
		return wire.Compromised{
			Seq: accepted.Seq, Key: k.ID, Version: k.Version, Request: r.ID, Number: r.Number, Incident: i.Number,
		}, err
	})
}

// endangered reads a key that a viewer reports compromised, or revokes, and
// checks what they typed.
func endangered(tx *store.Tx, who access.Viewer, id access.KeyID, version int64, digits string, line access.FieldError) (*store.Key, error) {
	k, err := actedOn(tx, who, id, version)
	if err != nil {
		return nil, err
	}
	if err := access.CanRevoke(who, &k.Key, strings.TrimSpace(digits)); err != nil {
		return nil, err
	}
	if line.Hint != "" {
		return nil, access.InvalidField(line.Field, line.Hint)
	}
	return k, nil
}

// lineHint is what is wrong with a line that must be there.
func lineHint(line string) access.Hint {
	if line == "" {
		return access.HintRequired
	}
	return access.LineHint(line)
}

// actedOn reads a key that a delegate, their own, or an officer acts on, at the
// version they saw.
func actedOn(tx *store.Tx, who access.Viewer, id access.KeyID, version int64) (*store.Key, error) {
	if !who.IsDelegate() && !who.IsOfficer() {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	k, err := tx.Key(id)
	if err != nil {
		return nil, err
	}
	if err := access.CanActOnKey(who, &k.Key); err != nil {
		return nil, err
	}
	return k, freshKey(k, version)
}

// emergency writes the request that makes the new secret, and withdraws the one
// in its way, whose number it answers.
func (f *Flow) emergency(tx *store.Tx, act Act, k *store.Key) (r *store.Request, withdrawn string, err error) {
	if r, err = serverRequest(tx, act, k); err != nil {
		return nil, "", err
	}
	r.Reason = access.ReasonCompromise
	open, err := tx.OpenRequest(k.Code)
	if err != nil {
		return nil, "", err
	}
	if open != nil {
		if open.Status == access.StatusIssuing {
			return nil, "", &access.Error{Code: access.CodeConflict, Hint: access.HintOpenRequest, Version: k.Version}
		}
		withdrawn = open.Number
		if open.Reason == access.ReasonCompromise && slices.Contains(open.Environments(), otherThan(k.Environment)) {
			r.Only = "" // that one is as urgent
		}
		if err := withdraw(tx, act, open, "compromise"); err != nil {
			return nil, "", err
		}
	}
	for _, env := range r.Environments() {
		r.Overlaps[env] = instantly
	}
	if err := insertServerRequest(tx, act, r); err != nil {
		return nil, "", err
	}
	if open != nil {
		if err := tx.MoveIncidents(open.ID, r.ID); err != nil {
			return nil, "", err
		}
	}
	return r, withdrawn, nil
}

// lastSigned is the request of a code that was signed last; nil when none was.
func lastSigned(tx *store.Tx, code access.LicenseCode) (*store.Request, error) {
	ids, err := tx.SignedRequests(code)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return tx.KeyRequest(ids[len(ids)-1])
}

// withdraw ends a request that is not being issued, for what came in its place.
func withdraw(tx *store.Tx, act Act, r *store.Request, why string) error {
	if err := r.Withdraw(tx.Now()); err != nil {
		return err
	}
	if err := tx.VoidCodes(r.ID); err != nil {
		return err
	}
	_, err := save(tx, r, entry(act, audit.RequestCancelled, r, audit.Word("why", why)))
	return err
}

// notify mails the delegates of the key's entity and the technical lead, at an
// address that they confirmed, what happened. The mail says no value.
func (f *Flow) notify(tx *store.Tx, r *store.Request, k *store.Key, i store.Incident, withdrawn string) error {
	p, err := tx.Provider(k.Code)
	if err != nil {
		return err
	}
	delegates, err := tx.DelegatesOf(k.Entity)
	if err != nil {
		return err
	}
	var to []string
	for _, a := range delegates {
		to = append(to, a.Email)
	}
	lead, err := leadOf(tx, r)
	if err != nil {
		return err
	}
	to = append(to, lead.Email)
	sent := map[string]bool{"": true}
	for _, address := range to {
		if folded := strings.ToLower(address); !sent[folded] {
			sent[folded] = true
			err := f.EnqueueMail(tx, string(r.ID), Mail{To: address, Template: TemplateCompromised, Data: map[string]string{
				"entity": p.Name, "environment": es.Environment(k.Environment), "incident": i.Number, "license": string(k.Code),
				"number": r.Number, "what": i.What, "withdrawn": withdrawn,
			}})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
