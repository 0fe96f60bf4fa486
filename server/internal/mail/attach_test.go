package mail

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"testing"

	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
)

func endingKey(name string) map[string]string {
	return map[string]string{
		"name": name, "environment": "Producción (real)", "code": "0500199001", "entity": "CLÍNICA ÑANDÚ & HIJOS",
		"expires": "23/11/2027 19:00 (hora de Colombia)", "left": "Vence en 7 días (5 hábiles)",
	}
}

func TestRender_reminder(t *testing.T) {
	data := map[string]string{"name": "Lucía <b>", "role": "delegate", "subject": "La llave IHCE-1: vence en 7 días (5 hábiles)"}
	m, err := Render("1", "a@example.org", TemplateReminder, data, endingKey("IHCE-1"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != data["subject"] || strings.Contains(m.HTML, "<b>") || !strings.Contains(m.HTML, "ÑANDÚ &amp; HIJOS") {
		t.Errorf("%q\n%s", m.Subject, m.HTML)
	}
	for _, body := range []string{m.Text, m.HTML} {
		for _, want := range []string{"IHCE-1", "0500199001", "23/11/2027 19:00 (hora de Colombia)", "7 días (5 hábiles)", "«Cambiar llave (Resolicitud Token)»", "Esta llave vence pronto"} {
			if !strings.Contains(body, want) {
				t.Errorf("lacks %q:\n%s", want, body)
			}
		}
		if strings.Contains(body, "http") || strings.Contains(body, "líder") {
			t.Errorf("a link, or what is not for a delegate:\n%s", body)
		}
	}
	data["role"], data["name"] = "lead", ""
	m, err = Render("1", "a@example.org", TemplateReminder, data, endingKey("IHCE-1"), endingKey("IHCE-2\nBcc: x"))
	if err != nil || !strings.Contains(m.Text, "Estas llaves vencen pronto") || !strings.Contains(m.Text, "IHCE-2 Bcc: x") || !strings.Contains(m.Text, "líder técnico") || strings.Contains(m.Text, "Ya renové") {
		t.Errorf("%v\n%s", err, m.Text)
	}
	m, err = Render("1", "a@example.org", TemplateEscalation, map[string]string{"subject": "x"}, endingKey("IHCE-1"))
	if err != nil || m.Subject != "Sin respuesta: x" || !strings.Contains(m.HTML, "IHCE-1") {
		t.Errorf("%v\n%s", err, m.HTML)
	}
	m, err = Render("1", "a@example.org", TemplateCredential, map[string]string{
		"environment": "Producción (real)", "kind": "El certificado", "expires": "23/11/2027 19:00 (hora de Colombia)", "left": "Vence mañana a las 19:00",
	})
	if err != nil || m.Subject != "La credencial del servidor: Vence mañana a las 19:00" || !strings.HasPrefix(m.Text, "El certificado con que") {
		t.Errorf("%v %q\n%s", err, m.Subject, m.Text)
	}
}

func TestRender_refusesItems(t *testing.T) {
	data := map[string]string{"name": "x", "role": "delegate", "subject": "x"}
	for name, err := range map[string]error{
		"none":     second(Render("1", "a@example.org", TemplateReminder, data)),
		"lacking":  second(Render("1", "a@example.org", TemplateReminder, data, map[string]string{"name": "x"})),
		"too many": second(Render("1", "a@example.org", TemplateOTP, otp("x"), endingKey("x"))),
	} {
		if e, ok := errors.AsType[*Error](err); !ok || !e.Permanent {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file arrives as it was: its name as RFC 2231 writes it, its bytes unchanged.
func TestCompose_attaches(t *testing.T) {
	content := []byte("BEGIN:VCALENDAR\r\nSUMMARY:Ñandú\r\nEND:VCALENDAR\r\n")
	const kind = "text/calendar; charset=utf-8; method=PUBLISH"
	for _, name := range []string{"vencimiento.ics", `año "ñ"; 1.ics`, strings.Repeat("ñ", 60) + ".ics"} {
		msg, err := compose(Message{ID: "1", To: "a@example.org", Subject: "Á", Text: "x", HTML: "<p>x</p>", Files: []File{{name, kind, content}}}, from, noon)
		if err != nil {
			t.Fatal(err)
		}
		var raw bytes.Buffer
		if _, err := msg.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		mail, err := netmail.ReadMessage(&raw)
		if err != nil {
			t.Fatal(err)
		}
		outer, params, err := mime.ParseMediaType(mail.Header.Get("Content-Type"))
		if err != nil || outer != "multipart/mixed" {
			t.Fatalf("%s, %v", outer, err)
		}
		parts := multipart.NewReader(mail.Body, params["boundary"])
		bodies, err := parts.NextRawPart()
		if err != nil || !strings.HasPrefix(bodies.Header.Get("Content-Type"), "multipart/alternative") {
			t.Fatalf("first comes %v, %v", bodies.Header, err)
		}
		file, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		disposition, dp, err := mime.ParseMediaType(file.Header.Get("Content-Disposition"))
		if err != nil || disposition != "attachment" || dp["filename"] != name {
			t.Errorf("%q: %v %v %v", name, disposition, dp, err)
		}
		for _, r := range file.Header.Get("Content-Disposition") {
			if r > '~' || r < ' ' {
				t.Errorf("%q stands bare in a header", r)
			}
		}
		if got, gp, err := mime.ParseMediaType(file.Header.Get("Content-Type")); err != nil || got != "text/calendar" || gp["method"] != "PUBLISH" {
			t.Errorf("%s %v %v", got, gp, err)
		}
		got, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, file))
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%q, %v", got, err)
		}
		if _, err := parts.NextRawPart(); !errors.Is(err, io.EOF) {
			t.Errorf("more follows: %v", err)
		}
	}
	for _, f := range []File{{"a\r\nBcc: x", kind, nil}, {"", kind, nil}, {"../a", kind, nil}, {"a.ics", "text/calendar\r\nx: y", nil}} {
		if _, err := compose(Message{ID: "1", To: "a@example.org", Files: []File{f}}, from, noon); err == nil {
			t.Errorf("%q was attached", f.Name)
		}
	}
}

type keeper struct{ got Message }

func (k *keeper) Send(_ context.Context, m Message) error { k.got = m; return nil }

func TestRunner_attaches(t *testing.T) {
	sent := &keeper{}
	r := Runner{Flow: opener{workflow.Mail{
		To: "a@example.org", Template: TemplateReminder, Data: map[string]string{"name": "x", "role": "delegate", "subject": "x"},
		Items: []map[string]string{endingKey("IHCE-1")}, Files: []workflow.File{{Name: "a.ics", Type: "text/calendar", Content: []byte("x")}},
	}}, Mailer: sent, Clock: clock}
	if err := r.Run(t.Context(), store.Job{ID: "1"}); err != nil || len(sent.got.Files) != 1 || string(sent.got.Files[0].Content) != "x" {
		t.Errorf("%v %+v", err, sent.got.Files)
	}
}
