package ministry

import (
	"testing"

	"llavero/shared/access"
	"llavero/shared/es"
)

// Days and reason: what is bad is named below its field, the first of them has
// the keyboard, and nothing goes out.
func TestValidityForm_badValues(t *testing.T) {
	for _, tt := range []struct {
		days, why         string
		least             int
		saysDays, saysWhy string
	}{
		{"", "x", 1, "Escriba los días de vigencia.", ""},
		{"", "x", 0, "", ""}, // a key goes back to its environment's
		{"   ", "x", 1, "Escriba los días de vigencia.", ""},
		{"0", "x", 1, es.FieldMessage("days", access.HintFormat), ""},
		{"0", "x", 0, es.FieldMessage("days", access.HintFormat), ""},
		{"doce", "x", 1, es.FieldMessage("days", access.HintFormat), ""},
		{"1e3", "x", 1, es.FieldMessage("days", access.HintFormat), ""},
		{"٣", "x", 1, es.FieldMessage("days", access.HintFormat), ""},
		{"731", "x", 1, "Escriba 730 días como máximo.", ""},
		{"99999999999999999999", "x", 1, es.FieldMessage("days", access.HintFormat), ""},
		{"365", "", 1, "", "Escriba el motivo."},
		{"365", "   ", 1, "", "Escriba el motivo."},
		{"x", "", 1, es.FieldMessage("days", access.HintFormat), "Escriba el motivo."},
		{"3 6-5", "lo pide <b>O'Higgins</b>", 1, "", ""},
	} {
		f := newValidityForm(0)
		w := show(t, f.content)
		f.daysEntry.SetText(tt.days)
		f.whyEntry.SetText(tt.why)
		typed := f.whyEntry.Text
		in, ok := f.read(tt.least)
		if f.days.Error() != tt.saysDays || f.why.Error() != tt.saysWhy || ok != (tt.saysDays+tt.saysWhy == "") {
			t.Errorf("%q, %q: %v, %q, %q", tt.days, tt.why, ok, f.days.Error(), f.why.Error())
		}
		if f.whyEntry.Text != typed {
			t.Errorf("%q became %q", typed, f.whyEntry.Text)
		}
		switch {
		case tt.saysDays != "" && w.Canvas().Focused() != f.daysEntry, tt.saysDays == "" && tt.saysWhy != "" && w.Canvas().Focused() != f.whyEntry:
			t.Errorf("%q, %q: the keyboard is at %T", tt.days, tt.why, w.Canvas().Focused())
		case ok && tt.days != "" && (in.Days != 365 || in.Why != typed):
			t.Errorf("%q, %q: read %+v", tt.days, tt.why, in)
		}
	}
}
