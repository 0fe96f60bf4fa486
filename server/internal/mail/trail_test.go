package mail

import (
	"strings"
	"testing"
)

// The signed end of a day stands in the mail whole and on one line, to be saved.
func TestRender_head(t *testing.T) {
	const file = `{"document":{"day":"2026-09-16"},"signature":{"algorithm":"Ed25519"}}` + "\n"
	m, err := Render("1", "auditoria@ministerio.example", TemplateHead, map[string]string{
		"day": "16/09/2026", "entries": "3 asientos", "seq": "41", "hash": "ab12", "file": file,
	})
	if err != nil || m.Subject != "Cierre de la bitácora del 16/09/2026" || !strings.Contains(m.Text, "\n"+file) ||
		!strings.Contains(m.HTML, "&#34;2026-09-16&#34;") || !strings.Contains(m.Text, "3 asientos en el día") {
		t.Errorf("%+v, %v", m, err)
	}
}
