package state

import (
	"context"
	"errors"
	"strings"

	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// signInState is the sign-in screen's own part.
type signInState struct {
	login   string
	phase   SignInPhase
	proof   float64
	puzzle  wire.Puzzle
	nonce   uint64
	solved  bool
	ticket  secret.Text
	trouble *Trouble
	check   *passwordCheck // of the password just accepted, until the session begins
}

// SignIn is the sign-in screen.
func (m *Model) SignIn() SignIn {
	server := m.deps.API.Server()
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.signIn
	return SignIn{
		Server: server, Login: s.login, Phase: s.phase, Proof: s.proof,
		Solved: s.solved && now.Before(s.puzzle.ExpiresAt), Trouble: s.trouble, About: m.about,
	}
}

// Start asks the server what it is, and goes on with the session of last time
// if the keyring holds one: its lists open at once, connected or not.
func (m *Model) Start(ctx context.Context) error {
	m.loadEnds()
	m.goOn(ctx)
	err := m.askAbout(ctx)
	if err == nil {
		m.refreshWho(ctx)
	}
	return err
}

// SetServer changes the server and asks what it is. Nobody may be signed in.
func (m *Model) SetServer(ctx context.Context, address string) error {
	if _, isIn := m.Who(); isIn {
		return access.Refuse(access.CodeConflict, access.HintState)
	}
	address = strings.TrimSpace(address)
	if err := m.deps.API.SetServer(address); err != nil {
		m.signInTrouble(err)
		return err
	}
	m.mu.Lock()
	m.about, m.signIn.solved, m.signIn.proof, m.signIn.trouble = nil, false, 0, nil
	m.mu.Unlock()
	return m.askAbout(ctx)
}

func (m *Model) askAbout(ctx context.Context) error {
	about, err := m.deps.API.About(ctx)
	if err == nil && about.Protocol != wire.Protocol {
		err = access.Refuse(access.CodeInvalid, access.HintProtocol)
	}
	m.mu.Lock()
	isOut := m.who == nil
	if err == nil {
		m.setClock(about.Time)
		poke(m.ending)
		m.about, m.isDemo = &about, about.Demo
		if isOut {
			m.signIn.trouble = nil
		}
	}
	m.mu.Unlock()
	if err != nil && isOut {
		m.signInTrouble(err)
	}
	poke(m.changed)
	if err == nil {
		m.learnKeys(ctx)
	}
	return err
}

// signInTrouble shows what went wrong on the sign-in screen.
func (m *Model) signInTrouble(err error) {
	t := m.troubleOf(err)
	m.mu.Lock()
	m.signIn.trouble = t
	m.mu.Unlock()
	poke(m.changed)
}

// SolvePuzzle computes the proof of «No soy un robot», with progress in the
// snapshot. A proof serves one try to sign in.
func (m *Model) SolvePuzzle(ctx context.Context) error {
	m.mu.Lock()
	if m.signIn.phase != SignInIdle {
		m.mu.Unlock()
		return nil
	}
	m.signIn.phase, m.signIn.proof, m.signIn.solved, m.signIn.trouble = SignInSolving, 0, false, nil
	m.mu.Unlock()
	poke(m.changed)

	p, nonce, err := m.solve(ctx)
	t := m.troubleOf(err)
	m.mu.Lock()
	s := &m.signIn
	s.phase, s.trouble = SignInIdle, t
	if err == nil {
		s.puzzle, s.nonce, s.solved, s.proof = p, nonce, true, 1
	} else {
		s.proof = 0
	}
	m.mu.Unlock()
	poke(m.changed)
	return err
}

func (m *Model) solve(ctx context.Context) (wire.Puzzle, uint64, error) {
	p, err := m.deps.API.Puzzle(ctx)
	if err != nil {
		return p, 0, err
	}
	nonce, err := puzzle.Solve(ctx, p.Challenge, p.Difficulty, func(done float64) {
		m.mu.Lock()
		m.signIn.proof = done
		m.mu.Unlock()
		poke(m.changed)
	})
	return p, nonce, err
}

// SubmitSignIn asks for a session. It returns nil both when there is one and
// when the second factor is awaited: the snapshot's phase tells which.
func (m *Model) SubmitSignIn(ctx context.Context, login string, password secret.Text) error {
	login = strings.TrimSpace(login)
	now := m.now()
	m.mu.Lock()
	s := &m.signIn
	if s.phase == SignInSending {
		m.mu.Unlock()
		return nil
	}
	s.login, s.trouble = login, nil
	var missing []access.FieldError
	if login == "" {
		missing = append(missing, access.FieldError{Field: "login", Hint: access.HintRequired})
	}
	if password.IsEmpty() {
		missing = append(missing, access.FieldError{Field: "password", Hint: access.HintRequired})
	}
	isProven := s.solved && now.Before(s.puzzle.ExpiresAt)
	body := wire.SignIn{Login: login, Password: password.Reveal(), Challenge: s.puzzle.Challenge, Nonce: s.nonce, Device: m.deps.Device}
	if missing == nil && isProven {
		s.phase = SignInSending
	}
	m.mu.Unlock()
	poke(m.changed)
	switch {
	case missing != nil:
		err := &access.Error{Code: access.CodeInvalid, Fields: missing}
		m.signInTrouble(err)
		return err
	case !isProven:
		err := access.Refuse(access.CodeInvalid, access.HintPuzzle)
		m.signInTrouble(err)
		return err
	}
	reply, err := m.deps.API.SignIn(ctx, body)
	if err == nil {
		check := m.newPasswordCheck(password)
		m.mu.Lock()
		m.signIn.check = check
		m.mu.Unlock()
	}
	return m.signedIn(ctx, reply, err, true)
}

// SubmitSecondFactor completes a sign-in with the code of the authenticator.
func (m *Model) SubmitSecondFactor(ctx context.Context, code string) error {
	code = access.DigitsOnly(code)
	if hint := codeHint(code); hint != "" {
		return m.badSecondFactor("code", hint)
	}
	return m.sendSecondFactor(ctx, wire.SecondFactor{Code: code})
}

// SubmitRecoveryCode completes a sign-in with a recovery code, which is good
// once.
func (m *Model) SubmitRecoveryCode(ctx context.Context, code secret.Text) error {
	text := strings.TrimSpace(code.Reveal())
	if text == "" {
		return m.badSecondFactor("recoveryCode", access.HintRequired)
	}
	return m.sendSecondFactor(ctx, wire.SecondFactor{RecoveryCode: text})
}

// badSecondFactor refuses what cannot be one, without asking the server.
func (m *Model) badSecondFactor(field string, hint access.Hint) error {
	m.mu.Lock()
	isAsked := m.signIn.phase == SignInSecondFactor
	m.mu.Unlock()
	if !isAsked {
		return nil
	}
	err := access.InvalidField(field, hint)
	m.signInTrouble(err)
	return err
}

func (m *Model) sendSecondFactor(ctx context.Context, body wire.SecondFactor) error {
	m.mu.Lock()
	if m.signIn.phase != SignInSecondFactor {
		m.mu.Unlock()
		return nil
	}
	body.Ticket = m.signIn.ticket.Reveal()
	m.signIn.phase, m.signIn.trouble = SignInSending, nil
	m.mu.Unlock()
	poke(m.changed)
	reply, err := m.deps.API.SecondFactor(ctx, body)
	return m.signedIn(ctx, reply, err, false)
}

// CancelSignIn goes back from the second factor to user and password.
func (m *Model) CancelSignIn() {
	m.mu.Lock()
	if m.signIn.phase == SignInSecondFactor {
		m.signIn.phase, m.signIn.ticket, m.signIn.trouble, m.signIn.check = SignInIdle, secret.Text{}, nil, nil
	}
	m.mu.Unlock()
	poke(m.changed)
}

// signedIn deals with the answer to either step of a sign-in.
func (m *Model) signedIn(ctx context.Context, reply wire.SignedIn, err error, isFirst bool) error {
	if err == nil && reply.Token != "" {
		err = m.enter(ctx, reply)
	}
	t := m.troubleOf(err)
	m.mu.Lock()
	defer func() {
		m.mu.Unlock()
		poke(m.changed)
	}()
	s := &m.signIn
	s.trouble = t
	if isFirst && isSpent(err) {
		s.solved, s.proof = false, 0
	}
	switch {
	case err == nil && reply.Token != "":
		s.phase, s.ticket = SignInDone, secret.Text{}
	case err == nil && reply.Enrolment != nil:
		s.phase, s.ticket = SignInIdle, secret.Text{}
		m.unlock = unlockState{
			turn: m.unlock.turn + 1, phase: UnlockEnrol, isSignIn: true, enrolment: reply.Enrolment,
			info: wire.AccountLinkInfo{Login: s.login},
		}
	case err == nil && reply.Ticket != "":
		s.phase, s.ticket = SignInSecondFactor, secret.New(reply.Ticket)
	case err == nil:
		s.phase = SignInIdle
		s.trouble = &Trouble{Err: &access.Error{Code: access.CodeInternal}, At: m.now()}
		return s.trouble.Err
	case isFirst || access.CodeOf(err) == access.CodeExpired:
		s.phase, s.ticket = SignInIdle, secret.Text{}
	default:
		s.phase = SignInSecondFactor
	}
	return err
}

// isSpent reports that the server looked at the proof: it is good once.
func isSpent(err error) bool {
	e, ok := errors.AsType[*access.Error](err)
	return err == nil || !ok || e.Code != access.CodeUnavailable || e.Hint == ""
}
