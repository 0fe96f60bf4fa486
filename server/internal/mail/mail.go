// Package mail sends what the server writes to people: one-time codes that sign a
// request, links that set a password, reminders of keys that end.
//
// A Mailer takes a rendered Message: by SMTP, or by dropping it in a folder as
// an .eml file. Words are in templates/, plain text beside simple HTML, in
// Spanish. A Message holds a one-time code: nothing of it is logged, and errors
// carry neither addresses nor what a mail server echoed.
//
// Mailers are safe for many goroutines.
package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail" // its name is ours too

	"llavero/server/internal/workflow"
)

// Message is one mail, rendered.
type Message struct {
	// ID tells a repeated attempt from another mail: the job's id. It becomes
	// the Message-ID, so that a retry after a lost answer is recognised.
	ID      string
	To      string
	Subject string
	Text    string
	HTML    string
	Files   []File
}

// File is what is attached to a message.
type File struct {
	Name    string // any characters but those that end a line
	Type    string // a media type with its parameters
	Content []byte
}

// Mailer sends one message, or says why not.
type Mailer interface {
	Send(ctx context.Context, m Message) error
}

// Error is why a message was not sent.
type Error struct {
	// Permanent: the same message would be refused again.
	Permanent bool
	// Status is the mail server's code; 0 when none came.
	Status int
	// Reason is a machine word: "dial", "refused", "render", "address", "write".
	Reason string
	err    error // its text may hold addresses: for tests and debuggers
}

// Error says the reason, without any address.
func (e *Error) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("mail: %s: status %d", e.Reason, e.Status)
	}
	return "mail: " + e.Reason
}

// Unwrap gives contexts' errors only: nothing else is meant to be printed.
func (e *Error) Unwrap() error {
	for _, target := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(e.err, target) {
			return target
		}
	}
	return nil
}

// Sender is who the mail is from.
type Sender struct {
	Address string
	Name    string
}

// compose makes the message as it travels.
func compose(m Message, from Sender, now time.Time) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(from.Name, from.Address); err != nil {
		return nil, &Error{Permanent: true, Reason: "address", err: err}
	}
	if err := msg.To(m.To); err != nil {
		return nil, &Error{Permanent: true, Reason: "address", err: err}
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		return nil, &Error{Permanent: true, Reason: "render"}
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(now)
	_, domain, _ := strings.Cut(from.Address, "@")
	msg.SetMessageIDWithValue(workflow.MessageID(m.ID) + "@" + domain)
	msg.SetGenHeader("Content-Language", "es-CO")
	msg.SetGenHeader("Auto-Submitted", "auto-generated")  // no answer by a holiday robot
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")   // the same, for Exchange
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)       // first: the simplest
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML) // last: preferred by those who can
	for _, f := range m.Files {
		if err := attach(msg, f); err != nil {
			return nil, err
		}
	}
	return msg, nil
}

// attach adds a file, its name as RFC 2231 has it.
func attach(msg *gomail.Msg, f File) error {
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": f.Name})
	if disposition == "" || f.Name == "" || strings.ContainsAny(f.Name, "\r\n/\\") {
		return &Error{Permanent: true, Reason: "render", err: fmt.Errorf("a file cannot be named %q", f.Name)}
	}
	if _, _, err := mime.ParseMediaType(f.Type); err != nil {
		return &Error{Permanent: true, Reason: "render", err: err}
	}
	err := msg.AttachReader(f.Name, bytes.NewReader(f.Content), gomail.WithFileEncoding(gomail.EncodingB64), func(to *gomail.File) {
		to.Header.Set("Content-Disposition", disposition)
		to.Header.Set("Content-Type", f.Type)
	})
	if err != nil {
		return &Error{Permanent: true, Reason: "render", err: err}
	}
	return nil
}
