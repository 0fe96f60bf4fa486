package state

import (
	"context"
	"fmt"
	"slices"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// house is what the server knows of second factors, sessions and officers.
type house struct {
	enrolled bool
	sessions []wire.OpenSession
	staff    []wire.Officer
	sets     int // of recovery codes
}

// codes makes recovery codes at run time: none is written down.
func (h *house) codes() wire.RecoveryCodes {
	h.sets++
	var r wire.RecoveryCodes
	for i := range 10 {
		r.Codes = append(r.Codes, secret.New(fmt.Sprintf("SET%d-%04d", h.sets, i)))
	}
	return r
}

func anEnrolment() wire.Enrolment {
	return wire.Enrolment{Ticket: "boleto", Seed: "ABC", Address: "otpauth://totp/x?secret=ABC", Expires: time.Now().Add(10 * time.Minute)}
}

func (s *server) proven(password, code string, needsCode bool) error {
	switch {
	case password != "clave":
		return access.InvalidField("password", access.HintCredentials)
	case needsCode && code != "123456":
		return access.InvalidField("code", access.HintSecondFactor)
	}
	return nil
}

func (s *server) SignInEnrolment(_ context.Context, b wire.ConfirmEnrolment) (wire.EnrolledIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.Ticket != "boleto" || b.Code != "123456" {
		return wire.EnrolledIn{}, access.InvalidField("code", access.HintSecondFactor)
	}
	who := s.who
	return wire.EnrolledIn{
		SignedIn:      wire.SignedIn{Token: "ficha", ExpiresAt: time.Now().Add(12 * time.Hour), Session: &who},
		RecoveryCodes: s.house.codes(),
	}, s.enter("enrol in", b.Code)
}

func (s *server) BeginSecondFactor(_ context.Context, b wire.BeginSecondFactor) (wire.Enrolment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.RecoveryCode != "" && b.RecoveryCode != "SET1-0001" {
		return wire.Enrolment{}, access.InvalidField("recoveryCode", access.HintRecoveryCode)
	}
	if err := s.proven(b.Password, b.Code, s.house.enrolled && b.RecoveryCode == ""); err != nil {
		return wire.Enrolment{}, err
	}
	return anEnrolment(), s.enter("begin factor", "")
}

func (s *server) ConfirmSecondFactor(_ context.Context, b wire.ConfirmEnrolment) (wire.RecoveryCodes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("confirm factor", b.Ticket); err != nil {
		return wire.RecoveryCodes{}, err
	}
	if b.Code != "123456" {
		return wire.RecoveryCodes{}, access.InvalidField("code", access.HintSecondFactor)
	}
	s.house.enrolled = true
	return s.house.codes(), nil
}

func (s *server) RecoveryCodes(_ context.Context, b wire.ProveSecondFactor) (wire.RecoveryCodes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.proven(b.Password, b.Code, true); err != nil {
		return wire.RecoveryCodes{}, err
	}
	return s.house.codes(), nil
}

func (s *server) RemoveSecondFactor(_ context.Context, b wire.ProveSecondFactor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.proven(b.Password, b.Code, true); err != nil {
		return err
	}
	s.house.enrolled = false
	return s.enter("remove factor", "")
}

func (s *server) Sessions(context.Context) (wire.OpenSessions, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.OpenSessions{Items: slices.Clone(s.house.sessions)}, s.enter("sessions", "")
}

func (s *server) EndSession(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.house.sessions = slices.DeleteFunc(s.house.sessions, func(o wire.OpenSession) bool { return o.ID == id })
	return s.enter("end", id)
}

func (s *server) EndOtherSessions(context.Context) (wire.EndedSessions, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.house.sessions)
	s.house.sessions = slices.DeleteFunc(s.house.sessions, func(o wire.OpenSession) bool { return !o.Current })
	return wire.EndedSessions{Ended: int64(before - len(s.house.sessions))}, s.enter("end others", "")
}

func (s *server) Officers(context.Context) (wire.Officers, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Officers{Items: slices.Clone(s.house.staff)}, s.enter("officers", "")
}

func (s *server) GrantOfficer(_ context.Context, b wire.GrantOfficer) (wire.GrantedOfficer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.Document.Number == "404" {
		return wire.GrantedOfficer{}, access.InvalidField("document.number", access.HintUnknownPerson)
	}
	s.house.staff = append(s.house.staff, wire.Officer{ID: "o-9", Person: access.Person{Name: "Ana Nueva", Document: b.Document}, Pending: true})
	return wire.GrantedOfficer{ID: "o-9", MaskedEmail: "a•••@ministerio.example"}, s.enter("grant", b.Document.Number+" "+b.Why)
}

// onOfficer changes one of the list.
func (s *server) onOfficer(act string, id access.AccountID, why string, change func(*wire.Officer)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter(act, string(id)+" "+why); err != nil {
		return err
	}
	for i := range s.house.staff {
		if s.house.staff[i].ID == id {
			change(&s.house.staff[i])
		}
	}
	return nil
}

func (s *server) WithdrawOfficer(_ context.Context, id access.AccountID, b wire.OfficerWhy) error {
	return s.onOfficer("withdraw", id, b.Why, func(o *wire.Officer) { o.Withdrawn = wire.OfficerAct{At: time.Now(), Why: b.Why} })
}

func (s *server) ReinstateOfficer(_ context.Context, id access.AccountID, b wire.OfficerWhy) error {
	return s.onOfficer("reinstate", id, b.Why, func(o *wire.Officer) { o.Withdrawn = wire.OfficerAct{} })
}

func (s *server) SetAdministrator(_ context.Context, id access.AccountID, b wire.SetAdministrator) error {
	return s.onOfficer("administrator", id, b.Why, func(o *wire.Officer) { o.Administrator = b.Administrator })
}

func (s *server) ResetSecondFactor(_ context.Context, id access.AccountID, b wire.OfficerWhy) (wire.ResetOfficer, error) {
	err := s.onOfficer("reset", id, b.Why, func(o *wire.Officer) { o.SecondFactor.Enrolled = false })
	return wire.ResetOfficer{MaskedEmail: "b•••@ministerio.example"}, err
}

func (s *server) OfficerAudit(_ context.Context, id access.AccountID) (wire.OfficerAudit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.OfficerAudit{Entries: []wire.OfficerAuditEntry{{Seq: 7, Kind: "sign_in"}}}, s.enter("officer audit", string(id))
}

func (s *server) SignOut(_ context.Context, token secret.Text) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enter("sign out", token.Reveal())
}

// Unlock takes the password that signIn uses.
func (s *server) Unlock(_ context.Context, b wire.Unlock) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("unlock", ""); err != nil {
		return err
	}
	if b.Password != "clave" {
		return access.InvalidField("password", access.HintCredentials)
	}
	return nil
}
