package ui

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

func (s *server) Parameters(context.Context, access.KeyID) (wire.Parameters, error) {
	return wire.Parameters{Environment: access.Production}, nil
}

func (s *server) KeyAudit(context.Context, access.KeyID) (wire.KeyAudit, error) {
	return wire.KeyAudit{}, nil
}

// changeKey writes the first key's row and brings it down.
func (s *server) changeKey(edit func(*wire.KeyRow)) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	edit(&s.keys[0])
	s.keys[0].Version++
	k := s.keys[0]
	s.down <- wire.Change{Seq: s.seq, Kind: wire.RowKey, ID: string(k.ID), Version: k.Version, Body: body(k)}
	return s.seq
}

func (s *server) TestKey(_ context.Context, _ string, id access.KeyID) (wire.AcceptedKey, error) {
	s.note("test " + string(id))
	return wire.AcceptedKey{ID: id, Seq: s.changeKey(func(k *wire.KeyRow) { k.Test = &access.KeyTest{StartedAt: time.Now()} })}, nil
}

func (s *server) Compromise(_ context.Context, _ string, id access.KeyID, _ int64, b wire.Compromise) (wire.Compromised, error) {
	s.note("compromise " + string(id) + " " + b.LastDigits + " " + b.What)
	a := s.write(func(r *wire.RequestRow) {
		r.Number, r.Kind, r.Reason, r.Only = "SOL-9", access.KindRenew, access.ReasonCompromise, access.Production
		r.Code, r.Status, r.SignedAt = theCode, access.StatusIssuing, time.Now()
	})
	return wire.Compromised{Key: id, Seq: a.Seq, Request: a.ID}, nil
}

func (s *server) Revoke(_ context.Context, _ string, id access.KeyID, _ int64, b wire.Revoke) (wire.AcceptedKey, error) {
	s.note("revoke " + string(id) + " " + b.LastDigits + " " + b.Why)
	return wire.AcceptedKey{ID: id, Seq: s.changeKey(func(k *wire.KeyRow) { k.State, k.RevokedAt = access.KeyRevoked, time.Now() })}, nil
}

// aKey is a server whose one code has its production key.
func aKey() *server {
	return &server{who: someDelegate(), keys: []wire.KeyRow{{
		ID: "k-1", Code: theCode, Environment: access.Production, Name: "IHCE-PRODUCCION-" + theCode, State: access.KeyActive,
		ExpiresAt: time.Now().AddDate(0, 3, 0), Version: 1,
	}}}
}

func (s *server) did() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// A key is tested by keyboard alone; while the test runs the button is off.
func TestKeyboard_testsAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := aKey()
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.tabTo("Mis llaves")
		d.press(fyne.KeyReturn)
		d.at(routeKeys)
		d.tabTo(es.TestKey)
		d.press(fyne.KeyReturn)
		d.press(fyne.KeyReturn) // off: not twice
		if got := s.did(); !slices.Contains(got, "test k-1") || len(slices.DeleteFunc(got, func(x string) bool { return x != "test k-1" })) != 1 {
			t.Errorf("the server was asked %q", got)
		}
		if k := d.shell.model.Keys().Entity.Keys[0]; !k.Test.IsRunning() {
			t.Errorf("%+v", k.Test)
		}
		d.tabTo(es.TestTitle) // what the test shows can be reached
	})
}

// A compromised key is reported by keyboard alone: the safe button has the
// keyboard first, wrong digits keep what was written, and what follows is the
// progress of the request.
func TestKeyboard_reportsACompromise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := aKey()
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.tabTo("Mis llaves")
		d.press(fyne.KeyReturn)
		d.at(routeKeys)
		d.tabTo(es.ReportCompromised)
		d.press(fyne.KeyReturn)
		if got := d.name(); got != es.Back {
			t.Errorf("the keyboard is at %q", got)
		}
		d.press(fyne.KeyReturn) // the safe answer
		if got := d.name(); got != es.ReportCompromised+"…" || d.canvas.Overlays().Top() != nil {
			t.Errorf("after going back the keyboard is at %q", got)
		}
		d.press(fyne.KeyReturn)
		d.tabTo(es.FieldLabel("what"))
		d.write("Salió en un correo")
		d.press(fyne.KeyReturn)
		d.write("1234")
		d.press(fyne.KeyReturn)
		if got := s.did(); slices.ContainsFunc(got, func(x string) bool { return len(x) > 10 && x[:10] == "compromise" }) {
			t.Errorf("wrong digits were sent: %q", got)
		}
		d.write("9901")
		d.tabTo(es.ReplaceKey(access.Production))
		d.press(fyne.KeyReturn)
		d.at(routeProgress)
		if got := s.did(); !slices.Contains(got, "compromise k-1 9901 Salió en un correo") || d.canvas.Overlays().Top() != nil {
			t.Errorf("the server was asked %q", got)
		}
		if v, ok := d.shell.model.Progress(); !ok || v.Request.Only != access.Production || v.Request.Reason != access.ReasonCompromise {
			t.Errorf("%+v", v.Request)
		}
	})
}

// Revoking asks the same, and Escape goes back.
func TestKeyboard_revokes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := aKey()
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.tabTo("Mis llaves")
		d.press(fyne.KeyReturn)
		d.at(routeKeys)
		d.tabTo(es.RevokeKey)
		d.press(fyne.KeyReturn)
		d.tabTo(es.FieldLabel("why"))
		d.press(fyne.KeyEscape)
		if d.canvas.Overlays().Top() != nil {
			t.Error("Escape does not go back")
		}
		d.press(fyne.KeyReturn)
		d.tabTo(es.FieldLabel("why"))
		d.write("Nadie la usa")
		d.press(fyne.KeyReturn)
		d.write("9901")
		d.press(fyne.KeyReturn)
		d.at(routeKeys)
		if k := d.shell.model.Keys().Entity.Keys[0]; k.State != access.KeyRevoked || d.canvas.Overlays().Top() != nil {
			t.Errorf("%s; asked %q", k.State, s.did())
		}
	})
}

// The end of a key goes into a real file, through the toolkit's own address of
// it.
func TestShell_savesTheCalendar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := aKey()
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		name, file, ok := d.shell.model.Calendar("k-1")
		if !ok {
			t.Fatal("the key has no end")
		}
		path := filepath.Join(t.TempDir(), name)
		w, err := storage.Writer(storage.NewFileURI(path))
		if err != nil {
			t.Fatal(err)
		}
		d.shell.do(func() { d.shell.saveFile(w, nil, file, false) })
		synctest.Wait()
		kept, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(kept, file) || !bytes.HasPrefix(kept, []byte("BEGIN:VCALENDAR\r\n")) {
			t.Errorf("the file holds %q, %v", kept, err)
		}
	})
}
