package workflow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"llavero/server/internal/audit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func proof() wire.NewEvidence {
	return wire.NewEvidence{Kind: access.EvidenceFile, Note: "98 % aceptados", Name: "prueba.pdf", File: []byte("%PDF-1.7 planted-patient")}
}

func TestEvidence(t *testing.T) {
	d := newDesk(t)
	_, err := d.flow.AddEvidence(t.Context(), by(d.officer), ourCode, proof())
	refusal(t, err, access.CodeNotFound, "") // no key, so nothing to prove
	d.issue(d.sign(ourCode))
	pro := d.keys(ourCode)[access.Production]
	done, err := d.flow.AddEvidence(t.Context(), by(d.officer), ourCode, proof())
	ok(t, err)
	if done.ID != pro.ID || done.Version != pro.Version+1 || done.Seq != d.head() {
		t.Errorf("answered %+v", done)
	}
	d.wait(day)
	_, err = d.flow.AddEvidence(t.Context(), by(d.other), ourCode, wire.NewEvidence{Kind: access.EvidenceTest, Note: " Prueba presencial "})
	ok(t, err)
	list, err := d.flow.Evidence(t.Context(), by(d.officer), ourCode)
	ok(t, err)
	sum := sha256.Sum256(proof().File)
	if len(list.Items) != 2 || list.Items[0].Note != "Prueba presencial" || list.Items[0].Size != 0 || list.Items[1].Hash != hex.EncodeToString(sum[:]) ||
		list.Items[1].Name != "prueba.pdf" || list.Items[1].Size != int64(len(proof().File)) || list.Items[1].Person != audit.PersonText(d.officer.Person) {
		t.Errorf("list %+v", list.Items)
	}

	// The production key counts them, for officers.
	for who, want := range map[string]int{"officer": 2, "delegate": 0} {
		viewer := map[string]access.Viewer{"officer": d.officer, "delegate": d.delegate}[who]
		for _, id := range d.seen(viewer, wire.RowKey) {
			var row wire.KeyRow
			ok(t, json.Unmarshal(d.rows(viewer)["key "+id], &row))
			if row.Environment == access.Preproduction && row.Evidence != 0 || row.Environment == access.Production && row.Evidence != want {
				t.Errorf("%s: %+v", who, row)
			}
		}
	}

	// The file comes back as it was, and who took it is written down.
	file, err := d.flow.EvidenceFile(t.Context(), by(d.other), list.Items[1].ID)
	ok(t, err)
	if !bytes.Equal(file.Body, proof().File) || file.Media != "application/pdf" || file.Name != "prueba.pdf" {
		t.Errorf("file %s %s", file.Name, file.Media)
	}
	trail := d.trail()
	if last := trail[len(trail)-1]; last.Kind != audit.EvidenceRead || last.Person != audit.PersonText(d.other.Person) || last.DetailOf("evidence") != list.Items[1].ID {
		t.Errorf("trail %+v", last)
	}
	for _, id := range []string{list.Items[0].ID, "none"} {
		_, err := d.flow.EvidenceFile(t.Context(), by(d.officer), id)
		refusal(t, err, access.CodeNotFound, "")
	}
	for _, who := range []access.Viewer{d.delegate, d.halfway} {
		_, errFile := d.flow.EvidenceFile(t.Context(), by(who), list.Items[1].ID)
		refusal(t, errFile, access.CodeForbidden, "")
		_, errList := d.flow.Evidence(t.Context(), by(who), ourCode)
		refusal(t, errList, access.CodeForbidden, "")
		_, errAdd := d.flow.AddEvidence(t.Context(), by(who), ourCode, proof())
		refusal(t, errAdd, access.CodeForbidden, "")
	}

	// At rest it is sealed.
	files, err := filepath.Glob(filepath.Join(d.dir, "llavero.db*"))
	ok(t, err)
	for _, name := range files {
		raw, err := os.ReadFile(name)
		ok(t, err)
		if bytes.Contains(raw, []byte("planted-patient")) {
			t.Errorf("%s holds the file in clear", filepath.Base(name))
		}
	}
}

func TestAddEvidence_fields(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	head := d.head()
	for name, c := range map[string]struct {
		change func(e *wire.NewEvidence)
		want   string
	}{
		"kind":          {func(e *wire.NewEvidence) { e.Kind = "x" }, "[{kind unknown_value}]"},
		"no note":       {func(e *wire.NewEvidence) { e.Note = " " }, "[{note required}]"},
		"two lines":     {func(e *wire.NewEvidence) { e.Note = "a\nb" }, "[{note format}]"},
		"no file":       {func(e *wire.NewEvidence) { e.File, e.Name = nil, "" }, "[{name required} {file required}]"},
		"no name":       {func(e *wire.NewEvidence) { e.Name = "" }, "[{name required}]"},
		"a program":     {func(e *wire.NewEvidence) { e.File = []byte("MZ\x90\x00\x03\x00\x00") }, "[{file format}]"},
		"a page":        {func(e *wire.NewEvidence) { e.File = []byte("<html><script>") }, "[{file format}]"},
		"not UTF-8":     {func(e *wire.NewEvidence) { e.File = []byte("caf\xe9 con leche") }, "[{file format}]"},
		"one byte more": {func(e *wire.NewEvidence) { e.File = bytes.Repeat([]byte("a"), wire.MaxEvidence+1) }, "[{file too_large}]"},
	} {
		in := proof()
		c.change(&in)
		_, err := d.flow.AddEvidence(t.Context(), by(d.officer), ourCode, in)
		if e := refusal(t, err, access.CodeInvalid, ""); fmt.Sprint(e.Fields) != c.want {
			t.Errorf("%s: %v", name, e.Fields)
		}
	}
	if d.head() != head {
		t.Error("a refused proof left something behind")
	}
	in := proof()
	in.File = append([]byte("%PDF-1.7"), bytes.Repeat([]byte("a"), wire.MaxEvidence-8)...)
	_, err := d.flow.AddEvidence(t.Context(), by(d.officer), ourCode, in)
	ok(t, err)
}

func TestMediaOf(t *testing.T) {
	for body, want := range map[string]string{
		"%PDF-1.4": "application/pdf", "\x89PNG\r\n\x1a\n": "image/png", "\xff\xd8\xff\xe0": "image/jpeg", "PK\x03\x04": "application/zip",
		`{"resourceType":"Bundle"}`: "application/json", `<?xml version="1.0"?><Bundle/>`: "text/xml", "todo bien, sí": "text/plain",
		"GIF89a\x01\x00": "", "\x7fELF\x02": "", "%!PS-Adobe-": "",
	} {
		got, ok := mediaOf([]byte(body))
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %s %t", body, got, ok)
		}
	}
}

func TestSafeName(t *testing.T) {
	for name, want := range map[string]string{
		"prueba.pdf": "prueba.pdf", `C:\x\prueba.PDF`: "prueba.PDF", "../../etc/passwd": "passwd.pdf", "factura.exe": "factura.exe.pdf",
		".pdf": "pdf.pdf", "..": "evidencia.pdf", "a\"b:c?.pdf": "a_b_c_.pdf", "ñandú.pdf": "ñandú.pdf", "a\u202efdp.exe": "a_fdp.exe.pdf",
		strings.Repeat("é", 90) + ".pdf": strings.Repeat("é", 58) + ".pdf",
	} {
		if got := safeName(name, "application/pdf"); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	f.Add("prueba.pdf", "application/pdf")
	f.Add("..\\..\\.zip", "application/zip")
	f.Fuzz(func(t *testing.T, name, media string) {
		if !utf8.ValidString(name) {
			return
		}
		got := safeName(name, media)
		if got == "" || len(got) > maxFileName || strings.ContainsAny(got, "/\\:\"<>|?*\x00\r\n") || strings.HasPrefix(got, ".") || !utf8.ValidString(got) {
			t.Errorf("%q became %q", name, got)
		}
		if ends := endings[media]; len(ends) > 0 {
			fits := false
			for _, e := range ends {
				fits = fits || strings.HasSuffix(strings.ToLower(got), e)
			}
			if !fits {
				t.Errorf("%q became %q, which is no %s", name, got, media)
			}
		}
	})
}
