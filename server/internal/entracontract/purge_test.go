package entracontract

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// purge deletes for good every application the run made, with its service
// principal, and asks until nothing of the run's name is left, among the deleted
// items neither.
func (r *run) purge(ctx context.Context) error {
	start := r.clock()
	for {
		for _, made := range []struct {
			collection string
			ids        []string
		}{{"applications", r.ids}, {"servicePrincipals", r.principals}} {
			for _, id := range made.ids {
				for _, call := range []string{"DELETE /" + made.collection + "/" + id, "DELETE /directory/deletedItems/" + id} {
					if _, err := r.send(ctx, step{say: "purge", call: call}); err != nil {
						return err
					}
				}
			}
		}
		left, err := r.left(ctx)
		if err != nil || left == "" {
			return err
		}
		if r.clock().Sub(start) >= r.target.patience {
			return errors.New("left behind:" + left)
		}
		if err := pause(ctx, r.target.pause); err != nil {
			return err
		}
	}
}

// left names the collections that still hold something of the run.
func (r *run) left(ctx context.Context) (string, error) {
	var left strings.Builder
	for _, c := range []string{"applications", "servicePrincipals", "directory/deletedItems/microsoft.graph.application", "directory/deletedItems/microsoft.graph.servicePrincipal"} {
		a, err := r.send(ctx, step{say: "left", call: "GET /" + c + "?$filter=startswith(displayName,'{prefix}')&$count=true&$select=id,displayName", header: eventual})
		if err != nil {
			return "", err
		}
		n, ok := at(a.raw, "@odata.count")
		switch {
		case a.status >= 400 && a.status < 500 && a.status != http.StatusTooManyRequests:
			return "", fmt.Errorf("what is left of %s cannot be asked: status %d", c, a.status)
		case a.status != http.StatusOK || !ok || n != "0":
			fmt.Fprintf(&left, " %s (status %d, count %q)", c, a.status, n)
		}
	}
	return left.String(), nil
}

// report is what a run measured: TLS, and each kind of lag.
func (r *run) report() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for _, host := range slices.Sorted(func(yield func(string) bool) {
		for h := range r.versions {
			if !yield(h) {
				return
			}
		}
	}) {
		fmt.Fprintf(&b, "%-40s %s\n", mask(host, r.vars), tls.VersionName(r.versions[host]))
	}
	b.WriteString("after a new…          samples       p50       p95     worst\n")
	for _, kind := range []string{"application", "service principal", "secret", "role", "deletion"} {
		d := slices.Sorted(slices.Values(r.lags[kind]))
		if len(d) == 0 {
			continue
		}
		rank := func(p float64) time.Duration { return d[min(len(d)-1, int(float64(len(d))*p))] }
		fmt.Fprintf(&b, "%-22s %6d %9s %9s %9s\n", kind, len(d), short(rank(0.5)), short(rank(0.95)), short(d[len(d)-1]))
	}
	return b.String()
}

func short(d time.Duration) string { return d.Round(10 * time.Millisecond).String() }

// withoutEnd outlives the test's own context: cleaning up has two minutes of
// its own and more for a slow directory.
func withoutEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 20*time.Minute)
}
