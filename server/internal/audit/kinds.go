package audit

import (
	"slices"

	"llavero/shared/trail"
)

// Kinds lists every kind of entry that the server writes.
func Kinds() []Kind { return slices.Clone(kinds) }

// KindsOf lists the kinds of a group.
func KindsOf(g trail.Group) []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { return k.Group() != g })
}

// kinds has a line for each constant; TestKinds reads the constants and compares.
var kinds = []Kind{
	SignIn,
	SignInFailed,
	SignOut,
	SecondFactorFailed,
	Forbidden,
	SessionEnded,
	Unlocked,
	UnlockRefused,

	AccountCreated,
	AccountDisabled,
	AccountEnabled,
	AccountChanged,
	TOTPEnrolled,
	TOTPReplaced,
	TOTPRemoved,
	TOTPReset,
	RecoveryCodesMade,
	RecoveryCodeUsed,

	OfficerGranted,
	OfficerWithdrawn,
	OfficerReinstated,

	AdministratorGranted,
	AdministratorWithdrawn,

	OfficerAuditRead,

	ImageRefused,
	AccountRegistered,
	LinkSent,
	LinkUsed,
	PasswordSet,
	PasswordChanged,
	PasswordRefused,
	RecoveryAsked,

	RegistryImported,
	RETHUSVerified,

	TextInstalled,

	AgreementGiven,

	ReceiptMade,
	ReceiptRead,

	SigningKeyMade,

	RequestCreated,
	RequestChanged,
	RequestCancelled,
	CodeSent,
	CodeFailed,
	RequestSigned,
	RequestParked,
	RequestTaken,
	RequestTakenOver,
	RequestReleased,
	RequestLapsed,
	RequestResumed,
	RequestAssigned,
	RequestDone,

	ContactTold,
	ContactConfirmed,
	ContactObjected,
	ContactBounced,
	ContactCorrected,

	IssueAttempt,

	KeyApplication,
	KeyPrincipal,
	KeyPermissions,
	SecretIntended,
	SecretRecorded,
	SecretTested,
	KeyTestAsked,
	KeyTested,
	KeyChecked,
	SecretReplaced,
	SecretRetired,
	SecretKept,
	KeyIssued,
	KeyTyped,
	KeyRevealed,
	KeyCompromised,
	IncidentClosed,
	RevokeAsked,
	KeyRevoked,
	KeyExpired,
	OverlapEnded,
	KeyHandedOver,
	KeyAmended,
	KeyValidity,
	ReminderSent,
	ReminderAnswered,
	ReminderEscalated,

	CredentialEnding,

	PermissionsAsked,
	PermissionGranted,
	PermissionRemoved,
	PermissionFailed,
	PermissionsRead,
	PermissionAttempt,

	PermissionsSwept,
	CatalogueRead,

	DriftCompared,
	DriftFound,
	DriftFixed,
	DriftAsked,
	DriftDismissed,
	DriftFailed,
	DriftAdopted,
	DriftAttempt,

	DirectoryRead,

	BackupMade,
	BackupFailed,
	BackupRestored,

	EvidenceAdded,
	EvidenceRead,

	ValiditySet,

	SealRotated,
	SealRenewed,
	SealRetired,

	TrailSearched,
	TrailExported,
	TrailSigned,
	TrailChecked,
}
