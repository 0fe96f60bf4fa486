package httpapi

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// form sends the page's form as a browser does.
func (b *bench) sendForm(path string, values url.Values) (int, http.Header, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, strings.NewReader(values.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

// noticeTokens takes the codes out of the waiting mails, by address.
func (b *bench) noticeTokens() map[string]string {
	b.t.Helper()
	all := map[string]string{}
	err := b.db.Write(b.t.Context(), func(tx *store.Tx) error {
		for {
			job, err := tx.ClaimJob([]string{store.JobMail}, 0)
			if err != nil || job == nil {
				return err
			}
			m, err := b.flow.OpenMail(b.t.Context(), *job)
			if err != nil {
				return err
			}
			if m.Template == workflow.TemplateContact {
				all[m.To] = m.Data["code"]
			}
			if err := tx.FinishJob(job.ID); err != nil {
				return err
			}
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// A third party without an account: sees who gave what, confirms, changes their
// mind and objects; the delegate reads it.
func TestContactPage(t *testing.T) {
	b := newBench(t)
	e := b.settle(b.delegate, myCode)
	tokens := b.noticeTokens()
	lead, privacy := tokens[form.Lead.Email], tokens[form.Privacy.Email]
	if lead == "" || privacy == "" {
		t.Fatalf("mailed to %d", len(tokens))
	}
	status, head, page := b.sendForm("/contacto", url.Values{"step": {"open"}, "token": {lead}})
	if status != http.StatusOK || !strings.Contains(head.Get("Content-Security-Policy"), "form-action 'self'") || head.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", status, head)
	}
	for _, want := range []string{"CLÍNICA INVENTADA", "líder técnico", form.Lead.Name, form.Lead.Email, "Ley 1581 de 2012", "Superintendencia", "sin confirmar"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, form.Privacy.Email) {
		t.Error("the page shows another person's address")
	}
	if status, _, page = b.sendForm("/contacto", url.Values{"step": {"confirm"}, "token": {strings.ToLower(lead)}}); status != http.StatusOK || !strings.Contains(page, "Correo confirmado") {
		t.Errorf("%d %s", status, page)
	}
	if status, _, page = b.sendForm("/contacto", url.Values{"step": {"object"}, "token": {privacy}, "why": {" "}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, `aria-invalid="true"`) {
		t.Errorf("%d %s", status, page)
	}
	why := `<script>alert(1)</script> no soy yo`
	if status, _, page = b.sendForm("/contacto", url.Values{"step": {"object"}, "token": {privacy}, "why": {why}}); status != http.StatusOK || !strings.Contains(page, "Recibimos su petición") {
		t.Errorf("%d %s", status, page)
	}
	if _, _, page = b.sendForm("/contacto", url.Values{"step": {"object"}, "token": {lead}, "why": {why + strings.Repeat("x", 600)}}); strings.Contains(page, "<script>alert") || !strings.Contains(page, "&lt;script&gt;") {
		t.Error("what was typed is not escaped")
	}
	var detail wire.RequestDetail
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/key-requests/" + string(e.request), token: b.delegate}), &detail)
	if c := detail.Contacts; len(c) != 2 || c[0].State != access.NoticeConfirmed || c[1].State != access.NoticeObjected || c[1].Why != why {
		t.Errorf("contacts %+v", c)
	}
	for _, bad := range []string{"AAAA-BBBB", strings.Repeat("A", 32)} {
		if status, _, page = b.sendForm("/contacto", url.Values{"token": {bad}}); status != http.StatusGone || !strings.Contains(page, "ya no sirve") {
			t.Errorf("%s: %d %s", bad, status, page)
		}
	}
}

// Opening the page by a link, as programs that look at mails do, changes nothing,
// and what is no form is refused; too many tries of one address wait.
func TestContactPage_abuse(t *testing.T) {
	b := newBench(t)
	resp := b.do(ask{method: http.MethodGet, path: "/contacto"})
	if resp.status != http.StatusOK || !strings.Contains(string(resp.body), "Código del correo") {
		t.Errorf("%d %s", resp.status, resp.body)
	}
	if got := b.do(ask{method: http.MethodPost, path: "/contacto", body: []byte(`{"token":"x"}`), head: map[string]string{"Content-Type": "application/json"}}); got.status != http.StatusUnprocessableEntity {
		t.Errorf("JSON: %d", got.status)
	}
	throttled := false
	for range 200 {
		status, head, _ := b.sendForm("/contacto", url.Values{"token": {"AAAA"}})
		if throttled = status == http.StatusTooManyRequests && head.Get("Retry-After") != ""; throttled {
			break
		}
	}
	if !throttled {
		t.Error("an address tries for ever")
	}
}
