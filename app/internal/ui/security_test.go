package ui

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func (s *server) Sessions(context.Context) (wire.OpenSessions, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.OpenSessions{Items: slices.Clone(s.open)}, nil
}

func (s *server) EndSession(_ context.Context, id string) error {
	s.note("end " + id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = slices.DeleteFunc(s.open, func(o wire.OpenSession) bool { return o.ID == id })
	return nil
}

func (s *server) BeginSecondFactor(_ context.Context, b wire.BeginSecondFactor) (wire.Enrolment, error) {
	s.note("begin " + b.Password)
	return wire.Enrolment{Ticket: "b", Seed: "ABCDEFGH", Address: "otpauth://totp/x?secret=ABCDEFGH", Expires: time.Now().Add(time.Minute)}, nil
}

func (s *server) ConfirmSecondFactor(_ context.Context, b wire.ConfirmEnrolment) (wire.RecoveryCodes, error) {
	s.note("confirm " + b.Code)
	var r wire.RecoveryCodes
	for i := range 10 {
		r.Codes = append(r.Codes, secret.New(fmt.Sprintf("RECO-VERY-%04d", i)))
	}
	s.mu.Lock()
	s.who.SecondFactor = wire.SecondFactorState{Enrolled: true, RecoveryCodesLeft: 10}
	s.mu.Unlock()
	return r, nil
}

// By keyboard alone: a second factor set up, its codes kept through a lock and
// put away; another session ended.
func TestKeyboard_security(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: someDelegate(), open: []wire.OpenSession{{ID: "a", Device: "linux/amd64", Current: true}, {ID: "b", Device: "windows/amd64"}}}
		d := sit(t, s)
		board := &heldBoard{}
		d.shell.keeper = kit.NewKeeper(board, d.shell.notices)
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.shell.do(d.shell.openAccount)
		d.at(routeAccount)
		d.tabTo("Seguridad")
		d.press(fyne.KeyReturn)
		d.at(routeSecurity)
		d.tabTo("Activar segundo factor")
		d.press(fyne.KeyReturn)
		time.Sleep(time.Second)
		d.write("una clave larga")
		d.press(fyne.KeyReturn)
		if w := d.words(); !strings.Contains(w, "ABCD EFGH") {
			t.Fatalf("no seed to type: %s", w)
		}
		d.write("123456")
		d.press(fyne.KeyReturn)
		if w := d.words(); !strings.Contains(w, "RECO-VERY-0009") {
			t.Fatalf("no recovery codes: %s", w)
		}
		d.shortcut(fyne.KeyL)
		if w := d.words(); strings.Contains(w, "RECO-VERY") {
			t.Error("locked, the codes are in sight")
		}
		d.unlock()
		if w := d.words(); !strings.Contains(w, "RECO-VERY-0009") {
			t.Error("the codes, told once, are lost by the lock")
		}
		d.tabTo("Copiar todos")
		d.press(fyne.KeyReturn)
		if strings.Count(board.text, "RECO-VERY-") != 10 {
			t.Errorf("copied %q", board.text)
		}
		d.tabTo("Guardé los códigos")
		d.press(fyne.KeySpace)
		d.tabTo("Listo")
		d.press(fyne.KeyReturn)
		if w := d.words(); strings.Contains(w, "RECO-VERY") || !strings.Contains(w, "10 sin usar") || !strings.Contains(w, "Segundo factor activo") {
			t.Errorf("put away: %s", w)
		}
		d.tabTo("Cerrar…")
		d.press(fyne.KeyReturn)
		if got := d.name(); got != "Volver" {
			t.Errorf("the question begins at %q", got)
		}
		d.tabTo("Cerrar sesión")
		d.press(fyne.KeyReturn)
		if w := d.words(); strings.Contains(w, "Windows") || !strings.Contains(w, "Este equipo") {
			t.Errorf("ended: %s", w)
		}
		if got := s.did(); !slices.Contains(got, "begin una clave larga") || !slices.Contains(got, "confirm 123456") || !slices.Contains(got, "end b") {
			t.Errorf("the server heard %q", got)
		}
	})
}

func (s *server) Officers(context.Context) (wire.Officers, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Officers{Items: slices.Clone(s.officers)}, nil
}

func (s *server) WithdrawOfficer(_ context.Context, id access.AccountID, b wire.OfficerWhy) error {
	s.note("withdraw " + string(id) + " " + b.Why)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.officers[0].Withdrawn = wire.OfficerAct{At: time.Now(), Why: b.Why}
	return nil
}

func (s *server) GrantOfficer(_ context.Context, b wire.GrantOfficer) (wire.GrantedOfficer, error) {
	s.note("grant " + string(b.Document.Type) + b.Document.Number + " " + b.Why)
	return wire.GrantedOfficer{ID: "o-9", MaskedEmail: "a•••@ministerio.example", LinkExpiresAt: time.Now()}, nil
}

func (s *server) OfficerAudit(context.Context, access.AccountID) (wire.OfficerAudit, error) {
	return wire.OfficerAudit{}, nil
}

// An administrator takes a role away and gives one, by keyboard alone; who is no
// administrator is not offered it.
func TestKeyboard_staff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		who := wire.Session{
			Account: "o-1", Login: "CC9999000101", Role: access.RoleOfficer, Administrator: true, Person: access.Person{Name: "Funcionaria de Prueba"},
		}
		s := &server{who: who, officers: []wire.Officer{{ID: "o-2", Login: "CC9999000102", Person: access.Person{Name: "Óscar Prueba"}}}}
		d := sit(t, s)
		d.signIn("CC9999000101")
		d.at(routeOfficerMenu)
		d.tabTo("Funcionarios")
		d.press(fyne.KeyReturn)
		d.at(routeStaff)
		d.tabTo("rowList")
		d.press(fyne.KeyReturn) // the row
		d.tabTo("Retirar el rol")
		d.press(fyne.KeyReturn)
		d.press(fyne.KeyReturn) // without a reason nothing is sent
		if len(s.did()) != 1 || !strings.Contains(d.words(), "Escriba el motivo") {
			t.Errorf("the server heard %q: %s", s.did(), d.words())
		}
		d.write("Cambió de área")
		d.press(fyne.KeyReturn)
		if w := d.words(); !strings.Contains(w, "Retiró el rol de Óscar Prueba") || !strings.Contains(w, "Devolver el rol") {
			t.Errorf("after it: %s", w)
		}
		d.press(fyne.KeyEscape)
		d.at(routeStaff)
		d.tabTo("Dar rol de funcionario")
		d.press(fyne.KeyReturn)
		d.tabTo("Tipo de documento")
		d.press(fyne.KeyReturn, fyne.KeyReturn)
		d.write("9999000103")
		d.press(fyne.KeyReturn)
		d.write("Ingresa al equipo")
		d.press(fyne.KeyReturn)
		d.tabTo("Dar el rol")
		d.press(fyne.KeyReturn)
		if got := s.did(); !slices.Contains(got, "withdraw o-2 Cambió de área") || !slices.Contains(got, "grant CC9999000103 Ingresa al equipo") {
			t.Errorf("the server heard %q", got)
		}
		if w := d.words(); !strings.Contains(w, "Enviamos a a•••@ministerio.example") {
			t.Errorf("after it: %s", w)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		d := sit(t, &server{who: wire.Session{Account: "o-1", Login: "CC9999000101", Role: access.RoleOfficer}})
		d.signIn("CC9999000101")
		d.at(routeOfficerMenu)
		for range 40 {
			if d.name() == "Funcionarios" {
				t.Fatal("offered to who is no administrator")
			}
			d.shell.do(func() { d.canvas.FocusNext() })
		}
	})
}

// The end of a session that comes whatever happens is told five minutes before,
// once; and so are few recovery codes.
func TestWarn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		who := someDelegate()
		who.ExpiresAt = time.Now().Add(8 * time.Minute)
		who.SecondFactor = wire.SecondFactorState{Enrolled: true, RecoveryCodesLeft: 3}
		d := sit(t, &server{who: who})
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		if w := d.words(); strings.Contains(w, "Su sesión termina") || !strings.Contains(w, "Le quedan 3 códigos") {
			t.Errorf("at first: %s", w)
		}
		time.Sleep(3*time.Minute + idleEvery)
		synctest.Wait()
		if w := d.words(); !strings.Contains(w, "Su sesión termina a las") || strings.Contains(w, "Le quedan 3") {
			t.Errorf("five minutes before: %s", w)
		}
	})
}

// A file with recovery codes is its owner's alone.
func TestSaveCodes_ownersAlone(t *testing.T) {
	path := t.TempDir() + "/codigos.txt"
	if err := os.WriteFile(path, []byte("x"), 0o644); err != nil { //nolint:gosec // as the toolkit makes it
		t.Fatal(err)
	}
	keepPrivate(path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}
