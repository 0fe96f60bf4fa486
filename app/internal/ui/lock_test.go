package ui

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func (s *server) Unlock(_ context.Context, b wire.Unlock) error {
	s.note("unlock")
	if b.Password != "una clave larga" {
		return access.InvalidField("password", access.HintCredentials)
	}
	return nil
}

func (s *server) SignOut(context.Context, secret.Text) error {
	s.note("sign out")
	return nil
}

// words are all that the window draws, in one text.
func (d *desk) words() string {
	d.t.Helper()
	var all []string
	d.shell.do(func() {
		for _, o := range append([]fyne.CanvasObject{d.canvas.Content()}, d.canvas.Overlays().List()...) {
			for _, in := range test.LaidOutObjects(o) {
				if text, ok := in.(*canvas.Text); ok {
					all = append(all, text.Text)
				}
				if text, ok := in.(*kit.Text); ok {
					all = append(all, text.Text())
				}
				if entry, ok := in.(*kit.Entry); ok {
					all = append(all, entry.Text)
				}
			}
		}
	})
	return strings.Join(all, "\n")
}

// shortcut presses Ctrl and a key.
func (d *desk) shortcut(key fyne.KeyName) {
	d.t.Helper()
	k := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	d.shell.do(func() { d.shell.hotkeys.TypedShortcut(k) })
	synctest.Wait()
}

func (d *desk) isLocked() bool {
	is := false
	d.shell.do(func() { is = d.shell.veil.isOn })
	return is
}

// unlock types the password into the one field there is.
func (d *desk) unlock() {
	d.t.Helper()
	time.Sleep(2 * time.Second) // the keyboard settles
	d.write("una clave larga")
	d.press(fyne.KeyReturn)
	if d.isLocked() {
		d.t.Fatal("the password does not unlock")
	}
}

func theDelegate() wire.Session {
	who := someDelegate()
	who.EntityName = "Clínica Ñandú"
	return who
}

func (s *server) Reveal(context.Context, string, access.KeyID, wire.Reveal) (wire.RevealReply, error) {
	return wire.RevealReply{Value: secret.New(s.reveal()), At: time.Now()}, nil
}

// heldBoard is a clipboard in memory.
type heldBoard struct {
	noBoard
	text string
}

func (b *heldBoard) Read() (string, error)   { return b.text, nil }
func (b *heldBoard) Write(text string) error { b.text = text; return nil }

// Ctrl+L hides the screen and what lies over it; the password brings all of it
// back: the half-typed field with the keyboard in it, the scroll, the question.
func TestLock_hidesAllAndBringsItBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: theDelegate()}
		d := sit(t, s)
		d.shortcut(fyne.KeyL)
		if d.isLocked() {
			t.Error("locked without anybody signed in")
		}
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.tabTo("Solicitar llave")
		d.press(fyne.KeyReturn)
		d.at(routeEnroll)
		d.press(fyne.KeyReturn)
		d.press(fyne.KeyReturn)
		d.tabTo("Correo Líder")
		d.write("a medio escri")
		before := d.words()
		field := d.canvas.Focused()
		d.shortcut(fyne.KeyL)
		if !d.isLocked() {
			t.Fatal("Ctrl+L does not lock")
		}
		if w := d.words(); strings.Contains(w, "a medio escri") || !strings.Contains(w, "Sesión bloqueada") ||
			!strings.Contains(w, "Delegada de Prueba") || !strings.Contains(w, "Clínica Ñandú") {
			t.Errorf("locked, the window says %s", w)
		}
		for _, k := range []fyne.KeyName{fyne.KeyF1, fyne.KeyEscape, fyne.KeyF5} {
			d.press(k)
		}
		for _, k := range []fyne.KeyName{fyne.KeySlash, fyne.KeyReturn, fyne.KeyN, fyne.KeyF} {
			d.shortcut(k)
		}
		if w := d.words(); !d.isLocked() || d.shell.at != routeEnroll || len(d.canvas.Overlays().List()) != 0 || strings.Contains(w, "a medio") {
			t.Errorf("a key opens it: %s", w)
		}
		time.Sleep(2 * time.Second)
		d.write("otra")
		d.press(fyne.KeyReturn)
		if w := d.words(); !d.isLocked() || !strings.Contains(w, "Le quedan 4 intentos") || strings.Contains(w, "otra") {
			t.Errorf("a wrong password: %s", w)
		}
		d.unlock()
		if d.canvas.Focused() != field || !strings.Contains(d.words(), "a medio escri") {
			t.Errorf("back, the keyboard is at %q", d.name())
		}
		if after := d.words(); after != before {
			t.Errorf("the screen is not as it was: %s", after)
		}
		d.write("to@clinica.example")
		if got := d.shell.model.Enroll().Form.Lead.Email; got != "a medio escrito@clinica.example" {
			t.Errorf("the form has %q", got)
		}

		d.press(fyne.KeyF1)
		help := d.canvas.Overlays().Top()
		d.shortcut(fyne.KeyL)
		if len(d.canvas.Overlays().List()) != 0 || help == nil || !d.isLocked() {
			t.Error("the help stays over a locked window")
		}
		d.unlock()
		if d.canvas.Overlays().Top() != help {
			t.Error("the help is gone")
		}
		d.press(fyne.KeyEscape)
		if len(d.canvas.Overlays().List()) != 0 {
			t.Error("the help cannot be closed any more")
		}
	})
}

// Nobody there for five minutes: a warning, then the lock. Keys and the pointer
// count as somebody; what a person chose counts instead.
func TestLock_idle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: theDelegate()}
		d := sit(t, s)
		d.shell.deps.Preferences = &papers{}
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		warned := func() bool { return strings.Contains(d.words(), "Por inactividad") }
		uses := map[string]func(){
			"a key":       func() { d.press(fyne.KeyTab) },
			"a shortcut":  func() { d.shortcut(fyne.KeyF) },
			"the pointer": func() { d.shell.do(func() { d.canvas.Content().(desktop.Cursorable).Cursor() }) },
		}
		for name, use := range uses {
			use()
			time.Sleep(usualIdle*time.Minute - idleWarn - idleEvery)
			synctest.Wait()
			if d.isLocked() || warned() {
				t.Errorf("%s: too early", name)
			}
			time.Sleep(2 * idleEvery)
			synctest.Wait()
			if d.isLocked() || !warned() {
				t.Errorf("%s: no warning", name)
			}
			use()
			if warned() {
				t.Errorf("%s: the warning stays", name)
			}
		}
		time.Sleep(usualIdle*time.Minute + idleEvery)
		synctest.Wait()
		if w := d.words(); !d.isLocked() || !strings.Contains(w, "por inactividad") {
			t.Errorf("not locked: %s", w)
		}
		d.unlock()
		d.shell.do(func() { d.shell.setIdleMinutes(1) })
		d.press(fyne.KeyTab)
		time.Sleep(time.Minute + idleEvery)
		synctest.Wait()
		if !d.isLocked() {
			t.Error("not locked after the minute that was chosen")
		}
		for _, n := range []int{0, 16} {
			d.shell.do(func() { d.shell.setIdleMinutes(n) })
			if got := d.shell.idleMinutes(); got != 1 {
				t.Errorf("%d minutes were taken: %d", n, got)
			}
		}
	})
}

// A typed letter in a field counts, and so does one in a dialog.
func TestLock_typingIsUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: theDelegate()}
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.tabTo("Solicitar llave")
		d.press(fyne.KeyReturn)
		d.at(routeEnroll)
		d.tabTo("Proveedor")
		for range 8 {
			time.Sleep(time.Minute)
			d.write("a")
		}
		if d.isLocked() {
			t.Error("locked under who writes")
		}
		d.press(fyne.KeyF1)
		for range 8 {
			time.Sleep(time.Minute)
			d.press(fyne.KeyDown)
		}
		if d.isLocked() {
			t.Error("locked under who reads the help")
		}
		for range 8 {
			time.Sleep(time.Minute)
			d.shell.do(func() { d.canvas.Overlays().Top().(desktop.Cursorable).Cursor() })
		}
		if d.isLocked() {
			t.Error("locked under who moves the pointer over the help")
		}
	})
}

// papers are preferences in memory.
type papers struct{ sync.Map }

func (p *papers) String(key string) string {
	v, _ := p.Load(key)
	text, _ := v.(string)
	return text
}

func (p *papers) SetString(key, value string) { p.Store(key, value) }

// A shown secret, a copied one and one still on its way are gone with the lock,
// and do not come back with the password.
func TestLock_dropsSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := aKey()
		value := "valor-" + strings.Repeat("x", 12)
		s.reveal = func() string { return value }
		d := sit(t, s)
		board := &heldBoard{}
		d.shell.keeper = kit.NewKeeper(board, d.shell.notices)
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.shell.do(func() { d.shell.openKeys(t.Context(), theCode) })
		d.at(routeKeys)
		d.tabTo("Mostrar")
		d.press(fyne.KeyReturn)
		if !strings.Contains(d.words(), value) {
			t.Fatalf("not shown: %s", d.words())
		}
		d.tabTo("Copiar")
		d.shell.do(func() { d.shell.copyField(t.Context(), s.keys[0].ID, access.FieldSecret) })
		synctest.Wait()
		if board.text != value {
			t.Fatal("not copied")
		}
		d.shortcut(fyne.KeyL)
		if board.text != "" {
			t.Error("the copied secret stays in the clipboard")
		}
		d.unlock()
		if strings.Contains(d.words(), value) {
			t.Error("the shown secret is there again")
		}

		gate := make(chan struct{})
		s.reveal = func() string { <-gate; return value }
		d.tabTo("Mostrar")
		d.press(fyne.KeyReturn)
		d.shell.do(func() { d.shell.copyField(t.Context(), s.keys[0].ID, access.FieldSecret) })
		d.shortcut(fyne.KeyL)
		close(gate)
		synctest.Wait()
		if !d.isLocked() || board.text != "" {
			t.Error("an answer under way brought the secret into the clipboard")
		}
		d.unlock()
		if strings.Contains(d.words(), value) {
			t.Error("an answer under way showed the secret")
		}
	})
}

// A dialog that an answer opens meanwhile waits under the lock.
func TestLock_answersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := sit(t, &server{who: theDelegate()})
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		gate := make(chan struct{})
		d.shell.do(func() {
			d.shell.aside(func() { <-gate }, func() { kit.ShowAsk(d.canvas, kit.Ask{Title: "Algo privado"}) })
			d.shell.LockBySystem()
		})
		close(gate)
		synctest.Wait()
		if w := d.words(); strings.Contains(w, "privado") || !strings.Contains(w, "pantalla del computador") {
			t.Errorf("locked, the window says %s", w)
		}
		d.unlock()
		if !strings.Contains(d.words(), "privado") {
			t.Error("the question is lost")
		}
	})
}

// A session that ends under its lock leaves nothing behind.
func TestLock_signOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{who: theDelegate()}
		d := sit(t, s)
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.press(fyne.KeyF1)
		d.shortcut(fyne.KeyL)
		time.Sleep(2 * time.Second)
		d.tabTo("Cerrar sesión")
		d.press(fyne.KeyReturn)
		d.at(routeSignIn)
		if d.isLocked() || len(d.canvas.Overlays().List()) != 0 || s.log[len(s.log)-1] != "sign out" {
			t.Errorf("the server heard %q", s.log)
		}
		d.signIn("ADMIHCEIPS999100005")
		d.at(routeDelegateMenu)
		d.press(fyne.KeyTab)
	})
}
