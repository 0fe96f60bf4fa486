package state

import (
	"slices"
	"testing"
	"testing/synctest"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func imageOf(id string, png []byte) wire.Image { return wire.Image{ID: id, PNG: png} }

func TestUnlock_toThePassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		ctx, word := t.Context(), secret.New("grapa verde con nueve ranas")
		if err := m.SubmitLink(ctx, "  "); access.CodeOf(err) != access.CodeInvalid || m.Unlock().Fields[0].Field != FieldToken {
			t.Errorf("%v", err)
		}
		if err := m.SubmitLink(ctx, "otro"); access.HintOf(err) != access.HintLink || m.Unlock().Trouble == nil {
			t.Errorf("%v", err)
		}
		must(t, m.SubmitLink(ctx, " T\n1 "))
		if v := m.Unlock(); v.Phase != UnlockPassword || v.Info.Login != "CC9999000011" || v.Trouble != nil {
			t.Fatalf("%+v", v)
		}
		if err := m.SubmitNewPassword(ctx, secret.Text{}, secret.Text{}); err == nil || !slices.Equal(fieldNames(m.Unlock().Fields), []string{FieldNew, FieldAgain}) {
			t.Errorf("%v, %v", err, m.Unlock().Fields)
		}
		m.UnlockTyped(FieldNew)
		if got := fieldNames(m.Unlock().Fields); !slices.Equal(got, []string{FieldAgain}) {
			t.Errorf("after typing %q", got)
		}
		if err := m.SubmitNewPassword(ctx, word, secret.New("otra")); err == nil || m.Unlock().Fields[0].Hint != access.HintDifferent {
			t.Errorf("%v", err)
		}
		s.refuse["set"] = access.InvalidField("password", access.HintWeak)
		if err := m.SubmitNewPassword(ctx, word, word); err == nil || !slices.Equal(m.Unlock().Fields, []access.FieldError{{Field: FieldNew, Hint: access.HintWeak}}) {
			t.Errorf("%v, %v", err, m.Unlock().Fields)
		}
		delete(s.refuse, "set")
		must(t, m.SubmitNewPassword(ctx, word, word))
		if v := m.Unlock(); v.Phase != UnlockDone || s.users.set.Password != word.Reveal() || s.users.set.Token != "T1" {
			t.Errorf("%+v", v)
		}
		m.CloseUnlock()
		if m.SignIn().Login != "CC9999000011" || m.Unlock().Phase != UnlockCode {
			t.Error("the login does not stand in the sign-in form, or the code stays")
		}
	})
}

func TestUnlock_officerEnrols(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		s.users.officer = true
		m := s.start(&memory{}, mapKeeper{})
		ctx, word := t.Context(), secret.New("grapa verde con nueve ranas")
		must(t, m.SubmitLink(ctx, "T1"))
		must(t, m.SubmitNewPassword(ctx, word, word))
		if v := m.Unlock(); v.Phase != UnlockEnrol || v.Enrolment == nil {
			t.Fatalf("%+v", v)
		}
		if err := m.SubmitEnrolment(ctx, "000000"); err == nil || m.Unlock().Fields[0].Hint != access.HintSecondFactor || m.Unlock().Phase != UnlockEnrol {
			t.Errorf("%v", err)
		}
		must(t, m.SubmitEnrolment(ctx, "123 456"))
		if v := m.Unlock(); v.Phase != UnlockDone || v.Enrolment != nil {
			t.Errorf("%+v", v)
		}
	})
}

func TestUnlock_aLinkThatRanOutMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		word := secret.New("grapa verde con nueve ranas")
		must(t, m.SubmitLink(t.Context(), "T1"))
		s.refuse["set"] = access.Refuse(access.CodeExpired, access.HintLink)
		if err := m.SubmitNewPassword(t.Context(), word, word); access.HintOf(err) != access.HintLink {
			t.Fatal(err)
		}
		if v := m.Unlock(); v.Phase != UnlockCode || v.Trouble == nil {
			t.Errorf("%+v", v)
		}
	})
}

func TestTokenOf(t *testing.T) {
	for in, want := range map[string]string{
		"abc-DEF_1":     "abc-DEF_1",
		" abc \n def\t": "abcdef",
		"https://llavero.example:8443/cuenta#abc":  "abc",
		"https://llavero.example/cuenta?token=abc": "abc",
		"https://llavero.example/cuenta#t=abc":     "abc",
		"https://llavero.exa\nmple/cuenta#abc":     "abc",
		"":                                         "",
		"https://llavero.example/cuenta":           "",
		"https://%zz":                              "",
	} {
		if got := tokenOf(in); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}

func FuzzTokenOf(f *testing.F) {
	f.Add("https://llavero.example/cuenta#abc")
	f.Add("a b")
	f.Fuzz(func(t *testing.T, s string) { _ = tokenOf(s) })
}

func TestRecovery_sameWordsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		ctx := t.Context()
		must(t, m.OpenRecovery(ctx, 1.5))
		if err := m.SubmitRecovery(ctx, 1); err == nil || !slices.Equal(fieldNames(m.Recovery().Fields), []string{"login", "document.type", "document.number", FieldImage}) {
			t.Errorf("%v, %v", err, m.Recovery().Fields)
		}
		m.SetRecovery(RecoveryForm{Login: " CC9999000011 ", Document: access.Document{Type: access.DocumentCC, Number: "9.999.000.011"}})
		m.SetRecoveryCode("mal")
		if err := m.SubmitRecovery(ctx, 1); err == nil || m.Recovery().Fields[0].Hint != access.HintImageCode {
			t.Errorf("%v", err)
		}
		if v := m.Recovery(); v.Picture.ID != "i2" || v.Picture.Code != "" || v.Form.Document.Number != "9999000011" {
			t.Errorf("%+v", v)
		}
		m.SetRecoveryCode("A2")
		must(t, m.SubmitRecovery(ctx, 1))
		if v := m.Recovery(); v.Done == nil || v.Trouble != nil || s.users.asked.Login != "CC9999000011" {
			t.Errorf("%+v", v)
		}
		m.CloseRecovery()
		if v := m.Recovery(); v.Done != nil || v.Form.Login != "" {
			t.Errorf("%+v", v)
		}
	})
}

func TestChangePassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		ctx, old, word := t.Context(), secret.New("clave"), secret.New("grapa verde con nueve ranas")
		if err := m.ChangePassword(ctx, old, word, word); access.CodeOf(err) != access.CodeUnauthorized {
			t.Errorf("nobody signed in: %v", err)
		}
		s.signIn()
		if err := m.ChangePassword(ctx, secret.Text{}, word, secret.Text{}); err == nil || !slices.Equal(fieldNames(m.Account().Fields), []string{"current", FieldAgain}) {
			t.Errorf("%v, %v", err, m.Account().Fields)
		}
		m.AccountTyped("current")
		if got := fieldNames(m.Account().Fields); !slices.Equal(got, []string{FieldAgain}) {
			t.Errorf("%q", got)
		}
		s.refuse["password"] = access.Refuse(access.CodeUnauthorized, access.HintCredentials)
		if err := m.ChangePassword(ctx, old, word, word); err == nil || m.Account().Fields[0].Field != "current" {
			t.Errorf("%v", err)
		}
		if _, isIn := m.Who(); !isIn {
			t.Fatal("a wrong password ended the session")
		}
		s.refuse["password"] = access.InvalidField("new", access.HintSamePassword)
		if err := m.ChangePassword(ctx, old, word, word); err == nil || m.Account().Fields[0].Hint != access.HintSamePassword {
			t.Errorf("%v", err)
		}
		delete(s.refuse, "password")
		must(t, m.ChangePassword(ctx, old, word, word))
		if v := m.Account(); v.DoneAt.IsZero() || v.Sending || s.users.changed.New != word.Reveal() || v.Session.Login != s.who.Login {
			t.Errorf("%+v", v)
		}
		if keys := s.keysOf("password"); len(keys) != 3 || slices.Contains(keys, "") {
			t.Errorf("keys %q", keys)
		}
		m.OpenAccount()
		if v := m.Account(); !v.DoneAt.IsZero() {
			t.Errorf("%+v", v)
		}
		s.refuse["password"] = access.Refuse(access.CodeUnauthorized, "")
		_ = m.ChangePassword(ctx, old, word, word)
		if _, isIn := m.Who(); isIn {
			t.Error("a session that ended goes on")
		}
	})
}
