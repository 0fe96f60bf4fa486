package workflow

import (
	"slices"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/params"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// The agreement is due until it was accepted, once for each version; nobody gets a
// code or signs before, where it is asked for.
func TestAgreement(t *testing.T) {
	d := newDesk(t)
	d.flow.policy.Agreement = true
	request := d.create(ourCode)
	_, err := d.flow.SendCode(t.Context(), by(d.delegate), request.ID, wire.SendCode{Accepted: d.ticks()})
	refusal(t, err, access.CodeConflict, access.HintAgreement)
	_, err = d.flow.Sign(t.Context(), by(d.delegate), request.ID, request.Version, wire.Sign{Code: "000000", ContentHash: "x"})
	refusal(t, err, access.CodeConflict, access.HintAgreement)

	due, err := d.flow.Agreement(t.Context(), by(d.delegate))
	ok(t, err)
	if due.Text.ID != "signing" || due.Text.Hash == "" || !due.AcceptedAt.IsZero() {
		t.Fatalf("got %+v", due)
	}
	_, err = d.flow.AcceptAgreement(t.Context(), by(d.delegate), wire.AcceptAgreement{})
	refusal(t, err, access.CodeInvalid, "")
	_, err = d.flow.AcceptAgreement(t.Context(), by(d.delegate), wire.AcceptAgreement{Hash: "another text"})
	refusal(t, err, access.CodeConflict, access.HintTextsChanged)
	for range 2 { // the second changes nothing
		given, err := d.flow.AcceptAgreement(t.Context(), by(d.delegate), wire.AcceptAgreement{Hash: due.Text.Hash})
		ok(t, err)
		if !given.AcceptedAt.Equal(time.Date(2026, 9, 16, 15, 4, 5, 0, time.UTC)) {
			t.Errorf("accepted at %v", given.AcceptedAt)
		}
		d.wait(time.Minute)
	}
	if n := howMany(d.kinds(string(d.delegate.Account)), audit.AgreementGiven); n != 1 {
		t.Errorf("%d entries", n)
	}
	if _, err := d.flow.SendCode(t.Context(), by(d.delegate), request.ID, wire.SendCode{Accepted: d.ticks()}); err != nil {
		t.Error(err)
	}
	// It is the person's own: their colleague has yet to accept.
	_, err = d.flow.SendCode(t.Context(), by(d.second), request.ID, wire.SendCode{Accepted: d.ticks()})
	refusal(t, err, access.CodeConflict, access.HintAgreement)

	d.write(func(tx *store.Tx) error {
		_, err := tx.InstallConsentText(store.ConsentText{ID: "signing", Version: "2", Language: "es-CO", Label: "Acepto", Body: "Otro", Hash: "h2", Origin: store.OfPublisher})
		return err
	})
	_, err = d.flow.SendCode(t.Context(), by(d.delegate), request.ID, wire.SendCode{Accepted: d.ticks()})
	refusal(t, err, access.CodeConflict, access.HintAgreement)
	for _, who := range []access.Viewer{d.officer, d.halfway} {
		_, err = d.flow.Agreement(t.Context(), by(who))
		refusal(t, err, access.CodeForbidden, "")
		_, err = d.flow.AcceptAgreement(t.Context(), by(who), wire.AcceptAgreement{Hash: "h2"})
		refusal(t, err, access.CodeForbidden, "")
	}
	d.flow = d.newFlow(t, params.RevealAlways) // as the settings are by themselves
	d.wait(time.Hour)
	if _, err := d.flow.SendCode(t.Context(), by(d.delegate), request.ID, wire.SendCode{Accepted: d.ticks()}); err != nil {
		t.Errorf("not asked for: %v", err)
	}
}

func howMany(all []audit.Kind, kind audit.Kind) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(k audit.Kind) bool { return k != kind }))
}

// What the client's clock says becomes the server's time, whatever the clock is.
func TestAgreement_shown(t *testing.T) {
	d := newDesk(t)
	due, err := d.flow.Agreement(t.Context(), by(d.delegate))
	ok(t, err)
	clock := time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC) // seven years behind
	good := wire.ShownText{ID: "signing", ShownAt: clock.Add(-2 * time.Minute), TickedAt: clock.Add(-time.Second), UntickedAtStart: true}
	act := by(d.delegate)
	act.Client, act.ClientTime = "llavero 0.9.0 linux/amd64", clock
	for name, tt := range map[string]struct {
		change func(*wire.ShownText, *Act)
		field  string
		hint   access.Hint
	}{
		"another text":     {func(s *wire.ShownText, _ *Act) { s.ID = "terms" }, "shown.id", access.HintUnknownValue},
		"no clock":         {func(_ *wire.ShownText, a *Act) { a.ClientTime = time.Time{} }, wire.HeaderClientTime, access.HintRequired},
		"not shown":        {func(s *wire.ShownText, _ *Act) { s.ShownAt = time.Time{} }, "shown.shownAt", access.HintRequired},
		"not ticked":       {func(s *wire.ShownText, _ *Act) { s.TickedAt = time.Time{} }, "shown.tickedAt", access.HintRequired},
		"to come":          {func(s *wire.ShownText, _ *Act) { s.TickedAt = clock.Add(time.Second) }, "shown.tickedAt", access.HintTooFar},
		"long ago":         {func(s *wire.ShownText, _ *Act) { s.ShownAt = clock.Add(-longestLook - time.Second) }, "shown.shownAt", access.HintPast},
		"before it was":    {func(s *wire.ShownText, _ *Act) { s.TickedAt = s.ShownAt.Add(-time.Second) }, "shown.tickedAt", access.HintPast},
		"ticked at once":   {func(s *wire.ShownText, _ *Act) { s.UntickedAtStart = false }, "shown.untickedAtStart", access.HintNotAccepted},
		"the year nothing": {func(s *wire.ShownText, _ *Act) { s.ShownAt = time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC) }, "shown.shownAt", access.HintPast},
	} {
		s, a := good, act
		tt.change(&s, &a)
		_, err := d.flow.AcceptAgreement(t.Context(), a, wire.AcceptAgreement{Hash: due.Text.Hash, Shown: &s})
		e := refusal(t, err, access.CodeInvalid, "")
		if len(e.Fields) != 1 || e.Fields[0].Field != tt.field || e.Fields[0].Hint != tt.hint {
			t.Errorf("%s: %+v", name, e.Fields)
		}
	}
	_, err = d.flow.AcceptAgreement(t.Context(), act, wire.AcceptAgreement{Hash: due.Text.Hash, Shown: &good})
	ok(t, err)
	ok(t, d.db.Read(t.Context(), func(tx *store.Tx) error {
		a, err := tx.Agreement(d.delegate.Account, due.Text.Version)
		want := store.Agreement{
			Account: d.delegate.Account, TextVersion: due.Text.Version, TextHash: due.Text.Hash, Language: "es-CO", Label: due.Text.Label,
			AcceptedAt: d.clock(), ShownAt: d.clock().Add(-2 * time.Minute), TickedAt: d.clock().Add(-time.Second),
			Device: act.Device, Address: act.Address, Client: act.Client, ClientAt: clock,
		}
		if err != nil || *a != want {
			t.Errorf("got %+v, %v\nwant %+v", a, err, want)
		}
		return nil
	}))
}

func (d *desk) write(do func(tx *store.Tx) error) {
	d.Helper()
	ok(d, d.db.Write(d.Context(), do))
}
