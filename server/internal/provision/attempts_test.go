package provision

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/es"
)

// attempts reads what the trail keeps of the calls of the request, oldest first.
func (w *world) attempts() []audit.Record {
	w.t.Helper()
	var all []audit.Record
	err := w.db.EachAuditRecord(w.t.Context(), func(r audit.Record) error {
		if r.Kind == audit.IssueAttempt {
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestRun_attemptsAreInTheTrail finds every call that the directory answered in
// the audit trail, by Microsoft's id, with ours beside it; and the calls that it
// did not answer by ours alone.
func TestRun_attemptsAreInTheTrail(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	cases := map[string]struct {
		fault   entraemu.Fault
		status  string // of the entry that tells of the fault
		outcome string
		parked  bool
	}{
		"none":        {entraemu.Fault{}, "", "", false},
		"throttled":   {entraemu.Fault{Kind: entraemu.FaultStatus, Status: 429, RetryAfter: 7, Path: "addPassword"}, "429", "later", false},
		"answer lost": {entraemu.Fault{Kind: entraemu.FaultLostAnswer, Path: "addPassword"}, "0", "unknown", false},
		"cut before":  {entraemu.Fault{Kind: entraemu.FaultCutBefore, Path: "appRoleAssignedTo"}, "0", "later", false},
		"refused":     {entraemu.Fault{Kind: entraemu.FaultStatus, Status: 403, Path: "/applications(", Count: entraemu.Forever}, "403", "refused", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, dir)
			if c.fault.Kind == "" {
				w.live(-1)
			} else if n := w.liveWith(c.fault); n == 0 {
				t.Fatal("the fault did not strike")
			}
			if r := w.request(); (r.Status == access.StatusPending) != c.parked {
				t.Fatalf("the request is %s, %+v", r.Status, r.Failure)
			}
			kept, told := map[string]audit.Record{}, false
			for _, r := range w.attempts() {
				kept[r.DetailOf("entraRequestId")] = r
				told = told || r.DetailOf("status") == c.status && r.DetailOf("outcome") == c.outcome
				if r.DetailOf("clientRequestId") == "" || r.Subject != string(w.id) || r.DetailOf("step") == "" ||
					!access.Environment(r.DetailOf("environment")).IsValid() || r.DetailOf("call") == "" || r.DetailOf("try") == "" {
					t.Errorf("entry %s", r.Detail)
				}
			}
			if c.status != "" && !told {
				t.Errorf("no entry has status %s and outcome %s", c.status, c.outcome)
			}
			answered := 0
			for _, call := range dir.Journal().Calls() {
				if call.Status == 0 || call.Fault == entraemu.FaultLostAnswer || call.Surface != entraemu.SurfaceGraph {
					continue
				}
				answered++
				if r, ok := kept[call.RequestID]; !ok || !strings.HasPrefix(r.DetailOf("tls"), "TLS 1.") {
					t.Errorf("%s %s, answered %d as %s, is not in the trail", call.Method, call.Path, call.Status, call.RequestID)
				}
			}
			if answered == 0 {
				t.Error("nothing was answered")
			}
			if proofs := w.proofs(); !c.parked && proofs != 6 {
				t.Errorf("%d proofs are in the trail, want three in each environment", proofs)
			}
			if _, err := audit.Verify(t.Context(), w.db); err != nil {
				t.Error(err)
			}
		})
	}
}

// proofs counts the sign-ins of keys in the trail that have both ids.
func (w *world) proofs() (n int) {
	for _, r := range w.attempts() {
		if r.DetailOf("call") == "token" && r.DetailOf("entraRequestId") != "" && r.DetailOf("outcome") == "done" &&
			(r.DetailOf("step") == string(access.StepVerify) || r.DetailOf("step") == string(access.StepTest)) {
			n++
		}
	}
	return n
}

// The trail keeps a bounded number of attempts of one request, and no word from
// outside can make it refuse one.
// TestRun_tellsOfAWait: while Entra has the worker wait, the request says until
// when; once it is issued, or parked, it does not.
func TestRun_tellsOfAWait(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	for name, seconds := range map[string]int{"within the call": 7, "longer than a call lasts": 900} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, dir)
			if _, err := dir.Faults().Add(entraemu.Fault{Kind: entraemu.FaultStatus, Status: 429, RetryAfter: seconds, Path: "addPassword"}); err != nil {
				t.Fatal(err)
			}
			began := dir.clock.Now()
			w.liveUntil("after wait")
			r := w.request()
			if waits := r.RetryAt.Sub(began).Round(time.Second); r.Status != access.StatusIssuing || waits != time.Duration(seconds)*time.Second {
				t.Errorf("%s, and it waits %s", r.Status, waits)
			}
			w.live(-1)
			w.mustBeWhole()
			if r := w.request(); !r.RetryAt.IsZero() {
				t.Errorf("done, and it waits until %s", r.RetryAt)
			}
		})
	}
}

func TestRecordAttempts_bounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newDirectory(t))
	shaped := "abc8" + "Q~" + strings.Repeat("x", 34)
	var tried []workflow.Attempt
	for i := range 70 {
		tried = append(tried, workflow.Attempt{
			Call: "token", Try: i + 1, Status: 429, Code: shaped, RequestID: "r\x00\"" + strings.Repeat("1", 200), At: time.Unix(0, 0), Took: time.Second,
		})
	}
	for range 5 {
		if err := w.flow.RecordAttempts(t.Context(), w.id, access.Production, access.StepVerify, tried); err != nil {
			t.Fatal(err)
		}
	}
	all := w.attempts()
	if len(all) != 300 {
		t.Fatalf("%d attempts are kept, want 300", len(all))
	}
	for i, r := range all {
		if !json.Valid([]byte(r.Detail)) || strings.Contains(r.Detail, "~") || len(r.DetailOf("entraRequestId")) != 80 {
			t.Fatalf("entry %d: %s", i, r.Detail)
		}
		if last := r.DetailOf("rest") == "log"; last != (i == 299) {
			t.Errorf("entry %d says that the rest is in the log: %v", i, last)
		}
	}
	if err := w.flow.RecordAttempts(t.Context(), "absent", access.Production, access.StepVerify, tried); access.CodeOf(err) != access.CodeNotFound {
		t.Errorf("of an absent request: %v", err)
	}
}

// What was tried goes down with what came of it: a record that fails takes its
// attempts along.
func TestRecordApplication_withItsAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newDirectory(t))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	tried := workflow.Attempt{Call: "upsert", Try: 1, Status: 201, RequestID: "m-1", ClientRequestID: "c-1", At: time.Unix(0, 0)}
	if err := w.flow.RecordApplication(ctx, w.id, access.Production, "o", "c", tried); err == nil || len(w.attempts()) != 0 {
		t.Errorf("recorded under a dead context: %v, %d attempts", err, len(w.attempts()))
	}
	if err := w.flow.RecordApplication(t.Context(), w.id, access.Production, "o", "c", tried); err != nil {
		t.Fatal(err)
	}
	var last []audit.Record
	err := w.db.Read(t.Context(), func(tx *store.Tx) error {
		n, err := w.db.AuditLength(t.Context())
		if err == nil {
			last, err = tx.AuditAfter(n-2, 2)
		}
		return err
	})
	if err != nil || len(last) != 2 || last[0].Kind != audit.IssueAttempt || last[1].Kind != audit.KeyApplication || !last[0].At.Equal(last[1].At) {
		t.Errorf("the trail ends with %+v, %v", last, err)
	}
}

// Each code that stands where Microsoft gave none has words of its own for the
// officer's list.
func TestCodes_areWorded(t *testing.T) {
	unknown := es.FailureCause(access.Failure{Status: 418, Code: "NoSuchCode"})
	for _, code := range []string{
		CodeNotConfigured, CodeNoSuchRole, CodeRolesMissing, CodeOtherKey, CodeOtherApp, CodeInternal,
		entra.CodeNoAnswer, entra.CodeNotSent, entra.CodeUnexpected,
	} {
		if got := es.FailureCause(access.Failure{Status: 418, Code: code}); got == unknown {
			t.Errorf("%s is not worded", code)
		}
	}
}
