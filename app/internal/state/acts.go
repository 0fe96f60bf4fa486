package state

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// An act is one thing a person asked for. Its key goes with every try of it, so
// that a try whose answer was lost is not done twice.

// pendingAct is an act whose outcome is not known yet.
type pendingAct struct {
	body [sha256.Size]byte
	key  string
}

// keyOf returns the key of an act: the one of the last try if that had the same
// content and no answer, a new one otherwise.
func (m *Model) keyOf(act string, body any) (string, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("encoding the act %s: %w", act, err)
	}
	sum := sha256.Sum256(raw)
	var id [16]byte
	if err := m.random(id[:]); err != nil {
		return "", fmt.Errorf("naming the act %s: %w", act, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if p, ok := m.acts[act]; ok && p.body == sum {
		return p.key, nil
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	h := hex.EncodeToString(id[:])
	key := h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
	m.acts[act] = pendingAct{body: sum, key: key}
	return key, nil
}

// answered forgets the key of an act once its outcome is known.
func (m *Model) answered(act string, err error) {
	if err != nil && !isAnswer(err) {
		return
	}
	m.mu.Lock()
	delete(m.acts, act)
	m.mu.Unlock()
}

// isAnswer tells a refusal of the server from silence, after which the act may
// or may not have been done.
func isAnswer(err error) bool {
	e, ok := errors.AsType[*access.Error](err)
	return ok && e.Code != access.CodeUnavailable && e.Code != access.CodeInternal
}

// requestTold is an error of an answer that named its request id.
type requestTold interface {
	error
	RequestID() string
}

// troubleOf is what a screen shows of an error; nil for none, and for an act
// that was given up.
func (m *Model) troubleOf(err error) *Trouble {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	t := &Trouble{At: m.now()}
	if e, ok := errors.AsType[*access.Error](err); ok {
		t.Err = e
	} else {
		t.Err = &access.Error{Code: access.CodeInternal, Err: err}
	}
	if told, ok := errors.AsType[requestTold](err); ok {
		t.RequestID = told.RequestID()
	}
	return t
}

// begin starts an act of somebody signed in. It refuses when nobody is, or when
// there is no connection.
func (m *Model) begin(change func()) (life int, err error) {
	m.mu.Lock()
	defer func() {
		m.mu.Unlock()
		poke(m.changed)
	}()
	switch {
	case m.who == nil:
		return m.life, access.Refuse(access.CodeUnauthorized, "")
	case !m.isOnline():
		return m.life, access.Refuse(access.CodeUnavailable, access.HintOffline)
	}
	change()
	return m.life, nil
}

// ask sends one intent with the key of its act and waits until its fact is in
// the rows.
func (m *Model) ask(ctx context.Context, act string, body any, call func(key string) (wire.Accepted, error)) (wire.Accepted, error) {
	life := m.lifeNow()
	key, err := m.keyOf(act, body)
	if err != nil {
		return wire.Accepted{}, err
	}
	accepted, err := call(key)
	m.answered(act, err)
	if err != nil {
		m.ended(life, err)
		return wire.Accepted{}, err
	}
	return accepted, m.await(ctx, accepted)
}

// await returns once the fact of an accepted intent is in the rows.
func (m *Model) await(ctx context.Context, a wire.Accepted) error {
	for {
		m.mu.Lock()
		isThere := m.has(a)
		isOut := m.who == nil
		moved := m.moved
		m.mu.Unlock()
		switch {
		case isThere:
			return nil
		case isOut:
			return access.Refuse(access.CodeUnauthorized, "")
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// has reports whether the fact of an intent arrived; the lock is held. A row
// that is newer than the intent stands for it too.
func (m *Model) has(a wire.Accepted) bool {
	if m.at.Seq >= a.Seq {
		return true
	}
	r, ok := m.rows.requests[a.ID]
	return ok && a.Version > 0 && r.row.Version >= a.Version
}

// wakeWaiting lets those who wait for a fact look again; the lock is held.
func (m *Model) wakeWaiting() {
	close(m.moved)
	m.moved = make(chan struct{})
}

// ended signs out when an answer says that the session is no more. An answer to
// an earlier session says nothing of this one.
func (m *Model) ended(life int, err error) {
	if access.CodeOf(err) == access.CodeUnauthorized {
		m.leave(life, m.endTrouble(err))
	}
}

// endTrouble says why a session is no more, where nothing more is known: it came
// of age, or it was ended elsewhere.
func (m *Model) endTrouble(err error) *Trouble {
	t := m.troubleOf(err)
	if t == nil || t.Err.Code != access.CodeUnauthorized || t.Err.Hint != "" {
		return t
	}
	ended := *t.Err
	ended.Hint = access.HintSessionEnded
	return &Trouble{Err: &ended, RequestID: t.RequestID, At: t.At}
}
