package state

import (
	"context"
	"io"
	"log/slog"
	"time"

	"llavero/shared/access"
	"llavero/shared/receipt"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// API sends what people ask for. Refusals are *access.Error; one that came from
// the server also tells its request id (RequestID() string somewhere in the
// chain). The key of an intent names the person's act: the same key again is
// the same act. Package api implements it.
type API interface {
	SessionAPI
	AccountAPI
	SecurityAPI
	RequestAPI
	KeyAPI
	OfficerAPI
	TrailAPI
	ReceiptAPI
	StaffAPI
}

// SessionAPI is signing in and out.
type SessionAPI interface {
	// Server returns the address in use; SetServer changes it.
	Server() string
	SetServer(address string) error
	// SetToken sets the bearer token of what follows; empty: none.
	SetToken(secret.Text)

	About(context.Context) (wire.About, error)
	Puzzle(context.Context) (wire.Puzzle, error)
	SignIn(context.Context, wire.SignIn) (wire.SignedIn, error)
	SecondFactor(context.Context, wire.SecondFactor) (wire.SignedIn, error)
	Session(context.Context) (wire.Session, error)
	// SignOut ends the session of a token.
	SignOut(context.Context, secret.Text) error
	// Unlock asks whether a password is that of who is signed in.
	Unlock(context.Context, wire.Unlock) error
}

// AccountAPI is getting a user and a password. All but the last need no session.
type AccountAPI interface {
	NewImage(context.Context, wire.NewImage) (wire.Image, error)
	RegistrationInfo(context.Context) (wire.RegistrationInfo, error)
	CheckPrerequisites(context.Context, wire.CheckPrerequisites) (wire.Prerequisites, error)
	Register(context.Context, wire.Register) (wire.Registered, error)
	Recover(context.Context, wire.Recover) (wire.Recovering, error)
	AccountLink(context.Context, wire.AccountLink) (wire.AccountLinkInfo, error)
	SetPassword(context.Context, wire.SetPassword) (wire.PasswordSet, error)
	ConfirmEnrolment(context.Context, wire.ConfirmEnrolment) (wire.RecoveryCodes, error)
	ChangePassword(ctx context.Context, key string, body wire.ChangePassword) error
}

// SecurityAPI is one's own second factor and sessions.
type SecurityAPI interface {
	SignInEnrolment(context.Context, wire.ConfirmEnrolment) (wire.EnrolledIn, error)
	BeginSecondFactor(context.Context, wire.BeginSecondFactor) (wire.Enrolment, error)
	ConfirmSecondFactor(context.Context, wire.ConfirmEnrolment) (wire.RecoveryCodes, error)
	RecoveryCodes(context.Context, wire.ProveSecondFactor) (wire.RecoveryCodes, error)
	RemoveSecondFactor(context.Context, wire.ProveSecondFactor) error
	Sessions(context.Context) (wire.OpenSessions, error)
	EndSession(ctx context.Context, id string) error
	EndOtherSessions(context.Context) (wire.EndedSessions, error)
}

// StaffAPI is what an administrator can ask about officers.
type StaffAPI interface {
	Officers(context.Context) (wire.Officers, error)
	GrantOfficer(context.Context, wire.GrantOfficer) (wire.GrantedOfficer, error)
	WithdrawOfficer(context.Context, access.AccountID, wire.OfficerWhy) error
	ReinstateOfficer(context.Context, access.AccountID, wire.OfficerWhy) error
	SetAdministrator(context.Context, access.AccountID, wire.SetAdministrator) error
	ResetSecondFactor(context.Context, access.AccountID, wire.OfficerWhy) (wire.ResetOfficer, error)
	OfficerAudit(context.Context, access.AccountID) (wire.OfficerAudit, error)
}

// RequestAPI is what can be asked about requests.
type RequestAPI interface {
	ConsentTexts(context.Context) (wire.ConsentTexts, error)
	Agreement(context.Context) (wire.Agreement, error)
	AcceptAgreement(ctx context.Context, key string, body wire.AcceptAgreement) (wire.Agreement, error)
	Request(context.Context, access.RequestID) (wire.RequestDetail, error)
	CreateRequest(ctx context.Context, key string, body wire.NewRequest) (wire.Accepted, error)
	ChangeRequest(ctx context.Context, key string, id access.RequestID, version int64, body wire.ChangeRequest) (wire.Accepted, error)
	CancelRequest(ctx context.Context, key string, id access.RequestID, version int64) (wire.Accepted, error)
	SendCode(ctx context.Context, key string, id access.RequestID, body wire.SendCode) (wire.CodeSent, error)
	Sign(ctx context.Context, key string, id access.RequestID, version int64, body wire.Sign) (wire.Accepted, error)
	TellContact(ctx context.Context, key string, id access.RequestID, role access.ContactRole) (wire.Accepted, error)
	CorrectContact(ctx context.Context, key string, id access.RequestID, role access.ContactRole, body wire.CorrectContact) (wire.Accepted, error)
	Take(ctx context.Context, key string, id access.RequestID, body wire.Take) (wire.Accepted, error)
	Release(ctx context.Context, key string, id access.RequestID) (wire.Accepted, error)
	Resume(ctx context.Context, key string, id access.RequestID, version int64) (wire.Accepted, error)
	Assign(ctx context.Context, key string, id access.RequestID, version int64, body wire.Assign) (wire.Accepted, error)
}

// KeyAPI is what can be asked about keys.
type KeyAPI interface {
	Parameters(context.Context, access.KeyID) (wire.Parameters, error)
	Reveal(ctx context.Context, key string, id access.KeyID, body wire.Reveal) (wire.RevealReply, error)
	KeyAudit(context.Context, access.KeyID) (wire.KeyAudit, error)
	HandOver(ctx context.Context, key string, id access.KeyID, body wire.HandOver) (wire.AcceptedKey, error)
	EndOverlap(ctx context.Context, key string, id access.KeyID, version int64) (wire.AcceptedKey, error)
	TestKey(ctx context.Context, key string, id access.KeyID) (wire.AcceptedKey, error)
	Compromise(ctx context.Context, key string, id access.KeyID, version int64, body wire.Compromise) (wire.Compromised, error)
	Revoke(ctx context.Context, key string, id access.KeyID, version int64, body wire.Revoke) (wire.AcceptedKey, error)
	Secrets(context.Context, access.KeyID) (wire.KeySecrets, error)
	AnswerReminder(ctx context.Context, key string, id access.KeyID, version int64, body wire.AnswerReminder) (wire.AcceptedKey, error)
}

// OfficerAPI is what an officer can ask about keys that exist.
type OfficerAPI interface {
	AmendKeys(ctx context.Context, key string, code access.LicenseCode, body wire.AmendKeys) (wire.Amended, error)
	KeyHistory(context.Context, access.LicenseCode) (wire.KeyHistory, error)

	Permissions(context.Context) (wire.Permissions, error)
	ChangePermissions(ctx context.Context, key string, id access.KeyID, version int64, body wire.ChangePermissions) (wire.AcceptedKey, error)
	RefreshPermissions(ctx context.Context, key string, body wire.RefreshPermissions) (wire.Refreshing, error)

	Evidence(context.Context, access.LicenseCode) (wire.EvidenceList, error)
	AddEvidence(ctx context.Context, key string, code access.LicenseCode, body wire.NewEvidence) (wire.AcceptedKey, error)
	EvidenceFile(ctx context.Context, id string) ([]byte, error)

	Validity(context.Context) (wire.Validity, error)
	SetValidity(ctx context.Context, key string, e access.Environment, body wire.SetValidity) (wire.Validity, error)
	Directory(context.Context) (wire.Directory, error)
	CompareDrift(ctx context.Context, key string, body wire.CompareDrift) (wire.Comparing, error)
	FixDrift(ctx context.Context, key string, id string, body wire.FixDrift) (wire.FixingDrift, error)

	SetKeyValidity(ctx context.Context, key string, id access.KeyID, version int64, body wire.SetValidity) (wire.AcceptedKey, error)
}

// TrailAPI is what can be asked of the audit trail: officers all of it, delegates
// what is theirs.
type TrailAPI interface {
	SearchTrail(ctx context.Context, q wire.TrailQuery) (wire.TrailPage, error)
	ExportTrail(ctx context.Context, q wire.TrailQuery, out io.Writer) error
	Activity(ctx context.Context, q wire.TrailQuery) (wire.TrailPage, error)
	ExportActivity(ctx context.Context, q wire.TrailQuery, out io.Writer) error
}

// ReceiptAPI fetches what was signed, and what it is checked with.
type ReceiptAPI interface {
	// SigningKeys fetches the file of the server's public keys; no session is needed.
	SigningKeys(context.Context) ([]byte, error)
	// Receipt fetches the receipt of a signed request as its file.
	Receipt(ctx context.Context, id access.RequestID, isPDF bool) ([]byte, error)
}

// Rings keeps the public keys of each server from one start of the program to the
// next, by its address. Package signkeys implements it.
type Rings interface {
	Load(server string) (receipt.KeyRing, error) // empty: none are kept
	Save(server string, ring receipt.KeyRing) error
}

// Feed brings facts down and hands them to the model's Facts. Run stays
// connected, anew after each loss, until ctx is done (nil) or the server ends it
// for good: an *access.Error of CodeUnauthorized (signed out) or CodeInvalid
// with HintProtocol. Package live implements it.
type Feed interface {
	Run(context.Context) error
}

// Rows keeps what the lists show from one start of the program to the next.
// It is used by one goroutine at a time. Package cache implements it.
type Rows interface {
	// Open makes the rows of this owner the ones in use. Anew reports that what
	// was kept could not be read and was set aside.
	Open(ctx context.Context, owner string) (anew bool, err error)
	// Kept reports whether rows outlive the program: false without a keyring.
	Kept() bool
	// Load hands over each kept row and then tells where they stand.
	Load(ctx context.Context, each func(wire.Change) error) (wire.Position, error)
	// Apply writes rows and position together, or neither. An empty body
	// deletes. Between BeginReset and EndReset rows go to the new generation.
	Apply(ctx context.Context, changes []wire.Change, at wire.Position) error
	// BeginReset starts a new, empty generation that replaces the old one, all
	// at once, at EndReset.
	BeginReset(ctx context.Context) error
	EndReset(ctx context.Context, at wire.Position) error
	Close() error
}

// Keeper is the system's keyring. Package keychain implements it.
type Keeper interface {
	// Get returns what is kept under a name. There is none: ok is false. An
	// error means that there is no keyring to use: do not remember.
	Get(name string) (value secret.Text, ok bool, err error)
	Set(name string, value secret.Text) error
	Delete(name string) error
}

// Deps is all a Model works with.
type Deps struct {
	API    API
	Rows   Rows
	Keeper Keeper
	Rings  Rings // nil: signing keys are known while the program runs
	Clock  func() time.Time
	Rand   io.Reader // ids of acts
	Log    *slog.Logger

	Device string // what the list of sessions calls this computer
	Login  string // remembered from last time, may be empty

	// FreeMail reports a free-mail domain, for the warning to independents.
	// Nil: nobody is warned; the server decides anyway.
	FreeMail func(domain string) bool
}
