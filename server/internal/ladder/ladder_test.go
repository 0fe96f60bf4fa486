package ladder_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/ladder"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func decode[T any](t *testing.T, body []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestTest_asked: delegates test their own, officers any; one at a time, and not
// without a pause. The lights come one after another.
func TestTest_asked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, key := w.pair()
	w.run()
	ask := func(who access.Viewer) (wire.AcceptedKey, error) {
		return w.flow.TestKey(t.Context(), workflow.Act{Who: who}, key.ID)
	}
	_, err := ask(w.delegate)
	if access.CodeOf(err) != access.CodeThrottled {
		t.Errorf("at once: %v", err)
	}
	_ = w.clock.Sleep(t.Context(), 29*time.Second)
	if _, err = ask(w.officer); access.CodeOf(err) != access.CodeThrottled {
		t.Errorf("after 29 s: %v", err)
	}
	_ = w.clock.Sleep(t.Context(), time.Second)
	if _, err = ask(w.stranger); access.CodeOf(err) != access.CodeNotFound {
		t.Errorf("a stranger: %v", err)
	}
	if _, err = ask(access.Viewer{}); access.CodeOf(err) != access.CodeForbidden {
		t.Errorf("nobody: %v", err)
	}
	version := w.key(access.Production).Version
	head := w.head()
	done, err := ask(w.delegate)
	w.must(err)
	if done.ID != key.ID || done.Seq != head+1 {
		t.Errorf("answered %+v after %d", done, head)
	}
	row := w.row(key.ID)
	if !row.Test.IsRunning() || row.Test.By != w.delegate.Person.Name || lights(row.Test) != "waiting, waiting, waiting, waiting" || row.Stage != access.StageReady {
		t.Errorf("asked: %+v", row.Test)
	}
	if _, err = ask(w.officer); access.HintOf(err) != access.HintUnderWay {
		t.Errorf("while it runs: %v", err)
	}
	w.run()
	row = w.row(key.ID)
	if row.Test.IsRunning() || lights(row.Test) != allOn || row.Test.By != w.delegate.Person.Name {
		t.Errorf("after: %s %+v", lights(row.Test), row.Test)
	}
	if w.head()-head < 6 {
		t.Errorf("%d changes told of four lights", w.head()-head)
	}
	if v := w.key(access.Production).Version; v != version {
		t.Errorf("a test moved the row from version %d to %d", version, v)
	}
	if asked := w.trail(key.ID, audit.KeyTestAsked); len(asked) != 1 || !strings.Contains(asked[0].Person, w.delegate.Person.Name) {
		t.Errorf("trail %v", asked)
	}
}

func (w *world) head() (seq int64) {
	w.t.Helper()
	w.must(w.db.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		seq, err = tx.Head()
		return err
	}))
	return seq
}

// dying is a flow whose server dies at the n-th record.
type dying struct {
	ladder.Flow
	left *int
	die  func()
}

func (d dying) RecordLights(ctx context.Context, t workflow.Trial, news workflow.News) error {
	if *d.left--; *d.left < 0 {
		d.die()
		return context.Canceled
	}
	return d.Flow.RecordLights(ctx, t, news)
}

func (d dying) EndTest(ctx context.Context, t workflow.Trial, end workflow.TestEnd) error {
	if *d.left--; *d.left < 0 {
		d.die()
		return context.Canceled
	}
	return d.Flow.EndTest(ctx, t, end)
}

// A server that dies in the middle of a test finds it again: none is under way
// for ever.
func TestTest_deathAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, key := w.pair()
	w.run()
	for n := 0; ; n++ {
		_ = w.clock.Sleep(t.Context(), time.Hour)
		_, err := w.flow.TestKey(t.Context(), workflow.Act{Who: w.officer}, key.ID)
		w.must(err)
		ctx, die := context.WithCancel(t.Context())
		left, isDead := n, false
		l := ladder.New(ladder.Config{
			Flow: dying{w.flow, &left, func() { isDead = true; die() }}, Gateway: w.gateway, Prover: w.prover(),
			Entra: map[access.Environment]*entra.Client{access.Production: w.client},
		})
		_ = l.Run(ctx, store.Job{Kind: store.JobTest, Subject: string(key.ID)})
		die()
		if isDead && !w.row(key.ID).Test.IsRunning() {
			t.Errorf("death %d: the test ended without an end", n)
		}
		w.run()
		if row := w.row(key.ID); row.Test.IsRunning() || lights(row.Test) != allOn || row.Test.By != w.officer.Person.Name {
			t.Errorf("death %d: %s", n, lights(row.Test))
		}
		if !isDead {
			if n < 5 {
				t.Errorf("only %d records", n)
			}
			break
		}
	}
}

// A test whose job is lost is closed by the sweep.
func TestSweepChecks_abandoned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, key := w.pair()
	w.run()
	_ = w.clock.Sleep(t.Context(), time.Minute)
	_, err := w.flow.TestKey(t.Context(), workflow.Act{Who: w.officer}, key.ID)
	w.must(err)
	_, err = w.flow.SweepChecks(t.Context())
	w.must(err)
	if !w.row(key.ID).Test.IsRunning() {
		t.Fatal("a test that has its job was closed")
	}
	w.must(w.db.Write(t.Context(), func(tx *store.Tx) error { return tx.FinishJobsOf(store.JobTest, string(key.ID)) }))
	_, err = w.flow.SweepChecks(t.Context())
	w.must(err)
	if row := w.row(key.ID); row.Test.IsRunning() || row.State != access.KeyActive {
		t.Errorf("%s", lights(row.Test))
	}
}

// A key that changes under its test is tested as it is then; nothing of the old
// one is recorded of the new.
func TestTest_keyChangesUnderIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, key := w.pair()
	next := w.make("next", "Next", w.year())
	changed := false
	w.wire.with(func(_ *http.Request, f url.Values) {
		if changed || f.Get("client_id") != key.ClientID {
			return
		}
		changed = true
		k := w.key(access.Production)
		_, err := w.flow.Amend(t.Context(), workflow.Act{Who: w.officer}, code, wire.AmendKeys{Production: &wire.AmendKey{
			Version: k.Version, ClientID: next.clientID, Secret: next.secret.Text.Reveal(), ExpiresAt: w.year(),
		}})
		w.must(err)
	})
	w.run()
	k, s := w.key(access.Production), w.secret(key.ID)
	if !changed || k.State != access.KeyOverlap && k.State != access.KeyActive || k.ObjectID != next.objectID || s.EntraKeyID != next.secret.KeyID || !s.IsProved() {
		t.Errorf("changed %v: %s %+v", changed, k.State, s)
	}
}

// A fault of ours ends the test and leaves the key as it was.
func TestPark(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, key := w.pair()
	job := store.Job{Kind: store.JobTest, Subject: string(key.ID)}
	_, err := w.flow.BeginTest(t.Context(), key.ID)
	w.must(err)
	w.must(w.ladder().Park(t.Context(), job, context.DeadlineExceeded))
	if row := w.row(key.ID); row.Test.IsRunning() || row.Check.State != access.CheckWaiting || row.Check.Code != ladder.CodeInternal {
		t.Errorf("%s %+v", lights(row.Test), row.Check)
	}
	w.must(w.ladder().Park(t.Context(), store.Job{Kind: store.JobTest, Subject: "nobody's"}, context.DeadlineExceeded))
}

// Nothing of a secret or a token is in what is stored of a test.
func TestTest_leavesNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pro, _, key := w.pair()
	w.run()
	text, err := json.Marshal(w.row(key.ID))
	w.must(err)
	for _, s := range []secret.Text{pro.secret.Text, secret.New(w.emu.Gateway(entraemu.Prod).SubscriptionKey)} {
		if strings.Contains(string(text), s.Reveal()) {
			t.Error("the row holds a secret")
		}
	}
	if strings.Contains(string(text), "eyJ") {
		t.Error("the row holds a token")
	}
}
