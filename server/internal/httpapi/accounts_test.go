package httpapi

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// errorsOf lists the wrong fields of a problem.
func errorsOf(p wire.Problem) string {
	var all []string
	for _, f := range p.Errors {
		all = append(all, f.Field+" "+string(f.Hint))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// Bad input of each kind, straight to the server: 422 that names the field.
func TestAccounts_badInput(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct{ path, body, want string }{
		{"/v1/images", `{"scale":9}`, "scale unknown_value"},
		{"/v1/images", `{"size":2}`, "size unknown_field"},
		{"/v1/images", `{"scale":"2"}`, "scale format"},
		{"/v1/registration/prerequisites", `{}`, "document.number required, document.type required, image.code required, kind unknown_value"},
		{"/v1/registration/prerequisites", `{"form":{"kind":"delegate","nit":"900.1","extra":1}}`, "form.extra unknown_field"},
		{
			"/v1/registration/prerequisites", `{"form":{"kind":"other","nit":"1","document":{"type":"CC","number":"12a"}},"image":{"id":"x","code":"y"}}`,
			"document.number format, nit unknown_field",
		},
		{
			"/v1/registration", `{"form":{"kind":"delegate","entityType":"PSS","nit":"9991000050","document":{"type":"XX","number":"1"}},"pledge":{"id":"pledge"}}`,
			"document.type unknown_value, image.code required, nit check_digit, pledge not_accepted",
		},
		{"/v1/recovery", `{"login":" ","document":{"type":"NI","number":""}}`, "document.number required, document.type unknown_value, image.code required, login required"},
		{"/v1/recovery", `{"login":"` + strings.Repeat("A", 65) + `","document":{"type":"CC","number":"1"},"image":{"id":"x","code":"y"}}`, "login too_long"},
		{"/v1/account-link", `{"token":""}`, "token required"},
		{"/v1/account-link/password", `{"password":"x"}`, "token required"},
		{"/v1/account-link/second-factor", `{"ticket":"x","code":"12"}`, "code format"},
		{"/v1/account-link/second-factor", `{"code":"123456"}`, "ticket required"},
	} {
		p := b.bad(b.do(ask{method: http.MethodPost, path: c.path, body: []byte(c.body)}), http.StatusUnprocessableEntity)
		if got := errorsOf(p); got != c.want || p.Code != access.CodeInvalid {
			t.Errorf("%s %s: %s, want %s", c.path, c.body, got, c.want)
		}
	}
	p := b.bad(b.post(b.delegate, "/v1/session/password", wire.ChangePassword{Current: "x"}), http.StatusUnprocessableEntity)
	if got := errorsOf(p); got != "new required" {
		t.Error(got)
	}
	all, err := b.auth.Accounts(t.Context())
	if err != nil || len(all) != 4 {
		t.Errorf("%d accounts, %v", len(all), err)
	}
}

func TestAccounts_refusals(t *testing.T) {
	b := newBench(t)
	p := b.bad(b.post("", "/v1/account-link", wire.AccountLink{Token: "ABCD"}), http.StatusGone)
	if p.Code != access.CodeExpired || p.Hint != access.HintLink {
		t.Errorf("%+v", p)
	}
	form := access.Registration{Kind: access.UserOther, Document: access.Document{Type: access.DocumentCC, Number: "9999000001"}}
	p = b.bad(b.post("", "/v1/registration/prerequisites", wire.CheckPrerequisites{Form: form, Image: wire.ImageAnswer{ID: "x", Code: "y"}}), http.StatusUnprocessableEntity)
	if p.Hint != access.HintImageCode || errorsOf(p) != "image.code image_code" {
		t.Errorf("%+v", p)
	}
	var info wire.RegistrationInfo
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/registration"}), &info)
	if info.Pledge.ID != "pledge" || info.Pledge.Body == "" || len(info.Pledge.Hash) != 64 {
		t.Errorf("%+v", info)
	}
	var texts wire.ConsentTexts
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/consent-texts", token: b.delegate}), &texts)
	if len(texts.Texts) != 2 || texts.Texts[0].ID != "terms" || texts.Texts[1].ID != "data" {
		t.Errorf("a request would sign %d texts", len(texts.Texts))
	}
	for range 31 {
		resp := b.post("", "/v1/account-link", wire.AccountLink{Token: "ABCD"})
		if resp.status == http.StatusTooManyRequests {
			if resp.head.Get("Retry-After") == "" {
				t.Error("429 without Retry-After")
			}
			return
		}
	}
	t.Error("tokens can be guessed without end")
}
