package daemon

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"llavero/shared/seed"
)

// register is one import command with the files it takes, damaged rows in them.
type register struct {
	args  []string // "import", "reps"
	files [][]byte
	clean [][]byte // the same without the damage
	// needs is a column it cannot do without.
	needs string
	rows  string // a table that it fills
	plant []seed.Planted
}

// sampled are providers of each kind.
func sampled() []seed.Provider {
	var all []seed.Provider
	n := 0
	for p := range seed.Country(1) {
		if n++; n%400 == 0 {
			all = append(all, p)
		}
	}
	return all
}

// registers are all imports, REPS in both of its formats.
func registers(t *testing.T) map[string]register {
	t.Helper()
	rows := sampled()
	all := map[string]register{}
	add := func(args, needs, table string, write func(to []io.Writer, o seed.Options) ([]seed.Planted, error), files int) {
		t.Helper()
		r := register{args: strings.Fields(args), needs: needs, rows: table}
		for _, o := range []seed.Options{{}, {Broken: true}} {
			texts, to := make([]bytes.Buffer, files), make([]io.Writer, files)
			for i := range to {
				to[i] = &texts[i]
			}
			planted, err := write(to, o)
			if err != nil {
				t.Fatal(err)
			}
			r.clean, r.files, r.plant = r.files, nil, planted
			for i := range texts {
				r.files = append(r.files, texts[i].Bytes())
			}
		}
		all[fmt.Sprint(args, ", ", files)] = r
	}
	add("import reps", "nits_nit", "providers", func(to []io.Writer, o seed.Options) ([]seed.Planted, error) {
		return seed.WriteA(to[0], to[1], slices.Values(rows), o)
	}, 2)
	add("import reps", "NumeroIdentificacion", "providers", func(to []io.Writer, o seed.Options) ([]seed.Planted, error) {
		return seed.WriteB(to[0], slices.Values(rows), o)
	}, 1)
	for _, f := range seed.PeopleOf(slices.Values(rows)).Files() {
		write := func(to []io.Writer, o seed.Options) ([]seed.Planted, error) { return f.Write(to[0], o) }
		switch f.Name {
		case seed.FilePersons:
			add("import mss-personas", "numero_documento", "persons", write, 1)
		case seed.FileOrganizations:
			add("import mss-organizaciones", "razon_social", "organizations", write, 1)
		case seed.FileDelegations:
			add("import mss-delegaciones", "fecha_novedad", "delegations", write, 1)
		case seed.FileRETHUS:
			add("import rethus", "numero_documento", "rethus_titles", write, 1)
		case seed.FileStaff:
			add("import funcionarios", "activo", "staff", write, 1)
		}
	}
	imports := map[string]bool{}
	for _, r := range all {
		imports[strings.Join(r.args, " ")] = true
	}
	for _, c := range commands() {
		if strings.HasPrefix(c.name, "import ") && !imports[c.name] {
			t.Errorf("%s has no register here", c.name)
		}
	}
	return all
}

// bring runs the import of some files' contents.
func (r register) bring(t *testing.T, at []string, contents [][]byte, more ...string) (code int, out, errs string) {
	t.Helper()
	dir := t.TempDir()
	args := slices.Concat(r.args, at, more)
	for i, content := range contents {
		path := filepath.Join(dir, fmt.Sprintf("archivo%d.csv", i))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	return call(t, "", args...)
}

// contents is a hash of every table of a database, and how many rows of one.
func contents(t *testing.T, data, counted string) (sum string, rows int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(data, "llavero.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	h := sha256.New()
	for _, name := range printed(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`) {
		all := printed(t, db, `SELECT * FROM `+name)
		_, _ = fmt.Fprintln(h, name, all)
		if name == counted {
			rows = len(all)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), rows
}

// printed is each row of a query.
func printed(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(row...))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// words of a file are long enough to be told from words of ours.
func words(contents [][]byte, delimiter string) []string {
	var all []string
	for _, content := range contents {
		lines := strings.Split(string(content), "\r\n")
		for _, line := range lines[1:min(len(lines), 40)] {
			for _, field := range strings.Split(line, delimiter) {
				if field = strings.Trim(field, `" `); len(field) >= 9 {
					all = append(all, field)
				}
			}
		}
	}
	return all
}

// TestImports_badRows: through each command, bad rows are told with line and
// reason and left out, good ones go in, and nothing of a row is printed but a
// license code.
func TestImports_badRows(t *testing.T) {
	for name, r := range registers(t) {
		t.Run(name, func(t *testing.T) {
			settings, data := file(t)
			at := []string{"--config", settings, "--data", data}
			code, out, errs := r.bring(t, at, r.files)
			if code != exitOK || errs != "" {
				t.Fatalf("%d %s", code, errs)
			}
			rejected, reasons := 0, map[string]bool{}
			for _, p := range r.plant {
				severity, file := "warned", "archivo0.csv"
				if p.Rejected {
					severity = "rejected"
					rejected++
				}
				if p.File == seed.FileSites {
					file = "archivo1.csv"
				}
				reasons[p.Reason] = true
				if line := fmt.Sprintf("%s:%d: %s: %s", file, p.Line, severity, p.Reason); !strings.Contains(out, line) {
					t.Errorf("%q is not told", line)
				}
			}
			if rejected < 3 || len(reasons) < 3 {
				t.Errorf("only %d rows and %d kinds of damage were planted", rejected, len(reasons))
			}
			if _, rows := contents(t, data, r.rows); rows < 10 {
				t.Errorf("%d good rows went in", rows)
			}
			delimiter := ","
			if len(r.files) > 1 {
				delimiter = ";"
			}
			values := words(r.files, delimiter)
			if len(values) < 20 {
				t.Fatalf("only %d values to look for", len(values))
			}
			for _, value := range values {
				if strings.Contains(out, value) && !strings.Contains(out, "code "+value) {
					t.Errorf("the report tells %q", value)
				}
			}
			code, quiet, _ := r.bring(t, at, r.files, "--quiet")
			if code != exitOK || strings.Contains(quiet, ": warned: ") || strings.Count(quiet, ": rejected: ") != strings.Count(out, ": rejected: ") {
				t.Errorf("quiet: %d %s", code, quiet)
			}
		})
	}
}

// TestImports_badFiles: through each command, a file that is none is refused,
// saying why, and the database stays as it is.
func TestImports_badFiles(t *testing.T) {
	for name, r := range registers(t) {
		t.Run(name, func(t *testing.T) {
			settings, data := file(t)
			at := []string{"--config", settings, "--data", data}
			if code, _, errs := r.bring(t, at, r.files, "--quiet"); code != exitOK {
				t.Fatalf("%d %s", code, errs)
			}
			before, _ := contents(t, data, r.rows)
			all := func(change func(text string) string) [][]byte {
				var made [][]byte
				for _, f := range r.clean {
					made = append(made, []byte(change(string(f))))
				}
				return made
			}
			lines := func(text string, keep func(i, n int) bool) string {
				rows := strings.SplitAfter(text, "\r\n")
				var b strings.Builder
				for i, row := range rows {
					if keep(i, len(rows)) {
						b.WriteString(row)
					}
				}
				return b.String()
			}
			for _, tt := range []struct {
				what  string
				files [][]byte
				says  string
			}{
				{"a workbook", all(func(string) string { return "PK\x03\x04\x14\x00\x06\x00" }), "not a text file"},
				{"bytes", all(func(string) string { return "\x00\x01\x02\xff\xfe\x7f" }), "not a text file"},
				{"UTF-16", all(func(text string) string { return "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00" }), "not a text file"},
				{"a web page", all(func(string) string { return "<!DOCTYPE html>\n<html><body>Error 500</body></html>" }), "web page"},
				{"nothing", all(func(string) string { return "" }), "empty"},
				{"blanks", all(func(string) string { return "\r\n \r\n\r\n" }), "empty"},
				{"no header", all(func(text string) string { return lines(text, func(i, _ int) bool { return i > 0 }) }), ""},
				{"another delimiter", all(func(text string) string { return strings.NewReplacer(",", "X", ";", "X").Replace(text) }), ""},
				{"a column that is missing", all(func(text string) string { return strings.Replace(text, r.needs, "otra_cosa", 1) }), r.needs},
				{"the header alone", all(func(text string) string { return lines(text, func(i, _ int) bool { return i == 0 }) }), "--confirm"},
				{"a half", all(func(text string) string { return lines(text, func(i, n int) bool { return i <= n/2 }) }), "--confirm"},
			} {
				code, _, errs := r.bring(t, at, tt.files, "--quiet")
				says := strings.Contains(strings.ToLower(errs), strings.ToLower(tt.says))
				if code != exitFailed || errs == "" || !says {
					t.Errorf("%s: code %d: %s", tt.what, code, errs)
				}
				if after, _ := contents(t, data, r.rows); after != before {
					t.Fatalf("%s: the database is another", tt.what)
				}
			}
			// Who confirms gets it.
			half := all(func(text string) string { return lines(text, func(i, n int) bool { return i <= n/2 }) })
			if code, _, errs := r.bring(t, at, half, "--quiet", "--confirm"); code != exitOK {
				t.Errorf("confirmed: %d %s", code, errs)
			}
		})
	}
}
