package imagecode

import (
	"bytes"
	"crypto/rand"
	"image/png"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestAlphabet_leavesOutLookAlikes(t *testing.T) {
	if strings.ContainsAny(Alphabet, "0ODQ1IL2Z5S6G8BUVabcdefghijklmnopqrstuvwxyz") {
		t.Error(Alphabet)
	}
}

func TestNewCode(t *testing.T) {
	seen := map[rune]bool{}
	for range 400 {
		code, err := newCode(rand.Reader)
		if err != nil || len(code) != Length {
			t.Fatalf("%q %v", code, err)
		}
		for _, r := range code {
			seen[r] = true
		}
	}
	for _, r := range Alphabet { // one is missing by chance once in 10^47 runs
		if !seen[r] {
			t.Errorf("%c never came", r)
		}
		delete(seen, r)
	}
	if len(seen) > 0 {
		t.Errorf("beside the alphabet: %v", seen)
	}
}

// Every character is drawn at every scale, in the size asked for, dark on light,
// and differently each time.
func TestDraw(t *testing.T) {
	d, err := NewDrawer()
	if err != nil {
		t.Fatal(err)
	}
	for i, scale := range []float64{1, 1.25, 2, 4} {
		code := (Alphabet + Alphabet)[i*Length : (i+1)*Length]
		first, err := d.Draw(code, scale, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		again, err := d.Draw(code, scale, rand.Reader)
		if err != nil || bytes.Equal(first, again) {
			t.Errorf("%v: drawn alike twice, %v", scale, err)
		}
		pic, err := png.Decode(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		b := pic.Bounds()
		if b.Dx() != int(Width*scale+0.5) || b.Dy() != int(Height*scale+0.5) {
			t.Errorf("%v: %v", scale, b)
		}
		dark := 0
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				if r, _, _, _ := pic.At(x, y).RGBA(); r < 0x4000 {
					dark++
				}
			}
		}
		if share := float64(dark) / float64(b.Dx()*b.Dy()); share < 0.08 || share > 0.40 {
			t.Errorf("%v: %.0f %% is ink", scale, share*100)
		}
		if len(first) > 60<<10 {
			t.Errorf("%v: %d bytes", scale, len(first))
		}
	}
}

func issuer(t *testing.T) *Issuer {
	t.Helper()
	i, err := NewIssuer(rand.Reader, "")
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (i *Issuer) codeOf(t *testing.T, id string) string {
	t.Helper()
	w, ok := i.live[key(id)]
	if !ok {
		t.Fatal("the image is not there")
	}
	return w.code
}

func TestIssuer(t *testing.T) {
	i := issuer(t)
	one := func(replaces string) (string, string) {
		t.Helper()
		m, err := i.New(noon, replaces, 1)
		if err != nil || !m.ExpiresAt.Equal(noon.Add(Life)) {
			t.Fatal(err)
		}
		return m.ID, i.codeOf(t, m.ID)
	}
	id, code := one("")
	if !i.Check(noon.Add(Life-1), id, strings.ToLower(code[:2])+" - "+code[2:]) {
		t.Error("right, in small letters and with spaces")
	}
	if i.Check(noon, id, code) {
		t.Error("twice")
	}
	id, code = one("")
	if i.Check(noon.Add(Life), id, code) {
		t.Error("too late")
	}
	id, code = one("")
	if i.Check(noon, id, code[1:]+code[:1]+"A") || i.Check(noon, id, code) {
		t.Error("wrong, then right")
	}
	id, code = one("")
	next, nextCode := one(id)
	if i.Check(noon, id, code) || !i.Check(noon, next, nextCode) {
		t.Error("a replaced image")
	}
	if i.Check(noon, "", "") {
		t.Error("nothing")
	}
}

func TestIssuer_isBounded(t *testing.T) {
	i := issuer(t)
	for n := range maxLive + 5 {
		id := key(string(rune(n)))
		i.makeRoom(noon)
		i.live[id] = waiting{code: "X", until: noon.Add(Life)}
		i.order = append(i.order, entry{id, noon.Add(Life)})
	}
	if len(i.live) != maxLive || len(i.order) != maxLive {
		t.Errorf("%d live, %d in order", len(i.live), len(i.order))
	}
	i.makeRoom(noon.Add(Life))
	if len(i.live) != 0 || len(i.order) != 0 {
		t.Errorf("after their life: %d, %d", len(i.live), len(i.order))
	}
}

func FuzzCheck(f *testing.F) {
	f.Add("id", "KMNPR")
	i, err := NewIssuer(rand.Reader, "KMNPR")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, answer string) {
		if i.Check(noon, id, answer) {
			t.Errorf("an image nobody made was answered: %q %q", id, answer)
		}
		if matches("KMNPR", answer) != (Clean(answer) == "KMNPR") {
			t.Errorf("%q", answer)
		}
	})
}
