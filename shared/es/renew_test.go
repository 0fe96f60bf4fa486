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

// What a change of key leaves in a key's history, in words.
func TestActDetail_renewal(t *testing.T) {
	tests := []struct {
		kind   string
		detail map[string]string
		want   string
	}{
		{"key.secret_replaced", map[string]string{"until": "2026-12-05T15:00:00Z", "reason": "vendor", "secret": "x"}, "sirve hasta el 05/12/2026 10:00"},
		{"key.secret_replaced", map[string]string{"until": "2026-12-05T15:00:00Z", "removal": "by_hand"}, "sirve hasta el 05/12/2026 10:00 · escrito a mano: el sistema no puede retirarlo"},
		{"key.secret_kept", map[string]string{"why": "not_removed", "code": "Authorization_RequestDenied"}, "motivo: Entra no lo permitió; se intenta de nuevo"},
		{"key.secret_kept", map[string]string{"why": "last_valid", "until": "2026-12-05T15:00:00Z"}, "sirve hasta el 05/12/2026 10:00 · motivo: es el último secreto válido de la llave"},
		{"key.handed_over", map[string]string{"person": "Paula", "vendor": "Proveedor"}, "recibió: Paula · proveedor: Proveedor"},
		{"request.changed", map[string]string{"why": "overlap_moved"}, "motivo: se actualizó hasta cuándo sirve el secreto anterior"},
		{"key.amended", map[string]string{"why": "lo pidió el prestador"}, "motivo: lo pidió el prestador"},
	}
	for _, tt := range tests {
		if got := ActDetail(tt.kind, tt.detail); got != tt.want {
			t.Errorf("%s %v: %q, want %q", tt.kind, tt.detail, got, tt.want)
		}
		if Act(tt.kind) == Act("") {
			t.Errorf("%s has no words", tt.kind)
		}
	}
	for _, kind := range []string{"key.secret_retired", "key.overlap_ended"} {
		if Act(kind) == Act("") {
			t.Errorf("%s has no words", kind)
		}
	}
}
