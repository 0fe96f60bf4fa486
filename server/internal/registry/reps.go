package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"

	"llavero/shared/access"
)

// ReadREPS reads the portal's two files, the one of datos.gov.co, or all three:
// then the portal's tell the rows and the other only the document types they
// lack. The order of the files does not matter.
//
// An error is a *FileError, a context's end, or nil; rows never cause one.
func ReadREPS(ctx context.Context, files ...File) (*Snapshot, *Report, error) {
	sources := make([]*source, 0, len(files))
	for _, f := range files {
		s, err := open(f, readHeader)
		if err != nil {
			return nil, nil, err
		}
		if i := slices.IndexFunc(sources, func(o *source) bool { return o.head.format == s.head.format }); i >= 0 {
			return nil, nil, &FileError{File: f.Name, Problem: RepeatedFile}
		}
		sources = append(sources, s)
	}
	slices.SortFunc(sources, func(a, b *source) int { return rank(a.head.format) - rank(b.head.format) })
	r := newReading()
	for _, s := range sources {
		r.formats[s.head.format] = true
	}
	if len(sources) == 0 || r.formats[PortalMain] != r.formats[PortalSites] {
		return nil, nil, &FileError{Problem: MissingFile}
	}
	sum := sha256.New()
	for _, s := range sources {
		if err := r.read(ctx, s); err != nil {
			return nil, nil, err
		}
		_, _ = io.WriteString(sum, s.report.Hash+"\n") // a hash's Write never fails
	}
	return r.snapshot(hex.EncodeToString(sum.Sum(nil))), &r.report, nil
}

func rank(f Format) int {
	return slices.IndexFunc(layouts, func(l layout) bool { return l.format == f })
}

// source is an opened file whose header was understood.
type source struct {
	lines  *lines
	head   header
	report FileReport
	spent  []line   // scratch
	fields []string // scratch
}

// open reads a file as far as its header, which understand takes apart.
func open(f File, understand func(string) (header, []column)) (*source, error) {
	s := &source{lines: newLines(f.Reader), report: FileReport{Name: f.Name}}
	if p := s.lines.check(); p != "" {
		return nil, &FileError{File: f.Name, Problem: p}
	}
	first, err := s.lines.next()
	if err != nil {
		return nil, &FileError{File: f.Name, Problem: Unreadable, Err: err}
	}
	var missing []column
	s.head, missing = understand(first.text)
	if s.head.format == formatUnknown {
		return nil, &FileError{File: f.Name, Problem: UnknownFormat}
	}
	if len(missing) > 0 {
		e := &FileError{File: f.Name, Problem: MissingColumns}
		for _, c := range missing {
			e.Columns = append(e.Columns, string(c))
		}
		return nil, e
	}
	s.report.Format, s.report.Delimiter = s.head.format, s.head.delimiter
	return s, nil
}

// maxJoined is how many lines one quoted record may take.
const maxJoined = 8

// record reads the next row into s.fields. A row that cannot be cut has a
// reason, and its fields hold what could be read.
func (s *source) record() (no int, why Reason, err error) {
	first, err := s.lines.next()
	for err == nil && first.text == "" { // an empty line is no row
		first, err = s.lines.next()
	}
	if err != nil {
		return 0, "", err
	}
	if first.tooLong {
		s.fields = splitRaw(first.text, s.head.delimiter, s.fields)
		return first.no, TooLong, nil
	}
	if s.head.isRaw {
		s.fields = splitRaw(first.text, s.head.delimiter, s.fields)
		return first.no, s.counted(), nil
	}
	why, err = s.quoted(first)
	return first.no, why, err
}

func (s *source) counted() Reason {
	if len(s.fields) != s.head.width {
		return FieldCount
	}
	return ""
}

// quoted cuts a record of CSV, which may take several lines. If they do not
// make a row together, only the first is rejected: one stray quote must not
// swallow its neighbours.
func (s *source) quoted(first line) (Reason, error) {
	var how quoting
	s.fields, how = splitQuoted(first.text, s.head.delimiter, s.fields)
	text := first.text
	s.spent = s.spent[:0]
	for how == quoteOpen && len(s.spent) < maxJoined && len(text) < maxLine {
		more, err := s.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		s.spent = append(s.spent, more)
		if more.tooLong {
			break
		}
		text += "\n" + more.text
		s.fields, how = splitQuoted(text, s.head.delimiter, s.fields)
	}
	why := s.counted()
	if how != quotesWell {
		why = BadQuoting
	}
	if why != "" && (how != quotesWell || len(s.spent) > 0) {
		s.lines.pushBack(s.spent)
		s.fields = splitRaw(first.text, s.head.delimiter, s.fields) // for the code only
	}
	return why, nil
}

// at returns a field by its column, cleaned; "" if the file has none.
func (s *source) at(c column) string {
	i, ok := s.head.at[c]
	if !ok || i >= len(s.fields) {
		return ""
	}
	return clean(s.fields[i])
}

// reading gathers rows of all files.
type reading struct {
	report  Report
	formats map[Format]bool

	providers map[access.LicenseCode]*provider
	entities  map[access.EntityID]*Entity
	sites     map[siteKey]struct{}
	types     map[access.LicenseCode]access.Document // datos.gov.co's documents by provider
	unsure    map[access.LicenseCode]struct{}
	vocabulary
	cutOff string
}

type siteKey struct {
	code   access.LicenseCode
	number access.SiteNumber
}

// provider is a license code being gathered.
type provider struct {
	Provider
	listed bool // has a row of its own in «Prestadores»
}

func newReading() *reading {
	return &reading{
		report:     Report{Counts: map[Reason]int{}},
		formats:    map[Format]bool{},
		providers:  map[access.LicenseCode]*provider{},
		entities:   map[access.EntityID]*Entity{},
		sites:      map[siteKey]struct{}{},
		types:      map[access.LicenseCode]access.Document{},
		unsure:     map[access.LicenseCode]struct{}{},
		vocabulary: vocabulary{},
	}
}

// readEvery is how many rows pass between two looks at the context.
const readEvery = 4096

// each hands every row of a file to judge and counts what becomes of them.
func (s *source) each(ctx context.Context, book *Report, judge func(v *verdict, why Reason)) error {
	for n := 1; ; n++ {
		if n%readEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		no, why, err := s.record()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return &FileError{File: s.report.Name, Problem: Unreadable, Err: err}
		}
		v := verdict{source: s, book: book, no: no}
		judge(&v, why)
		s.count(&v)
	}
	s.report.Encoding, s.report.Hash = s.lines.encoding(), s.lines.hash()
	book.Files = append(book.Files, s.report)
	return nil
}

func (s *source) count(v *verdict) {
	s.report.Rows++
	switch {
	case v.rejected:
		s.report.Rejected++
	case v.leftOut:
		s.report.LeftOut++
	default:
		s.report.Accepted++
		if v.warned {
			s.report.Warned++
		}
	}
}

func (r *reading) read(ctx context.Context, s *source) error {
	err := s.each(ctx, &r.report, func(v *verdict, why Reason) { r.row(v, why) })
	if r.cutOff == "" {
		r.cutOff = s.report.CutOff
	}
	return err
}

// row hands one row to its format. What a rejected row said may still be true:
// its code is not gone for that. A repeated row said nothing new.
func (r *reading) row(v *verdict, why Reason) {
	w := row{reading: r, verdict: v}
	if why != "" {
		w.protect()
		w.reject(why, "")
		return
	}
	switch v.head.format {
	case OpenData:
		w.openData()
	case PortalMain:
		w.portalMain()
	case PortalSites:
		w.portalSite()
	}
	if w.rejected && w.code != "" && w.why != Repeated {
		r.unsure[w.code] = struct{}{}
	}
}

// vocabulary keeps one copy of values that many rows repeat: few are distinct.
type vocabulary map[string]string

func (words vocabulary) word(s string) string {
	if w, ok := words[s]; ok {
		return w
	}
	s = strings.Clone(s)
	if len(words) < 1000 {
		words[s] = s
	}
	return s
}
