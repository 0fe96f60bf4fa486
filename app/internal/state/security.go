package state

import (
	"context"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// FactorAct is what a person does with their second factor.
type FactorAct string

// The acts.
const (
	FactorBegin   FactorAct = "begin"
	FactorReplace FactorAct = "replace"
	FactorCodes   FactorAct = "codes" // another set of recovery codes
	FactorRemove  FactorAct = "remove"
)

// FactorPhase is where an act stands.
type FactorPhase string

// The phases.
const (
	FactorIdle  FactorPhase = ""
	FactorProve FactorPhase = "prove" // the password is asked for, and a code
	FactorEnrol FactorPhase = "enrol" // the first code of the new authenticator is asked for
	FactorShow  FactorPhase = "show"  // the recovery codes are in sight, once
)

// Security is «Seguridad»: second factor and open sessions.
type Security struct {
	Link    Link
	Session wire.Session

	Phase     FactorPhase
	Act       FactorAct
	Enrolment *wire.Enrolment // FactorEnrol alone
	Codes     []secret.Text   // FactorShow alone
	Fields    []access.FieldError
	Sending   bool
	Trouble   *Trouble
	Done      FactorAct // the last act that is done; empty: none since the screen opened

	Sessions     []wire.OpenSession
	Loading      bool
	Ending       string // id of the session being ended; EndingOthers: all others
	ListTrouble  *Trouble
	Ended        int64 // how many «Cerrar las demás» ended; -1: not asked
	Now          time.Time
	IsListLoaded bool
}

// EndingOthers stands for the id of a session while all others are being ended.
const EndingOthers = "*"

// securityState is the screen's own part.
type securityState struct {
	turn      int // grows when an act is given up
	phase     FactorPhase
	act       FactorAct
	enrolment *wire.Enrolment
	codes     []secret.Text
	fields    []access.FieldError
	sending   bool
	trouble   *Trouble
	done      FactorAct

	sessions    []wire.OpenSession
	isLoaded    bool
	loading     bool
	ending      string
	listTrouble *Trouble
	ended       int64
}

// Security is the screen as it stands.
func (m *Model) Security() Security {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	p := &m.security
	s := Security{
		Link: m.link, Phase: p.phase, Act: p.act, Enrolment: p.enrolment, Codes: p.codes, Fields: p.fields, Sending: p.sending,
		Trouble: p.trouble, Done: p.done, Sessions: p.sessions, Loading: p.loading, Ending: p.ending, ListTrouble: p.listTrouble,
		Ended: p.ended, Now: now, IsListLoaded: p.isLoaded,
	}
	if m.who != nil {
		s.Session = *m.who
	}
	return s
}

// OpenSecurity forgets how the last visit ended.
func (m *Model) OpenSecurity() {
	m.mu.Lock()
	m.security = securityState{turn: m.security.turn + 1, ended: -1, sessions: m.security.sessions, isLoaded: m.security.isLoaded}
	m.mu.Unlock()
	poke(m.changed)
}

// CloseSecurity forgets codes and seeds: the screen was left.
func (m *Model) CloseSecurity() { m.OpenSecurity() }

// LoadSecurity reads how the second factor stands, and the open sessions.
func (m *Model) LoadSecurity(ctx context.Context) error {
	life := m.lifeNow()
	m.set(life, func() { m.security.loading, m.security.listTrouble = true, nil })
	var who wire.Session
	var list wire.OpenSessions
	who, err := m.deps.API.Session(ctx)
	if err == nil {
		list, err = m.deps.API.Sessions(ctx)
	}
	m.ended(life, err)
	t := m.troubleOf(err)
	m.set(life, func() {
		p := &m.security
		p.loading, p.listTrouble = false, t
		if err == nil {
			m.takeWho(who)
			p.sessions, p.isLoaded = list.Items, true
		}
	})
	return err
}

// takeWho takes what the server says now of who is signed in; the lock is held.
func (m *Model) takeWho(who wire.Session) {
	if m.who == nil || m.who.Account != who.Account || m.who.Role != who.Role {
		return // a role that changed ends the session
	}
	m.who = &who
	m.viewer.Administrator = who.Administrator
}

// refreshWho asks the server who is signed in: what the keyring remembers may be
// old.
func (m *Model) refreshWho(ctx context.Context) {
	life := m.lifeNow()
	if _, isIn := m.Who(); !isIn {
		return
	}
	who, err := m.deps.API.Session(ctx)
	if err != nil {
		m.ended(life, err)
		return
	}
	m.set(life, func() { m.takeWho(who) })
}

// AskFactor begins an act: the password is asked for.
func (m *Model) AskFactor(act FactorAct) {
	m.mu.Lock()
	p := &m.security
	p.turn++
	p.phase, p.act, p.done = FactorProve, act, ""
	p.fields, p.trouble, p.sending = nil, nil, false
	m.mu.Unlock()
	poke(m.changed)
}

// CancelFactor gives an act up.
func (m *Model) CancelFactor() {
	m.mu.Lock()
	p := &m.security
	p.turn++
	p.phase, p.enrolment, p.codes, p.fields, p.trouble, p.sending = FactorIdle, nil, nil, nil, nil, false
	m.mu.Unlock()
	poke(m.changed)
}

// FactorTyped takes the complaint about a field away: it is being written anew.
func (m *Model) FactorTyped(field string) {
	m.mu.Lock()
	m.security.fields = without(m.security.fields, field)
	m.mu.Unlock()
	poke(m.changed)
}

// FactorProof is what proves that it is the person: the password, and where a
// second factor is in force a code of it or, to replace it, a recovery code.
type FactorProof struct {
	Password, Code, RecoveryCode secret.Text
}

// proofFields is what is missing of a proof.
func proofFields(act FactorAct, p FactorProof) []access.FieldError {
	var wrong []access.FieldError
	if p.Password.IsEmpty() {
		wrong = append(wrong, access.FieldError{Field: "password", Hint: access.HintRequired})
	}
	if act == FactorBegin {
		return wrong
	}
	if !p.RecoveryCode.IsEmpty() {
		return wrong
	}
	if hint := codeHint(p.Code.Reveal()); hint != "" {
		wrong = append(wrong, access.FieldError{Field: "code", Hint: hint})
	}
	return wrong
}

// ProveFactor goes on with the act that was asked for.
func (m *Model) ProveFactor(ctx context.Context, p FactorProof) error {
	p.Code = secret.New(access.DigitsOnly(p.Code.Reveal()))
	var act FactorAct
	life, turn, goes, err := m.beginFactor(FactorProve, func(s *securityState) []access.FieldError {
		act = s.act
		return proofFields(act, p)
	})
	if !goes {
		return err
	}
	var enrolment wire.Enrolment
	var codes wire.RecoveryCodes
	prove := wire.ProveSecondFactor{Password: p.Password.Reveal(), Code: p.Code.Reveal()}
	switch act {
	case FactorCodes:
		codes, err = m.deps.API.RecoveryCodes(ctx, prove)
	case FactorRemove:
		err = m.deps.API.RemoveSecondFactor(ctx, prove)
	default:
		body := wire.BeginSecondFactor{Password: prove.Password, Code: prove.Code, RecoveryCode: p.RecoveryCode.Reveal()}
		enrolment, err = m.deps.API.BeginSecondFactor(ctx, body)
	}
	m.factorEnded(life, turn, err, func(s *securityState) {
		switch act {
		case FactorCodes:
			s.phase, s.codes = FactorShow, codes.Codes
		case FactorRemove:
			s.phase, s.done = FactorIdle, act
		default:
			s.phase, s.enrolment = FactorEnrol, &enrolment
		}
	})
	if err == nil && act == FactorRemove {
		return m.LoadSecurity(ctx)
	}
	return err
}

// ConfirmFactor presents the first code of the new authenticator.
func (m *Model) ConfirmFactor(ctx context.Context, code string) error {
	code = access.DigitsOnly(code)
	ticket := ""
	life, turn, goes, err := m.beginFactor(FactorEnrol, func(s *securityState) []access.FieldError {
		ticket = s.enrolment.Ticket
		if hint := codeHint(code); hint != "" {
			return []access.FieldError{{Field: "code", Hint: hint}}
		}
		return nil
	})
	if !goes {
		return err
	}
	codes, err := m.deps.API.ConfirmSecondFactor(ctx, wire.ConfirmEnrolment{Ticket: ticket, Code: code})
	m.factorEnded(life, turn, err, func(s *securityState) {
		s.phase, s.enrolment, s.codes = FactorShow, nil, codes.Codes
	})
	return err
}

// KeptCodes says that the recovery codes were put away: they are forgotten.
func (m *Model) KeptCodes(ctx context.Context) error {
	m.mu.Lock()
	p := &m.security
	p.phase, p.codes, p.done = FactorIdle, nil, p.act
	m.mu.Unlock()
	poke(m.changed)
	return m.LoadSecurity(ctx)
}

// beginFactor starts one step of an act; goes is false when there is nothing to
// send, with the error to return.
func (m *Model) beginFactor(at FactorPhase, check func(*securityState) []access.FieldError) (life, turn int, goes bool, err error) {
	isBusy := false
	var wrong []access.FieldError
	life, err = m.begin(func() {
		p := &m.security
		if isBusy = p.sending || p.phase != at; isBusy {
			return
		}
		wrong = check(p)
		turn = p.turn
		p.fields, p.trouble, p.sending = wrong, nil, len(wrong) == 0
	})
	switch {
	case isBusy:
		return life, turn, false, nil
	case err != nil:
		t := m.troubleOf(err)
		m.set(life, func() { m.security.trouble = t })
		return life, turn, false, err
	case len(wrong) > 0:
		return life, turn, false, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return life, turn, true, nil
}

// factorEnded takes note of how a step went; done changes what follows.
func (m *Model) factorEnded(life, turn int, err error, done func(*securityState)) {
	if access.HintOf(err) != access.HintCredentials && access.HintOf(err) != access.HintSecondFactor {
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		p := &m.security
		if p.turn != turn {
			return // given up meanwhile
		}
		p.sending, p.trouble = false, t
		switch {
		case err == nil:
			done(p)
		case t == nil:
		case len(t.Err.Fields) > 0:
			p.fields, p.trouble = partFields(t, "password", "code", "recoveryCode")
		case t.Err.Hint == access.HintCredentials:
			p.trouble, p.fields = nil, []access.FieldError{{Field: "password", Hint: t.Err.Hint}}
		case t.Err.Hint == access.HintSecondFactor && t.Err.Code != access.CodeExpired:
			p.trouble, p.fields = nil, []access.FieldError{{Field: "code", Hint: t.Err.Hint}}
		case t.Err.Hint == access.HintRecoveryCode:
			p.trouble, p.fields = nil, []access.FieldError{{Field: "recoveryCode", Hint: t.Err.Hint}}
		case t.Err.Code == access.CodeExpired:
			p.phase, p.enrolment = FactorProve, nil // the time to show the first code is over
		}
	})
}

// EndSession ends another session of this person.
func (m *Model) EndSession(ctx context.Context, id string) error {
	return m.endSessions(ctx, id, func() (int64, error) { return -1, m.deps.API.EndSession(ctx, id) })
}

// EndOtherSessions ends all sessions of this person but this one.
func (m *Model) EndOtherSessions(ctx context.Context) error {
	return m.endSessions(ctx, EndingOthers, func() (int64, error) {
		done, err := m.deps.API.EndOtherSessions(ctx)
		return done.Ended, err
	})
}

func (m *Model) endSessions(ctx context.Context, id string, end func() (int64, error)) error {
	isBusy := false
	life, err := m.begin(func() {
		if isBusy = m.security.ending != ""; !isBusy {
			m.security.ending, m.security.listTrouble, m.security.ended = id, nil, -1
		}
	})
	if isBusy {
		return nil
	}
	ended := int64(-1)
	if err == nil {
		ended, err = end()
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() { m.security.ending, m.security.listTrouble, m.security.ended = "", t, ended })
	if err != nil {
		return err
	}
	return m.LoadSecurity(ctx)
}
