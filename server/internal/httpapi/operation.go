package httpapi

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/http"
)

//go:embed openapi.json
var document []byte

// Document is the OpenAPI 3.1 document of the API. It is written from the table
// of routes by go test -run TestDocument -update, and the tests hold every
// exchange against it.
func Document() []byte { return document }

func (a *API) describeAPI(context.Context, *call) (reply, error) {
	return ok(json.RawMessage(document), nil)
}

// operation is what the document tells of a route, beside what follows from its
// pattern and from who may call it. Types are told by a value of theirs. The
// refusals that every such route has stand in package openapi.
type operation struct {
	summary  string
	in       any
	optional bool     // in may be left out
	noBody   bool     // a body that says something is refused
	fields   []string // of a page's form

	keyed, versioned, anew bool
	query                  []queryParam

	status   int
	out      any
	media    []string
	pages    []int // other statuses of a page
	problems []int
	upgrade  bool
}

// queryParam is one parameter behind the question mark, which may be left out.
type queryParam struct {
	name string
	of   any // a value of its type
	text string
}

// says begins an operation with what it does: one sentence.
func says(summary string) operation { return operation{summary: summary} }

// takes is the body of a request.
func (o operation) takes(body any) operation { o.in = body; return o }

// mayTake is a body that may be left out.
func (o operation) mayTake(body any) operation { o.in, o.optional = body, true; return o }

// bare is for a handler that calls none: it reads the body and refuses one that
// says something.
func (o operation) bare() operation { o.noBody = true; return o }

// intent is for a handler that asks for the Idempotency-Key.
func (o operation) intent() operation { o.keyed = true; return o }

// eachTime is an intent whose answer is not remembered: it is done anew each time.
func (o operation) eachTime() operation { o.keyed, o.anew = true, true; return o }

// onRow is intent with the version of a row, in If-Match.
func (o operation) onRow() operation { o.keyed, o.versioned = true, true; return o }

// searches are the parameters behind the question mark.
func (o operation) searches(params ...queryParam) operation { o.query = params; return o }

// answers with 200 and a body.
func (o operation) answers(body any) operation { o.status, o.out = http.StatusOK, body; return o }

// accepts with 202 and a body: the fact comes by the feed.
func (o operation) accepts(body any) operation { o.status, o.out = http.StatusAccepted, body; return o }

// done answers with 204.
func (o operation) done() operation { o.status = http.StatusNoContent; return o }

// form is a step of a page: a form goes in, the page comes back.
func (o operation) form(fields ...string) operation {
	o.fields, o.status, o.media = fields, http.StatusOK, []string{"text/html"}
	o.pages = []int{http.StatusGone, http.StatusUnprocessableEntity, http.StatusTooManyRequests}
	return o
}

// file answers with 200 and bytes of one of these types.
func (o operation) file(media ...string) operation {
	o.status, o.media = http.StatusOK, media
	return o
}

// feed answers with 101: the connection becomes a websocket.
func (o operation) feed() operation {
	o.status, o.upgrade = http.StatusSwitchingProtocols, true
	return o
}

// refuses are statuses beside those that every route of its kind has: 401 and
// 403 (a session), 404 (a name in the path), 413 and 422 (a body), 409 and 422
// (an Idempotency-Key), 500 and 503 (all).
func (o operation) refuses(status ...int) operation { o.problems = status; return o }
