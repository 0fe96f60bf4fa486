package entraemu

import (
	"encoding/json"
	"time"
)

// object is what everything in the tenant shares: identity and life.
type object struct {
	ID        string
	Serial    int64
	CreatedAt time.Time
	CreatedBy string      // object id of the caller's service principal; empty: the seed
	Seen      []time.Time // per replica, when it learns of the object
	DeletedAt time.Time   // zero: lives
	Gone      []time.Time // per replica, when it learns of the deletion
	GoneWith  string      `json:",omitempty"` // id of the object whose deletion took this one along
}

// visible reports whether a replica's answer still, or already, holds it.
func (o *object) visible(replica int, now time.Time) bool {
	if !reached(o.Seen, replica, now) {
		return false
	}
	return o.DeletedAt.IsZero() || !reached(o.Gone, replica, now)
}

func (o *object) deleted() bool { return !o.DeletedAt.IsZero() }

func (o *object) serial() int64 { return o.Serial }

// drop marks the object as deleted at now, as the replicas will learn of it.
func (o *object) drop(now time.Time, gone []time.Time, with string) {
	o.DeletedAt, o.Gone, o.GoneWith = now, gone, with
}

// revive undoes drop; the replicas learn of it as of a new object.
func (o *object) revive(seen []time.Time) {
	o.DeletedAt, o.Gone, o.GoneWith, o.Seen = time.Time{}, nil, "", seen
}

func reached(at []time.Time, replica int, now time.Time) bool {
	return len(at) == 0 || !now.Before(at[replica%len(at)])
}

// entity is what applications and service principals share.
type entity struct {
	object
	AppID        string
	DisplayName  string
	Tags         []string
	URIs         []string // identifierUris; of first-party APIs, their names
	AppRoles     []appRole
	Passwords    []*password
	Certificates []certificate
	Owners       []string                   // object ids of service principals
	Extra        map[string]json.RawMessage // other settable properties, as given
	Revision     int                        // counts changes, for ETags
}

func (e *entity) core() *entity { return e }

// item is an application or a service principal.
type item interface {
	core() *entity
	in() collection
	order() int64
}

type application struct {
	entity
	UniqueName   string
	Audience     string
	TokenVersion int // of tokens for this API; 0: the knob's
}

type principal struct {
	entity
	Enabled            bool
	AssignmentRequired bool
}

func (*application) in() collection { return apps{} }
func (*principal) in() collection   { return principals{} }

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

// purged is an object gone for good; it weighs a quarter in the tenant's quota
// for a while.
type purged struct{ At time.Time }
