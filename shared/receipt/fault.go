package receipt

import "fmt"

// Fault says why a signed file is not believed.
type Fault string

// The faults.
const (
	FaultForeign    Fault = "foreign"      // it is no signed file of this product
	FaultMalformed  Fault = "malformed"    // it is one, and not whole or not written as one is
	FaultUnknownKey Fault = "unknown_key"  // the key that signed is not in the ring
	FaultAltered    Fault = "altered"      // «No coincide»: its bytes are not those that were signed
	FaultNotInForce Fault = "not_in_force" // the key was not in force when it signed
)

// FaultError is a signed file that is not believed, and why.
type FaultError struct {
	Fault Fault
	KeyID KeyID  // the key the file names; "" when it got not that far
	What  string // the part it is about, for the log: "signature", "document.text"
}

// Error implements error; it is for logs, people are told by the fault.
func (e *FaultError) Error() string {
	text := "signed file: " + string(e.Fault)
	if e.What != "" {
		text += ": " + e.What
	}
	if e.KeyID != "" {
		text += " (key " + string(e.KeyID) + ")"
	}
	return text
}

func faultf(fault Fault, format string, args ...any) *FaultError {
	return &FaultError{Fault: fault, What: fmt.Sprintf(format, args...)}
}
