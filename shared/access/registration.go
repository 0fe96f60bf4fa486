package access

import (
	"strings"
	"time"
	"unicode/utf8"
)

// UserKind (tipo de usuario) is what a person registers as.
type UserKind string

// The kinds of users, in the order they are offered.
const (
	UserDelegate     UserKind = "delegate"     // Delegado Administrativo
	UserProfessional UserKind = "professional" // Profesional de la Salud: an independent
	UserOther        UserKind = "other"        // Otro usuario: ministry staff; gives no role by itself
)

// UserKinds lists them in the order they are offered.
func UserKinds() []UserKind { return []UserKind{UserDelegate, UserProfessional, UserOther} }

// EntityType (tipo de entidad) is what a delegate's entity is.
type EntityType string

// EntityPSS is the one type offered: Entidades Prestadoras de Servicios de Salud.
const EntityPSS EntityType = "PSS"

// FormDocuments are the document types offered in forms, in the order they are
// offered.
func FormDocuments() []DocumentType {
	return []DocumentType{DocumentCC, DocumentCE, DocumentPA, DocumentPE, DocumentPT, DocumentPPT, DocumentCD, DocumentSC}
}

// HasLetters reports a type of document whose number may hold letters.
func (t DocumentType) HasLetters() bool {
	switch t {
	case DocumentPA, DocumentCE, DocumentCD, DocumentSC, DocumentPE:
		return true
	}
	return false
}

// MaxDocument is the longest document number, in characters.
const MaxDocument = 20

// Registration is what a person writes to get a user. The order of its fields is
// the form's order.
type Registration struct {
	Kind       UserKind   `json:"kind"`
	EntityType EntityType `json:"entityType,omitempty"` // UserDelegate only
	NIT        NIT        `json:"nit,omitempty"`        // UserDelegate only; without check digit
	Document   Document   `json:"document"`
	// ProfessionalRegistry (registro profesional) is RETHUS's; UserProfessional only.
	ProfessionalRegistry string `json:"professionalRegistry,omitempty"`
}

// Trimmed drops what people paste between digits and around words. The client
// calls it in sight; the server refuses what arrives otherwise.
func (r Registration) Trimmed() Registration {
	r.NIT = NIT(DigitsOnly(string(r.NIT)))
	r.Document.Number = strings.ToUpper(DigitsOnly(r.Document.Number))
	r.ProfessionalRegistry = strings.TrimSpace(r.ProfessionalRegistry)
	return r
}

// Validate returns each wrong field in the form's order; none when all is well.
func (r Registration) Validate() []FieldError {
	var wrong []FieldError
	bad := func(field string, h Hint) { wrong = append(wrong, FieldError{Field: field, Hint: h}) }
	switch r.Kind {
	case UserDelegate, UserProfessional, UserOther:
	default:
		bad("kind", HintUnknownValue)
	}
	r.validateEntity(bad)
	r.validateDocument(bad)
	switch {
	case r.Kind != UserProfessional:
		if r.ProfessionalRegistry != "" {
			bad("professionalRegistry", HintUnknownField)
		}
	case r.ProfessionalRegistry == "":
		bad("professionalRegistry", HintRequired)
	case utf8.RuneCountInString(r.ProfessionalRegistry) > MaxDocument:
		bad("professionalRegistry", HintTooLong)
	case !isDocumentText(r.ProfessionalRegistry, true):
		bad("professionalRegistry", HintFormat)
	}
	return wrong
}

func (r Registration) validateEntity(bad func(string, Hint)) {
	if r.Kind != UserDelegate {
		if r.EntityType != "" {
			bad("entityType", HintUnknownField)
		}
		if r.NIT != "" {
			bad("nit", HintUnknownField)
		}
		return
	}
	switch r.EntityType {
	case EntityPSS:
	case "":
		bad("entityType", HintRequired)
	default:
		bad("entityType", HintUnknownValue)
	}
	switch _, ok := ParseNIT(string(r.NIT)); {
	case r.NIT == "":
		bad("nit", HintRequired)
	case !ok:
		bad("nit", HintFormat)
	case r.NIT.LooksTypedWithCheckDigit():
		bad("nit", HintCheckDigit)
	}
}

func (r Registration) validateDocument(bad func(string, Hint)) {
	switch {
	case r.Document.Type == "":
		bad("document.type", HintRequired)
	case !isFormDocument(r.Document.Type):
		bad("document.type", HintUnknownValue)
	}
	switch {
	case r.Document.Number == "":
		bad("document.number", HintRequired)
	case utf8.RuneCountInString(r.Document.Number) > MaxDocument:
		bad("document.number", HintTooLong)
	case !isDocumentText(r.Document.Number, r.Document.Type.HasLetters()):
		bad("document.number", HintFormat)
	}
}

func isFormDocument(t DocumentType) bool {
	for _, offered := range FormDocuments() {
		if t == offered {
			return true
		}
	}
	return false
}

// isDocumentText accepts digits, and capital letters where letters may stand.
func isDocumentText(s string, letters bool) bool {
	for i := range len(s) {
		isDigit := s[i] >= '0' && s[i] <= '9'
		isLetter := s[i] >= 'A' && s[i] <= 'Z'
		if !isDigit && (!letters || !isLetter) {
			return false
		}
	}
	return s != ""
}

// PrerequisiteID names one thing a registration asks for (requisito).
type PrerequisiteID string

// The prerequisites, as the manual counts them.
const (
	PrerequisiteOrganization PrerequisiteID = "organization" // the provider, in MiSeguridadSocial
	PrerequisiteDelegation   PrerequisiteID = "delegation"   // the legal representative named this delegate
	PrerequisitePerson       PrerequisiteID = "person"       // the person, in MiSeguridadSocial
	PrerequisiteRETHUS       PrerequisiteID = "rethus"       // the professional, in RETHUS
	PrerequisiteREPS         PrerequisiteID = "reps"         // a current provider, in REPS
)

// Verdict says how a prerequisite stands.
type Verdict string

// The verdicts.
const (
	VerdictMet    Verdict = "met"     // «Cumple»
	VerdictUnmet  Verdict = "unmet"   // «No cumple»
	VerdictNoData Verdict = "no_data" // «Sin datos»: the file was never imported
)

// Prerequisite is one line of the check.
type Prerequisite struct {
	ID      PrerequisiteID `json:"id"`
	Verdict Verdict        `json:"verdict"`
	DataAt  time.Time      `json:"dataAt,omitzero"` // when the data was imported; zero: never
}
