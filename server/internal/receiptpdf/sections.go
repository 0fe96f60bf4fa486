package receiptpdf

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/receipt"
)

// notTold stands where the client or a file told nothing.
const notTold = "no informado"

// stamp writes a time in Colombian time and, exactly, in UTC.
func stamp(s receipt.Stamp) string {
	if s.IsZero() {
		return notTold
	}
	return s.In(es.Colombia).Format("02/01/2006 15:04:05") + " (hora de Colombia)\n" + s.UTC().Format(time.RFC3339Nano) + " (UTC)"
}

func yesNo(b bool) string {
	if b {
		return "Sí"
	}
	return "No"
}

// opening says in one sentence what the paper proves.
func (d *drawing) opening() {
	p := d.paper
	d.pen(heading, 20, deep)
	d.pdf.SetX(margin)
	d.pdf.CellFormat(inner, 11, "Constancia de consentimiento", "", 1, "L", false, 0, "")
	if p.Server.Demo {
		d.pen(strong, 9.5, warned)
		d.pdf.SetX(margin)
		d.pdf.CellFormat(inner, 6, "Datos de demostración: esta constancia no prueba nada.", "", 1, "L", false, 0, "")
	}
	capacity := "como profesional independiente, en nombre propio"
	if p.Capacity.Kind == receipt.CapacityDelegate {
		capacity = "en calidad de delegado de " + p.Capacity.EntityName
	}
	d.paragraph(fmt.Sprintf("Se hace constar que %s, con documento %s %s, %s, firmó electrónicamente la solicitud %s el %s, "+
		"con un código de un solo uso enviado a su correo registrado, después de aceptar por separado los textos que aquí se identifican "+
		"(Ley 527 de 1999, artículo 7, y Decreto 2364 de 2012).",
		p.Person.Name, p.Person.Document.Type, p.Person.Document.Number, capacity, p.Action.Number,
		p.Times.EnteredAt.In(es.Colombia).Format("02/01/2006 a las 15:04:05")+" (hora de Colombia)"))
}

func (d *drawing) who() {
	p := d.paper
	d.title("Quién firma")
	factor := "Usuario y contraseña, sin segundo factor"
	if p.Authentication.SecondFactor {
		factor = "Usuario y contraseña, y segundo factor (TOTP)"
	}
	d.table(
		row{label: "Nombre", value: p.Person.Name},
		row{label: "Documento", value: string(p.Person.Document.Type) + " " + p.Person.Document.Number},
		row{label: "Usuario", value: p.Person.Login},
		row{label: "Cuenta", value: string(p.Person.Account), mono: true},
		row{label: "Cómo ingresó", value: factor},
	)
	d.title("En nombre de quién")
	c := p.Capacity
	kind := "Delegado de la entidad"
	if c.Kind == receipt.CapacityIndependent {
		kind = "Profesional independiente, en nombre propio"
	}
	rows := []row{{label: "Calidad", value: kind}, {label: "Rol en el sistema", value: string(c.Role)}, {label: "Entidad", value: c.EntityName}}
	if c.NIT != "" {
		rows = append(rows, row{label: "NIT", value: access.NIT(c.NIT).Display()})
	} else {
		rows = append(rows, row{label: "Identificación", value: string(c.Entity)})
	}
	d.table(append(rows, delegation(c.Delegation)...)...)
}

func delegation(g *receipt.Delegation) []row {
	if g == nil {
		return nil
	}
	source := map[string]string{
		receipt.FromRegistry: "Delegaciones de MiSeguridadSocial",
		receipt.FromCommand:  "Cuenta creada por un administrador del servidor",
		receipt.FromProgram:  "Registro de la cuenta en el sistema",
	}[g.Source]
	since := g.Since
	if t, err := time.Parse(time.DateOnly, g.Since); err == nil {
		since = t.Format("02/01/2006")
	}
	rows := []row{{label: "Delegación desde", value: since}, {label: "Fuente de la delegación", value: source}}
	return append(rows, snapshot("Corte de la fuente", g.Snapshot)...)
}

func snapshot(name string, s *receipt.Snapshot) []row {
	if s == nil {
		return nil
	}
	cut := s.CutOff
	if cut == "" {
		cut = "el archivo no lo dice"
	}
	return []row{
		{label: name, value: cut + "\nImportado el " + stamp(s.ImportedAt)},
		{label: "SHA-256 del archivo", value: grouped(s.FileHash), mono: true},
	}
}

func (d *drawing) what() {
	p, f := d.paper, d.said.Form
	d.title("Qué se firma")
	rows := []row{{label: "Acto", value: es.Kind(p.Action.Kind)}}
	if p.Action.Reason != "" {
		rows = append(rows, row{label: "Motivo", value: es.Reason(p.Action.Reason)})
	}
	rows = append(rows,
		row{label: "Solicitud", value: p.Action.Number},
		row{label: "Identificador", value: string(p.Action.Request), mono: true},
		row{label: "Código de habilitación", value: string(p.License.Code)},
		row{label: "Prestador", value: p.License.ProviderName},
	)
	rows = append(rows, snapshot("Corte de REPS", p.License.Snapshot)...)
	var environments []string
	for _, env := range d.said.Environments {
		environments = append(environments, es.EnvironmentLong(env))
	}
	rows = append(rows,
		row{label: "Ambientes", value: strings.Join(environments, ", ")},
		row{label: "Proveedor tecnológico", value: f.Vendor}, row{label: "Software", value: f.Software},
		row{label: "Líder técnico", value: contact(f.Lead)}, row{label: "Responsable de datos personales", value: contact(f.Privacy)},
	)
	for _, env := range access.Environments() {
		if end, ok := d.said.OldSecrets[env]; ok {
			rows = append(rows, row{label: "Secreto anterior, " + es.Environment(env), value: oldEnd(end)})
		}
	}
	rows = append(rows, row{label: "SHA-256 de la solicitud", value: grouped(p.Action.Hash), mono: true})
	d.table(rows...)
}

func contact(c access.Contact) string { return c.Name + "\n" + c.Email + " · " + c.Phone }

func oldEnd(end string) string {
	if end == receipt.AtOnce {
		return "Deja de servir en cuanto exista el nuevo"
	}
	t, err := time.Parse(time.RFC3339, end)
	if err != nil {
		return end
	}
	return "Sirve hasta el " + stamp(receipt.At(t))
}

var textNames = map[string]string{"terms": "Términos y condiciones", "data": "Autorización de tratamiento de datos personales"}

// texts gives each text a section of its own: they are accepted apart.
func (d *drawing) texts() {
	for _, t := range d.paper.Texts {
		name := textNames[t.ID]
		if name == "" {
			name = "Texto " + t.ID
		}
		d.title(name)
		unticked := notTold
		if t.UntickedAtStart != nil {
			unticked = yesNo(*t.UntickedAtStart)
		}
		d.table(
			row{label: "Texto y versión", value: t.ID + ", versión " + t.Version + " (" + t.Language + ")"},
			row{label: "SHA-256 de lo mostrado", value: grouped(t.Hash), mono: true},
			row{label: "Junto a la casilla", value: "«" + t.Label + "»"},
			row{label: "Sin marcar al comenzar", value: unticked},
			row{label: "Se mostró", value: stamp(t.ShownAt)},
			row{label: "Se marcó la casilla", value: stamp(t.TickedAt)},
		)
	}
}

func (d *drawing) code() {
	c := d.paper.Code
	d.title("Código de un solo uso (OTP)")
	verified := "No"
	if c.Verified {
		verified = "Sí, el código escrito fue el enviado"
	}
	d.table(
		row{label: "Identificador", value: c.ID, mono: true},
		row{label: "Enviado a", value: c.SentTo + " (correo registrado)"},
		row{label: "Enviado", value: stamp(c.SentAt)},
		row{label: "Válido hasta", value: stamp(c.ExpiresAt)},
		row{label: "Envíos / intentos", value: strconv.Itoa(c.Sends) + " / " + strconv.Itoa(c.Attempts)},
		row{label: "Verificado", value: verified},
	)
}

func (d *drawing) when() {
	p := d.paper
	d.title("Cuándo y desde dónde")
	d.table(
		row{label: "Aceptación recibida", value: stamp(p.Times.AcceptedAt)},
		row{label: "Código escrito: firma", value: stamp(p.Times.EnteredAt)},
		row{label: "Reloj del equipo al firmar", value: stamp(p.Times.Client)},
		row{label: "Programa", value: p.Client.Program},
		row{label: "Equipo", value: p.Client.Device},
		row{label: "Dirección de red", value: p.Client.Address, mono: true},
		row{label: "Servidor", value: p.Server.Name + " " + p.Server.Version},
	)
}

func (d *drawing) prior() {
	d.title("Acuerdo previo sobre el método de firma")
	a := d.paper.Agreement
	if a == nil {
		d.paragraph("No hay un acuerdo previo registrado para esta persona.")
		return
	}
	d.table(
		row{label: "Texto y versión", value: a.ID + ", versión " + a.Version + " (" + a.Language + ")"},
		row{label: "SHA-256 de lo mostrado", value: grouped(a.Hash), mono: true},
		row{label: "Junto a la casilla", value: "«" + a.Label + "»"},
		row{label: "Aceptado", value: stamp(a.AcceptedAt)},
		row{label: "Equipo y dirección", value: a.Device + " · " + a.Address},
	)
}

// integrity is what the paper is checked by.
func (d *drawing) integrity() error {
	const side = 34.0
	p, s := d.paper, d.signed.Signature
	d.room(side + 68) // the table and its code on one page
	d.title("Integridad")
	d.table(
		row{label: "SHA-256 de la constancia", value: grouped(d.hash), mono: true},
		row{label: "Firma del servidor", value: receipt.Algorithm + ", llave " + string(s.KeyID) + ", el " + stamp(receipt.At(s.At))},
		row{label: "Valor de la firma", value: grouped(fmt.Sprintf("%x", s.Value)), mono: true},
		row{label: "Asiento de la bitácora", value: "N.º " + strconv.FormatInt(p.Audit.Seq, 10)},
		row{label: "Hash del asiento", value: grouped(p.Audit.Hash), mono: true},
	)
	d.room(side + 6)
	y := d.pdf.GetY() + 4
	if err := d.qr("LLAVERO-CONSTANCIA:1;"+p.Number+";SHA256:"+d.hash+";LLAVE:"+string(s.KeyID), margin, y, side); err != nil {
		return err
	}
	d.pen(body, 8.5, muted)
	d.pdf.SetY(y + 3)
	note := "El código QR repite el número de la constancia, el SHA-256 del archivo JSON firmado y la llave. " +
		"El JSON va adjunto dentro de este PDF; la firma de todos los bytes del PDF está en su última línea. " +
		"El código de un solo uso no se guarda en ninguna parte."
	d.lines(margin+side+6, d.wrap(note, inner-side-6), 4.4)
	d.pdf.SetY(y + side)
	return nil
}

func (d *drawing) howTo() {
	d.title("Cómo comprobarla sin conexión")
	for _, step := range []string{
		"1. Guarde este PDF, o el JSON de la constancia, tal como lo descargó. Imprimirlo o volver a guardarlo con otro programa quita la firma.",
		"2. Tenga el archivo de llaves de firma que publica el Ministerio (llaves-de-firma.json).",
		"3. Compruébelo en el programa Llavero IHCE, o con: llavero-server verificar --keys llaves-de-firma.json ARCHIVO",
		"4. Si cambió un solo byte, la respuesta es «No coincide».",
	} {
		d.paragraph(step)
	}
}

// annex is the canonical request, byte for byte.
func (d *drawing) annex() {
	d.title("Anexo: solicitud canónica firmada")
	d.pen(mono, 7.2, text)
	whole, rest := d.split(drawable(mono, d.paper.Action.Content), inner-4)
	all := append(whole, rest)
	const step = 3.8
	for _, line := range all {
		d.room(step)
		d.fill(tint)
		d.pdf.SetX(margin)
		d.pdf.CellFormat(inner, step, " "+line, "", 1, "L", true, 0, "")
	}
}
