package auth

import (
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// The finishing link is good for a day, whatever is asked of it.
func TestAccountLink_lastsADay(t *testing.T) {
	b := withPeople(t)
	b.registered(delegateForm(ana.Document))
	look := func() error {
		_, err := b.AccountLink(t.Context(), visit, wire.AccountLink{Token: b.out.code(t)})
		return err
	}
	b.pass(24*time.Hour - time.Minute)
	if err := look(); err != nil {
		t.Fatalf("within the day: %v", err)
	}
	b.pass(time.Minute + time.Second)
	want(t, look(), access.CodeExpired, access.HintLink)
	_, err := b.SetPassword(t.Context(), visit, wire.SetPassword{Token: b.out.code(t), Password: password(t).Reveal()})
	want(t, err, access.CodeExpired, access.HintLink)
}
