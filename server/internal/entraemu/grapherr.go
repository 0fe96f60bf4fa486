package entraemu

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// graphError is a refusal with Graph's code and wording.
type graphError struct {
	status     int
	code       string
	message    string
	details    []fields
	retryAfter int // seconds; 0 sends no header
}

func (g *graphError) Error() string { return g.code + ": " + g.message }

func badRequest(format string, args ...any) *graphError {
	return &graphError{status: http.StatusBadRequest, code: "Request_BadRequest", message: fmt.Sprintf(format, args...)}
}

func (g *graphError) detail(code, target string) *graphError {
	g.details = append(g.details, fields{{"code", code}, {"message", g.message}, {"target", target}})
	return g
}

func notFound(what string) *graphError {
	return &graphError{
		status: http.StatusNotFound, code: "Request_ResourceNotFound",
		message: "Resource '" + what + "' does not exist or one of its queried reference-property objects are not present.",
	}
}

func noSegment(name string) *graphError {
	return &graphError{status: http.StatusNotFound, code: "BadRequest", message: "Resource not found for the segment '" + name + "'."}
}

func wrongMethod() *graphError {
	return &graphError{status: http.StatusMethodNotAllowed, code: "Request_BadRequest", message: "Specified HTTP method is not allowed for the request target."}
}

func denied() *graphError {
	return &graphError{status: http.StatusForbidden, code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation."}
}

func badToken(message string) *graphError {
	return &graphError{status: http.StatusUnauthorized, code: "InvalidAuthenticationToken", message: message}
}

func badValue(property, resource string) *graphError {
	return badRequest("Invalid value specified for property '%s' of resource '%s'.", property, resource).detail("InvalidValue", property)
}

func noBackingApplication(appID string) *graphError {
	return badRequest("The appId '%s' of the service principal does not reference a valid application object.", appID).
		detail("NoBackingApplicationObject", "appId")
}

func badPayload() *graphError {
	return &graphError{status: http.StatusBadRequest, code: "BadRequest", message: "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."}
}

func sameKeyValue() *graphError {
	return &graphError{
		status: http.StatusConflict, code: "Request_MultipleObjectsWithSameKeyValue",
		message: "A conflicting object with one or more of the specified property values is present in the directory.",
	}
}

func tooMany(seconds int) *graphError {
	return &graphError{
		status: http.StatusTooManyRequests, code: "TooManyRequests", message: "Please retry again later.", retryAfter: seconds,
	}
}

func overQuota(whose string) *graphError {
	return &graphError{
		status: http.StatusForbidden, code: "Directory_QuotaExceeded",
		message: "The directory object quota limit for the " + whose + " has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.",
	}
}

// faultError is the usual refusal of a status, for faults that name no other.
func faultError(f Fault) *graphError {
	g := map[int]*graphError{
		http.StatusUnauthorized:       badToken("Lifetime validation failed, the token is expired."),
		http.StatusForbidden:          denied(),
		http.StatusNotFound:           {code: "Directory_ObjectNotFound", message: "Unable to read the company information from the directory."},
		http.StatusConflict:           {code: "Directory_ConcurrencyViolation", message: "Error due to concurrent requests being made to the tenant. Please wait briefly and retry."},
		http.StatusTooManyRequests:    tooMany(0),
		http.StatusServiceUnavailable: {code: "Service_ServiceUnavailable", message: "Service is temporarily unavailable. Please wait and retry again."},
	}[f.Status]
	if g == nil {
		g = &graphError{code: "UnknownError", message: ""}
	}
	g.status, g.retryAfter = f.Status, 0 // the header is the fault's own affair
	if f.Code != "" {
		g.code = f.Code
	}
	if f.Message != "" {
		g.message = f.Message
	}
	return g
}

// refuse writes a Graph error body.
func (rq *request) refuse(g *graphError) {
	rq.entry.Code = g.code
	client := rq.r.Header.Get("client-request-id")
	if client == "" {
		client = rq.entry.RequestID
	}
	body := fields{{"code", g.code}, {"message", g.message}}
	if len(g.details) > 0 {
		body = append(body, pair{"details", g.details})
	}
	body = append(body, pair{"innerError", fields{
		{"date", rq.entry.At.UTC().Format("2006-01-02T15:04:05")},
		{"request-id", rq.entry.RequestID},
		{"client-request-id", client},
	}})
	h := rq.w.Header()
	if g.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(g.retryAfter))
	}
	if g.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="https://`+strings.TrimSpace(rq.r.Host)+`/common/oauth2/authorize", client_id="`+graphAppID+`"`)
	}
	rq.graphHeaders()
	writeJSON(rq.w, g.status, "application/json", fields{{"error", body}})
}

func (rq *request) graphHeaders() {
	h := rq.w.Header()
	h.Set("request-id", rq.entry.RequestID)
	client := rq.r.Header.Get("client-request-id")
	if client == "" {
		client = rq.entry.RequestID
	}
	h.Set("client-request-id", client)
	h.Set("Cache-Control", "no-cache")
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("x-ms-resource-unit", "1")
	h.Set("Date", rq.entry.At.UTC().Format(http.TimeFormat))
}
