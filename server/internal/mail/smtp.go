package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/textproto"
	"time"

	gomail "github.com/wneessen/go-mail" // its name is ours too

	"llavero/shared/secret"
)

// SMTPSettings say how to reach the mail server.
type SMTPSettings struct {
	Host     string
	Port     int
	Security string         // "starttls", "tls" or "none"
	Roots    *x509.CertPool // nil: the system's
	Username string         // empty: no authentication
	Password secret.Text
	Timeout  time.Duration // of one whole message
	From     Sender
	Clock    func() time.Time
}

// SMTP sends each message over a connection of its own: they are few, and a
// kept connection is one more thing that dies silently.
type SMTP struct{ settings SMTPSettings }

// NewSMTP checks the settings.
func NewSMTP(s SMTPSettings) (*SMTP, error) {
	m := &SMTP{settings: s}
	if _, err := m.client(); err != nil {
		return nil, err
	}
	return m, nil
}

func (s *SMTP) client() (*gomail.Client, error) {
	opts := []gomail.Option{
		gomail.WithPort(s.settings.Port),
		gomail.WithTimeout(s.settings.Timeout),
		gomail.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.settings.Host, RootCAs: s.settings.Roots}),
	}
	switch s.settings.Security {
	case "starttls":
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case "tls":
		opts = append(opts, gomail.WithSSL())
	case "none":
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("mail: security %q is none of starttls, tls, none", s.settings.Security)
	}
	if s.settings.Username != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(s.settings.Username), gomail.WithPassword(s.settings.Password.Reveal()))
	}
	c, err := gomail.NewClient(s.settings.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("mail: settings: %w", err)
	}
	return c, nil
}

// Send delivers to the mail server.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := compose(m, s.settings.From, s.settings.Clock())
	if err != nil {
		return err
	}
	c, err := s.client()
	if err != nil {
		return &Error{Permanent: true, Reason: "settings", err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.settings.Timeout)
	defer cancel()
	err = c.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() {
		return nil // an unfriendly end of the connection undoes no delivery
	}
	return classify(err)
}

// classify tells a refusal for good from one worth another try.
func classify(err error) error {
	if se, ok := errors.AsType[*gomail.SendError](err); ok {
		code := se.ErrorCode()
		return &Error{Permanent: code >= 500 && !se.IsTemp(), Status: code, Reason: "refused", err: err}
	}
	if te, ok := errors.AsType[*textproto.Error](err); ok {
		return &Error{Status: te.Code, Reason: "dial", err: err}
	}
	return &Error{Reason: "dial", err: err}
}
