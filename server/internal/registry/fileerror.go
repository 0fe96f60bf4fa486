package registry

import "strings"

// Problem is why a file is refused whole.
type Problem string

// The problems.
const (
	NotText        Problem = "not_text"        // a workbook, an archive, another encoding
	HTML           Problem = "html"            // the portal's .xls is a web page
	Empty          Problem = "empty"           // no header
	UnknownFormat  Problem = "unknown_format"  // no header of REPS
	MissingColumns Problem = "missing_columns" // Columns says which
	MissingFile    Problem = "missing_file"    // the portal's export is two files
	RepeatedFile   Problem = "repeated_file"   // the same kind of file twice
	Unreadable     Problem = "unreadable"      // reading broke off
)

// advice says what is wrong and what to do, for logs and the command line.
var advice = map[Problem]string{
	NotText:        "not a text file: export it again as text (UTF-8 or Windows-1252)",
	HTML:           "a web page with the name of a workbook: in the portal choose «Exportar a Texto», not Excel",
	Empty:          "empty, or without a header line: export it again",
	UnknownFormat:  "its header is not of REPS: give the portal's Prestadores and Sedes, or the CSV of datos.gov.co",
	MissingColumns: "required columns are missing",
	MissingFile:    "the portal's export is two files, Prestadores and Sedes: give both",
	RepeatedFile:   "a second file of the same kind: give each once",
	Unreadable:     "could not be read to its end",
}

// FileError refuses a file. Nothing was taken from it.
type FileError struct {
	File    string
	Problem Problem
	Columns []string // for MissingColumns, as the format names them
	Err     error    // for Unreadable
}

// Error implements error.
func (e *FileError) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File + ": ")
	}
	b.WriteString(advice[e.Problem])
	if len(e.Columns) > 0 {
		b.WriteString(": " + strings.Join(e.Columns, ", "))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }
