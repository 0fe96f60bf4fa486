package entraemu

import (
	"encoding/json"
	"slices"
	"time"
)

// directory is the tenant: what is true, whatever the replicas say meanwhile.
// Guarded by Emulator.mu. Exported fields are what the state file holds.
type directory struct {
	Apps        map[string]*application // by object id
	Principals  map[string]*principal   // by object id
	Assignments map[string]*assignment  // by id
	Serial      int64                   // numbers objects in order of creation

	byAppID      map[string]*application // deleted ones included
	byUniqueName map[string]*application // deleted ones included: they hold the name
	spByAppID    map[string]*principal   // living ones
	byPrincipal  map[string][]*assignment
	byResource   map[string][]*assignment
}

// object is what applications, service principals and assignments share.
type object struct {
	ID        string
	Serial    int64
	CreatedAt time.Time
	CreatedBy string      // object id of the caller's service principal; empty: the seed
	Seen      []time.Time // per replica, when it learns of the object
	DeletedAt time.Time   // zero: lives
	Gone      []time.Time // per replica, when it learns of the deletion
}

// visible reports whether a replica's answer still, or already, holds it.
func (o *object) visible(replica int, now time.Time) bool {
	if !reached(o.Seen, replica, now) {
		return false
	}
	return o.DeletedAt.IsZero() || !reached(o.Gone, replica, now)
}

func (o *object) deleted() bool { return !o.DeletedAt.IsZero() }

func reached(at []time.Time, replica int, now time.Time) bool {
	return len(at) == 0 || !now.Before(at[replica%len(at)])
}

type application struct {
	object
	AppID        string
	UniqueName   string
	DisplayName  string
	Audience     string
	Tags         []string
	URIs         []string // identifierUris
	AppRoles     []appRole
	Passwords    []*password
	Certificates []certificate
	Owners       []string                   // object ids of service principals
	Extra        map[string]json.RawMessage // other settable properties, as given
	TokenVersion int                        // of tokens for this API; 0: the knob's
}

type principal struct {
	object
	AppID              string
	DisplayName        string
	Enabled            bool
	AssignmentRequired bool
	Tags               []string
	Owners             []string
	AppRoles           []appRole // of first-party APIs, which have no application here
	URIs               []string
	Extra              map[string]json.RawMessage
}

type appRole struct {
	ID          string
	Value       string
	DisplayName string
	Description string
	Disabled    bool
}

// password is a client secret. The text is not here.
type password struct {
	KeyID       string
	DisplayName string
	Hint        string
	Hash        string // SHA-256 of the text, hex
	Start       time.Time
	End         time.Time
	Seen        []time.Time
	CreatedBy   string // client id of the caller
}

type certificate struct {
	KeyID       string
	DisplayName string
	DER         []byte
	Start       time.Time
	End         time.Time
}

type assignment struct {
	object
	Principal string // service principal that holds the role
	Resource  string // service principal of the API
	RoleID    string
}

func newDirectory() *directory {
	d := &directory{
		Apps: map[string]*application{}, Principals: map[string]*principal{}, Assignments: map[string]*assignment{},
	}
	d.index()
	return d
}

// index rebuilds the lookups from the three tables.
func (d *directory) index() {
	d.byAppID, d.byUniqueName = map[string]*application{}, map[string]*application{}
	d.spByAppID = map[string]*principal{}
	d.byPrincipal, d.byResource = map[string][]*assignment{}, map[string][]*assignment{}
	for _, a := range d.Apps {
		d.byAppID[a.AppID] = a
		if a.UniqueName != "" {
			d.byUniqueName[a.UniqueName] = a
		}
	}
	for _, p := range d.Principals {
		if kept := d.spByAppID[p.AppID]; kept == nil || kept.Serial < p.Serial {
			d.spByAppID[p.AppID] = p
		}
	}
	for _, a := range inOrder(d.Assignments) {
		d.byPrincipal[a.Principal] = append(d.byPrincipal[a.Principal], a)
		d.byResource[a.Resource] = append(d.byResource[a.Resource], a)
	}
}

func (d *directory) addApp(a *application) {
	d.Apps[a.ID], d.byAppID[a.AppID] = a, a
	if a.UniqueName != "" {
		d.byUniqueName[a.UniqueName] = a
	}
}

func (d *directory) addPrincipal(p *principal) { d.Principals[p.ID], d.spByAppID[p.AppID] = p, p }

func (d *directory) addAssignment(a *assignment) {
	d.Assignments[a.ID] = a
	d.byPrincipal[a.Principal] = append(d.byPrincipal[a.Principal], a)
	d.byResource[a.Resource] = append(d.byResource[a.Resource], a)
}

// roles returns the app roles an API offers.
func (d *directory) roles(resource *principal) []appRole {
	if len(resource.AppRoles) > 0 {
		return resource.AppRoles
	}
	if a := d.byAppID[resource.AppID]; a != nil {
		return a.AppRoles
	}
	return nil
}

// granted returns the role values a principal holds on a resource, as one
// replica knows them.
func (d *directory) granted(principalID string, resource *principal, replica int, now time.Time) []string {
	var values []string
	for _, a := range d.byPrincipal[principalID] {
		if a.Resource != resource.ID || !a.visible(replica, now) {
			continue
		}
		for _, r := range d.roles(resource) {
			if r.ID == a.RoleID && r.Value != "" && !slices.Contains(values, r.Value) {
				values = append(values, r.Value)
			}
		}
	}
	return values
}

// resource finds an API by app id or identifier URI. Only living ones.
func (d *directory) resource(name string) *principal {
	if p := d.spByAppID[name]; p != nil && !p.deleted() {
		return p
	}
	for _, p := range d.Principals {
		if p.deleted() {
			continue
		}
		if slices.Contains(p.URIs, name) {
			return p
		}
		if a := d.byAppID[p.AppID]; a != nil && slices.Contains(a.URIs, name) {
			return p
		}
	}
	return nil
}

// countObjects is what counts against quotas; creator empty counts all.
func (d *directory) countObjects(creator string) int {
	n := 0
	count := func(o object) {
		if creator == "" || o.CreatedBy == creator {
			n++
		}
	}
	for _, a := range d.Apps {
		count(a.object)
	}
	for _, p := range d.Principals {
		count(p.object)
	}
	return n
}

func (a *application) serial() int64 { return a.Serial }
func (p *principal) serial() int64   { return p.Serial }
func (a *assignment) serial() int64  { return a.Serial }

// inOrder lists a table in order of creation.
func inOrder[T interface{ serial() int64 }](table map[string]T) []T {
	out := make([]T, 0, len(table))
	for _, v := range table {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b T) int { return int(a.serial() - b.serial()) })
	return out
}
