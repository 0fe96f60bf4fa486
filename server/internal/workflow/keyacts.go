package workflow

import (
	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// officerKey reads a key an officer acts on.
func officerKey(tx *store.Tx, who access.Viewer, id access.KeyID) (*store.Key, error) {
	if !who.IsOfficer() {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	k, err := tx.Key(id)
	return seenKey(k, err)
}

// officerKeyOf is officerKey by code and environment.
func officerKeyOf(tx *store.Tx, who access.Viewer, code access.LicenseCode, env access.Environment) (*store.Key, error) {
	if !who.IsOfficer() {
		return nil, access.Refuse(access.CodeForbidden, "")
	}
	k, err := tx.KeyOf(code, env)
	return seenKey(k, err)
}

// seenKey leaves out a key that nobody sees yet.
func seenKey(k *store.Key, err error) (*store.Key, error) {
	if err != nil {
		return nil, err
	}
	if k == nil || k.State == access.KeyCreating {
		return nil, access.Refuse(access.CodeNotFound, "")
	}
	return k, nil
}

// freshKey refuses an act on a version that moved.
func freshKey(k *store.Key, version int64) error {
	if k.Version != version {
		return &access.Error{Code: access.CodeConflict, Hint: access.HintStale, Version: k.Version}
	}
	return nil
}

// officerEntry begins the audit entry of an officer's act on a key.
func officerEntry(act Act, kind audit.Kind, k *store.Key, attrs ...audit.Attr) audit.Entry {
	e := audit.By(act.Who, kind, string(k.ID), act.RequestID)
	e.Entity = k.Entity
	e.Detail = detail(act, append(attrs, audit.Environment(k.Environment), audit.Word("name", k.Name))...)
	return e
}

// tellKey writes a changed key with its audit entry and its change.
func tellKey(tx *store.Tx, k *store.Key, e audit.Entry) (wire.AcceptedKey, error) {
	if err := tx.SaveKey(k); err != nil {
		return wire.AcceptedKey{}, err
	}
	if err := tx.Audit(e); err != nil {
		return wire.AcceptedKey{}, err
	}
	seq, err := tx.Change(wire.RowKey, string(k.ID), k.Entity)
	return acceptedKey(k, seq), err
}

func acceptedKey(k *store.Key, seq int64) wire.AcceptedKey {
	return wire.AcceptedKey{Seq: seq, ID: k.ID, Version: k.Version}
}
