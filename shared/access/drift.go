package access

import "time"

// DriftKind is one way in which Entra and the server's records differ.
type DriftKind string

// The kinds of differences (diferencias).
const (
	DriftMissingApp       DriftKind = "missing_app"       // the key's application is not there
	DriftDeletedApp       DriftKind = "deleted_app"       // it is among the deleted items: it can be restored
	DriftMissingPrincipal DriftKind = "missing_principal" // the application has no service principal, or a disabled one
	DriftMissingSecret    DriftKind = "missing_secret"    // a secret that should work is not among the application's
	DriftUnknownSecret    DriftKind = "unknown_secret"    // the application has a secret that the server did not make
	DriftExtraRole        DriftKind = "extra_role"        // a permission was granted by hand
	DriftMissingRole      DriftKind = "missing_role"      // a permission that was granted is not there
	DriftOrphanApp        DriftKind = "orphan_app"        // an application of ours that no key knows
	DriftExpiry           DriftKind = "expiry"            // the secret's end is another
	DriftName             DriftKind = "name"              // the application was renamed
)

// DriftFix is what an officer can have done about a difference.
type DriftFix string

// The fixes.
const (
	FixRestore   DriftFix = "restore"   // restore the deleted application
	FixRecreate  DriftFix = "recreate"  // make what is missing anew: principal, or application and secret by a change of key
	FixReplace   DriftFix = "replace"   // ask for a new secret
	FixRemove    DriftFix = "remove"    // remove the unknown secret, or the permission granted by hand
	FixGrant     DriftFix = "grant"     // grant the permission again
	FixAdopt     DriftFix = "adopt"     // take what Entra says for true
	FixRename    DriftFix = "rename"    // give the application its name back
	FixRetireApp DriftFix = "retire"    // take the secrets and permissions of an orphan away; the application stays
	FixDismiss   DriftFix = "dismissed" // leave it, with a reason
)

// Fixes lists what can be done about a kind, the recommended one first.
func (k DriftKind) Fixes() []DriftFix {
	switch k {
	case DriftMissingApp:
		return []DriftFix{FixRecreate, FixDismiss}
	case DriftDeletedApp:
		return []DriftFix{FixRestore, FixDismiss}
	case DriftMissingPrincipal:
		return []DriftFix{FixRecreate, FixDismiss}
	case DriftMissingSecret:
		return []DriftFix{FixReplace, FixDismiss}
	case DriftUnknownSecret:
		return []DriftFix{FixRemove, FixDismiss}
	case DriftExtraRole:
		return []DriftFix{FixRemove, FixAdopt, FixDismiss}
	case DriftMissingRole:
		return []DriftFix{FixGrant, FixAdopt, FixDismiss}
	case DriftOrphanApp:
		return []DriftFix{FixRetireApp, FixDismiss}
	case DriftExpiry:
		return []DriftFix{FixAdopt, FixDismiss}
	case DriftName:
		return []DriftFix{FixRename, FixDismiss}
	default:
		return nil
	}
}

// DriftState is where a difference stands.
type DriftState string

// The states.
const (
	DriftOpen      DriftState = "open"
	DriftFixing    DriftState = "fixing" // a fix is on its way
	DriftFixed     DriftState = "fixed"  // a later comparison did not find it any more
	DriftDismissed DriftState = "dismissed"
)

// Drift is one difference.
type Drift struct {
	ID          string      `json:"id"` // UUID
	Kind        DriftKind   `json:"kind"`
	State       DriftState  `json:"state"`
	Environment Environment `json:"environment"`
	Key         KeyID       `json:"key,omitempty"`      // none: of an orphan
	Code        LicenseCode `json:"code,omitempty"`     // likewise
	Name        string      `json:"name"`               // the application's
	ClientID    string      `json:"clientId,omitempty"` // the application's
	// Detail is what differs: a permission's value, a secret's key id and hint, a
	// date. Never a secret.
	Detail  string    `json:"detail,omitempty"`
	FoundAt time.Time `json:"foundAt"`
	SeenAt  time.Time `json:"seenAt"` // last comparison that found it
	// Fix and By are what was decided, and who did; Failed is the code it failed
	// with.
	Fix    DriftFix `json:"fix,omitempty"`
	By     string   `json:"by,omitempty"`
	Why    string   `json:"why,omitempty"`
	Failed string   `json:"failed,omitempty"`
}
