package entraemu

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxBatch is how many requests one $batch holds.
const maxBatch = 20

// batchStep is one request of a batch.
type batchStep struct {
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	DependsOn []string          `json:"dependsOn"`
	Headers   map[string]string `json:"headers"`
	Body      json.RawMessage   `json:"body"`
}

// isBatch reports whether a call is a $batch.
func (rq *request) isBatch() bool {
	_, rest, _ := strings.Cut(strings.TrimPrefix(rq.r.URL.Path, "/"), "/")
	return strings.Trim(rest, "/") == "$batch"
}

// batch does several requests as if each came by itself: throttled, faulted
// and written into the journal one by one, in their order.
func (e *Emulator) batch(rq *request, caller accessClaims) *graphError {
	if rq.r.Method != http.MethodPost {
		return wrongMethod()
	}
	if refusal := rq.inflate(); refusal != nil {
		return refusal
	}
	steps, refusal := parseBatch(rq.body)
	if refusal != nil {
		return refusal
	}
	status := map[string]int{}
	answers := make([]fields, 0, len(steps))
	for _, s := range steps {
		var sub *request
		if slices.ContainsFunc(s.DependsOn, func(id string) bool { return status[id] >= 400 }) {
			sub = rq.step(s)
			sub.refuse(&graphError{status: http.StatusFailedDependency, code: "FailedDependency", message: "A request that this one depends on failed."})
		} else {
			sub = e.doStep(rq, s, caller)
		}
		status[s.ID] = sub.w.status
		rq.entry.Wrote = rq.entry.Wrote || sub.entry.Wrote
		answers = append(answers, sub.batchAnswer(s.ID))
	}
	writeJSON(rq.w, http.StatusOK, "application/json", fields{{"responses", answers}})
	return nil
}

func badBatch(format string, args ...any) *graphError {
	g := badRequest(format, args...)
	g.code = "BadRequest"
	return g
}

func parseBatch(body []byte) ([]batchStep, *graphError) {
	var in struct {
		Requests []batchStep `json:"requests"`
	}
	if err := json.Unmarshal(body, &in); err != nil || len(in.Requests) == 0 {
		return nil, badBatch("Invalid batch payload format.")
	}
	if len(in.Requests) > maxBatch {
		return nil, badBatch("Number of batch request steps exceeds the maximum value of %d.", maxBatch)
	}
	known := map[string]bool{}
	for i, s := range in.Requests {
		s.Method = strings.ToUpper(s.Method)
		in.Requests[i] = s
		u, err := url.Parse(s.URL)
		switch {
		case s.ID == "" || s.Method == "" || s.URL == "":
			return nil, badBatch("Invalid batch payload format.")
		case known[s.ID]:
			return nil, badBatch("Request with id '%s' is duplicated in the batch payload.", s.ID)
		case err != nil || u.Host != "" || u.Scheme != "" || !isMethod(s.Method):
			return nil, badBatch("The url or the method of request id : %s is not valid.", s.ID)
		case strings.Contains(u.Path, "$batch"):
			return nil, badBatch("Request id : %s is a batch in a batch.", s.ID)
		case len(s.Body) > 0 && string(s.Body) != "null" && s.header("Content-Type") == "":
			return nil, badBatch("Write request id : %s does not contain Content-Type header or body.", s.ID)
		}
		for _, id := range s.DependsOn {
			if !known[id] {
				return nil, badBatch("Request id : %s depends on '%s', which does not come before it.", s.ID, id)
			}
		}
		known[s.ID] = true
	}
	return in.Requests, nil
}

func isMethod(m string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete}, m)
}

func (s batchStep) header(name string) string {
	for k, v := range s.Headers {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// step makes a request of its own of one in a batch.
func (rq *request) step(s batchStep) *request {
	version, _, _ := strings.Cut(strings.TrimPrefix(rq.r.URL.Path, "/"), "/")
	r := new(http.Request)
	*r = *rq.r
	r.Method, r.Header = s.Method, http.Header{}
	for k, v := range s.Headers {
		r.Header.Set(k, v)
	}
	if u, err := url.Parse("/" + version + "/" + strings.TrimLeft(s.URL, "/")); err == nil {
		r.URL = u
	}
	sub := &request{
		w: &recorder{header: http.Header{}}, r: r, body: s.payload(),
		entry: &Call{
			At: rq.entry.At, Surface: SurfaceGraph, Method: s.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
			RequestID: randomID(), Client: rq.entry.Client,
		},
	}
	sub.graphHeaders()
	return sub
}

// payload is the body as bytes: JSON as it stands; a base64 body of another
// type would be refused later all the same.
func (s batchStep) payload() []byte {
	if string(s.Body) == "null" {
		return nil
	}
	return s.Body
}

// doStep acts on one request, with the faults meant for it. In a batch nothing
// can be cut: who does not answer is 504.
func (e *Emulator) doStep(rq *request, s batchStep, caller accessClaims) *request {
	sub := rq.step(s)
	fault := e.faultFor(SurfaceGraph, sub.r)
	sub.entry.Fault = fault.Kind
	switch fault.Kind {
	case FaultStatus:
		e.refuseByFault(sub, fault)
	case FaultCutBefore:
		sub.refuse(&graphError{status: http.StatusGatewayTimeout, code: "UnknownError"})
	default:
		sub.entry.Acted = true
		if refusal := e.operate(sub, caller); refusal != nil {
			sub.refuse(refusal)
		}
		if fault.Kind == FaultLostAnswer || fault.Kind == FaultHang || fault.Kind == FaultCutBody {
			sub.w = &recorder{header: http.Header{}}
			sub.refuse(&graphError{status: http.StatusGatewayTimeout, code: "UnknownError"})
		}
	}
	sub.entry.Status = sub.w.status
	e.journal.add(*sub.entry)
	return sub
}

// batchAnswer is the answer as a batch carries it.
func (rq *request) batchAnswer(id string) fields {
	names := make([]string, 0, len(rq.w.header))
	for name := range rq.w.header {
		names = append(names, name)
	}
	slices.Sort(names)
	headers := make(fields, len(names))
	for i, name := range names {
		headers[i] = pair{name, rq.w.header.Get(name)}
	}
	f := fields{{"id", id}, {"status", rq.w.status}, {"headers", headers}}
	if b := bytes.TrimSpace(rq.w.body.Bytes()); json.Valid(b) {
		f = append(f, pair{"body", json.RawMessage(b)})
	} else if len(b) > 0 {
		f = append(f, pair{"body", string(b)})
	}
	return f
}
