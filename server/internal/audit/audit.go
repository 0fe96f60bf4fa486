// Package audit says what the audit trail (bitácora) tells: the kinds of entries
// and how they are made. Their form, the hash chain and its check are
// shared/trail's. Entries are written only by the store, inside the transaction
// of the act they tell of.
//
// An entry names the person, not the login. Its details are words, numbers and
// hashes: the constructors take no secret, and a secret.Text does not fit them.
//
// Everything here is a pure function over values; nothing is kept.
package audit

import (
	"context"
	"fmt"
	"time"

	"llavero/shared/access"
	"llavero/shared/trail"
)

type (
	// Kind is what happened.
	Kind = trail.Kind
	// Record is an entry as it stands in the trail.
	Record = trail.Record
	// BrokenError says where a trail breaks.
	BrokenError = trail.BrokenError
)

// The faults of a broken trail.
const (
	FaultMissing = trail.FaultMissing
	FaultChanged = trail.FaultChanged
	FaultChain   = trail.FaultChain
)

// Verify is trail.Verify.
func Verify(ctx context.Context, t trail.Reader) (trail.Head, error) { return trail.Verify(ctx, t) }

// The kinds of entries.
const (
	SignIn             Kind = "session.sign_in"
	SignInFailed       Kind = "session.sign_in_failed"
	SignOut            Kind = "session.sign_out"
	SecondFactorFailed Kind = "session.second_factor_failed"
	Forbidden          Kind = "session.forbidden" // a role tried what it may not
	SessionEnded       Kind = "session.ended"     // one or all others, by whose they are; says how many
	Unlocked           Kind = "session.unlocked"
	UnlockRefused      Kind = "session.unlock_refused" // a wrong password; says whether the session ended

	AccountCreated  Kind = "account.created"
	AccountDisabled Kind = "account.disabled"
	AccountEnabled  Kind = "account.enabled"
	AccountChanged  Kind = "account.changed"
	TOTPEnrolled    Kind = "account.totp_enrolled"
	TOTPReplaced    Kind = "account.totp_replaced"
	TOTPRemoved     Kind = "account.totp_removed"
	TOTPReset       Kind = "account.totp_reset" // by an administrator, or on the command line; says why

	RecoveryCodesMade Kind = "account.recovery_codes_made"
	RecoveryCodeUsed  Kind = "account.recovery_code_used" // says how many are left

	OfficerGranted         Kind = "officer.granted" // each says who did it and why
	OfficerWithdrawn       Kind = "officer.withdrawn"
	OfficerReinstated      Kind = "officer.reinstated"
	AdministratorGranted   Kind = "administrator.granted"
	AdministratorWithdrawn Kind = "administrator.withdrawn"
	OfficerAuditRead       Kind = "officer.audit_read"

	ImageRefused      Kind = "account.image_refused" // what was read in an image was wrong, or too late
	AccountRegistered Kind = "account.registered"    // a person registered, or registered again
	LinkSent          Kind = "account.link_sent"
	LinkUsed          Kind = "account.link_used"
	PasswordSet       Kind = "account.password_set"     // by a link
	PasswordChanged   Kind = "account.password_changed" // by who knew the old one
	PasswordRefused   Kind = "account.password_refused" // the old one was wrong
	RecoveryAsked     Kind = "account.recovery_asked"

	RegistryImported Kind = "registry.imported"
	RETHUSVerified   Kind = "registry.rethus_verified" // an officer's word
	TextInstalled    Kind = "consent.text_installed"
	AgreementGiven   Kind = "agreement.accepted" // on the signing method
	ReceiptMade      Kind = "receipt.made"       // of a signature; says its hash
	ReceiptRead      Kind = "receipt.read"       // a receipt went out; says in which form
	SigningKeyMade   Kind = "signing.key_made"   // it signs from now on; says which one did before

	RequestCreated   Kind = "request.created"
	RequestChanged   Kind = "request.changed"
	RequestCancelled Kind = "request.cancelled"
	CodeSent         Kind = "request.code_sent"
	CodeFailed       Kind = "request.code_failed"
	RequestSigned    Kind = "request.signed"
	RequestParked    Kind = "request.parked"
	RequestTaken     Kind = "request.taken"
	RequestTakenOver Kind = "request.taken_over"
	RequestReleased  Kind = "request.released"
	RequestLapsed    Kind = "request.lapsed"
	RequestResumed   Kind = "request.resumed"
	RequestAssigned  Kind = "request.assigned"
	RequestDone      Kind = "request.done"

	ContactTold      Kind = "contact.told"      // that somebody named them; says the role and the masked address
	ContactConfirmed Kind = "contact.confirmed" // by the link of the mail
	ContactObjected  Kind = "contact.objected"  // by the link of the mail; says why
	ContactBounced   Kind = "contact.bounced"   // the mail could not be delivered; says the status
	ContactCorrected Kind = "contact.corrected" // by a delegate; says what of them changed

	IssueAttempt Kind = "issue.attempt" // one try of one call to Entra

	KeyApplication Kind = "key.application" // the Entra application is known
	KeyPrincipal   Kind = "key.principal"
	KeyPermissions Kind = "key.permissions"
	SecretIntended Kind = "key.secret_intended"
	SecretRecorded Kind = "key.secret_recorded"
	SecretTested   Kind = "key.secret_tested"   // opened by the server for the key test
	KeyTestAsked   Kind = "key.test_asked"      // by a person
	KeyTested      Kind = "key.tested"          // the test ended; says what became of each light
	KeyChecked     Kind = "key.checked"         // a typed key was found in Entra, or was not; says what was imported
	SecretReplaced Kind = "key.secret_replaced" // another is in force; says until when it works
	SecretRetired  Kind = "key.secret_retired"  // Entra takes it no more, its sealed value is destroyed
	SecretKept     Kind = "key.secret_kept"     // its end came and it still works; says why
	KeyIssued      Kind = "key.issued"
	KeyTyped       Kind = "key.typed"
	KeyRevealed    Kind = "key.revealed"
	KeyCompromised Kind = "key.compromised"     // reported by a person; says the incident
	IncidentClosed Kind = "key.incident_closed" // Entra takes none of its old secrets
	RevokeAsked    Kind = "key.revoke_asked"    // by a person; says why
	KeyRevoked     Kind = "key.revoked"         // Entra takes none of its secrets
	KeyExpired     Kind = "key.expired"         // its secret in force has
	OverlapEnded   Kind = "key.overlap_ended"   // before its time, by a person
	KeyHandedOver  Kind = "key.handed_over"     // to the technology vendor; says to whom
	KeyAmended     Kind = "key.amended"         // an officer changed what was typed or issued
	KeyValidity    Kind = "key.validity_set"    // of one key's next secret

	ReminderSent      Kind = "key.reminder_sent"           // that the secret ends soon; says the rung, and how many were told
	ReminderAnswered  Kind = "key.reminder_answered"       // by a delegate
	ReminderEscalated Kind = "key.reminder_escalated"      // the ministry was told that nobody answers, or that a day is left
	CredentialEnding  Kind = "directory.credential_ending" // the server's own credential ends soon

	PermissionsAsked  Kind = "key.permissions_asked"  // by a person; says what for
	PermissionGranted Kind = "key.permission_granted" // in Entra
	PermissionRemoved Kind = "key.permission_removed" // in Entra
	PermissionFailed  Kind = "key.permission_failed"  // Entra refused, or the attempts are used up
	PermissionsRead   Kind = "key.permissions_read"   // and they were not what was known
	PermissionAttempt Kind = "key.permission_attempt" // one try of one call to Entra
	PermissionsSwept  Kind = "permissions.refresh"    // of all keys, asked for by a person
	CatalogueRead     Kind = "permissions.catalogue"  // what the IHCE API offers changed

	DriftCompared  Kind = "drift.compared"  // all keys of an environment, or some that a person asked for
	DriftFound     Kind = "drift.found"     // Entra and the records differ; says how
	DriftFixed     Kind = "drift.fixed"     // a comparison found the difference no more
	DriftAsked     Kind = "drift.asked"     // a person has it mended
	DriftDismissed Kind = "drift.dismissed" // a person leaves it; says why
	DriftFailed    Kind = "drift.failed"    // the mending did not come about
	DriftAdopted   Kind = "drift.adopted"   // what Entra says was taken into the records
	DriftAttempt   Kind = "drift.attempt"   // one try of one call to Entra
	DirectoryRead  Kind = "directory.read"  // the server's own standing, and it was not what was known

	BackupMade     Kind = "backup.made"     // says which file, of which state, and whether it was checked
	BackupFailed   Kind = "backup.failed"   // a scheduled one was not made, or is not whole
	BackupRestored Kind = "backup.restored" // a new life begins; says from which backup and by whom

	EvidenceAdded Kind = "evidence.added"
	EvidenceRead  Kind = "evidence.read" // its file went out
	ValiditySet   Kind = "validity.set"  // of an environment

	SealRotated Kind = "seal.rotated" // a new key seals from now on; says which
	SealRenewed Kind = "seal.renewed" // values were sealed anew with it; says how many
	SealRetired Kind = "seal.retired" // a key seals nothing any more and is forgotten

	TrailSearched Kind = "audit.searched"    // by an officer, once for each opening of the screen
	TrailExported Kind = "audit.exported"    // a file of it went out; says what was asked for
	TrailSigned   Kind = "audit.head_signed" // the end of a day
	TrailChecked  Kind = "audit.checked"     // and it was not whole; says where
)

// ServerName is the person of what the server does by itself.
const ServerName = "servidor"

// Entry is one thing that happened, as the one who acts tells it. The store adds
// place, time and hashes.
type Entry struct {
	Kind      Kind
	Account   access.AccountID // empty: the server itself, or nobody signed in
	Person    access.Person    // who; ByServer for the server
	Entity    access.EntityID  // whom it concerns; "" when no entity
	Subject   string           // id of what it is about
	Detail    Detail
	RequestID string // X-Request-Id of the act; "" for the server's own
}

// By begins an entry of a signed-in person.
func By(who access.Viewer, kind Kind, subject, requestID string) Entry {
	return Entry{Kind: kind, Account: who.Account, Person: who.Person, Entity: who.Entity, Subject: subject, RequestID: requestID}
}

// ByServer begins an entry of the server itself.
func ByServer(kind Kind, subject string, entity access.EntityID) Entry {
	return Entry{Kind: kind, Person: access.Person{Name: ServerName}, Entity: entity, Subject: subject}
}

// PersonText writes a person as the trail shows them.
func PersonText(p access.Person) string { return trail.PersonText(p) }

// Chain makes the record of an entry that follows prev: the hash of the record
// before, empty for the first.
func Chain(e Entry, seq int64, at time.Time, prev []byte) (Record, error) {
	detail, err := e.Detail.canonical()
	if err != nil {
		return Record{}, fmt.Errorf("audit detail of %s: %w", e.Kind, err)
	}
	return Record{
		Seq: seq, At: at, Kind: e.Kind, Account: e.Account, Person: PersonText(e.Person),
		Entity: e.Entity, Subject: e.Subject, Detail: string(detail), RequestID: e.RequestID,
	}.Follow(prev)
}
