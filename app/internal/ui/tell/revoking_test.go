package tell

import (
	"strings"
	"testing"
	"time"

	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/wire"
)

func TestRevoking(t *testing.T) {
	k := wire.KeyRow{Environment: access.Production}
	if !Revoking(k).IsEmpty() {
		t.Error("nobody asked, and something is said")
	}
	k.RevokeAskedAt = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	if m := Revoking(k); m.Level != look.Info || !strings.HasPrefix(m.Text, "Revocando: ") {
		t.Errorf("under way: %+v", m)
	}
	k.RevokeFailed = "Authorization_RequestDenied"
	m := Revoking(k)
	if m.Level != look.Danger || !strings.Contains(m.Text, "cada 6 horas") || !strings.Contains(m.Detail, "Authorization_RequestDenied") {
		t.Errorf("failed: %+v", m)
	}
}
