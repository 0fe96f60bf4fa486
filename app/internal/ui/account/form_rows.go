package account

import (
	"time"

	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
)

// checkLine is one prerequisite as it is drawn.
type checkLine struct {
	Level look.Level
	Word  string
	Text  string
	Note  string // date of the data, and where to mend it
}

// checkLines words the answer of «Verificar requisitos», in its order.
func checkLines(items []access.Prerequisite) []checkLine {
	lines := make([]checkLine, 0, len(items))
	for _, p := range items {
		l := checkLine{Level: look.Danger, Word: es.Verdict(p.Verdict), Text: es.Prerequisite(p.ID), Note: es.PrerequisiteFix(p.ID, p.Verdict)}
		switch p.Verdict {
		case access.VerdictMet:
			l.Level = look.Success
		case access.VerdictNoData:
			l.Level = look.Warning
		}
		if from := es.DataFrom(p.DataAt); from != "" {
			if l.Note != "" {
				l.Note += " "
			}
			l.Note += from + "."
		}
		lines = append(lines, l)
	}
	return lines
}

// nitHelp is the line below the NIT: what to leave out, and, once it is one, the
// whole of it with the computed check digit, to confirm.
func nitHelp(text string) string {
	n, ok := access.ParseNIT(text)
	if !ok || n.LooksTypedWithCheckDigit() {
		return "Sin espacios, comas, puntos, guiones ni dígito de verificación."
	}
	return "NIT " + n.Display() + ". Confirme que el dígito de verificación es el suyo."
}

// passedLine says that the image needs no answer any more; empty while it does.
func passedLine(isPassed bool, until time.Time) string {
	if !isPassed {
		return ""
	}
	return "El código de la imagen ya se comprobó. Sirve para este formulario hasta las " + es.Clock(until) + "."
}

// checkWords is the verb of the check, first and again.
func checkWords(again bool) string {
	if again {
		return "Verificar de nuevo"
	}
	return es.CheckFirst
}
