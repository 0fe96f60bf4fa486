package ui

import (
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"

	"llavero/shared/access"
	"llavero/shared/wire"
)

func someDelegate() wire.Session {
	return wire.Session{
		Account: "d-1", Login: "ADMIHCEIPS999100005", Role: access.RoleDelegate, Entity: "NI-999100005",
		Person: access.Person{Name: "Delegada de Prueba"},
	}
}

// «Resolicitud Token» by keyboard alone: the one code is chosen by itself, the
// reason is asked, going back keeps the form, and the form of «Inscripción» is
// another.
func TestKeyboard_delegateChangesAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: someDelegate(), keys: []wire.KeyRow{
			{ID: "k-1", Code: theCode, Environment: access.Preproduction, State: access.KeyActive, ExpiresAt: time.Now().AddDate(0, 3, 0), Version: 1},
		}}
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.tabTo("Cambiar llave")
		d.press(fyne.KeyReturn)
		d.at(routeRenew)
		if v := d.shell.model.Enroll(); v.Kind != access.KindRenew || v.Chosen != theCode || v.Blocked != nil {
			t.Errorf("the form begins with %+v", v)
		}
		d.tabTo("Motivo del cambio")
		d.press(fyne.KeyReturn, fyne.KeyDown, fyne.KeyReturn)
		d.fillForm()
		d.tabTo("Generar llave")
		d.press(fyne.KeyReturn)
		d.at(routeConfirmRenew)
		d.press(fyne.KeyEscape) // back, and nothing is lost
		d.at(routeRenew)
		if v := d.shell.model.Enroll(); v.Reason != access.ReasonVendor || v.Form.Vendor != "Proveedor S.A.S." {
			t.Errorf("the form lost %+v", v)
		}
		d.press(fyne.KeyEscape)
		d.at(routeDelegateMenu)
		d.tabTo("Solicitar llave")
		d.press(fyne.KeyReturn)
		d.at(routeEnroll)
		if v := d.shell.model.Enroll(); v.Kind != access.KindEnroll || v.Form.Vendor != "" {
			t.Errorf("«Inscripción» begins with %+v", v)
		}
		d.press(fyne.KeyEscape)
		d.tabTo("Cambiar llave")
		d.press(fyne.KeyReturn)
		d.at(routeRenew)
		d.tabTo("Generar llave")
		d.press(fyne.KeyReturn)
		d.at(routeConfirmRenew)
		d.tabTo("Enviar código")
		d.press(fyne.KeyReturn)
		d.tabTo("Código de 6 dígitos")
		d.write("123456")
		d.press(fyne.KeyReturn)
		d.at(routeProgress)
		if s.row.Kind != access.KindRenew || s.row.Reason != access.ReasonVendor || s.row.Status != access.StatusIssuing {
			t.Errorf("the server has %+v", s.row)
		}
	})
}

// A code without a key leads to «Inscripción», with the code chosen.
func TestKeyboard_noKeyLeadsToTheOtherForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: someDelegate()}
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.tabTo("Cambiar llave")
		d.press(fyne.KeyReturn)
		d.at(routeRenew)
		d.tabTo("Ir a Solicitar llave")
		d.press(fyne.KeyReturn)
		d.at(routeEnroll)
		if v := d.shell.model.Enroll(); v.Kind != access.KindEnroll || v.Chosen != theCode || v.Blocked != nil {
			t.Errorf("«Inscripción» begins with %+v", v)
		}
	})
}
