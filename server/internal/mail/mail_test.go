package mail

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

var noon = time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

var from = Sender{Address: "llavero@example.org", Name: "Llavero IHCE"}

// code makes a one-time code at run time.
func code(t *testing.T) string {
	t.Helper()
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%06d", n)
}

func otp(code string) map[string]string {
	return map[string]string{
		"number": "SOL-2026-000123", "entity": "CLÍNICA DE LA ÑERÍA & HIJOS", "license": "0500199001",
		"act": "Inscripción Token", "reason": "", "hash": "3f9a-11c2", "code": code, "expires": "01/03/2026 12:10",
	}
}

func TestRender(t *testing.T) {
	secret := code(t)
	m, err := Render("job-1", "a@example.org", TemplateOTP, otp(secret))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(m.Subject, secret) {
		t.Error("the subject shows the code: previews on a locked phone would too")
	}
	for name, body := range map[string]string{"text": m.Text, "html": m.HTML} {
		for _, want := range []string{secret, "SOL-2026-000123", "0500199001", "3f9a-11c2", "01/03/2026 12:10", "ÑERÍA"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
		if strings.Contains(body, "Motivo") {
			t.Errorf("%s shows a reason that is not there", name)
		}
	}
	if !strings.Contains(m.HTML, "ÑERÍA &amp; HIJOS") || !strings.Contains(m.Text, "ÑERÍA & HIJOS") {
		t.Error("the entity's name is escaped where it must not be, or not where it must")
	}
	data := otp(secret)
	data["reason"] = "Cambio de proveedor tecnológico"
	if m, err = Render("job-1", "a@example.org", TemplateOTP, data); err != nil || !strings.Contains(m.Text, "Motivo:                  Cambio de proveedor") {
		t.Errorf("with a reason: %v\n%s", err, m.Text)
	}
}

func TestRender_refuses(t *testing.T) {
	lacking := otp("x")
	delete(lacking, "hash")
	more := otp("x")
	more["extra"] = "x"
	for name, err := range map[string]error{
		"no such template": second(Render("1", "a@example.org", "nothing", nil)),
		"lacking":          second(Render("1", "a@example.org", TemplateOTP, lacking)),
		"too much":         second(Render("1", "a@example.org", TemplateOTP, more)),
	} {
		if e, ok := errors.AsType[*Error](err); !ok || !e.Permanent {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ Message, err error) error { return err }

func TestRender_cannotBeInjected(t *testing.T) {
	data := otp("x")
	data["number"] = "SOL\r\nBcc: b@example.org"
	data["entity"] = "A\n\nSu código es 000000"
	m, err := Render("1", "a@example.org", TemplateOTP, data)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(m.Subject, "\r\n") || strings.Contains(m.Text, "\nSu código es 000000") {
		t.Errorf("a value broke out of its line:\n%s\n%s", m.Subject, m.Text)
	}
}

// received is what the SMTP server of a test took.
type received struct {
	mu   sync.Mutex
	from string
	to   []string
	data []byte

	refuse *smtp.SMTPError // answer to RCPT
}

func (r *received) NewSession(*smtp.Conn) (smtp.Session, error) { return r, nil }
func (r *received) Reset()                                      {}
func (r *received) Logout() error                               { return nil }
func (r *received) Mail(from string, _ *smtp.MailOptions) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.from = from
	return nil
}

func (r *received) Rcpt(to string, _ *smtp.RcptOptions) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse != nil {
		return r.refuse
	}
	r.to = append(r.to, to)
	return nil
}

func (r *received) Data(body io.Reader) error {
	b, err := io.ReadAll(body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.data = b
	return err
}

func serve(t *testing.T, r *received) *SMTP {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := smtp.NewServer(r)
	s.Domain = "mail.test"
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() { _, _ = s.Close(), <-done })
	m, err := NewSMTP(SMTPSettings{
		Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: "none", Timeout: 10 * time.Second, From: from, Clock: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSMTP_delivers(t *testing.T) {
	r := &received{}
	m := serve(t, r)
	secret := code(t)
	msg, err := Render("job-1", "delegada@example.org", TemplateOTP, otp(secret))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Send(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
	if r.from != from.Address || len(r.to) != 1 || r.to[0] != "delegada@example.org" {
		t.Errorf("envelope: %s -> %q", r.from, r.to)
	}
	check(t, string(r.data), secret)
}

// check reads a mail as a mail program would.
func check(t *testing.T, raw, secret string) {
	t.Helper()
	mail, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(mail.Header.Get("Subject"))
	if err != nil || subject != "Código para firmar su solicitud SOL-2026-000123" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if date, err := mail.Header.Date(); err != nil || !date.Equal(noon) {
		t.Errorf("date %v, %v", date, err)
	}
	if !strings.HasSuffix(mail.Header.Get("Message-ID"), "@example.org>") || mail.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("headers: %v", mail.Header)
	}
	kind, params, err := mime.ParseMediaType(mail.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(mail.Body, params["boundary"])
	for _, want := range []string{"text/plain", "text/html"} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil || !strings.HasPrefix(p.Header.Get("Content-Type"), want) || !strings.Contains(string(body), secret) || !strings.Contains(string(body), "Código") && !strings.Contains(string(body), "código") {
			t.Errorf("%s: %v\n%s", p.Header.Get("Content-Type"), err, body)
		}
	}
}

func TestSMTP_tellsRefusalsApart(t *testing.T) {
	for _, tt := range []struct {
		status    int
		permanent bool
	}{{550, true}, {451, false}} {
		r := &received{refuse: &smtp.SMTPError{Code: tt.status, Message: "delegada@example.org is not here"}}
		m := serve(t, r)
		msg, err := Render("job-1", "delegada@example.org", TemplateOTP, otp(code(t)))
		if err != nil {
			t.Fatal(err)
		}
		err = m.Send(t.Context(), msg)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Permanent != tt.permanent || e.Status != tt.status {
			t.Errorf("%d: %+v", tt.status, err)
		}
		if strings.Contains(fmt.Sprint(err), "delegada") {
			t.Errorf("the error shows an address: %v", err)
		}
	}
}

func TestSMTP_unreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := NewSMTP(SMTPSettings{Host: "127.0.0.1", Port: port, Security: "none", Timeout: 5 * time.Second, From: from, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	err = m.Send(t.Context(), Message{ID: "1", To: "a@example.org", Subject: "x"})
	if e, ok := errors.AsType[*Error](err); !ok || e.Permanent || e.Reason != "dial" {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.Send(ctx, Message{ID: "1", To: "a@example.org", Subject: "x"}); err == nil {
		t.Error("sent with a context that had ended")
	}
}

func TestSMTP_demandsEncryption(t *testing.T) {
	r := &received{}
	plain := serve(t, r)
	s := plain.settings
	s.Security = "starttls"
	m, err := NewSMTP(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Send(t.Context(), Message{ID: "1", To: "a@example.org", Subject: "x"}); err == nil || r.data != nil {
		t.Errorf("sent in clear to a server without STARTTLS: %v", err)
	}
}

func TestDrop(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	d, err := NewDrop(dir, from, clock)
	if err != nil {
		t.Fatal(err)
	}
	secret := code(t)
	msg, err := Render("job-1", "delegada@example.org", TemplateOTP, otp(secret))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a retry replaces
		if err := d.Send(t.Context(), msg); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v %v", entries, err)
	}
	if info, err := entries[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	check(t, string(raw), secret)
	if err := d.Send(t.Context(), Message{ID: "2", To: "not an address", Subject: "x"}); err == nil {
		t.Error("a broken address was accepted")
	}
}
