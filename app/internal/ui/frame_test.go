package ui

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func aDelegate() *server {
	return &server{who: wire.Session{
		Account: "d-1", Login: "ADMIHCEIPS999100005", Role: access.RoleDelegate, Entity: "NI-999100005",
		Person: access.Person{Name: "Delegada de Prueba"},
	}}
}

func anOfficer() *server {
	s := &server{who: wire.Session{
		Account: "o-1", Login: "CC9999000101", Role: access.RoleOfficer, Person: access.Person{Name: "Funcionaria de Prueba"},
	}}
	s.row = wire.RequestRow{
		ID: "r-1", Number: "SOL-1", Kind: access.KindEnroll, Code: theCode, Status: access.StatusPending, Version: 1,
		NIT: "999100005", Provider: "Clínica Ñandú", Failure: &access.Failure{Environment: access.Production, Step: access.StepSecret, Status: 503},
	}
	return s
}

// open puts a screen up as a click would.
func (d *desk) open(r route) {
	d.t.Helper()
	d.shell.do(func() { d.shell.open(r) })
	synctest.Wait()
}

// TestHeader_onEveryScreen: who is signed in, in what role, and that the data is
// for demonstration, stand at the top of every screen, outside of what scrolls.
func TestHeader_onEveryScreen(t *testing.T) {
	for name, s := range map[string]*server{"delegate": aDelegate(), "officer": anOfficer()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := sit(t, s)
				d.signIn(s.who.Login)
				d.at(d.shell.home())
				for _, r := range routes(s.who.Role) {
					d.open(r)
					h := d.shell.header
					if d.shell.root.Objects[0] != d.shell.inside || !h.Visible() || scrolls(d.shell.inside, h) {
						t.Errorf("%q has no header, or it scrolls", r.title())
					}
					if h.login.Text() != s.who.Login || h.user.Text() != s.who.Person.Name || h.role.Text() != string(s.who.Role) {
						t.Errorf("%q says %q, %q, %q", r.title(), h.login.Text(), h.user.Text(), h.role.Text())
					}
					if !d.shell.strip.demoBar.Visible() {
						t.Errorf("%q does not say that the data is for demonstration", r.title())
					}
				}
			})
		})
	}
}

// scrolls reports that an object is inside something that scrolls.
func scrolls(from, o fyne.CanvasObject) bool {
	isInside := false
	for _, c := range test.LaidOutObjects(from) {
		if s, ok := c.(fyne.Scrollable); ok {
			isInside = isInside || slices.Contains(test.LaidOutObjects(s.(fyne.CanvasObject)), o)
		}
	}
	return isInside
}

// TestCrumbs_eachStepGoesBack: each step of the breadcrumb but the last leads
// back to its screen.
func TestCrumbs_eachStepGoesBack(t *testing.T) {
	for _, role := range []access.Role{access.RoleDelegate, access.RoleOfficer} {
		for _, r := range routes(role) {
			c := newCrumbs()
			var went []route
			c.onGo = func(to route) { went = append(went, to) }
			c.render(r)
			for _, o := range c.row.Objects {
				if b, ok := o.(*kit.Button); ok {
					test.Tap(b)
				}
			}
			trail := r.trail()
			if before := trail[:len(trail)-1]; !slices.Equal(went, before) {
				t.Errorf("at %q the steps lead to %v, want %v", r.title(), went, before)
			}
		}
	}
}

// TestBackToMenu_keepsTheForm: by the button or by the breadcrumb, going back
// asks for nothing and what was written is there on return.
func TestBackToMenu_keepsTheForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := aDelegate()
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		want := ""
		for _, leave := range []func(){
			func() {
				d.tabTo("Volver al Menú")
				d.press(fyne.KeyReturn)
			},
			func() { d.shell.do(func() { test.Tap(d.shell.crumbs.row.Objects[0].(*kit.Button)) }) },
		} {
			d.tabTo("Solicitar llave")
			d.press(fyne.KeyReturn)
			d.at(routeEnroll)
			d.tabTo("Proveedor")
			if got := d.canvas.Focused().(*kit.Entry).Text; got != want {
				t.Errorf("on return the field holds %q, want %q", got, want)
			}
			d.write("Ñ")
			want += "Ñ"
			leave()
			d.at(routeDelegateMenu)
		}
		if got := d.shell.model.Enroll().Form.Vendor; len([]rune(got)) != 2 {
			t.Errorf("the form holds %q", got)
		}
		if got := strings.Join(s.log, ", "); strings.Contains(got, "create") {
			t.Errorf("the server heard %s", got)
		}
	})
}

// TestProgress_leadsToTheKeysOfItsEntity: «Ir a Consultar Token» opens the keys
// of the code that was asked for.
func TestProgress_leadsToTheKeysOfItsEntity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := aDelegate()
		s.row = wire.RequestRow{
			ID: "r-1", Number: "SOL-1", Kind: access.KindEnroll, Code: theCode, Status: access.StatusDone, Version: 1,
		}
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.shell.do(func() {
			d.shell.model.FollowProgress(theCode)
			d.shell.open(routeProgress)
		})
		d.at(routeProgress)
		d.tabTo("Ir a Consultar Token")
		d.press(fyne.KeyReturn)
		d.at(routeKeys)
		if got := d.shell.model.Keys().Chosen; got != theCode {
			t.Errorf("the keys of %q", got)
		}
	})
}
