package workflow

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
	"llavero/shared/wire"
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
	audit.PermissionAttempt: "provision", audit.KeyPermissions: "provision", audit.PermissionGranted: "provision", audit.PermissionRemoved: "provision",
	audit.PermissionFailed: "provision", audit.PermissionsRead: "provision",
	audit.KeyTestAsked: "ladder", audit.KeyTested: "ladder", audit.KeyChecked: "ladder",
	audit.DriftAttempt: "drift",
}

// TestMain asks, once all stories were told, whether every act of a request, of a
// key, of its values and of its permissions was written down by one of them.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.fuzz").Value.String() == "" && flag.Lookup("test.list").Value.String() == "" {
		for _, g := range []trail.Group{trail.GroupRequests, trail.GroupKeys, trail.GroupValues, trail.GroupPermissions, trail.GroupAttempts} {
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

// Who has permissions read again is told, with how many keys it is about.
func TestRefreshPermissions_isTold(t *testing.T) {
	d := newDesk(t)
	d.issue(d.sign(ourCode))
	_, err := d.flow.RefreshPermissions(t.Context(), by(d.officer), wire.RefreshPermissions{})
	ok(d, err)
	all := d.trail()
	if last := all[len(all)-1]; last.Kind != audit.PermissionsSwept || last.Account != d.officer.Account {
		t.Errorf("%+v", last)
	}
}
