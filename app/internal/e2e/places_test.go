package e2e

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3", to copy a database

	"llavero/server/servertest"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// linkWords finds the address that a mail asks to click on.
var linkWords = regexp.MustCompile(`https://\S+/(?:cuenta|contacto)#\S+`)

// codeWords finds the one-time code of a mail.
var codeWords = regexp.MustCompile(`(?i)código es\s+(\d{6})\b`)

// shaped are values that give themselves away, whoever made them: bearer tokens
// and client secrets.
var shaped = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.|[A-Za-z0-9_.~-]{3}[0-9]Q~[A-Za-z0-9_.~-]{31,}`)

// folder gathers the files below a folder but for those that skip names by their
// path from it.
func folder(t *testing.T, root string, skip func(path string) bool) []byte {
	t.Helper()
	var all []byte
	must(t, filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil || skip != nil && skip(name) {
			return err
		}
		raw, err := os.ReadFile(path)
		all = append(append(append(all, name...), 0), raw...)
		return err
	}))
	return all
}

// isKey names the files of the server's folder that hold keys: what is sealed, and
// the server's certificate, rest on them.
func isKey(path string) bool {
	return path == "keyset.json" || path == "signing.pem" || strings.HasPrefix(path, "tls"+string(filepath.Separator)) && strings.HasSuffix(path, "-key.pem")
}

// copyOf is a whole copy of the database as SQLite makes one, packed too.
func copyOf(t *testing.T, database string) []byte {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+database+"?mode=ro")
	must(t, err)
	defer func() { must(t, db.Close()) }()
	to := filepath.Join(t.TempDir(), "copy.db")
	_, err = db.ExecContext(t.Context(), `VACUUM INTO ?`, to)
	must(t, err)
	raw, err := os.ReadFile(to)
	must(t, err)
	return packs(t, raw, true)
}

// commands are what other commands of the server write, where it has them: the
// files below a folder of their own.
var commands = map[string]func(to string) []string{
	"backup": func(to string) []string { return []string{"backup", "--to", filepath.Join(to, "copia.backup")} },
	"audit export": func(to string) []string {
		return []string{"audit", "export", "--out", filepath.Join(to, "bitacora.jsonl")}
	},
	"seal status": func(string) []string { return []string{"seal", "status"} },
	"user list":   func(string) []string { return []string{"user", "list"} },
}

// whatCommandsWrite runs them. One that this server has not is passed over.
func whatCommandsWrite(t *testing.T, s *servertest.Server) []byte {
	t.Helper()
	var all []byte
	_, known := s.Command("help")
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		if !regexp.MustCompile(`(?m)^ +` + name + ` `).MatchString(known) {
			t.Logf("llavero-server has no %s", name)
			continue
		}
		to := t.TempDir()
		code, said := s.Command(commands[name](to)...)
		if code != 0 {
			t.Errorf("%s: exit %d: %s", name, code, said)
		}
		all = append(append(all, said...), folder(t, to, isKey)...)
		if name == "backup" {
			all = append(all, s.Unpack(filepath.Join(to, "copia.backup"))...)
		}
	}
	return all
}

// figures are what the operator's tools read.
func figures(t *testing.T, s *servertest.Server) []byte {
	t.Helper()
	var all []byte
	for _, page := range []string{"/metrics", "/ready", "/live"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.MetricsURL()+page, http.NoBody)
		must(t, err)
		resp, err := http.DefaultClient.Do(r)
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		must(t, resp.Body.Close())
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", page, resp.Status)
		}
		all = append(all, body...)
	}
	return all
}

// receipts are those of a request, as the delegate saves them.
func (p *planting) receipts(d *desk, of access.LicenseCode) []byte {
	t := p.t
	t.Helper()
	var all []byte
	for _, route := range []string{wire.RouteReceipt, wire.RouteReceiptPDF} {
		at := strings.ReplaceAll(strings.TrimPrefix(route, "GET "), "{id}", string(d.request(of).ID))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.s.URL+at, http.NoBody)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+d.client.Token().Reveal())
		resp, err := p.s.HTTPClient().Do(r)
		must(t, err)
		body, err := io.ReadAll(resp.Body)
		must(t, err)
		must(t, resp.Body.Close())
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s %s", at, resp.Status, body)
		}
		all = append(all, body...)
	}
	return all
}

// readMails writes down what the mails carry: each value may stand in that mail
// alone.
func (p *planting) readMails() {
	p.t.Helper()
	for i, m := range p.s.Mail.All() {
		if i < p.mails {
			continue
		}
		if code := codeWords.FindStringSubmatch(m.Text); code != nil {
			name := fmt.Sprintf("one-time code of mail %d", i)
			p.plant(name, code[1])
			p.carried[name] = i
		}
		if link := linkWords.FindString(m.Text); link != "" {
			name := fmt.Sprintf("link of mail %d", i)
			_, token, _ := strings.Cut(link, "#")
			p.plant(name, token)
			p.carried[name] = i
		}
	}
	p.mails = len(p.s.Mail.All())
}

// searchMails: a mail holds what it carries and nothing else; what it carries is
// found in it, which shows that the search works.
func (p *planting) searchMails() {
	t := p.t
	for i, m := range p.s.Mail.All() {
		raw, err := os.ReadFile(m.File)
		must(t, err)
		found := map[string]bool{}
		for _, n := range p.hunt.find(slices.Concat(raw, m.Raw, []byte("\n"+m.Subject+"\n"+m.Text+"\n"+m.HTML))) {
			at, carried := p.carried[n.secret]
			if !carried || at != i {
				t.Errorf("the mail «%s» holds %s as %s", m.Subject, n.secret, n.form)
			}
			found[n.secret] = true
		}
		for name, at := range p.carried {
			if at == i && !found[name] {
				t.Errorf("%s was not found in it", name)
			}
		}
	}
	if len(p.carried) < 5 {
		t.Errorf("only %d mails carried something", len(p.carried))
	}
}

// search looks for everything in a place, and shows that it would have been found
// there: bytes of the place with every form of every secret among them.
func (p *planting) search(place string, data []byte) {
	t := p.t
	t.Helper()
	if len(data) == 0 {
		t.Errorf("%s: nothing to look at", place)
		return
	}
	for _, n := range p.hunt.find(data) {
		t.Errorf("%s holds %s as %s", place, n.secret, n.form)
	}
	if m := shaped.Find(data); m != nil {
		t.Errorf("%s holds something of the shape of a token or a client secret: %.8s…", place, m)
	}
	const enough = 32 << 10 // on either side
	middle := len(data) / 2
	planted := bytes.Clone(data[max(0, middle-enough):middle])
	for _, n := range p.hunt.needles {
		planted = append(append(planted, 0), n.bytes...)
	}
	planted = append(append(planted, 0), data[middle:min(len(data), middle+enough)]...)
	if got := len(p.hunt.find(planted)); got != len(p.hunt.needles) {
		t.Errorf("%s: %d of %d planted values were found: the search is blind there", place, got, len(p.hunt.needles))
	}
	t.Logf("%s: %d bytes", place, len(data))
}

// A full run of the whole product in which each secret is written down as it is
// made; afterwards none stands, however written or packed, in any place but where
// it belongs.
func TestPlanted_nowhereInClear(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp) // windows
	p := &planting{t: t, hunt: &hunt{}, server: newLogged(), client: newLogged(), carried: map[string]int{}}
	smtp := p.password("password of the mail server")
	p.s = servertest.New(t, servertest.WithLog(p.server.log()), servertest.WithMailPassword(smtp))
	s := p.s
	p.plant("secret of the server's own application", s.Emulator.ClientSecret())
	for name, value := range s.SubscriptionKeys() {
		p.plant("subscription key of "+name, value)
	}
	begin := s.KeyMaterial()

	p.registers()
	d, who := p.enters(seed.LoginDelegate)
	o, _ := p.enters(seed.LoginOfficer)
	p.recoveryCodes(o, seed.LoginOfficer)
	p.forges()
	p.livesAKey(d, who.Email)
	for identity, text := range s.Sealed() { // while the first key is in force
		p.plantSealed("before the rotation, ", identity, text.Reveal())
	}
	running := folder(t, s.Data(), isKey) // its write-ahead log too
	if code, said := s.Command("seal", "rotate", "--retire"); code != 0 || !strings.Contains(said, "is forgotten") {
		t.Fatalf("seal rotate: exit %d: %s", code, said)
	}
	p.typesKeys(d, o, who.Email)
	p.recovers(who, d)
	for identity, text := range s.Sealed() {
		p.plantSealed("", identity, text.Reveal())
	}
	for _, keys := range []map[string]string{reveal(begin), reveal(s.KeyMaterial())} {
		for name, value := range keys {
			p.plant(name, value)
		}
	}
	p.readMails()
	t.Logf("%d secrets in %d forms", len(p.hunt.seen), len(p.hunt.needles))

	written := whatCommandsWrite(t, s)
	backup := copyOf(t, filepath.Join(s.Data(), "llavero.db"))
	settings, err := os.ReadFile(filepath.Join(s.Dir, "llavero.toml"))
	must(t, err)
	serving := folder(t, s.Data(), isKey)
	ring := strings.Join(p.client.journal.Lines(), "\n") + strings.Join(p.server.journal.Lines(), "\n")
	for i, desk := range p.desks { // signed in still: the cache as a thief would find it
		p.search(fmt.Sprintf("the cache of client %d", i), folder(t, desk.folder, nil))
	}
	p.search("the server's folder in the middle of the run", running)
	p.search("the server's folder", serving)
	p.search("what other commands write", written)
	p.search("a copy of the database, packed", backup)
	p.search("receipts, as JSON and PDF", p.papers)
	p.search("figures for the operator", figures(t, s))
	p.search("the settings file", settings)
	p.search("the last lines, for the help desk", []byte(ring))
	p.searchMails()
	for _, desk := range p.desks {
		desk.close()
		p.search("the cache of a client that was closed", folder(t, desk.folder, nil))
	}
	s.Kill()
	p.search("the server's folder after a kill", folder(t, s.Data(), isKey))
	for name, l := range map[string]*logged{"the server's": p.server, "the client's": p.client} {
		out, bare := l.written()
		p.search(name+" log", append(out, "end"...))
		p.search(name+" log without its journal", append(bare, "end"...))
	}
	p.search("the folder of temporary files", append(folder(t, temp, nil), "end"...))
}

func reveal[S interface{ Reveal() string }](all map[string]S) map[string]string {
	bare := map[string]string{}
	for name, value := range all {
		bare[name] = value.Reveal()
	}
	return bare
}

// plantSealed writes a sealed value down. Mails are told by what they carry; the
// canary is a word that everybody knows.
func (p *planting) plantSealed(when, identity, value string) {
	if strings.HasPrefix(identity, "job/") || identity == "meta/seal_canary" {
		return
	}
	p.plant(when+identity, value)
}
