package access

// Environment (ambiente) is one of the two worlds a key works in.
type Environment string

// The environments, as stored and sent.
const (
	Preproduction Environment = "preproduction" // tests, no patients
	Production    Environment = "production"    // the real record
)

// Environments lists both in the order keys are issued and shown.
func Environments() []Environment { return []Environment{Preproduction, Production} }

// IsValid reports whether e is one of the two.
func (e Environment) IsValid() bool { return e == Preproduction || e == Production }
