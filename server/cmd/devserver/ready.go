package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"llavero/server/servertest/world"
	"llavero/shared/seed"
)

func envFile(dir string) string { return filepath.Join(dir, "env") }

// names are what the ready block calls the demo people.
var names = []struct{ name, login string }{
	{"DELEGATE", seed.LoginDelegate},
	{"BIG_DELEGATE", seed.LoginBigDelegate},
	{"INDEPENDENT", seed.LoginIndependent},
	{"OFFICER", seed.LoginOfficer},
	{"OFFICER2", seed.LoginOfficer2},
}

// lines is the ready block.
func lines(w *world.World) []string {
	out := []string{
		"LLAVERO_SERVER_URL=" + w.URL(),
		"LLAVERO_CA_FILE=" + w.Server().CAFile(),
		"LLAVERO_MAIL_DIR=" + w.Mail.Dir(),
		"LLAVERO_MAIL_SMTP=" + w.Mail.Addr(),
	}
	out = append(out, w.Emulator.Env()...)
	for _, n := range names {
		p, ok := w.Person(n.login)
		if !ok {
			continue
		}
		prefix := "LLAVERO_DEMO_" + n.name + "_"
		out = append(out, prefix+"LOGIN="+p.Login, prefix+"PASSWORD="+p.Password.Reveal(), prefix+"EMAIL="+p.Email)
		if !p.TOTPSeed.IsEmpty() {
			out = append(out, prefix+"TOTP_SEED="+p.TOTPSeed.Reveal())
		}
	}
	for _, n := range seed.Newcomers() {
		out = append(out, newcomer(n)...)
	}
	return append(out, "LLAVERO_READY=1")
}

// newcomer is what somebody who has no user yet writes to register.
func newcomer(n seed.Newcomer) []string {
	prefix := "LLAVERO_DEMO_" + n.Name + "_"
	out := []string{
		prefix + "NAME=" + n.Person.Name, prefix + "DOCUMENT=" + string(n.Form.Document.Type) + ":" + n.Form.Document.Number,
		prefix + "EMAIL=" + n.Email,
	}
	if n.Form.NIT != "" {
		out = append(out, prefix+"NIT="+string(n.Form.NIT))
	}
	if n.Form.ProfessionalRegistry != "" {
		out = append(out, prefix+"REGISTRY="+n.Form.ProfessionalRegistry)
	}
	return out
}

// announce writes the env file, then standard output.
func announce(w *world.World, dir string, stdout io.Writer) error {
	block := lines(w)
	quoted := make([]string, len(block))
	for i, l := range block {
		quoted[i] = shellLine(l)
	}
	next := envFile(dir) + ".next"
	if err := os.WriteFile(next, []byte(strings.Join(quoted, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	if err := os.Chmod(next, 0o600); err != nil {
		return err
	}
	if err := os.Rename(next, envFile(dir)); err != nil {
		return err
	}
	_, err := io.WriteString(stdout, strings.Join(block, "\n")+"\n")
	return err
}

// shellLine quotes a value that a shell would take apart, such as a path with a
// space; the env file can be sourced.
func shellLine(line string) string {
	name, value, _ := strings.Cut(line, "=")
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@,+", r)
	}
	if strings.IndexFunc(value, func(r rune) bool { return !plain(r) }) < 0 {
		return line
	}
	return name + "='" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// printTOTP tells the second-factor code of a demo person, for who has no
// authenticator at hand.
func printTOTP(o options, stdout io.Writer) error {
	b, err := os.ReadFile(filepath.Join(o.dir, "state", "people.json"))
	if err != nil {
		return fmt.Errorf("-totp: nobody was made in %s yet; start devserver first: %w", o.dir, err)
	}
	var people map[string]struct{ TOTPSeed string }
	if err := json.Unmarshal(b, &people); err != nil {
		return fmt.Errorf("-totp: the people file is damaged: %w", err)
	}
	p, ok := people[strings.ToUpper(strings.TrimSpace(o.totp))]
	if !ok || p.TOTPSeed == "" {
		return fmt.Errorf("-totp: %q has no second factor here; those who have: %s, %s", o.totp, seed.LoginOfficer, seed.LoginOfficer2)
	}
	code, err := totp.GenerateCode(p.TOTPSeed, time.Now().Add(o.ahead))
	if err != nil {
		return fmt.Errorf("-totp: %w", err)
	}
	_, err = fmt.Fprintln(stdout, code)
	return err
}
