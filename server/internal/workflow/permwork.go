package workflow

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// CodeMissing is the code of changes that found no application in Entra.
const CodeMissing = "NotInEntra"

// PermissionPlan is what the worker has to look at and to do for one key.
type PermissionPlan struct {
	Key         access.KeyID
	Environment access.Environment
	ClientID    string
	Resource    string   // client id of the API whose permissions count
	Known       []string // held, as far as is known
	IssuedAt    time.Time
	IsOurs      bool                   // its objects were seen; young ones may look absent for a while
	Tasks       []store.PermissionTask // on their way, in the order they were asked for
}

// PermissionsSeen is what Entra showed of a key.
type PermissionsSeen struct {
	ClientID    string // of the plan: a key may have got another since
	PrincipalID string // "" when it is missing
	Held        []string
	IsMissing   bool // no application of that client id
}

// PermissionPlan tells what is to be done; false: nothing, the key has no
// application.
func (f *Flow) PermissionPlan(ctx context.Context, id access.KeyID) (p PermissionPlan, is bool, err error) {
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		k, err := tx.Key(id)
		if err != nil {
			return err
		}
		is = k.ClientID != ""
		p = PermissionPlan{
			Key: k.ID, Environment: k.Environment, ClientID: k.ClientID, Resource: f.params.Of(k.Environment).ResourceAppID,
			Known: k.Permissions, IssuedAt: k.IssuedAt, IsOurs: k.PrincipalID != "", Tasks: onTheirWay(k),
		}
		return nil
	})
	return p, is, refused(err)
}

func onTheirWay(k *store.Key) []store.PermissionTask {
	var left []store.PermissionTask
	for _, t := range k.Tasks {
		if t.Failed == "" {
			left = append(left, t)
		}
	}
	return left
}

// working reads a key whose application is still the one a job works on.
func working(tx *store.Tx, id access.KeyID, clientID string) (*store.Key, error) {
	k, err := tx.Key(id)
	if err == nil && k.ClientID != clientID {
		err = &access.Error{Code: access.CodeConflict, Hint: access.HintStale, Version: k.Version}
	}
	return k, err
}

// RecordPermissionsSeen writes down what Entra showed, and answers what is left
// to do; nothing left ends the job. An application that is not there takes no
// changes: they fail.
func (f *Flow) RecordPermissionsSeen(ctx context.Context, id access.KeyID, seen PermissionsSeen) (left []store.PermissionTask, err error) {
	err = f.store.Write(ctx, func(tx *store.Tx) error {
		k, err := working(tx, id, seen.ClientID)
		if err != nil {
			return err
		}
		held := slices.Sorted(slices.Values(seen.Held))
		isNews := k.IsMissing != seen.IsMissing || !slices.Equal(slices.Sorted(slices.Values(k.Permissions)), held)
		k.Permissions, k.PermissionsAt, k.IsMissing, k.PrincipalID = held, tx.Now(), seen.IsMissing, seen.PrincipalID
		if seen.IsMissing {
			if err := failAll(tx, k, CodeMissing); err != nil {
				return err
			}
		}
		if isNews {
			e := permissionEntry(audit.PermissionsRead, k, audit.Word("permissions", strings.Join(held, ", ")))
			if seen.IsMissing {
				e.Detail = e.Detail.With(audit.Word("code", CodeMissing))
			}
			if err := tx.Audit(e); err != nil {
				return err
			}
		}
		left = onTheirWay(k)
		return endIfDone(tx, k, left)
	})
	return left, refused(err)
}

// RecordPermission writes down what became of one change, and answers what is
// left to do; nothing left ends the job. failed is empty when Entra did it. A
// change that was taken back meanwhile leaves only the trail.
func (f *Flow) RecordPermission(ctx context.Context, id access.KeyID, clientID string, task store.PermissionTask, failed string, tried ...Attempt) (left []store.PermissionTask, err error) {
	err = f.store.Write(ctx, func(tx *store.Tx) error {
		k, err := working(tx, id, clientID)
		if err != nil {
			return err
		}
		if err := auditPermissionAttempts(tx, k, tried); err != nil {
			return err
		}
		if failed == "" {
			k.Permissions = slices.DeleteFunc(k.Permissions, func(v string) bool { return v == task.Permission })
			if task.Act == access.PermissionGrant {
				k.Permissions = slices.Sorted(slices.Values(append(k.Permissions, task.Permission)))
			}
			k.PermissionsAt = tx.Now()
		}
		i := slices.IndexFunc(k.Tasks, func(t store.PermissionTask) bool { return t == task })
		switch {
		case i >= 0 && failed == "":
			k.Tasks = slices.Delete(k.Tasks, i, i+1)
		case i >= 0:
			k.Tasks[i].Failed, k.Tasks[i].At = failed, tx.Now()
		}
		if err := tx.Audit(taskEntry(k, task, failed)); err != nil {
			return err
		}
		left = onTheirWay(k)
		return endIfDone(tx, k, left)
	})
	return left, refused(err)
}

// FailPermissions writes down that the changes on their way did not come about,
// and parks the job: whoever asked may ask again.
func (f *Flow) FailPermissions(ctx context.Context, id access.KeyID, code string) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error { return failPermissions(tx, id, code) }))
}

func failPermissions(tx *store.Tx, id access.KeyID, code string) error {
	k, err := tx.Key(id)
	if err != nil {
		return err
	}
	if err := tx.ParkJobsOf(store.JobPermissions, string(id), code); err != nil {
		return err
	}
	if len(onTheirWay(k)) == 0 {
		return nil
	}
	if err := failAll(tx, k, code); err != nil {
		return err
	}
	return tellKeyQuietly(tx, k)
}

// RecordPermissionAttempts writes down what was tried and went with no record.
func (f *Flow) RecordPermissionAttempts(ctx context.Context, id access.KeyID, tried []Attempt) error {
	if len(tried) == 0 {
		return nil
	}
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		k, err := tx.Key(id)
		if err != nil {
			return err
		}
		return auditPermissionAttempts(tx, k, tried)
	}))
}

func failAll(tx *store.Tx, k *store.Key, code string) error {
	for i, t := range k.Tasks {
		if t.Failed != "" {
			continue
		}
		k.Tasks[i].Failed, k.Tasks[i].At = code, tx.Now()
		if err := tx.Audit(taskEntry(k, t, code)); err != nil {
			return err
		}
	}
	return nil
}

// endIfDone saves the key and, with nothing left to do, ends its job in the same
// transaction: an intent that comes later finds no job and makes one.
func endIfDone(tx *store.Tx, k *store.Key, left []store.PermissionTask) error {
	if len(left) == 0 {
		if err := tx.FinishJobsOf(store.JobPermissions, string(k.ID)); err != nil {
			return err
		}
	}
	return tellKeyQuietly(tx, k)
}

// tellKeyQuietly writes a changed key and its change; the entries are written
// already.
func tellKeyQuietly(tx *store.Tx, k *store.Key) error {
	if err := tx.SaveKey(k); err != nil {
		return err
	}
	_, err := tx.Change(wire.RowKey, string(k.ID), k.Entity)
	return err
}

func permissionEntry(kind audit.Kind, k *store.Key, attrs ...audit.Attr) audit.Entry {
	e := audit.ByServer(kind, string(k.ID), k.Entity)
	e.Detail = audit.Details(append(attrs, audit.Environment(k.Environment), audit.Word("name", k.Name), audit.Word("clientId", k.ClientID))...)
	return e
}

func taskEntry(k *store.Key, t store.PermissionTask, failed string) audit.Entry {
	attrs := []audit.Attr{audit.Word("permission", t.Permission), audit.Word("act", string(t.Act)), audit.Word("askedBy", t.By)}
	switch {
	case failed != "":
		return permissionEntry(audit.PermissionFailed, k, append(attrs, audit.Word("code", machine(failed)))...)
	case t.Act == access.PermissionRemove:
		return permissionEntry(audit.PermissionRemoved, k, attrs...)
	}
	return permissionEntry(audit.PermissionGranted, k, attrs...)
}

func auditPermissionAttempts(tx *store.Tx, k *store.Key, tried []Attempt) error {
	for _, a := range tried {
		if err := tx.Audit(permissionEntry(audit.PermissionAttempt, k, a.attrs()...)); err != nil {
			return err
		}
	}
	return nil
}

// CatalogueResource is the client id of the API whose permissions are offered.
func (f *Flow) CatalogueResource() string { return f.params.Of(access.Production).ResourceAppID }

// RecordCatalogue keeps what the API of production offers, as Entra tells.
func (f *Flow) RecordCatalogue(ctx context.Context, c Catalogue) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		before, err := f.catalogue(tx)
		if err != nil {
			return err
		}
		c.At = tx.Now()
		text, err := json.Marshal(c)
		if err != nil {
			return err
		}
		if err := tx.SetMeta(metaCatalogue, string(text)); err != nil {
			return err
		}
		if before != nil && before.Offer.Application == c.Offer.Application && slices.Equal(before.Offer.Items, c.Offer.Items) {
			return nil
		}
		var values []string
		for _, p := range c.Offer.Items {
			values = append(values, p.Value)
		}
		e := audit.ByServer(audit.CatalogueRead, "permissions", "")
		e.Detail = audit.Details(audit.Word("application", c.Offer.Application), audit.Word("permissions", strings.Join(values, ", ")))
		return tx.Audit(e)
	}))
}
