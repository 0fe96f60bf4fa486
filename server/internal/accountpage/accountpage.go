// Package accountpage is the small page of the server that sets a password: what
// the link of a mail opens, in any browser, with or without JavaScript.
//
// It walks the same road as the desktop program: the token is looked at, the
// password set, the second factor enrolled. Everything goes in bodies of POST;
// there are no cookies, so that the token and the ticket in the form are the
// only credentials and a foreign page has nothing to ride on. Opening the page
// spends nothing.
//
// A Page keeps nothing between requests and is safe for many goroutines.
package accountpage

import (
	"bytes"
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"image/png"
	"net/http"

	"github.com/pquerna/otp"

	"llavero/assets"
	"llavero/server/internal/auth"
	"llavero/shared/es"
	"llavero/shared/strength"
	"llavero/shared/wire"
)

// Accounts is what the page does; *auth.Service in the server.
type Accounts interface {
	OpenLink(ctx context.Context, v auth.Visit, token string) (wire.AccountLinkInfo, []string, error)
	SetPassword(ctx context.Context, v auth.Visit, in wire.SetPassword) (wire.PasswordSet, error)
	Enrolment(ctx context.Context, ticket string) (wire.PasswordSet, error)
	ConfirmEnrolment(ctx context.Context, v auth.Visit, in wire.ConfirmEnrolment) (wire.RecoveryCodes, error)
}

// Page serves the page and its files.
type Page struct {
	accounts Accounts
	about    wire.About
	html     *template.Template
	script   []byte
}

// The patterns that Page serves.
const (
	Show   = "GET " + auth.AccountPath
	Act    = "POST " + auth.AccountPath
	Style  = "GET " + auth.AccountPath + "/estilo.css"
	Script = "GET " + auth.AccountPath + "/cuenta.js"
	Mark   = "GET " + auth.AccountPath + "/marca.svg"
)

//go:embed files
var files embed.FS

// Policy allows what a page is made of and nothing else: no inline script or
// style, no other place to send a form to, no frame around it.
const Policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// New makes the page. about says whose help desk stands below it.
func New(accounts Accounts, about wire.About) (*Page, error) {
	html, err := template.ParseFS(files, "files/cuenta.html")
	if err != nil {
		return nil, fmt.Errorf("account page: %w", err)
	}
	p := &Page{accounts: accounts, about: about, html: html}
	if p.script, err = script(); err != nil {
		return nil, fmt.Errorf("account page: %w", err)
	}
	return p, nil
}

// levels are the meter's words, from the weakest.
var levels = []string{"Débil: así no se acepta", "Suficiente", "Buena", "Muy buena"}

// script is the page's own after the rules that it shares with the server.
func script() ([]byte, error) {
	code, err := files.ReadFile("files/cuenta.js")
	if err != nil {
		return nil, err
	}
	rules, err := json.Marshal(map[string]any{
		"common": strength.Common(), "runs": strength.Runs(), "foldFrom": strength.FoldFrom, "foldTo": strength.FoldTo,
		"least": strength.Least, "good": strength.Good, "great": strength.Great, "min": auth.MinPassword, "levels": levels,
	})
	if err != nil {
		return nil, err
	}
	const first = "\"use strict\";\n"
	return bytes.Join([][]byte{[]byte(first + "const rules = "), rules, []byte(";\n"), code}, nil), nil
}

// File serves one of the page's files.
func (p *Page) File(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "public, max-age=300") // nothing of anybody is in them
	switch r.Pattern {
	case Style:
		head.Set("Content-Type", "text/css; charset=utf-8")
		b, err := files.ReadFile("files/estilo.css")
		if err != nil {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(b)
	case Script:
		head.Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(p.script)
	case Mark:
		head.Set("Content-Type", "image/svg+xml")
		head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'") // a drawing with its own styles
		_, _ = w.Write(assets.Read("mark.svg"))
	}
}

// view is what the template shows.
type view struct {
	Step      string // open, password, code, done
	Title     string
	Errors    map[string]string // below the fields
	Banner    string
	Reference string
	Demo      bool
	Help      wire.HelpDesk
	Min, Max  int

	Token, Login, Expires string
	Recover               bool
	NeedsSecondFactor     bool
	Own                   string // JSON of the person's own words, for the meter

	Ticket, Seed string
	QR           template.URL
	Enrolled     bool
	Recovery     []string // the recovery codes, shown once
}

// draw writes the page.
func (p *Page) draw(w http.ResponseWriter, status int, v view) error {
	v.Demo, v.Help, v.Min, v.Max = p.about.Demo, p.about.Help, auth.MinPassword, auth.MaxChosen
	v.Title = map[string]string{
		"open": "Crear contraseña", "password": "Crear contraseña", "code": "Active el segundo factor", "done": "Listo",
	}[v.Step]
	var page bytes.Buffer
	if err := p.html.ExecuteTemplate(&page, "cuenta.html", v); err != nil {
		return fmt.Errorf("account page: %w", err)
	}
	head := w.Header()
	head.Set("Content-Security-Policy", Policy)
	head.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(page.Bytes())
	return err
}

// enrolment shows a second factor on its way: the picture and the seed.
func enrolment(set wire.PasswordSet) (view, error) {
	e := set.Enrolment
	key, err := otp.NewKeyFromURL(e.Address)
	if err != nil {
		return view{}, fmt.Errorf("account page: second factor: %w", err)
	}
	pic, err := key.Image(240, 240)
	if err != nil {
		return view{}, fmt.Errorf("account page: second factor: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, pic); err != nil {
		return view{}, fmt.Errorf("account page: second factor: %w", err)
	}
	return view{
		Step: "code", Login: set.Login, Ticket: e.Ticket, Seed: grouped(e.Seed), Expires: es.DateTimeZone(e.Expires),
		QR: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())),
	}, nil
}

// grouped writes a seed in fours, for typing.
func grouped(seed string) string {
	var b bytes.Buffer
	for i, r := range seed {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
