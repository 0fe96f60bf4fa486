package daemon

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
)

// usedData is a database that holds sealed values, with its keyset.
func usedData(t *testing.T) (path, data string) {
	t.Helper()
	path, data = file(t)
	if code, _, errs := call(t, "", "user", "add", "--config", path, "--data", data, "--role", "officer", "--document", "CC:9999000101", "--name", "Persona Inventada"); code != 0 {
		t.Fatal(errs)
	}
	return path, data
}

// A keyset that is not there, not whole or not this database's, or files that
// others may read, stop the server and every command that opens secrets: the
// message says which file, what is wrong and what to do, and nothing is changed.
func TestKeyset_refused(t *testing.T) {
	_, otherData := usedData(t)
	keyset := func(data string) string { return filepath.Join(data, "keyset.json") }
	write := func(text string) func(*testing.T, string) {
		return func(t *testing.T, data string) { must(t, os.WriteFile(keyset(data), []byte(text), 0o600)) }
	}
	cases := map[string]struct {
		spoil func(t *testing.T, data string)
		says  []string
		unix  bool
	}{
		"missing": {func(t *testing.T, data string) { must(t, os.Remove(keyset(data))) }, []string{"keyset.json is missing", "restore it"}, false},
		"another database's": {func(t *testing.T, data string) {
			body, err := os.ReadFile(keyset(otherData))
			must(t, err)
			must(t, os.WriteFile(keyset(data), body, 0o600))
		}, []string{"keyset.json", "do not belong together", "it needs key", "restore the keyset"}, false},
		"empty":    {write(""), []string{"keyset.json", "holds no keyset", "restore it"}, false},
		"no JSON":  {write("planted-key-material"), []string{"keyset.json", "holds no keyset", "restore it"}, false},
		"not ours": {write(`{"primaryKeyId":1,"key":[]}`), []string{"keyset.json", "holds no keyset", "restore it"}, false},
		"cut off": {func(t *testing.T, data string) {
			body, err := os.ReadFile(keyset(data))
			must(t, err)
			must(t, os.WriteFile(keyset(data), body[:len(body)/2], 0o600))
		}, []string{"keyset.json", "holds no keyset", "restore it"}, false},
		"a folder": {func(t *testing.T, data string) {
			must(t, os.Remove(keyset(data)))
			must(t, os.Mkdir(keyset(data), 0o700))
		}, []string{"keyset.json", "not a file", "set keyset to"}, false},
		"read by others":          {func(t *testing.T, data string) { must(t, os.Chmod(keyset(data), 0o640)) }, []string{"keyset.json", "0640", "make it 0600", "seal rotate"}, true},
		"unreadable":              {func(t *testing.T, data string) { must(t, os.Chmod(keyset(data), 0)) }, []string{"keyset.json", "right to read it"}, true},
		"database read by others": {func(t *testing.T, data string) { must(t, os.Chmod(filepath.Join(data, "llavero.db"), 0o644)) }, []string{"llavero.db", "0644", "chmod 600"}, true},
		"journal read by others": {func(t *testing.T, data string) {
			must(t, os.WriteFile(filepath.Join(data, "llavero.db-wal"), nil, 0o644))
			must(t, os.Chmod(filepath.Join(data, "llavero.db-wal"), 0o644))
		}, []string{"llavero.db-wal", "0644", "chmod 600"}, true},
		"folder written by others": {func(t *testing.T, data string) { must(t, os.Chmod(data, 0o770)) }, []string{"0770", "chmod 700"}, true},
	}
	opening := [][]string{
		{"serve"},
		{"user", "add", "--role", "officer", "--document", "CC:9999000102", "--name", "Otra Persona"},
		{"user", "list"},
		{"user", "totp", "x"},
		{"user", "disable", "x"},
		{"seal", "status"},
		{"seal", "rotate"},
		{"seal", "rotate", "--retire"},
		{"seal", "retire"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.unix && (runtime.GOOS == "windows" || name == "unreadable" && os.Geteuid() == 0) {
				t.Skip("no such modes here")
			}
			path, data := usedData(t)
			c.spoil(t, data)
			before, _ := os.ReadFile(keyset(data))
			for _, args := range opening {
				n := min(len(args), 2)
				if args[0] == "serve" {
					n = 1
				}
				line := append(append(append([]string{}, args[:n]...), "--config", path, "--data", data), args[n:]...)
				code, out, errs := callFor(t, line...)
				if code != 1 {
					t.Errorf("%v: exit %d: %s", args, code, errs)
				}
				for _, want := range c.says {
					if !strings.Contains(errs, want) {
						t.Errorf("%v does not say %q: %s", args, want, errs)
					}
				}
				if strings.Contains(out+errs, "planted") {
					t.Errorf("%v quotes the file", args)
				}
			}
			if after, _ := os.ReadFile(keyset(data)); string(after) != string(before) {
				t.Error("the keyset was changed")
			}
		})
	}
}

// callFor is call for a command that might serve, if it were not refused: it ends
// then too, and says nothing.
func callFor(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out, errs output
	code := run(ctx, args, world{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, clock: time.Now})
	return code, out.String(), errs.String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What the program makes is its owner's alone; a folder that others may look into
// is said.
func TestRights(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes on windows")
	}
	path, data := usedData(t)
	cfg := config.Default()
	cfg.DataDir = data
	must(t, filepath.WalkDir(data, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", p, info.Mode())
		}
		return err
	}))
	must(t, os.Chmod(data, 0o755))
	code, _, errs := call(t, "", "user", "list", "--config", path, "--data", data)
	if code != 0 || !strings.Contains(errs, data) || !strings.Contains(errs, "0755") || !strings.Contains(errs, "chmod 700") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// Status, rotation and retirement as an administrator sees them.
func TestSealCommands(t *testing.T) {
	path, data := usedData(t)
	at := func(words ...string) (int, string, string) {
		return call(t, "", append(words[:2:2], append([]string{"--config", path, "--data", data}, words[2:]...)...)...)
	}
	code, out, errs := at("seal", "status")
	if code != 0 || !strings.Contains(out, "seals new values") || !strings.Contains(out, "second factors 1") || strings.Count(out, "\n") != 2 {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	old := strings.Fields(strings.Split(out, "\n")[1])[0]
	if code, out, errs = at("seal", "rotate"); code != 0 || !strings.Contains(out, "was added") || !strings.Contains(out, "3 values were sealed anew") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if code, out, _ = at("seal", "status"); code != 0 || !strings.Contains(out, "seals nothing; seal retire forgets it") {
		t.Fatalf("exit %d: %s", code, out)
	}
	if code, out, errs = at("seal", "retire"); code != 0 || !strings.Contains(out, "key "+old+" sealed nothing any more") || !strings.Contains(out, "Back the keyset up") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if code, out, errs = at("seal", "retire"); code != 0 || !strings.Contains(out, "no old key") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if code, out, errs = at("seal", "rotate", "--retire"); code != 0 || !strings.Contains(out, "is forgotten") {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	if code, _, errs = at("user", "list"); code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if code, _, errs = at("seal", "rotate", "now"); code != 2 || !strings.Contains(errs, `"now"`) {
		t.Errorf("exit %d: %s", code, errs)
	}
	lock, err := lockKeyset(filepath.Join(data, "keyset.json"))
	must(t, err)
	defer func() { must(t, lock.Close()) }()
	if runtime.GOOS != "windows" {
		if code, _, errs = at("seal", "rotate"); code != 1 || !strings.Contains(errs, "another command changes") {
			t.Errorf("exit %d: %s", code, errs)
		}
	}
}

// The keyset may stand elsewhere, and its folder is looked at too.
func TestKeyset_elsewhere(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes on windows")
	}
	path, data := file(t)
	folder := filepath.Join(t.TempDir(), "keys")
	must(t, os.Mkdir(folder, 0o700))
	text, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, fmt.Appendf(nil, "keyset = %q\n%s", filepath.Join(folder, "k.json"), text), 0o600))
	if code, _, errs := call(t, "", "user", "list", "--config", path, "--data", data); code != 0 {
		t.Fatal(errs)
	}
	must(t, os.Chmod(folder, 0o777)) //nolint:gosec // just what is refused
	if code, _, errs := call(t, "", "user", "list", "--config", path, "--data", data); code != 1 || !strings.Contains(errs, folder) {
		t.Errorf("exit %d: %s", code, errs)
	}
}
