package shape

import (
	"cmp"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// listed is what `go list -deps` says of a package.
type listed struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

// Build tags: the programs are built with built. Tests add ci, which puts the
// toolkit's software driver, and its test package with it, in the place of the
// windows' own.
const (
	built  = "migrated_fynedo"
	tested = "migrated_fynedo,ci"
)

// deps returns every package that a pattern's packages reach, themselves
// included, by import path.
func deps(t *testing.T, tags string, patterns ...string) map[string]listed {
	t.Helper()
	args := append([]string{"list", "-deps", "-json=ImportPath,Imports,Standard", "-tags", tags}, patterns...)
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := map[string]listed{}
	for dec := json.NewDecoder(out); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		found[l.ImportPath] = l
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("go list %v: %v", patterns, err)
	}
	if len(found) == 0 {
		t.Fatalf("go list %v found nothing", patterns)
	}
	return found
}

// TestReach: what a program or room must not link, by any road.
func TestReach(t *testing.T) {
	cases := []struct {
		name     string
		patterns []string
		tags     string   // empty: tested
		never    []string // import paths, or prefixes ending in /
	}{
		{
			name: "the server links no emulator, no test server, no invented data, no toolkit", patterns: []string{"./server"},
			never: []string{
				"llavero/server/internal/entraemu", "llavero/server/internal/gatewayemu", "llavero/server/internal/maildrop",
				"llavero/server/servertest", "llavero/shared/seed", "testing", "fyne.io/", "llavero/app/",
				"llavero/server/internal/openapi", "github.com/santhosh-tekuri/",
			},
		},
		{
			name: "the desktop links no server and no invented data", patterns: []string{"./app"}, tags: built,
			never: []string{"llavero/server/", "llavero/shared/seed", "testing", "fyne.io/fyne/v2/test"},
		},
		{
			name: "screens reach no network and no storage", patterns: []string{"./app/internal/ui/login", "./app/internal/ui/account", "./app/internal/ui/help", "./app/internal/ui/logbook", "./app/internal/ui/tell", "./app/internal/ui/delegate", "./app/internal/ui/ministry"},
			never: []string{
				"llavero/app/internal/api", "llavero/app/internal/live", "llavero/app/internal/cache", "llavero/app/internal/ui",
				"github.com/gorilla/websocket", "github.com/mattn/go-sqlite3", "database/sql",
			},
		},
		{
			name: "state reaches no toolkit, network or storage", patterns: []string{"./app/internal/state"},
			never: []string{"fyne.io/", "github.com/", "net/http", "database/sql", "llavero/app/internal/"},
		},
		{
			name: "the emulators reach neither our Graph client nor the tests' package", patterns: []string{"./server/cmd/entra-emulator"},
			never: []string{"llavero/server/internal/entra", "llavero/server/internal/store", "testing"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			own := map[string]bool{}
			for _, p := range c.patterns {
				own["llavero/"+strings.TrimPrefix(p, "./")] = true
			}
			reached := deps(t, cmp.Or(c.tags, tested), c.patterns...)
			for path := range reached {
				if own[path] {
					continue
				}
				for _, never := range c.never {
					if path == never || strings.HasSuffix(never, "/") && strings.HasPrefix(path, never) {
						t.Errorf("%v reaches %s through %v", c.patterns, path, importersOf(reached, path))
					}
				}
			}
		})
	}
}

// TestShared_standardLibraryOnly: what both sides agree on depends on nothing
// but the standard library and itself.
func TestShared_standardLibraryOnly(t *testing.T) {
	for path, l := range deps(t, tested, "./shared/...") {
		if !l.Standard && !strings.HasPrefix(path, "llavero/shared/") {
			t.Errorf("shared reaches %s", path)
		}
	}
}

func importersOf(all map[string]listed, path string) []string {
	var by []string
	for _, l := range all {
		if slices.Contains(l.Imports, path) {
			by = append(by, l.ImportPath)
		}
	}
	slices.Sort(by)
	return by
}

// goFiles calls do with every Go file of the repository.
func goFiles(t *testing.T, do func(path string, test bool, file *ast.File, set *token.FileSet)) {
	t.Helper()
	seen := 0
	for _, top := range []string{"app", "server", "shared", "assets", "packaging"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				if errors.Is(err, fs.ErrNotExist) {
					return nil
				}
				return err
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			seen++
			do(strings.TrimPrefix(filepath.ToSlash(path), root+"/"), strings.HasSuffix(path, "_test.go"), file, set)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 20 {
		t.Fatalf("only %d files: the walk is wrong", seen)
	}
}

// TestOnlyMainsMakeAnApp: fyne/v2/app is imported in two places, so that all
// else builds and is tested without OpenGL or a display.
func TestOnlyMainsMakeAnApp(t *testing.T) {
	allowed := []string{"app/main.go", "app/cmd/gallery/"}
	goFiles(t, func(path string, _ bool, file *ast.File, _ *token.FileSet) {
		for _, imp := range file.Imports {
			if imp.Path.Value != `"fyne.io/fyne/v2/app"` {
				continue
			}
			if !slices.ContainsFunc(allowed, func(a string) bool { return strings.HasPrefix(path, a) }) {
				t.Errorf("%s imports fyne.io/fyne/v2/app", path)
			}
		}
	})
}

// TestScreensStartNoGoroutine: background work goes through the shell, which
// drops late answers; a screen with a goroutine of its own would not.
func TestScreensStartNoGoroutine(t *testing.T) {
	goFiles(t, func(path string, test bool, file *ast.File, set *token.FileSet) {
		if test || !strings.HasPrefix(path, "app/internal/ui/") || path == "app/internal/ui/background.go" ||
			strings.HasPrefix(path, "app/internal/ui/drive/") { // not a screen, and not in what is handed out
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				t.Errorf("%s:%d starts a goroutine", path, set.Position(g.Pos()).Line)
			}
			return true
		})
	})
}

// TestFilesAreShort: 400 lines are the aim, 500 need splitting.
func TestFilesAreShort(t *testing.T) {
	goFiles(t, func(path string, _ bool, file *ast.File, set *token.FileSet) {
		if lines := set.File(file.Pos()).LineCount(); lines > 500 {
			t.Errorf("%s has %d lines", path, lines)
		}
	})
}

// TestTestsDoNotSleep: waiting is done on a condition, a channel or a virtual
// clock.
func TestTestsDoNotSleep(t *testing.T) {
	goFiles(t, func(path string, test bool, file *ast.File, set *token.FileSet) {
		if !test {
			return
		}
		virtual := slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing/synctest"` })
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || virtual {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sleep" {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" {
					t.Errorf("%s:%d sleeps", path, set.Position(call.Pos()).Line)
				}
			}
			return true
		})
	})
}
