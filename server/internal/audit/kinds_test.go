package audit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"llavero/shared/es"
	"llavero/shared/trail"
)

// constants reads the kinds out of this package's source.
func constants(t *testing.T) map[string]Kind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "audit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Kind{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != "Kind" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		found[spec.Names[0].Name] = Kind(text)
		return true
	})
	return found
}

// Every kind stands in the list, has a group, and words of its own in Spanish.
func TestKinds(t *testing.T) {
	all := constants(t)
	if len(all) < 80 || len(all) != len(kinds) {
		t.Errorf("%d constants, %d in the list", len(all), len(kinds))
	}
	words := map[string]Kind{}
	for name, k := range all {
		if !slices.Contains(kinds, k) {
			t.Errorf("%s is not in the list of kinds.go", name)
		}
		if !slices.Contains(KindsOf(k.Group()), k) {
			t.Errorf("%s is not among its group's", name)
		}
		said := es.Act(string(k))
		if said == es.Act("nobody.wrote_this") {
			t.Errorf("%s (%s) has no words: add them to shared/es", name, k)
		}
		if other, twice := words[said]; twice {
			t.Errorf("%s and %s are both «%s»", k, other, said)
		}
		words[said] = k
	}
	for _, g := range trail.Groups() {
		if len(KindsOf(g)) == 0 {
			t.Errorf("group %s has no kind", g)
		}
		if es.TrailGroup(g) == "" {
			t.Errorf("group %s has no words", g)
		}
	}
}
