package e2e

import (
	"testing"

	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// Another version of the agreement on the signing method is published: no code is
// sent before a delegate accepts it, and the form stays as it was written.
func TestAgreement_beforeTheFirstCode(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	ctx, m := t.Context(), d.model
	if m.Agreement().Due {
		t.Fatal("the people of the tests accepted it")
	}
	s.PublishText("signing", "99", "Otro acuerdo.")
	must(t, m.OpenEnroll(ctx))
	m.ChooseEnroll(code)
	m.SetForm(world.Form())
	for _, text := range m.Enroll().Texts {
		m.Tick(text.ID, true)
	}
	must(t, m.SubmitEnroll(ctx))
	if err := m.SendCode(ctx); access.HintOf(err) != access.HintAgreement || !m.Agreement().Due {
		t.Fatalf("a code is sent: %v", err)
	}
	must(t, m.OpenAgreement(ctx))
	if a := m.Agreement(); a.Text.Version != "99" || a.Ticked {
		t.Fatalf("shown %+v", a)
	}
	m.TickAgreement(true)
	must(t, m.AcceptAgreement(ctx))
	must(t, m.SendCode(ctx))
	must(t, m.Sign(ctx, d.code(p.Email)))
	d.until("issued", func() bool { return d.request(code).Status == access.StatusDone })
}
