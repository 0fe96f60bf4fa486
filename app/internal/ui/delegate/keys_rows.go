package delegate

import (
	"strings"
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// countLine is M-78's: «N entidad(es) disponible(s) para consulta.»
func countLine(n int) string {
	return es.Number(n) + " entidad(es) disponible(s) para consulta."
}

// inscription is what «Estado de Inscripción» says of an entity: the word, what
// it means, and how it looks.
type inscription struct {
	Word  string
	Means string
	Level look.Level
	// Open is the request to look at, if one is under way.
	Open access.RequestID
	// CanEnroll offers «Solicitar llave», CanRenew «Cambiar llave».
	CanEnroll bool
	CanRenew  bool
}

// ofOnly names the one environment that a request is about; nothing for both.
func ofOnly(env access.Environment) string {
	if !env.IsValid() {
		return ""
	}
	return " de " + strings.ToLower(es.Environment(env))
}

// inscriptionOf reads an entity's state.
func inscriptionOf(e state.Entity) inscription {
	i := standingOf(e)
	i.CanRenew = len(e.Keys) > 0 && i.Open == "" && e.Provider.Current
	if len(e.Keys) > 0 && !e.Provider.Current {
		i.Means = "Este código ya no está vigente en REPS: su llave se puede consultar, no cambiar."
	}
	return i
}

func standingOf(e state.Entity) inscription {
	hasKey := len(e.Keys) > 0
	if e.Request == nil {
		if hasKey {
			return inscription{Word: es.Inscription(access.KindEnroll, access.StatusDone), Level: look.Success}
		}
		return inscription{
			Word: "Sin llave", Means: "Este prestador aún no tiene llave.",
			Level: look.Neutral, CanEnroll: e.Provider.Current,
		}
	}
	r := e.Request
	i := inscription{Word: es.Inscription(r.Kind, r.Status)}
	switch r.Status {
	case access.StatusDone:
		i.Level = look.Success
	case access.StatusPending:
		i.Level, i.Open = look.Warning, r.ID
		i.Means = "La mesa de ayuda revisa su solicitud " + r.Number + ". Le avisamos cuando la llave esté lista."
	case access.StatusIssuing:
		i.Level, i.Open = look.Info, r.ID
		i.Means = "Estamos creando las llaves de la solicitud " + r.Number + "."
		switch {
		case r.Reason == access.ReasonCompromise:
			i.Means = "Estamos reemplazando la llave comprometida" + ofOnly(r.Only) + " con la solicitud " + r.Number + "."
		case r.Kind == access.KindRenew:
			i.Means = "Estamos cambiando las llaves con la solicitud " + r.Number + "."
		}
	case access.StatusSigning:
		i.Level, i.Open = look.Info, r.ID
		i.Means = "Falta firmar la solicitud " + r.Number + " con el código."
	default: // withdrawn: as if never asked
		if hasKey {
			return inscription{Word: es.Inscription(access.KindEnroll, access.StatusDone), Level: look.Success}
		}
		return inscription{
			Word: "Sin llave", Means: "Este prestador aún no tiene llave.",
			Level: look.Neutral, CanEnroll: e.Provider.Current,
		}
	}
	return i
}

// keyLook is one environment's key as its panel shows it.
type keyLook struct {
	tell.KeyLook
	Name string
	Note string // what the person should know of this key
}

// keyLookOf reads a key at now.
func keyLookOf(k wire.KeyRow, now time.Time) keyLook {
	l := keyLook{KeyLook: tell.KeyLookOf(k, now), Name: k.Name}
	if l.State == access.KeyRevoked {
		l.Note = revokedNote(k)
		return l
	}
	l.Note = strings.Join(keyNotes(k, l.State), " ")
	return l
}

func keyNotes(k wire.KeyRow, state access.KeyState) []string {
	var notes []string
	if state == access.KeyExpired && !k.ExpiresAt.IsZero() {
		notes = append(notes, "La llave venció el "+es.DateTime(k.ExpiresAt)+" y ya no sirve.")
	}
	switch check := es.Check(k.Check); {
	case check != "":
		notes = append(notes, check)
	case state == access.KeyUnverified:
		notes = append(notes, "El Ministerio la registró a mano; aún no se ha probado en Entra.")
	}
	if k.Environment == access.Production {
		notes = append(notes, es.ProductionPermissions(k.Permissions, k.PermissionsAt))
	}
	return notes
}

func revokedNote(k wire.KeyRow) string {
	return tell.Revoked(k) + " Si la necesita, pida un cambio de llave."
}

// keyOf returns the key of an environment.
func keyOf(keys []wire.KeyRow, env access.Environment) (wire.KeyRow, bool) {
	for _, k := range keys {
		if k.Environment == env {
			return k, true
		}
	}
	return wire.KeyRow{}, false
}

// panelTitle is the manual's title of an environment's panel.
func panelTitle(env access.Environment) string {
	if env == access.Production {
		return "PRODUCCION"
	}
	return "PREPRODUCCION"
}

// onceText says of a secret that is shown a single time whether it was.
func onceText(p state.Policy) string {
	switch {
	case !p.Once:
		return ""
	case p.RevealedAt.IsZero():
		return es.ShownOnce
	default:
		return es.ShownAlready(p.RevealedAt)
	}
}

// handingText says whom the keys are for (M-87).
func handingText(policies map[access.Environment]state.Policy) string {
	to := "su proveedor tecnológico"
	for _, env := range access.Environments() {
		if v := policies[env].Vendor; v != "" {
			to += ", " + v
			break
		}
	}
	return "Entregue estos datos solo a " + to + ", para el sistema de información del prestador."
}

// auditLine is one act of «Quién vio qué»: «23/11/2026 09:14 · Nombre vio
// Secreto de cliente (Client Secret) · equipo».
func auditLine(a wire.KeyAuditEntry) string {
	what := ": " + es.KeyField(a.Field)
	if a.Purpose == access.PurposeHandOver {
		what = " la llave a " + a.To
	}
	parts := []string{es.DateTime(a.At), a.Person + " " + es.Purpose(a.Purpose) + what}
	if a.Device != "" {
		parts = append(parts, a.Device)
	}
	return strings.Join(parts, " · ")
}

// revealTitle names a row of the panel, by the manual's word and ours.
func revealTitle(f access.Field) string {
	switch f {
	case access.FieldClientID:
		return "ClientID · Identificador de cliente"
	case access.FieldSecret:
		return "ClientSecret · Secreto de cliente"
	default:
		return es.KeyField(f)
	}
}
