package openapi

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Source is what the document needs of the packages' text: comments, and the
// values of string types.
type Source struct {
	docs   map[string]string   // "wire.Sign", "wire.Sign.Code"
	values map[string][]value  // "access.Status"
	wire   map[string]struct{} // type names of package wire
}

// value is one constant of a string type.
type value struct{ text, doc string }

// ReadSource reads the Go files of packages, by folder.
func ReadSource(folders ...string) (*Source, error) {
	s := &Source{docs: map[string]string{}, values: map[string][]value{}, wire: map[string]struct{}{}}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("%s: %w", folder, fs.ErrNotExist)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			s.readFile(file)
		}
	}
	return s, nil
}

func (s *Source) readFile(file *ast.File) {
	pkg := file.Name.Name
	for _, d := range file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				s.readType(pkg, spec, cmp.Or(textOf(spec.Doc), textOf(decl.Doc)))
			case *ast.ValueSpec:
				s.readValue(pkg, spec)
			}
		}
	}
}

func (s *Source) readType(pkg string, spec *ast.TypeSpec, doc string) {
	name := pkg + "." + spec.Name.Name
	s.docs[name] = doc
	if pkg == "wire" {
		s.wire[spec.Name.Name] = struct{}{}
	}
	body, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range body.Fields.List {
		text := strings.TrimSpace(textOf(f.Doc) + " " + textOf(f.Comment))
		for _, n := range f.Names {
			s.docs[name+"."+n.Name] = text
		}
	}
}

// readValue takes in X T = "text".
func (s *Source) readValue(pkg string, spec *ast.ValueSpec) {
	of, ok := spec.Type.(*ast.Ident)
	if !ok || len(spec.Values) != 1 {
		return
	}
	lit, ok := spec.Values[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return
	}
	name := pkg + "." + of.Name
	s.values[name] = append(s.values[name], value{text, strings.TrimSpace(textOf(spec.Doc) + " " + textOf(spec.Comment))})
}

// textOf is a comment on one line, but for its paragraphs.
func textOf(c *ast.CommentGroup) string {
	var out []string
	for _, p := range strings.Split(c.Text(), "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "\n\n")
}
