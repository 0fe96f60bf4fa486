// Package contactpage is the small page of the server that the link of a notice
// to a third party opens, in any browser, with or without JavaScript: what is
// known of the person, who gave it and for what, and two buttons, «es mi correo»
// and «quiero corregir u oponerme».
//
// As at accountpage, everything goes in bodies of POST, there are no cookies, and
// opening the page changes nothing. It wears that page's style.
//
// A Page keeps nothing between requests and is safe for many goroutines.
package contactpage

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"time"

	"llavero/server/internal/accountpage"
	"llavero/server/internal/auth"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// Notices is what the page does; *workflow.Flow in the server.
type Notices interface {
	OpenNotice(ctx context.Context, token string) (workflow.Notice, error)
	ConfirmNotice(ctx context.Context, token, requestID, address string) error
	ObjectNotice(ctx context.Context, token, why, requestID, address string) error
}

// Limits bounds how often an address tries; *auth.Service in the server.
type Limits interface {
	// TryNotice counts one try, and refuses when there were too many.
	TryNotice(ctx context.Context, v auth.Visit) error
}

// Page serves the page and its script.
type Page struct {
	notices Notices
	limits  Limits
	about   wire.About
	html    *template.Template
}

// The patterns that Page serves.
const (
	Show   = "GET " + workflow.ContactPath
	Act    = "POST " + workflow.ContactPath
	Script = "GET " + workflow.ContactPath + "/contacto.js"
)

//go:embed files
var files embed.FS

// maxForm bounds a form, in bytes.
const maxForm = 16 << 10

// New makes the page. about says whose help desk stands below it.
func New(notices Notices, limits Limits, about wire.About) (*Page, error) {
	html, err := template.ParseFS(files, "files/contacto.html")
	if err != nil {
		return nil, fmt.Errorf("contact page: %w", err)
	}
	return &Page{notices: notices, limits: limits, about: about, html: html}, nil
}

// File serves the page's script.
func (p *Page) File(w http.ResponseWriter, r *http.Request) {
	b, err := files.ReadFile("files/contacto.js")
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(b)
}

// view is what the template shows.
type view struct {
	Step      string // open, choose, confirmed, objected
	Errors    map[string]string
	Banner    string
	Reference string
	Demo      bool
	Help      wire.HelpDesk

	Token, Why string
	Max        int
	Notice     workflow.Notice
	Items      []item
	Confirmed  bool // all of it
	Objected   bool
}

// item is one role as the page words it.
type item struct{ Role, Name, Email, Phone, State string }

// ServePage answers for the page itself. The error is a fault of ours, already
// answered when something was written.
func (p *Page) ServePage(ctx context.Context, w http.ResponseWriter, r *http.Request, v auth.Visit, now time.Time) error {
	if r.Method != http.MethodPost {
		return p.draw(w, http.StatusOK, view{Step: "open"})
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind != "application/x-www-form-urlencoded" {
		err = errors.New("not a form")
	}
	if err == nil {
		err = r.ParseForm()
	}
	s := step{page: p, w: w, visit: v, now: now}
	if err != nil {
		return s.refuse(view{Step: "open"}, access.Refuse(access.CodeInvalid, access.HintMalformed))
	}
	token, why := r.PostForm.Get("token"), r.PostForm.Get("why")
	if err := p.limits.TryNotice(ctx, v); err != nil {
		return s.refuse(view{Step: "open", Token: token}, err)
	}
	shown, err := s.shown(ctx, token)
	if err != nil {
		return s.refuse(view{Step: "open", Token: token}, err)
	}
	done := ""
	switch r.PostForm.Get("step") {
	case "confirm":
		done, err = "confirmed", p.notices.ConfirmNotice(ctx, token, v.RequestID, v.Address)
	case "object":
		shown.Why = why
		done, err = "objected", p.notices.ObjectNotice(ctx, token, why, v.RequestID, v.Address)
	default:
		return p.draw(w, http.StatusOK, shown)
	}
	if err != nil {
		return s.refuse(shown, err)
	}
	shown.Step = done
	return p.draw(w, http.StatusOK, shown)
}

// step is one POST on its way.
type step struct {
	page  *Page
	w     http.ResponseWriter
	visit auth.Visit
	now   time.Time
}

// shown is the page of a notice.
func (s step) shown(ctx context.Context, token string) (view, error) {
	n, err := s.page.notices.OpenNotice(ctx, token)
	if err != nil {
		return view{}, err
	}
	v := view{Step: "choose", Token: token, Notice: n, Confirmed: true, Max: access.MaxObjection}
	for _, i := range n.Items {
		v.Items = append(v.Items, item{es.ContactRole(i.Role), i.Contact.Name, i.Contact.Email, i.Contact.Phone, es.NoticeState(i.State)})
		v.Confirmed = v.Confirmed && i.State == access.NoticeConfirmed
		v.Objected = v.Objected || i.State == access.NoticeObjected
	}
	return v, nil
}

// draw writes the page.
func (p *Page) draw(w http.ResponseWriter, status int, v view) error {
	v.Demo, v.Help = p.about.Demo, p.about.Help
	var page bytes.Buffer
	if err := p.html.ExecuteTemplate(&page, "contacto.html", v); err != nil {
		return fmt.Errorf("contact page: %w", err)
	}
	head := w.Header()
	head.Set("Content-Security-Policy", accountpage.Policy)
	head.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(page.Bytes())
	return err
}

// refuse shows a page with what is wrong: below its field, or on top. An error
// that is no refusal is handed on.
func (s step) refuse(v view, err error) error {
	refusal, ok := errors.AsType[*access.Error](err)
	if !ok {
		return err
	}
	v.Errors = map[string]string{}
	for _, f := range refusal.Fields {
		v.Errors[f.Field] = es.FieldMessage(f.Field, f.Hint)
	}
	switch {
	case refusal.Hint == access.HintLink:
		v.Banner = "Este código ya no sirve: venció o se envió otro después. Pida a la entidad que le reenvíe el aviso."
	case len(refusal.Fields) == 0:
		v.Banner = es.Error(refusal)
	}
	if v.Banner != "" {
		v.Reference = es.Reference(s.visit.RequestID, s.now)
	}
	if refusal.Code == access.CodeThrottled {
		s.w.Header().Set("Retry-After", accountpage.Wait(refusal))
	}
	return s.page.draw(s.w, wire.StatusOf(refusal.Code), v)
}
