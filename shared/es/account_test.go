package es

import (
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
)

func TestAccount_everyWordIsThere(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range access.UserKinds() {
		for _, s := range []string{UserKind(k), UserKindFor(k), RegisterTitle(k), RegisteredKind(k)} {
			if s == "" || s == string(k) || seen[s] {
				t.Errorf("%s: %q is empty, a machine word or said twice", k, s)
			}
			seen[s] = true
		}
	}
	if got := RegisterTitle(access.UserDelegate); got != "REGISTRAR USUARIO -IHCE- (Delegado Administrativo)" {
		t.Error(got)
	}
	if got := RegisteredKind(access.UserOther); got != "-IHCE- Otro tipo de usuario" {
		t.Error(got)
	}
	for _, id := range []access.PrerequisiteID{
		access.PrerequisiteOrganization, access.PrerequisiteDelegation, access.PrerequisitePerson, access.PrerequisiteRETHUS, access.PrerequisiteREPS,
	} {
		if s := Prerequisite(id); s == string(id) {
			t.Errorf("%s has no words", id)
		}
		if PrerequisiteFix(id, access.VerdictMet) != "" {
			t.Errorf("%s is met and asks for something", id)
		}
		for _, v := range []access.Verdict{access.VerdictUnmet, access.VerdictNoData} {
			if PrerequisiteFix(id, v) == "" {
				t.Errorf("%s %s does not say where to mend it", id, v)
			}
		}
	}
	for v, want := range map[access.Verdict]string{access.VerdictMet: "Cumple", access.VerdictUnmet: "No cumple", access.VerdictNoData: "Sin datos"} {
		if got := Verdict(v); got != want {
			t.Errorf("%s: %q", v, got)
		}
	}
}

func TestAccount_whereTheLinkWent(t *testing.T) {
	if s := LinkSent("", "x@example.org", time.Time{}); !strings.HasPrefix(s, "No se envió correo: no hay correo registrado; agréguelo en MiSeguridadSocial") || strings.Contains(s, "example.org") {
		t.Error(s)
	}
	s := LinkSent("j•••@example.org", "llaves@example.org", noon)
	for _, want := range []string{"j•••@example.org", "llaves@example.org", "23/11/2026 12:00"} {
		if !strings.Contains(s, want) {
			t.Errorf("%q lacks %q", s, want)
		}
	}
	if s := RecoverySent("", time.Time{}); !strings.HasPrefix(s, "Si los datos corresponden a un usuario, enviamos un correo a la dirección registrada") {
		t.Error(s)
	}
}

func TestAccount_messages(t *testing.T) {
	for _, c := range []struct {
		field string
		hint  access.Hint
		want  string
	}{
		{"nit", access.HintRequired, Required},
		{"nit", access.HintCheckDigit, "Escriba el NIT sin dígito de verificación."},
		{"document.number", access.HintTooLong, "Es demasiado largo. Use 20 caracteres como máximo."},
		{"professionalRegistry", access.HintOtherRegistry, "El registro profesional no corresponde a este documento."},
		{"image.code", access.HintImageCode, "El código de la imagen no coincide. Escriba el de la imagen nueva."},
		{"pledge", access.HintNotAccepted, "Debe aceptar el acuerdo de confidencialidad para continuar."},
		{"accepted.terms", access.HintNotAccepted, "Debe aceptar los términos y condiciones para continuar."},
		{"accepted.other", access.HintNotAccepted, "Debe aceptar este texto para continuar."},
		{"new", access.HintSamePassword, "La contraseña nueva es igual a la actual. Escriba otra."},
		{"current", access.HintCredentials, "La contraseña actual no coincide."},
		{"document.type", access.HintUnknownValue, "Elija una opción de la lista."},
	} {
		if got := FieldMessage(c.field, c.hint); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.field, c.hint, got, c.want)
		}
	}
	for _, f := range []string{"nit", "document.number", "professionalRegistry"} {
		if got := FieldMessage(f, access.HintFormat); got == "Tiene caracteres que no se admiten." {
			t.Errorf("%s does not say what it takes", f)
		}
	}
}
