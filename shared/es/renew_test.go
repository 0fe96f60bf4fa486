package es

import (
	"testing"
	"time"

	"llavero/shared/access"
)

// The sentences of ux.md §4, word for word.
func TestOldSecret(t *testing.T) {
	now := time.Date(2026, 11, 28, 15, 0, 0, 0, time.UTC)
	until, expires := now.AddDate(0, 0, 7), now.AddDate(0, 6, 0)
	tests := []struct {
		reason  access.Reason
		until   time.Time
		expires time.Time
		byHand  bool
		want    string
	}{
		{access.ReasonSecurity, time.Time{}, expires, false, "El secreto anterior deja de servir en cuanto exista el nuevo."},
		{access.ReasonVendor, until, expires, false, "Los dos secretos sirven hasta el 05/12/2026 10:00 (hora de Colombia). Puede terminar el relevo antes."},
		{access.ReasonVendor, time.Time{}, expires, false, "El secreto anterior deja de servir en cuanto exista el nuevo."},
		{access.ReasonExpiry, until, expires, false, "El secreto anterior sirve hasta el 05/12/2026 10:00 (hora de Colombia)."},
		{access.ReasonSecurity, expires, expires, true, "El Ministerio escribió el secreto anterior a mano y el sistema no puede retirarlo: sirve hasta el 28/05/2027 10:00 (hora de Colombia) si no lo retiran antes en Microsoft Entra."},
		{access.ReasonExpiry, time.Time{}, now.AddDate(0, 0, -1), false, "El secreto anterior ya venció el 27/11/2026 10:00 (hora de Colombia)."},
	}
	for _, tt := range tests {
		if got := OldSecret(tt.reason, tt.until, tt.expires, tt.byHand, now); got != tt.want {
			t.Errorf("%s until %s:\n%s\nwant\n%s", tt.reason, tt.until, got, tt.want)
		}
	}
}

func TestOverlap(t *testing.T) {
	now := time.Date(2026, 11, 28, 15, 0, 0, 0, time.UTC)
	tests := []struct {
		until  time.Time
		byHand bool
		want   string
	}{
		{time.Time{}, false, ""},
		{now.AddDate(0, 0, 7), false, "Los dos secretos sirven hasta el 05/12/2026 10:00 (hora de Colombia)."},
		{now.Add(-time.Second), false, "Se está retirando el secreto anterior de Microsoft Entra."},
		{now.AddDate(0, 0, 7), true, "El secreto anterior, escrito a mano por el Ministerio, sirve hasta el 05/12/2026 10:00 (hora de Colombia) si no lo retiran antes en Microsoft Entra."},
	}
	for _, tt := range tests {
		if got := Overlap(tt.until, tt.byHand, now); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.until, got, tt.want)
		}
	}
}

func TestProductionPermissions(t *testing.T) {
	at := time.Date(2026, 11, 28, 15, 0, 0, 0, time.UTC)
	if got := ProductionPermissions(nil, at); got != "Aún no tiene permisos de producción. El Ministerio los otorga después de las pruebas." {
		t.Error(got)
	}
	if got := ProductionPermissions([]string{"ConsultaExterna", "Otro"}, at); got != "Permisos de producción: Consulta Externa, Otro, según Entra el 28/11/2026 10:00." {
		t.Error(got)
	}
	if got := ProductionPermissions([]string{"Urgencias"}, time.Time{}); got != "Permisos de producción: Urgencias." {
		t.Error(got)
	}
	if got := HandedOver("Paula", "09:14"); got != "Quedó registrado: usted entregó la llave a Paula a las 09:14." {
		t.Error(got)
	}
	if got := ShownAlready(at); got != "Ya se mostró el 28/11/2026 10:00. Si lo perdió, cambie la llave." {
		t.Error(got)
	}
}
