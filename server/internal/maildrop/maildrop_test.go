package maildrop

import (
	"context"
	"errors"
	"fmt"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wneessen/go-mail"
)

func start(t *testing.T, cfg Config) *Drop {
	t.Helper()
	d, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func send(t *testing.T, d *Drop, to, subject, text string) error {
	t.Helper()
	m := mail.NewMsg()
	if err := errors.Join(m.From("llavero@example.org"), m.To(to)); err != nil {
		t.Fatal(err)
	}
	m.Subject(subject)
	m.SetBodyString(mail.TypeTextPlain, text)
	m.AddAlternativeString(mail.TypeTextHTML, "<p>"+text+"</p>")
	host, port := "127.0.0.1", 0
	if _, err := fmt.Sscanf(d.Addr(), "127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	c, err := mail.NewClient(host, mail.WithPort(port), mail.WithTLSPolicy(mail.NoTLS))
	if err != nil {
		t.Fatal(err)
	}
	return c.DialAndSendWithContext(t.Context(), m)
}

func TestWait(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	d := start(t, Config{Dir: dir})
	got := make(chan Mail, 1)
	go func() {
		m, err := d.Wait(t.Context(), "Ana@Example.org")
		if err != nil {
			t.Error(err)
		}
		got <- m
	}()
	if err := send(t, d, "otro@example.org", "Otro", "nada"); err != nil {
		t.Fatal(err)
	}
	if err := send(t, d, "ana@example.org", "Código de confirmación", "Su código: 123 456 ñandú"); err != nil {
		t.Fatal(err)
	}
	m := <-got
	if m.Subject != "Código de confirmación" || !strings.Contains(m.Text, "123 456 ñandú") || !strings.Contains(m.HTML, "<p>Su") || m.From != "llavero@example.org" {
		t.Errorf("mail: %q %q %q %q", m.From, m.Subject, m.Text, m.HTML)
	}
	file, err := os.ReadFile(m.File)
	if err != nil || string(file) != string(m.Raw) || filepath.Dir(m.File) != dir || filepath.Ext(m.File) != ".eml" {
		t.Errorf("file %s: %v", m.File, err)
	}
	if info, err := os.Stat(m.File); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode: %v %v", info.Mode(), err)
	}
	if err := send(t, d, "ana@example.org", "Segundo", "dos"); err != nil {
		t.Fatal(err)
	}
	if second, err := d.Wait(t.Context(), "ana@example.org"); err != nil || second.Subject != "Segundo" {
		t.Errorf("second: %q %v", second.Subject, err)
	}
	if len(d.All()) != 3 || len(d.To("ana@example.org")) != 2 {
		t.Errorf("%d mails, %d to ana", len(d.All()), len(d.To("ana@example.org")))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := d.Wait(ctx, "ana@example.org"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third mail: %v", err)
	}
}

func TestFailNext(t *testing.T) {
	d := start(t, Config{})
	d.FailNext(1)
	if err := send(t, d, "ana@example.org", "x", "y"); err == nil || !strings.Contains(err.Error(), "451") {
		t.Errorf("refused mail: %v", err)
	}
	if err := send(t, d, "ana@example.org", "x", "y"); err != nil {
		t.Error(err)
	}
}

func TestData_refusesWhatIsNoMail(t *testing.T) {
	d := start(t, Config{})
	err := smtp.SendMail(d.Addr(), nil, "a@example.org", []string{"b@example.org"}, []byte("no headers at all"))
	if err == nil || !strings.Contains(err.Error(), "554") || len(d.All()) != 0 {
		t.Errorf("got %v with %d mails", err, len(d.All()))
	}
}

func TestParse(t *testing.T) {
	for _, tt := range []struct{ name, raw, text string }{
		{"plain", "Subject: a\r\n\r\nhola\r\n", "hola\n"},
		{"latin1", "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\xf1", "ñ"},
		{"quoted-printable", "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=B1=\r\nx", "ñx"},
		{"base64", "Content-Transfer-Encoding: base64\r\n\r\nw7E=\r\n", "ñ"},
		{"parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>\r\n--c\r\nContent-Transfer-Encoding: base64\r\n\r\nw7E=\r\n--c--\r\n\r\n--b--\r\n", "ñ"},
	} {
		if m, err := Parse([]byte(tt.raw)); err != nil || m.Text != tt.text {
			t.Errorf("%s: %q %v", tt.name, m.Text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("Subject: =?utf-8?q?a?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--"))
	f.Add([]byte("Content-Type: text/plain; charset=nope\r\n\r\nx"))
	f.Add([]byte(":\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Parse(raw)
		if string(m.Raw) != string(raw) {
			t.Fatal("the bytes are not kept")
		}
		if err == nil && len(m.Text)+len(m.HTML) > 4*len(raw) {
			t.Fatalf("%d bytes became %d", len(raw), len(m.Text)+len(m.HTML))
		}
	})
}
