package entracontract

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// step is one call and what is kept of its answer. {name} in its texts stands
// for a variable.
type step struct {
	say    string            // what it shows; heads its part of the shape
	call   string            // "GET /applications/{app}" (Graph v1.0), "GET {login}/…"
	as     string            // variable with the bearer token; empty: the provisioning application's; "-": none
	header map[string]string // more headers
	body   string            // JSON
	form   string            // a form, as a=b&c=d before encoding; = and & in values as variables only
	gzip   bool              // send the body compressed
	atOnce int               // send it so many times together

	want  int               // status
	or    []int             // with atOnce: statuses of the calls that do not win
	again int               // so many more answers in a row must be as wanted
	holds string            // what the shape must hold, or the call is repeated while the directory lags
	lag   string            // the kind of lag (§1.3) that the wait for want is a sample of
	keep  map[string]string // variable: where in the answer, as value/0/id
	claim string            // member with a token: its claims are shown
	kinds bool              // ids and texts by their kind, for answers with others' objects in them
	omit  string            // member that is there at times only, and is not shown
	quiet bool              // preparation: not part of the shape
}

var variablePattern = regexp.MustCompile(`\{([a-z][A-Za-z0-9]*)\}`)

// fill puts variables into a text; escape is what is done to each value.
func (r *run) fill(text string, escape func(string) string) (string, error) {
	var missing error
	out := variablePattern.ReplaceAllStringFunc(text, func(m string) string {
		name := m[1 : len(m)-1]
		if make, ok := r.made[name]; ok {
			v, err := make()
			if err != nil {
				missing = err
			}
			return escape(v)
		}
		v, ok := r.vars[name]
		if !ok {
			missing = fmt.Errorf("no variable %s in %q", name, text)
		}
		return escape(v)
	})
	return out, missing
}

func plain(s string) string { return s }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    []byte
	echo   string
	tls    uint16
}

// request makes a step's call ready.
func (r *run) request(ctx context.Context, s step) (*http.Request, string, error) {
	method, where, _ := strings.Cut(s.call, " ")
	where, err := r.fill(where, plain)
	if err != nil {
		return nil, "", err
	}
	if strings.HasPrefix(where, "/") {
		if !strings.HasPrefix(where, "/beta/") {
			where = "/v1.0" + where
		}
		where = r.target.graph + where
	}
	header := http.Header{}
	body, err := r.fill(s.body, plain)
	if err != nil {
		return nil, "", err
	}
	if s.body != "" {
		header.Set("Content-Type", "application/json")
	}
	if s.form != "" {
		if body, err = r.fill(s.form, url.QueryEscape); err != nil {
			return nil, "", err
		}
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if s.gzip {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		_, _ = io.WriteString(w, body)
		if err := w.Close(); err != nil {
			return nil, "", err
		}
		body = z.String()
		header.Set("Content-Encoding", "gzip")
	}
	rq, err := http.NewRequestWithContext(ctx, method, where, strings.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	echo := uuid.NewString()
	header.Set("client-request-id", echo)
	graphs := strings.HasPrefix(where, r.target.graph+"/v1.0") || strings.HasPrefix(where, r.target.graph+"/beta")
	switch {
	case s.as == "-":
	case s.as != "":
		header.Set("Authorization", "Bearer "+r.vars[s.as])
	case r.target.control != "" && strings.HasPrefix(where, r.target.control+"/"):
		header.Set("X-Control-Key", r.target.controlKey)
	case graphs:
		header.Set("Authorization", "Bearer "+r.vars["own"])
	}
	for k, v := range s.header {
		if v, err = r.fill(v, plain); err != nil {
			return nil, "", err
		}
		header.Set(k, v)
	}
	rq.Header = header
	return rq, echo, nil
}

func (r *run) send(ctx context.Context, s step) (answer, error) {
	rq, echo, err := r.request(ctx, s)
	if err != nil {
		return answer{}, err
	}
	if r.makes(rq, "applications") && r.applications.Load() >= maxApplications {
		return answer{}, fmt.Errorf("%s would make more than %d applications", s.say, maxApplications)
	}
	res, err := r.target.hc.Do(rq)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: res.StatusCode, header: res.Header, raw: raw, echo: echo}
	if res.TLS != nil {
		r.sawTLS(rq.URL.Host, res.TLS.Version)
	}
	if res.StatusCode == http.StatusCreated {
		r.remember(rq, raw)
	}
	return a, nil
}

// makes reports whether a call may make an object of a collection.
func (r *run) makes(rq *http.Request, collection string) bool {
	path, collection := strings.ToLower(rq.URL.Path), "/"+strings.ToLower(collection)
	return strings.HasSuffix(path, collection) && rq.Method == http.MethodPost ||
		strings.Contains(path, collection+"(") && !strings.Contains(path, ")/") && rq.Method == http.MethodPatch
}

// at finds a value in an answer by a path such as value/0/id.
func at(raw []byte, path string) (string, bool) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return "", false
	}
	for p := range strings.SplitSeq(path, "/") {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			i, err := strconv.Atoi(p)
			if err != nil || i >= len(x) {
				return "", false
			}
			v = x[i]
		default:
			return "", false
		}
	}
	switch x := v.(type) {
	case string:
		return x, true
	case json.Number:
		return x.String(), true
	}
	return "", false
}

// shape writes an answer in the form of the files.
func (r *run) shape(s step, a answer) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n%s", a.status, headerShape(a.header, a.echo, r.vars))
	b.WriteString(r.bodyShape(s, a))
	return b.String()
}

func (r *run) bodyShape(s step, a answer) string {
	if len(bytes.TrimSpace(a.raw)) == 0 {
		return "(empty)\n"
	}
	if !strings.Contains(a.header.Get("Content-Type"), "json") {
		return mask(strings.TrimSpace(string(a.raw)), r.vars) + "\n"
	}
	vars := r.vars
	if s.kinds {
		vars = map[string]string{"graph": r.target.graph}
	}
	body, err := shapeOf(a.raw, vars, s.omit)
	if err != nil {
		return "(no JSON: " + err.Error() + ")\n"
	}
	if s.claim == "" {
		return body + "\n"
	}
	token, ok := at(a.raw, s.claim)
	if !ok {
		return body + "\n"
	}
	for i, name := range []string{"token's header", "token's claims"} {
		parts := strings.Split(token, ".")
		if len(parts) != 3 {
			return body + "\n(the token is no JWT)\n"
		}
		plain, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return body + "\n(the token is no JWT)\n"
		}
		part, err := shapeOf(plain, r.vars, "")
		if err != nil {
			return body + "\n(the token is no JWT)\n"
		}
		body += "\n" + name + ": " + part
	}
	return body + "\n"
}
