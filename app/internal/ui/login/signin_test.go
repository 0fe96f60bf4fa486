package login

import (
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/look"
	"llavero/shared/secret"
)

// TestMain gives every test the product's look.
func TestMain(m *testing.M) {
	test.NewApp().Settings().SetTheme(look.Forced(theme.VariantLight))
	os.Exit(m.Run())
}

// «Ingresar» is off until the check is done, for the keyboard too; then Enter in
// the password works.
func TestSignIn_offUntilSolved(t *testing.T) {
	s := NewSignIn()
	var went []string
	solving := 0
	s.OnSubmit = func(login string, password secret.Text) { went = append(went, login+" "+password.Reveal()) }
	s.OnSolve = func() { solving++ }
	shown := state.SignIn{Server: "https://llavero.example", Phase: state.SignInIdle, Login: "CC9999000001"}
	s.Render(shown)
	w := test.NewTempWindow(t, s)
	w.Resize(fyne.NewSize(1180, 720))
	enter := &fyne.KeyEvent{Name: fyne.KeyReturn}

	s.Focus()
	if w.Canvas().Focused() != s.password {
		t.Fatalf("the keyboard is at %T", w.Canvas().Focused())
	}
	test.Type(s.password, "una frase larga")
	s.password.TypedKey(enter)
	if len(went) != 0 || !s.enter.Disabled() {
		t.Errorf("before the check: went in %q, the button is on: %t", went, !s.enter.Disabled())
	}
	if w.Canvas().Focused() != s.robot.check {
		t.Errorf("Enter too early leads to %T, not to the check", w.Canvas().Focused())
	}
	s.robot.check.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	shown.Phase, shown.Proof = state.SignInSolving, 0.25
	s.Render(shown)
	if solving != 1 || !s.enter.Disabled() || !s.robot.bar.Visible() {
		t.Errorf("while it runs: began %d times, the button is on: %t, the bar is there: %t", solving, !s.enter.Disabled(), s.robot.bar.Visible())
	}
	shown.Phase, shown.Solved, shown.Proof = state.SignInIdle, true, 1
	s.Render(shown)
	if s.enter.Disabled() {
		t.Fatal("the check is done and the button is off")
	}
	s.password.TypedKey(enter)
	if len(went) != 1 || went[0] != "CC9999000001 una frase larga" {
		t.Errorf("went in with %q", went)
	}
}
