package bench

import (
	"bufio"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// display is a virtual screen whose pixels are a file: looking at it costs the
// program that draws nothing.
type display struct {
	name  string // ":7"
	frame string // the file
}

// newDisplay starts an Xvfb that ends with the benchmark.
func newDisplay(b *testing.B) display {
	b.Helper()
	dir := b.TempDir()
	r, w, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset", "-fbdir", dir)
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		b.Fatalf("the virtual screen did not start: %v", err)
	}
	return display{name: ":" + strings.TrimSpace(line), frame: filepath.Join(dir, "Xvfb_screen0")}
}

// width of the screen, in pixels.
const width = 1280

// pixels reads the screen, row by row. The file is a dump in X's own format: a
// header of big-endian numbers, its length first, then the colour table, then
// four bytes a pixel.
func (d display) pixels() ([]uint32, error) {
	raw, err := os.ReadFile(d.frame)
	if err != nil {
		return nil, err
	}
	const entry, tableAt = 12, 19 // bytes of a colour; which number says how many
	start := int(binary.BigEndian.Uint32(raw)) + entry*int(binary.BigEndian.Uint32(raw[4*tableAt:]))
	all := make([]uint32, 0, (len(raw)-start)/4)
	for at := start; at+4 <= len(raw); at += 4 {
		all = append(all, binary.BigEndian.Uint32(raw[at:]))
	}
	return all, nil
}

// drawn is how many colours are on screen when something is drawn there, and
// not just a window's background.
const drawn = 8

// isDrawn reports that a screen shows something.
func isDrawn(screen []uint32) bool {
	seen := map[uint32]bool{}
	for _, p := range screen {
		if seen[p] = true; len(seen) >= drawn {
			return true
		}
	}
	return false
}

// corner is a pixel near the left edge, where the sign-in screen has its dark
// panel and no other screen has.
func corner(screen []uint32) uint32 { return screen[600*width+20] }
