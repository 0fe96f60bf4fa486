package access

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func goodForm() RequestForm {
	return RequestForm{
		Vendor: "Proveedor de Ejemplo S.A.S.", Software: "Historia Ñandú",
		Lead:    Contact{Name: "Líder de Ejemplo", Email: "lider@clinica.example", Phone: "3001234567"},
		Privacy: Contact{Name: "Responsable de Ejemplo", Email: "datos@clinica.example", Phone: "6011234567"},
	}
}

func TestRequestForm_Validate(t *testing.T) {
	institutional := func(domain string) bool { return domain != "libre.example" }
	cases := []struct {
		name        string
		change      func(*RequestForm)
		independent bool
		want        []FieldError
	}{
		{name: "good", change: func(*RequestForm) {}},
		{name: "empty: each field, in order", change: func(f *RequestForm) { *f = RequestForm{} }, want: []FieldError{
			{"vendor", HintRequired},
			{"software", HintRequired},
			{"lead.name", HintRequired},
			{"lead.email", HintRequired},
			{"lead.phone", HintRequired},
			{"privacy.name", HintRequired},
			{"privacy.email", HintRequired},
			{"privacy.phone", HintRequired},
		}},
		{name: "only spaces", change: func(f *RequestForm) { f.Vendor = " \t" }, want: []FieldError{{"vendor", HintRequired}}},
		{name: "too long", change: func(f *RequestForm) { f.Software = strings.Repeat("ñ", MaxName+1) }, want: []FieldError{{"software", HintTooLong}}},
		{name: "longest", change: func(f *RequestForm) { f.Software = strings.Repeat("ñ", MaxName) }},
		{name: "line break", change: func(f *RequestForm) { f.Lead.Name = "a\nb" }, want: []FieldError{{"lead.name", HintFormat}}},
		{name: "broken text", change: func(f *RequestForm) { f.Lead.Name = "a\xff" }, want: []FieldError{{"lead.name", HintFormat}}},
		{name: "turned text", change: func(f *RequestForm) { f.Vendor = "a\u202eb" }, want: []FieldError{{"vendor", HintFormat}}},
		{name: "mail", change: func(f *RequestForm) { f.Lead.Email = "lider" }, want: []FieldError{{"lead.email", HintFormat}}},
		{name: "free mail, delegate", change: func(f *RequestForm) { f.Lead.Email = "a@Libre.example" }, want: []FieldError{{"lead.email", HintFreeMail}}},
		{name: "free mail, independent", change: func(f *RequestForm) { f.Lead.Email = "a@libre.example" }, independent: true},
		{name: "phone", change: func(f *RequestForm) { f.Privacy.Phone = "12345" }, want: []FieldError{{"privacy.phone", HintFormat}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := goodForm()
			c.change(&f)
			if got := f.Validate(c.independent, institutional); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestLineHint(t *testing.T) {
	for in, want := range map[string]Hint{
		"": HintRequired, " \t": HintRequired, strings.Repeat("ñ", MaxName): "", strings.Repeat("ñ", MaxName+1): HintTooLong,
		"a\nb": HintFormat, "a\x00": HintFormat, "a\xff": HintFormat, "a\u202eb": HintFormat, "a\u2028b": HintFormat, "<b>O'Higgins</b>": "",
	} {
		if got := LineHint(in); got != want {
			t.Errorf("LineHint(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRequestForm_Trimmed(t *testing.T) {
	f := goodForm()
	f.Vendor, f.Lead.Phone, f.Privacy.Email = "  "+f.Vendor+" ", " 300 123-4567 ", f.Privacy.Email+" "
	if got := f.Trimmed(); got != goodForm() {
		t.Errorf("got %+v", got)
	}
}

func TestValidateTypedKeys(t *testing.T) {
	now := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	const year = 365 * 24 * time.Hour
	good := func() (prod, pre TypedKey) {
		return TypedKey{ClientID: "11111111-2222-3333-4444-555555555555", Secret: "uno.dos~tres", ExpiresAt: now.Add(year)},
			TypedKey{ClientID: "66666666-7777-8888-9999-aaaaaaaaaaaa", Secret: "cuatro-cinco_", ExpiresAt: now.Add(time.Hour)}
	}
	cases := []struct {
		name   string
		change func(prod, pre *TypedKey)
		want   []FieldError
	}{
		{name: "good", change: func(_, _ *TypedKey) {}},
		{name: "empty, production first", change: func(prod, pre *TypedKey) { *prod, *pre = TypedKey{}, TypedKey{} }, want: []FieldError{
			{"production.clientId", HintRequired},
			{"production.secret", HintRequired},
			{"production.expiresAt", HintRequired},
			{"preproduction.clientId", HintRequired},
			{"preproduction.secret", HintRequired},
			{"preproduction.expiresAt", HintRequired},
		}},
		{name: "junk id", change: func(prod, _ *TypedKey) { prod.ClientID = "oiu7" }, want: []FieldError{{"production.clientId", HintFormat}}},
		{name: "same id", change: func(prod, pre *TypedKey) { pre.ClientID = strings.ToUpper(prod.ClientID) }, want: []FieldError{
			{"production.clientId", HintSameInBoth}, {"preproduction.clientId", HintSameInBoth},
		}},
		{name: "secret's id pasted", change: func(prod, _ *TypedKey) { prod.Secret = "11111111-2222-3333-4444-555555555556" }, want: []FieldError{{"production.secret", HintSecretID}}},
		{name: "same secret", change: func(prod, pre *TypedKey) { pre.Secret = prod.Secret }, want: []FieldError{
			{"production.secret", HintSameInBoth}, {"preproduction.secret", HintSameInBoth},
		}},
		{name: "space in secret", change: func(_, pre *TypedKey) { pre.Secret = "a b" }, want: []FieldError{{"preproduction.secret", HintFormat}}},
		{name: "past", change: func(_, pre *TypedKey) { pre.ExpiresAt = now }, want: []FieldError{{"preproduction.expiresAt", HintPast}}},
		{name: "too far", change: func(prod, _ *TypedKey) { prod.ExpiresAt = now.Add(year + 1) }, want: []FieldError{{"production.expiresAt", HintTooFar}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			prod, pre := good()
			c.change(&prod, &pre)
			if got := ValidateTypedKeys(prod, pre, now, year); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
