package remind

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

var noon = time.Date(2027, 11, 16, 17, 0, 0, 0, time.UTC)

// rounds is a Flow that has so many rounds of keys to tell.
type rounds struct {
	keys  []int
	told  []workflow.Credential
	rung  int
	fails error
}

func (r *rounds) Remind(context.Context) (int, bool, error) {
	if len(r.keys) == 0 || r.fails != nil {
		return 0, false, r.fails
	}
	n := r.keys[0]
	r.keys = r.keys[1:]
	return n, len(r.keys) > 0, nil
}

func (r *rounds) RemindCredential(_ context.Context, c workflow.Credential) (int, error) {
	r.told = append(r.told, c)
	return r.rung, nil
}

type directory struct {
	own   entra.OwnCredential
	fails error
	asked int
}

func (d *directory) OwnCredential(context.Context) (entra.OwnCredential, error) {
	d.asked++
	return d.own, d.fails
}

func keeper(f Flow, log *bytes.Buffer) *Keeper {
	return &Keeper{
		Flow: f, PerSweep: 10, Operator: "operador@ministerio.example", Clock: func() time.Time { return noon },
		Log: slog.New(slog.NewTextHandler(log, nil)),
	}
}

func TestSweep_isBounded(t *testing.T) {
	var log bytes.Buffer
	f := &rounds{keys: []int{4, 4, 4, 4}}
	k := keeper(f, &log)
	if more, err := k.Sweep(t.Context()); !more || err != nil || len(f.keys) != 1 {
		t.Errorf("%t, %v, %d rounds left", more, err, len(f.keys))
	}
	if more, err := k.Sweep(t.Context()); more || err != nil || len(f.keys) != 0 {
		t.Errorf("%t, %v, %d rounds left", more, err, len(f.keys))
	}
	if !strings.Contains(log.String(), "keys=12") || !strings.Contains(log.String(), "keys=4") {
		t.Errorf("told %s", log.String())
	}
	f.fails = errors.New("broken")
	if _, err := k.Sweep(t.Context()); !errors.Is(err, f.fails) {
		t.Errorf("got %v", err)
	}
}

// A directory that environments share is asked once, and told of once; one that
// does not answer stops nobody else's.
func TestSweep_credentials(t *testing.T) {
	var log bytes.Buffer
	f := &rounds{rung: 7}
	k := keeper(f, &log)
	shared := &directory{own: entra.OwnCredential{IsCertificate: true, Ends: noon.AddDate(0, 0, 7)}}
	k.Directories = map[access.Environment]Directory{access.Preproduction: shared, access.Production: shared}
	if _, err := k.Sweep(t.Context()); err != nil || shared.asked != 1 || len(f.told) != 1 {
		t.Fatalf("%v, asked %d times, %d told", err, shared.asked, len(f.told))
	}
	if got := f.told[0]; len(got.Environments) != 2 || !got.IsCertificate || got.To != k.Operator || !got.Ends.Equal(shared.own.Ends) {
		t.Errorf("%+v", got)
	}
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "left=168h0m0s") {
		t.Errorf("told %s", log.String())
	}
	broken, unknown := &directory{fails: fmt.Errorf("away")}, &directory{}
	for _, envs := range [][2]Directory{{broken, shared}, {shared, broken}, {unknown, unknown}} {
		f.told = nil
		k.Directories = map[access.Environment]Directory{access.Preproduction: envs[0], access.Production: envs[1]}
		_, err := k.Sweep(t.Context())
		if isBroken := envs[0] != unknown; (err != nil) != isBroken || len(f.told) != map[bool]int{true: 1, false: 0}[isBroken] {
			t.Errorf("%v, %d told", err, len(f.told))
		}
	}
}

func TestRun_endsWithItsContext(t *testing.T) {
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := keeper(&rounds{fails: errors.New("broken")}, &log).Run(ctx); err != nil || log.Len() > 0 {
		t.Errorf("%v, told %s", err, log.String())
	}
}
