package registry

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"llavero/shared/access"
	"llavero/shared/seed"
)

// written is a country's files and what stands in them.
type written struct {
	files   []File
	planted []seed.Planted
}

func portal(t testing.TB, rows func(func(seed.Provider) bool), o seed.Options) written {
	t.Helper()
	var mains, sites bytes.Buffer
	planted, err := seed.WriteA(&mains, &sites, rows, o)
	if err != nil {
		t.Fatal(err)
	}
	return written{[]File{{seed.FileMain, &mains}, {seed.FileSites, &sites}}, planted}
}

func openCSV(t testing.TB, rows func(func(seed.Provider) bool), o seed.Options) written {
	t.Helper()
	var b bytes.Buffer
	planted, err := seed.WriteB(&b, rows, o)
	if err != nil {
		t.Fatal(err)
	}
	return written{[]File{{seed.FileOpen, &b}}, planted}
}

func mustRead(t testing.TB, files []File) (*Snapshot, *Report) {
	t.Helper()
	s, r, err := ReadREPS(t.Context(), files...)
	if err != nil {
		t.Fatal(err)
	}
	return s, r
}

// wantCodes are all good codes, with those only planted rows have.
func wantCodes(rows func(func(seed.Provider) bool), planted []seed.Planted) map[access.LicenseCode]int {
	want := map[access.LicenseCode]int{}
	for p := range rows {
		want[p.Code] += 0
		for _, s := range p.Sites {
			want[s.Code]++
		}
	}
	for _, p := range planted {
		if p.Adds != "" {
			want[p.Adds] = -1
		}
	}
	return want
}

// checkRead holds a reading against what was written: every good row in, every
// planted one told by line and reason, nothing else rejected.
func checkRead(t *testing.T, rows func(func(seed.Provider) bool), w written) *Snapshot {
	t.Helper()
	s, report := mustRead(t, w.files)
	want := wantCodes(rows, w.planted)
	for _, p := range s.Providers {
		n, ok := want[p.Code]
		if !ok {
			t.Errorf("code %s was never written", p.Code)
		}
		if n >= 0 && n != len(p.Sites) {
			t.Errorf("code %s has %d sites, want %d", p.Code, len(p.Sites), n)
		}
		delete(want, p.Code)
	}
	for code := range want {
		t.Errorf("good code %s is missing", code)
	}
	type place struct {
		file string
		line int
	}
	told := map[place][]Issue{}
	for _, is := range report.Issues {
		told[place{is.File, is.Line}] = append(told[place{is.File, is.Line}], is)
	}
	for _, p := range w.planted {
		at := place{p.File, p.Line}
		i := slices.IndexFunc(told[at], func(is Issue) bool {
			return string(is.Reason) == p.Reason && (is.Severity == Rejected) == p.Rejected
		})
		if i < 0 {
			t.Errorf("%s:%d: %s not told; told %v", p.File, p.Line, p.Reason, told[at])
			continue
		}
		if p.Rejected {
			delete(told, at)
		}
	}
	for at, issues := range told {
		for _, is := range issues {
			if is.Severity == Rejected {
				t.Errorf("good row %s:%d rejected: %s %s", at.file, at.line, is.Reason, is.Column)
			}
		}
	}
	return s
}

func variants() map[string]seed.Options {
	return map[string]seed.Options{
		"utf8":  {Broken: true},
		"bom":   {Broken: true, BOM: true},
		"latin": {Broken: true, Windows1252: true, Delimiter: "|"},
		"api":   {Broken: true, APIHeaders: true, Delimiter: "~"},
		"tab":   {Broken: true, Delimiter: "\t"},
		"clean": {},
	}
}

// some is the beginning of a country, for quick tests.
func some(n int) iter.Seq[seed.Provider] {
	return func(yield func(seed.Provider) bool) {
		left := n
		for p := range seed.Country(3) {
			if left--; left < 0 || !yield(p) {
				return
			}
		}
	}
}

func TestReadREPS_everyKindOfDamage(t *testing.T) {
	rows := some(400)
	for name, o := range variants() {
		t.Run(name, func(t *testing.T) {
			a := portal(t, rows, o)
			b := openCSV(t, rows, o)
			if o.Broken && (len(a.planted) < 25 || len(b.planted) < 12) {
				t.Fatalf("only %d and %d rows planted", len(a.planted), len(b.planted))
			}
			fromA := checkRead(t, rows, a)
			fromB := checkRead(t, rows, b)
			compareCodes(t, fromA, fromB)
			compareNames(t, fromA, rows)
		})
	}
}

// compareCodes: both formats tell the same, but for planted additions.
func compareCodes(t *testing.T, a, b *Snapshot) {
	t.Helper()
	list := func(s *Snapshot) map[access.LicenseCode]string {
		m := map[access.LicenseCode]string{}
		for _, p := range s.Providers {
			if p.Code.Municipality() != "99999" {
				m[p.Code] = string(p.Entity)
			}
		}
		return m
	}
	if !maps.Equal(list(a), list(b)) {
		t.Error("the formats do not tell the same codes and owners")
	}
}

// compareNames: letters survive every encoding and quotes every format.
func compareNames(t *testing.T, s *Snapshot, rows func(func(seed.Provider) bool)) {
	t.Helper()
	names := map[access.LicenseCode]string{}
	for p := range rows {
		names[p.Code] = p.Name
	}
	for _, p := range s.Providers {
		if want, ok := names[p.Code]; ok && p.Name != want {
			t.Fatalf("%s is called %q, want %q", p.Code, p.Name, want)
		}
	}
}

func TestReadREPS_country(t *testing.T) {
	rows, size := seed.Country(1), seed.Totals{Entities: seed.CountryEntities, Codes: seed.CountryCodes}
	if underRace || testing.Short() { // ten times slower, and nothing runs beside it
		rows = some(6000)
		size = seed.Count(rows)
	}
	a := checkRead(t, rows, portal(t, rows, seed.Options{Broken: true, Windows1252: true}))
	b := checkRead(t, rows, openCSV(t, rows, seed.Options{Broken: true, BOM: true}))
	compareCodes(t, a, b)
	if len(a.Providers) < size.Codes || len(a.Entities) != size.Entities {
		t.Errorf("%d codes and %d entities", len(a.Providers), len(a.Entities))
	}
}

func TestReadREPS_documentTypes(t *testing.T) {
	rows := seed.Demo().Rows()
	alone, report := mustRead(t, portal(t, rows, seed.Options{}).files)
	if report.Assumed != len(alone.Entities) || report.Counts[TypeAssumed] != 1 {
		t.Errorf("%d of %d types assumed, told %d times", report.Assumed, len(alone.Entities), report.Counts[TypeAssumed])
	}
	both := append(portal(t, rows, seed.Options{}).files, openCSV(t, rows, seed.Options{}).files...)
	slices.Reverse(both) // the order of the files does not matter
	together, report := mustRead(t, both)
	if report.Assumed != 0 || report.Counts[TypeAssumed] != 0 {
		t.Errorf("%d types assumed beside the file that has them", report.Assumed)
	}
	if len(together.Providers) != len(alone.Providers) {
		t.Errorf("%d codes with the third file, %d without", len(together.Providers), len(alone.Providers))
	}
	if together.CutOff != "2026-09-16T15:11" {
		t.Errorf("cut-off %q", together.CutOff)
	}
	ids := map[access.EntityID]bool{}
	for _, e := range alone.Entities {
		ids[e.ID()] = true
	}
	if !ids["CC-999100005"] || !ids["NI-999100005"] {
		t.Error("a card with the digits of a tax number is not an entity of its own")
	}
}

func TestReadREPS_refuses(t *testing.T) {
	main := "codigo_habilitacion;nombre_prestador;nits_nit;habilitado;clase_persona;clpr_nombre\n"
	sites := "codigo_prestador;codigo_habilitacion;numero_sede;nits_nit;habilitado;nombre\n"
	tests := []struct {
		name    string
		files   []string
		problem Problem
		says    string
	}{
		{"workbook", []string{"PK\x03\x04rest"}, NotText, "UTF-8"},
		{"utf16", []string{"\xff\xfec\x00o\x00"}, NotText, "UTF-8"},
		{"binary", []string{"codigo\x00\x01"}, NotText, "text"},
		{"html", []string{"\xef\xbb\xbf\r\n <html><table>"}, HTML, "Exportar a Texto"},
		{"nothing", []string{""}, Empty, "empty"},
		{"blank", []string{" \r\n\r\n"}, Empty, "empty"},
		{"other", []string{"id,name,price\n1,2,3\n"}, UnknownFormat, "header"},
		{"column", []string{strings.Replace(main, "nits_nit;", "", 1), sites}, MissingColumns, "nits_nit"},
		{"columns", []string{main, "codigo_prestador;numero_sede;nombre;habilitado;telefono\n"}, MissingColumns, "codigo_habilitacion, nits_nit"},
		{"half", []string{main}, MissingFile, "Sedes"},
		{"twice", []string{main, main, sites}, RepeatedFile, "once"},
		{"none", nil, MissingFile, "both"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var files []File
			for _, f := range tt.files {
				files = append(files, File{"file.txt", strings.NewReader(f)})
			}
			s, r, err := ReadREPS(t.Context(), files...)
			refused, ok := errors.AsType[*FileError](err)
			if !ok || s != nil || r != nil {
				t.Fatalf("ReadREPS = %v, %v, %v", s, r, err)
			}
			if refused.Problem != tt.problem || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("refused for %s: %v", refused.Problem, err)
			}
		})
	}
}

func TestReadREPS_rows(t *testing.T) {
	const head = "codigo_prestador;codigo_habilitacion;numero_sede;nits_nit;habilitado;nombre;dv\n"
	main := "codigo_habilitacion;nombre_prestador;nits_nit;habilitado;clase_persona;clpr_nombre\n0500199001;Ñandú;999100005;SI;JURIDICO;IPS\n"
	long := strings.Repeat("x", maxLine+10)
	tests := []struct {
		name, row string
		severity  Severity
		reason    Reason
		code      string
		unsure    bool
	}{
		{"fine", "0500199001;0500199001;01;999100005;SI;Uno;0", "", "", "", false},
		{"nbsp and check digit", "0500199001; 0500199001\u00a0;01;999.100.005-0;SI;Uno;0", "", "", "", false},
		{"a quote is a quote", "0500199001;0500199001;01;999100005;SI;\"Uno;0", "", "", "", false},
		{"wrong check digit after a hyphen", "0500199001;0500199001;01;999100005-7;SI;Uno;0", Rejected, BadDocument, "0500199001", true},
		{"disabled", "0500199001;0500199001;01;999100005;NO;Uno;0", LeftOut, NotEnabled, "0500199001", false},
		{"glued", "0500199001;0504599001;01;999100005;SI;Uno;0;0500199001;0500199001;02;999100005;SI;Dos;0", Rejected, FieldCount, "0500199001", true},
		{"too long", "0500199001;0500199001;01;" + long, Rejected, TooLong, "0500199001", true},
		{"nine digits of nowhere", "0500199001;999990001;01;999100005;SI;Uno;0", Rejected, BadCode, "", false},
		{"site number of three digits", "0500199001;0500199001;001;999100005;SI;Uno;0", Rejected, BadSite, "0500199001", true},
		{"no name", "0500199001;0500199001;01;999100005;SI;--;0", Warned, EmptyName, "0500199001", false},
		{"broken bytes", "0500199001;0500199001;01;999100005;SI;Pe\xf1a;0", "", "", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, r := mustRead(t, []File{
				{"m", strings.NewReader(main)}, {"s", strings.NewReader(head + tt.row + "\r\n\r\n0500199001;0500299001;02;999100005;SI;Otra;0")},
			})
			var got Issue
			for _, is := range r.Issues {
				if is.Line > 0 {
					got = is
				}
			}
			if got.Severity != tt.severity || got.Reason != tt.reason || string(got.Code) != tt.code {
				t.Errorf("told %+v", got)
			}
			if got.Reason != "" && got.Line != 2 {
				t.Errorf("line %d, want 2", got.Line)
			}
			if _, unsure := s.Unsure["0500199001"]; unsure != tt.unsure {
				t.Errorf("unsure %v, want %v", unsure, tt.unsure)
			}
			if i := slices.IndexFunc(s.Providers, func(p Provider) bool { return p.Code == "0500299001" }); i < 0 {
				t.Error("the row after it is missing")
			}
			if tt.name == "broken bytes" && s.Providers[0].Sites[0].Name != "Peña" {
				t.Errorf("name %q", s.Providers[0].Sites[0].Name)
			}
		})
	}
}

// TestReadREPS_quotes: a record may take several lines; a stray quote takes
// only its own.
func TestReadREPS_quotes(t *testing.T) {
	const csv = "codigoprestador,nombreprestador,codigohabilitacionsede,nombresede,tipoid,numeroidentificacion\r\n" +
		"0500199001,\"Dos\nrenglones, \"\"con\"\" coma\",050019900101,Uno,NI,999100005\r\n" +
		"0500199002,\"abierta,050019900201,Dos,NI,999100005\r\n" +
		"0500199003,\"Tres\",050019900301,\"Tres, sede\",NI,999100005\r\n" +
		"0500199004,\"Cua\"tro,050019900401,Cuatro,NI,999100005\r\n" +
		"0500199005,Cinco,050019900501,\"nunca se cierra,NI,999100005\r\n"
	s, r := mustRead(t, []File{{"b", strings.NewReader(csv)}})
	var codes []string
	for _, p := range s.Providers {
		codes = append(codes, string(p.Code))
	}
	if !slices.Equal(codes, []string{"0500199001", "0500199003"}) {
		t.Errorf("codes %v", codes)
	}
	if s.Providers[0].Name != `Dos renglones, "con" coma` {
		t.Errorf("name %q", s.Providers[0].Name)
	}
	var lines []int
	for _, is := range r.Issues {
		if is.Reason != BadQuoting {
			t.Errorf("told %+v", is)
		}
		lines = append(lines, is.Line)
	}
	if !slices.Equal(lines, []int{4, 6, 7}) {
		t.Errorf("lines %v, want 4, 6 and 7", lines)
	}
	for _, c := range []access.LicenseCode{"0500199002", "0500199004", "0500199005"} {
		if _, ok := s.Unsure[c]; !ok {
			t.Errorf("%s would be taken for gone", c)
		}
	}
}

// TestReadREPS_tellsNoPersonalData: the report of damaged rows holds nothing of
// them but the code.
func TestReadREPS_tellsNoPersonalData(t *testing.T) {
	_, r := mustRead(t, portal(t, seed.Demo().Rows(), seed.Options{Broken: true}).files)
	for _, is := range r.Issues {
		for _, text := range []string{string(is.Code), is.Column, string(is.Reason)} {
			if strings.Contains(text, "@") || strings.Contains(text, "Ñandú") || strings.Contains(text, "999100005") {
				t.Errorf("%+v tells too much", is)
			}
		}
	}
}

func TestReadREPS_stops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := portal(t, some(5000), seed.Options{})
	if _, _, err := ReadREPS(ctx, w.files...); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled reading: %v", err)
	}
	broken := io.MultiReader(strings.NewReader("codigoprestador,nombreprestador,codigohabilitacionsede,tipoid,numeroidentificacion\n"), failing{})
	_, _, err := ReadREPS(t.Context(), File{"b", broken})
	if e, ok := errors.AsType[*FileError](err); !ok || e.Problem != Unreadable || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("broken reading: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestReadREPS_repeated: the first row stands, and the second leaves no doubt.
func TestReadREPS_repeated(t *testing.T) {
	s, r := mustRead(t, []File{{"b", strings.NewReader("codigoprestador,nombreprestador,codigohabilitacionsede,nombresede,tipoid,numeroidentificacion\n" +
		"0500199001,Uno,050019900101,Primera,NI,999100005\n0500199001,Uno,050019900101,Segunda,NI,999100005\n")}})
	if len(r.Issues) != 1 || r.Issues[0].Reason != Repeated || r.Issues[0].Line != 3 {
		t.Errorf("told %+v", r.Issues)
	}
	if len(s.Providers) != 1 || len(s.Providers[0].Sites) != 1 || s.Providers[0].Sites[0].Name != "Primera" || len(s.Unsure) != 0 {
		t.Errorf("read %+v, unsure of %v", s.Providers, s.Unsure)
	}
}
