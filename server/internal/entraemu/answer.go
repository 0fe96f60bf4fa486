package entraemu

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// How much an answer says about itself, as Accept asks.
type metadata string

const (
	metaNone    metadata = "none"
	metaMinimal metadata = "minimal"
	metaFull    metadata = "full"
)

// wanted reads odata.metadata and IEEE754Compatible out of the Accept header.
func wanted(accept string) (level metadata, numbersAsText bool) {
	level = metaMinimal
	for part := range strings.FieldsFuncSeq(accept, func(r rune) bool { return r == ';' || r == ',' }) {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(name) {
		case "odata.metadata", "odata":
			switch m := metadata(strings.ToLower(value)); m {
			case metaNone, metaMinimal, metaFull:
				level = m
			}
		case "ieee754compatible":
			numbersAsText = strings.EqualFold(value, "true")
		}
	}
	return level, numbersAsText
}

func (op *operation) level() metadata {
	m, _ := wanted(op.r.Header.Get("Accept"))
	return m
}

// number is an Int64 member: text for clients whose numbers hold 53 bits.
func (op *operation) number(n int) any {
	if _, asText := wanted(op.r.Header.Get("Accept")); asText {
		return strconv.Itoa(n)
	}
	return n
}

func (op *operation) answer(status int, v fields) *graphError {
	level, asText := wanted(op.r.Header.Get("Accept"))
	op.w.Header().Set("OData-Version", "4.0")
	writeJSON(op.w, status, fmt.Sprintf("application/json;odata.metadata=%s;odata.streaming=true;IEEE754Compatible=%t;charset=utf-8", level, asText), v)
	return nil
}

func (op *operation) noContent() *graphError {
	op.w.WriteHeader(http.StatusNoContent)
	return nil
}

// plainCount answers a /$count path.
func (op *operation) plainCount(n int) *graphError {
	op.w.Header().Set("OData-Version", "4.0")
	op.w.Header().Set("Content-Type", "text/plain")
	_, _ = op.w.Write([]byte(strconv.Itoa(n)))
	return nil
}

// root is Graph's base with the version the caller used.
func (op *operation) root() string {
	version, _, _ := strings.Cut(strings.TrimPrefix(op.r.URL.Path, "/"), "/")
	return op.e.base(op.r) + "/" + version
}

// context is the first member of an answer, if Accept does not forbid it.
func (op *operation) context(of string) fields {
	if op.level() == metaNone {
		return nil
	}
	return fields{{"@odata.context", op.root() + "/$metadata#" + of}}
}

// typed puts the type before an object of a mixed collection.
func typed(kind string, f fields) fields {
	return append(fields{{"@odata.type", "#microsoft.graph." + kind}}, f...)
}

// whole is an object with what the metadata level adds. In mixed collections
// the type always goes along.
func (op *operation) whole(it item, mixed bool) fields {
	c, e := it.in(), it.core()
	f := c.show(op, it)
	if op.level() == metaFull {
		link := "directoryObjects/" + e.ID + "/Microsoft.DirectoryServices." + c.resource()
		f = append(fields{
			{"@odata.id", op.root() + "/" + op.e.cfg.Tenant + "/" + link},
			{"@odata.editLink", link},
			{"@odata.etag", etag(e)},
			{"owners@odata.navigationLink", op.root() + "/" + c.name() + "/" + e.ID + "/owners"},
		}, f...)
	}
	if mixed || op.level() == metaFull {
		f = typed(c.typeName(), f)
	}
	return f
}

// etag is an object's revision.
func etag(e *entity) string {
	return `W/"` + b64([]byte(e.ID+"/"+strconv.Itoa(e.Revision))) + `"`
}

// stale answers a conditional request whose condition does not hold: 412 for
// If-Match, 304 for a read with If-None-Match.
func (op *operation) stale(e *entity) (*graphError, bool) {
	matches := func(header string) bool {
		for tag := range strings.SplitSeq(header, ",") {
			if tag = strings.TrimSpace(tag); tag == "*" || tag == etag(e) {
				return true
			}
		}
		return false
	}
	if h := op.r.Header.Get("If-Match"); h != "" && !matches(h) {
		return &graphError{status: http.StatusPreconditionFailed, code: "Request_PreconditionFailed", message: "The condition specified in the If-Match header does not hold for the resource."}, true
	}
	h := op.r.Header.Get("If-None-Match")
	if h == "" || !matches(h) {
		return nil, false
	}
	if op.r.Method != http.MethodGet {
		return &graphError{status: http.StatusPreconditionFailed, code: "Request_PreconditionFailed", message: "The condition specified in the If-None-Match header does not hold for the resource."}, true
	}
	op.w.Header().Set("ETag", etag(e))
	op.w.WriteHeader(http.StatusNotModified)
	return nil, true
}

// sendTag names the revision, to who asks for full metadata. Entra sends no tag
// for these objects by default.
func (op *operation) sendTag(it item) {
	if op.level() == metaFull {
		op.w.Header().Set("ETag", etag(it.core()))
	}
}

// showOne answers with one object of its own collection.
func (op *operation) showOne(it item) *graphError {
	c := it.in()
	f, refusal := op.shaped(c.resource(), op.whole(it, false), it)
	if refusal != nil {
		return refusal
	}
	op.sendTag(it)
	return op.answer(http.StatusOK, append(op.context(c.name()+op.selectText()+"/$entity"), f...))
}

// createdOne answers a write that made an object.
func (op *operation) createdOne(it item) *graphError {
	c := it.in()
	op.sendTag(it)
	return op.created("/"+c.name()+"/"+it.core().ID, append(op.context(c.name()+"/$entity"), op.whole(it, false)...))
}

func (op *operation) created(location string, v fields) *graphError {
	op.w.Header().Set("Location", op.root()+location)
	return op.answer(http.StatusCreated, v)
}
