package ui

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"

	"llavero/shared/wire"
)

func (s *server) SearchTrail(_ context.Context, q wire.TrailQuery) (wire.TrailPage, error) {
	s.note("trail " + q.Text)
	return wire.TrailPage{Items: []wire.TrailEntry{{Seq: 7, At: time.Unix(1_800_000_000, 0), Kind: "key.revealed", Person: "CC 9999000001 Persona"}}}, nil
}

func (s *server) ExportTrail(_ context.Context, q wire.TrailQuery, out io.Writer) error {
	s.note("export " + q.Text)
	_, err := io.WriteString(out, "{}\n")
	return err
}

// By keyboard alone: an officer opens the trail, searches, reads an entry, asks
// where to save an export, and goes back.
func TestKeyboard_officerReadsTheTrail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withKeys()
		d := sit(t, s)
		d.signIn("CC9999000101")
		d.at(routeOfficerMenu)
		d.tabTo("Bitácora")
		d.press(fyne.KeyReturn)
		d.at(routeTrail)
		d.tabTo("Texto")
		d.write("planta")
		d.press(fyne.KeyReturn)
		d.shell.do(d.shell.trail.all.Focus)
		d.press(fyne.KeyReturn)
		if d.canvas.Overlays().Top() == nil {
			t.Fatal("no entry is shown")
		}
		d.press(fyne.KeyEscape)
		if d.canvas.Overlays().Top() != nil {
			t.Fatal("Escape does not close the entry")
		}
		d.shell.do(func() { d.shell.trail.all.OnExport() })
		if d.canvas.Overlays().Top() == nil {
			t.Fatal("it is not asked where to save")
		}
		d.shell.do(func() { d.canvas.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape}) })
		d.press(fyne.KeyEscape)
		d.at(routeOfficerMenu)
		if got := strings.Join(s.log, ", "); !strings.HasSuffix(got, "trail , trail planta") {
			t.Errorf("the server heard %s", got)
		}
	})
}
