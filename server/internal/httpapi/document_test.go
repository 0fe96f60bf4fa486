package httpapi

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"llavero/server/internal/openapi"
	"llavero/shared/wire"
)

var update = flag.Bool("update", false, "write openapi.json anew")

// callers says who may call a route.
var callers = map[gate]string{
	anyone: "", signedIn: "delegates and officers", delegates: "delegates and independents", officers: "ministry officers",
	administrators: "officers who are administrators",
}

// operations are the tables of routes and pages as the document takes them.
func operations() []openapi.Operation {
	a := &API{}
	var all []openapi.Operation
	add := func(id, pattern, who string, tells operation) {
		o := openapi.Operation{
			ID: id, Summary: tells.summary, Who: who, In: tells.in, InOptional: tells.optional, NoBody: tells.noBody, Form: tells.fields,
			MaxBody: bodyLimit(pattern), Keyed: tells.keyed, Anew: tells.anew, Versioned: tells.versioned, Status: tells.status, Out: tells.out,
			Media: tells.media, Statuses: tells.pages, Problems: tells.problems, Upgrade: tells.upgrade,
		}
		for _, q := range tells.query {
			o.Query = append(o.Query, openapi.Query{Name: q.name, Of: q.of, Text: q.text})
		}
		o.Method, o.Path, _ = strings.Cut(pattern, " ")
		all = append(all, o)
	}
	for _, rt := range a.routes() {
		add(handlerName(rt), rt.pattern, callers[rt.who], rt.tells)
	}
	for _, p := range a.pages() {
		add(p.id, p.pattern, "", p.tells)
	}
	return all
}

// handlerName is the verb of a route: its handler's.
func handlerName(rt route) string {
	name := runtime.FuncForPC(reflect.ValueOf(rt.handle).Pointer()).Name()
	return strings.TrimSuffix(name[strings.LastIndex(name, ".")+1:], "-fm")
}

// TestDocument: openapi.json is what the table of routes and the types of package
// wire say.
func TestDocument(t *testing.T) {
	for gate, word := range callers {
		if gate != anyone && word == "" {
			t.Errorf("a gate without words")
		}
	}
	src, err := openapi.ReadSource("../../../shared/wire", "../../../shared/access", "../../../shared/receipt", "../../../shared/trail")
	if err != nil {
		t.Fatal(err)
	}
	want, err := openapi.Build(src, operations())
	if err != nil {
		t.Fatalf("openapi.json cannot be written:\n%v", err)
	}
	if *update {
		if err := os.WriteFile("openapi.json", want, 0o644); err != nil { //nolint:gosec // anyone may read it
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(want, document) {
		t.Errorf("openapi.json is not what routes.go and package wire say; write it anew and look at the difference:\n\tgo test ./server/internal/httpapi -run TestDocument -update\n%s", firstDifference(document, want))
	}
}

func firstDifference(have, want []byte) string {
	a, b := strings.Split(string(have), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			line := func(all []string) string {
				if i < len(all) {
					return all[i]
				}
				return "(it ends)"
			}
			have, want := line(a), line(b)
			same := 0
			for same < min(len(have), len(want)) && have[same] == want[same] {
				same++
			}
			near := func(s string) string { return s[max(0, same-60):min(len(s), same+60)] }
			return fmt.Sprintf("line %d has\n\t%s\nand should have\n\t%s", i+1, near(have), near(want))
		}
	}
	return ""
}

// spec holds every exchange of this package's tests against the document.
var spec = sync.OnceValue(func() *openapi.Checker {
	c, err := openapi.NewChecker(document)
	if err != nil {
		panic(fmt.Sprintf("openapi.json: %v", err))
	}
	return c
})

// watched is a handler whose every exchange is held against the document.
func watched(t testing.TB, next http.Handler) http.Handler {
	return spec().Watch(next, func(err error) { t.Error(err) })
}

// unseen are the statuses that no test of this package sees, and why not.
var unseen = map[string]string{
	"* 500":    "a fault of ours is one answer for all routes: TestInternal_isHidden plants it",
	"* 503":    "what is down is one answer for all routes: TestHealthAndAbout, TestPermissionsPath",
	"feed 429": "package feed's tests open one too many",
	"sign 410": "a code grows old by the store's clock: workflow's tests move it",
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	whole := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" &&
		flag.Lookup("test.fuzz").Value.String() == "" && flag.Lookup("test.list").Value.String() == ""
	if code == 0 && whole && !testing.Short() {
		code = sawAll()
	}
	os.Exit(code)
}

// sawAll says which operations and statuses of the document no test brought about.
func sawAll() int {
	seen, listed, used := spec().Seen(), spec().Listed(), map[string]bool{}
	var missed []string
	for id, statuses := range listed {
		for _, status := range statuses {
			one, all := fmt.Sprintf("%s %d", id, status), fmt.Sprintf("* %d", status)
			switch {
			case seen[id][status] > 0:
			case unseen[one] != "":
				used[one] = true
			case unseen[all] != "":
				used[all] = true
			default:
				missed = append(missed, one)
			}
		}
	}
	slices.Sort(missed)
	for _, m := range missed {
		fmt.Printf("openapi.json lists %s, and no test of this package sees it: write one, or take the status from the row in routes.go, or say in unseen why\n", m)
	}
	for what := range unseen {
		if !used[what] {
			fmt.Printf("unseen has a line for %s, which is seen or not listed any more\n", what)
			missed = append(missed, what)
		}
	}
	return cmp.Compare(len(missed), 0)
}

// TestDocument_isServed: anyone is given the document.
func TestDocument_isServed(t *testing.T) {
	b := newBench(t)
	got := b.do(ask{method: http.MethodGet, path: strings.TrimPrefix(wire.RouteOpenAPI, "GET ")})
	if got.status != http.StatusOK || got.head.Get("Content-Type") != "application/json" || !strings.HasPrefix(string(got.body), `{"openapi":"3.1.0"`) {
		t.Errorf("%d %v %.60s", got.status, got.head, got.body)
	}
}
