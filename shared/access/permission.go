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
