package mail

import (
	"errors"
	"strings"
	"testing"
)

// report is what a mail server sends back; lines end as they travel.
func report(action, status, original string) string {
	return strings.ReplaceAll(`From: MAILER-DAEMON@mx.example
To: llavero@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Sun, 1 Mar 2026 12:00:00 -0500

Final-Recipient: rfc822; lider@clinica.example
Action: `+action+`
Status: `+status+`
Diagnostic-Code: smtp; 550 user unknown

--b1
`+original+`

--b1--
`, "\n", "\r\n")
}

const headersOnly = "Content-Type: text/rfc822-headers\n\nMessage-ID: <0011aabb@example.org>\nSubject: x\n"

func TestReadBounce(t *testing.T) {
	whole := "Content-Type: message/rfc822\n\nSubject: x\nMessage-Id: <0011aabb@example.org>\n\nbody"
	for name, original := range map[string]string{"headers": headersOnly, "whole": whole} {
		b, err := ReadBounce(strings.NewReader(report("failed", "5.1.1", original)))
		if err != nil || b != (Bounce{MessageID: "0011aabb", Status: "5.1.1"}) {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
	for name, c := range map[string]struct {
		doc  string
		want error
	}{
		"delayed":     {report("delayed", "4.4.1", headersOnly), ErrNotFailed},
		"delivered":   {report("delivered", "2.0.0", headersOnly), ErrNotFailed},
		"whose?":      {report("failed", "5.1.1", "Content-Type: text/rfc822-headers\n\nSubject: x\n"), ErrNoReport},
		"a letter":    {"Subject: hola\r\n\r\nBuenas", ErrNoReport},
		"cut off":     {report("failed", "5.1.1", headersOnly)[:400], ErrNoReport},
		"nothing":     {"", ErrNoReport},
		"no boundary": {"Content-Type: multipart/report; report-type=delivery-status\r\n\r\n--\r\n", ErrNoReport},
	} {
		if b, err := ReadBounce(strings.NewReader(c.doc)); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
}

func FuzzReadBounce(f *testing.F) {
	f.Add(report("failed", "5.1.1", headersOnly))
	f.Add(report("delayed", "", "Content-Type: message/rfc822\n\nMessage-Id: a@b"))
	f.Add("Content-Type: multipart/report; report-type=delivery-status; boundary=\"\"\r\n\r\n")
	f.Fuzz(func(t *testing.T, doc string) {
		b, err := ReadBounce(strings.NewReader(doc))
		if err == nil && (b.MessageID == "" || strings.ContainsAny(b.MessageID, "@")) {
			t.Errorf("%+v", b)
		}
	})
}
