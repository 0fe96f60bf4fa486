package mail

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"maps"
	"slices"
	"strings"
	"text/template"

	"llavero/server/internal/workflow"
)

// The templates. Each has the text, its HTML and the names it must be given.
const (
	// TemplateOTP carries a one-time code and what it signs.
	TemplateOTP = "otp"
	// Those that set a password: package auth sends them.
	TemplateFinish  = "account_finish"
	TemplateRecover = "account_recover"
	TemplateClosed  = "account_closed"
	TemplateOfficer = "account_officer"
	TemplateReset   = "account_reset"
	// TemplateNotice tells somebody what happened to their own account.
	TemplateNotice = "account_notice"
	// TemplateCompromised tells that a key was reported compromised.
	TemplateCompromised = "key_compromised"
	// Those of things that end: package workflow writes them.
	TemplateReminder   = workflow.TemplateReminder
	TemplateEscalation = workflow.TemplateEscalation
	TemplateCredential = workflow.TemplateCredential
	TemplateHead       = workflow.TemplateHead
	// TemplateContact tells a contact of a request that somebody named them.
	TemplateContact = workflow.TemplateContact
)

var account = []string{"code", "expires", "link", "login", "name", "page"}

// needs lists what each template must be given; "reason" may be empty.
var needs = map[string][]string{
	TemplateOTP:     {"act", "code", "entity", "expires", "hash", "license", "number", "reason"},
	TemplateFinish:  account,
	TemplateRecover: account,
	TemplateClosed:  account,
	TemplateOfficer: account,
	TemplateReset:   account,
	TemplateNotice:  {"from", "login", "name", "what", "when"},
	// "withdrawn" may be empty.
	TemplateCompromised: {"entity", "environment", "incident", "license", "number", "what", "withdrawn"},

	TemplateReminder:   {"name", "role", "subject"},
	TemplateEscalation: {"subject"},
	TemplateCredential: {"environment", "expires", "kind", "left"},
	TemplateHead:       {"day", "entries", "file", "hash", "seq"},
	TemplateContact:    {"act", "code", "entity", "expires", "given_by", "license", "link", "name", "number", "page", "roles"},
}

// each lists what every item of a template's list must be given; those that are
// not here take none.
var each = map[string][]string{
	TemplateReminder:   {"code", "entity", "environment", "expires", "left", "name"},
	TemplateEscalation: {"code", "entity", "environment", "expires", "left", "name"},
}

//go:embed templates
var files embed.FS

var (
	texts = template.Must(template.New("").Option("missingkey=error").ParseFS(files, "templates/*.txt"))
	htmls = htmltemplate.Must(htmltemplate.New("").Option("missingkey=error").ParseFS(files, "templates/*.html"))
)

// Render fills a template in. Data, and each item, must hold exactly the names the
// template needs. The first line of the text is the subject.
func Render(id, to, name string, data map[string]string, items ...map[string]string) (Message, error) {
	want, ok := needs[name]
	if !ok {
		return Message{}, &Error{Permanent: true, Reason: "render", err: fmt.Errorf("no template %q", name)}
	}
	clean, err := lines(name, want, data)
	if err != nil {
		return Message{}, err
	}
	if (len(items) > 0) != (each[name] != nil) {
		return Message{}, &Error{Permanent: true, Reason: "render", err: fmt.Errorf("template %q was given %d items", name, len(items))}
	}
	all := make([]map[string]any, len(items))
	for i, item := range items {
		if all[i], err = lines(name, each[name], item); err != nil {
			return Message{}, err
		}
	}
	clean["items"] = all
	var text, html strings.Builder
	if err := texts.ExecuteTemplate(&text, name+".txt", clean); err != nil {
		return Message{}, &Error{Permanent: true, Reason: "render", err: err}
	}
	if err := htmls.ExecuteTemplate(&html, name+".html", clean); err != nil {
		return Message{}, &Error{Permanent: true, Reason: "render", err: err}
	}
	subject, body, _ := strings.Cut(text.String(), "\n")
	return Message{ID: id, To: to, Subject: subject, Text: strings.TrimLeft(body, "\n"), HTML: html.String()}, nil
}

// lines takes exactly the values a template wants, one line each: nobody writes
// into the mail's shape.
func lines(name string, want []string, data map[string]string) (map[string]any, error) {
	if got := slices.Sorted(maps.Keys(data)); !slices.Equal(got, want) {
		return nil, &Error{Permanent: true, Reason: "render", err: fmt.Errorf("template %q needs %q and was given %q", name, want, got)}
	}
	clean := make(map[string]any, len(data)+1)
	for k, v := range data {
		clean[k] = strings.Join(strings.Fields(v), " ")
	}
	return clean, nil
}
