package state

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"llavero/shared/access"
)

// bad are values that are typed or pasted into text, and what is said of them.
var bad = map[string]access.Hint{
	"": access.HintRequired, "   ": access.HintRequired, strings.Repeat("a", 201): access.HintTooLong,
	"a\x00b": access.HintFormat, "a\nb": access.HintFormat, "a\u202eb": access.HintFormat, "a\xffb": access.HintFormat,
}

// TestEnroll_badValues: a bad value is named, what was typed stays, nothing is
// sent; odd names are names.
func TestEnroll_badValues(t *testing.T) {
	set := map[string]func(f *access.RequestForm, v string){
		"vendor":       func(f *access.RequestForm, v string) { f.Vendor = v },
		"software":     func(f *access.RequestForm, v string) { f.Software = v },
		"lead.name":    func(f *access.RequestForm, v string) { f.Lead.Name = v },
		"privacy.name": func(f *access.RequestForm, v string) { f.Privacy.Name = v },
	}
	mail := map[string]func(f *access.RequestForm, v string){
		"lead.email":    func(f *access.RequestForm, v string) { f.Lead.Email = v },
		"privacy.email": func(f *access.RequestForm, v string) { f.Privacy.Email = v },
	}
	phone := map[string]func(f *access.RequestForm, v string){
		"lead.phone":    func(f *access.RequestForm, v string) { f.Lead.Phone = v },
		"privacy.phone": func(f *access.RequestForm, v string) { f.Privacy.Phone = v },
	}
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		must(t, m.OpenEnroll(t.Context()))
		m.ChooseEnroll(theCode)
		m.Tick("terms", true)
		m.Tick("data", true)
		try := func(field string, put func(*access.RequestForm, string), value string, hint access.Hint) {
			t.Helper()
			f := form()
			put(&f, value)
			m.SetForm(f)
			if err := m.SubmitEnroll(t.Context()); access.CodeOf(err) != access.CodeInvalid {
				t.Errorf("%s %q: %v", field, value, err)
			}
			v := m.Enroll()
			if !slices.Contains(v.Fields, access.FieldError{Field: field, Hint: hint}) || len(v.Fields) != 1 || v.Trouble != nil {
				t.Errorf("%s %q: %v, %+v", field, value, v.Fields, v.Trouble)
			}
			if v.Form != f && v.Form != f.Trimmed() {
				t.Errorf("%s %q: the form became %+v", field, value, v.Form)
			}
		}
		for field, put := range set {
			for value, hint := range bad {
				try(field, put, value, hint)
			}
		}
		for field, put := range mail {
			for _, value := range []string{"persona", "persona@", "@example.org", "a b@example.org", "a@b", "a..b@example.org", "x' OR 1=1--@example.org", "<a@example.org>", "a@example.org\u202e", strings.Repeat("a", 250) + "@example.org"} {
				try(field, put, value, access.HintFormat)
			}
			try(field, put, " ", access.HintRequired)
		}
		for field, put := range phone {
			for _, value := range []string{"300123456", "30012345678", "2001234567", "300123456a", "+573001234567", "-1", "1e9", "٣٠٠١٢٣٤٥٦٧"} {
				try(field, put, value, access.HintFormat)
			}
			try(field, put, "", access.HintRequired)
		}
		if calls := s.keysOf("create"); len(calls) != 0 {
			t.Errorf("sent %d", len(calls))
		}
	})
}

// TestRegister_badValues is TestEnroll_badValues for each kind of user.
func TestRegister_badValues(t *testing.T) {
	type edit = func(r *access.Registration, v string)
	number := map[string]access.Hint{
		"": access.HintRequired, " . - ": access.HintRequired, "123_4": access.HintFormat, "12a4": access.HintFormat, "1\x004": access.HintFormat,
		"12\u202e4": access.HintFormat, "' OR 1=1": access.HintFormat, "<b>1</b>": access.HintFormat, "٣٤٥٦٧": access.HintFormat,
	}
	longest := strings.Repeat("9", access.MaxDocument+1)
	for kind, fields := range map[access.UserKind]map[string]edit{
		access.UserDelegate: {
			"nit": func(r *access.Registration, v string) { r.NIT = access.NIT(v) }, "document.number": func(r *access.Registration, v string) { r.Document.Number = v },
		},
		access.UserProfessional: {
			"document.number": func(r *access.Registration, v string) { r.Document.Number = v },
		},
		access.UserOther: {"document.number": func(r *access.Registration, v string) { r.Document.Number = v }},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(t, delegate())
			m := registering(t, s, kind)
			m.TickPledge(true)
			m.SetImageCode("A1")
			try := func(field string, put edit, value string, hint access.Hint) {
				t.Helper()
				form := delegated()
				form.ProfessionalRegistry = "RM1"
				put(&form, value)
				m.SetRegistration(form)
				if err := m.SubmitRegister(t.Context(), 1); access.CodeOf(err) != access.CodeInvalid {
					t.Errorf("%s, %s %q: %v", kind, field, value, err)
				}
				v := m.Register()
				if !slices.Equal(v.Fields, []access.FieldError{{Field: field, Hint: hint}}) || v.Trouble != nil {
					t.Errorf("%s, %s %q: %v, %+v", kind, field, value, v.Fields, v.Trouble)
				}
				if !v.Ticked || v.Picture.Code != "A1" || v.Form.Document.Type != form.Document.Type {
					t.Errorf("%s, %s %q: the form became %+v", kind, field, value, v)
				}
			}
			for field, put := range fields {
				for value, hint := range number {
					try(field, put, value, hint)
				}
			}
			try("document.number", fields["document.number"], longest, access.HintTooLong)
			try("document.type", func(r *access.Registration, v string) { r.Document.Type = access.DocumentType(v) }, "XX", access.HintUnknownValue)
			if put, ok := fields["nit"]; ok {
				try("nit", put, "999.100.005-0", access.HintCheckDigit)
				try("nit", put, "1234", access.HintFormat)
			}
			if n := len(s.keysOf("register")) + len(s.keysOf("check")); n != 0 {
				t.Errorf("%s: sent %d", kind, n)
			}
		})
	}
}
