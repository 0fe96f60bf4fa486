package maildrop

import (
	"io"

	"github.com/emersion/go-smtp"
)

// session is one SMTP conversation.
type session struct {
	drop *Drop
	from string
	to   []string
}

// NewSession makes the Drop an smtp.Backend.
func (d *Drop) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{drop: d}, nil }

// Mail begins a mail.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

// Rcpt adds a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

// Data takes the mail. One that cannot be read is refused for good.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := Parse(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: err.Error()}
	}
	m.At, m.From, m.To = s.drop.clock(), s.from, s.to
	return s.drop.keep(m)
}

// Reset forgets a mail begun.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout ends the conversation.
func (*session) Logout() error { return nil }
