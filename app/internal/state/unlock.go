package state

import (
	"context"
	"net/url"
	"strings"
	"unicode/utf8"

	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/strength"
	"llavero/shared/wire"
)

// unlockState is the code of a mail on its way to a password. It is kept in
// memory alone.
type unlockState struct {
	turn      int // grows when it is left: late answers are dropped
	phase     UnlockPhase
	token     secret.Text
	info      wire.AccountLinkInfo
	enrolment *wire.Enrolment
	codes     []secret.Text // of recovery, in sight once
	// isSignIn: a sign-in asked for the enrolment; granted is the session that it
	// opened, taken up once the codes are put away.
	isSignIn bool
	granted  wire.SignedIn
	fields   []access.FieldError
	sending  bool
	trouble  *Trouble
}

// Unlock is «Tengo un código de registro» as it stands.
func (m *Model) Unlock() Unlock {
	m.mu.Lock()
	defer m.mu.Unlock()
	u := &m.unlock
	s := Unlock{About: m.about, Phase: u.phase, Info: u.info, Enrolment: u.enrolment, IsSignIn: u.isSignIn, Codes: u.codes, Fields: u.fields, Sending: u.sending, Trouble: u.trouble}
	if s.Phase == "" {
		s.Phase = UnlockCode
	}
	return s
}

func (m *Model) setUnlock(turn int, change func(*unlockState)) {
	m.mu.Lock()
	if m.unlock.turn == turn {
		change(&m.unlock)
	}
	m.mu.Unlock()
	poke(m.changed)
}

// beginUnlock starts an act of a phase; it is refused in another, and while one
// is on its way. Wrong fields stop it.
func (m *Model) beginUnlock(phase UnlockPhase, wrong []access.FieldError) (turn int, goes bool, err error) {
	m.mu.Lock()
	defer func() {
		m.mu.Unlock()
		poke(m.changed)
	}()
	u := &m.unlock
	at := u.phase
	if at == "" {
		at = UnlockCode
	}
	if u.sending || at != phase {
		return u.turn, false, nil
	}
	u.fields, u.trouble = wrong, nil
	if len(wrong) > 0 {
		return u.turn, false, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	u.sending = true
	return u.turn, true, nil
}

// unlockEnded shows how an act went.
func (m *Model) unlockEnded(turn int, err error) {
	t := m.troubleOf(err)
	m.setUnlock(turn, func(u *unlockState) {
		u.sending, u.trouble = false, t
		switch {
		case t == nil:
		case t.Err.Hint == access.HintLink && u.phase == UnlockPassword:
			u.phase, u.token, u.info = UnlockCode, secret.Text{}, wire.AccountLinkInfo{}
		case len(t.Err.Fields) > 0:
			u.fields, u.trouble = partFields(t, FieldToken, "password", "code")
			for i, f := range u.fields {
				if f.Field == "password" {
					u.fields[i].Field = FieldNew
				}
			}
		case t.Err.Hint == access.HintWeak:
			u.trouble, u.fields = nil, []access.FieldError{{Field: FieldNew, Hint: access.HintWeak}}
		}
	})
}

// SubmitLink asks what a pasted code is for. The link of the mail does too.
func (m *Model) SubmitLink(ctx context.Context, pasted string) error {
	token := tokenOf(pasted)
	var wrong []access.FieldError
	if token == "" {
		wrong = []access.FieldError{{Field: FieldToken, Hint: access.HintRequired}}
	}
	turn, goes, err := m.beginUnlock(UnlockCode, wrong)
	if !goes {
		return err
	}
	info, err := m.deps.API.AccountLink(ctx, wire.AccountLink{Token: token})
	if err == nil {
		m.setUnlock(turn, func(u *unlockState) { u.phase, u.token, u.info = UnlockPassword, secret.New(token), info })
	}
	m.unlockEnded(turn, err)
	return err
}

// tokenOf reads a code out of what was pasted: the code itself, with whatever
// blanks a mail program put into it, or the whole link.
func tokenOf(pasted string) string {
	text := strings.Join(strings.Fields(pasted), "")
	if !strings.Contains(text, "://") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	if u.Fragment != "" {
		text = u.Fragment
	} else {
		text = u.RawQuery
	}
	if q, err := url.ParseQuery(text); err == nil {
		for _, values := range q {
			if len(values) > 0 && values[0] != "" {
				return values[0]
			}
		}
	}
	return text
}

// twice says what is wrong with a new password typed twice.
func twice(password, again secret.Text) []access.FieldError {
	var wrong []access.FieldError
	if hint := passwordHint(password.Reveal()); hint != "" {
		wrong = append(wrong, access.FieldError{Field: FieldNew, Hint: hint})
	}
	switch {
	case again.IsEmpty():
		wrong = append(wrong, access.FieldError{Field: FieldAgain, Hint: access.HintRequired})
	case again != password:
		wrong = append(wrong, access.FieldError{Field: FieldAgain, Hint: access.HintDifferent})
	}
	return wrong
}

// passwordHint is what is wrong with a new password; empty: nothing that is known
// here. The server knows its owner's words too.
func passwordHint(text string) access.Hint {
	switch {
	case text == "":
		return access.HintRequired
	case utf8.RuneCountInString(text) > access.MaxPassword:
		return access.HintTooLong
	case !access.IsLine(text):
		return access.HintFormat
	case utf8.RuneCountInString(text) < access.MinPassword, strength.Of(text, nil) == strength.LevelWeak:
		return access.HintWeak
	}
	return ""
}

// codeDigits is how many digits a code has: of an authenticator, or one that signs.
const codeDigits = 6

// codeHint is what is wrong with the form of a one-time code;
// empty: nothing.
func codeHint(code string) access.Hint {
	switch {
	case code == "":
		return access.HintRequired
	case len(code) != codeDigits || strings.Trim(code, "0123456789") != "":
		return access.HintFormat
	}
	return ""
}

// SubmitNewPassword spends the link and sets the password.
func (m *Model) SubmitNewPassword(ctx context.Context, password, again secret.Text) error {
	turn, goes, err := m.beginUnlock(UnlockPassword, twice(password, again))
	if !goes {
		return err
	}
	m.mu.Lock()
	token := m.unlock.token
	m.mu.Unlock()
	got, err := m.deps.API.SetPassword(ctx, wire.SetPassword{Token: token.Reveal(), Password: password.Reveal()})
	if err == nil {
		m.setUnlock(turn, func(u *unlockState) {
			u.token, u.info.Login = secret.Text{}, got.Login
			u.phase, u.enrolment = UnlockDone, nil
			if got.Enrolment != nil {
				u.phase, u.enrolment = UnlockEnrol, got.Enrolment
			}
		})
	}
	m.unlockEnded(turn, err)
	return err
}

// SubmitEnrolment presents the authenticator's first code.
func (m *Model) SubmitEnrolment(ctx context.Context, code string) error {
	code = access.DigitsOnly(code)
	var wrong []access.FieldError
	if hint := codeHint(code); hint != "" {
		wrong = []access.FieldError{{Field: "code", Hint: hint}}
	}
	turn, goes, err := m.beginUnlock(UnlockEnrol, wrong)
	if !goes {
		return err
	}
	m.mu.Lock()
	ticket := m.unlock.enrolment.Ticket
	isSignIn := m.unlock.isSignIn
	m.mu.Unlock()
	body := wire.ConfirmEnrolment{Ticket: ticket, Code: code}
	var got wire.EnrolledIn
	if isSignIn {
		got, err = m.deps.API.SignInEnrolment(ctx, body)
	} else {
		got.RecoveryCodes, err = m.deps.API.ConfirmEnrolment(ctx, body)
	}
	if err == nil {
		m.setUnlock(turn, func(u *unlockState) {
			u.enrolment, u.codes, u.granted = nil, got.RecoveryCodes.Codes, got.SignedIn
			u.phase = UnlockCodes
			if len(u.codes) == 0 {
				u.phase = UnlockDone
			}
		})
	}
	m.unlockEnded(turn, err)
	return err
}

// KeptUnlockCodes says that the recovery codes were put away: they are forgotten.
// An enrolment that a sign-in asked for now opens its session.
func (m *Model) KeptUnlockCodes(ctx context.Context) error {
	m.mu.Lock()
	u := &m.unlock
	if u.phase != UnlockCodes {
		m.mu.Unlock()
		return nil
	}
	granted, turn := u.granted, u.turn
	u.phase, u.codes, u.granted = UnlockDone, nil, wire.SignedIn{}
	u.sending = u.isSignIn
	m.mu.Unlock()
	poke(m.changed)
	if granted.Token == "" {
		return nil
	}
	err := m.enter(ctx, granted)
	if err != nil {
		m.unlockEnded(turn, err)
	}
	return err
}

// UnlockTyped takes the complaint about a field away: it is being written anew.
func (m *Model) UnlockTyped(field string) {
	m.mu.Lock()
	m.unlock.fields = without(m.unlock.fields, field)
	m.mu.Unlock()
	poke(m.changed)
}

// CloseUnlock forgets the code. Once the password was set its login stands in the
// sign-in form.
func (m *Model) CloseUnlock() {
	m.mu.Lock()
	u := &m.unlock
	switch u.phase {
	case UnlockDone, UnlockEnrol, UnlockCodes:
		m.signIn.login, m.signIn.trouble = u.info.Login, nil
	}
	left := u.granted
	m.unlock = unlockState{turn: m.unlock.turn + 1}
	m.mu.Unlock()
	m.owe(left) // a session that was opened and never taken up
	poke(m.changed)
}
