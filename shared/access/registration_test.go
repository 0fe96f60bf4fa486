package access

import (
	"slices"
	"testing"
)

func TestRegistration_Validate(t *testing.T) {
	delegate := Registration{
		Kind: UserDelegate, EntityType: EntityPSS, NIT: "999100005", Document: Document{Type: DocumentCC, Number: "9999000001"},
	}
	professional := Registration{Kind: UserProfessional, Document: Document{Type: DocumentPA, Number: "AB0012"}, ProfessionalRegistry: "0012"}
	other := Registration{Kind: UserOther, Document: Document{Type: DocumentCC, Number: "9999000002"}}
	with := func(r Registration, change func(*Registration)) Registration {
		change(&r)
		return r
	}
	for name, tt := range map[string]struct {
		form Registration
		want []FieldError
	}{
		"delegate":     {delegate, nil},
		"professional": {professional, nil},
		"other":        {other, nil},
		"empty delegate": {Registration{Kind: UserDelegate}, []FieldError{
			{"entityType", HintRequired}, {"nit", HintRequired}, {"document.type", HintRequired}, {"document.number", HintRequired},
		}},
		"no kind":        {with(other, func(r *Registration) { r.Kind = "admin" }), []FieldError{{"kind", HintUnknownValue}}},
		"entity type":    {with(delegate, func(r *Registration) { r.EntityType = "EPS" }), []FieldError{{"entityType", HintUnknownValue}}},
		"check digit":    {with(delegate, func(r *Registration) { r.NIT = "9991000050" }), []FieldError{{"nit", HintCheckDigit}}},
		"pasted NIT":     {with(delegate, func(r *Registration) { r.NIT = "999.100.005" }), []FieldError{{"nit", HintFormat}}},
		"document type":  {with(other, func(r *Registration) { r.Document.Type = DocumentNI }), []FieldError{{"document.type", HintUnknownValue}}},
		"letters":        {with(other, func(r *Registration) { r.Document.Number = "99A" }), []FieldError{{"document.number", HintFormat}}},
		"long":           {with(other, func(r *Registration) { r.Document.Number = "123456789012345678901" }), []FieldError{{"document.number", HintTooLong}}},
		"other's fields": {with(professional, func(r *Registration) { r.NIT = "999100005" }), []FieldError{{"nit", HintUnknownField}}},
		"no registry":    {with(professional, func(r *Registration) { r.ProfessionalRegistry = "" }), []FieldError{{"professionalRegistry", HintRequired}}},
	} {
		if got := tt.form.Validate(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	pasted := with(delegate, func(r *Registration) { r.NIT, r.Document.Number = " 999.100.005 ", "9.999.000.001" })
	if got := pasted.Trimmed(); got != delegate {
		t.Errorf("trimmed %+v", got)
	}
}
