package provision

import (
	"context"
	"sync"
	"time"

	"llavero/server/internal/entra"
)

// apiKept is for how long it is believed what an API offers.
const apiKept = 10 * time.Minute

// apis remembers what the IHCE APIs offer, so that reading the permissions of a
// whole country does not ask for it each time. It is safe for many goroutines;
// two may read the same at once, which harms nothing.
type apis struct {
	clock func() time.Time

	mu    sync.Mutex
	known map[string]knownAPI // by client id
}

type knownAPI struct {
	entra.Principal
	at time.Time
}

// of is the API of a client id. One that does not satisfy enough is read again.
func (a *apis) of(ctx context.Context, client *entra.Client, resource string, enough func(entra.Principal) bool) (entra.Principal, error) {
	a.mu.Lock()
	kept, ok := a.known[resource]
	a.mu.Unlock()
	if ok && a.clock().Sub(kept.at) < apiKept && enough(kept.Principal) {
		return kept.Principal, nil
	}
	return a.read(ctx, client, resource)
}

// read asks Entra, and remembers.
func (a *apis) read(ctx context.Context, client *entra.Client, resource string) (entra.Principal, error) {
	api, err := client.PrincipalByClientID(ctx, resource, false)
	if err != nil {
		return api, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.known[resource] = knownAPI{api, a.clock()}
	return api, nil
}
