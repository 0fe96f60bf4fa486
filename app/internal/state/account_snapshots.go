package state

import (
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// Picture is an image code and what was read in it.
type Picture struct {
	ID      string // empty: there is none
	PNG     []byte
	Scale   float64 // how many pixels of it are one of the usual size
	Code    string  // as typed
	Loading bool
	Failed  bool // it could not be had: ask again
}

// Register is the registration, from the choice of the system to the summary.
type Register struct {
	About    *wire.About // nil until the server answered
	IsChosen bool        // the system: nothing further before
	Kind     access.UserKind
	Form     access.Registration // with the fields of its kind alone
	Picture  Picture
	// Check is the answer about the form as it stands; nil: not asked, or asked
	// of another one.
	Check *wire.Prerequisites
	// IsPassed: the check's pass stands for the image.
	IsPassed bool
	Pledge   *wire.ConsentText // nil while loading
	Ticked   bool
	Fields   []access.FieldError
	Checking bool
	Sending  bool
	Trouble  *Trouble
	Done     *wire.Registered // the summary
}

// Recovery is «Olvidé mi contraseña».
type Recovery struct {
	About   *wire.About
	Form    RecoveryForm
	Picture Picture
	Fields  []access.FieldError
	Sending bool
	Trouble *Trouble
	Done    *wire.Recovering // the same whoever asked
}

// RecoveryForm is what is asked of who forgot a password.
type RecoveryForm struct {
	Login    string
	Document access.Document
}

// Unlock is «Tengo un código de registro»: the code of a mail, the password, and
// for some the second factor.
type Unlock struct {
	About     *wire.About
	Phase     UnlockPhase
	Info      wire.AccountLinkInfo // from UnlockPassword on
	Enrolment *wire.Enrolment      // UnlockEnrol alone
	Codes     []secret.Text        // UnlockCodes alone
	// IsSignIn: a sign-in asked for the authenticator, no mail did.
	IsSignIn bool
	Fields   []access.FieldError
	Sending  bool
	Trouble  *Trouble
}

// UnlockPhase is where it stands.
type UnlockPhase string

// The phases.
const (
	UnlockCode     UnlockPhase = "code"     // the code of the mail is asked for
	UnlockPassword UnlockPhase = "password" // the password is asked for
	UnlockEnrol    UnlockPhase = "enrol"    // the authenticator's first code is asked for
	UnlockCodes    UnlockPhase = "codes"    // the recovery codes are in sight, once
	UnlockDone     UnlockPhase = "done"
)

// Account is «Mi cuenta»: who is signed in, and another password.
type Account struct {
	Link    Link
	Session wire.Session
	Fields  []access.FieldError
	Sending bool
	Trouble *Trouble
	DoneAt  time.Time // when the password was changed; zero: not since the screen opened
}

// Names of the fields of these screens that no body has.
const (
	FieldImage  = "image.code"
	FieldPledge = "pledge"
	FieldToken  = "token"
	FieldNew    = "new"   // the new password
	FieldAgain  = "again" // the same, once more
)
