package mail

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"llavero/server/internal/auth"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
)

func TestRender_accountLinks(t *testing.T) {
	data := map[string]string{
		"code": "ABCD-EFGH-2345", "expires": "02/03/2026 12:00", "link": "https://llaves.example/cuenta#ABCD-EFGH-2345",
		"login": "ADMIHCEIPS999100005", "name": "Lucía Ñáñez <i>", "page": "https://llaves.example/cuenta",
	}
	for template, subject := range map[string]string{
		auth.TemplateFinish:  "Termine su registro en Llavero IHCE",
		auth.TemplateRecover: "Cree otra contraseña para Llavero IHCE",
		auth.TemplateClosed:  "Su usuario de Llavero IHCE está inactivo",
		auth.TemplateOfficer: "Su rol de funcionario en Llavero IHCE",
		auth.TemplateReset:   "Anulamos el segundo factor de su usuario de Llavero IHCE",
	} {
		m, err := Render("job-1", "a@example.org", template, data)
		if err != nil {
			t.Fatal(err)
		}
		if m.Subject != subject || strings.Contains(m.HTML, "<i>") || !strings.Contains(m.HTML, data["login"]) || !strings.Contains(m.Text, data["name"]) {
			t.Errorf("%s: %q\n%s\n%s", template, m.Subject, m.Text, m.HTML)
		}
		holds := template != auth.TemplateClosed
		for _, secret := range []string{data["code"], data["link"]} {
			if strings.Contains(m.Text, secret) != holds || strings.Contains(m.HTML, secret) != holds {
				t.Errorf("%s: holds %q: want %v", template, secret, holds)
			}
		}
		if holds && (!strings.Contains(m.HTML, `href="`+data["link"]+`"`) || !strings.Contains(m.Text, data["expires"])) {
			t.Errorf("%s:\n%s", template, m.HTML)
		}
	}
}

// A notice tells what, when and from where, and carries no link.
func TestRender_notice(t *testing.T) {
	data := map[string]string{
		"login": "CC9999000101", "name": "Olga <i>", "what": "Se cambió el segundo factor.", "when": "02/03/2026 12:00", "from": "192.0.2.7",
	}
	m, err := Render("job-1", "a@example.org", auth.TemplateNotice, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{data["login"], data["what"], data["when"], data["from"]} {
		if !strings.Contains(m.Text, part) || !strings.Contains(m.HTML, part) {
			t.Errorf("no %q in\n%s\n%s", part, m.Text, m.HTML)
		}
	}
	if strings.Contains(m.HTML, "<i>") || strings.Contains(m.HTML, "href") || strings.Contains(m.Text, "http") {
		t.Errorf("markup or a link in\n%s\n%s", m.Text, m.HTML)
	}
}

type opener struct{ mail workflow.Mail }

func (o opener) OpenMail(context.Context, store.Job) (workflow.Mail, error) { return o.mail, nil }

func (o opener) MailParked(context.Context, store.Job, string) error { return nil }

// parked remembers what it was told.
type parked struct {
	opener
	job, status string
}

func (p *parked) MailParked(_ context.Context, job store.Job, status string) error {
	p.job, p.status = job.ID, status
	return nil
}

// A mail that was given up is told of, with what the mail server said.
func TestRunner_tellsOfGivingUp(t *testing.T) {
	for cause, want := range map[error]string{&Error{Permanent: true, Status: 550, Reason: "refused"}: "550", &Error{Reason: "dial"}: "", errLate: ""} {
		p := &parked{status: "?"}
		r := Runner{Flow: p, Clock: clock, Log: slog.New(slog.DiscardHandler)}
		if err := r.Park(t.Context(), store.Job{ID: "7"}, cause); err != nil || p.job != "7" || p.status != want {
			t.Errorf("%v: told %q %q, %v", cause, p.job, p.status, err)
		}
	}
}

type counter struct{ sent int }

func (c *counter) Send(context.Context, Message) error { c.sent++; return nil }

// A mail to nobody stands for one that a user who does not exist did not get.
func TestRunner_sendsNothingToNobody(t *testing.T) {
	sent := &counter{}
	r := Runner{Flow: opener{workflow.Mail{Template: auth.TemplateRecover}}, Mailer: sent, Clock: clock, Log: slog.New(slog.DiscardHandler)}
	if err := r.Run(t.Context(), store.Job{ID: "1"}); err != nil || sent.sent != 0 {
		t.Errorf("%v, %d sent", err, sent.sent)
	}
}
