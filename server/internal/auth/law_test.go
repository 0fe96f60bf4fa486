package auth

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/trail"
)

// lawTold are the kinds that the stories of this package wrote, on real databases.
var lawTold = struct {
	sync.Mutex
	kinds map[audit.Kind]bool
}{kinds: map[audit.Kind]bool{}}

// remember takes in what a story wrote, when it is over.
func remember(db *store.DB) {
	_ = db.EachAuditRecord(context.Background(), func(r audit.Record) error {
		lawTold.Lock()
		defer lawTold.Unlock()
		lawTold.kinds[r.Kind] = true
		return nil
	})
}

// elsewhere are kinds of this package's groups that other packages' stories tell.
var elsewhere = map[audit.Kind]string{
	audit.AccountEnabled: "workflow", audit.AccountChanged: "workflow", audit.Forbidden: "httpapi",
}

// TestMain asks, once all stories were lawTold, whether every act of a session and
// of an account was written down by one of them.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.fuzz").Value.String() == "" && flag.Lookup("test.list").Value.String() == "" {
		for _, g := range []trail.Group{trail.GroupSessions, trail.GroupAccounts} {
			for _, k := range audit.KindsOf(g) {
				if !lawTold.kinds[k] && elsewhere[k] == "" {
					fmt.Printf("no story of this package writes %s\n", k)
					code = 1
				}
			}
		}
	}
	os.Exit(code)
}

// An administrator who is one no more is told in the trail.
func TestOfficers_withdrawnAdministrator(t *testing.T) {
	b := withPeople(t)
	by, _, _ := b.administrator("9999000201")
	added := b.officer(password(t))
	for _, to := range []bool{true, false} {
		if err := b.SetAdministrator(t.Context(), by, added.ID, to); err != nil {
			t.Fatal(err)
		}
	}
	if b.kinds(audit.AdministratorGranted) < 1 || b.kinds(audit.AdministratorWithdrawn) != 1 {
		t.Error("not told in the trail")
	}
}
