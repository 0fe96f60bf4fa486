package workflow

import (
	"encoding/hex"
	"errors"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// trailNames looks up what the entries of one answer name, each thing once.
type trailNames struct {
	tx       *store.Tx
	who      *access.Viewer // whose own view it is; nil: an officer's
	entities map[access.EntityID]string
	codes    map[string]access.LicenseCode
	accounts map[access.AccountID]access.EntityID
}

func newTrailNames(tx *store.Tx, who *access.Viewer) *trailNames {
	return &trailNames{
		tx: tx, who: who, entities: map[access.EntityID]string{}, codes: map[string]access.LicenseCode{},
		accounts: map[access.AccountID]access.EntityID{},
	}
}

// entry is a record as it is told to who asks: officers all of it; a delegate not
// which officer it was, nor from where others act.
func (n *trailNames) entry(r audit.Record) (wire.TrailEntry, error) {
	name, err := n.entity(r.Entity)
	if err != nil {
		return wire.TrailEntry{}, err
	}
	code, err := n.code(r.Subject)
	if err != nil {
		return wire.TrailEntry{}, err
	}
	e := wire.TrailEntry{
		Seq: r.Seq, At: r.At, Kind: r.Kind, Entity: r.Entity, Name: name, Code: code, About: r.Subject,
		Detail: r.Details(), Request: r.RequestID,
	}
	if r.Account != "" || r.Person != audit.ServerName {
		e.Person = r.Person
	}
	if n.who == nil {
		e.Hash = hex.EncodeToString(r.Hash)
		return e, nil
	}
	if r.Account != n.who.Account {
		delete(e.Detail, "address")
	}
	if n.isMinistry(r) {
		e.Person, e.Ministry = "", true
		delete(e.Detail, "device")
	}
	return e, nil
}

// isMinistry reports an act of somebody who does not act for the entity it is
// about: an officer.
func (n *trailNames) isMinistry(r audit.Record) bool {
	if r.Account == "" {
		return false
	}
	entity, known := n.accounts[r.Account]
	if !known {
		a, err := n.tx.Account(r.Account)
		if err == nil {
			entity = a.Entity
		}
		n.accounts[r.Account] = entity
	}
	return entity == "" || n.who != nil && entity != n.who.Entity
}

func (n *trailNames) entity(id access.EntityID) (string, error) {
	if id == "" {
		return "", nil
	}
	if name, ok := n.entities[id]; ok {
		return name, nil
	}
	name, err := n.tx.EntityName(id)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	n.entities[id] = name
	return name, err
}

// code is the license code of what an entry is about; "" when it is about none.
func (n *trailNames) code(subject string) (access.LicenseCode, error) {
	if code, ok := n.codes[subject]; ok {
		return code, nil
	}
	code, err := n.tx.CodeOfSubject(subject)
	n.codes[subject] = code
	return code, err
}
