package ministry

import (
	"bytes"
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// signatures are how the files begin that are accepted and are no text.
var signatures = [][]byte{[]byte("%PDF-"), []byte("\x89PNG\r\n\x1a\n"), []byte("\xff\xd8\xff"), []byte("PK\x03\x04")}

// fileHint says why a file cannot be a proof, by its content; empty when it can.
// The server decides.
func fileHint(body []byte) access.Hint {
	switch {
	case len(body) == 0:
		return access.HintRequired
	case len(body) > wire.MaxEvidence:
		return access.HintTooLarge
	}
	for _, s := range signatures {
		if bytes.HasPrefix(body, s) {
			return ""
		}
	}
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return access.HintFormat
	}
	return ""
}

// sizeText writes a size in bytes: «812 B», «14 KB», «1,2 MB».
func sizeText(n int64) string {
	switch {
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1<<20:
		return strconv.FormatInt((n+512)>>10, 10) + " KB"
	default:
		return strings.Replace(strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64), ".", ",", 1) + " MB"
	}
}

// proofLine says what a proof is, who added it and when.
func proofLine(p wire.Evidence) string {
	parts := []string{es.EvidenceKind(p.Kind)}
	if p.Name != "" {
		parts = append(parts, p.Name+" ("+sizeText(p.Size)+")")
	}
	return strings.Join(append(parts, cmp.Or(p.Person, "El servidor"), es.DateTime(p.At)), " · ")
}

// proofsWait stands in place of the list.
func proofsWait(s state.Evidence) string {
	switch {
	case len(s.Items) > 0:
		return ""
	case s.Items != nil:
		return "Aún no hay pruebas. Sin una no se pueden asignar roles de producción."
	case s.Trouble != nil:
		return "No pudimos cargar las pruebas."
	case !s.Link.IsOnline():
		return es.NeedsLink
	default:
		return "Cargando pruebas…"
	}
}

func trimmed(s string) string { return strings.TrimSpace(s) }

// lowerFirst writes a sentence as it stands after a colon.
func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}
