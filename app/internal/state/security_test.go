package state

import (
	"slices"
	"testing"
	"testing/synctest"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func proof(password, code string) FactorProof {
	return FactorProof{Password: secret.New(password), Code: secret.New(code)}
}

// A second factor: proven by the password, in force with its first code, its
// recovery codes in sight once; replaced with a recovery code; removed.
func TestSecurity_secondFactor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		ctx := t.Context()
		m.OpenSecurity()
		m.AskFactor(FactorBegin)
		if err := m.ProveFactor(ctx, FactorProof{}); access.CodeOf(err) != access.CodeInvalid || m.Security().Fields[0].Field != "password" {
			t.Errorf("nothing typed: %v", err)
		}
		if err := m.ProveFactor(ctx, proof("otra", "")); err == nil || m.Security().Phase != FactorProve || m.Security().Fields[0].Hint != access.HintCredentials {
			t.Errorf("a wrong password: %v, %+v", err, m.Security())
		}
		if _, isIn := m.Who(); !isIn {
			t.Fatal("a wrong password signs out")
		}
		must(t, m.ProveFactor(ctx, proof("clave", "")))
		if v := m.Security(); v.Phase != FactorEnrol || v.Enrolment == nil || v.Enrolment.Seed == "" {
			t.Fatalf("%+v", v)
		}
		for code, hint := range map[string]access.Hint{"": access.HintRequired, "12": access.HintFormat, "000000": access.HintSecondFactor} {
			if err := m.ConfirmFactor(ctx, code); err == nil || m.Security().Fields[0].Hint != hint {
				t.Errorf("code %q: %v", code, err)
			}
		}
		must(t, m.ConfirmFactor(ctx, "123 456"))
		v := m.Security()
		if v.Phase != FactorShow || len(v.Codes) != 10 || v.Enrolment != nil {
			t.Fatalf("%+v", v)
		}
		must(t, m.KeptCodes(ctx))
		if v := m.Security(); v.Phase != FactorIdle || v.Codes != nil || v.Done != FactorBegin || !v.IsListLoaded {
			t.Errorf("after they were put away %+v", v)
		}

		m.AskFactor(FactorReplace)
		p := FactorProof{Password: secret.New("clave"), RecoveryCode: secret.New("otro")}
		if err := m.ProveFactor(ctx, p); err == nil || m.Security().Fields[0].Field != "recoveryCode" {
			t.Errorf("a wrong recovery code: %v", err)
		}
		p.RecoveryCode = secret.New("SET1-0001")
		must(t, m.ProveFactor(ctx, p))
		m.CancelFactor()
		if v := m.Security(); v.Phase != FactorIdle || v.Enrolment != nil {
			t.Errorf("given up, %+v", v)
		}
		m.AskFactor(FactorCodes)
		if err := m.ProveFactor(ctx, proof("clave", "")); err == nil || m.Security().Fields[0].Field != "code" {
			t.Errorf("without a code: %v", err)
		}
		must(t, m.ProveFactor(ctx, proof("clave", "123456")))
		if v := m.Security(); v.Phase != FactorShow || v.Codes[0].Reveal() != "SET2-0000" {
			t.Errorf("%+v", v)
		}
		m.CloseSecurity()
		if m.Security().Codes != nil {
			t.Error("left, and the codes stay")
		}
		m.AskFactor(FactorRemove)
		s.mu.Lock()
		s.refuse["remove factor"] = access.Refuse(access.CodeConflict, access.HintMandatory)
		s.mu.Unlock()
		if err := m.ProveFactor(ctx, proof("clave", "123456")); err == nil || m.Security().Trouble.Err.Hint != access.HintMandatory {
			t.Errorf("a mandatory one: %v", err)
		}
		s.mu.Lock()
		delete(s.refuse, "remove factor")
		s.mu.Unlock()
		must(t, m.ProveFactor(ctx, proof("clave", "123456")))
		if v := m.Security(); v.Phase != FactorIdle || v.Done != FactorRemove {
			t.Errorf("%+v", v)
		}
	})
}

// One's sessions are listed, one is ended, then all the others.
func TestSecurity_sessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, delegate())
		s.house.sessions = []wire.OpenSession{{ID: "a", Current: true}, {ID: "b"}, {ID: "c"}, {ID: "d"}}
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		ids := func() (all []string) {
			for _, o := range m.Security().Sessions {
				all = append(all, o.ID)
			}
			return all
		}
		m.OpenSecurity()
		must(t, m.LoadSecurity(t.Context()))
		if got := ids(); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
			t.Errorf("sessions %q", got)
		}
		must(t, m.EndSession(t.Context(), "b"))
		if got := ids(); !slices.Equal(got, []string{"a", "c", "d"}) {
			t.Errorf("sessions %q", got)
		}
		must(t, m.EndOtherSessions(t.Context()))
		if got := ids(); !slices.Equal(got, []string{"a"}) || m.Security().Ended != 2 {
			t.Errorf("sessions %q, ended %d", got, m.Security().Ended)
		}
		s.mu.Lock()
		s.silent["sessions"] = 1
		s.mu.Unlock()
		if err := m.LoadSecurity(t.Context()); err == nil || m.Security().ListTrouble == nil || len(ids()) != 1 {
			t.Errorf("without an answer: %v", err)
		}
		s.mu.Lock()
		s.refuse["sessions"] = access.Refuse(access.CodeUnauthorized, "")
		s.mu.Unlock()
		_ = m.LoadSecurity(t.Context())
		if _, isIn := m.Who(); isIn || m.SignIn().Trouble.Err.Hint != access.HintSessionEnded {
			t.Errorf("ended elsewhere: %+v", m.SignIn().Trouble)
		}
	})
}

// A recovery code stands for the authenticator's.
func TestSignIn_recoveryCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, officer())
		m := s.start(&memory{}, mapKeeper{})
		s.silent["ticket"] = 1
		must(t, m.SolvePuzzle(t.Context()))
		must(t, m.SubmitSignIn(t.Context(), "CC9999000101", secret.New("clave")))
		if err := m.SubmitRecoveryCode(t.Context(), secret.New("  ")); err == nil || m.SignIn().Trouble.Err.Fields[0].Field != "recoveryCode" {
			t.Errorf("empty: %v", err)
		}
		must(t, m.SubmitRecoveryCode(t.Context(), secret.New("abcd efgh")))
		if got := s.keysOf("second factor"); !slices.Equal(got, []string{"boleto/abcd efgh"}) {
			t.Errorf("the server heard %q", got)
		}
		m.Lock(LockAsked)
		s.mu.Lock()
		s.silent["unlock"] = 1
		s.mu.Unlock()
		must(t, m.Reopen(t.Context(), secret.New("clave"))) // known from the first step
	})
}

// Who must have a second factor sets it up at the sign-in; the session begins
// once its recovery codes are put away, and is ended if they never are.
func TestSignIn_enrolsFirst(t *testing.T) {
	for name, isKept := range map[string]bool{"kept": true, "left": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, delegate())
				s.silent["enrol first"] = 1
				m := s.start(&memory{}, mapKeeper{})
				must(t, m.SolvePuzzle(t.Context()))
				must(t, m.SubmitSignIn(t.Context(), s.who.Login, secret.New("clave")))
				if v := m.Unlock(); v.Phase != UnlockEnrol || !v.IsSignIn || v.Enrolment.Seed == "" || m.SignIn().Phase != SignInIdle {
					t.Fatalf("%+v", v)
				}
				if err := m.SubmitEnrolment(t.Context(), "000000"); err == nil {
					t.Error("a wrong code enrols")
				}
				must(t, m.SubmitEnrolment(t.Context(), "123456"))
				if _, isIn := m.Who(); isIn || m.Unlock().Phase != UnlockCodes || len(m.Unlock().Codes) != 10 {
					t.Fatalf("%+v", m.Unlock())
				}
				if !isKept {
					m.CloseUnlock()
					synctest.Wait()
					if got := s.keysOf("sign out"); !slices.Equal(got, []string{"ficha"}) {
						t.Errorf("the session nobody uses: the server heard %q", got)
					}
					return
				}
				must(t, m.KeptUnlockCodes(t.Context()))
				<-s.feedOn
				s.sync()
				if _, isIn := m.Who(); !isIn || m.Unlock().Codes != nil {
					t.Error("not signed in, or the codes stay")
				}
			})
		})
	}
}

// An administrator's acts, each with its reason, and the rules that stop them.
func TestStaff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		who := officer()
		who.Administrator = true
		s := newServer(t, who)
		enrolled := wire.SecondFactorState{Enrolled: true}
		s.house.staff = []wire.Officer{
			{ID: "o-2", Person: access.Person{Name: "Zoila"}, SecondFactor: enrolled},
			{ID: "o-1", Person: access.Person{Name: "Ángela"}, SecondFactor: enrolled, Administrator: true},
		}
		m := s.start(&memory{}, mapKeeper{})
		s.signIn()
		ctx := t.Context()
		must(t, m.LoadStaff(ctx))
		v := m.Staff()
		if len(v.Rows) != 2 || v.Rows[0].ID != "o-1" || v.Administrators() != 1 {
			t.Fatalf("%+v", v)
		}
		if access.HintOf(v.Can(StaffWithdraw, &v.Rows[0])) != access.HintSelf || v.Can(StaffWithdraw, &v.Rows[1]) != nil ||
			access.HintOf(v.Can(StaffReinstate, &v.Rows[1])) != access.HintAlready {
			t.Error("the rules are not asked")
		}
		if err := m.GrantOfficer(ctx, wire.GrantOfficer{}); err == nil || len(m.Staff().Fields) != 3 {
			t.Errorf("an empty form: %v, %+v", err, m.Staff().Fields)
		}
		grant := wire.GrantOfficer{Document: access.Document{Type: access.DocumentCC, Number: "404"}, Why: "Ingresa al equipo"}
		if err := m.GrantOfficer(ctx, grant); err == nil || m.Staff().Fields[0].Hint != access.HintUnknownPerson {
			t.Errorf("an unknown person: %v", err)
		}
		grant.Document.Number = " 9999000103 "
		must(t, m.GrantOfficer(ctx, grant))
		if v := m.Staff(); v.Done != StaffGrant || v.Mail == "" || len(v.Rows) != 3 || v.Rows[0].Person.Name != "Ana Nueva" {
			t.Errorf("%+v", v)
		}
		m.OpenOfficer("o-2")
		must(t, m.LoadOfficerAudit(ctx))
		if v := m.Staff(); v.Chosen == nil || v.Chosen.ID != "o-2" || len(v.Audit) != 1 {
			t.Errorf("%+v", v)
		}
		for _, act := range []StaffAct{StaffWithdraw, StaffReinstate, StaffAppoint, StaffDemote, StaffReset} {
			if err := m.ActOnOfficer(ctx, act, "o-2", " "); err == nil || m.Staff().Fields[0].Field != "why" {
				t.Errorf("%s without a reason: %v", act, err)
			}
			must(t, m.ActOnOfficer(ctx, act, "o-2", "Cambia de área"))
			if v := m.Staff(); v.Done != act || v.DoneName != "Zoila" {
				t.Errorf("%s: %+v", act, v)
			}
		}
		for act, want := range map[string]string{"withdraw": "o-2 Cambia de área", "grant": "9999000103 Ingresa al equipo", "reset": "o-2 Cambia de área"} {
			if got := s.keysOf(act); !slices.Equal(got, []string{want}) {
				t.Errorf("%s: the server heard %q", act, got)
			}
		}
		s.mu.Lock()
		s.refuse["withdraw"] = access.Refuse(access.CodeConflict, access.HintLastAdministrator)
		s.mu.Unlock()
		if err := m.ActOnOfficer(ctx, StaffWithdraw, "o-2", "Otra vez"); err == nil || m.Staff().ActTrouble == nil || m.Staff().Done != "" {
			t.Errorf("refused: %v", err)
		}
		must(t, m.SignOut(ctx))
		if v := m.Staff(); len(v.Rows) != 0 || v.Chosen != nil {
			t.Error("the list stays after signing out")
		}
	})
}
