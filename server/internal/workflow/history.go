package workflow

import (
	"context"
	"encoding/json"
	"slices"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// historyShown is how many acts KeyHistory lists.
const historyShown = 500

// unhistoric are the kinds that tell how, not what: the worker's steps and the
// values that were shown.
var unhistoric = map[audit.Kind]bool{
	audit.IssueAttempt: true, audit.CodeSent: true, audit.CodeFailed: true, audit.KeyApplication: true, audit.KeyPrincipal: true,
	audit.SecretIntended: true, audit.SecretTested: true, audit.KeyTested: true, audit.KeyRevealed: true, audit.PermissionAttempt: true,
}

// KeyHistory tells an officer what was done to the keys of a code, newest first:
// the entries of its keys and of its signed requests.
func (f *Flow) KeyHistory(ctx context.Context, act Act, code access.LicenseCode) (wire.KeyHistory, error) {
	reply := wire.KeyHistory{Entries: []wire.KeyHistoryEntry{}}
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		subjects, err := historySubjects(tx, act.Who, code)
		if err != nil {
			return err
		}
		var all []audit.Record
		for _, subject := range subjects {
			records, err := tx.AuditOf(subject, "", historyRead)
			if err != nil {
				return err
			}
			all = append(all, records...)
		}
		slices.SortFunc(all, func(a, b audit.Record) int { return int(b.Seq - a.Seq) })
		for _, r := range all {
			if unhistoric[r.Kind] || len(reply.Entries) == historyShown {
				continue
			}
			e, err := historyEntry(r)
			if err != nil {
				return err
			}
			reply.Entries = append(reply.Entries, e)
		}
		return nil
	})
	return reply, refused(err)
}

// historyRead is how many entries are looked at of each subject: those left out
// are among them.
const historyRead = 4 * historyShown

// historySubjects are the ids that entries about a code carry. No key that
// officers see: there is nothing to tell.
func historySubjects(tx *store.Tx, who access.Viewer, code access.LicenseCode) ([]string, error) {
	var subjects []string
	for _, env := range access.Environments() {
		k, err := officerKeyOf(tx, who, code, env)
		if access.CodeOf(err) == access.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, string(k.ID))
	}
	if len(subjects) == 0 {
		return nil, access.Refuse(access.CodeNotFound, "")
	}
	requests, err := tx.SignedRequests(code)
	for _, id := range requests {
		subjects = append(subjects, string(id))
	}
	return subjects, err
}

func historyEntry(r audit.Record) (wire.KeyHistoryEntry, error) {
	e := wire.KeyHistoryEntry{At: r.At, Person: r.Person, Act: string(r.Kind), Detail: map[string]string{}}
	if r.Account == "" {
		e.Person = ""
	}
	if err := json.Unmarshal([]byte(r.Detail), &e.Detail); err != nil {
		return e, err
	}
	e.Environment = access.Environment(e.Detail["environment"])
	for _, name := range []string{"environment", "device", "address"} { // told elsewhere, or nobody's business
		delete(e.Detail, name)
	}
	return e, nil
}
