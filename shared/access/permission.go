package access

// PermissionAct is what is done with a permission.
type PermissionAct string

// The acts.
const (
	PermissionGrant  PermissionAct = "grant"
	PermissionRemove PermissionAct = "remove"
)

// EvidenceKind says what proves that a code passed the sandbox tests.
type EvidenceKind string

// The kinds of evidence.
const (
	EvidenceFile EvidenceKind = "file" // a document
	EvidenceTest EvidenceKind = "test" // an officer's record of a test
)

// IsValid reports whether k is one of the kinds.
func (k EvidenceKind) IsValid() bool { return k == EvidenceFile || k == EvidenceTest }

// MaxValidityDays is the longest life of a secret that can be set.
const MaxValidityDays = 730

// GrantObstacle is why no permission can be granted to a production key of this
// client id: it is no GUID, Entra has no such application, it was typed and did
// not pass its check yet, or nothing proves the sandbox tests. Empty when one
// can.
func GrantObstacle(clientID string, isMissing bool, state KeyState, evidence int) Hint {
	switch {
	case !IsGUID(clientID):
		return HintFormat
	case isMissing:
		return HintNotInEntra
	case state == KeyUnverified:
		return HintUnverified
	case evidence == 0:
		return HintNoEvidence
	default:
		return ""
	}
}
