package ui

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func (s *server) KeyHistory(context.Context, access.LicenseCode) (wire.KeyHistory, error) {
	return wire.KeyHistory{}, nil
}

func (s *server) Validity(context.Context) (wire.Validity, error) {
	return wire.Validity{Items: []wire.EnvironmentValidity{{Environment: access.Production, Days: 365}, {Environment: access.Preproduction, Days: 365}}}, nil
}

func (s *server) SetValidity(_ context.Context, _ string, e access.Environment, in wire.SetValidity) (wire.Validity, error) {
	s.note("validity " + string(e) + " " + in.Why)
	return wire.Validity{}, nil
}

func (s *server) Permissions(context.Context) (wire.Permissions, error) {
	return wire.Permissions{Application: "APP-IHCE-PROD", Items: []wire.Permission{{Value: "Urgencias", Label: "Urgencias"}, {Value: "Consultas", Label: "Consultas"}}}, nil
}

func (s *server) Evidence(context.Context, access.LicenseCode) (wire.EvidenceList, error) {
	return wire.EvidenceList{}, nil
}

func (s *server) AddEvidence(_ context.Context, _ string, _ access.LicenseCode, in wire.NewEvidence) (wire.AcceptedKey, error) {
	s.note("evidence " + in.Note)
	return s.writeKey(func(k *wire.KeyRow) { k.Evidence++ }), nil
}

func (s *server) ChangePermissions(_ context.Context, _ string, _ access.KeyID, _ int64, in wire.ChangePermissions) (wire.AcceptedKey, error) {
	s.note("grant " + strings.Join(in.Grant, ",") + " remove " + strings.Join(in.Remove, ","))
	return s.writeKey(func(k *wire.KeyRow) { k.Permissions = in.Grant }), nil
}

func (s *server) AmendKeys(_ context.Context, _ string, _ access.LicenseCode, in wire.AmendKeys) (wire.Amended, error) {
	s.note("amend " + in.Production.ClientID)
	done := s.writeKey(func(k *wire.KeyRow) { k.ClientID = in.Production.ClientID })
	return wire.Amended{Seq: done.Seq, Keys: []wire.AcceptedKey{done}}, nil
}

// writeKey changes the production key and brings its fact down.
func (s *server) writeKey(edit func(*wire.KeyRow)) wire.AcceptedKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := &s.keys[0]
	edit(k)
	s.seq++
	k.Version++
	s.down <- wire.Change{Seq: s.seq, Kind: wire.RowKey, ID: string(k.ID), Version: k.Version, Body: body(*k)}
	return wire.AcceptedKey{Seq: s.seq, ID: k.ID, Version: k.Version}
}

// withKeys is an officer's server where one code has its keys.
func withKeys() *server {
	s := officerServer("o-1")
	s.row.Status = access.StatusDone
	for i, env := range []access.Environment{access.Production, access.Preproduction} {
		s.keys = append(s.keys, wire.KeyRow{
			ID: access.KeyID("k-" + env), Code: theCode, Environment: env, ClientID: strings.Repeat(string(rune('a'+i)), 8) + "-0000-4000-8000-000000000001",
			State: access.KeyActive, ExpiresAt: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), Version: 1,
		})
	}
	return s
}

// Each of the officer's options, from the menu to what it sends, by keys alone.
func TestKeyboard_officerAmends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withKeys()
		d := sit(t, s)
		d.signIn("CC9999000101")
		d.at(routeOfficerMenu)
		d.tabTo("Llaves asignadas")
		d.press(fyne.KeyReturn)
		d.at(routeAssigned)
		d.press(fyne.KeyF3)
		d.write("ñandú")
		d.press(fyne.KeyReturn, fyne.KeyReturn)
		d.at(routeAmend)
		d.tabTo("ClientID")
		for range 40 {
			d.press(fyne.KeyDelete)
		}
		d.write("cccccccc-0000-4000-8000-000000000009")
		d.tabTo("Guardar")
		d.press(fyne.KeyReturn)
		if d.name() != "Volver" {
			t.Fatalf("the question's keyboard is at %q", d.name())
		}
		d.tabTo("Guardar cambios")
		d.press(fyne.KeyReturn)
		if v, ok := d.shell.model.Amend(); !ok || !v.Saved {
			t.Errorf("not saved: %+v", v)
		}
		d.press(fyne.KeyEscape)
		d.at(routeAssigned)
		d.press(fyne.KeyEscape)
		d.at(routeOfficerMenu)
		if got := strings.Join(s.log, ", "); !strings.HasSuffix(got, "amend cccccccc-0000-4000-8000-000000000009") {
			t.Errorf("the server heard %s", got)
		}
	})
}

func TestKeyboard_officerGrants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withKeys()
		d := sit(t, s)
		d.signIn("CC9999000101")
		d.at(routeOfficerMenu)
		d.tabTo("Permisos de producción")
		d.press(fyne.KeyReturn)
		d.at(routeGrants)
		d.press(fyne.KeyReturn) // no proof yet: it asks for one
		if d.name() != "Qué muestra la prueba" {
			t.Fatalf("the keyboard is at %q", d.name())
		}
		d.write("Pruebas superadas")
		d.press(fyne.KeyReturn)
		d.press(fyne.KeyEscape)
		d.at(routeGrants)
		if d.canvas.Overlays().Top() != nil {
			t.Fatal("Escape does not close the proofs")
		}
		d.press(fyne.KeyReturn)
		d.tabTo("Urgencias")
		d.press(fyne.KeySpace)
		d.tabTo("Asignar roles seleccionados")
		d.press(fyne.KeyReturn)
		if d.name() != "Volver" {
			t.Fatalf("the question's keyboard is at %q", d.name())
		}
		d.tabTo("Asignar 1 rol")
		d.press(fyne.KeyReturn)
		v, ok := d.shell.model.Grant()
		if !ok || !v.Row.HasPermissions() {
			t.Errorf("not granted: %+v", v.Row.Production)
		}
		d.shell.do(d.canvas.Unfocus) // as a click beside every control does
		d.press(fyne.KeyEscape)
		if d.canvas.Overlays().Top() != nil || d.shell.at != routeGrants {
			t.Errorf("Escape does not close the roles, or more: at %q", d.shell.at.title())
		}
		if _, ok := d.shell.model.Grant(); ok {
			t.Error("the model still has them open")
		}
		d.press(fyne.KeyEscape)
		d.at(routeOfficerMenu)
		if got := strings.Join(s.log, ", "); !strings.HasSuffix(got, "evidence Pruebas superadas, grant Urgencias remove ") {
			t.Errorf("the server heard %s", got)
		}
	})
}

func TestKeyboard_officerSetsValidity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withKeys()
		d := sit(t, s)
		d.signIn("CC9999000101")
		d.at(routeOfficerMenu)
		d.tabTo("Vigencia de las llaves")
		d.press(fyne.KeyReturn)
		d.at(routeValidity)
		d.tabTo("Motivo")
		d.write("Prueba")
		d.press(fyne.KeyReturn)
		d.tabTo("Cambiar vigencia")
		d.press(fyne.KeyReturn)
		d.press(fyne.KeyEscape)
		d.at(routeOfficerMenu)
		if got := strings.Join(s.log, ", "); !strings.HasSuffix(got, "validity production Prueba") {
			t.Errorf("the server heard %s", got)
		}
	})
}

// The questions which file, and where to, can be asked and closed.
func TestOfficer_fileQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := sit(t, withKeys())
		d.shell.do(func() { d.shell.pickFile(func(string, []byte) { t.Error("chosen") }) })
		if d.canvas.Overlays().Top() == nil {
			t.Fatal("no file is asked for")
		}
		d.placesAreOurs()
		escape := func() { d.canvas.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape}) }
		d.shell.do(escape)
		if d.canvas.Overlays().Top() != nil {
			t.Fatal("Escape does not close it")
		}
		d.shell.do(func() { d.shell.askWhere("prueba.pdf", []byte("x"), false) })
		if d.canvas.Overlays().Top() == nil {
			t.Fatal("no place is asked for")
		}
		d.placesAreOurs()
		d.shell.do(escape)
		if d.canvas.Overlays().Top() != nil {
			t.Error("Escape does not close it")
		}
	})
}

// placesAreOurs: the list of folders that lies on top speaks Spanish.
func (d *desk) placesAreOurs() {
	d.t.Helper()
	drawn := test.RenderToMarkup(d.canvas)
	if !strings.Contains(drawn, ">Carpeta personal<") || !strings.Contains(drawn, ">Este computador<") {
		d.t.Error("the folders are not named in Spanish")
	}
	for word := range placeWords {
		if word != "Videos" && strings.Contains(drawn, ">"+word+"<") {
			d.t.Errorf("a folder is called %s", word)
		}
	}
}
