package state

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// leastLife is what a remembered session must still last to be taken up.
const leastLife = time.Minute

// sessionName is what the keyring calls the remembered session.
const sessionName = "session"

// remembered is a session as the keyring holds it, so that the program opens
// where it was left, connected or not.
type remembered struct {
	Server    string       `json:"server"`
	Token     string       `json:"token"`
	ExpiresAt time.Time    `json:"expiresAt"`
	Session   wire.Session `json:"session"`
	Demo      bool         `json:"demo,omitempty"`
	// Locked: closing the program did not unlock it. Wrong counts the passwords
	// that were missed since.
	Locked bool `json:"locked,omitempty"`
	Wrong  int  `json:"wrong,omitempty"`
}

// enter begins a session that the server granted.
func (m *Model) enter(ctx context.Context, reply wire.SignedIn) error {
	token := secret.New(reply.Token)
	m.setToken(token)
	if reply.Session == nil {
		who, err := m.deps.API.Session(ctx)
		if err != nil {
			m.setToken(secret.Text{})
			return err
		}
		reply.Session = &who
	}
	m.mu.Lock()
	isDemo := m.isDemo
	m.mu.Unlock()
	r := remembered{Server: m.deps.API.Server(), Token: reply.Token, ExpiresAt: reply.ExpiresAt, Session: *reply.Session, Demo: isDemo}
	if err := m.live(ctx, r); err != nil {
		m.setToken(secret.Text{})
		return err
	}
	m.remember(r)
	return nil
}

// remember puts the session into the keyring. Without one it is not kept: the
// next start asks again.
func (m *Model) remember(r remembered) {
	raw, err := json.Marshal(r)
	if err == nil {
		err = m.deps.Keeper.Set(sessionName, secret.New(string(raw)))
	}
	if err != nil {
		m.deps.Log.Warn("session not remembered", "error", err)
	}
}

// goOn takes up the session of last time, if there is one that still lasts.
func (m *Model) goOn(ctx context.Context) {
	kept, ok, err := m.deps.Keeper.Get(sessionName)
	if err != nil || !ok {
		if err != nil {
			m.deps.Log.Warn("no keyring", "error", err)
		}
		return
	}
	var r remembered
	if err := json.Unmarshal([]byte(kept.Reveal()), &r); err != nil || r.Token == "" || r.Session.Account == "" {
		m.deps.Log.Warn("remembered session is unreadable: sign in again")
		return
	}
	if r.Server != m.deps.API.Server() || !m.now().Add(leastLife).Before(r.ExpiresAt) {
		return
	}
	m.setToken(secret.New(r.Token))
	if err := m.live(ctx, r); err != nil {
		m.setToken(secret.Text{})
		m.deps.Log.Warn("remembered session not taken up", "error", err)
		return
	}
	m.mu.Lock()
	m.signIn.phase = SignInDone
	m.mu.Unlock()
	poke(m.changed)
}

// live opens the kept rows of a person and shows them.
func (m *Model) live(ctx context.Context, r remembered) error {
	sum := sha256.Sum256([]byte(r.Server + "\n" + string(r.Session.Account)))
	rows := newRowSet()
	var unreadable error
	m.keeping.Lock()
	anew, err := m.deps.Rows.Open(ctx, hex.EncodeToString(sum[:12]))
	var at wire.Position
	if err == nil {
		at, unreadable = m.deps.Rows.Load(ctx, func(c wire.Change) error {
			p, err := parse(c)
			if err == nil {
				rows.apply(p)
			}
			return err
		})
	}
	isKept := m.deps.Rows.Kept()
	m.keeping.Unlock()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("opening the kept rows: %w", err)
	}
	if unreadable != nil {
		// Damaged, or of another version of the program: all of them come again.
		m.deps.Log.Warn("kept rows are of no use", "error", unreadable)
		rows, at, anew = newRowSet(), wire.Position{}, true
	}
	rows.build()

	m.mu.Lock()
	m.begun(r, rows, at)
	if anew {
		m.tell(NoticeAnew, nil)
	}
	if !isKept {
		m.tell(NoticeNotKept, nil)
	}
	m.mu.Unlock()
	poke(m.signed)
	poke(m.changed)
	return nil
}

// begun puts a new life in the place of the last one; the lock is held.
func (m *Model) begun(r remembered, rows *rowSet, at wire.Position) {
	m.clear()
	who := r.Session
	m.who = &who
	m.viewer = access.Viewer{
		Account: who.Account, Login: who.Login, Person: who.Person, Entity: who.Entity, Role: who.Role,
		Independent: who.Independent, SecondFactor: who.Role == access.RoleOfficer, Administrator: who.Administrator,
	}
	m.isDemo = r.Demo || m.isDemo
	m.home, m.token, m.tokenEnds = r.Server, secret.New(r.Token), r.ExpiresAt
	m.lock = lockState{check: m.signIn.check}
	m.signIn.check = nil
	if r.Locked {
		m.lock.on, m.lock.why, m.lock.at, m.lock.wrong = true, LockKept, m.now(), r.Wrong
	}
	m.unpark()
	m.rows, m.at = rows, at
	m.link = Link{Phase: LinkConnecting, DataAt: at.At}
}

// clear forgets all that belonged to a session; the lock is held.
func (m *Model) clear() {
	m.life++
	m.who, m.viewer = nil, access.Viewer{}
	m.rows, m.incoming, m.at = newRowSet(), nil, wire.Position{}
	m.link = Link{Phase: LinkOffline}
	m.acts = map[string]pendingAct{}
	m.held = map[access.RequestID]bool{}
	m.forms, m.asking = map[access.Kind]*enrollState{}, access.KindEnroll
	m.confirm, m.progress, m.keys, m.attend = nil, "", keysState{}, nil
	m.register, m.recovery = registerState{turn: m.register.turn + 1}, recoveryState{turn: m.recovery.turn + 1}
	m.unlock, m.password = unlockState{turn: m.unlock.turn + 1}, passwordState{}
	m.security, m.staff = securityState{turn: m.security.turn + 1}, staffState{}
	m.notices, m.texts, m.officer, m.trail = nil, nil, officerState{}, trailState{}
	m.textsAt, m.agreement = nil, agreementState{}
	m.home, m.token, m.tokenEnds, m.lock = "", secret.Text{}, time.Time{}, lockState{}
	m.wakeWaiting()
}

// SignOut ends the session here and on the server. Without an answer it ends
// here at once, and the server is told when it can be reached again.
func (m *Model) SignOut(ctx context.Context) error {
	life := m.lifeNow()
	isTold := m.endOnServer(ctx)
	m.leave(life, nil)
	if !isTold {
		m.mu.Lock()
		m.tell(NoticeEndLater, nil)
		m.mu.Unlock()
		poke(m.changed)
	}
	return nil
}

// leave ends a session here. The kept rows stay, sealed, for the next time.
func (m *Model) leave(life int, t *Trouble) {
	m.mu.Lock()
	wasIn := m.who != nil && m.life == life
	login := m.signIn.login
	if wasIn {
		left := m.park(t)
		m.clear()
		m.parked = left
		m.signIn = signInState{login: login, phase: SignInIdle, trouble: t}
	}
	m.mu.Unlock()
	if !wasIn {
		return
	}
	m.setToken(secret.Text{})
	if err := m.deps.Keeper.Delete(sessionName); err != nil {
		m.deps.Log.Warn("session not forgotten by the keyring", "error", err)
	}
	poke(m.signed)
	poke(m.changed)
}
