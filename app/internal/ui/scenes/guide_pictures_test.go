//go:build !race

package scenes

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"fyne.io/fyne/v2/test"

	"llavero/app/internal/ui"
	"llavero/app/internal/ui/look"
)

// TestGuide_pictures draws the pictures of the user guide and compares them with
// what stands in docs/guia/img.
func TestGuide_pictures(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the pictures were drawn on linux/amd64")
	}
	a := test.NewTempApp(t)
	if err := look.SpeakSpanish(); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, p := range Guide() {
		if want[p.Name+".png"] {
			t.Errorf("two pictures are called %s", p.Name)
		}
		want[p.Name+".png"] = true
		if p.Who != nil && !ui.IsScreen(p.Who.Role, p.At) {
			t.Errorf("%s: %s has no screen called %q", p.Name, p.Who.Role, p.At)
		}
		drawn, err := p.PNG(a)
		if err != nil {
			t.Error(err)
			continue
		}
		kept, err := os.ReadFile(filepath.Join(docs, "guia", "img", p.Name+".png"))
		if err != nil {
			t.Errorf("%v; run: make guide", err)
			continue
		}
		if why := differ(kept, drawn); why != "" {
			t.Errorf("docs/guia/img/%s.png is not what the program shows now (%s); run: make guide", p.Name, why)
		}
	}
	there, err := os.ReadDir(filepath.Join(docs, "guia", "img"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range there {
		if !want[f.Name()] {
			t.Errorf("docs/guia/img/%s is drawn by nobody; run: make guide", f.Name())
		}
	}
}

// differ says how two pictures differ; empty: not at all. Their bytes may, by the
// release of the compressor.
func differ(a, b []byte) string {
	left, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		return err.Error()
	}
	right, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return err.Error()
	}
	if left.Bounds() != right.Bounds() {
		return fmt.Sprintf("%v, now %v", left.Bounds().Size(), right.Bounds().Size())
	}
	if n := unlike(left, right); n > 0 {
		return fmt.Sprintf("%d pixels", n)
	}
	return ""
}

func unlike(a, b image.Image) (n int) {
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			if ar != br || ag != bg || ab != bb {
				n++
			}
		}
	}
	return n
}
