package ministry

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func grantSnapshot() state.Grant {
	row := withKeys()
	row.Production.Evidence, row.Production.Permissions, row.Production.PermissionsAt = 1, []string{"Urgencias"}, noon
	return state.Grant{Link: online, Row: row, Now: noon, Catalog: &wire.Permissions{Application: "APP-IHCE-PROD", Items: []wire.Permission{
		{Value: "Consulta.Externa", Label: "Consulta Externa"}, {Value: "Urgencias", Label: "Urgencias"}, {Value: "Hospitalizacion", Label: "Hospitalización"},
	}}}
}

// openGrant shows the form over an empty window.
func openGrant(t *testing.T, s state.Grant) (*Grant, fyne.Window) {
	t.Helper()
	w := show(t, NewMenu())
	g := NewGrant()
	g.Open(w.Canvas(), s)
	return g, w
}

func chips(g *Grant) string {
	var words []string
	for _, l := range g.lines {
		words = append(words, l.chip.Chip().Word)
	}
	return strings.Join(words, "|")
}

func TestGrant_wordsOfTheManual(t *testing.T) {
	g, w := openGrant(t, grantSnapshot())
	markup := test.RenderToMarkup(w.Canvas())
	for _, words := range []string{
		"Asignar roles a aplicación", "AppId", prodID, "Entidad", "HOSPITAL ÑANDÚ DE EJEMPLO", "Seleccione los roles a asignar",
		"Consulta Externa (APP-IHCE-PROD)", "Urgencias (APP-IHCE-PROD)", "Cancelar", "Asignar roles seleccionados",
	} {
		if !strings.Contains(markup, words) {
			t.Errorf("the form does not say %q", words)
		}
	}
	if chips(g) != "Sin asignar|Asignado|Sin asignar" || !g.lines[1].check.IsOn() || g.lines[0].check.IsOn() {
		t.Errorf("shows %s", chips(g))
	}
	if !g.assign.Disabled() || g.note.Text() != "No cambió ningún rol." {
		t.Errorf("with none changed: %q", g.note.Text())
	}
}

func TestGrant_namesEachChangeBeforeItSends(t *testing.T) {
	s := grantSnapshot()
	g, w := openGrant(t, s)
	type sent struct {
		id      access.KeyID
		version int64
		body    wire.ChangePermissions
	}
	var got []sent
	g.OnChange = func(id access.KeyID, version int64, body wire.ChangePermissions) {
		got = append(got, sent{id, version, body})
	}
	// By keyboard alone: the first role has it.
	press(w.Canvas().Focused(), fyne.KeySpace)
	w.Canvas().FocusNext()
	press(w.Canvas().Focused(), fyne.KeySpace)
	if chips(g) != "+ Se asignará|− Se retirará|Sin asignar" || !g.reason.Visible() {
		t.Fatalf("shows %s", chips(g))
	}
	g.assign.OnTapped()
	if g.reason.Error() == "" || len(w.Canvas().Overlays().List()) != 1 {
		t.Error("takes away without a reason")
	}
	test.Type(w.Canvas().Focused(), "Cerró el servicio")
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if asked(w) != "Volver" {
		t.Fatalf("asks %q", asked(w))
	}
	markup := test.RenderToMarkup(w.Canvas())
	for _, words := range []string{
		"Asignar 1 rol y retirar 1 en producción", "+ Consulta Externa (APP-IHCE-PROD)", "− Urgencias (APP-IHCE-PROD)", "Motivo: Cerró el servicio",
		"Los tokens ya emitidos siguen activos hasta 90 minutos.", prodID,
	} {
		if !strings.Contains(markup, words) {
			t.Errorf("the question does not say %q", words)
		}
	}
	press(w.Canvas().Focused(), fyne.KeyEscape)
	if len(got) != 0 || !g.IsOpen() {
		t.Fatal("Escape sent it, or closed more than the question")
	}
	g.ask()
	answer(w)
	want := wire.ChangePermissions{Grant: []string{"Consulta.Externa"}, Remove: []string{"Urgencias"}, Why: "Cerró el servicio"}
	if len(got) != 1 || got[0].id != "k-production" || got[0].version != 3 || !slices.Equal(got[0].body.Grant, want.Grant) || !slices.Equal(got[0].body.Remove, want.Remove) || got[0].body.Why != want.Why {
		t.Fatalf("sent %+v", got)
	}
	s.Sending = true
	g.Render(s)
	if !g.assign.Disabled() {
		t.Error("can be pressed twice")
	}
	moving := *s.Row.Production
	moving.Tasks = []wire.PermissionTask{{Permission: "Consulta.Externa", Act: access.PermissionGrant}, {Permission: "Urgencias", Act: access.PermissionRemove}}
	s.Row.Production, s.Sending = &moving, false
	g.Render(s)
	if chips(g) != "En camino|Retiro en camino|Sin asignar" || !g.lines[0].check.IsOn() || !g.lines[0].check.Disabled() || g.lines[1].check.IsOn() {
		t.Errorf("on its way it shows %s", chips(g))
	}
	ended := moving
	ended.Permissions, ended.Tasks = []string{"Consulta.Externa", "Urgencias"}, []wire.PermissionTask{{Permission: "Urgencias", Act: access.PermissionRemove, Failed: "Authorization_RequestDenied", At: noon}}
	s.Row.Production = &ended
	g.Render(s)
	if chips(g) != "Asignado|No se retiró|Sin asignar" || !strings.Contains(g.lines[1].note.Text(), "no tiene permiso") || !g.lines[1].check.IsOn() {
		t.Errorf("at the end it shows %s, %q", chips(g), g.lines[1].note.Text())
	}
}

func TestGrant_cancelAndEscapeChangeNothing(t *testing.T) {
	for name, leave := range map[string]func(g *Grant, w fyne.Window){
		"Cancelar":         func(g *Grant, _ fyne.Window) { press(g.cancel, fyne.KeyReturn) },
		"Escape on a role": func(_ *Grant, w fyne.Window) { press(w.Canvas().Focused(), fyne.KeyEscape) },
		"Escape in the reason": func(g *Grant, _ fyne.Window) {
			g.reason.Focus()
			press(g.why, fyne.KeyEscape)
		},
		"Escape on ×": func(_ *Grant, w fyne.Window) {
			w.Canvas().FocusPrevious()
			press(w.Canvas().Focused(), fyne.KeyEscape)
		},
	} {
		t.Run(name, func(t *testing.T) {
			g, w := openGrant(t, grantSnapshot())
			g.OnChange = func(access.KeyID, int64, wire.ChangePermissions) { t.Error("sent") }
			isClosed := false
			g.OnClose = func() { isClosed = true }
			g.Tick("Urgencias", false)
			leave(g, w)
			if !isClosed || g.IsOpen() || w.Canvas().Overlays().Top() != nil {
				t.Error("still open")
			}
			g.Open(w.Canvas(), grantSnapshot())
			if chips(g) != "Sin asignar|Asignado|Sin asignar" {
				t.Errorf("opened anew it shows %s", chips(g))
			}
		})
	}
}

// Without a proof nothing can be granted, and the form says what is missing; what
// is held can still be taken away.
func TestGrant_saysWhatIsMissing(t *testing.T) {
	s := grantSnapshot()
	s.Row.Production.Evidence = 0
	g, _ := openGrant(t, s)
	var wants access.LicenseCode
	g.OnEvidence = func(c access.LicenseCode) { wants = c }
	m := g.missing.Message()
	if !strings.Contains(m.Text, "Falta la prueba de sandbox") || len(m.Actions) != 1 {
		t.Fatalf("says %+v", m)
	}
	m.Actions[0].Do()
	if wants != s.Row.Code {
		t.Errorf("asks for the proofs of %q", wants)
	}
	if !g.lines[0].check.Disabled() || g.lines[1].check.Disabled() {
		t.Error("can grant, or cannot take away")
	}
	g.Tick("Consulta.Externa", true)
	if !g.assign.Disabled() || g.note.Text() != "Falta: prueba de sandbox." {
		t.Errorf("the button says %q", g.note.Text())
	}
	for name, edit := range map[string]func(*wire.KeyRow){
		"no GUID": func(k *wire.KeyRow) { k.ClientID = "oiu7" }, "not in Entra": func(k *wire.KeyRow) { k.IsMissing = true },
	} {
		s := grantSnapshot()
		edit(s.Row.Production)
		g, _ := openGrant(t, s)
		for _, l := range g.lines {
			if !l.check.Disabled() {
				t.Errorf("%s: %s can be changed", name, l.words)
			}
		}
	}
}

func TestEvidence(t *testing.T) {
	w := show(t, NewMenu())
	e := NewEvidence()
	var added []wire.NewEvidence
	e.OnAdd = func(_ access.LicenseCode, in wire.NewEvidence) { added = append(added, in) }
	var pick func(string, []byte)
	e.OnPick = func(f func(string, []byte)) { pick = f }
	var saved string
	e.OnDownload = func(p wire.Evidence) { saved = p.ID }
	s := state.Evidence{Link: online, Row: withKeys(), Items: []wire.Evidence{}, Now: noon}
	e.Open(w.Canvas(), s)
	if !strings.Contains(e.wait.Text(), "Aún no hay pruebas") {
		t.Errorf("says %q", e.wait.Text())
	}
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if len(added) != 0 || e.shows.Error() != "Escriba qué muestra la prueba." {
		t.Errorf("added %v, says %q", added, e.shows.Error())
	}
	test.Type(w.Canvas().Focused(), "Doce envíos aceptados")
	press(w.Canvas().Focused(), fyne.KeyReturn)
	if len(added) != 1 || added[0].Kind != access.EvidenceTest || added[0].Name != "" {
		t.Fatalf("added %+v", added)
	}
	press(e.pick, fyne.KeyReturn)
	for name, body := range map[string][]byte{"programa.exe": []byte("MZ\x00\x01"), "vacío.pdf": nil, "enorme.pdf": append([]byte("%PDF-"), make([]byte, wire.MaxEvidence)...)} {
		pick(name, body)
		if e.name != "" || !strings.HasPrefix(e.wrong.Text(), name+": ") {
			t.Errorf("%s: kept %q, says %q", name, e.name, e.wrong.Text())
		}
	}
	pick("informe.pdf", []byte("%PDF-1.7"))
	if e.chosen.Text() != "informe.pdf · 8 B" || e.wrong.Visible() {
		t.Errorf("says %q, %q", e.chosen.Text(), e.wrong.Text())
	}
	press(e.add, fyne.KeyReturn)
	if len(added) != 2 || added[1].Kind != access.EvidenceFile || added[1].Name != "informe.pdf" || !bytes.Equal(added[1].File, []byte("%PDF-1.7")) {
		t.Fatalf("added %+v", added)
	}
	s.Items, s.Added = []wire.Evidence{{ID: "e-1", Kind: access.EvidenceFile, Note: "Nota", Name: "informe.pdf", Size: 1 << 20, Person: "Funcionaria", At: noon}}, 1
	e.Render(s)
	if e.note.Text != "" || e.name != "" || len(e.list.Objects) != 1 {
		t.Error("the form does not empty itself, or the proof is not listed")
	}
	if got := proofLine(s.Items[0]); got != "Archivo · informe.pdf (1,0 MB) · Funcionaria · 23/11/2026 12:00" {
		t.Errorf("got %q", got)
	}
	e.drawn = nil
	e.drawList(s.Items)
	for _, o := range test.LaidOutObjects(e.list.Objects[0]) {
		if b, ok := o.(*kit.Button); ok && b.Text == "Descargar" {
			press(b, fyne.KeyReturn)
		}
	}
	if saved != "e-1" {
		t.Error("the file cannot be downloaded")
	}
}

func FuzzFileHint(f *testing.F) {
	f.Add([]byte("%PDF-1.7"))
	f.Add([]byte("texto, ñandú"))
	f.Add([]byte{0xff, 0xd8, 0xff, 0})
	f.Add([]byte("MZ\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		hint := fileHint(body)
		if hint == "" && len(body) == 0 {
			t.Error("nothing is a proof")
		}
		if hint == access.HintFormat && bytes.HasPrefix(body, []byte("%PDF-")) {
			t.Error("a PDF is none")
		}
	})
}
