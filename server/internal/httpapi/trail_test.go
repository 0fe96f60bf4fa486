package httpapi

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/receipt"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

func (b *bench) look(token, path string, q url.Values) answer {
	b.t.Helper()
	return b.do(ask{method: http.MethodGet, path: path + "?" + q.Encode(), token: token})
}

func TestTrail(t *testing.T) {
	b := newBench(t)
	own := b.settle(b.delegate, myCode)
	q := wire.TrailQuery{Entity: "999100005", Code: own.code, Limit: 2, Opening: uuid.NewString()}
	var first, second wire.TrailPage
	b.good(b.look(b.officer, "/v1/audit", q.Values()), &first)
	if len(first.Items) != 2 || first.Next == "" || first.State == nil || first.State.Entries == 0 {
		t.Fatalf("%+v", first)
	}
	q.Cursor = first.Next
	b.good(b.look(b.officer, "/v1/audit", q.Values()), &second)
	if len(second.Items) == 0 || second.Items[0].Seq >= first.Items[1].Seq || second.State != nil {
		t.Errorf("%+v", second)
	}
	var mine wire.TrailPage
	b.good(b.look(b.delegate, "/v1/activity", nil), &mine)
	if len(mine.Items) == 0 {
		t.Error("a delegate sees nothing of their own")
	}
	var theirs wire.TrailPage
	b.good(b.look(b.other, "/v1/activity", wire.TrailQuery{Subject: string(own.request)}.Values()), &theirs)
	if len(theirs.Items) != 0 {
		t.Errorf("a stranger sees %+v", theirs)
	}
}

func TestTrail_badInput(t *testing.T) {
	b := newBench(t)
	opening := uuid.NewString()
	for name, raw := range map[string]string{
		"opening": "", "nobody": "opening=" + opening + "&nobody=x", "limit": "opening=" + opening + "&limit=0", "from": "opening=" + opening + "&from=ayer",
		"to": "opening=" + opening + "&to=0001-01-01T00:00:00Z", "each": "opening=" + opening + "&each=si", "cursor": "opening=" + opening + "&cursor=x",
		"group": "opening=" + opening + "&group=x&group=y", "entity": "opening=" + opening + "&entity=%00",
	} {
		got := b.do(ask{method: http.MethodGet, path: "/v1/audit?" + raw, token: b.officer})
		p := b.bad(got, http.StatusUnprocessableEntity)
		if len(p.Errors) != 1 || p.Errors[0].Field != name {
			t.Errorf("%s: %+v", name, p)
		}
	}
	b.bad(b.do(ask{method: http.MethodGet, path: "/v1/audit?opening=%zz", token: b.officer}), http.StatusUnprocessableEntity)
	for _, path := range []string{"/v1/audit/export?limit=3", "/v1/audit/export?cursor=1.1", "/v1/audit/export?opening=" + opening, "/v1/audit/export?each=true"} {
		b.bad(b.do(ask{method: http.MethodGet, path: path, token: b.officer}), http.StatusUnprocessableEntity)
	}
	for _, path := range []string{"/v1/activity?entity=999100005", "/v1/activity/export?document=9999000001"} {
		b.bad(b.do(ask{method: http.MethodGet, path: path, token: b.delegate}), http.StatusUnprocessableEntity)
	}
}

func TestTrailExport(t *testing.T) {
	b := newBench(t)
	b.settle(b.delegate, myCode)
	var ring receipt.KeyRing
	if err := b.db.Read(t.Context(), func(tx *store.Tx) (err error) { ring, err = signing.Ring(tx); return err }); err != nil {
		t.Fatal(err)
	}
	for path, token := range map[string]string{"/v1/audit/export?text=solicitud": b.officer, "/v1/audit/export": b.officer, "/v1/activity/export": b.delegate} {
		got := b.do(ask{method: http.MethodGet, path: path, token: token})
		report, err := trail.CheckExport(bytes.NewReader(got.body), ring)
		if got.status != http.StatusOK || got.head.Get("Content-Type") != wire.TrailMedia || !strings.Contains(got.head.Get("Content-Disposition"), "bitacora-") ||
			err != nil || report.Last == 0 {
			t.Errorf("%s: %d, %+v, %v", path, got.status, report, err)
		}
	}
	if got := b.do(ask{method: http.MethodGet, path: "/v1/audit/export", token: b.half}); got.status != http.StatusForbidden {
		t.Errorf("%d", got.status)
	}
}
