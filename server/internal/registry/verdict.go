package registry

import (
	"strings"

	"llavero/shared/access"
)

// verdict is what becomes of one row, of whatever file.
type verdict struct {
	*source
	book     *Report
	no       int
	code     access.LicenseCode // once readable
	why      Reason             // of the rejection
	warned   bool
	rejected bool
	leftOut  bool
}

func (v *verdict) tell(sev Severity, why Reason, col column) {
	v.book.add(Issue{
		File: v.report.Name, Line: v.no, Severity: sev, Reason: why, Code: v.code, Column: string(col),
	})
}

func (v *verdict) warn(why Reason, col column) {
	v.warned = true
	v.tell(Warned, why, col)
}

// reject leaves the row out.
func (v *verdict) reject(why Reason, col column) {
	v.rejected, v.why = true, why
	v.tell(Rejected, why, col)
}

// document reads an identity number; it rejects the row if there is none. A
// check digit after a hyphen is taken off if it is the right one.
func (v *verdict) document(col column) (string, bool) {
	n := bareNumber(v.at(col))
	if !isIdentity(n) {
		v.reject(BadDocument, col)
		return "", false
	}
	return n, true
}

// bareNumber drops what stands between digits, and the check digit after a
// hyphen if it is the right one.
func bareNumber(s string) string {
	n := strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '.' || r == ',' || r == ' ' {
			return -1
		}
		return r
	}, s))
	if bare, dv, ok := strings.Cut(n, "-"); ok && isDigits(bare) && dv == digitOf(bare) {
		n = bare
	}
	return n
}

// isIdentity reports what can be an identity number: digits, and letters among
// them.
func isIdentity(n string) bool {
	return len(n) >= 3 && len(n) <= 20 &&
		strings.Trim(n, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && strings.ContainsAny(n, "0123456789")
}

// cut notes the file's cut-off, once.
func (v *verdict) cut(col column) {
	if v.report.CutOff != "" {
		return
	}
	v.report.CutOff = cutOff(v.at(col))
}
