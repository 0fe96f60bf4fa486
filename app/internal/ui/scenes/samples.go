package scenes

import (
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/divipola"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// now is the instant every scene speaks of: 12:00 of a Monday in Colombia.
var now = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)

// clock stands still.
func clock() time.Time { return now }

func online() state.Link { return state.Link{Phase: state.LinkOnline, DataAt: now} }

// offline is a link lost at 09:14.
func offline() state.Link {
	return state.Link{Phase: state.LinkOffline, DataAt: time.Date(2026, 11, 23, 14, 14, 0, 0, time.UTC)}
}

// noAnswer is the trouble of a server that is not there.
func noAnswer() *state.Trouble {
	return &state.Trouble{
		Err: &access.Error{Code: access.CodeUnavailable, Hint: access.HintNoAnswer},
		At:  now,
	}
}

// refused is a refusal that the server answered.
func refused(code access.Code, hint access.Hint, args map[string]string) *state.Trouble {
	return &state.Trouble{
		Err:       &access.Error{Code: code, Hint: hint, Args: args},
		RequestID: "01J0DEMO00000000000000REF1", At: now,
	}
}

// entities are the codes of the demonstration delegate, without requests or keys.
func entities() []state.Entity { return entitiesOf(access.DocumentNI, "999100005") }

// entitiesOf are the codes of an entity of the demonstration world.
func entitiesOf(kind access.DocumentType, number string) []state.Entity {
	world := seed.Demo()
	byCode := map[access.LicenseCode]int{}
	var rows []state.Entity
	for _, p := range world.Providers {
		if p.Document.Type != kind || p.Document.Number != number {
			continue
		}
		for _, s := range p.Sites {
			i, ok := byCode[s.Code]
			if !ok {
				i = len(rows)
				byCode[s.Code] = i
				rows = append(rows, state.Entity{Provider: providerRow(p, s.Code)})
			}
			rows[i].Provider.Sites = append(rows[i].Provider.Sites, wire.SiteRow{Number: s.Number, Name: s.Name})
		}
	}
	return rows
}

func providerRow(p seed.Provider, code access.LicenseCode) wire.ProviderRow {
	row := wire.ProviderRow{Code: code, NIT: access.NIT(p.Document.Number), Name: p.Name, Current: true, Version: 1}
	if m, ok := divipola.Lookup(code.Municipality()); ok {
		row.Department, row.Municipality = m.Department, m.Name
	}
	return row
}

// form is what the demonstration delegate wrote.
func form() access.RequestForm {
	return access.RequestForm{
		Vendor: "Soluciones Clínicas Ñustes S.A.S.", Software: "Historia Clínica Güicán 4",
		Lead:    access.Contact{Name: "Íngrid Muñoz Demostración", Email: "ingrid.munoz@soluciones.example", Phone: "3000000001"},
		Privacy: access.Contact{Name: "Raúl Peña Demostración", Email: "datos@clinica.example", Phone: "6040000005"},
	}
}

// texts stand in for the two consent texts in force.
func texts() []wire.ConsentText {
	return []wire.ConsentText{
		{
			ID: "terms", Version: "2026-11", Label: "Acepto los términos y condiciones para la solicitud del token.",
			Body: "Actúo como representante legal o como persona delegada del prestador que recibe la llave. Declaro que el " +
				"prestador cumple la Resolución 1888 de 2025 y, en particular, el numeral 6 de su anexo técnico: autenticación con " +
				"segundo factor, control de acceso por roles, HTTPS con TLS 1.3, cifrado en tránsito y en reposo, auditoría de las " +
				"operaciones y copias de respaldo.\n\nAl ingresar el código que recibo en mi correo registrado firmo esta " +
				"solicitud. La llave se entrega solo al proveedor tecnológico nombrado en ella.",
			Hash: strings.Repeat("5d", 32),
		},
		{
			ID: "data", Version: "2026-11", Label: "Autorizo el tratamiento de los datos personales de esta solicitud.",
			Body: "De acuerdo con la Ley 1581 de 2012 y el Decreto 1377 de 2013, autorizo al Ministerio a recoger, guardar y usar " +
				"los datos de contacto de esta solicitud para gestionar las llaves de interoperabilidad de la historia clínica. " +
				"Informé a las personas nombradas. Pueden conocer, corregir o retirar sus datos por los canales de la mesa de ayuda.",
			Hash: strings.Repeat("a7", 32),
		},
	}
}

// request is a request of an entity.
func request(e state.Entity, status access.Status) *wire.RequestRow {
	signed := now.Add(-35 * time.Second)
	r := &wire.RequestRow{
		ID: "5f0c1c7e-0000-4000-8000-000000000001", Number: "SOL-2026-000123", Kind: access.KindEnroll, Status: status,
		Code: e.Provider.Code, NIT: e.Provider.NIT, ProviderNo: 1469, Provider: e.Provider.Name,
		Place:       divipola.Place(e.Provider.Code.Municipality()),
		RequestedAt: now.Add(-6 * time.Minute), SignedAt: signed, UpdatedAt: now, Version: 3,
	}
	if status == access.StatusSigning {
		r.SignedAt = time.Time{}
	}
	return r
}

// keys are both keys of an entity.
func keys(e state.Entity) []wire.KeyRow {
	var rows []wire.KeyRow
	for i, env := range access.Environments() {
		rows = append(rows, wire.KeyRow{
			ID:          access.KeyID("7b1e0000-0000-4000-8000-00000000000" + strconv.Itoa(i+1)),
			Code:        e.Provider.Code,
			Environment: env,
			Name:        keyName(e, env), State: access.KeyActive,
			IssuedAt: now.AddDate(0, -2, 0), ExpiresAt: now.AddDate(0, 10, 0), Version: 2,
		})
	}
	return rows
}

func keyName(e state.Entity, env access.Environment) string {
	if env == access.Preproduction {
		return "IHCE-PREPRODUCCION-" + string(e.Provider.Code)
	}
	return "IHCE-PRODUCCION-" + string(e.Provider.Code)
}

// parameters are those of an environment, invented.
func parameters(env access.Environment) []wire.Parameter {
	host := "https://produccion.ihce.example/ihce"
	if env == access.Preproduction {
		host = "https://pruebas.ihce.example/ihce"
	}
	return []wire.Parameter{
		{Name: "EndPoint", Value: host},
		{Name: "TenantID", Value: "00000000-0000-4000-8000-0000000000aa"},
		{Name: "Scope", Value: "api://00000000-0000-4000-8000-0000000000bb/.default"},
		{Name: "APIMSubskey", Sensitive: true},
	}
}

// pending are n rows of the pending list, made of the demonstration world.
func pending(n int) []wire.RequestRow {
	world := seed.Demo()
	failures := []access.Failure{
		{Environment: access.Production, Step: access.StepSecret, Status: 403, Code: "Authorization_RequestDenied"},
		{Environment: access.Preproduction, Step: access.StepApplication, Status: 429, Code: "TooManyRequests"},
		{Environment: access.Preproduction, Step: access.StepVerify, Status: 500, Code: "InternalServerError"},
		{Environment: access.Production, Step: access.StepApplication},
	}
	rows := make([]wire.RequestRow, 0, n)
	for i := range n {
		p := world.Providers[i%len(world.Providers)]
		f := failures[i%len(failures)]
		f.RequestID, f.At = "0f1e2d3c-0000-4000-8000-00000000000"+strconv.Itoa(i%10), now.Add(-time.Duration(n-i)*7*time.Minute)
		r := wire.RequestRow{
			ID:     access.RequestID("5f0c1c7e-0000-4000-8000-" + pad(i+1, 12)),
			Number: "SOL-2026-" + pad(i+1, 6), Kind: access.KindEnroll, Status: access.StatusPending,
			Code: p.Codes()[0], NIT: access.NIT(p.Document.Number), ProviderNo: int64(1469 + i*37),
			Provider: p.Name, Place: divipola.Place(p.Codes()[0].Municipality()),
			RequestedAt: f.At.Add(-3 * time.Minute), SignedAt: f.At.Add(-time.Minute), UpdatedAt: f.At,
			Environment: f.Environment, Step: f.Step, Failure: &f, Version: 4,
		}
		switch i % 5 {
		case 1:
			r.Kind, r.Reason = access.KindRenew, access.ReasonSecurity
		case 2:
			r.TakenBy, r.TakenName, r.TakenAt = colleague, "Beatriz Quiñones Demostración", now.Add(-9*time.Minute)
		case 3:
			r.TakenBy, r.TakenName, r.TakenAt = me, "Óscar Peñaloza Demostración", now.Add(-2*time.Minute)
		}
		rows = append(rows, r)
	}
	return rows
}

// The two officers of the scenes.
const (
	me        access.AccountID = "officer-1"
	colleague access.AccountID = "officer-2"
)

func pad(n, width int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

// screen is a scene as large as the smallest window the product promises.
func screen(name string, build func() fyne.CanvasObject) Scene {
	return Scene{Name: name, Size: fyne.NewSize(1180, 640), Build: build}
}

// tall is a scene of a form, as long as it is.
func tall(name string, build func() fyne.CanvasObject) Scene {
	return Scene{Name: name, Size: fyne.NewSize(1180, 1900), Build: build}
}

// top is a tall scene of which only what differs, at its head, is drawn.
func top(name string, build func() fyne.CanvasObject) Scene {
	s := tall(name, build)
	s.Size.Height = 880
	return s
}
