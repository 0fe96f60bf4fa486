package registry

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"llavero/shared/access"
	"llavero/shared/seed"
)

// peopleReader reads one of the files, whatever its rows are.
type peopleReader func(ctx context.Context, f File) (rows int, cutOff string, doubts *Doubts, r *Report, err error)

func readerOf[T any](read func(context.Context, File) (*Listing[T], *Report, error)) peopleReader {
	return func(ctx context.Context, f File) (int, string, *Doubts, *Report, error) {
		l, r, err := read(ctx, f)
		if l == nil {
			return 0, "", nil, r, err
		}
		return len(l.Rows), l.CutOff, &l.Doubts, r, err
	}
}

func peopleReaders() map[string]peopleReader {
	return map[string]peopleReader{
		seed.FilePersons: readerOf(ReadPersons), seed.FileOrganizations: readerOf(ReadOrganizations),
		seed.FileDelegations: readerOf(ReadDelegations), seed.FileRETHUS: readerOf(ReadRETHUS), seed.FileStaff: readerOf(ReadStaff),
	}
}

// sampled are the providers of a small part of the country: of each kind some.
func sampled() iter.Seq[seed.Provider] {
	return func(yield func(seed.Provider) bool) {
		n := 0
		for p := range seed.Country(1) {
			if n++; n%400 == 0 && !yield(p) {
				return
			}
		}
	}
}

// Every good row is in, every planted one told by line and reason, nothing else
// rejected, in each way a file may be written.
func TestReadPeople_planted(t *testing.T) {
	for name, o := range map[string]seed.Options{
		"plain": {}, "bom": {BOM: true}, "windows": {Windows1252: true}, "broken": {Broken: true}, "broken windows": {Broken: true, Windows1252: true},
	} {
		for _, f := range seed.PeopleOf(sampled()).Files() {
			t.Run(name+"/"+f.Name, func(t *testing.T) {
				var b bytes.Buffer
				planted, err := f.Write(&b, o)
				if err != nil {
					t.Fatal(err)
				}
				if o.Broken && len(planted) < 5 {
					t.Fatalf("only %d planted rows: more good ones are needed", len(planted))
				}
				rows, _, doubts, report, err := peopleReaders()[f.Name](t.Context(), File{f.Name, &b})
				if err != nil {
					t.Fatal(err)
				}
				checkPlanted(t, planted, report)
				accepted, rejected, _ := report.Totals()
				if rows != accepted || rows < 25 || doubts.HasNameless() != (rejected > 0) {
					t.Errorf("%d rows of %d accepted, %d rejected, nameless %v", rows, accepted, rejected, doubts.HasNameless())
				}
			})
		}
	}
}

// checkPlanted holds a report against what was planted.
func checkPlanted(t *testing.T, planted []seed.Planted, report *Report) {
	t.Helper()
	left := slices.Clone(report.Issues)
	for _, p := range planted {
		i := slices.IndexFunc(left, func(is Issue) bool {
			return is.Line == p.Line && string(is.Reason) == p.Reason && (is.Severity == Rejected) == p.Rejected
		})
		if i < 0 {
			t.Errorf("line %d: %s is not told", p.Line, p.Reason)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	for _, is := range left {
		if is.Severity == Rejected {
			t.Errorf("good row of line %d rejected: %s %s", is.Line, is.Reason, is.Column)
		}
	}
}

func textFile(text string) File { return File{"f.csv", strings.NewReader(text)} }

func TestReadPersons(t *testing.T) {
	l, report, err := ReadPersons(t.Context(), textFile("\ufeff"+`Correo electrónico,"Número documento",NOMBRES,Apellidos,Tipo_Documento,Teléfono,otra
ana@example.org,0.099.000.001,Ana,"Ñandubay, de los Ríos",cc,+57 300 000 0001,x
,AB12345,"José ""El Ñato""",Güiza,PA,,
no tengo,9999000003,Raúl,Pérez,CC,,
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Person{
		{Document: access.Document{Type: "CC", Number: "0099000001"}, GivenNames: "Ana", FamilyNames: "Ñandubay, de los Ríos", Email: "ana@example.org", Phone: "3000000001"},
		{Document: access.Document{Type: "PA", Number: "AB12345"}, GivenNames: `José "El Ñato"`, FamilyNames: "Güiza"},
		{Document: access.Document{Type: "CC", Number: "9999000003"}, GivenNames: "Raúl", FamilyNames: "Pérez", EmailUnread: true},
	}
	if !slices.Equal(l.Rows, want) {
		t.Errorf("read %+v", l.Rows)
	}
	if report.Counts[BadEmail] != 1 || report.Files[0].Format != Persons || len(l.Hash) != 64 {
		t.Errorf("report %+v", report)
	}
}

func TestReadDelegations_latestCounts(t *testing.T) {
	const head = "nit,tipo_documento,numero_documento,novedad,fecha_novedad\n"
	row := func(novelty, on string) string { return "999100005-0,CC,9999000005," + novelty + "," + on + "\n" }
	for _, tt := range []struct {
		name  string
		text  string
		links bool
		on    string
	}{
		{"one", row("V", "2026-01-01"), true, "2026-01-01"},
		{"ended", row("V", "2026-01-01") + row("o", "2026-02-01"), false, "2026-02-01"},
		{"ended, told first", row("O", "2026-02-01") + row("V", "2026-01-01"), false, "2026-02-01"},
		{"back again", row("O", "2026-02-01") + row("V", "2026-01-01") + row("V", "20260301"), true, "2026-03-01"},
		{"one day, ended last", row("V", "2026-02-01") + row("O", "2026-02-01"), false, "2026-02-01"},
		{"one day, linked last", row("O", "2026-02-01") + row("V", "2026-02-01"), true, "2026-02-01"},
		{"of somebody else too", "999100005,CE,9999000005,O,2026-05-01\n999100001,CC,9999000005,O,2026-05-01\n" + row("V", "2026-01-01"), true, "2026-01-01"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, _, err := ReadDelegations(t.Context(), textFile(head+tt.text))
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(l.Rows, func(d Delegation) bool {
				return d.NIT == "999100005" && d.Document == access.Document{Type: "CC", Number: "9999000005"}
			})
			if i < 0 || l.Rows[i].Links != tt.links || l.Rows[i].On != tt.on {
				t.Errorf("read %+v", l.Rows)
			}
		})
	}
}

func TestReadRETHUS(t *testing.T) {
	// The public page shows neither registry nor cut-off.
	l, _, err := ReadRETHUS(t.Context(), textFile(`tipo_documento,numero_documento,primer_nombre,segundo_nombre,primer_apellido,segundo_apellido,tipo_programa,profesion,acto_administrativo
CC,9999000001,Inés,,Zúñiga,Ñ,UNV,MEDICINA,R 1
CC,9999000001,Inés,,Zúñiga,Ñ,ESP,CIRUGÍA,R 2
`))
	if err != nil || len(l.Rows) != 2 || l.Rows[0].Name != "Inés Zúñiga Ñ" || l.Rows[1].Profession != "CIRUGÍA" || l.Rows[0].Registry != "" || l.CutOff != "" {
		t.Fatalf("read %+v, %v", l, err)
	}
	var b bytes.Buffer
	if _, err := seed.Demo().Registers().Files()[3].Write(&b, seed.Options{}); err != nil {
		t.Fatal(err)
	}
	l, report, err := ReadRETHUS(t.Context(), File{"rethus.csv", &b})
	if err != nil || l.CutOff != "2026-09-16T00:00" || len(report.Issues) != 0 {
		t.Errorf("cut-off %q, %v, %v", l.CutOff, report, err)
	}
}

func TestDoubts(t *testing.T) {
	const head = "nit,tipo_documento,numero_documento,novedad,fecha_novedad\n"
	l, _, err := ReadDelegations(t.Context(), textFile(head+
		"999100005,CC,9999000005,X,2026-01-01\n"+ // whose it is can be read
		"999100001,CC,9999000011,O\n")) // cannot be cut
	if err != nil {
		t.Fatal(err)
	}
	cc := func(n string) access.Document { return access.Document{Type: "CC", Number: n} }
	for _, tt := range []struct {
		nit  access.NIT
		who  access.Document
		want bool
	}{
		{"999100005", cc("9999000005"), true},
		{"999100005", cc("9999000011"), false},
		{"999100001", cc("9999000011"), true},
		{"999100001", access.Document{Type: "CE", Number: "9999000011"}, true}, // who knows
		{"999100001", cc("9999000005"), false},
	} {
		if got := l.Doubts.OfDelegation(tt.nit, tt.who); got != tt.want {
			t.Errorf("%s %s: %v", tt.nit, tt.who.Number, got)
		}
	}
	if !l.Doubts.HasNameless() || !l.Doubts.OfDocument(cc("9999000011")) || !l.Doubts.OfNIT("999100001") {
		t.Errorf("%+v", l.Doubts)
	}
}

func TestReadPeople_refused(t *testing.T) {
	for name, read := range peopleReaders() {
		for _, tt := range []struct {
			what, text string
			problem    Problem
			column     string
		}{
			{"empty", "", Empty, ""},
			{"page", "<html><body>", HTML, ""},
			{"workbook", "PK\x03\x04....", NotText, ""},
			{"one column", "nada\n1\n", MissingColumns, ""},
			{"REPS", "codigo_habilitacion;nombre_prestador;nits_nit;habilitado;clase_persona\n", MissingColumns, ""},
		} {
			_, _, _, report, err := read(t.Context(), textFile(tt.text))
			refused, ok := errors.AsType[*FileError](err)
			if !ok || refused.Problem != tt.problem || report != nil {
				t.Errorf("%s, %s: %v, %v", name, tt.what, err, report)
			}
		}
	}
	for _, tt := range []struct{ name, head, missing string }{
		{seed.FilePersons, "tipo_documento,numero_documento,nombres,apellidos", "correo"},
		{seed.FileOrganizations, "nit,tipo_documento,numero_documento", "razon_social"},
		{seed.FileDelegations, "nit,tipo_documento,numero_documento,novedad", "fecha_novedad"},
		{seed.FileRETHUS, "tipo_documento,primer_nombre,primer_apellido,profesion", "numero_documento"},
		{seed.FileStaff, "tipo_documento,numero_documento,nombres,apellidos,correo", "activo"},
	} {
		_, _, _, _, err := peopleReaders()[tt.name](t.Context(), textFile(tt.head+"\n"))
		refused, ok := errors.AsType[*FileError](err)
		if !ok || !slices.Equal(refused.Columns, []string{tt.missing}) || !strings.Contains(err.Error(), tt.missing) {
			t.Errorf("%s without %s: %v", tt.name, tt.missing, err)
		}
	}
}

func TestReadPeople_stops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	text := "tipo_documento,numero_documento,nombres,apellidos,correo\n" + strings.Repeat("CC,1,a,b,\n", 2*readEvery)
	if _, _, err := ReadPersons(ctx, textFile(text)); !errors.Is(err, context.Canceled) {
		t.Errorf("ReadPersons = %v", err)
	}
}

// fuzzPeople holds one reader to what any file must obey.
func fuzzPeople[T any](f *testing.F, kind int, read func(context.Context, File) (*Listing[T], *Report, error), check func(*testing.T, T)) {
	for _, o := range []seed.Options{{}, {Broken: true}, {BOM: true}} {
		var b bytes.Buffer
		if _, err := seed.Demo().Registers().Files()[kind].Write(&b, o); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("\"a,b\nc"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, r, err := read(t.Context(), File{"f", bytes.NewReader(text)})
		if err != nil {
			if _, ok := errors.AsType[*FileError](err); !ok || l != nil || r != nil {
				t.Fatalf("error %v with %v, %v", err, l, r)
			}
			return
		}
		file := r.Files[0]
		if file.Rows != file.Accepted+file.Rejected+file.LeftOut || file.Warned > file.Accepted || len(l.Rows) > file.Accepted {
			t.Fatalf("counts do not add up: %+v, %d rows", file, len(l.Rows))
		}
		for _, v := range l.Rows {
			check(t, v)
		}
	})
}

func checkIdentity(t *testing.T, d access.Document) {
	t.Helper()
	if documentType(string(d.Type)) != d.Type || !isIdentity(d.Number) {
		t.Fatalf("document %+v", d)
	}
}

func FuzzReadPersons(f *testing.F) {
	fuzzPeople(f, 0, ReadPersons, func(t *testing.T, p Person) {
		checkIdentity(t, p.Document)
		if p.Email != "" && (p.EmailUnread || !access.IsEmail(p.Email)) || p.Phone != "" && !access.IsPhone(p.Phone) {
			t.Fatalf("%+v", p)
		}
	})
}

func FuzzReadOrganizations(f *testing.F) {
	fuzzPeople(f, 1, ReadOrganizations, func(t *testing.T, o Organization) {
		if _, ok := access.ParseNIT(string(o.NIT)); !ok {
			t.Fatalf("%+v", o)
		}
		if o.Representative != (access.Document{}) {
			checkIdentity(t, o.Representative)
		}
	})
}

func FuzzReadDelegations(f *testing.F) {
	fuzzPeople(f, 2, ReadDelegations, func(t *testing.T, d Delegation) {
		checkIdentity(t, d.Document)
		if _, ok := access.ParseNIT(string(d.NIT)); !ok || !isDate(d.On) || len(d.On) != 10 {
			t.Fatalf("%+v", d)
		}
	})
}

func FuzzReadRETHUS(f *testing.F) {
	fuzzPeople(f, 3, ReadRETHUS, func(t *testing.T, x Title) {
		checkIdentity(t, x.Document)
		if x.Began != "" && (!isDate(x.Began) || len(x.Began) != 10) {
			t.Fatalf("%+v", x)
		}
	})
}

func FuzzReadStaff(f *testing.F) {
	fuzzPeople(f, 4, ReadStaff, func(t *testing.T, m StaffMember) {
		checkIdentity(t, m.Document)
		if m.Email != "" && !access.IsEmail(m.Email) {
			t.Fatalf("%+v", m)
		}
	})
}
