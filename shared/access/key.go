package access

import "time"

// KeyID identifies a Key: a UUID, made by the server.
type KeyID string

// KeyState is what a key is worth.
type KeyState string

// The states of a key.
const (
	KeyCreating   KeyState = "creating"   // being issued; nobody sees it yet
	KeyActive     KeyState = "active"     // activa
	KeyOverlap    KeyState = "overlap"    // en relevo: old and new secret both work
	KeyReplaced   KeyState = "replaced"   // reemplazada
	KeyRevoked    KeyState = "revoked"    // revocada
	KeyExpired    KeyState = "expired"    // vencida
	KeyUnverified KeyState = "unverified" // sin verificar: typed by hand, not seen in Entra yet
)

// Key (llave) is the Entra application of one license code in one environment,
// with the secret in force. The secret itself is never in it.
type Key struct {
	ID          KeyID
	Code        LicenseCode
	Entity      EntityID
	Environment Environment
	Name        string // the application's display name, built by the program
	ClientID    string // Entra's appId, a GUID; empty until it exists
	State       KeyState
	IssuedAt    time.Time
	ExpiresAt   time.Time // end of the secret in force
	Version     int64
}

// Field is one of a key's values that a person can show or copy. Connection
// parameters of the key's environment are fields too: ParamField.
type Field string

// The fields of a key.
const (
	FieldClientID  Field = "client_id"
	FieldSecret    Field = "client_secret"
	FieldExpiresAt Field = "expires_at"
)

// ParamField names a connection parameter as a field: "param:APIMSubskey".
func ParamField(name string) Field { return Field("param:" + name) }

// Purpose is what a person did with a value; it stands in the audit trail.
type Purpose string

// The purposes.
const (
	PurposeShow   Purpose = "show"
	PurposeCopy   Purpose = "copy"
	PurposeExport Purpose = "export" // «Copiar todo», files

	// PurposeHandOver is no use of one value: the key was handed to the vendor.
	PurposeHandOver Purpose = "hand_over"
)

// IsValid reports whether p is something a single value can be asked for.
func (p Purpose) IsValid() bool {
	return p == PurposeShow || p == PurposeCopy || p == PurposeExport
}
