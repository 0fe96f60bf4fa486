package delegate

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
)

// A thousand codes: typing filters them in less than 100 ms a key. The quickest
// of a few counts, so that a machine with other work does not decide.
func TestEntityPicker_aThousandCodes(t *testing.T) {
	const codes = 1_000
	rows, texts := make([]state.Entity, codes), make([]string, codes)
	for i := range rows {
		p := clinic()
		p.Code = access.LicenseCode(fmt.Sprintf("05001%05d", i))
		p.Name = fmt.Sprintf("Clínica Ñandú %d", i)
		rows[i] = state.Entity{Provider: p}
		texts[i] = entityTitle(p)
	}
	p := newEntityPicker(func(access.LicenseCode) {})
	p.render(state.Entities{Rows: rows, Search: state.NewIndex(texts)}, "")
	w := show(t, kit.NewStack(p.input))
	p.focus()
	var took []time.Duration
	for range 3 {
		for _, key := range "nandu 99" {
			began := time.Now()
			w.Canvas().Focused().TypedRune(key)
			took = append(took, time.Since(began))
		}
		for range "nandu 99" {
			w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
		}
	}
	if best := slices.Min(took); best > 100*time.Millisecond {
		t.Errorf("a key takes %v at best", best)
	}
	if n := len(searchEntities(state.Entities{Rows: rows, Search: state.NewIndex(texts)}, "nandu 99")); n == 0 || n == codes {
		t.Errorf("it finds %d of %d", n, codes)
	}
}
