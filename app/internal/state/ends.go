package state

import (
	"context"
	"encoding/json"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// endsName is what the keyring calls the sessions that the server still has to
// be told the end of.
const endsName = "ends"

// endsEvery is the pause between two tries to tell a server that does not answer.
const endsEvery = time.Minute

// ending is a session that ended here while the server was out of reach. Its
// token opens nothing in this program any more; it is kept, in the keyring or in
// memory, for one use: to tell the server.
type ending struct {
	Server    string    `json:"server"`
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// endOnServer ends the session of the token in use on the server; without an
// answer it is told later.
func (m *Model) endOnServer(ctx context.Context) (isTold bool) {
	m.mu.Lock()
	e := ending{Server: m.home, Token: m.token.Reveal(), ExpiresAt: m.tokenEnds}
	m.mu.Unlock()
	if e.Token == "" {
		return true
	}
	err := m.deps.API.SignOut(ctx, secret.New(e.Token))
	if err == nil || access.CodeOf(err) == access.CodeUnauthorized {
		return true
	}
	m.deps.Log.Info("end of a session not told yet", "error", err)
	m.mu.Lock()
	m.ends = append(m.ends, e)
	m.mu.Unlock()
	m.keepEnds()
	poke(m.ending)
	return false
}

// owe has a granted session that nobody takes up ended on the server.
func (m *Model) owe(granted wire.SignedIn) {
	if granted.Token == "" {
		return
	}
	e := ending{Server: m.deps.API.Server(), Token: granted.Token, ExpiresAt: granted.ExpiresAt}
	m.mu.Lock()
	m.ends = append(m.ends, e)
	m.mu.Unlock()
	poke(m.ending)
}

// tellEnds tells the server, as soon as it answers, which sessions ended without
// it. It ends with ctx.
func (m *Model) tellEnds(ctx context.Context) error {
	for {
		var again <-chan time.Time
		if m.tellEndsOnce(ctx) > 0 {
			again = time.After(endsEvery)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-m.ending:
		case <-again:
		}
	}
}

// tellEndsOnce tries each, and returns how many of this server are left.
func (m *Model) tellEndsOnce(ctx context.Context) int {
	m.mu.Lock()
	todo := m.ends
	m.mu.Unlock()
	if len(todo) == 0 {
		return 0
	}
	server, now := m.deps.API.Server(), m.now()
	var left []ending
	waiting := 0
	for _, e := range todo {
		switch {
		case !now.Before(e.ExpiresAt):
			continue // it ended by its age
		case e.Server != server:
			left = append(left, e)
			continue
		}
		err := m.deps.API.SignOut(ctx, secret.New(e.Token))
		if err != nil && access.CodeOf(err) != access.CodeUnauthorized {
			left = append(left, e)
			waiting++
		}
	}
	m.mu.Lock()
	m.ends = append(left, m.ends[len(todo):]...)
	isChanged := len(left) != len(todo)
	m.mu.Unlock()
	if isChanged {
		m.keepEnds()
	}
	return waiting
}

// loadEnds takes up what an earlier run could not tell.
func (m *Model) loadEnds() {
	kept, ok, err := m.deps.Keeper.Get(endsName)
	if err != nil || !ok {
		return
	}
	var list []ending
	if json.Unmarshal([]byte(kept.Reveal()), &list) != nil {
		m.deps.Log.Warn("the sessions to end are unreadable")
		return
	}
	m.mu.Lock()
	m.ends = append(list, m.ends...)
	m.mu.Unlock()
}

// keepEnds writes them to the keyring. Without one they live as long as the
// program.
func (m *Model) keepEnds() {
	m.mu.Lock()
	list := m.ends
	m.mu.Unlock()
	var err error
	if len(list) == 0 {
		err = m.deps.Keeper.Delete(endsName)
	} else {
		var raw []byte
		if raw, err = json.Marshal(list); err == nil {
			err = m.deps.Keeper.Set(endsName, secret.New(string(raw)))
		}
	}
	if err != nil {
		m.deps.Log.Warn("the sessions to end are not kept", "error", err)
	}
}
