package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGuide_namesEveryScreen: the user guide speaks of each screen by the name
// it has in the breadcrumb.
func TestGuide_namesEveryScreen(t *testing.T) {
	paths, err := filepath.Glob("../../../docs/guia/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d pages, %v", len(paths), err)
	}
	var guide strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		guide.Write(text)
	}
	count := 0
	for r := routeNone + 1; r.title() != ""; r++ {
		count++
		if !strings.Contains(guide.String(), r.title()) {
			t.Errorf("the guide never names %q", r.title())
		}
	}
	if count < 20 {
		t.Errorf("only %d screens", count)
	}
}
