package state

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
)

func delegated() access.Registration {
	return access.Registration{
		EntityType: access.EntityPSS, NIT: "999100005", Document: access.Document{Type: access.DocumentCC, Number: "9999000011"},
	}
}

// registering is a model at the form of a kind, with its first image.
func registering(t *testing.T, s *server, kind access.UserKind) *Model {
	t.Helper()
	m := s.start(&memory{}, mapKeeper{})
	m.ChooseSystem()
	m.ChooseUserKind(kind)
	must(t, m.OpenRegister(t.Context(), 2))
	return m
}

func fieldNames(list []access.FieldError) []string {
	var names []string
	for _, f := range list {
		names = append(names, f.Field)
	}
	return names
}

func TestRegister_emptyFormSendsNothing(t *testing.T) {
	for kind, want := range map[access.UserKind][]string{
		access.UserDelegate:     {"entityType", "nit", "document.type", "document.number", "image.code", "pledge"},
		access.UserProfessional: {"document.type", "document.number", "professionalRegistry", "image.code", "pledge"},
		access.UserOther:        {"document.type", "document.number", "image.code", "pledge"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(t, delegate())
			m := registering(t, s, kind)
			if v := m.Register(); v.Picture.ID != "i1" || v.Pledge == nil || s.users.last.Scale != 2 || v.Ticked {
				t.Errorf("opened %+v", v)
			}
			if err := m.SubmitRegister(t.Context(), 1); access.CodeOf(err) != access.CodeInvalid {
				t.Errorf("empty form: %v", err)
			}
			if got := fieldNames(m.Register().Fields); !slices.Equal(got, want) {
				t.Errorf("%s: fields %q, want %q", kind, got, want)
			}
			if len(s.keysOf("register"))+len(s.keysOf("check")) != 0 {
				t.Error("an empty form was sent")
			}
			if m.Register().Picture.ID != "i1" {
				t.Error("a form that was not sent cost its image")
			}
		})
	}
}

func TestRegister_wrongImageKeepsTheForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := registering(t, s, access.UserDelegate)
		form := delegated()
		form.NIT = "999.100.005"
		m.SetRegistration(form)
		m.TickPledge(true)
		m.SetImageCode("ZZZZZ")
		if err := m.SubmitRegister(t.Context(), 1); err == nil {
			t.Fatal("registered")
		}
		v := m.Register()
		if !slices.Equal(v.Fields, []access.FieldError{{Field: FieldImage, Hint: access.HintImageCode}}) || v.Trouble != nil {
			t.Errorf("fields %v, trouble %+v", v.Fields, v.Trouble)
		}
		if v.Picture.ID != "i2" || v.Picture.Code != "" || s.users.last.Replaces != "i1" {
			t.Errorf("picture %+v replaced %q: want a new one, its field empty", v.Picture, s.users.last.Replaces)
		}
		want := delegated()
		want.Kind = access.UserDelegate
		if v.Form != want || !v.Ticked {
			t.Errorf("the form became %+v, ticked %v", v.Form, v.Ticked)
		}
		m.SetImageCode(" A2 ")
		must(t, m.SubmitRegister(t.Context(), 1))
		v = m.Register()
		if v.Done == nil || v.Done.Form != want || s.users.body.Pledge.Hash != "p" || s.users.body.Image.Code != "A2" {
			t.Errorf("done %+v, sent %+v", v.Done, s.users.body)
		}
		m.FinishRegister()
		if m.SignIn().Login != "CC9999000011" || m.Register().Kind != "" {
			t.Error("the summary leaves its login nowhere, or stays")
		}
	})
}

func TestRegister_checkStandsForTheImage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := registering(t, s, access.UserDelegate)
		m.SetRegistration(delegated())
		m.SetImageCode("A1")
		must(t, m.CheckPrerequisites(t.Context(), 1))
		v := m.Register()
		if v.Check == nil || !v.IsPassed || v.Picture.ID != "" {
			t.Fatalf("%+v", v)
		}
		// Another form wants another image; the same again has its answer back.
		other := delegated()
		other.NIT = "999100015"
		m.SetRegistration(other)
		if v := m.Register(); v.Check != nil || v.IsPassed || !m.NeedsImage() {
			t.Errorf("the answer of another form stands: %+v", v)
		}
		m.SetRegistration(delegated())
		m.TickPledge(true)
		must(t, m.SubmitRegister(t.Context(), 1))
		if s.users.body.Image != nil || s.users.body.Pass != "pase" {
			t.Errorf("sent %+v", s.users.body)
		}
	})
}

func TestRegister_checksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := registering(t, s, access.UserDelegate)
		m.SetRegistration(delegated())
		m.SetImageCode("A1")
		must(t, m.CheckPrerequisites(t.Context(), 1))
		must(t, m.CheckPrerequisites(t.Context(), 1)) // asks for an image
		if v := m.Register(); v.IsPassed || v.Check == nil || v.Picture.ID != "i2" {
			t.Fatalf("%+v", v)
		}
		m.SetImageCode("A2")
		must(t, m.CheckPrerequisites(t.Context(), 1))
		if v := m.Register(); !v.IsPassed || len(s.keysOf("check")) != 2 {
			t.Errorf("%+v", v)
		}
	})
}

func TestRegister_passRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		s.users.pass = time.Minute
		m := registering(t, s, access.UserDelegate)
		m.SetRegistration(delegated())
		m.TickPledge(true)
		m.SetImageCode("A1")
		must(t, m.CheckPrerequisites(t.Context(), 1))
		time.Sleep(2 * time.Minute)
		if err := m.SubmitRegister(t.Context(), 1); access.CodeOf(err) != access.CodeInvalid {
			t.Fatalf("%v", err)
		}
		if v := m.Register(); v.Picture.ID != "i2" || !slices.Equal(fieldNames(v.Fields), []string{FieldImage}) || v.Check == nil {
			t.Errorf("%+v: want another image to answer, the lines kept", v)
		}
	})
}

func TestRegister_unmetNamesTheLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		s.users.unmet = []access.FieldError{
			{Field: "prerequisites.delegation", Hint: access.HintUnmet}, {Field: "prerequisites.organization", Hint: access.HintNoData},
		}
		m := registering(t, s, access.UserDelegate)
		m.SetRegistration(delegated())
		m.TickPledge(true)
		m.SetImageCode("A1")
		if err := m.SubmitRegister(t.Context(), 1); access.HintOf(err) != access.HintPrerequisites {
			t.Fatal(err)
		}
		v := m.Register()
		want := []access.Prerequisite{
			{ID: access.PrerequisiteDelegation, Verdict: access.VerdictUnmet}, {ID: access.PrerequisiteOrganization, Verdict: access.VerdictNoData},
		}
		if v.Check == nil || !slices.Equal(v.Check.Items, want) || v.Check.Met || v.Trouble == nil || len(v.Fields) != 0 || v.Done != nil {
			t.Errorf("check %+v, trouble %+v, fields %v", v.Check, v.Trouble, v.Fields)
		}
		if v.Picture.ID != "i2" {
			t.Error("the image was answered and stays")
		}
	})
}

func TestRegister_silenceKeepsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := registering(t, s, access.UserDelegate)
		m.SetRegistration(delegated())
		m.TickPledge(true)
		m.SetImageCode("A1")
		s.silent["register"] = 1
		if err := m.SubmitRegister(t.Context(), 1); access.HintOf(err) != access.HintNoAnswer {
			t.Fatal(err)
		}
		v := m.Register()
		if v.Trouble == nil || v.Sending || v.Picture.ID != "i1" || v.Picture.Code != "A1" {
			t.Errorf("%+v", v)
		}
		must(t, m.SubmitRegister(t.Context(), 1))
	})
}

func TestRegister_offlineAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		s.silent["image"] = 1
		m := s.start(&memory{}, mapKeeper{})
		m.ChooseUserKind(access.UserOther)
		if err := m.OpenRegister(t.Context(), 1); access.HintOf(err) != access.HintNoAnswer {
			t.Fatal(err)
		}
		if v := m.Register(); v.Trouble == nil || !v.Picture.Failed || v.Picture.Loading {
			t.Errorf("%+v", v)
		}
		must(t, m.OpenRegister(t.Context(), 1))
		if v := m.Register(); v.Trouble != nil || v.Picture.ID == "" {
			t.Errorf("%+v", v)
		}
	})
}

func TestRegister_otherPledgeIsTickedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := registering(t, s, access.UserOther)
		m.SetRegistration(access.Registration{Document: delegated().Document})
		m.TickPledge(true)
		m.SetImageCode("A1")
		s.users.pledge = "2"
		s.refuse["register"] = access.Refuse(access.CodeConflict, access.HintTextsChanged)
		if err := m.SubmitRegister(t.Context(), 1); access.HintOf(err) != access.HintTextsChanged {
			t.Fatal(err)
		}
		if v := m.Register(); v.Pledge.Hash != "p2" || v.Ticked || v.Trouble == nil {
			t.Errorf("%+v", v)
		}
	})
}

func TestRegister_cancelAndUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := registering(t, s, access.UserDelegate)
		m.SetRegistration(delegated())
		draft := m.CancelRegister()
		if v := m.Register(); v.Form != (access.Registration{}) || v.IsChosen {
			t.Errorf("kept %+v", v)
		}
		m.RestoreRegister(draft)
		v := m.Register()
		if v.Form.NIT != "999100005" || v.Picture.ID != "" || v.Kind != access.UserDelegate {
			t.Errorf("%+v", v)
		}
		if len(s.keysOf("register")) != 0 {
			t.Error("the server heard of it")
		}
	})
}

func TestRegister_kindsShareTheDocument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := registering(t, s, access.UserDelegate)
		m.SetRegistration(delegated())
		m.ChooseUserKind(access.UserProfessional)
		if f := m.Register().Form; f.NIT != "" || f.EntityType != "" || f.Document.Number != "9999000011" {
			t.Errorf("%+v", f)
		}
		m.ChooseUserKind(access.UserDelegate)
		if f := m.Register().Form; f.NIT != "999100005" {
			t.Errorf("going back lost %+v", f)
		}
	})
}

func TestPicture_refusesWhatIsNone(t *testing.T) {
	good := pixel(250, 80)
	for name, bytes := range map[string][]byte{"nothing": nil, "text": []byte("<html>"), "cut": good[:len(good)-9], "huge": pixel(3000, 80)} {
		if err := checkPicture(imageOf("i", bytes)); access.CodeOf(err) != access.CodeInternal {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkPicture(imageOf("", good)); err == nil {
		t.Error("one without a name")
	}
	if err := checkPicture(imageOf("i", good)); err != nil {
		t.Error(err)
	}
}

func FuzzCheckPicture(f *testing.F) {
	f.Add(pixel(2, 2))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := checkPicture(imageOf("i", b)); err != nil && access.CodeOf(err) != access.CodeInternal {
			t.Error(err)
		}
	})
}
