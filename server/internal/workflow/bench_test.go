package workflow

import (
	"context"
	"testing"

	"llavero/server/internal/audit"
	"llavero/server/internal/consent"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// BenchmarkSubmit writes and signs a request, durably: three commits, the code
// in between taken from its mail. Compare BenchmarkCommit, which shows what the
// disk allows.
func BenchmarkSubmit(b *testing.B) {
	d := newDesk(b)
	rules := consent.DefaultRules()
	rules.PerHour = 1 << 30
	d.flow.policy.Codes = rules
	ctx := b.Context()
	texts, err := d.flow.ConsentTexts(ctx)
	if err != nil {
		b.Fatal(err)
	}
	var ticks []wire.AcceptedText
	for _, t := range texts.Texts {
		ticks = append(ticks, wire.AcceptedText{ID: t.ID, Hash: t.Hash})
	}
	b.ResetTimer()
	for range b.N {
		act := by(d.delegate)
		act.Key = newGUID()
		a, err := d.flow.CreateRequest(ctx, act, wire.NewRequest{Kind: access.KindEnroll, Code: ourCode, Form: goodForm()})
		if err != nil {
			b.Fatal(err)
		}
		act.Key = newGUID()
		sent, err := d.flow.SendCode(ctx, act, a.ID, wire.SendCode{Accepted: ticks})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		typed := takeMail(ctx, b, d)
		b.StartTimer()
		act.Key = newGUID()
		if _, err := d.flow.Sign(ctx, act, a.ID, a.Version, wire.Sign{Code: typed, ContentHash: sent.ContentHash}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		makeRoom(ctx, b, d, a.ID)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submits/s")
}

// BenchmarkCommit is one small durable transaction.
func BenchmarkCommit(b *testing.B) {
	d := newDesk(b)
	b.ResetTimer()
	for range b.N {
		if err := d.db.Write(b.Context(), func(tx *store.Tx) error { return tx.SetMeta("x", "y") }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func takeMail(ctx context.Context, b *testing.B, d *desk) (typed string) {
	b.Helper()
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		job, err := tx.ClaimJob([]string{store.JobMail}, 1)
		if err != nil {
			return err
		}
		m, err := d.flow.OpenMail(ctx, *job)
		if err != nil {
			return err
		}
		typed = m.Data["code"]
		return tx.FinishJob(job.ID)
	})
	if err != nil {
		b.Fatal(err)
	}
	return typed
}

// makeRoom makes room for the next request of the same code.
func makeRoom(ctx context.Context, b *testing.B, d *desk, id access.RequestID) {
	b.Helper()
	err := d.db.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.KeyRequest(id)
		if err != nil {
			return err
		}
		r.Status = access.StatusDone
		if err := tx.FinishJobsOf(store.JobProvision, string(id)); err != nil {
			return err
		}
		_, err = save(tx, r, serverEntry(audit.RequestDone, r))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
