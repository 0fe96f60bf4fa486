package servertest

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"llavero/server/internal/store"
	"llavero/server/servertest/world"
	"llavero/shared/access"
	"llavero/shared/wire"
)

var newcomer = access.Document{Type: access.DocumentCC, Number: "9999000777"}

const newcomerMail = "nuria.newcomer@ministerio.example"

// employ lists the newcomer in MiSeguridadSocial and in the ministry's roster.
func employ(t *testing.T, s *Server) {
	t.Helper()
	err := s.World.Server().Store().Write(t.Context(), func(tx *store.Tx) error {
		person := store.Person{Document: newcomer, GivenNames: "Nuria", FamilyNames: "Öztürk Demostración", Email: newcomerMail}
		_, _, err := tx.ApplyPersons(store.Listing[store.Person]{
			Snapshot: store.Snapshot{Kind: store.SnapshotPersons, Hash: "page"}, Rows: slices.Values([]store.Person{person}), MaxGone: 1,
		})
		if err != nil {
			return err
		}
		member := store.StaffMember{Document: newcomer, GivenNames: "Nuria", FamilyNames: "Öztürk Demostración", Active: true}
		_, err = tx.ApplyStaff(store.Listing[store.StaffMember]{
			Snapshot: store.Snapshot{Kind: store.SnapshotStaff, Hash: "page"}, Rows: slices.Values([]store.StaffMember{member}), MaxGone: 1,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// register registers the newcomer and returns the mailed token and link.
func register(t *testing.T, s *Server) (token, link string) {
	t.Helper()
	res, err := s.HTTPClient().Get(s.URL + "/v1/registration") //nolint:noctx // a test's
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var info wire.RegistrationInfo
	if err := json.NewDecoder(res.Body).Decode(&info); err != nil {
		t.Fatal(err)
	}
	var done wire.Registered
	status := post(t, s, "/v1/registration", wire.Register{
		Form: access.Registration{Kind: access.UserOther, Document: newcomer}, Image: readImage(t, s),
		Pledge: wire.AcceptedText{ID: info.Pledge.ID, Hash: info.Pledge.Hash},
	}, &done)
	if status != http.StatusOK || done.Login != "CC9999000777" || done.MaskedEmail != "n•••@ministerio.example" {
		t.Fatalf("register: %d %+v", status, done)
	}
	m, err := s.Mail.Wait(limit(t), newcomerMail)
	if err != nil {
		t.Fatal(err)
	}
	if token, err = world.LinkIn(m); err != nil {
		t.Fatal(err)
	}
	link = s.URL + "/cuenta#" + token
	if !strings.Contains(m.Text, link) || !strings.Contains(m.HTML, `href="`+link+`"`) || !strings.Contains(m.Text, "CC9999000777") {
		t.Errorf("the mail:\n%s\n%s", m.Text, m.HTML)
	}
	return token, link
}

// vectors are those of shared/strength.
func vectors(t *testing.T) (all []struct {
	Password string   `json:"password"`
	Own      []string `json:"own"`
	Cost     int      `json:"cost"`
	Level    int      `json:"level"`
},
) {
	t.Helper()
	b, err := os.ReadFile("../../shared/strength/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &all); err != nil || len(all) == 0 {
		t.Fatal(err)
	}
	return all
}

// An officer's way through the page in a real browser, from the link of the mail
// to a sign-in with the second factor it enrolled.
func TestAccountPage_inABrowser(t *testing.T) {
	log := &buffer{}
	s := New(t, WithLog(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	employ(t, s)
	token, link := register(t, s)
	b := newBrowser(t, s)

	b.open(s.URL + "/cuenta")
	b.fits("open")
	for _, v := range vectors(t) {
		var got [2]int
		b.run("return [llaveroStrength.cost(arguments[0], arguments[1]), llaveroStrength.level(arguments[0], arguments[1])]", &got, v.Password, v.Own)
		if got != [2]int{v.Cost, v.Level} {
			t.Errorf("%q: the page says %v, Go %d %d", v.Password, got, v.Cost, v.Level)
		}
	}
	b.write("#token", "AAAA-BBBB")
	b.submit("#open button")
	if got := b.text(".banner"); !strings.Contains(got, "Referencia") {
		t.Errorf("a code that is none: %q", got)
	}
	b.picture("refused")

	b.open("about:blank")
	b.open(link)
	if got := b.run0("return document.getElementById('login').value", "#login"); got != "CC9999000777" {
		t.Errorf("login %q", got)
	}
	var address string
	if b.run("return location.href + ' ' + document.referrer", &address); strings.Contains(address, token[:4]) {
		t.Errorf("the token stays in the address: %s", address)
	}
	b.write("#password", "CC9999000777")
	if got := b.text("#strength"); got != "Débil: así no se acepta" {
		t.Errorf("meter: %q", got)
	}
	b.write("#repeat", "CC9999000777")
	b.submit("#set button[type=submit]")
	if got := b.text("#password-error"); got != "La contraseña es fácil de adivinar. Use una más larga o menos común." {
		t.Errorf("weak: %q", got)
	}
	b.fits("weak")

	const good = "tres ranas verdes en la mesa coja"
	b.write("#password", good)
	if got := b.text("#strength"); got != "Muy buena" {
		t.Errorf("meter: %q", got)
	}
	b.click("button.eye[data-for=password]")
	if got := b.run0("return document.getElementById('password').type", "#password"); got != "text" {
		t.Errorf("shown: %q", got)
	}
	b.write("#repeat", good)
	b.fits("good")
	b.submit("#set button[type=submit]")

	seed := strings.ReplaceAll(b.text("#seed"), " ", "")
	b.fits("code")
	if got := b.run0("return String(document.querySelector('figure img').naturalWidth)", "figure img"); got != "240" {
		t.Errorf("the picture is %s wide", got)
	}
	b.write("#code", "000000")
	b.submit("#enrol button")
	if got := b.text("#code-error"); !strings.HasPrefix(got, "El código del autenticador no coincide.") {
		t.Errorf("a wrong code: %q", got)
	}
	if again := strings.ReplaceAll(b.text("#seed"), " ", ""); again != seed {
		t.Error("the seed changed beside a wrong code")
	}
	now := time.Now()
	b.write("#code", generate(t, seed, now))
	b.submit("#enrol button")
	if got := b.text(".done"); !strings.Contains(got, "Contraseña guardada. Abra Llavero IHCE e ingrese con el usuario CC9999000777.") || !strings.Contains(got, "Segundo factor activado.") {
		t.Errorf("done: %q", got)
	}
	b.fits("done")

	var session wire.SignedIn
	post(t, s, "/v1/sessions", solve(t, s, "CC9999000777", good), &session)
	if session.Ticket == "" {
		t.Fatalf("no second factor is asked for: %+v", session)
	}
	status := post(t, s, "/v1/sessions/second-factor", wire.SecondFactor{Ticket: session.Ticket, Code: generate(t, seed, now.Add(30*time.Second))}, &session)
	if status != http.StatusOK || session.Session.Role != access.RoleOfficer {
		t.Errorf("sign in: %d %+v", status, session.Session)
	}
	for name, secret := range map[string]string{"token": token, "token without hyphens": strings.ReplaceAll(token, "-", ""), "password": good, "seed": seed} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds the %s", name)
		}
	}
}

// run0 waits for an element and evaluates a script that gives a text.
func (b *browser) run0(script, wait string) string {
	b.t.Helper()
	b.find(wait)
	var text string
	b.run(script, &text)
	return text
}

func generate(t *testing.T, seed string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(seed, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}
