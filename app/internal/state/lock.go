package state

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// UnlockTries is how many wrong passwords a locked session takes before it ends.
const UnlockTries = 5

// LockReason says what locked a session.
type LockReason string

// The reasons.
const (
	LockAsked  LockReason = "asked"  // Ctrl+L, or the button
	LockIdle   LockReason = "idle"   // nobody used the program for a while
	LockSystem LockReason = "system" // the computer's own screen was locked, or it slept
	LockKept   LockReason = "kept"   // it was locked when the program was closed
)

// Locked is a session whose person went away: what the screen may still show.
type Locked struct {
	Session wire.Session
	Link    Link
	Demo    bool
	Why     LockReason
	At      time.Time // when it was locked
	// TriesLeft is how many more wrong passwords it takes.
	TriesLeft int
	// IsWrong: the last password was not the right one.
	IsWrong bool
	Sending bool
	Trouble *Trouble
}

// lockState is the lock of this sign-in. The feed goes on underneath: only
// nothing is drawn.
type lockState struct {
	on      bool
	why     LockReason
	at      time.Time
	wrong   int // passwords since it was locked
	isWrong bool
	sending bool
	trouble *Trouble
	// check is the password of this sign-in, to compare with while the server
	// is out of reach; nil: only the server can tell.
	check *passwordCheck
}

// Lock locks the session at once. Nothing is forgotten but what was in sight;
// KeepLock writes it down.
func (m *Model) Lock(why LockReason) {
	now := m.now()
	m.mu.Lock()
	if m.who != nil && !m.lock.on {
		m.lock = lockState{on: true, why: why, at: now, check: m.lock.check}
	}
	m.mu.Unlock()
	poke(m.changed)
}

// Locked returns the locked session; false: it is not locked.
func (m *Model) Locked() (Locked, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := &m.lock
	if m.who == nil || !l.on {
		return Locked{}, false
	}
	return Locked{
		Session: *m.who, Link: m.link, Demo: m.isDemo, Why: l.why, At: l.at, TriesLeft: UnlockTries - l.wrong,
		IsWrong: l.isWrong, Sending: l.sending, Trouble: l.trouble,
	}, true
}

// Reopen unlocks the session with its password. The server decides; while it is
// out of reach, the password that opened this session does. After UnlockTries
// wrong ones the session ends, here and on the server.
func (m *Model) Reopen(ctx context.Context, password secret.Text) error {
	m.mu.Lock()
	l := &m.lock
	if m.who == nil || !l.on || l.sending {
		m.mu.Unlock()
		return nil
	}
	l.isWrong, l.trouble = false, nil
	if password.IsEmpty() {
		err := access.InvalidField("password", access.HintRequired)
		l.trouble = &Trouble{Err: err, At: m.now()}
		m.mu.Unlock()
		poke(m.changed)
		return err
	}
	l.sending = true
	life, check := m.life, l.check
	m.mu.Unlock()
	poke(m.changed)

	err := m.deps.API.Unlock(ctx, wire.Unlock{Password: password.Reveal()})
	switch {
	case access.CodeOf(err) == access.CodeUnavailable && check != nil:
		err = check.compare(password)
	case err == nil && check == nil:
		m.rememberPassword(life, password)
	}
	isOver := m.reopened(life, err)
	if isOver {
		return m.lockedOut(ctx, life)
	}
	if _, isWrong := missed(err); !isWrong {
		m.ended(life, err)
	}
	m.KeepLock()
	return err
}

// reopened takes note of how a try went; isOver: it was the last one.
func (m *Model) reopened(life int, err error) (isOver bool) {
	t := m.troubleOf(err)
	m.set(life, func() {
		l := &m.lock
		l.sending = false
		if err == nil {
			m.lock = lockState{check: l.check}
			return
		}
		left, isWrong := missed(err)
		if !isWrong {
			l.trouble = t
			return
		}
		// The server's count and ours differ where some tries were without it.
		l.wrong, l.isWrong = max(l.wrong+1, UnlockTries-left), true
		isOver = l.wrong >= UnlockTries
	})
	return isOver
}

// missed reports an answer that says that the password is not the right one, and
// how many tries are left by the server's count.
func missed(err error) (left int, is bool) {
	refused, ok := errors.AsType[*access.Error](err)
	if !ok || refused.Code != access.CodeInvalid || len(refused.Fields) == 0 || refused.Fields[0].Field != "password" {
		return 0, false
	}
	left, err = strconv.Atoi(refused.Args["left"])
	if err != nil {
		left = UnlockTries
	}
	return left, true
}

// lockedOut ends a session whose password was missed too often.
func (m *Model) lockedOut(ctx context.Context, life int) error {
	err := access.Refuse(access.CodeUnauthorized, access.HintUnlockSpent)
	m.endOnServer(ctx)
	m.leave(life, &Trouble{Err: err, At: m.now()})
	return err
}

// KeepLock writes down with the remembered session whether it is locked, so that
// closing the program opens nothing. It may wait for the keyring.
func (m *Model) KeepLock() {
	m.mu.Lock()
	isIn, on, wrong := m.who != nil, m.lock.on, m.lock.wrong
	m.mu.Unlock()
	if !isIn {
		return
	}
	r, ok := m.recall()
	if !ok || (r.Locked == on && r.Wrong == wrong) {
		return
	}
	r.Locked, r.Wrong = on, wrong
	m.remember(r)
}

// recall reads the remembered session.
func (m *Model) recall() (remembered, bool) {
	var r remembered
	kept, ok, err := m.deps.Keeper.Get(sessionName)
	if err != nil || !ok || json.Unmarshal([]byte(kept.Reveal()), &r) != nil {
		return remembered{}, false
	}
	return r, true
}
