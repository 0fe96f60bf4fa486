package scenes

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// keysContacts is a code whose two contacts answered as said.
func keysContacts(lead, privacy access.NoticeState) state.Keys {
	s := keysData()
	at := now.Add(-50 * time.Hour)
	notice := func(role access.ContactRole, st access.NoticeState) wire.ContactNotice {
		n := wire.ContactNotice{Role: role, Contact: form().ContactOf(role), State: st, SentAt: at, Sends: 1, At: at.Add(3 * time.Hour)}
		switch st {
		case access.NoticeWaiting:
			n.At, n.AgainAt, n.Sends = time.Time{}, at.Add(time.Hour), 2
		case access.NoticeBounced:
			n.AgainAt, n.Why = at.Add(time.Hour), "5.1.1"
		case access.NoticeObjected:
			n.Why = "Ya no trabajo en esta entidad desde marzo; por favor retiren mi nombre y mi teléfono de sus registros."
		}
		return n
	}
	s.Contacts = state.Contacts{
		Request: "r-1", State: lead, Loaded: true,
		Items: []wire.ContactNotice{notice(access.ContactLead, lead), notice(access.ContactPrivacy, privacy)},
	}
	return s
}

const contactsTitle = "Ver contactos"

// contactScenes are the notices to the people a request names.
func contactScenes() []Scene {
	return []Scene{
		tall("delegate-contacts-data", func() fyne.CanvasObject {
			return opened(keysScreen(keysContacts(access.NoticeBounced, access.NoticeObjected)), contactsTitle)
		}),
		top("delegate-contacts-settled", func() fyne.CanvasObject {
			return opened(keysScreen(keysContacts(access.NoticeWaiting, access.NoticeConfirmed)), contactsTitle)
		}),
		top("delegate-contacts-loading", func() fyne.CanvasObject {
			s := keysContacts(access.NoticeWaiting, access.NoticeConfirmed)
			s.Contacts.Loaded, s.Contacts.Items = false, nil
			return opened(keysScreen(s), contactsTitle)
		}),
		top("delegate-contacts-error", func() fyne.CanvasObject {
			s := keysContacts(access.NoticeBounced, access.NoticeConfirmed)
			s.Contacts.Trouble = &state.Trouble{
				Err: &access.Error{Code: access.CodeThrottled, Args: map[string]string{"wait": "2400"}}, RequestID: "0f1e2d3c-0000-4000-8000-000000000004", At: now,
			}
			return opened(keysScreen(s), contactsTitle)
		}),
		top("delegate-contacts-offline", func() fyne.CanvasObject {
			s := keysContacts(access.NoticeWaiting, access.NoticeConfirmed)
			s.Link, s.Contacts.Loaded, s.Contacts.Items = offline(), false, nil
			return opened(keysScreen(s), contactsTitle)
		}),
		tall("delegate-contacts-correct", func() fyne.CanvasObject {
			k := keysScreen(keysContacts(access.NoticeBounced, access.NoticeConfirmed))
			k.OnCorrectContact = func(_ access.ContactRole, _ access.Contact, done func(error)) {
				done(access.InvalidField("contact.email", access.HintFreeMail))
			}
			screen := opened(k, contactsTitle)
			for _, text := range []string{"Corregir datos…", "Guardar y enviar aviso"} {
				tapFirst(k, text)
			}
			return screen
		}),
	}
}

// tapFirst presses the first button of that text in sight.
func tapFirst(in fyne.CanvasObject, text string) {
	for _, o := range test.LaidOutObjects(in) {
		if b, ok := o.(*kit.Button); ok && b.Text == text && b.Visible() {
			test.Tap(b)
			return
		}
	}
}
