package state

import (
	"context"
	"maps"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// KeyAct is what a person can have done to a key.
type KeyAct string

// The acts. Of each key one is under way at a time.
const (
	KeyActTest       KeyAct = "test"        // «Probar llave»
	KeyActCompromise KeyAct = "compromise"  // «Reportar llave comprometida»
	KeyActRevoke     KeyAct = "revoke"      // «Revocar llave»
	KeyActEndOverlap KeyAct = "end-overlap" // «Terminar relevo»
	KeyActReminder   KeyAct = "reminder"    // an answer to a reminder
)

// KeySecrets is the history of a key's secrets, as it stood at a version of its
// row: another version makes it old.
type KeySecrets struct {
	Version int64
	Items   []wire.KeySecret
}

// keyIntent is one act on a key, ready to be sent.
type keyIntent struct {
	key  access.KeyID
	act  KeyAct
	body any
	// may refuses what the server would refuse too; nil: nothing is asked before.
	may  func(access.Viewer, *wire.KeyRow) error
	send func(key string, version int64) (seq int64, err error)
}

// TestKey has a key tested. It returns once the test began; its lights come as
// facts.
func (m *Model) TestKey(ctx context.Context, id access.KeyID) error {
	return m.actOnKey(ctx, keyIntent{
		key: id, act: KeyActTest,
		may: func(who access.Viewer, k *wire.KeyRow) error {
			return access.CanTest(who, keyOf(who, k), k.Test.IsRunning())
		},
		send: func(key string, _ int64) (int64, error) {
			a, err := m.deps.API.TestKey(ctx, key, id)
			return a.Seq, err
		},
	})
}

// Compromise reports a key compromised: its secret is replaced and removed at
// once. It returns once the request that does so is in the rows; Progress then
// follows it.
func (m *Model) Compromise(ctx context.Context, id access.KeyID, body wire.Compromise) error {
	body.What = strings.TrimSpace(body.What)
	err := m.actOnKey(ctx, keyIntent{
		key: id, act: KeyActCompromise, body: body, may: mayEnd(body.LastDigits, "what", body.What),
		send: func(key string, version int64) (int64, error) {
			a, err := m.deps.API.Compromise(ctx, key, id, version, body)
			return a.Seq, err
		},
	})
	if err == nil {
		m.mu.Lock()
		row, ok := m.rows.keys[id]
		m.mu.Unlock()
		if ok {
			m.FollowProgress(row.Code)
		}
	}
	return err
}

// Revoke takes all secrets of a key away.
func (m *Model) Revoke(ctx context.Context, id access.KeyID, body wire.Revoke) error {
	body.Why = strings.TrimSpace(body.Why)
	return m.actOnKey(ctx, keyIntent{
		key: id, act: KeyActRevoke, body: body, may: mayEnd(body.LastDigits, "why", body.Why),
		send: func(key string, version int64) (int64, error) {
			a, err := m.deps.API.Revoke(ctx, key, id, version, body)
			return a.Seq, err
		},
	})
}

// EndOverlap ends the overlap of a key before its time.
func (m *Model) EndOverlap(ctx context.Context, id access.KeyID) error {
	return m.actOnKey(ctx, keyIntent{
		key: id, act: KeyActEndOverlap,
		send: func(key string, version int64) (int64, error) {
			a, err := m.deps.API.EndOverlap(ctx, key, id, version)
			return a.Seq, err
		},
	})
}

// AnswerReminder answers the reminder of a key.
func (m *Model) AnswerReminder(ctx context.Context, id access.KeyID, body wire.AnswerReminder) error {
	return m.actOnKey(ctx, keyIntent{
		key: id, act: KeyActReminder, body: body,
		may: func(who access.Viewer, k *wire.KeyRow) error {
			return access.CanAnswerReminder(who, keyOf(who, k), k.Reminder)
		},
		send: func(key string, version int64) (int64, error) {
			a, err := m.deps.API.AnswerReminder(ctx, key, id, version, body)
			return a.Seq, err
		},
	})
}

// mayEnd is the rule of what ends a key's secrets: the digits typed to confirm,
// and a line that says why.
func mayEnd(digits, field, line string) func(access.Viewer, *wire.KeyRow) error {
	return func(who access.Viewer, k *wire.KeyRow) error {
		if line == "" {
			return access.InvalidField(field, access.HintRequired)
		}
		return access.CanRevoke(who, keyOf(who, k), digits)
	}
}

// keyOf is a row as the rules take it. What is in a delegate's rows is their
// entity's.
func keyOf(who access.Viewer, k *wire.KeyRow) *access.Key {
	return &access.Key{
		ID: k.ID, Code: k.Code, Entity: who.Entity, Environment: k.Environment, Name: k.Name,
		State: k.State, IssuedAt: k.IssuedAt, ExpiresAt: k.ExpiresAt, Version: k.Version,
	}
}

// actOnKey sends one act on a key and waits until its fact is in the rows.
// Meanwhile the key is busy; what went wrong stands beside it.
func (m *Model) actOnKey(ctx context.Context, in keyIntent) error {
	life, version, err := m.beginKey(in)
	if err == nil {
		var key string
		act := string(in.act) + "/" + string(in.key)
		key, err = m.keyOf(act, struct {
			Version int64
			Body    any
		}{version, in.body})
		if err == nil {
			var seq int64
			seq, err = in.send(key, version)
			m.answered(act, err)
			if err == nil {
				err = m.await(ctx, wire.Accepted{Seq: seq})
			}
		}
		m.set(life, func() { m.keys.busy = mapWithout(m.keys.busy, in.key) })
	}
	if err != nil {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() { m.keys.troubles = mapWith(m.keys.troubles, in.key, t) })
	return err
}

// beginKey marks a key busy, or refuses.
func (m *Model) beginKey(in keyIntent) (life int, version int64, err error) {
	life, err = m.begin(func() { m.keys.trouble = nil })
	if err != nil {
		return life, 0, err
	}
	m.mu.Lock()
	defer func() {
		m.mu.Unlock()
		poke(m.changed)
	}()
	row, ok := m.rows.keys[in.key]
	switch {
	case !ok:
		return life, 0, access.Refuse(access.CodeNotFound, "")
	case m.keys.busy[in.key] != "":
		return life, 0, access.Refuse(access.CodeConflict, access.HintUnderWay)
	}
	if in.may != nil {
		if err := in.may(m.viewer, row); err != nil {
			return life, 0, err
		}
	}
	m.keys.busy = mapWith(m.keys.busy, in.key, in.act)
	m.keys.troubles = mapWithout(m.keys.troubles, in.key)
	return life, row.Version, nil
}

// LoadSecrets reads the history of a key's secrets.
func (m *Model) LoadSecrets(ctx context.Context, key access.KeyID) error {
	life := m.lifeNow()
	m.mu.Lock()
	var version int64
	if row, ok := m.rows.keys[key]; ok {
		version = row.Version
	}
	m.mu.Unlock()
	list, err := m.deps.API.Secrets(ctx, key)
	return m.loaded(life, key, err, func() {
		m.keys.secrets = mapWith(m.keys.secrets, key, KeySecrets{Version: version, Items: list.Items})
	})
}

// ForgetTrouble takes away what is said of a key's last act: its question was
// closed.
func (m *Model) ForgetTrouble(key access.KeyID) {
	m.mu.Lock()
	m.keys.troubles = mapWithout(m.keys.troubles, key)
	m.mu.Unlock()
	poke(m.changed)
}

// mapWith and mapWithout are a map with one entry more, or less: snapshots keep theirs.
func mapWith[K comparable, V any](all map[K]V, key K, value V) map[K]V {
	all = maps.Clone(all)
	if all == nil {
		all = map[K]V{}
	}
	all[key] = value
	return all
}

func mapWithout[K comparable, V any](all map[K]V, key K) map[K]V {
	if _, ok := all[key]; !ok {
		return all
	}
	all = maps.Clone(all)
	delete(all, key)
	return all
}

// keyChanged tells what a person should know of a key's change; the lock is
// held.
func (m *Model) keyChanged(before, after *wire.KeyRow) {
	if before == nil || after == nil || m.who == nil || !m.viewer.IsDelegate() {
		return
	}
	if before.Stage == access.StageReady || before.Stage == "" || after.Stage != access.StageReady {
		return
	}
	if r := m.rows.requests[m.rows.latest[after.Code]]; r != nil && r.row.Status.IsOpen() {
		return // the request's own end is told
	}
	m.tell(NoticeKeyUsable, map[string]string{"code": string(after.Code), "environment": string(after.Environment)})
}

// SnoozeLimit is the last day that a reminder can be put off to: the last rung
// of the ladder is never silenced.
func SnoozeLimit(expiresAt, now time.Time) time.Time {
	days := access.ReminderDays()
	last := expiresAt.AddDate(0, 0, -days[len(days)-1])
	if most := now.AddDate(0, 0, access.MaxSnoozeDays); most.Before(last) {
		return most
	}
	return last
}
