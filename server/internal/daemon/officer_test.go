package daemon

import (
	"strings"
	"testing"
)

// The officer's role, and the first administrator, by the command line: each act
// says what became of the account, and the last administrator stays.
func TestOfficer_commandLine(t *testing.T) {
	path, data := file(t)
	flags := []string{"--config", path, "--data", data}
	must := func(want int, says string, args ...string) string {
		t.Helper()
		code, out, errs := call(t, "", append(append(args[:2:2], flags...), args[2:]...)...)
		if code != want || !strings.Contains(out+errs, says) {
			t.Fatalf("%q: code %d, want %d; said %q %q, want %q", args, code, want, out, errs, says)
		}
		return out
	}
	must(0, "login: CC9999000101", "user", "add", "--role", "officer", "--document", "CC:9999000101", "--name", "Olga Inventada")
	must(0, "login: CC9999000102", "user", "add", "--role", "officer", "--document", "CC:9999000102", "--name", "Pía Inventada")
	must(0, "is an administrator", "officer", "administrator", "--why", "resolución inventada", "CC9999000101")
	must(1, "so already", "officer", "administrator", "--why", "otra vez", "CC9999000101")
	must(1, "last administrator", "officer", "withdraw", "--why", "se fue", "CC9999000101")
	must(1, "last administrator", "officer", "administrator", "--remove", "--why", "se fue", "CC9999000101")
	must(0, "has no role", "officer", "withdraw", "--why", "se fue", "CC9999000102")
	must(1, "not have the officer's role", "officer", "administrator", "--why", "no", "CC9999000102")
	list := must(0, "withdrawn", "officer", "list")
	if !strings.Contains(list, "Olga Inventada") || strings.Count(list, "\n") != 3 {
		t.Errorf("listed %s", list)
	}
	must(0, "has the officer's role", "officer", "grant", "--why", "volvió", "CC9999000102")
	must(0, "is an administrator", "officer", "administrator", "--why", "encargo", "CC9999000102")
	must(0, "is no administrator", "officer", "administrator", "--remove", "--why", "terminó", "CC9999000101")
	must(0, "login", "user", "add", "--role", "delegate", "--document", "CC:9999000001", "--name", "Ana Inventada", "--nit", "999100005")
	must(1, "acts for an entity", "officer", "grant", "--why", "no", "ADMIHCEIPS999100005")
}
