package provision

import (
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// crossing is a wire that notices when two writes to what belongs to one key are
// on their way at once. Each write stays on its way while others may join it.
type crossing struct {
	http.RoundTripper
	owner map[string]access.KeyID // by the object ids of applications and principals

	mu      sync.Mutex
	writing map[access.KeyID]int
	writes  map[access.KeyID]int
	crossed int
}

func (c *crossing) RoundTrip(r *http.Request) (*http.Response, error) {
	key, is := access.KeyID(""), false
	for id, owner := range c.owner {
		if strings.Contains(r.URL.Path, id) {
			key, is = owner, true
		}
	}
	if !is || r.Method == http.MethodGet {
		return c.RoundTripper.RoundTrip(r)
	}
	c.count(key, 1)
	defer c.count(key, -1)
	for range 2000 {
		runtime.Gosched()
	}
	return c.RoundTripper.RoundTrip(r)
}

func (c *crossing) count(key access.KeyID, by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing[key] += by
	if by > 0 {
		c.writes[key]++
		if c.writing[key] > 1 {
			c.crossed++
		}
	}
}

// TestWriters_oneAKey has an overlap end, permissions change and an emergency run
// at once, for both keys of a code: writes of one key never meet, and all of it
// comes about.
func TestWriters_oneAKey(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	w := newOverlap(t, dir)
	w.before = w.keys()
	cross := &crossing{
		RoundTripper: dir.wire.Transport, owner: map[string]access.KeyID{},
		writing: map[access.KeyID]int{}, writes: map[access.KeyID]int{},
	}
	for _, k := range w.keys() {
		cross.owner[k.ObjectID], cross.owner[k.PrincipalID] = k.ID, k.ID
	}
	k := w.keyIn(danger)
	act := workflow.Act{Who: w.officer}
	ended, err := w.flow.EndOverlap(t.Context(), act, k.ID, k.Version)
	if err != nil {
		t.Fatal(err)
	}
	done, err := w.flow.Compromise(t.Context(), act, k.ID, ended.Version, wire.Compromise{LastDigits: access.LastDigits(code), What: "x"})
	if err != nil {
		t.Fatal(err)
	}
	w.id = done.Request
	w.write(func(tx *store.Tx) error { // as an officer who asked for two changes
		k, err := tx.Key(k.ID)
		if err != nil {
			return err
		}
		for _, role := range twoRoles {
			k.Tasks = append(k.Tasks, store.PermissionTask{Permission: role, Act: access.PermissionRemove, By: "x", At: tx.Now()})
		}
		if err := tx.SaveKey(k); err != nil {
			return err
		}
		return tx.EnqueueOnce(store.JobPermissions, string(k.ID))
	})
	client, err := entra.New(w.entraConfig(&http.Client{Transport: cross}))
	if err != nil {
		t.Fatal(err)
	}
	base := Base{
		Entra: map[access.Environment]*entra.Client{access.Preproduction: client, access.Production: client},
		Clock: dir.clock.Now, Sleep: dir.clock.Sleep, Writers: new(entra.Writers),
	}
	runners := map[string]worker.Runner{
		store.JobProvision:   New(Config{Base: base, Flow: w.flow}),
		store.JobRetire:      NewRetirer(RetireConfig{Base: base, Flow: w.flow}),
		store.JobPermissions: NewPermitter(PermitConfig{Base: base, Flow: w.flow}),
	}
	var all sync.WaitGroup
	for kind, runner := range runners {
		work := worker.New(w.db, map[string]worker.Runner{kind: runner}, worker.Config{Clock: dir.clock.Now, Lease: 24 * time.Hour})
		all.Go(func() {
			if _, err := work.RunDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if cross.crossed > 0 || cross.writes[k.ID] < 6 {
		t.Errorf("of %d writes %d met another of the same key", cross.writes[k.ID], cross.crossed)
	}
	if r := w.request(); r.Status != access.StatusDone {
		t.Errorf("the emergency is %s, %+v", r.Status, r.Failure)
	}
	got := w.keyIn(danger)
	if _, live := w.appIn(danger); !slices.Equal(live, []string{got.active.EntraKeyID}) || len(got.Tasks) > 0 {
		t.Errorf("live %v, in force %s, tasks %+v", live, got.active.EntraKeyID, got.Tasks)
	}
}
