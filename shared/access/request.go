package access

import "time"

// RequestID identifies a KeyRequest: a UUID, made by the server.
type RequestID string

// Kind tells a first request from a change of key.
type Kind string

// The kinds.
const (
	KindEnroll Kind = "enroll" // inscripción: the first keys of a code
	KindRenew  Kind = "renew"  // resolicitud: a new secret for the same applications
)

// Reason is why a delegate asks to change a key (motivo de la resolicitud).
type Reason string

// IsValid reports whether r is one of the reasons that a delegate can choose.
func (r Reason) IsValid() bool {
	return r == ReasonSecurity || r == ReasonVendor || r == ReasonExpiry
}

// The reasons. An enrolment has none.
const (
	ReasonSecurity Reason = "security" // motivos de seguridad
	ReasonVendor   Reason = "vendor"   // cambio de proveedor tecnológico
	ReasonExpiry   Reason = "expiry"   // pronta expiración

	// ReasonCompromise is no choice of the form: a key was reported compromised
	// (llave comprometida). It is of one environment and needs no signature.
	ReasonCompromise Reason = "compromise"
)

// Status is where a request stands.
type Status string

// The statuses. Only StatusSigning, StatusIssuing and StatusPending are open.
const (
	StatusSigning   Status = "signing"   // en firma: written, not yet signed
	StatusIssuing   Status = "issuing"   // en emisión: the worker is at it
	StatusPending   Status = "pending"   // pendiente: automatic issue failed, an officer's turn
	StatusDone      Status = "done"      // both keys exist
	StatusCancelled Status = "cancelled" // withdrawn before it was signed
)

// IsOpen reports a request that keeps another from being made for its code.
func (s Status) IsOpen() bool {
	return s == StatusSigning || s == StatusIssuing || s == StatusPending
}

// Step is what the worker does, or failed at, in one environment.
type Step string

// The steps of provisioning, in order.
const (
	StepApplication Step = "application" // the Entra application
	StepPrincipal   Step = "principal"   // its service principal
	StepPermissions Step = "permissions" // the permissions granted at issue
	StepSecret      Step = "secret"      // the client secret, sealed as soon as it exists
	StepRetire      Step = "retire"      // the secret before it is removed, where it must go at once
	StepVerify      Step = "verify"      // the key obtains a first token: not all of Entra's servers know it yet
	StepTest        Step = "test"        // it goes on obtaining them, and they carry what they should
	StepReady       Step = "ready"
)

// Failure is why automatic issue gave up. It holds no secret and no body of an
// answer.
type Failure struct {
	Environment Environment `json:"environment"`
	Step        Step        `json:"step"`
	// Status is the HTTP status of Entra's or Graph's answer; 0 when none came.
	Status int `json:"status"`
	// Code is Graph's error code or AADSTS number: "Authorization_RequestDenied".
	Code string `json:"code"`
	// Policy is the name of the tenant's policy that refused, as Graph gave it;
	// empty: none, or it was not named.
	Policy string `json:"policy,omitempty"`
	// PolicyDays is the longest validity that policy allows, Days the one asked
	// for, in days; 0: not known.
	PolicyDays int `json:"policyDays,omitempty"`
	Days       int `json:"days,omitempty"`
	// RequestID is Microsoft's request-id, to quote in a support case.
	RequestID string    `json:"requestId,omitempty"`
	At        time.Time `json:"at"`
}

// LeaseTime is how long a taken request stays taken without a sign of life from
// the officer's client, which renews it every LeaseBeat.
const (
	LeaseTime = 2 * time.Minute
	LeaseBeat = 30 * time.Second
)

// KeyRequest (solicitud) asks for the keys of one license code in both
// environments. Its methods are the state machine: each answers an *Error and
// changes nothing when the act is not allowed.
type KeyRequest struct {
	ID      RequestID
	Number  string // what people quote: "SOL-2026-000123"
	Kind    Kind
	Reason  Reason // KindRenew only
	Code    LicenseCode
	Only    Environment // the one environment it is about; empty: both
	Entity  EntityID
	Status  Status
	Version int64 // grows by one with each change; the guard against stale writes

	RequestedBy AccountID
	RequestedAt time.Time // when first written
	SignedAt    time.Time // zero until signed
	UpdatedAt   time.Time

	// Environment and Step say what the worker is at, while StatusIssuing.
	Environment Environment
	Step        Step
	Failure     *Failure // why it is pending; nil otherwise
	// RetryAt is until when Entra asked the worker to wait, while StatusIssuing;
	// zero: it never asked. A past instant means nothing.
	RetryAt time.Time

	TakenBy    AccountID // the officer attending it; empty when free
	TakenName  string
	TakenAt    time.Time
	TakenUntil time.Time // end of the lease
	TakenWhy   string    // why it was taken over from a colleague; empty when it was free
}

// Environments lists those whose keys it is about, in order.
func (r *KeyRequest) Environments() []Environment {
	if r.Only != "" {
		return []Environment{r.Only}
	}
	return Environments()
}

// IsTaken reports whether somebody's lease is running at now.
func (r *KeyRequest) IsTaken(now time.Time) bool {
	return r.TakenBy != "" && now.Before(r.TakenUntil)
}

// Sign moves a written request to the worker.
func (r *KeyRequest) Sign(who Viewer, now time.Time) error {
	if err := CanSign(who, r); err != nil {
		return err
	}
	r.Status, r.SignedAt, r.UpdatedAt = StatusIssuing, now, now
	return nil
}

// Cancel withdraws a request that was not signed.
func (r *KeyRequest) Cancel(who Viewer, now time.Time) error {
	if err := CanSign(who, r); err != nil {
		return err
	}
	r.Status, r.UpdatedAt = StatusCancelled, now
	return nil
}

// Withdraw ends a signed or unsigned request that is not being issued: something
// more urgent takes its place.
func (r *KeyRequest) Withdraw(now time.Time) error {
	if r.Status != StatusSigning && r.Status != StatusPending {
		return r.refuse(HintState)
	}
	r.Status, r.Failure, r.UpdatedAt = StatusCancelled, nil, now
	r.drop()
	return nil
}

// Advance records the step the worker is at.
func (r *KeyRequest) Advance(env Environment, step Step, now time.Time) error {
	if r.Status != StatusIssuing {
		return r.refuse(HintState)
	}
	r.Environment, r.Step, r.UpdatedAt = env, step, now
	return nil
}

// Wait records until when Entra asked the worker to wait.
func (r *KeyRequest) Wait(until, now time.Time) error {
	if r.Status != StatusIssuing {
		return r.refuse(HintState)
	}
	r.RetryAt, r.UpdatedAt = until, now
	return nil
}

// Park hands the request to the ministry's pending list with the reason.
func (r *KeyRequest) Park(f Failure, now time.Time) error {
	if r.Status != StatusIssuing {
		return r.refuse(HintState)
	}
	r.Status, r.Failure, r.RetryAt, r.UpdatedAt = StatusPending, &f, time.Time{}, now
	return nil
}

// Finish closes the request: both keys exist.
func (r *KeyRequest) Finish(now time.Time) error {
	if r.Status != StatusIssuing {
		return r.refuse(HintState)
	}
	r.finish(now)
	return nil
}

func (r *KeyRequest) finish(now time.Time) {
	r.Status, r.Failure, r.RetryAt, r.UpdatedAt = StatusDone, nil, time.Time{}, now
	r.Environment, r.Step = "", StepReady
	r.drop()
}

// Take leases the request to an officer, or renews their lease. A request taken
// by another is refused, naming them, unless why is given: taking over needs a
// reason.
func (r *KeyRequest) Take(who Viewer, why string, now time.Time) error {
	if err := CanTake(who, r, now); err != nil {
		if HintOf(err) != HintTaken || why == "" {
			return err
		}
	}
	if r.TakenBy != who.Account || !r.IsTaken(now) {
		r.TakenWhy = ""
		if r.IsTaken(now) {
			r.TakenWhy = why
		}
		r.TakenBy, r.TakenName, r.TakenAt, r.UpdatedAt = who.Account, who.Person.Name, now, now
	}
	r.TakenUntil = now.Add(LeaseTime)
	return nil
}

// Release frees a request the officer holds.
func (r *KeyRequest) Release(who Viewer, now time.Time) error {
	if err := CanAttend(who, r, now); err != nil {
		return err
	}
	r.drop()
	r.UpdatedAt = now
	return nil
}

// Lapse frees a request whose lease ran out. It reports whether it did.
func (r *KeyRequest) Lapse(now time.Time) bool {
	if r.TakenBy == "" || r.IsTaken(now) {
		return false
	}
	r.drop()
	r.UpdatedAt = now
	return true
}

// Resume hands a pending request back to the worker, at the step that failed.
func (r *KeyRequest) Resume(who Viewer, now time.Time) error {
	if err := CanAttend(who, r, now); err != nil {
		return err
	}
	r.Status, r.Failure, r.UpdatedAt = StatusIssuing, nil, now
	r.drop()
	return nil
}

// Assign closes a pending request whose keys an officer typed.
func (r *KeyRequest) Assign(who Viewer, now time.Time) error {
	if err := CanAttend(who, r, now); err != nil {
		return err
	}
	r.finish(now)
	return nil
}

func (r *KeyRequest) drop() {
	r.TakenBy, r.TakenName, r.TakenAt, r.TakenUntil, r.TakenWhy = "", "", time.Time{}, time.Time{}, ""
}

func (r *KeyRequest) refuse(h Hint) *Error {
	return &Error{Code: CodeConflict, Hint: h, Version: r.Version}
}
