package wire

import (
	"net/url"
	"strconv"
	"time"

	"llavero/shared/access"
	"llavero/shared/trail"
)

// TrailQuery asks for entries of the audit trail. It travels in the address; an
// absent member asks for all. An export takes what chooses entries, and not how
// they are shown.
type TrailQuery struct {
	From     time.Time          // inclusive
	To       time.Time          // exclusive
	Document string             // number of a person's document
	Entity   string             // NIT, or an access.EntityID
	Code     access.LicenseCode // its keys and requests
	Group    trail.Group
	Subject  string // id of what it is about
	Text     string // in person, subject and details; whatever case and accents

	Each    bool   // each attempt by itself; without it they are one
	Cursor  string // TrailPage.Next
	Limit   int    // 0: DefaultTrailPage
	Opening string // UUID of the opening of the screen: a search is audited once for each
}

// Sizes of a page of the trail.
const (
	DefaultTrailPage = 100
	MaxTrailPage     = 500
	MaxTrailText     = 80 // letters of TrailQuery.Text
)

// The names of a TrailQuery's members in the address.
const (
	TrailFrom     = "from"
	TrailTo       = "to"
	TrailDocument = "document"
	TrailEntity   = "entity"
	TrailCode     = "code"
	TrailGroup    = "group"
	TrailSubject  = "subject"
	TrailText     = "text"
	TrailEach     = "each"
	TrailCursor   = "cursor"
	TrailLimit    = "limit"
	TrailOpening  = "opening"
)

// Values writes the query as an address has it.
func (q TrailQuery) Values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	when := func(name string, at time.Time) {
		if !at.IsZero() {
			v.Set(name, at.UTC().Format(time.RFC3339))
		}
	}
	when(TrailFrom, q.From)
	when(TrailTo, q.To)
	set(TrailDocument, q.Document)
	set(TrailEntity, q.Entity)
	set(TrailCode, string(q.Code))
	set(TrailGroup, string(q.Group))
	set(TrailSubject, q.Subject)
	set(TrailText, q.Text)
	set(TrailCursor, q.Cursor)
	set(TrailOpening, q.Opening)
	if q.Each {
		v.Set(TrailEach, "true")
	}
	if q.Limit != 0 {
		v.Set(TrailLimit, strconv.Itoa(q.Limit))
	}
	return v
}

// TrailPage is a page of the trail, newest first.
type TrailPage struct {
	Items []TrailEntry `json:"items"`
	// Next asks for the page after this one; "" when there is none.
	Next string `json:"next,omitempty"`
	// Searched is how far back was looked, when a page ends there before it was
	// full: one answer looks at so many entries and no more.
	Searched time.Time `json:"searched,omitzero"`
	// State comes with the first page.
	State *TrailState `json:"state,omitempty"`
}

// TrailEntry is one entry, or several attempts at one thing.
type TrailEntry struct {
	Seq    int64      `json:"seq"`
	At     time.Time  `json:"at"`
	Kind   trail.Kind `json:"kind"`
	Person string     `json:"person,omitempty"` // "CC 9999000001 Name"; "": the server itself
	// Ministry: an officer did it; a delegate is not told which.
	Ministry bool               `json:"ministry,omitempty"`
	Entity   access.EntityID    `json:"entity,omitempty"`
	Name     string             `json:"name,omitempty"` // the entity's
	Code     access.LicenseCode `json:"code,omitempty"`
	About    string             `json:"about,omitempty"` // id of what it is about
	Detail   map[string]string  `json:"detail,omitempty"`
	// Attempts is how many entries this one stands for; 0: itself. Since is the
	// time of the first.
	Attempts int       `json:"attempts,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Request  string    `json:"request,omitempty"` // X-Request-Id of the act
	Hash     string    `json:"hash,omitempty"`    // hex; officers only
}

// TrailState says how whole the trail is known to be.
type TrailState struct {
	Entries int64      `json:"entries"`        // how many there are
	Head    *TrailHead `json:"head,omitempty"` // the last that was signed
	// Broken is the first entry that is not as it was written, as the server found
	// when it was to sign a day; 0: none.
	Broken int64       `json:"broken,omitempty"`
	Fault  trail.Fault `json:"fault,omitempty"`
}

// TrailHead is the signed end of a day: everything up to its entry was whole then.
type TrailHead struct {
	Day      string    `json:"day"` // "2026-09-16", Colombian
	Seq      int64     `json:"seq"`
	Entries  int64     `json:"entries"` // of the day
	Hash     string    `json:"hash"`    // hex
	KeyID    string    `json:"keyId"`
	SignedAt time.Time `json:"signedAt"`
}

// TrailMedia is the media type of an export of the trail.
const TrailMedia = "application/jsonl"
