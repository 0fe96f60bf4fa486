package access

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the coarse kind of an error: it decides the HTTP status (table in
// package wire) and the first part of what a person is told.
type Code string

// The codes. Anything else an error may be is internal, and hidden.
const (
	CodeInvalid      Code = "invalid"      // a field or a body is wrong; 422
	CodeNotFound     Code = "not_found"    // absent, or not this person's; 404
	CodeConflict     Code = "conflict"     // somebody was first; 409
	CodeUnauthorized Code = "unauthorized" // no session, or one that ended; 401
	CodeForbidden    Code = "forbidden"    // the role does not allow it; 403
	CodeExpired      Code = "expired"      // a code, link or ticket is too old; 410
	CodeThrottled    Code = "throttled"    // too many tries; 429
	CodeUnavailable  Code = "unavailable"  // a dependency is down; 503
	CodeInternal     Code = "internal"     // a fault of ours; 500
)

// Hint says which of a code's cases it is, for the wording of package es. It is
// a machine word, never shown.
type Hint string

// The hints.
const (
	HintRequired       Hint = "required"
	HintFormat         Hint = "format"
	HintTooLong        Hint = "too_long"
	HintUnknownValue   Hint = "unknown_value"
	HintUnknownField   Hint = "unknown_field"
	HintMalformed      Hint = "malformed" // the body is not what the route takes
	HintTooLarge       Hint = "too_large"
	HintCheckDigit     Hint = "check_digit" // a NIT typed with its check digit
	HintFreeMail       Hint = "free_mail"
	HintNotAccepted    Hint = "not_accepted" // a consent box left unticked
	HintSecretID       Hint = "secret_id"    // the secret's id pasted for its value
	HintSameInBoth     Hint = "same_in_both"
	HintPast           Hint = "past"
	HintTooFar         Hint = "too_far" // beyond the allowed validity
	HintOpenRequest    Hint = "open_request"
	HintKeyExists      Hint = "key_exists"
	HintNoKey          Hint = "no_key"
	HintTaken          Hint = "taken"
	HintNotTaken       Hint = "not_taken"
	HintStale          Hint = "stale" // the version moved
	HintState          Hint = "state" // the row's state does not allow the act
	HintCredentials    Hint = "credentials"
	HintSecondFactor   Hint = "second_factor"
	HintNoSecondFactor Hint = "no_second_factor" // officer who has none enrolled
	HintNoRole         Hint = "no_role"
	HintPuzzle         Hint = "puzzle"
	HintCodeWrong      Hint = "code_wrong"
	HintCodeExpired    Hint = "code_expired"
	HintCodeReplaced   Hint = "code_replaced"
	HintCodeSpent      Hint = "code_spent" // failures used up
	HintContentChanged Hint = "content_changed"
	HintResendWait     Hint = "resend_wait"
	HintNoAddress      Hint = "no_address"
	HintTextsChanged   Hint = "texts_changed"
	HintRevealOnce     Hint = "reveal_once"
	HintAgreement      Hint = "agreement"  // the prior agreement on the signing method is not accepted
	HintNoReceipt      Hint = "no_receipt" // a request that was not signed, or before there were receipts
	HintReused         Hint = "reused"     // an idempotency key with another body
	HintProtocol       Hint = "protocol"
	HintStorage        Hint = "storage" // the server's disk takes no write: reading goes on, nothing saved is lost

	HintImageCode     Hint = "image_code"     // what was read in the image is wrong, spent or too old
	HintPrerequisites Hint = "prerequisites"  // Fields has a line for each that fails: "prerequisites.delegation"
	HintUnmet         Hint = "unmet"          // a prerequisite that is not met
	HintNoData        Hint = "no_data"        // a prerequisite whose data was never imported
	HintOtherRegistry Hint = "other_registry" // a professional registry that is not this document's
	HintObjected      Hint = "objected"       // a contact who objected to being named
	HintLink          Hint = "link"           // an account link that was spent, replaced or is too old
	HintWeak          Hint = "weak"           // a password that is guessed too easily
	HintSamePassword  Hint = "same_password"  // the new password is the one in force
	HintNoEvidence    Hint = "no_evidence"    // no proof of the sandbox tests
	HintNotInEntra    Hint = "not_in_entra"   // no application of that client id
	HintNothing       Hint = "nothing"        // nothing was chosen

	HintUnderWay         Hint = "under_way"         // the same thing is being done already
	HintDifferentCode    Hint = "different_code"    // the digits typed to confirm are not this code's
	HintUnverified       Hint = "unverified"        // a typed key that has not passed its check in Entra
	HintOtherEnvironment Hint = "other_environment" // the application is the other environment's
	HintSecretUnknown    Hint = "secret_unknown"    // the application has no secret that begins so
	HintExpired          Hint = "expired"           // the secret has expired
	HintRefused          Hint = "refused"           // Entra takes the secret not
	HintNotKey           Hint = "not_key"           // that id is a directory's, an API's or the server's own: no key's
	HintNotRenewed       Hint = "not_renewed"       // «Ya renové», and the secret in force is the same

	HintRecoveryCode      Hint = "recovery_code"      // no recovery code of this person's, or it was used
	HintNotEnrolled       Hint = "not_enrolled"       // no second factor, where the act is about one
	HintMandatory         Hint = "mandatory"          // the role demands the second factor: it is replaced, not removed
	HintSelf              Hint = "self"               // nobody does that to themselves
	HintLastAdministrator Hint = "last_administrator" // somebody must be able to appoint others
	HintNotOfficer        Hint = "not_officer"        // the role was withdrawn
	HintAlready           Hint = "already"            // it is so already
	HintUnknownPerson     Hint = "unknown_person"     // MiSeguridadSocial does not know the document
	HintPersonNoAddress   Hint = "person_no_address"  // another person has no registered address

	// HintDifferent is a password whose second typing is another; the client's alone.
	HintDifferent Hint = "different"

	// Made by the client alone, with CodeUnavailable: nothing was answered.
	HintNoAnswer    Hint = "no_answer"    // the server is not there, or the answer was cut off: try again
	HintSigningKeys Hint = "signing_keys" // its signing keys are not those that were known
	HintCertificate Hint = "certificate"  // it is not the server it should be: never "try again"
	HintOffline     Hint = "offline"      // not sent at all: the act needs a connection

	// HintUnlockSpent ends a locked session whose password was missed too often;
	// the client's alone.
	HintUnlockSpent Hint = "unlock_spent"
	// HintSessionEnded is a session that the server knows no more; the client's
	// alone.
	HintSessionEnded Hint = "session_ended"
)

// FieldError is one field's complaint.
type FieldError struct {
	Field string // dotted path, as in the JSON body: "lead.email"
	Hint  Hint
}

// Error is what a use case answers when it refuses. It names no person and
// holds no value of the request, so it can be logged.
type Error struct {
	Code   Code
	Hint   Hint
	Fields []FieldError      // for CodeInvalid: each wrong field, in the form's order
	Args   map[string]string // what the wording fills in: "by", "since", "left", "until"
	// Version is the row's current version, for CodeConflict: the screen says
	// who was first. Zero when it does not apply.
	Version int64
	Err     error // the cause, for the log only
}

// Error implements error; it is for logs, never for a screen.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	if e.Hint != "" {
		b.WriteString(": " + string(e.Hint))
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " [%s %s]", f.Field, f.Hint)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Refuse makes an error of a code and a hint.
func Refuse(code Code, hint Hint) *Error { return &Error{Code: code, Hint: hint} }

// InvalidField makes the error of one wrong field.
func InvalidField(field string, hint Hint) *Error {
	return &Error{Code: CodeInvalid, Fields: []FieldError{{Field: field, Hint: hint}}}
}

// CodeOf returns the code of an error; CodeInternal when it has none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// HintOf returns the hint of an error, "" when it has none.
func HintOf(err error) Hint {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Hint
	}
	return ""
}
