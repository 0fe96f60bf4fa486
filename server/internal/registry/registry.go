// Package registry reads the files that other systems export, none of which
// publishes an interface: REPS, the register of health-care providers, in its
// two formats, the portal's text export (two files, «Prestadores» and «Sedes»)
// and the CSV of datos.gov.co (one file); and the files about people, a CSV each:
// MiSeguridadSocial's persons, organizations and delegations, RETHUS, the
// ministry's roster.
//
// The files are damaged in known ways. A bad row never stops a reading: it is
// rejected or repaired by the rules beside each Reason and told in the Report,
// by line, without its contents, which are personal data. A file is refused
// whole, with a *FileError, only when nothing sensible can be read from it.
//
// Files are read as a stream, once, line by line; what stays in memory is the
// Snapshot or the Listing. A reading has no shared state: several may run at once.
package registry

import (
	"io"

	"llavero/shared/access"
)

// File is one exported file. The name only serves the report.
type File struct {
	Name   string
	Reader io.Reader
}

// Snapshot (corte) is what the files say, whole: every license code with its
// sites, ordered by code.
type Snapshot struct {
	CutOff    string // "2026-03-12T15:11", Colombian time; as the file writes it if unreadable; "" if it does not say
	Hash      string // SHA-256 over the files' hashes, hex
	Entities  []Entity
	Providers []Provider
	// Unsure holds codes seen in rejected rows. What is missing from such a code
	// is not gone: its row could not be read.
	Unsure map[access.LicenseCode]struct{}
}

// Entity is whom codes belong to.
type Entity struct {
	Document    access.Document
	TypeAssumed bool // the file gave no document type: taken from the kind of person
	Name        string
}

// ID is the entity's id: type and number.
func (e Entity) ID() access.EntityID { return access.EntityOf(e.Document) }

// Provider is one license code with its sites, ordered by number.
type Provider struct {
	Code   access.LicenseCode
	Entity access.EntityID
	Name   string
	Class  string
	Sites  []Site
}

// Site (sede) is one of the sites that share a code.
type Site struct {
	Number access.SiteNumber
	Name   string
}

// Reason is a machine word for what is wrong with a row, and what was done.
type Reason string

// The reasons. The first group rejects the row, the second accepts it.
const (
	FieldCount   Reason = "field_count"   // more or fewer fields than the header: rejected, never glued
	BadQuoting   Reason = "bad_quoting"   // a quote that never closes, or text after one that did
	TooLong      Reason = "too_long"      // a line no row can have
	BadCode      Reason = "bad_code"      // no license code of ten digits
	BadSite      Reason = "bad_site"      // no site number of two digits
	BadDocument  Reason = "bad_document"  // no document number
	BadValue     Reason = "bad_value"     // none of the values the column may have
	Repeated     Reason = "repeated"      // the code and site stood before: the first is kept
	NotEnabled   Reason = "not_enabled"   // the file says it is not enabled: left out on purpose
	RestoredZero Reason = "restored_zero" // a leading zero lost to a spreadsheet was put back

	UnknownMunicipality Reason = "unknown_municipality" // the code's first five digits are no municipality
	OtherMunicipality   Reason = "other_municipality"   // the code and the municipality column disagree
	NoProvider          Reason = "no_provider"          // a site whose provider is not in the other file
	CheckDigit          Reason = "check_digit"          // missing, or not the one the number gives
	TypeAssumed         Reason = "type_assumed"         // one line for the whole reading: see Report.Assumed
	EmptyName           Reason = "empty_name"           // the code or the other name stands for it
	BadEmail            Reason = "bad_email"            // emptied
	BadPhone            Reason = "bad_phone"            // emptied
	BadDate             Reason = "bad_date"             // emptied; a novelty without its date is rejected
)

// Severity says what became of the row.
type Severity string

// The severities.
const (
	Rejected Severity = "rejected" // the row is not in the snapshot
	Warned   Severity = "warned"   // the row is in, repaired or as it is
	LeftOut  Severity = "left_out" // the row says itself that it does not count
)

// Issue is one thing wrong with one row. It holds no value of the row save its
// license code.
type Issue struct {
	File     string
	Line     int // of the file, the header being 1; 0 for the whole reading
	Severity Severity
	Reason   Reason
	Code     access.LicenseCode // "" if it could not be read
	Column   string             // as the format names it; "" if it is about the row
}

// MaxWarnings is how many warnings a Report lists; Counts has all of them.
// Rejected rows are always listed.
const MaxWarnings = 5000

// maxOfOneKind keeps one frequent warning from hiding the others.
const maxOfOneKind = 1000

// Report tells how a reading went.
type Report struct {
	Files   []FileReport
	Issues  []Issue // in the order of the files and lines
	Counts  map[Reason]int
	Assumed int // entities whose document type was assumed
	Omitted int // warnings beyond MaxWarnings
}

// FileReport tells how one file was read.
type FileReport struct {
	Name      string
	Format    Format
	Encoding  string // "utf-8", "windows-1252", or "mixed": lines of both
	Delimiter string
	Hash      string // SHA-256 of the bytes, hex
	CutOff    string
	Rows      int
	Accepted  int
	Rejected  int
	Warned    int // accepted rows with something to tell
	LeftOut   int
}

// Totals adds up the files: rows accepted, rejected and warned about.
func (r *Report) Totals() (accepted, rejected, warned int) {
	for _, f := range r.Files {
		accepted, rejected, warned = accepted+f.Accepted, rejected+f.Rejected, warned+f.Warned
	}
	return accepted, rejected, warned
}

func (r *Report) add(is Issue) {
	r.Counts[is.Reason]++
	if is.Severity != Rejected {
		if r.Counts[is.Reason] > maxOfOneKind || len(r.Issues) >= MaxWarnings {
			r.Omitted++
			return
		}
	}
	r.Issues = append(r.Issues, is)
}
