package access

// Role is what a session may do. The values are the Ministry's names for them
// and stand in the header of every screen.
type Role string

// The roles.
const (
	RoleDelegate Role = "securityAdmin_IHCE_IPS" // delegates, and independents
	RoleOfficer  Role = "Rol_IHCE_MSPS"          // ministry officers
	RoleNone     Role = ""                       // registered, nothing granted
)

// AccountID identifies an account: one person's way in. Two delegates of one
// entity share a login but not an account.
type AccountID string

// Viewer is who acts: the person, the entity they act for, and their role.
type Viewer struct {
	Account      AccountID
	Login        string // "ADMIHCEIPS" + NIT, or document type + number
	Person       Person
	Entity       EntityID // whom a delegate or independent acts for; empty for officers
	Role         Role
	Independent  bool // a health professional acting for themselves
	SecondFactor bool // this session passed one
	// Administrator is an officer who may appoint others; ask IsAdministrator.
	Administrator bool
}

// IsOfficer reports a ministry officer whose session passed the second factor;
// without it an officer reaches nothing.
func (v Viewer) IsOfficer() bool { return v.Role == RoleOfficer && v.SecondFactor }

// IsDelegate reports a delegate or an independent professional.
func (v Viewer) IsDelegate() bool { return v.Role == RoleDelegate && v.Entity != "" }
