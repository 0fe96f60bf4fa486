package delegate

import (
	"strings"
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
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
	Name string
	Chip kit.Chip
	Left string // days left, in clear; the date stays hidden (M-83)
	Warn bool   // 30 days or fewer: an icon goes with it
	Note string // what the person should know of this key
	// Stages are those of a young secret, with what they mean; none once it is
	// ready.
	Stages    []kit.StepLine
	StageNote string
	// Overlap says until when the secret before works; CanEnd offers to end that
	// now.
	Overlap string
	CanEnd  bool
}

// warnDays is from how many days before its end a key carries a mark.
const warnDays = 30

// keyLookOf reads a key at now.
func keyLookOf(k wire.KeyRow, now time.Time) keyLook {
	state := tell.KeyState(k, now)
	l := keyLook{Name: k.Name, Chip: tell.KeyChip(state)}
	if state == access.KeyRevoked {
		l.Note = revokedNote(k)
		return l
	}
	l.Left = es.Expiry(k.ExpiresAt, now)
	l.Warn = es.DaysLeft(k.ExpiresAt, now) <= warnDays
	l.Note = strings.Join(keyNotes(k, state), " ")
	if state != access.KeyExpired {
		l.Stages = tell.Stages(k.Stage)
	}
	if len(l.Stages) > 0 {
		l.StageNote = es.StageMeans(k.Stage) + " " + es.Patience
	}
	l.Overlap = es.Overlap(k.OverlapUntil, k.OverlapByHand, now)
	l.CanEnd = k.OverlapUntil.After(now) && !k.OverlapByHand
	if l.CanEnd {
		l.Overlap += " Puede terminar el relevo antes."
	}
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
	text := "La llave fue revocada"
	if !k.RevokedAt.IsZero() {
		text += " el " + es.DateTime(k.RevokedAt)
	}
	return text + " y ya no sirve. Si la necesita, pida un cambio de llave."
}

// upperFirst begins a line.
func upperFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
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

// endOverlapAsk is the question before an overlap ends: it names the key, its
// environment and what follows.
func endOverlapAsk(owner wire.ProviderRow, k wire.KeyRow) kit.Ask {
	env := strings.ToLower(es.Environment(k.Environment))
	return kit.Ask{
		Title: "Terminar el relevo de " + env,
		Text: "El secreto anterior de la llave de " + env + " del código " + string(owner.Code) + " (" + owner.Name +
			") deja de servir ahora, no el " + es.DateTimeZone(k.OverlapUntil) + ". Quien aún lo use se queda sin acceso. " + es.AlreadyIssued,
		Do: "Terminar relevo de " + env, IsDangerous: true,
	}
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
