package seed

import (
	"reflect"
	"testing"
	"time"

	"llavero/shared/access"
)

func TestRequests(t *testing.T) {
	now := time.Date(2026, 9, 16, 15, 0, 0, 0, time.UTC)
	const n = 3000
	rows := Requests(n, now)
	if len(rows) != n {
		t.Fatalf("%d rows", len(rows))
	}
	if !reflect.DeepEqual(rows[:50], Requests(n, now)[:50]) {
		t.Error("the same arguments give other rows")
	}
	codes, ids, reasons, taken, changes := map[access.LicenseCode]bool{}, map[access.RequestID]bool{}, map[string]bool{}, 0, 0
	for i, r := range rows {
		if codes[r.Code] || ids[r.ID] || !access.IsGUID(string(r.ID)) {
			t.Fatalf("row %d: code %s or id %s stood before, or is none", i, r.Code, r.ID)
		}
		codes[r.Code], ids[r.ID] = true, true
		if r.Status != access.StatusPending || r.Failure == nil || r.SignedAt.After(now) || r.UpdatedAt.Before(r.SignedAt) {
			t.Fatalf("row %d: %+v", i, r)
		}
		if i > 0 && r.SignedAt.Before(rows[i-1].SignedAt) {
			t.Fatal("not oldest first")
		}
		if (r.Kind == access.KindRenew) != (r.Reason != "") {
			t.Fatalf("row %d: %s for %q", i, r.Kind, r.Reason)
		}
		reasons[r.Failure.Code] = true
		if r.TakenBy != "" {
			taken++
		}
		if r.Kind == access.KindRenew {
			changes++
		}
	}
	if len(reasons) < 8 || taken == 0 || changes == 0 {
		t.Errorf("%d reasons, %d taken, %d changes of key", len(reasons), taken, changes)
	}
	if got := Requests(0, now); len(got) != 0 {
		t.Errorf("none asked, %d came", len(got))
	}
}

func TestProviderRows(t *testing.T) {
	w := Demo()
	rows := ProviderRows(w.Rows(), "NI-999100001")
	sites := 0
	for _, r := range rows {
		sites += len(r.Sites)
		if len(r.Sites) == 0 || r.Department == "" || r.Municipality == "" {
			t.Errorf("%+v", r)
		}
	}
	if len(rows) != 28 || sites != 225 {
		t.Errorf("%d codes with %d sites", len(rows), sites)
	}
	if all := ProviderRows(w.Rows(), ""); len(all) != Count(w.Rows()).Codes {
		t.Errorf("%d codes of all", len(all))
	}
}
