package state

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// says checks that a form complains of these fields alone, and of nothing above.
func says(t *testing.T, what string, err error, fields []access.FieldError, trouble *Trouble, want ...access.FieldError) {
	t.Helper()
	if access.CodeOf(err) != access.CodeInvalid || !slices.Equal(fields, want) || trouble != nil {
		t.Errorf("%s: %v, says %v, %+v; want %v", what, err, fields, trouble, want)
	}
}

// unsent checks that nothing of an act went out.
func unsent(t *testing.T, s *server, acts ...string) {
	t.Helper()
	for _, act := range acts {
		if n := len(s.keysOf(act)); n != 0 {
			t.Errorf("%s: sent %d", act, n)
		}
	}
}

func TestRenew_badValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := renewing(t, s)
		try := func(what string, field string, hint access.Hint) {
			t.Helper()
			before := m.Enroll()
			err := m.SubmitEnroll(t.Context())
			v := m.Enroll()
			says(t, what, err, v.Fields, v.Trouble, access.FieldError{Field: field, Hint: hint})
			if v.Form != before.Form && v.Form != before.Form.Trimmed() || v.Reason != before.Reason || v.Chosen != theCode {
				t.Errorf("%s: the form became %+v", what, v)
			}
		}
		for reason, hint := range map[access.Reason]access.Hint{
			"": access.HintRequired, " ": access.HintUnknownValue, "porque_si": access.HintUnknownValue, "' OR 1=1": access.HintUnknownValue, "a\x00": access.HintUnknownValue,
		} {
			m.SetReason(reason)
			try("reason "+string(reason), FieldReason, hint)
		}
		m.SetReason(access.ReasonVendor)
		for value, hint := range bad {
			f := form()
			f.Software = value
			m.SetForm(f)
			try("software "+value, "software", hint)
		}
		for field, put := range map[string]func(*access.RequestForm){
			"lead.email":    func(f *access.RequestForm) { f.Lead.Email = "persona@" },
			"privacy.email": func(f *access.RequestForm) { f.Privacy.Email = "<a@example.org>" },
			"lead.phone":    func(f *access.RequestForm) { f.Lead.Phone = "300123456" },
			"privacy.phone": func(f *access.RequestForm) { f.Privacy.Phone = "٣٠٠١٢٣٤٥٦٧" },
		} {
			f := form()
			put(&f)
			m.SetForm(f)
			try(field, field, access.HintFormat)
		}
		unsent(t, s, "create", "change")
	})
}

// badCodes are one-time codes that are no six digits.
var badCodes = map[string]access.Hint{
	"": access.HintRequired, "   ": access.HintRequired, " - ": access.HintRequired, "12345": access.HintFormat, "1234567": access.HintFormat, "12345a": access.HintFormat,
	"abcdef": access.HintFormat, "12\x003456": access.HintFormat, "١٢٣٤٥٦": access.HintFormat, "' OR 1=1": access.HintFormat, "+12345": access.HintFormat,
}

// A code that is no code costs no try: it stays here.
func TestSign_badCodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := signing(t, s)
		before := len(s.keysOf("sign")) // to sign in is one of them
		for code, hint := range badCodes {
			err := m.Sign(t.Context(), secret.New(code))
			v, ok := m.Confirm()
			says(t, code, err, v.Fields, v.Trouble, access.FieldError{Field: "code", Hint: hint})
			if !ok || v.Signing || v.Code == nil || v.Code.TriesLeft != 5 {
				t.Errorf("%q: %+v", code, v)
			}
		}
		if n := len(s.keysOf("sign")); n != before {
			t.Errorf("sent %d", n-before)
		}
		ended := goes(func() error { return m.Sign(t.Context(), secret.New(" 123 - 456 ")) })
		settled(t, ended)
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Errorf("pasted with separators: %v", err)
		}
	})
}

func TestSecondFactor_badCodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := secondFactor(t, s)
		for code, hint := range badCodes {
			err := m.SubmitSecondFactor(t.Context(), code)
			v := m.SignIn()
			if access.CodeOf(err) != access.CodeInvalid || v.Trouble == nil || !slices.Equal(v.Trouble.Err.Fields, []access.FieldError{{Field: "code", Hint: hint}}) {
				t.Errorf("%q: %v, %+v", code, err, v.Trouble)
			}
			if v.Phase != SignInSecondFactor {
				t.Errorf("%q: the sign-in is at %q", code, v.Phase)
			}
		}
		unsent(t, s, "second factor")
	})
}

// badWords are new passwords that are none.
var badWords = map[string]access.Hint{
	"": access.HintRequired, "corta": access.HintWeak, "once letras": access.HintWeak, "aaaaaaaaaaaaaaaa": access.HintWeak, "123456789012": access.HintWeak,
	strings.Repeat("grapa verde ", 11): access.HintTooLong, "grapa verde con\nnueve ranas": access.HintFormat, "grapa verde con nueve\x00 ranas": access.HintFormat,
	"grapa verde \u202econ nueve ranas": access.HintFormat, "grapa verde con nueve \xff ranas": access.HintFormat,
}

func TestPassword_badValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		must(t, m.SubmitLink(t.Context(), "T1"))
		good, old := secret.New("grapa verde con nueve ranas"), secret.New("clave")
		try := func(what string, current, word, again secret.Text, want ...access.FieldError) {
			t.Helper()
			err := m.ChangePassword(t.Context(), current, word, again)
			a := m.Account()
			says(t, "own, "+what, err, a.Fields, a.Trouble, want...)
			want = slices.DeleteFunc(slices.Clone(want), func(f access.FieldError) bool {
				return f.Field == "current" || f.Hint == access.HintSamePassword
			})
			if len(want) == 0 {
				return
			}
			err = m.SubmitNewPassword(t.Context(), word, again)
			u := m.Unlock()
			says(t, "link, "+what, err, u.Fields, u.Trouble, want...)
			if u.Phase != UnlockPassword {
				t.Errorf("%s: the link is at %q", what, u.Phase)
			}
		}
		for word, hint := range badWords {
			want := []access.FieldError{{Field: FieldNew, Hint: hint}}
			if word == "" {
				want = append(want, access.FieldError{Field: FieldAgain, Hint: access.HintRequired})
			}
			try(word, old, secret.New(word), secret.New(word), want...)
		}
		different := access.FieldError{Field: FieldAgain, Hint: access.HintDifferent}
		try("another repeat", old, good, secret.New("grapa verde con nueve Ranas"), different)
		try("a blank more", old, good, secret.New(good.Reveal()+" "), different)
		try("no repeat", old, good, secret.Text{}, access.FieldError{Field: FieldAgain, Hint: access.HintRequired})
		try("short, another repeat", old, secret.New("corta"), good, access.FieldError{Field: FieldNew, Hint: access.HintWeak}, different)
		try("no current", secret.Text{}, good, good, access.FieldError{Field: "current", Hint: access.HintRequired})
		try("the one in force", good, good, good, access.FieldError{Field: FieldNew, Hint: access.HintSamePassword})
		unsent(t, s, "password", "set")
	})
}

func TestEnrolment_badCodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		s.users.officer = true
		m := s.start(&memory{}, mapKeeper{})
		must(t, m.SubmitLink(t.Context(), "T1"))
		word := secret.New("grapa verde con nueve ranas")
		must(t, m.SubmitNewPassword(t.Context(), word, word))
		for code, hint := range badCodes {
			err := m.SubmitEnrolment(t.Context(), code)
			v := m.Unlock()
			says(t, code, err, v.Fields, v.Trouble, access.FieldError{Field: "code", Hint: hint})
			if v.Phase != UnlockEnrol || v.Enrolment == nil {
				t.Errorf("%q: %+v", code, v)
			}
		}
		unsent(t, s, "enrol")
	})
}

func TestRecovery_badValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		must(t, m.OpenRecovery(t.Context(), 1))
		good := RecoveryForm{Login: "CC9999000011", Document: access.Document{Type: access.DocumentCC, Number: "9999000011"}}
		try := func(what string, form RecoveryForm, image, field string, hint access.Hint) {
			t.Helper()
			m.SetRecovery(form)
			m.SetRecoveryCode(image)
			err := m.SubmitRecovery(t.Context(), 1)
			v := m.Recovery()
			says(t, what, err, v.Fields, v.Trouble, access.FieldError{Field: field, Hint: hint})
			if v.Form.Login != strings.TrimSpace(form.Login) || v.Form.Document.Type != form.Document.Type || v.Picture.Code != strings.TrimSpace(image) || v.Done != nil {
				t.Errorf("%s: the form became %+v", what, v.Form)
			}
		}
		for value, hint := range bad {
			f := good
			f.Login = value
			try("login "+value, f, "A1", "login", hint)
		}
		for value, hint := range map[string]access.Hint{
			"": access.HintRequired, " . - ": access.HintRequired, "12a4": access.HintFormat, "1\x004": access.HintFormat, "' OR 1=1": access.HintFormat,
			strings.Repeat("9", access.MaxDocument+1): access.HintTooLong,
		} {
			f := good
			f.Document.Number = value
			try("number "+value, f, "A1", "document.number", hint)
		}
		f := good
		f.Document.Type = "XX"
		try("type XX", f, "A1", "document.type", access.HintUnknownValue)
		try("no image", good, "  ", FieldImage, access.HintRequired)
		unsent(t, s, "recover")
	})
}

// Each environment, of a client id, a secret and a date.
func TestAmend_badValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := withKeys(t)
		m.PutAmend(theCode)
		must(t, m.LoadAmend(t.Context()))
		v, _ := m.Amend()
		good := wire.AmendKey{ClientID: prodID, Secret: "uno", ExpiresAt: v.Row.Production.ExpiresAt}
		other := wire.AmendKey{ClientID: preID, Secret: "dos", ExpiresAt: v.Row.Preproduction.ExpiresAt}
		for name, tt := range map[string]struct {
			put   func(k *wire.AmendKey)
			field string
			hint  access.Hint
		}{
			"no id":              {func(k *wire.AmendKey) { k.ClientID = " " }, "clientId", access.HintRequired},
			"no GUID":            {func(k *wire.AmendKey) { k.ClientID = "llave" }, "clientId", access.HintFormat},
			"a GUID and more":    {func(k *wire.AmendKey) { k.ClientID += "0" }, "clientId", access.HintFormat},
			"an odd GUID":        {func(k *wire.AmendKey) { k.ClientID = strings.Replace(k.ClientID, "-", "\u2010", 1) }, "clientId", access.HintFormat},
			"an id for a secret": {func(k *wire.AmendKey) { k.Secret = "33333333-3333-4333-8333-333333333333" }, "secret", access.HintSecretID},
			"a secret in two":    {func(k *wire.AmendKey) { k.Secret = "un secreto" }, "secret", access.HintFormat},
			"a long secret":      {func(k *wire.AmendKey) { k.Secret = strings.Repeat("x", 129) }, "secret", access.HintFormat},
			"an odd secret":      {func(k *wire.AmendKey) { k.Secret = "señal\x00" }, "secret", access.HintFormat},
			"no date":            {func(k *wire.AmendKey) { k.ExpiresAt = time.Time{} }, "expiresAt", access.HintRequired},
			"now":                {func(k *wire.AmendKey) { k.ExpiresAt = time.Now() }, "expiresAt", access.HintPast},
			"gone by":            {func(k *wire.AmendKey) { k.ExpiresAt = time.Now().AddDate(-1, 0, 0) }, "expiresAt", access.HintPast},
			"too far":            {func(k *wire.AmendKey) { k.ExpiresAt = time.Now().AddDate(1, 0, 1) }, "expiresAt", access.HintTooFar},
		} {
			for _, env := range []access.Environment{access.Production, access.Preproduction} {
				production, preproduction := good, other
				body := wire.AmendKeys{Production: &production, Preproduction: &preproduction}
				if env == access.Production {
					tt.put(body.Production)
				} else {
					tt.put(body.Preproduction)
				}
				err := m.SaveAmend(t.Context(), theCode, body)
				v, _ := m.Amend()
				says(t, name, err, v.Fields, v.Trouble, access.FieldError{Field: string(env) + "." + tt.field, Hint: tt.hint})
				if v.Saved || v.Sending {
					t.Errorf("%s: %+v", name, v)
				}
			}
		}
		same := good
		err := m.SaveAmend(t.Context(), theCode, wire.AmendKeys{Production: &good, Preproduction: &same})
		v, _ = m.Amend()
		var want []access.FieldError
		for _, field := range []string{"production.clientId", "production.secret", "preproduction.clientId", "preproduction.secret"} {
			want = append(want, access.FieldError{Field: field, Hint: access.HintSameInBoth})
		}
		says(t, "the same in both", err, v.Fields, v.Trouble, want...)
		unsent(t, s, "amend")
	})
}
