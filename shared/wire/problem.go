package wire

import "llavero/shared/access"

// ProblemType is the media type of error bodies, RFC 9457.
const ProblemType = "application/problem+json"

// Problem is the body of every error answer: RFC 9457 with our members.
type Problem struct {
	Type   string `json:"type"`   // "about:blank": the code says it all
	Title  string `json:"title"`  // the status in words, English, for logs
	Status int    `json:"status"` // as in the status line
	// Instance is the request id, to quote to the help desk.
	Instance string            `json:"instance"`
	Code     access.Code       `json:"code"`
	Hint     access.Hint       `json:"hint,omitempty"`
	Errors   []FieldProblem    `json:"errors,omitempty"`
	Args     map[string]string `json:"args,omitempty"`
	Version  int64             `json:"version,omitempty"`
}

// FieldProblem is one wrong field of a 422.
type FieldProblem struct {
	Field string      `json:"field"`
	Hint  access.Hint `json:"hint"`
}

// statuses is the one table of code ↔ status.
var statuses = map[access.Code]int{
	access.CodeInvalid:      422,
	access.CodeNotFound:     404,
	access.CodeConflict:     409,
	access.CodeUnauthorized: 401,
	access.CodeForbidden:    403,
	access.CodeExpired:      410,
	access.CodeThrottled:    429,
	access.CodeUnavailable:  503,
	access.CodeInternal:     500,
}

// StatusOf returns the HTTP status of a code; 500 for one it does not know.
func StatusOf(c access.Code) int {
	if s, ok := statuses[c]; ok {
		return s
	}
	return statuses[access.CodeInternal]
}

// CodeOfStatus returns the code a bare status stands for, for answers without
// a Problem body (a proxy's, say).
func CodeOfStatus(status int) access.Code {
	for c, s := range statuses {
		if s == status {
			return c
		}
	}
	if status == 502 || status == 504 {
		return access.CodeUnavailable
	}
	return access.CodeInternal
}

// Error turns the body into the error a client works with.
func (p Problem) Error() *access.Error {
	e := &access.Error{Code: p.Code, Hint: p.Hint, Args: p.Args, Version: p.Version}
	for _, f := range p.Errors {
		e.Fields = append(e.Fields, access.FieldError(f))
	}
	if e.Code == "" {
		e.Code = CodeOfStatus(p.Status)
	}
	return e
}

// ProblemOf makes the body of an error. The cause stays behind.
func ProblemOf(e *access.Error, title, requestID string) Problem {
	p := Problem{
		Type: "about:blank", Title: title, Status: StatusOf(e.Code), Instance: requestID,
		Code: e.Code, Hint: e.Hint, Args: e.Args, Version: e.Version,
	}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, FieldProblem(f))
	}
	return p
}
