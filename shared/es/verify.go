package es

import (
	"encoding/hex"
	"strconv"
	"time"

	"llavero/shared/receipt"
	"llavero/shared/trail"
	"llavero/shared/verify"
)

// The three things that a check of a document ends with, and the fourth: it was
// signed by a key that nobody here knows.
const (
	VerifyDocument = "Verificar documento"

	Matches     = "Coincide: nada cambió desde que se firmó"
	MatchesNot  = "No coincide"
	NotOurs     = "No es un documento de Llavero"
	UnknownHand = "Sin comprobar: no conocemos la llave que lo firmó"
)

// Finding is what a check of a document found, in words.
type Finding struct {
	Word  string // one of the constants above
	What  string // the kind of document, with its number; "" when it is none
	Why   string // the reason and the place; "" when all is good
	Facts []Fact // of a good one: who, what, when, which key
}

// Verified words a report for a screen.
func Verified(r verify.Report) Finding {
	v := Finding{Word: MatchesNot, What: documentOf(r)}
	switch {
	case r.Kind == verify.KindNone:
		v.Word, v.Why = NotOurs, "Se comprueban constancias (PDF o JSON), exportaciones de la bitácora y cierres firmados de un día."
	case r.IsGood():
		v.Word, v.Facts = Matches, verifiedFacts(r)
	case r.Break != nil:
		if r.Break.Fault == trail.FaultUnknown {
			v.Word = UnknownHand
		}
		v.Why = ExportBroken(r.Break.Line, r.Break.Seq, r.Break.Fault)
	default:
		if r.Fault.Fault == receipt.FaultUnknownKey {
			v.Word = UnknownHand
		}
		v.Why = faultReason(r.Fault)
	}
	return v
}

// ReceiptNotSaved words why a receipt that was fetched is not saved: it is not
// believed, or is another request's.
func ReceiptNotSaved(r verify.Report) Finding {
	v := Verified(r)
	if r.IsGood() {
		v = Finding{Word: MatchesNot, What: v.What, Why: "Es la constancia de otra solicitud."}
	}
	v.Why += " No la guardamos. Avise a la mesa de ayuda."
	return v
}

// faultReason is ReceiptFault without the word of the verdict, and with the place
// in the document if that is known.
func faultReason(f *receipt.FaultError) string {
	switch f.Fault {
	case receipt.FaultMalformed:
		return "El archivo está dañado o incompleto."
	case receipt.FaultAltered:
		if f.What == "" {
			return "El archivo no es el que se firmó: su contenido cambió."
		}
		return "El archivo no es el que se firmó. Lugar: " + f.What + "."
	case receipt.FaultUnknownKey:
		return ReceiptFault(f.Fault) + " Llave: " + string(f.KeyID) + "."
	default:
		return ReceiptFault(f.Fault)
	}
}

func documentOf(r verify.Report) string {
	switch r.Kind {
	case verify.KindReceipt:
		form := "JSON"
		if r.Receipt.PDF {
			form = "PDF"
		}
		if r.Receipt.Receipt == nil || !r.IsGood() {
			return "Constancia de consentimiento (" + form + ")"
		}
		return "Constancia " + r.Receipt.Receipt.Number + " (" + form + ")"
	case verify.KindExport:
		return "Exportación de la bitácora"
	case verify.KindDay:
		return "Cierre firmado de un día de la bitácora"
	default:
		return ""
	}
}

func verifiedFacts(r verify.Report) []Fact {
	key := Fact{"Llave de firma", string(r.Signature.KeyID)}
	switch r.Kind {
	case verify.KindReceipt:
		return ReceiptFacts(r.Receipt)
	case verify.KindExport:
		rows := Count(int(r.Export.Records), "asiento", "asientos")
		if r.Export.Left > 0 {
			rows += " y " + Count(int(r.Export.Left), "omitido", "omitidos") + " por su huella"
		}
		if r.Export.Last > 0 {
			rows += ", del " + strconv.FormatInt(r.Export.Header.First, 10) + " al " + strconv.FormatInt(r.Export.Last, 10)
		}
		return []Fact{
			{"Contiene", rows}, {"Cierres firmados", strconv.Itoa(len(r.Export.Heads))}, {"Firmada", DateTimeZone(r.Signature.At)}, key,
		}
	default:
		day := r.Day.Day
		if at, err := time.ParseInLocation(time.DateOnly, day, Colombia); err == nil {
			day = Date(at)
		}
		return []Fact{
			{"Día", day},
			{"Asientos del día", strconv.FormatInt(r.Day.Entries, 10)},
			{"Último asiento", strconv.FormatInt(r.Day.Seq, 10)},
			{"Huella del último asiento", hex.EncodeToString(r.Day.Hash)},
			{"Firmado", DateTimeZone(r.Signature.At)},
			key,
		}
	}
}

// VerifiedReport words a report for a command, a line each: first whether the file
// is believed, then every reason why not, or else what it says.
func VerifiedReport(r verify.Report) []string {
	switch {
	case r.Kind == verify.KindReceipt:
		return ReceiptReport(r.Receipt)
	case r.Kind == verify.KindNone:
		return []string{ReceiptFault(receipt.FaultForeign)}
	case r.Break != nil:
		return []string{MatchesNot + ". " + ExportBroken(r.Break.Line, r.Break.Seq, r.Break.Fault)}
	case r.Fault != nil:
		return []string{MatchesNot + ": el cierre no es el que se firmó (" + string(r.Fault.Fault) + ")."}
	case r.Kind == verify.KindExport:
		return []string{ExportWhole(r.Export)}
	default:
		return []string{
			TrailHead(r.Day.Day, r.Day.Seq, r.Signature.At),
			"Huella del asiento " + strconv.FormatInt(r.Day.Seq, 10) + ": " + hex.EncodeToString(r.Day.Hash),
		}
	}
}

// Words on a receipt (constancia) where it is saved.
const (
	ReceiptTitle   = "Constancia de consentimiento"
	SavePDF        = "Guardar PDF…"
	SaveJSON       = "Guardar JSON…"
	ReceiptPDF     = "Constancia (PDF)…"
	ReceiptOffline = "La constancia no se guarda en este computador. Se descarga con conexión."
)

// SignatureChecked says that a file was believed before it was saved.
func SignatureChecked(key string) string { return "Firma comprobada · llave de firma " + key }
