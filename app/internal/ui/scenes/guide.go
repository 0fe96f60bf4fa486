package scenes

import (
	"bytes"
	"fmt"
	"image/png"
	"slices"

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
	return slices.Concat(guideSignIn(), guideDelegates(), guideOfficers())
}

const guideMenu = "Menú"

func guideSignIn() []Picture {
	return []Picture{
		{Name: "registro-sistema", Scene: "account-choose-empty", Height: 620},
		{Name: "registro-tipos", Scene: "account-choose-data", Height: 940},
		{Name: "registro-delegado", Scene: "account-delegate-data", Height: 1640},
		{Name: "registro-requisitos", Scene: "account-delegate-unmet", Height: 1840},
		{Name: "resumen-delegado", Scene: "account-summary-delegate"},
		{Name: "registro-profesional", Scene: "account-professional-data", Height: 1480},
		{Name: "resumen-profesional", Scene: "account-summary-professional"},
		{Name: "registro-otro", Scene: "account-other-data", Height: 1400},
		{Name: "resumen-otro", Scene: "account-summary-other"},
		{Name: "codigo-registro", Scene: "account-unlock-password"},
		{Name: "activar-autenticador", Scene: "account-unlock-enrol"},
		{Name: "recuperar", Scene: "account-recover-data"},
		{Name: "actividad", Scene: "delegate-activity-data", Who: guideDelegate, At: es.ActivityTitle},
		{Name: "mi-cuenta", Scene: "account-mine-data", Who: guideDelegate, At: "Mi cuenta", Height: 960},
		{Name: "ayuda", Scene: "help-register"},
		{Name: "verificar", Scene: "verified-good"},
		{Name: "ingreso", Scene: "login-data", Height: 690},
		{Name: "segundo-factor", Scene: "login-second-factor"},
		{Name: "ingreso-recuperacion", Scene: "login-recovery"},
		{Name: "seguridad", Scene: "security-data", Who: guideDelegate, At: es.SecurityTitle, Height: 1240},
		{Name: "codigos-recuperacion", Scene: "security-codes", Who: guideDelegate, At: es.SecurityTitle, Height: 760},
		{Name: "bloqueo", Scene: "lock-data"},
	}
}

func guideDelegates() []Picture {
	enroll, renew, keys := es.WithManual(es.EnrollTitle, es.EnrollManual), es.WithManual(es.RenewTitle, es.RenewManual), es.WithManual(es.KeysTitle, es.KeysManual)
	const after = "Estado de la solicitud"
	return []Picture{
		{Name: "menu-delegado", Scene: "delegate-menu", Who: guideDelegate, At: guideMenu, Height: 520},
		{Name: "menu-independiente", Scene: "delegate-menu", Who: guideIndependent, At: guideMenu, Height: 520},
		{Name: "acuerdo-firma", Scene: "delegate-agreement-data", Who: guideDelegate, At: es.AgreementTitle, Height: 900},
		{Name: "contactos", Scene: "delegate-contacts-data", Who: guideDelegate, At: keys, Height: 1000},
		{Name: "constancia", Scene: "delegate-receipt-checked", Who: guideDelegate, At: keys, Height: 960},
		{Name: "solicitar-llave", Scene: "delegate-enroll-data", Who: guideDelegate, At: enroll, Height: 1940},
		{Name: "solicitar-avisos", Scene: "delegate-enroll-error", Who: guideDelegate, At: enroll, Height: 1180},
		{Name: "confirmacion", Scene: "delegate-confirm-data", Who: guideDelegate, At: enroll + "/Confirmación", Height: 2160},
		{Name: "solicitud-en-curso", Scene: "delegate-progress-data", Who: guideDelegate, At: after, Height: 830},
		{Name: "solicitud-registrada", Scene: "delegate-progress-done", Who: guideDelegate, At: after, Height: 830},
		{Name: "solicitud-enviada", Scene: "delegate-progress-error", Who: guideDelegate, At: after, Height: 830},
		{Name: "ya-solicitada", Scene: "delegate-enroll-blocked", Who: guideDelegate, At: enroll, Height: 1040},
		{Name: "cambiar-llave", Scene: "delegate-renew-data", Who: guideDelegate, At: renew, Height: 1180},
		{Name: "cambio-confirmacion", Scene: "delegate-confirm-renew-vendor", Who: guideDelegate, At: renew + "/Confirmación", Height: 900},
		{Name: "cambio-registrado", Scene: "delegate-progress-renew-done", Who: guideDelegate, At: after, Height: 830},
		{Name: "llaves-reasignadas", Scene: "delegate-keys-overlap", Who: guideDelegate, At: keys, Height: 1500},
		{Name: "mis-llaves", Scene: "delegate-keys-data", Who: guideDelegate, At: keys, Height: 2680},
		{Name: "llave-propagandose", Scene: "delegate-keys-young", Who: guideDelegate, At: keys, Height: 1180},
		{Name: "prueba-fallida", Scene: "delegate-keys-test-refused", Who: guideDelegate, At: keys, Height: 1220},
		{Name: "llave-comprometida", Scene: "delegate-keys-compromise", Who: guideDelegate, At: keys, Height: 900},
		{Name: "llave-reemplazada", Scene: "delegate-progress-compromise-done", Who: guideDelegate, At: after, Height: 830},
		{Name: "aviso-vencimiento", Scene: "delegate-keys-reminder", Who: guideDelegate, At: keys, Height: 940},
		{Name: "llave-mostrada", Scene: "delegate-keys-shown", Who: guideDelegate, At: keys, Height: 1120},
	}
}

func guideOfficers() []Picture {
	queue, assigned, grants := es.WithManual(es.QueueTitle, es.QueueManual), es.WithManual(es.AmendTitle, es.AmendManual), es.WithManual(es.GrantTitle, es.GrantManual)
	const attend, amend = "Ingresar llaves", "Actualizar Keys"
	return []Picture{
		{Name: "menu-funcionario", Scene: "ministry-menu", Who: guideOfficer, At: guideMenu, Height: 640},
		{Name: "pendientes", Scene: "ministry-queue-data", Who: guideOfficer, At: queue},
		{Name: "ingresar-llaves", Scene: "ministry-attend-data", Who: guideOfficer, At: attend, Height: 1960},
		{Name: "llaves-guardadas", Scene: "ministry-attend-saved", Who: guideOfficer, At: attend, Height: 640},
		{Name: "asignadas", Scene: "ministry-assigned-data", Who: guideOfficer, At: assigned},
		{Name: "actualizar-llaves", Scene: "ministry-amend-data", Who: guideOfficer, At: amend, Height: 1940},
		{Name: "llaves-actualizadas", Scene: "ministry-amend-saved", Who: guideOfficer, At: amend, Height: 640},
		{Name: "vigencia", Scene: "ministry-validity-data", Who: guideOfficer, At: es.ValidityTitle, Height: 1130},
		{Name: "permisos", Scene: "ministry-grants-data", Who: guideOfficer, At: grants},
		{Name: "pruebas", Scene: "ministry-evidence-data", Who: guideOfficer, At: grants, Height: 800},
		{Name: "asignar-permisos", Scene: "ministry-grant-changes", Who: guideOfficer, At: grants, Height: 860},
		{Name: "resultado-permisos", Scene: "ministry-grant-results", Who: guideOfficer, At: grants, Height: 800},
		{Name: "diferencias", Scene: "ministry-drift-data", Who: guideOfficer, At: es.DriftTitle},
		{Name: "decidir-diferencia", Scene: "ministry-drift-secret", Who: guideOfficer, At: es.DriftTitle},
		{Name: "estado-directorio", Scene: "ministry-directory-data", Who: guideOfficer, At: es.DriftTitle, Height: 860},
		{Name: "bitacora", Scene: "ministry-trail-data", Who: guideOfficer, At: es.TrailTitle},
		{Name: "bitacora-asiento", Scene: "ministry-trail-entry", Who: guideOfficer, At: es.TrailTitle},
		{Name: "funcionarios", Scene: "ministry-staff-data", Who: guideOfficer, At: es.StaffTitle},
		{Name: "funcionario", Scene: "ministry-officer-data", Who: guideOfficer, At: es.StaffTitle},
		{Name: "dar-rol", Scene: "ministry-grant-role", Who: guideOfficer, At: es.StaffTitle},
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
