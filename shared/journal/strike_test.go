package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"llavero/shared/secret"
)

// planted are texts that hold a secret of each shape, and the secret in them. They
// are put together here so that no text of such a shape is in the file.
func planted() map[string][2]string {
	const value = "planted-value-9"
	entra := "abc" + "8Q~" + strings.Repeat("x", 34)
	jwt := "eyJ" + strings.Repeat("a", 20) + "." + strings.Repeat("b", 20) + "." + strings.Repeat("c", 20)
	all := map[string][2]string{
		"a bearer token":          {jwt, jwt},
		"a client secret":         {entra, entra},
		"an authorization":        {"Authorization: Bearer " + value, value},
		"an authorization, basic": {"authorization=Basic " + "cGxhbnRlZC12YWx1ZS05", "cGxhbnRlZC12YWx1ZS05"},
		"a cookie":                {"Cookie: session=" + value, value},
		"headers":                 {fmt.Sprint(http.Header{"Cookie": {"a=" + value}, "Authorization": {"Bearer " + value}}), value},
		"a subscription key":      {"Ocp-Apim-Subscription-Key: " + value, value},
		"a second factor":         {"otpauth://totp/x?secret=" + value, value},
		"a link":                  {"https://llaves.example/cuenta#" + value, value},
		"a query":                 {"GET /v1/x?access_token=" + value + "&b=c", value},
		"a form":                  {"client_id=1&client_secret=" + value, value},
		"JSON":                    {`{"password":"` + value + `"}`, value},
		"JSON in JSON":            {`{\"ticket\":\"` + value + `\"}`, value},
		"a struct":                {fmt.Sprintf("%+v", struct{ Password, Other string }{value, "x"}), value},
		"a code":                  {"el código es 493817", "493817"},
		"a code in JSON":          {`{"code":"493817"}`, "493817"},
		"a code in a query":       {"?code=493817&x", "493817"},
	}
	return all
}

// stringer, valuer, failing and quoting are ways a value may come to a log.
type stringer string

func (s stringer) String() string { return string(s) }

type valuer string

func (v valuer) LogValue() slog.Value {
	return slog.GroupValue(slog.String("in", string(v)), slog.Any("deep", stringer(v)))
}

type failing struct{ of string }

func (f *failing) Error() string { return f.of } // panics for a nil pointer

// ways are all roads of a text to a log.
func ways(log *slog.Logger, text string) {
	err := errors.New(text)
	log.Info(text) //nolint:sloglint // a message put together is just what is tested
	log.Info("x", "a", text, "b", err, "c", fmt.Errorf("wrapped: %w", err), "d", errors.Join(err, err))
	log.Info("x", "a", stringer(text), "b", valuer(text), "c", []byte(text), "d", json.RawMessage(text), "e", struct{ S any }{text})
	log.Info("x", "a", []string{text}, "b", map[string]any{"k": []any{text}}, "c", &failing{text}, "d", (*failing)(nil))
	log.Info("x", slog.Group("g", "a", text, slog.Group("h", "b", err)), slog.Group("", "c", text), "u", &url.URL{Path: "/x", RawQuery: "t=1", Fragment: ""})
	log.With("a", text, "b", err).WithGroup("g").With(slog.Any("c", stringer(text))).Info("x", "d", text)
	log.WithGroup(text).Info("x", text, "y")
}

func TestJournal_everyShapeByEveryWay(t *testing.T) {
	for name, p := range planted() {
		var text, object bytes.Buffer
		j := New(slog.NewTextHandler(&text, nil))
		ways(slog.New(j), "antes "+p[0]+" después")
		ways(slog.New(New(slog.NewJSONHandler(&object, nil))), p[0])
		for how, out := range map[string]string{"text": text.String(), "JSON": object.String(), "kept": strings.Join(j.Lines(), "\n")} {
			if i := strings.Index(out, p[1]); i >= 0 {
				t.Errorf("%s was written as %s: …%s…", name, how, out[max(0, i-60):min(len(out), i+60)])
			}
			if strings.Count(out, "\n") < 5 {
				t.Errorf("%s as %s: only %d lines", name, how, strings.Count(out, "\n"))
			}
		}
	}
}

// Under a telling name any value goes, however deep it stands.
func TestJournal_tellingNames(t *testing.T) {
	const value = "planted-value-9"
	var out bytes.Buffer
	log := slog.New(New(slog.NewTextHandler(&out, nil)))
	for _, name := range []string{
		"password", "newPassword", "clientSecret", "access_token", "Authorization", "Set-Cookie", "totpSeed", "otpCode", "apiKey",
		"APIMSubskey", "Ocp-Apim-Subscription-Key", "ticket", "pepper", "privateKey", "clientAssertion", "passphrase", "recoveryCode",
	} {
		log.Info("x", name, value, "n", slog.GroupValue(slog.Any(name, []any{value})))
		log.Info("x", slog.Group(name, "a", value, slog.Group("b", "c", value)), name, valuer(value), name, []byte(value))
		log.WithGroup(name).With("a", value).WithGroup("b").Info("x", "c", value, "d", stringer(value))
	}
	log.Info("x", "code", "493817", "errorCode", "invalid", "exitCode", 3)
	if strings.Contains(out.String(), value) || strings.Contains(out.String(), "493817") {
		t.Errorf("written:\n%s", out.String())
	}
	if !strings.Contains(out.String(), "errorCode=invalid") || !strings.Contains(out.String(), "exitCode=3") {
		t.Error("a harmless code was struck out")
	}
}

func TestJournal_keepsSense(t *testing.T) {
	j := New(nil)
	slog.New(j).Info("request", "pattern", "POST /v1/sessions", "status", 401, "err", errors.New("store: no such row"),
		"hash", strings.Repeat("ab", 32), "requestId", "0b0e8d3c-3c1f-4a57-9f5f-0c3a1d6c5a11", "url", "https://llaves.example/v1/keys/1?limit=10", "why", "status code 500: server_error")
	got := strings.Join(j.Lines(), "\n")
	if strings.Contains(got, Struck) {
		t.Errorf("something was struck out: %s", got)
	}
}

// A panic is told by its kind and place; its text only when the runtime wrote it.
func TestGuard(t *testing.T) {
	const value = "planted-value-9"
	var out bytes.Buffer
	log := slog.New(New(slog.NewTextHandler(&out, nil)))
	var none []int
	for name, part := range map[string]func() error{
		"text": func() error { panic("bad password " + value) }, "error": func() error { panic(errors.New(value)) },
		"secret": func() error { panic(secret.New(value)) }, "struct": func() error { panic(struct{ S string }{value}) },
		"index": func() error { none[len(value)] = 1; return nil },
	} {
		out.Reset()
		if err := Guard(t.Context(), log, part); !errors.Is(err, ErrPanic) || strings.Contains(err.Error(), value) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(out.String(), value) || !strings.Contains(out.String(), "TestGuard") {
			t.Errorf("%s:\n%s", name, out.String())
		}
		if name == "index" && !strings.Contains(out.String(), "index out of range [15]") {
			t.Errorf("%s:\n%s", name, out.String())
		}
	}
	if err := Guard(t.Context(), log, func() error { return errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

// Whatever stands around it, a secret does not come out; nor does a secret.Text,
// wherever it is put.
func FuzzJournal(f *testing.F) {
	f.Add("antes ", " después", "name", uint8(0))
	f.Add("eyJ", "=", "x.y", uint8(3))
	f.Add("token=\"", "\\\"", "", uint8(7))
	var shapes []string
	for _, name := range []string{"a bearer token", "a client secret"} {
		shapes = append(shapes, planted()[name][1])
	}
	const value = "planted-value-9"
	f.Fuzz(func(t *testing.T, before, after, name string, which uint8) {
		shape := shapes[int(which)%2]
		text := before + shape + after
		var out, object bytes.Buffer
		for _, log := range []*slog.Logger{slog.New(New(slog.NewTextHandler(&out, nil))), slog.New(New(slog.NewJSONHandler(&object, nil)))} {
			ways(log, text)
			log.Info("x", name, text, slog.Group(name, name, text))
			s := secret.New(value)
			log.Info("x", name, s, slog.Group(name, name, &s), "in", struct{ S any }{s}, "l", []secret.Text{s}, "m", map[string]secret.Text{name: s}, "e", fmt.Errorf("%w: %v", errors.ErrUnsupported, s))
			log.With(name, s).WithGroup(name).Info("x", name, s)
		}
		for _, got := range []string{out.String(), object.String()} {
			if strings.Contains(got, shape) {
				t.Errorf("the shape was written: %q", got)
			}
			if strings.Contains(got, value) && !strings.Contains(before+after+name, value) {
				t.Errorf("a secret.Text was written: %q", got)
			}
		}
	})
}
