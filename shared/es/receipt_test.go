package es

import (
	"strings"
	"testing"

	"llavero/shared/access"
	"llavero/shared/receipt"
)

func TestReceiptFault(t *testing.T) {
	seen := map[string]receipt.Fault{}
	for _, f := range []receipt.Fault{
		receipt.FaultForeign, receipt.FaultMalformed, receipt.FaultUnknownKey, receipt.FaultAltered, receipt.FaultNotInForce,
	} {
		said := ReceiptFault(f)
		if other, twice := seen[said]; twice || said == "" {
			t.Errorf("%s and %s are both %q", f, other, said)
		}
		seen[said] = f
	}
	if !strings.HasPrefix(ReceiptFault(receipt.FaultAltered), "No coincide") {
		t.Error("an altered file is told otherwise than the manual does")
	}
}

func TestReceiptReport(t *testing.T) {
	good := receipt.Report{PDF: true, FileHash: "ab", Receipt: &receipt.Receipt{
		Number: "CON-2026-000001", Server: receipt.Server{Demo: true},
		Person:   receipt.Signatory{Person: access.Person{Name: "Ana Ñandú", Document: access.Document{Type: "CC", Number: "9999000011"}}},
		Capacity: receipt.Capacity{EntityName: "CLÍNICA INVENTADA"}, Texts: []receipt.Accepted{{Text: receipt.Text{ID: "terms", Version: "2"}}},
		Action: receipt.Action{Kind: access.KindRenew, Reason: access.ReasonVendor, Number: "SOL-2026-000001"}, License: receipt.License{Code: "0500199001"},
	}}
	all := strings.Join(ReceiptReport(good), "\n")
	for _, want := range []string{"Coincide: constancia CON-2026-000001 (PDF)", "demostración", "Ana Ñandú, CC 9999000011", "CLÍNICA INVENTADA", "SOL-2026-000001, código 0500199001", "terms, versión 2", "ab"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	bad := receipt.Report{Problems: []*receipt.FaultError{{Fault: receipt.FaultAltered, KeyID: "k"}, {Fault: receipt.FaultAltered, What: "texts"}}}
	if lines := ReceiptReport(bad); len(lines) != 3 || !strings.HasPrefix(lines[0], "No coincide") || !strings.Contains(lines[2], "texts") {
		t.Errorf("got %q", lines)
	}
}
