package state

import (
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// The snapshots: what each screen draws, whole and immutable. A screen's
// Render takes one and shows it, nothing else. Slices in them are never written
// to again once handed out.

// Link says how current what the screens show is.
type Link struct {
	Phase  LinkPhase
	DataAt time.Time // the server's clock at the last "up to date"; zero: nothing was ever received
	// Missed counts rows that changed while the client was away, for the notice
	// on return; 0 when there is nothing to tell.
	Missed int
}

// LinkPhase is where the connection stands.
type LinkPhase string

// The phases.
const (
	LinkOffline    LinkPhase = "offline"
	LinkConnecting LinkPhase = "connecting"
	LinkCatchingUp LinkPhase = "catching_up"
	LinkOnline     LinkPhase = "online"
)

// IsOnline reports that intents can be sent and the rows are current.
func (l Link) IsOnline() bool { return l.Phase == LinkOnline }

// HasData reports that there is something to show, fresh or kept.
func (l Link) HasData() bool { return !l.DataAt.IsZero() }

// Trouble is a refusal or a failure, with what the help desk needs. Package es
// words it.
type Trouble struct {
	Err       *access.Error
	RequestID string
	At        time.Time
}

// Header is the bar on every signed-in screen.
type Header struct {
	Session wire.Session
	Link    Link
	Demo    bool
}

// SignIn is the sign-in screen.
type SignIn struct {
	Server  string // address, remembered
	Login   string // remembered
	Phase   SignInPhase
	Proof   float64 // progress of «No soy un robot», 0 to 1
	Solved  bool    // the proof is there and fresh
	Trouble *Trouble
	About   *wire.About // nil until the server answered
}

// SignInPhase is where a sign-in stands.
type SignInPhase string

// The phases.
const (
	SignInIdle         SignInPhase = "idle"
	SignInSolving      SignInPhase = "solving" // the proof of work is being computed
	SignInSending      SignInPhase = "sending"
	SignInSecondFactor SignInPhase = "second_factor" // waiting for the TOTP code
	SignInDone         SignInPhase = "done"
)

// Menu is the first screen after sign-in: which options the role has.
type Menu struct {
	Role access.Role
	// Administrator: «Funcionarios» is offered.
	Administrator bool
	Pending       int // officers: rows in the pending list
	Assigned      int // officers: codes that have a key
}

// Entity is one code of the picker.
type Entity struct {
	Provider wire.ProviderRow
	Request  *wire.RequestRow // the latest one, any status; nil: never asked
	Keys     []wire.KeyRow    // preproduction first; empty: none
}

// Entities is the picker of «Inscripción» and «Consultar».
type Entities struct {
	Owner   access.EntityID // whose they are, for the words of an empty list
	Rows    []Entity        // by code
	Search  *Index          // over Rows: code, name, place, sites, NIT; nil when empty
	Loading bool            // nothing received yet
	Trouble *Trouble
}

// Enroll is step 1 of «Inscripción Token» or of «Resolicitud Token», the form.
type Enroll struct {
	Link     Link
	Kind     access.Kind
	Entities Entities
	Chosen   access.LicenseCode // empty: none yet
	Reason   access.Reason      // of a change of key; empty: none yet
	// Blocked is what is in the way of the chosen code (M-68): a request, a key
	// or, of a change, none. The fields are off. BlockedBy says which.
	Blocked   *Entity
	BlockedBy access.Hint
	Form      access.RequestForm
	Texts     []wire.ConsentText // with their boxes, in order
	Ticked    map[string]bool    // by text id
	Fields    []access.FieldError
	Warn      []access.FieldError // shown, do not stop: free mail of an independent
	Sending   bool
	Trouble   *Trouble
}

// Confirm is step 2: everything that will be signed, read only, and the code.
type Confirm struct {
	Link    Link
	Entity  Entity
	Request access.RequestID
	Number  string
	Version int64
	Kind    access.Kind
	Reason  access.Reason
	Form    access.RequestForm
	Texts   []wire.ConsentText
	// OldSecrets is what becomes of the secrets in force, of a change of key.
	OldSecrets  []wire.OldSecret
	ContentHash string
	Code        *wire.CodeSent // nil: no code sent yet
	Sending     bool           // a code is being sent
	Signing     bool           // the signature is on its way
	Fields      []access.FieldError
	Trouble     *Trouble
}

// Progress follows a signed request to its keys.
type Progress struct {
	Link    Link
	Entity  Entity
	Request wire.RequestRow
}

// Keys is «Consultar Token» for one code.
type Keys struct {
	Link       Link
	Entities   Entities
	Chosen     access.LicenseCode
	Entity     *Entity                                 // the chosen one
	Parameters map[access.Environment][]wire.Parameter // absent until loaded
	Policies   map[access.Environment]Policy           // with them
	// Audit says who saw, copied or exported each key's values, newest first;
	// absent until loaded.
	Audit map[access.KeyID][]wire.KeyAuditEntry
	// Busy is the act under way on each key, from the click to its fact; Troubles
	// what went wrong of the last one.
	Busy     map[access.KeyID]KeyAct
	Troubles map[access.KeyID]*Trouble
	// Secrets is each key's history; absent until loaded.
	Secrets map[access.KeyID]KeySecrets
	// Contacts are those of the last signed request of the chosen code.
	Contacts Contacts
	Receipt  Receipt // of that request
	Trouble  *Trouble
	// Now is the instant the snapshot speaks of, for days left.
	Now time.Time
}

// Policy is how a key's secret may be consulted, and whom the key is for.
type Policy struct {
	Once       bool      // the secret is shown a single time
	RevealedAt time.Time // when that was; zero: not yet
	Vendor     string
}

// Queue is the ministry's pending list.
type Queue struct {
	Link    Link
	Rows    []wire.RequestRow // pending only, oldest first
	Search  *Index            // over Rows: code, NIT, name, place, number, state; nil when empty
	Loading bool
	Trouble *Trouble
	// LastAttended is when the last request was closed; zero if none today.
	LastAttended time.Time
	Me           access.AccountID
	Now          time.Time
}

// Attend is the officer's form for one taken request (F26).
type Attend struct {
	Link    Link
	Row     wire.RequestRow
	Detail  *wire.RequestDetail // nil while loading; contacts are never cached
	Mine    bool                // the lease is this officer's
	Fields  []access.FieldError
	Sending bool
	Saved   bool // «El registro se guardó correctamente.»
	Trouble *Trouble
	Now     time.Time
}

// Notice is a toast: something to know, nothing to decide.
type Notice struct {
	Kind NoticeKind
	Args map[string]string // number, code, by, …: what the wording fills in
}

// NoticeKind names a toast; package es words it.
type NoticeKind string

// The notices.
const (
	NoticeBack      NoticeKind = "back"       // connected again; Args "count"
	NoticeTakenBy   NoticeKind = "taken_by"   // a colleague took over; Args "by", "number", "why"
	NoticeLapsed    NoticeKind = "lapsed"     // the lease ran out; Args "number"
	NoticeReleased  NoticeKind = "released"   // Args "number"
	NoticeResumed   NoticeKind = "resumed"    // Args "number"
	NoticeKeyReady  NoticeKind = "key_ready"  // Args "code"
	NoticeKeyUsable NoticeKind = "key_usable" // its secret spread and was tested; Args "code", "environment"
	NoticeRestored  NoticeKind = "restored"   // the server was restored; Args "at", RFC 3339: to the state of when
	NoticeAnew      NoticeKind = "anew"       // the kept list was unreadable and was started anew
	NoticeNotKept   NoticeKind = "not_kept"   // no keyring: nothing is remembered on this computer
	NoticeEndLater  NoticeKind = "end_later"  // signed out here; the server is told when it answers
	NoticeDraft     NoticeKind = "draft"      // what was being written when the session ended is there again
	// NoticeKeysRefused: the server's signing keys are not those that were known;
	// Args "lost", "changed": their names.
	NoticeKeysRefused NoticeKind = "keys_refused"
)

// Names of the fields that are no part of access.RequestForm, as Enroll.Fields
// gives them.
const (
	FieldCode     = "code"      // the entity was not chosen
	FieldReason   = "reason"    // nor was why the keys change
	FieldAccepted = "accepted." // and the id of a text whose box is not ticked
)
