package shape

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// manualRows is how many rows the manual has: M-01 to M-117.
const manualRows = 117

// decider is one test named in docs/manual-coverage.md: `folder` TestName, or
// `folder` TestName/case.
var decider = regexp.MustCompile("`([a-z0-9/_]+)` (Test[A-Za-z0-9_]+)(?:/([A-Za-z0-9_-]+))?")

// owed is a line of the page's list of rows not decided yet.
var owed = regexp.MustCompile(`^- (M-\d{2,3}): .{10,}`)

// TestManualCoverage: docs/manual-coverage.md has a line for each row of the
// manual, in order, and each line names at least one test that stands in the
// folder it says. A row without a test passes only as one of those that the page
// says are undecided, with the reason.
func TestManualCoverage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "manual-coverage.md"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(page), "\n")
	undecided := map[string]bool{}
	for _, line := range lines {
		if m := owed.FindStringSubmatch(line); m != nil {
			if undecided[m[1]] {
				t.Errorf("%s is owed twice", m[1])
			}
			undecided[m[1]] = true
		}
	}
	count := len(undecided)
	known := map[string]map[string]source{}
	next := 1
	for n, line := range lines {
		if !strings.HasPrefix(line, "| M-") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		id := strings.TrimSpace(cells[0])
		if want := fmt.Sprintf("M-%02d", next); id != want {
			t.Fatalf("line %d: %s where %s should stand", n+1, id, want)
		}
		next++
		if len(cells) != 3 || strings.TrimSpace(cells[1]) == "" {
			t.Errorf("%s: want three columns: row, what, tests", id)
			continue
		}
		named := decider.FindAllStringSubmatch(cells[2], -1)
		if len(named) == 0 && !undecided[id] {
			t.Errorf("%s: no test decides it", id)
		}
		if n := strings.Count(cells[2], "Test"); n != len(named) {
			t.Errorf("%s: %d tests are named, %d of them in the form `folder` TestName", id, n, len(named))
		}
		delete(undecided, id)
		for _, m := range named {
			standsIn(t, known, id, m[1], m[2], m[3])
		}
	}
	if next != manualRows+1 {
		t.Errorf("the page ends at row %d of %d", next-1, manualRows)
	}
	for id := range undecided {
		t.Errorf("%s is owed, and is no row", id)
	}
	if count > 0 {
		t.Logf("%d of %d rows are undecided", count, manualRows)
	}
}

// source is where a test function stands: the text literals of its file, which
// name its cases.
type source map[string]bool

// standsIn complains unless a folder has a test, and its file the name of a case.
func standsIn(t *testing.T, known map[string]map[string]source, id, dir, test, part string) {
	t.Helper()
	if known[dir] == nil {
		known[dir] = testsIn(t, dir)
	}
	switch words, ok := known[dir][test]; {
	case !ok:
		t.Errorf("%s: there is no %s in %s", id, test, dir)
	case part != "" && !words[strings.ReplaceAll(part, "_", " ")] && !words[part]:
		t.Errorf("%s: %s in %s has no case %s", id, test, dir, part)
	}
}

// testsIn lists the test functions of a folder.
func testsIn(t *testing.T, dir string) map[string]source {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]source{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		words := source{}
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if text, err := strconv.Unquote(l.Value); err == nil {
					words[text] = true
				}
			}
			return true
		})
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
				found[f.Name.Name] = words
			}
		}
	}
	return found
}
