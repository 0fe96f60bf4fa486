package scenes

import (
	"bytes"
	"fmt"
	"image/png"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"llavero/app/internal/state"
	"llavero/app/internal/ui"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// Picture is one picture of the user guide, docs/guia/img/Name.png: a scene,
// as its person sees it.
type Picture struct {
	Name string
	// Scene is the name of the scene that is drawn.
	Scene string
	// Who looks at it: their header stands above, with the breadcrumb At. Nobody
	// before sign-in.
	Who *wire.Session
	At  string
	// Offline: there is no connection.
	Offline bool
	// Height of the picture, in pixels; zero: the scene's own.
	Height float32
}

// The persons of the guide, invented.
var (
	guideDelegate = &wire.Session{
		Login: "ADMIHCEIPS999100005", Role: access.RoleDelegate, Person: access.Person{Name: "Lucía Ñáñez Demostración"},
	}
	guideIndependent = &wire.Session{
		Login: seed.LoginIndependent, Role: access.RoleDelegate, Person: access.Person{Name: "Inés Zúñiga Demostración"},
	}
	guideOfficer = &wire.Session{
		Login: "CC9999000101", Role: access.RoleOfficer, Person: access.Person{Name: "Beatriz Quiñones Demostración"},
	}
)

// Guide lists the pictures of the user guide, in the order of its pages.
func Guide() []Picture {
	const menu = "Menú"
	enroll, keys := es.WithManual(es.EnrollTitle, es.EnrollManual), es.WithManual(es.KeysTitle, es.KeysManual)
	queue := es.WithManual(es.QueueTitle, es.QueueManual)
	return []Picture{
		{Name: "ingreso", Scene: "login-data"},
		{Name: "segundo-factor", Scene: "login-second-factor"},
		{Name: "menu-delegado", Scene: "delegate-menu", Who: guideDelegate, At: menu, Height: 560},
		{Name: "menu-independiente", Scene: "delegate-menu", Who: guideIndependent, At: menu, Height: 560},
		{Name: "solicitar-llave", Scene: "delegate-enroll-data", Who: guideDelegate, At: enroll, Height: 1940},
		{Name: "solicitar-avisos", Scene: "delegate-enroll-error", Who: guideDelegate, At: enroll, Height: 1200},
		{Name: "confirmacion", Scene: "delegate-confirm-data", Who: guideDelegate, At: "Confirmación", Height: 1700},
		{Name: "solicitud-en-curso", Scene: "delegate-progress-data", Who: guideDelegate, At: "Estado de la solicitud"},
		{Name: "solicitud-registrada", Scene: "delegate-progress-done", Who: guideDelegate, At: "Estado de la solicitud"},
		{Name: "solicitud-enviada", Scene: "delegate-progress-error", Who: guideDelegate, At: "Estado de la solicitud"},
		{Name: "ya-solicitada", Scene: "delegate-enroll-blocked", Who: guideDelegate, At: enroll},
		{Name: "mis-llaves", Scene: "delegate-keys-data", Who: guideDelegate, At: keys, Height: 1700},
		{Name: "menu-funcionario", Scene: "ministry-menu", Who: guideOfficer, At: menu, Height: 560},
		{Name: "pendientes", Scene: "ministry-queue-data", Who: guideOfficer, At: queue},
		{Name: "ingresar-llaves", Scene: "ministry-attend-data", Who: guideOfficer, At: "Ingresar llaves", Height: 1800},
		{Name: "llaves-guardadas", Scene: "ministry-attend-saved", Who: guideOfficer, At: "Ingresar llaves", Height: 760},
		{Name: "sin-conexion", Scene: "ministry-queue-offline", Who: guideOfficer, At: queue, Offline: true},
	}
}

// PNG draws the picture in the light look, in software. It needs the toolkit's
// test application, and leaves its theme changed.
func (p Picture) PNG(app fyne.App) ([]byte, error) {
	scene, err := named(p.Scene)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	app.Settings().SetTheme(look.Forced(theme.VariantLight))
	size, body := scene.Size, scene.Build()
	if p.Height > 0 {
		size.Height = p.Height
	}
	if p.Who != nil {
		link := online()
		if p.Offline {
			link = offline()
		}
		body = ui.Frame(state.Header{Session: *p.Who, Link: link, Demo: true}, now, p.At, body)
	}
	w := test.NewWindow(body)
	defer w.Close()
	w.SetPadded(false)
	w.Resize(size)
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, fewer(w.Canvas().Capture()))
	return out.Bytes(), err
}

func named(name string) (Scene, error) {
	for _, s := range All() {
		if s.Name == name {
			return s, nil
		}
	}
	return Scene{}, fmt.Errorf("there is no scene %s", name)
}
