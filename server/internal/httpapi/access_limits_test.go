package httpapi

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// TestLimits_ownFactor: what guesses at a password or a code from inside a session
// is stopped with the time to come back at.
func TestLimits_ownFactor(t *testing.T) {
	for pattern, c := range map[string]struct {
		ready func(b *bench) ready
		wrong func(good any) any
	}{
		wire.RouteBeginSecondFactor: {readyBegin, func(any) any {
			return wire.BeginSecondFactor{Password: "wrong " + uuid.NewString(), Code: "000000"}
		}},
		wire.RouteConfirmSecondFactor: {readyConfirm, func(good any) any {
			return wire.ConfirmEnrolment{Ticket: good.(wire.ConfirmEnrolment).Ticket, Code: "000000"}
		}},
		wire.RouteRecoveryCodes: {readyProve("/v1/second-factor/recovery-codes"), func(good any) any {
			return wire.ProveSecondFactor{Password: good.(wire.ProveSecondFactor).Password, Code: "000000"}
		}},
		wire.RouteRemoveSecondFactor: {readyProve("/v1/second-factor/remove"), func(good any) any {
			return wire.ProveSecondFactor{Password: good.(wire.ProveSecondFactor).Password, Code: "000000"}
		}},
		wire.RouteSignInEnrolment: {readySignInEnrolment, func(good any) any {
			return wire.ConfirmEnrolment{Ticket: good.(wire.ConfirmEnrolment).Ticket, Code: "000000"}
		}},
		wire.RouteUnlock: {readyUnlock, func(any) any { return wire.Unlock{Password: "wrong " + uuid.NewString()} }},
	} {
		t.Run(pattern, func(t *testing.T) {
			b := newBench(t, strain)
			r := c.ready(b)
			body := []byte(quotedJSON(c.wrong(r.body())))
			b.untilThrottled(func() answer { return b.call(pattern, r, body) })
		})
	}
}

// TestOwnFactor_conflicts: what needs a second factor says so to who has none.
func TestOwnFactor_conflicts(t *testing.T) {
	b := newBench(t)
	added, pw := b.account("9999000003", false)
	token := b.signedIn(added, pw).Token
	for path, body := range map[string]any{
		"/v1/second-factor":                wire.BeginSecondFactor{Password: pw.Reveal(), Code: "123456"},
		"/v1/second-factor/recovery-codes": wire.ProveSecondFactor{Password: pw.Reveal(), Code: "123456"},
	} {
		if p := b.bad(b.post(token, path, body), http.StatusConflict); p.Hint != access.HintNotEnrolled {
			t.Errorf("%s: %+v", path, p)
		}
	}
}

// TestSignInEnrolment_withoutRole: who lost the role meanwhile gets no session.
func TestSignInEnrolment_withoutRole(t *testing.T) {
	b := newBench(t)
	r := readySignInEnrolment(b)
	err := b.db.Write(t.Context(), func(tx *store.Tx) error {
		all, err := tx.AccountsOf(access.Document{Type: access.DocumentCC, Number: "9999000003"})
		if err != nil {
			return err
		}
		return tx.SetRole(all[0].ID, access.RoleNone, "")
	})
	if err != nil {
		t.Fatal(err)
	}
	p := b.bad(b.call(wire.RouteSignInEnrolment, r, []byte(quotedJSON(r.body()))), http.StatusForbidden)
	if p.Hint != access.HintNoRole {
		t.Errorf("%+v", p)
	}
}

// TestAdministrators_conflicts: nobody does it to themselves, and nothing is done
// twice.
func TestAdministrators_conflicts(t *testing.T) {
	b := newBench(t)
	own, ownID := b.administrator("9999000201")
	added, _ := b.officerAccount("9999000103")
	path := func(id access.AccountID, act string) string { return "/v1/officers/" + string(id) + "/" + act }
	refused := func(to string, body any, hint access.Hint) {
		t.Helper()
		if p := b.bad(b.post(own, to, body), http.StatusConflict); p.Hint != hint {
			t.Errorf("%s: %+v", to, p)
		}
	}
	because := wire.OfficerWhy{Why: reason}
	for _, act := range []string{"withdraw", "reinstate", "reset-second-factor"} {
		refused(path(ownID, act), because, access.HintSelf)
	}
	refused(path(ownID, "administrator"), wire.SetAdministrator{Why: reason}, access.HintSelf)
	refused(path(added.ID, "administrator"), wire.SetAdministrator{Why: reason}, access.HintAlready)
	refused(path(added.ID, "reinstate"), because, access.HintAlready)
	refused("/v1/officers", wire.GrantOfficer{Document: access.Document{Type: access.DocumentCC, Number: "9999000103"}, Why: reason}, access.HintAlready)
	delegate, err := b.auth.Session(t.Context(), b.delegate)
	if err != nil {
		t.Fatal(err)
	}
	b.bad(b.post(own, path(delegate.Viewer.Account, "withdraw"), because), http.StatusNotFound)
}
