//go:build !race

package scenes

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const docs = "../../../../docs"

// linked is a picture in a page: the part before .png is its name.
var linked = regexp.MustCompile(`\]\((?:docs/guia/)?img/([^)]*)\.png\)`)

// neighbour is a link from one page of the guide to another.
var neighbour = regexp.MustCompile(`\]\(([a-z]+\.md)(?:#[^)]*)?\)`)

// figure is a row of the table of the manual's figures.
var figure = regexp.MustCompile(`(?m)^\| Imagen (\d\d(?: bis)?) \| [^|]+ \| (.+) \| ([^|]+) \|$`)

// TestGuide_pages: each picture a page shows is one that is drawn, each that is
// drawn stands in a page, and a page leads to pages that are there.
func TestGuide_pages(t *testing.T) {
	drawn, shown := map[string]bool{}, map[string]bool{}
	for _, p := range Guide() {
		drawn[p.Name] = true
	}
	for path, text := range pages(t) {
		for _, m := range linked.FindAllStringSubmatch(text, -1) {
			if !drawn[m[1]] {
				t.Errorf("%s shows %s.png, which nobody draws", filepath.Base(path), m[1])
			}
			if filepath.Base(path) != "figuras.md" {
				shown[m[1]] = true
			}
		}
		if filepath.Base(filepath.Dir(path)) != "guia" {
			continue
		}
		for _, m := range neighbour.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s leads nowhere: %v", filepath.Base(path), err)
			}
		}
	}
	for name := range drawn {
		if !shown[name] {
			t.Errorf("no page of the guide shows %s.png", name)
		}
	}
}

// TestGuide_figures: every figure of the manual has a row with a picture of
// ours and the screen it shows. The manual has no figure 14 and two of number 21.
func TestGuide_figures(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(docs, "guia", "figuras.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for n := 1; n <= 32; n++ {
		if n == 14 {
			continue
		}
		want = append(want, fmt.Sprintf("%02d", n))
		if n == 21 {
			want = append(want, "21 bis")
		}
	}
	var got []string
	for _, m := range figure.FindAllStringSubmatch(string(text), -1) {
		got = append(got, m[1])
		if !linked.MatchString(m[2]) || strings.TrimSpace(m[3]) == "" {
			t.Errorf("figure %s leads to no picture or no screen", m[1])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the rows are\n%v, want\n%v", got, want)
	}
}

// pages are the guide's pages and the repository's first one, by path.
func pages(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(docs, "guia", "*.md"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d pages, %v", len(paths), err)
	}
	all := map[string]string{}
	for _, path := range append(paths, filepath.Join(docs, "..", "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(text)
	}
	return all
}
