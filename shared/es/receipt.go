package es

import (
	"fmt"
	"strings"

	"llavero/shared/receipt"
)

// ReceiptFault words why a signed file is not believed.
func ReceiptFault(f receipt.Fault) string {
	switch f {
	case receipt.FaultForeign:
		return "No es un documento de Llavero."
	case receipt.FaultMalformed:
		return "No coincide: el archivo está dañado o incompleto."
	case receipt.FaultUnknownKey:
		return "La llave que lo firmó no está entre las llaves de firma conocidas. Pida el archivo de llaves al Ministerio."
	case receipt.FaultNotInForce:
		return "La llave que lo firmó no estaba vigente en la fecha de la firma."
	default:
		return "No coincide: el archivo no es el que se firmó."
	}
}

// ReceiptReport words what a check of a receipt found, a line each: first whether
// it is believed, then every reason why not, or else what it says.
func ReceiptReport(r receipt.Report) []string {
	if !r.IsGood() {
		lines := []string{ReceiptFault(r.Problems[0].Fault)}
		for _, p := range r.Problems {
			line := "  " + string(p.Fault)
			if p.What != "" {
				line += ": " + p.What
			}
			if p.KeyID != "" {
				line += " (llave " + string(p.KeyID) + ")"
			}
			lines = append(lines, line)
		}
		return lines
	}
	p, form := r.Receipt, "JSON"
	if r.PDF {
		form = "PDF"
	}
	lines := []string{fmt.Sprintf("Coincide: constancia %s (%s), tal como se firmó.", p.Number, form)}
	if p.Server.Demo {
		lines = append(lines, "  "+DemoProof)
	}
	for _, f := range ReceiptFacts(r) {
		lines = append(lines, "  "+f.Name+": "+f.Value)
	}
	return lines
}

// DemoProof stands on what was signed with invented data.
const DemoProof = "Datos de demostración: no prueba nada."

// ReceiptFacts words what a receipt that checks says: who, in whose name, what,
// when, on which texts, and what it is believed by.
func ReceiptFacts(r receipt.Report) []Fact {
	p := r.Receipt
	act := Kind(p.Action.Kind)
	if p.Action.Reason != "" {
		act += ", " + strings.ToLower(Reason(p.Action.Reason))
	}
	facts := []Fact{
		{"Firmó", fmt.Sprintf("%s, %s %s", p.Person.Name, p.Person.Document.Type, p.Person.Document.Number)},
		{"En nombre de", p.Capacity.EntityName},
		{"Acto", fmt.Sprintf("%s; solicitud %s, código %s", act, p.Action.Number, p.License.Code)},
		{"Cuándo", DateTimeZone(p.Times.EnteredAt.Time)},
	}
	for _, t := range p.Texts {
		facts = append(facts, Fact{"Aceptó", fmt.Sprintf("%s, versión %s", t.ID, t.Version)})
	}
	return append(facts, Fact{"Llave de firma", string(r.Signature.KeyID)}, Fact{"SHA-256 de la constancia", r.FileHash})
}
