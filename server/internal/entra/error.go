package entra

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Outcome is what became of a call.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"    // the answer came and says so
	Refused Outcome = "refused" // the answer says no; nothing was done, repeating is useless
	Later   Outcome = "later"   // not done, or harmless to repeat: may work later
	Unknown Outcome = "unknown" // it may have been done, and must not be repeated blindly
)

// Codes of our own, where no answer came to carry Microsoft's.
const (
	CodeNoAnswer   = "NoAnswer"         // sent, and the connection was cut or went silent
	CodeNotSent    = "NotSent"          // no connection: name, route, port or certificate
	CodeUnexpected = "UnexpectedAnswer" // an answer that is not Graph's: a proxy, a portal
)

// Error is a call that did not end well. It holds no body of an answer, no
// secret and no token, so it can be logged and shown to officers.
type Error struct {
	Call    string // which call: "addPassword", "token"
	Status  int    // HTTP status; 0 when no answer came
	Code    string // Graph's error code, "AADSTS<n>", or one of ours
	Policy  string // name of the tenant's policy that refused, for people to read; may be empty
	Detail  string // code of Graph's first detail, or the token endpoint's error; may be empty
	Outcome Outcome

	RequestID       string        // Microsoft's request-id or trace id, to quote in a support case
	ClientRequestID string        // ours, sent with the attempt
	RetryAfter      time.Duration // floor asked for by the server; 0 when none
	Tries           int           // attempts made

	err     error  // cause without an answer: transport or context
	message string // Graph's wording; only for the table of wordings
	fresh   bool   // it came from a token that may be renewed
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "entra: %s: %s", e.Call, e.Outcome)
	if e.Status != 0 {
		b.WriteString(", status " + strconv.Itoa(e.Status))
	}
	if e.Code != "" {
		b.WriteString(", " + e.Code)
	}
	if e.RequestID != "" {
		b.WriteString(", request-id " + e.RequestID)
	}
	if e.err != nil {
		b.WriteString(": " + e.err.Error())
	}
	return b.String()
}

// Unwrap returns the cause when no answer came.
func (e *Error) Unwrap() error { return e.err }

// AsError finds an *Error in err's chain.
func AsError(err error) (*Error, bool) { return errors.AsType[*Error](err) }

// OutcomeOf returns the outcome of an error: Done for nil, Later for an error
// that is not of this package.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Done
	}
	if e, ok := AsError(err); ok {
		return e.Outcome
	}
	return Later
}

// IsNotFound reports an answer that the object is not there (or not yet).
func IsNotFound(err error) bool {
	e, ok := AsError(err)
	return ok && e.Status == 404
}

// classify decides the outcome of an answer that is not a success.
func classify(status int, code string, hasRetryAfter, once bool) Outcome {
	unsure := Later
	if once {
		unsure = Unknown
	}
	switch {
	case status == 429:
		return Later
	case status == 503 && hasRetryAfter:
		return Later
	case status == 408 || status >= 500:
		return unsure
	case status == 409 && code == "Directory_ConcurrencyViolation":
		return unsure
	case status >= 400:
		return Refused
	}
	return unsure // a redirect, a page of a proxy
}

// meaning is what a refusal says where its code alone does not tell.
type meaning int

const (
	nameTaken        meaning = iota + 1 // another application has this uniqueName
	principalExists                     // the application has its service principal
	noApplicationYet                    // the service principal's application is not visible
	noReferenceYet                      // one end of a reference is not visible
	noSuchPassword                      // the keyId is not among the application's
	alreadyGranted                      // the assignment exists
)

// wordings is the only place where text of an answer decides anything: Graph
// gives these cases one code. A detail code, where given, wins over the text.
var wordings = []struct {
	means  meaning
	status int
	code   string
	detail string // code of a detail; "" = Graph gives none
	text   string // lower case; found anywhere in the message
}{
	{nameTaken, 400, "Request_BadRequest", "ObjectConflict", "same value for property uniquename already exists"},
	{principalExists, 409, "Request_MultipleObjectsWithSameKeyValue", "", ""},
	{principalExists, 400, "Request_BadRequest", "ObjectConflict", "service principal name is already in use"},
	{noApplicationYet, 400, "Request_BadRequest", "NoBackingApplicationObject", "does not reference a valid application object"},
	{noReferenceYet, 400, "Request_BadRequest", "", "not a valid reference update"},
	{noSuchPassword, 400, "Request_BadRequest", "", "no password credential found with keyid"},
	{alreadyGranted, 400, "Request_BadRequest", "", "permission being assigned already exists on the object"},
}

// means reports whether the refusal says m.
func (e *Error) means(m meaning) bool {
	for _, w := range wordings {
		if w.means != m || w.status != e.Status || w.code != e.Code {
			continue
		}
		if w.detail == "" && w.text == "" || w.detail != "" && w.detail == e.Detail {
			return true
		}
		if w.text != "" && strings.Contains(strings.ToLower(e.message), w.text) {
			return true
		}
	}
	return false
}

func says(err error, m meaning) bool {
	e, ok := AsError(err)
	return ok && e.means(m)
}

// The refusals that mean "not visible yet", by what was made moments ago.
func lagOfApplication(e *Error) bool {
	return e.Status == 404 || e.Status == 403 && e.Code == "Authorization_RequestDenied" || e.means(noApplicationYet)
}

func lagOfPrincipal(e *Error) bool { return e.Status == 404 || e.means(noReferenceYet) }

// tokenCodes are the token endpoint's refusals that a new application, service
// principal or secret meets until every server has heard of it.
var tokenCodes = map[string]bool{"AADSTS7000215": true, "AADSTS7000229": true, "AADSTS700016": true}

// IsPropagating reports a token refusal that a key made moments ago may meet
// for a while, at times for minutes.
func IsPropagating(err error) bool {
	e, ok := AsError(err)
	return ok && e.Status >= 400 && e.Status < 500 && tokenCodes[e.Code]
}
