package daemon

import (
	"strings"
	"testing"

	"llavero/server/internal/registry"
)

// What is about the whole reading has no line: it is said in words, once, even
// when warnings are not asked for.
func TestTellReport_wholeReading(t *testing.T) {
	report := &registry.Report{
		Issues: []registry.Issue{
			{File: "sedes.txt", Line: 7, Severity: registry.Rejected, Reason: registry.BadSite, Column: "numero_sede"},
			{File: "sedes.txt", Line: 9, Severity: registry.Warned, Reason: registry.EmptyName, Code: "0500199001"},
			{Severity: registry.Warned, Reason: registry.TypeAssumed},
		},
		Assumed: 12,
	}
	const (
		rejected = "sedes.txt:7: rejected: bad_site in numero_sede\n"
		warned   = "sedes.txt:9: warned: empty_name, code 0500199001\n"
		assumed  = "12 entities without a document type"
	)
	for _, c := range []struct {
		name  string
		quiet bool
		want  []string
		never []string
	}{
		{"all", false, []string{rejected, warned, assumed}, []string{":0:", string(registry.TypeAssumed)}},
		{"quiet", true, []string{rejected, assumed}, []string{":0:", warned}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			tellReport(world{stdout: &out}, report, c.quiet)
			for _, want := range c.want {
				if strings.Count(out.String(), want) != 1 {
					t.Errorf("%q is not there once:\n%s", want, out.String())
				}
			}
			for _, never := range c.never {
				if strings.Contains(out.String(), never) {
					t.Errorf("%q is there:\n%s", never, out.String())
				}
			}
		})
	}
}
