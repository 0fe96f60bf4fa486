package state

import (
	"bytes"
	"context"
	"strings"

	"llavero/shared/access"
	"llavero/shared/receipt"
)

// SigningKeys are the public keys that what this server signs is checked with.
type SigningKeys struct {
	Server string
	Ring   receipt.KeyRing // as kept; none: it was never reached
	// Refused: what the server published last lost or changed a key that was known,
	// or is no ring at all, and was not taken. Nil: nothing was refused.
	Refused *receipt.Succession
}

// SigningKeys tells which keys are in use.
func (m *Model) SigningKeys() SigningKeys {
	server := m.deps.API.Server()
	ring := m.keptRing(server)
	m.mu.Lock()
	defer m.mu.Unlock()
	k := SigningKeys{Server: server, Ring: ring}
	if m.rings.server == server {
		k.Refused = m.rings.refused
	}
	return k
}

// ringState is the keys of one server.
type ringState struct {
	server  string
	ring    receipt.KeyRing
	refused *receipt.Succession
}

// keptRing is the keys kept of a server. What is kept and unreadable is as nothing:
// whoever can spoil the file can write one of their own.
func (m *Model) keptRing(server string) receipt.KeyRing {
	m.mu.Lock()
	if m.rings.server == server {
		defer m.mu.Unlock()
		return m.rings.ring
	}
	m.mu.Unlock()
	var ring receipt.KeyRing
	if m.deps.Rings != nil {
		var err error
		if ring, err = m.deps.Rings.Load(server); err != nil {
			m.deps.Log.Warn("kept signing keys are unreadable", "error", err)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rings.server != server {
		m.rings = ringState{server: server, ring: ring}
	}
	return m.rings.ring
}

// RefreshKeys asks the server for its keys and keeps them. Keys that lost one that
// was known, or changed it, are not taken: a server may add keys and end one, and
// nothing else; whoever stands in its place would do otherwise. That is told loudly
// and those known before stay in use.
func (m *Model) RefreshKeys(ctx context.Context) error {
	m.ringing.Lock()
	defer m.ringing.Unlock()
	server := m.deps.API.Server()
	body, err := m.deps.API.SigningKeys(ctx)
	if err != nil {
		return err
	}
	kept := m.keptRing(server)
	ring, err := receipt.ParseKeyRing(body)
	sound := ring.After(kept)
	if m.deps.API.Server() != server {
		return nil // they may be another server's
	}
	if err != nil || !sound.IsSound() {
		if err == nil {
			err = receipt.ErrKeyRing
		} else {
			sound = receipt.Succession{}
		}
		m.refuseKeys(server, sound)
		return &access.Error{Code: access.CodeInvalid, Hint: access.HintSigningKeys, Err: err}
	}
	if m.deps.Rings != nil && !bytes.Equal(ring.File(), kept.File()) {
		if err := m.deps.Rings.Save(server, ring); err != nil {
			m.deps.Log.Warn("signing keys not kept", "error", err)
		}
	}
	m.mu.Lock()
	m.rings = ringState{server: server, ring: ring}
	m.mu.Unlock()
	poke(m.changed)
	return nil
}

// learnKeys is RefreshKeys on the way, for checks without a network: what goes
// wrong with the keys is told by a notice, anything else another time.
func (m *Model) learnKeys(ctx context.Context) {
	if err := m.RefreshKeys(ctx); err != nil {
		m.deps.Log.Info("signing keys not refreshed", "error", err)
	}
}

// refuseKeys warns of keys that are not taken, once.
func (m *Model) refuseKeys(server string, s receipt.Succession) {
	m.deps.Log.Error("the server's signing keys are not those that were known; they are not taken", "lost", len(s.Lost), "changed", len(s.Changed))
	m.mu.Lock()
	if m.rings.refused == nil {
		m.tell(NoticeKeysRefused, map[string]string{"lost": keyList(s.Lost), "changed": keyList(s.Changed)})
	}
	m.rings.server, m.rings.refused = server, &s
	m.mu.Unlock()
	poke(m.changed)
}

func keyList(ids []receipt.KeyID) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return strings.Join(all, ", ")
}
