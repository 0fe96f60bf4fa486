package workflow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// prove has the secret in force of a code pass its test.
func (d *desk) prove(code access.LicenseCode, env access.Environment) {
	d.Helper()
	active, _, _ := d.secrets(code, env)
	active[0].ProvedAt = d.clock()
	ok(d, d.db.Write(d.Context(), func(tx *store.Tx) error { return tx.SaveProof(active[0]) }))
}

// remake does the worker's part of a request about some environments, but for
// the removals.
func (d *desk) remake(id access.RequestID, envs ...access.Environment) {
	d.Helper()
	for _, env := range envs {
		op, _, err := d.flow.IntendSecret(d.Context(), id, env)
		ok(d, err)
		ok(d, d.flow.RecordSecret(d.Context(), id, env, op, IssuedSecret{
			KeyID: newGUID(), Hint: "abc", ExpiresAt: d.clock().Add(365 * day), Text: textOf(madeSecret()),
		}))
	}
}

func (d *desk) compromise(who access.Viewer, env access.Environment) (wire.Compromised, error) {
	d.Helper()
	k := d.keys(ourCode)[env]
	return d.flow.Compromise(d.Context(), by(who), k.ID, k.Version, compromised())
}

func compromised() wire.Compromise {
	return wire.Compromise{LastDigits: access.LastDigits(ourCode), What: "Se publicó en un correo"}
}

// mails reads all the mails that wait.
func (d *desk) mails() (all []Mail) {
	d.Helper()
	ok(d, d.db.Write(d.Context(), func(tx *store.Tx) error {
		for {
			job, err := tx.ClaimJob([]string{store.JobMail}, time.Minute)
			if job == nil || err != nil {
				return err
			}
			m, err := d.flow.OpenMail(d.Context(), *job)
			if err != nil {
				return err
			}
			if err := tx.FinishJob(job.ID); err != nil {
				return err
			}
			all = append(all, m)
		}
	}))
	return all
}

func TestCompromise(t *testing.T) {
	d := newDesk(t)
	made := d.issue(d.sign(ourCode))
	env := access.Production
	other := d.keys(ourCode)[access.Preproduction]
	done, err := d.compromise(d.second, env)
	ok(t, err)
	r := d.request(done.Request)
	if r.Only != env || r.Status != access.StatusIssuing || r.Reason != access.ReasonCompromise || r.Number != done.Number || r.Form != goodForm() {
		t.Errorf("the request: %+v", r)
	}
	row := d.keyRow(d.delegate, done.Key)
	if row.Incident == nil || row.Incident.Number != done.Incident || row.Incident.What != compromised().What || !row.Incident.RemovedAt.IsZero() ||
		row.Incident.By != d.second.Person.Name || row.Version != done.Version || !strings.HasPrefix(done.Incident, "INC-2026-") {
		t.Errorf("row %+v, incident %+v", row, row.Incident)
	}
	letters := d.mails()
	var to []string
	for _, m := range letters {
		to = append(to, m.To)
		for _, value := range made {
			if strings.Contains(strings.Join([]string{m.Data["what"], m.Data["entity"]}, " "), value) {
				t.Error("a mail holds a secret")
			}
		}
		if m.Template != TemplateCompromised || m.Data["incident"] != done.Incident || m.Data["number"] != done.Number {
			t.Errorf("mail %+v", m.Data)
		}
	}
	slices.Sort(to)
	if want := []string{"admihceips999100005011@example.org", "admihceips999100005012@example.org", "lider@clinica.example"}; !slices.Equal(to, want) {
		t.Errorf("mailed to %q, want %q", to, want)
	}
	d.remake(done.Request, env)
	due, err := d.flow.DueSecrets(t.Context(), done.Request, env)
	if err != nil || len(due) != 1 || !due[0].All || !due[0].Sure || due[0].Keep == "" || due[0].Keep == due[0].KeyID {
		t.Fatalf("due %+v, %v", due, err)
	}
	ok(t, d.flow.RecordRetired(t.Context(), due[0].ID, access.StepRetire))
	row = d.keyRow(d.delegate, done.Key)
	if row.Incident.RemovedAt.IsZero() || !row.TokensUntil.Equal(d.clock().Add(access.TokenLife)) || row.State != access.KeyActive {
		t.Errorf("after the removal: %+v, %+v", row, row.Incident)
	}
	ok(t, d.flow.FinishIssue(t.Context(), done.Request))
	d.wait(access.TokenLife)
	if row = d.keyRow(d.delegate, done.Key); !row.TokensUntil.IsZero() {
		t.Errorf("tokens still count: %s", row.TokensUntil)
	}
	if after := d.keys(ourCode)[access.Preproduction]; after.Version != other.Version {
		t.Error("the other environment was touched")
	}
	kinds := d.kinds(string(done.Key))
	for _, want := range []audit.Kind{audit.KeyCompromised, audit.SecretReplaced, audit.SecretRetired, audit.IncidentClosed} {
		if n := len(slices.DeleteFunc(slices.Clone(kinds), func(k audit.Kind) bool { return k != want })); n != 1 {
			t.Errorf("%d entries %s", n, want)
		}
	}
}

func TestCompromise_refusals(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	k := d.keys(ourCode)[access.Production]
	do := func(who access.Viewer, version int64, in wire.Compromise) error {
		_, err := d.flow.Compromise(t.Context(), by(who), k.ID, version, in)
		return err
	}
	refusal(t, do(d.stranger, k.Version, compromised()), access.CodeNotFound, "")
	refusal(t, do(d.halfway, k.Version, compromised()), access.CodeForbidden, "")
	refusal(t, do(d.delegate, k.Version+1, compromised()), access.CodeConflict, access.HintStale)
	for _, c := range []struct {
		in    wire.Compromise
		field string
		hint  access.Hint
	}{
		{wire.Compromise{What: "x"}, "lastDigits", access.HintRequired},
		{wire.Compromise{LastDigits: "0000", What: "x"}, "lastDigits", access.HintDifferentCode},
		{wire.Compromise{LastDigits: access.LastDigits(ourCode), What: "  "}, "what", access.HintRequired},
		{wire.Compromise{LastDigits: access.LastDigits(ourCode), What: "a\nb"}, "what", access.HintFormat},
	} {
		e := refusal(t, do(d.delegate, k.Version, c.in), access.CodeInvalid, "")
		if len(e.Fields) != 1 || e.Fields[0] != (access.FieldError{Field: c.field, Hint: c.hint}) {
			t.Errorf("%+v: %+v", c.in, e.Fields)
		}
	}
	if d.keys(ourCode)[access.Production].Version != k.Version || len(d.mails()) != 0 {
		t.Error("a refusal left something behind")
	}
}

// The same act sent twice is one incident.
func TestCompromise_once(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	k := d.keys(ourCode)[access.Production]
	act := by(d.officer)
	act.Key = newGUID()
	one, err := d.flow.Compromise(t.Context(), act, k.ID, k.Version, compromised())
	ok(t, err)
	two, err := d.flow.Compromise(t.Context(), act, k.ID, k.Version, compromised())
	ok(t, err)
	if one != two {
		t.Errorf("%+v, then %+v", one, two)
	}
	_, err = d.compromise(d.delegate, access.Production) // and another, while it is being issued
	refusal(t, err, access.CodeConflict, access.HintOpenRequest)
}

// What is open and not being issued is not in the way.
func TestCompromise_withdraws(t *testing.T) {
	t.Run("unsigned", func(t *testing.T) {
		d := newDesk(t)
		d.issue(d.sign(ourCode))
		open, err := d.flow.CreateRequest(t.Context(), by(d.delegate), renewal(access.ReasonVendor))
		ok(t, err)
		_, err = d.compromise(d.delegate, access.Production)
		ok(t, err)
		if r := d.request(open.ID); r.Status != access.StatusCancelled {
			t.Errorf("it is %s", r.Status)
		}
		if m := d.mails(); len(m) == 0 || m[0].Data["withdrawn"] != open.Number {
			t.Errorf("the mails do not say what was withdrawn: %v", m)
		}
	})
	t.Run("pending", func(t *testing.T) {
		d := newDesk(t)
		d.issue(d.sign(ourCode))
		open := d.signRenewal(access.ReasonVendor)
		d.park(open)
		done, err := d.compromise(d.officer, access.Preproduction)
		ok(t, err)
		if r := d.request(open); r.Status != access.StatusCancelled || r.Failure != nil {
			t.Errorf("it is %s", r.Status)
		}
		if r := d.request(done.Request); r.Only != access.Preproduction {
			t.Errorf("of %q", r.Only)
		}
	})
	t.Run("another emergency", func(t *testing.T) {
		d := newDesk(t)
		d.issue(d.sign(ourCode))
		first, err := d.compromise(d.delegate, access.Production)
		ok(t, err)
		d.park(first.Request)
		second, err := d.compromise(d.delegate, access.Preproduction)
		ok(t, err)
		if r := d.request(second.Request); r.Only != "" || len(r.Overlaps) != 2 {
			t.Errorf("the second does not take the first along: %+v", r)
		}
		d.remake(second.Request, access.Environments()...)
		for _, env := range access.Environments() {
			due, err := d.flow.DueSecrets(t.Context(), second.Request, env)
			ok(t, err)
			for _, old := range due {
				ok(t, d.flow.RecordRetired(t.Context(), old.ID, access.StepRetire))
			}
			if row := d.keyRow(d.officer, d.keys(ourCode)[env].ID); row.Incident == nil || row.Incident.RemovedAt.IsZero() {
				t.Errorf("%s: %+v", env, row.Incident)
			}
		}
	})
}

func TestRevoke(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	d.reissue(d.signRenewal(access.ReasonVendor)) // two secrets live
	env := access.Production
	k := d.keys(ourCode)[env]
	in := wire.Revoke{LastDigits: access.LastDigits(ourCode), Why: "Se cerró la sede"}
	_, err := d.flow.Revoke(t.Context(), by(d.stranger), k.ID, k.Version, in)
	refusal(t, err, access.CodeNotFound, "")
	_, err = d.flow.Revoke(t.Context(), by(d.delegate), k.ID, k.Version, wire.Revoke{LastDigits: in.LastDigits})
	refusal(t, err, access.CodeInvalid, "")
	a, err := d.flow.Revoke(t.Context(), by(d.delegate), k.ID, k.Version, in)
	ok(t, err)
	row := d.keyRow(d.officer, k.ID)
	if row.State != access.KeyOverlap || row.RevokeAskedAt.IsZero() || row.Version != a.Version {
		t.Errorf("asked: %+v", row)
	}
	_, err = d.flow.Revoke(t.Context(), by(d.officer), k.ID, a.Version, in)
	refusal(t, err, access.CodeConflict, access.HintUnderWay)
	active, overlap, _ := d.secrets(ourCode, env)
	for _, s := range slices.Concat(active, overlap) {
		plan, err := d.flow.RetirePlan(t.Context(), s.ID)
		if err != nil || plan == nil || plan.KeyID != s.EntraKeyID || plan.Keep != "" || !plan.All {
			t.Fatalf("plan %+v, %v", plan, err)
		}
	}
	ok(t, d.flow.RetireFailed(t.Context(), active[0].ID, access.Failure{Status: 403, Code: "Authorization_RequestDenied"}))
	if d.keyRow(d.officer, k.ID).RevokeFailed == "" || d.keyRow(d.delegate, k.ID).RevokeFailed != "" {
		t.Error("officers are to see the failure, delegates not")
	}
	for i, s := range slices.Concat(overlap, active) {
		if row := d.keyRow(d.officer, k.ID); row.State == access.KeyRevoked {
			t.Errorf("revoked with %d secrets left", 2-i)
		}
		ok(t, d.flow.RecordRetired(t.Context(), s.ID, access.StepRetire))
	}
	row = d.keyRow(d.officer, k.ID)
	if row.State != access.KeyRevoked || row.RevokedAt.IsZero() || !row.RevokeAskedAt.IsZero() || row.RevokeFailed != "" {
		t.Errorf("revoked: %+v", row)
	}
	_, err = d.flow.Revoke(t.Context(), by(d.officer), k.ID, row.Version, in)
	refusal(t, err, access.CodeConflict, access.HintState)

	// A change of key makes it work again.
	id := d.signRenewal(access.ReasonSecurity)
	d.remake(id, access.Environments()...)
	ok(t, d.flow.FinishIssue(t.Context(), id))
	if row = d.keyRow(d.officer, k.ID); row.State != access.KeyActive || !row.RevokedAt.IsZero() {
		t.Errorf("changed: %+v", row)
	}
}

// A request that waits for an officer goes on for the other key alone.
func TestRevoke_narrows(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	open := d.signRenewal(access.ReasonVendor)
	k := d.keys(ourCode)[access.Production]
	in := wire.Revoke{LastDigits: access.LastDigits(ourCode), Why: "x"}
	_, err := d.flow.Revoke(t.Context(), by(d.officer), k.ID, k.Version, in)
	refusal(t, err, access.CodeConflict, access.HintOpenRequest)
	d.park(open)
	_, err = d.flow.Revoke(t.Context(), by(d.officer), k.ID, k.Version, in)
	ok(t, err)
	if r := d.request(open); r.Status != access.StatusPending || r.Only != access.Preproduction {
		t.Errorf("it is %s of %q", r.Status, r.Only)
	}
	k = d.keys(ourCode)[access.Preproduction]
	_, err = d.flow.Revoke(t.Context(), by(d.officer), k.ID, k.Version, in)
	ok(t, err)
	if r := d.request(open); r.Status != access.StatusCancelled {
		t.Errorf("it is %s", r.Status)
	}
}

// What was typed and never confirmed is found by how it begins.
func TestRevoke_typed(t *testing.T) {
	d := newDesk(t)
	id := d.sign(ourCode)
	d.park(id)
	taken, err := d.flow.Take(t.Context(), by(d.officer), id, wire.Take{})
	ok(t, err)
	in := typedKeys(d.clock())
	_, err = d.flow.Assign(t.Context(), by(d.officer), id, taken.Version, in)
	ok(t, err)
	k := d.keys(ourCode)[access.Production]
	_, err = d.flow.Revoke(t.Context(), by(d.officer), k.ID, k.Version, wire.Revoke{LastDigits: access.LastDigits(ourCode), Why: "x"})
	ok(t, err)
	active, _, _ := d.secrets(ourCode, access.Production)
	plan, err := d.flow.RetirePlan(t.Context(), active[0].ID)
	if err != nil || plan == nil || plan.Hint != in.Production.Secret[:3] || plan.All || plan.ClientID != k.ClientID {
		t.Errorf("plan %+v, %v", plan, err)
	}
}

func TestRetirePlan_notBeforeTheNewOneIsProved(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	id := d.signRenewal(access.ReasonVendor)
	env := access.Production
	d.remake(id, access.Environments()...)
	d.wait(7 * day)
	_, overlap, _ := d.secrets(ourCode, env)
	plan, err := d.flow.RetirePlan(t.Context(), overlap[0].ID)
	if plan != nil || err != nil {
		t.Fatalf("to be removed, and the new one never signed in: %+v, %v", plan, err)
	}
	_, overlap, _ = d.secrets(ourCode, env)
	if !overlap[0].EndsAt.Equal(d.clock().Add(keptFor)) {
		t.Errorf("kept until %s", overlap[0].EndsAt)
	}
	k := d.keys(ourCode)[env]
	_, err = d.flow.EndOverlap(t.Context(), by(d.delegate), k.ID, k.Version)
	refusal(t, err, access.CodeConflict, access.HintState)
	ok(t, d.flow.FinishIssue(t.Context(), id))
	d.wait(keptFor)
	if plan, err = d.flow.RetirePlan(t.Context(), overlap[0].ID); plan == nil || err != nil {
		t.Errorf("proved, and not removed: %v", err)
	}
	ok(t, d.flow.KeepSecret(t.Context(), overlap[0].ID))
	if _, overlap, _ = d.secrets(ourCode, env); !overlap[0].EndsAt.Equal(d.clock().Add(keptFor)) {
		t.Errorf("Entra has not the new one, and the old is kept until %s", overlap[0].EndsAt)
	}
}

func TestExpireKeys(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	ok(t, d.flow.ExpireKeys(t.Context()))
	if s := d.keys(ourCode)[access.Production].State; s != access.KeyActive {
		t.Fatalf("it is %s", s)
	}
	head := d.head()
	d.wait(365 * day)
	ok(t, d.flow.ExpireKeys(t.Context()))
	k := d.keys(ourCode)[access.Production]
	if kinds := d.kinds(string(k.ID)); k.State != access.KeyExpired || kinds[len(kinds)-1] != audit.KeyExpired || d.head() != head+2 {
		t.Errorf("it is %s, the trail ends with %v, %d changes", k.State, kinds[len(kinds)-1], d.head()-head)
	}
	ok(t, d.flow.ExpireKeys(t.Context()))
	if d.head() != head+2 {
		t.Error("it is marked twice")
	}
	d.reissue(d.signRenewal(access.ReasonExpiry))
	if s := d.keys(ourCode)[access.Production].State; s != access.KeyActive {
		t.Errorf("with a new secret it is %s", s)
	}
}

func TestKeySecrets(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	d.reissue(d.signRenewal(access.ReasonSecurity))
	d.wait(time.Minute)
	d.reissue(d.signRenewal(access.ReasonVendor))
	k := d.keys(ourCode)[access.Production]
	_, err := d.flow.KeySecrets(t.Context(), by(d.stranger), k.ID)
	refusal(t, err, access.CodeNotFound, "")
	_, err = d.flow.KeySecrets(t.Context(), by(d.halfway), k.ID)
	refusal(t, err, access.CodeForbidden, "")
	for _, who := range []access.Viewer{d.delegate, d.officer} {
		got, err := d.flow.KeySecrets(t.Context(), by(who), k.ID)
		ok(t, err)
		var states []access.KeyState
		for _, s := range got.Items {
			states = append(states, s.State)
		}
		if want := []access.KeyState{access.KeyActive, access.KeyOverlap, access.KeyReplaced}; !slices.Equal(states, want) {
			t.Fatalf("states %v, want %v", states, want)
		}
		first := got.Items[2]
		if first.Reason != access.ReasonSecurity || first.TokensUntil.IsZero() || first.EndedAt.IsZero() || first.Request == "" || got.Items[1].EndsAt.IsZero() {
			t.Errorf("%+v", got.Items)
		}
	}
}
