package state

import (
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// atContacts is a delegate at a code whose signed request has contacts.
func atContacts(t *testing.T) (*server, *Model) {
	t.Helper()
	s, m := atKeys(t, func(*wire.KeyRow) {})
	s.mu.Lock()
	s.write("r-old", func(r *wire.RequestRow) {
		*r = wire.RequestRow{Code: theCode, Status: access.StatusDone, SignedAt: time.Now().Add(-time.Hour), Contacts: access.NoticeConfirmed}
	})
	s.write("r-9", func(r *wire.RequestRow) {
		*r = wire.RequestRow{Code: theCode, Status: access.StatusDone, SignedAt: time.Now(), Contacts: access.NoticeBounced}
	})
	s.contacts = []wire.ContactNotice{{Role: access.ContactLead, State: access.NoticeBounced, Contact: access.Contact{Name: "Ana"}}}
	s.mu.Unlock()
	s.bring()
	return s, m
}

func TestContacts_readWhenAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := atContacts(t)
		if c := m.Keys().Contacts; c.Request != "r-9" || c.State != access.NoticeBounced || c.Loaded || c.Items != nil {
			t.Fatalf("%+v", c)
		}
		must(t, m.LoadContacts(t.Context()))
		if c := m.Keys().Contacts; !c.Loaded || len(c.Items) != 1 || c.Items[0].Contact.Name != "Ana" {
			t.Errorf("%+v", c)
		}
		s.refuse["detail"] = access.Refuse(access.CodeNotFound, "")
		if err := m.LoadContacts(t.Context()); err == nil || m.Keys().Contacts.Trouble == nil {
			t.Errorf("%v, %+v", err, m.Keys().Contacts)
		}
		m.ChooseKeys("")
		if c := m.Keys().Contacts; c.Request != "" || c.Items != nil {
			t.Errorf("another code has %+v", c)
		}
	})
}

// An act ends when its fact is there; then who stands there is read anew.
func TestContacts_acts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := atContacts(t)
		must(t, m.LoadContacts(t.Context()))
		done := make(chan error, 1)
		go func() { done <- m.TellContact(t.Context(), access.ContactLead) }()
		synctest.Wait()
		if c := m.Keys().Contacts; c.Busy != access.ContactLead || c.State != access.NoticeBounced {
			t.Errorf("before the fact: %+v", c)
		}
		s.bring()
		must(t, <-done)
		if c := m.Keys().Contacts; c.Busy != "" || c.State != access.NoticeWaiting || c.Items[0].Sends != 2 {
			t.Errorf("after the fact: %+v", c)
		}
		good := access.Contact{Name: " Otra ", Email: "otra@clinica.example", Phone: "3001234567"}
		go func() { done <- m.CorrectContact(t.Context(), access.ContactLead, good) }()
		synctest.Wait()
		s.bring()
		must(t, <-done)
		if c := m.Keys().Contacts; c.Items[0].Contact.Name != "Otra" {
			t.Errorf("corrected: %+v", c)
		}
		err := m.CorrectContact(t.Context(), access.ContactLead, access.Contact{Email: "x"})
		if e, ok := err.(*access.Error); !ok || len(e.Fields) != 3 || len(s.keysOf("correct contact")) != 1 { //nolint:errorlint // it is made here
			t.Errorf("wrong fields: %v, sent %q", err, s.keysOf("correct contact"))
		}
		m.Facts().Lost(nil)
		if err := m.TellContact(t.Context(), access.ContactLead); access.HintOf(err) != access.HintOffline || m.Keys().Contacts.Busy != "" {
			t.Errorf("offline: %v", err)
		}
	})
}
