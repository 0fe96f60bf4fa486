package entraemu

import (
	"slices"
	"time"
)

// State is the tenant as tests and the control API look at it: the truth,
// whatever the replicas say. No secret is in it.
type State struct {
	Applications []AppState `json:"applications"`
	Counters     Counters   `json:"counters"`
}

// AppState is one application.
type AppState struct {
	ObjectID    string        `json:"objectId"`
	ClientID    string        `json:"clientId"`
	UniqueName  string        `json:"uniqueName,omitempty"`
	DisplayName string        `json:"displayName"`
	CreatedBy   string        `json:"createdBy,omitempty"` // service principal of the creator; empty: seeded
	CreatedAt   time.Time     `json:"createdAt"`
	Deleted     bool          `json:"deleted,omitempty"`
	PrincipalID string        `json:"principalId,omitempty"`
	Secrets     []SecretState `json:"secrets,omitempty"`
	Roles       []RoleState   `json:"roles,omitempty"`
}

// SecretState is one client secret, without its text.
type SecretState struct {
	KeyID       string    `json:"keyId"`
	DisplayName string    `json:"displayName"`
	Hint        string    `json:"hint"`
	EndsAt      time.Time `json:"endsAt"`
	Live        bool      `json:"live"` // not past its end
}

// RoleState is one granted role.
type RoleState struct {
	API  string `json:"api"` // display name of the resource
	Role string `json:"role"`
}

// Live returns the secrets that still work.
func (a AppState) Live() []SecretState {
	return slices.DeleteFunc(slices.Clone(a.Secrets), func(s SecretState) bool { return !s.Live })
}

// Issued returns the applications made through Graph, deleted ones left out.
func (s State) Issued() []AppState {
	return slices.DeleteFunc(slices.Clone(s.Applications), func(a AppState) bool { return a.CreatedBy == "" || a.Deleted })
}

// ByUniqueName returns the living application of that name.
func (s State) ByUniqueName(name string) (AppState, bool) {
	for _, a := range s.Applications {
		if a.UniqueName == name && !a.Deleted {
			return a, true
		}
	}
	return AppState{}, false
}

// ByClientID returns the living application of that client id.
func (s State) ByClientID(id string) (AppState, bool) {
	for _, a := range s.Applications {
		if a.ClientID == id && !a.Deleted {
			return a, true
		}
	}
	return AppState{}, false
}

// State returns the tenant as it is now, applications in order of creation.
func (e *Emulator) State() State {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	s := State{Applications: []AppState{}, Counters: e.counters}
	for _, a := range inOrder(e.dir.Apps) {
		st := AppState{
			ObjectID: a.ID, ClientID: a.AppID, UniqueName: a.UniqueName, DisplayName: a.DisplayName,
			CreatedBy: a.CreatedBy, CreatedAt: a.CreatedAt, Deleted: a.deleted(),
		}
		for _, p := range a.Passwords {
			st.Secrets = append(st.Secrets, SecretState{
				KeyID: p.KeyID, DisplayName: p.DisplayName, Hint: p.Hint, EndsAt: p.End, Live: now.Before(p.End),
			})
		}
		if sp := e.dir.spByAppID[a.AppID]; sp != nil && !sp.deleted() {
			st.PrincipalID = sp.ID
			st.Roles = e.rolesOf(sp)
		}
		s.Applications = append(s.Applications, st)
	}
	return s
}

func (e *Emulator) rolesOf(sp *principal) []RoleState {
	var out []RoleState
	for _, g := range e.dir.byPrincipal[sp.ID] {
		api := e.dir.Principals[g.Resource]
		if g.deleted() || api == nil {
			continue
		}
		r := RoleState{API: api.DisplayName, Role: g.RoleID}
		for _, role := range e.dir.roles(api) {
			if role.ID == g.RoleID {
				r.Role = role.Value
			}
		}
		out = append(out, r)
	}
	return out
}
