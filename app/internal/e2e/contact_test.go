package e2e

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"llavero/server/servertest"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/seed"
)

// contactPage opens the link of the notice that a person got, as a browser
// without JavaScript, and does what the form says.
func (d *desk) contactPage(to string, form url.Values) string {
	d.t.Helper()
	link := regexp.MustCompile(`https://\S+/contacto#\S+`).FindString(d.letter(to, "/contacto"))
	page, token, ok := strings.Cut(link, "#")
	if !ok {
		d.t.Fatalf("no link in the mail to %s", to)
	}
	form.Set("token", token)
	r, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, page, strings.NewReader(form.Encode()))
	must(d.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := d.server.HTTPClient().Do(r)
	must(d.t, err)
	defer func() { _ = res.Body.Close() }()
	html, err := io.ReadAll(res.Body)
	must(d.t, err)
	if res.StatusCode != http.StatusOK {
		d.t.Fatalf("the page answers %d: %s", res.StatusCode, html)
	}
	return string(html)
}

// The people a request names are told, answer by the link of their mail, and the
// delegate's window knows without asking.
func TestContacts_answer(t *testing.T) {
	s := servertest.New(t)
	d := sit(t, s, t.TempDir(), nil)
	p := d.signIn(seed.LoginDelegate)
	d.ask(code, p.Email)
	d.until("told", func() bool { return d.request(code).Contacts == access.NoticeWaiting })
	form := world.Form()
	if html := d.contactPage(form.Lead.Email, url.Values{"step": {"confirm"}}); !strings.Contains(html, "Correo confirmado") {
		t.Errorf("the page says %s", html)
	}
	if html := d.contactPage(form.Privacy.Email, url.Values{"step": {"object"}, "why": {"Ya no trabajo allí"}}); !strings.Contains(html, "Recibimos su petición") {
		t.Errorf("the page says %s", html)
	}
	d.until("answered", func() bool { return d.request(code).Contacts == access.NoticeObjected })
}
