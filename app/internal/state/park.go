package state

import "llavero/shared/access"

// parked is what a person was writing when the server ended the session: it
// waits, in memory alone, until the same user signs in again on this program.
// No secret is in it: the forms of requests hold none.
type parked struct {
	server  string
	account access.AccountID
	asking  access.Kind
	forms   map[access.Kind]*enrollState
}

// park sets the forms of a session aside that somebody else ended; nil when
// there is nothing to keep. Who signs out leaves nothing. The lock is held.
func (m *Model) park(t *Trouble) *parked {
	if t == nil || m.who == nil {
		return nil
	}
	p := &parked{server: m.home, account: m.who.Account, asking: m.asking, forms: map[access.Kind]*enrollState{}}
	for kind, f := range m.forms {
		if f.isBegun() {
			p.forms[kind] = &enrollState{chosen: f.chosen, reason: f.reason, form: f.form, ticked: f.ticked}
		}
	}
	if len(p.forms) == 0 {
		return nil
	}
	return p
}

// unpark takes the forms up again if they are of who signed in; another one's
// are forgotten. The lock is held.
func (m *Model) unpark() {
	p := m.parked
	m.parked = nil
	if p == nil || m.who == nil || p.account != m.who.Account || p.server != m.home {
		return
	}
	m.asking, m.forms = p.asking, p.forms
	m.tell(NoticeDraft, nil)
}

// isBegun reports that something was written or chosen.
func (f *enrollState) isBegun() bool {
	return f.chosen != "" || f.reason != "" || f.form != (access.RequestForm{})
}
