package delegate

import (
	"strings"
	"time"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// mark is how far a step or an environment has come.
type mark string

const (
	markDone    mark = "done"
	markNow     mark = "now"
	markWaiting mark = "waiting"
	markStopped mark = "stopped" // in the help desk's hands
)

// word says a mark without colour.
func (m mark) word() string {
	switch m {
	case markDone:
		return "Listo"
	case markNow:
		return "En curso"
	case markStopped:
		return "En revisión"
	default:
		return "En espera"
	}
}

// stepRow is one step of one environment.
type stepRow struct {
	Text string
	Mark mark
}

// envProgress is one environment's column.
type envProgress struct {
	Environment access.Environment
	Text        string // the step under way, with its place
	Mark        mark
	Steps       []stepRow
}

// progressRows says, for each environment in the order of issue, which steps
// are behind and which one is under way.
func progressRows(r wire.RequestRow) []envProgress {
	var rows []envProgress
	current := -1
	for i, env := range access.Environments() {
		if env == r.Environment {
			current = i
		}
	}
	for i, env := range access.Environments() {
		if r.Only.IsValid() && r.Only != env {
			continue // the other key stays as it is
		}
		p := envProgress{Environment: env}
		reached := 0 // steps finished
		switch {
		case r.Status == access.StatusDone, current > i:
			reached, p.Mark = es.Steps, markDone
		case r.Status == access.StatusPending:
			p.Mark = markStopped
			if i == current {
				reached = max(es.StepPosition(r.Step)-1, 0)
			}
		case i == current && r.Status == access.StatusIssuing:
			p.Mark = markNow
			reached = max(es.StepPosition(r.Step)-1, 0)
			if r.Step == access.StepReady {
				reached, p.Mark = es.Steps, markDone
			}
		default:
			p.Mark = markWaiting
		}
		p.Text = progressText(p.Mark, r.Step)
		for n := 1; n <= es.Steps; n++ {
			s := stepRow{Text: stepText(r.Kind, n), Mark: markWaiting}
			switch {
			case n <= reached:
				s.Mark = markDone
			case n == reached+1 && (p.Mark == markNow || p.Mark == markStopped && i == current):
				s.Mark = p.Mark
			}
			p.Steps = append(p.Steps, s)
		}
		rows = append(rows, p)
	}
	return rows
}

func progressText(m mark, step access.Step) string {
	switch m {
	case markDone:
		return es.Progress(access.StepReady)
	case markNow:
		return es.Progress(step)
	case markStopped:
		return "La revisa la mesa de ayuda"
	default:
		return "En espera"
	}
}

// patience is how long a person waits before the screen says how long it takes.
const patience = 10 * time.Second

// elapsedText is the line under the steps: that Entra asked to wait, and how
// long it takes. Empty during the first seconds and once there is nothing to
// wait for.
func elapsedText(s state.Progress, now time.Time) string {
	if s.Request.Status != access.StatusIssuing || s.Request.SignedAt.IsZero() {
		return ""
	}
	wait := ""
	if left := s.Request.RetryAt.Sub(now); left > 0 {
		wait = es.EntraWaits(left)
	}
	waited := now.Sub(s.Request.SignedAt)
	if waited < patience {
		return wait
	}
	if wait != "" {
		wait += " "
	}
	return wait + "Han pasado " + es.Elapsed(waited) + ". Suele tardar entre 20 s y 10 min. Puede cerrar; le avisamos."
}

// stepText names the n-th step. A change of key makes no application: it finds
// the one there is.
func stepText(kind access.Kind, n int) string {
	if kind == access.KindRenew && n == es.StepPosition(access.StepApplication) {
		return "Encontrar la aplicación"
	}
	return es.StepAt(n)
}

// doneMessage is what a person reads once the keys exist (M-64, M-74).
func doneMessage(r wire.RequestRow) kit.Message {
	switch {
	case r.Reason == access.ReasonCompromise:
		return kit.Message{
			Level: look.Success, Title: "La llave" + ofOnly(r.Only) + " ya tiene un secreto nuevo",
			Text: "El secreto comprometido ya no sirve. Consulte el nuevo en «Mis llaves (Consultar Token)», en ClientSecret, y entréguelo a su proveedor tecnológico.",
		}
	case r.Kind == access.KindRenew:
		return kit.Message{
			Level: look.Success, Title: "La llave ha sido creada correctamente",
			Text: "El secreto es nuevo" + inEnvironments(r.Only) + ". Consúltelo y entréguelo a su proveedor tecnológico.",
		}
	}
	return kit.Message{
		Level: look.Success, Title: "La solicitud ha sido procesada exitosamente",
		Text: "Las llaves de los dos ambientes ya existen. Consúltelas y entréguelas a su proveedor tecnológico.",
	}
}

func inEnvironments(only access.Environment) string {
	if only.IsValid() {
		return " en " + strings.ToLower(es.Environment(only))
	}
	return " en los dos ambientes"
}

func workingTitle(r wire.RequestRow) string {
	switch {
	case r.Reason == access.ReasonCompromise:
		return "Reemplazando la llave comprometida"
	case r.Kind == access.KindRenew:
		return "Cambiando sus llaves"
	}
	return "Creando sus llaves"
}

// reviewText is what a person reads when the help desk has to act.
func reviewText(r wire.RequestRow) string {
	text := "No pudimos crear la llave ahora; la mesa de ayuda revisa su solicitud " + r.Number + "."
	if r.Reason == access.ReasonCompromise {
		return text + " El secreto comprometido puede servir aún: avise a su proveedor tecnológico que no lo use."
	}
	return text + " No tiene que hacer nada más: le avisamos cuando esté lista."
}

// leakText says what is known of the secret that a compromise ends: whether Entra
// still takes it, and until when its tokens live. Empty for other requests.
func leakText(s state.Progress, now time.Time) string {
	if s.Request.Reason != access.ReasonCompromise {
		return ""
	}
	for _, k := range s.Entity.Keys {
		if s.Request.Only.IsValid() && k.Environment != s.Request.Only || k.Incident == nil {
			continue
		}
		text := es.Incident(k.Incident.Number, k.Incident.By, k.Incident.At, k.Incident.RemovedAt)
		if live := es.TokensLive(k.TokensUntil, now); live != "" {
			return text + " " + live
		}
		if k.Incident.RemovedAt.IsZero() {
			return text + " " + es.AlreadyIssued
		}
		return text
	}
	return es.AlreadyIssued
}
