package es

import (
	"strings"
	"testing"

	"llavero/shared/receipt"
	"llavero/shared/trail"
	"llavero/shared/verify"
)

// Each end of a check has its own word, and a command says the same as a screen.
func TestVerified(t *testing.T) {
	fault := func(f receipt.Fault, what string) *receipt.FaultError {
		return &receipt.FaultError{Fault: f, What: what, KeyID: "k1"}
	}
	for name, tt := range map[string]struct {
		r         verify.Report
		word, why string
		line      string // of the command
	}{
		"export": {verify.Report{Kind: verify.KindExport, Export: trail.Report{Records: 2, Last: 2}}, Matches, "", "Exportación íntegra"},
		"row gone": {
			verify.Report{Kind: verify.KindExport, Break: &trail.BreakError{Line: 8, Seq: 7, Fault: trail.FaultMissing}}, MatchesNot, "asiento 7", "No coincide. Rota en la línea 8 (asiento 7)",
		},
		"export by another": {verify.Report{Kind: verify.KindExport, Break: &trail.BreakError{Line: 1, Fault: trail.FaultUnknown}}, UnknownHand, "llave", "No coincide"},
		"day":               {verify.Report{Kind: verify.KindDay, Day: trail.DayHead{Day: "2026-09-16", Seq: 5}}, Matches, "", "Cadena íntegra"},
		"day changed":       {verify.Report{Kind: verify.KindDay, Fault: fault(receipt.FaultAltered, "")}, MatchesNot, "no es el que se firmó", "No coincide"},
		"place": {
			verify.Report{Kind: verify.KindReceipt, Fault: fault(receipt.FaultAltered, "texts"), Receipt: receipt.Report{Problems: []*receipt.FaultError{fault(receipt.FaultAltered, "texts")}}},
			MatchesNot, "texts", "No coincide",
		},
		"unknown key": {
			verify.Report{Kind: verify.KindReceipt, Fault: fault(receipt.FaultUnknownKey, ""), Receipt: receipt.Report{Problems: []*receipt.FaultError{fault(receipt.FaultUnknownKey, "")}}},
			UnknownHand, "k1", "La llave que lo firmó",
		},
		"a stranger's": {verify.Report{Fault: fault(receipt.FaultForeign, "")}, NotOurs, "constancias", "No es un documento de Llavero"},
	} {
		v := Verified(tt.r)
		if v.Word != tt.word || !strings.Contains(v.Why, tt.why) || (tt.why == "") != (len(v.Facts) > 0) {
			t.Errorf("%s: %+v", name, v)
		}
		if lines := VerifiedReport(tt.r); !strings.HasPrefix(lines[0], tt.line) {
			t.Errorf("%s: %q", name, lines)
		}
	}
}
