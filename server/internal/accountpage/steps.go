package accountpage

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"time"

	"llavero/server/internal/auth"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// maxForm bounds a form, in bytes.
const maxForm = 16 << 10

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
	s := step{page: p, w: w, r: r, visit: v, now: now}
	if err != nil {
		return s.refuse(view{Step: "open"}, access.Refuse(access.CodeInvalid, access.HintMalformed))
	}
	switch r.PostForm.Get("step") {
	case "password":
		return s.password(ctx)
	case "code":
		return s.code(ctx)
	default:
		return s.open(ctx, r.PostForm.Get("token"))
	}
}

// step is one POST on its way.
type step struct {
	page  *Page
	w     http.ResponseWriter
	r     *http.Request
	visit auth.Visit
	now   time.Time
}

// open looks at the token and shows the form of the password.
func (s step) open(ctx context.Context, token string) error {
	v, err := s.form(ctx, token)
	if err != nil {
		return s.refuse(view{Step: "open", Token: token}, err)
	}
	return s.page.draw(s.w, http.StatusOK, v)
}

func (s step) form(ctx context.Context, token string) (view, error) {
	info, own, err := s.page.accounts.OpenLink(ctx, s.visit, token)
	if err != nil {
		return view{}, err
	}
	words, err := json.Marshal(own)
	return view{
		Step: "password", Token: token, Login: info.Login, Expires: es.DateTimeZone(info.ExpiresAt),
		Recover: info.Purpose == wire.LinkRecover, NeedsSecondFactor: info.NeedsSecondFactor, Own: string(words),
	}, err
}

// password sets it. What was typed is not written back into the page.
func (s step) password(ctx context.Context) error {
	token, typed := s.r.PostForm.Get("token"), s.r.PostForm.Get("password")
	form, err := s.form(ctx, token)
	if err != nil {
		return s.refuse(view{Step: "open", Token: token}, err)
	}
	if typed != "" && typed != s.r.PostForm.Get("repeat") {
		form.Errors = map[string]string{"repeat": "Las dos contraseñas no son iguales. Escríbalas de nuevo."}
		return s.page.draw(s.w, http.StatusUnprocessableEntity, form)
	}
	set, err := s.page.accounts.SetPassword(ctx, s.visit, wire.SetPassword{Token: token, Password: typed})
	if err != nil {
		return s.refuse(form, err)
	}
	if set.Enrolment == nil {
		return s.page.draw(s.w, http.StatusOK, view{Step: "done", Login: set.Login})
	}
	v, err := enrolment(set)
	if err != nil {
		return err
	}
	return s.page.draw(s.w, http.StatusOK, v)
}

// code enrols the second factor; beside a wrong code its picture is drawn again.
func (s step) code(ctx context.Context) error {
	in := wire.ConfirmEnrolment{Ticket: s.r.PostForm.Get("ticket"), Code: s.r.PostForm.Get("code")}
	set, err := s.page.accounts.Enrolment(ctx, in.Ticket)
	if err != nil {
		return s.refuse(view{Step: "open"}, err)
	}
	v, err := enrolment(set)
	if err != nil {
		return err
	}
	codes, err := s.page.accounts.ConfirmEnrolment(ctx, s.visit, in)
	if err != nil {
		return s.refuse(v, err)
	}
	done := view{Step: "done", Login: set.Login, Enrolled: true}
	for _, c := range codes.Codes {
		done.Recovery = append(done.Recovery, c.Reveal()) // into the page, on purpose
	}
	return s.page.draw(s.w, http.StatusOK, done)
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
		v.Errors[f.Field] = message(f)
	}
	if len(refusal.Fields) == 0 {
		v.Banner = es.Error(refusal)
		v.Reference = es.Reference(s.visit.RequestID, s.now)
	}
	if refusal.Code == access.CodeThrottled {
		s.w.Header().Set("Retry-After", Wait(refusal))
	}
	return s.page.draw(s.w, wire.StatusOf(refusal.Code), v)
}

// message is what stands below a field.
func message(f access.FieldError) string {
	switch {
	case f.Hint == access.HintSecondFactor:
		return es.ErrorText(access.CodeInvalid, f.Hint, nil)
	case f.Field == "code" && f.Hint == access.HintRequired:
		return "Escriba el código de la aplicación."
	case f.Field == "code" && f.Hint == access.HintFormat:
		return "Escriba los seis dígitos."
	}
	return es.FieldMessage(f.Field, f.Hint)
}

// Wait is how many seconds to wait before another try, for Retry-After.
func Wait(refusal *access.Error) string {
	if seconds := refusal.Args["wait"]; seconds != "" {
		return seconds
	}
	return "60"
}
