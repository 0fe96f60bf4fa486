package openapi

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// Operation is one route as the document tells of it.
type Operation struct {
	ID      string // the verb, as the handler's name
	Summary string // a sentence, in English
	Method  string
	Path    string // "/v1/keys/{id}"
	Who     string // who may call it, in words; empty: anyone, without a session

	In         any      // a value of the request body's type; nil: no body
	InOptional bool     // the body may be left out
	NoBody     bool     // a body that says something is refused
	Form       []string // fields of an HTML form, in the place of In
	MaxBody    int64    // bytes; 0: wire.MaxBody
	Query      []Query
	Keyed      bool // an Idempotency-Key is needed
	Versioned  bool // an If-Match is needed
	Anew       bool // the answer to a key is not remembered

	Status   int      // of the answer when all is well
	Out      any      // a value of its body's type; nil: none, or a file
	Media    []string // of a file, or a page
	Statuses []int    // other statuses with the same body, of a page
	Problems []int    // refusals beside those that follow from the rest
	Upgrade  bool     // the connection becomes a websocket
}

// Query is one parameter behind the question mark.
type Query struct {
	Name     string
	Of       any // a value of its type
	Text     string
	Required bool
}

var pathParam = regexp.MustCompile(`\{([a-zA-Z]+)\}`)

// params are the names in the path.
func (o Operation) params() []string {
	var names []string
	for _, m := range pathParam.FindAllStringSubmatch(o.Path, -1) {
		names = append(names, m[1])
	}
	return names
}

// tag groups operations by what they are about.
func (o Operation) tag() string {
	parts := strings.Split(strings.TrimPrefix(o.Path, "/"), "/")
	if parts[0] == "v1" {
		parts = parts[1:]
	}
	word, _, _ := strings.Cut(parts[0], ".")
	return word
}

// problems are the statuses of all refusals, in order. Those of faults are every
// route's.
func (o Operation) problems() []int {
	if o.Form != nil || o.Media != nil && o.Who == "" {
		return []int{wire.StatusOf(access.CodeInternal), wire.StatusOf(access.CodeUnavailable)}
	}
	all := slices.Clone(o.Problems)
	of := func(codes ...access.Code) {
		for _, c := range codes {
			all = append(all, wire.StatusOf(c))
		}
	}
	of(access.CodeInternal, access.CodeUnavailable)
	if o.Who != "" {
		of(access.CodeUnauthorized, access.CodeForbidden)
	}
	if len(o.params()) > 0 {
		of(access.CodeNotFound)
	}
	if len(o.Query) > 0 {
		of(access.CodeInvalid)
	}
	if o.In != nil || o.NoBody {
		all = append(all, tooLarge)
		of(access.CodeInvalid)
	}
	if o.Keyed || o.Versioned {
		of(access.CodeInvalid)
	}
	if o.Keyed && !o.Anew || o.Versioned {
		of(access.CodeConflict)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// check says what an operation lacks.
func (o Operation) check() error {
	name := o.Method + " " + o.Path
	switch {
	case o.Summary == "":
		return fmt.Errorf("%s: it has no summary: end its row in routes.go with says(\"…\") and what it takes and answers", name)
	case !strings.HasSuffix(o.Summary, "."):
		return fmt.Errorf("%s: its summary is no sentence with a full stop", name)
	case o.Status == 0:
		return fmt.Errorf("%s: it does not say what it answers: add .answers(body), .accepts(body), .done() or .file(media…) to its row", name)
	case !regexp.MustCompile(`^[a-z][A-Za-z]+$`).MatchString(o.ID):
		return fmt.Errorf("%s: the handler %q is no method with a verb's name", name, o.ID)
	}
	return nil
}

// checkAll says what is wrong with a set of operations.
func checkAll(all []Operation) error {
	var wrong []error
	ids := map[string]string{}
	for _, o := range all {
		if err := o.check(); err != nil {
			wrong = append(wrong, err)
		}
		if other, twice := ids[o.ID]; twice {
			wrong = append(wrong, fmt.Errorf("%s and %s have one id, %s", other, o.Path, o.ID))
		}
		ids[o.ID] = o.Path
	}
	return errors.Join(wrong...)
}
