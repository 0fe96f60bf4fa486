package workflow

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/params"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// CodeInterrupted is the code of a test that nobody works on any more.
const CodeInterrupted = "Interrupted"

// Trial names what a test is about. What a test finds is recorded only while the
// key still has this secret in force, and this application.
type Trial struct {
	Key      access.KeyID
	Secret   string // id of the row
	ClientID string
}

// TestPlan is what the test of a key works with. The secret in it was opened for
// the test, which the trail tells.
type TestPlan struct {
	Trial
	Environment access.Environment
	Code        access.LicenseCode
	Text        secret.Text
	EntraKeyID  string // of the secret, in the application ObjectID; "": not known
	ObjectID    string
	BeganAt     time.Time
	CreatedAt   time.Time // when the secret was recorded here
	ExpiresAt   time.Time // of the secret, as recorded
	IsReady     bool      // it was proved before
	// IsChecked: the key was typed, and is to be found in Entra first.
	IsChecked bool
	// IsShared: another key of the records has this client id too.
	IsShared bool

	Permissions []string // those the key holds as recorded
	AreRead     bool     // false: they were never read from Entra
	TenantID    string
	Scope       string
	ResourceID  string // client id of the IHCE API
	EndPoint    string // of the gateway; "": not configured
	Subscribed  secret.Text

	prefix string
}

// TestKey has a key tested, by the server: delegates their own, officers any. Its
// lights come as changes of its row.
func (f *Flow) TestKey(ctx context.Context, act Act, id access.KeyID) (wire.AcceptedKey, error) {
	return once(ctx, f, act, "test "+string(id), func(tx *store.Tx) (wire.AcceptedKey, error) {
		if !act.Who.IsDelegate() && !act.Who.IsOfficer() {
			return wire.AcceptedKey{}, access.Refuse(access.CodeForbidden, "")
		}
		k, err := tx.Key(id)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		s, err := f.testable(tx, act.Who, k)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		s.Test = newTest(tx.Now(), act.Who.Person.Name)
		if err := tx.SaveProof(*s); err != nil {
			return wire.AcceptedKey{}, err
		}
		if err := tx.EnqueueOnce(store.JobTest, string(k.ID)); err != nil {
			return wire.AcceptedKey{}, err
		}
		if err := tx.Audit(officerEntry(act, audit.KeyTestAsked, k, audit.Word("secret", s.ID))); err != nil {
			return wire.AcceptedKey{}, err
		}
		seq, err := tx.Change(wire.RowKey, string(k.ID), k.Entity)
		return acceptedKey(k, seq), err
	})
}

// testable is the secret of a key that a viewer may have tested now.
func (f *Flow) testable(tx *store.Tx, who access.Viewer, k *store.Key) (*store.Secret, error) {
	if err := access.CanActOnKey(who, &k.Key); err != nil {
		return nil, err
	}
	s, err := tx.SecretInForce(k.ID)
	if err != nil {
		return nil, err
	}
	if err := access.CanTest(who, &k.Key, s != nil && s.Test.IsRunning()); err != nil {
		return nil, err
	}
	if s == nil || s.Sealed == nil || k.ClientID == "" {
		return nil, &access.Error{Code: access.CodeConflict, Hint: access.HintState, Version: k.Version}
	}
	if s.Test == nil {
		return s, nil
	}
	if left := s.Test.EndedAt.Add(f.policy.TestPause).Sub(tx.Now()); left > 0 {
		seconds := strconv.Itoa(int((left + time.Second - 1) / time.Second))
		return nil, &access.Error{Code: access.CodeThrottled, Version: k.Version, Args: map[string]string{"wait": seconds}}
	}
	return s, nil
}

func newTest(now time.Time, by string) *access.KeyTest {
	t := &access.KeyTest{StartedAt: now, By: by}
	for _, l := range access.Lights() {
		t.Lights = append(t.Lights, access.LightResult{Light: l, State: access.LightWaiting})
	}
	return t
}

// BeginTest opens the secret in force of a key for its test and says what the
// test works with; nil: there is nothing to test. One that is under way begins
// anew at its first light: what it had found was lost with its worker.
func (f *Flow) BeginTest(ctx context.Context, id access.KeyID) (*TestPlan, error) {
	var plan *TestPlan
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		k, err := tx.Key(id)
		if err != nil {
			return err
		}
		s, err := tx.SecretInForce(k.ID)
		if err != nil {
			return err
		}
		if s == nil || s.Sealed == nil || k.ClientID == "" || k.State == access.KeyCreating {
			return tx.FinishJobsOf(store.JobTest, string(id))
		}
		plan, err = f.beginTest(tx, k, s)
		return err
	})
	return plan, refused(err)
}

// BeginIssueTest is BeginTest of the secret that a request being issued got.
func (f *Flow) BeginIssueTest(ctx context.Context, id access.RequestID, env access.Environment) (*TestPlan, error) {
	var plan *TestPlan
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		r, err := issuing(tx, id)
		if err != nil {
			return err
		}
		k, err := keyOf(tx, r, env)
		if err != nil {
			return err
		}
		s, err := tx.SecretInForce(k.ID)
		if err != nil {
			return err
		}
		if s == nil || s.Request != r.ID {
			return access.Refuse(access.CodeNotFound, "")
		}
		plan, err = f.beginTest(tx, k, s)
		return err
	})
	return plan, refused(err)
}

func (f *Flow) beginTest(tx *store.Tx, k *store.Key, s *store.Secret) (*TestPlan, error) {
	text, err := f.box.Open(s.Sealed, secretIdentity(s.ID, k.ID))
	if err != nil {
		return nil, err
	}
	by, since := "", tx.Now()
	if s.Test.IsRunning() {
		by, since = s.Test.By, s.Test.StartedAt
	}
	s.Test = newTest(since, by)
	s.Test.Lights[0].State = access.LightRunning
	if k.State == access.KeyUnverified && s.Check == nil { // typed before there was a check
		s.Check = &access.KeyCheck{State: access.CheckWaiting}
	}
	if err := tx.SaveProof(*s); err != nil {
		return nil, err
	}
	if err := tx.Audit(permissionEntry(audit.SecretTested, k, audit.Word("secret", s.ID))); err != nil {
		return nil, err
	}
	if err := tellTest(tx, k); err != nil {
		return nil, err
	}
	plan := f.testPlan(k, s)
	plan.Text = text
	plan.IsShared, err = tx.ClientIDUsed(k.ClientID, k.Code, k.Environment)
	return plan, err
}

func (f *Flow) testPlan(k *store.Key, s *store.Secret) *TestPlan {
	e := f.params.Of(k.Environment)
	p := &TestPlan{
		Trial:       Trial{Key: k.ID, Secret: s.ID, ClientID: k.ClientID},
		Environment: k.Environment, Code: k.Code, EntraKeyID: s.EntraKeyID, ObjectID: s.ObjectID,
		BeganAt: s.Test.StartedAt, CreatedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt, IsReady: s.IsProved(),
		IsChecked:   k.State == access.KeyUnverified,
		Permissions: k.Permissions, AreRead: !k.PermissionsAt.IsZero(),
		TenantID: e.TenantID, Scope: e.Scope, ResourceID: e.ResourceAppID, prefix: f.policy.Prefix,
	}
	endPoint, found := findParam(e, "EndPoint")
	key, isKey := findParam(e, "APIMSubskey")
	if found && isKey {
		p.EndPoint, p.Subscribed = endPoint.Reveal(), key
	}
	return p
}

// findParam finds a parameter however its name's letters are cased.
func findParam(e params.Environment, name string) (secret.Text, bool) {
	i := slices.IndexFunc(e.Params, func(p params.Param) bool { return strings.EqualFold(p.Name, name) })
	if i < 0 {
		return secret.Text{}, false
	}
	return e.Params[i].Value, true
}

// tellTest writes the change of a key's row whose test moved. It moves no
// version: nobody decides anything by a light, and a form that is open while a
// test runs stays good.
func tellTest(tx *store.Tx, k *store.Key) error {
	if k.State == access.KeyCreating {
		return nil
	}
	_, err := tx.Change(wire.RowKey, string(k.ID), k.Entity)
	return err
}

// tried reads what a trial is about; one that another secret or another
// application took the place of meanwhile is stale.
func tried(tx *store.Tx, t Trial) (*store.Key, *store.Secret, error) {
	k, err := working(tx, t.Key, t.ClientID)
	if err != nil {
		return nil, nil, err
	}
	s, err := tx.SecretInForce(k.ID)
	if err != nil {
		return nil, nil, err
	}
	if s == nil || s.ID != t.Secret {
		return nil, nil, &access.Error{Code: access.CodeConflict, Hint: access.HintStale, Version: k.Version}
	}
	return k, s, nil
}

// News is what became of the lights of a test.
type News struct {
	Lights []access.LightResult
	TLS    string // of the last answer
	// Found is what Entra shows of a typed key; it is imported once the key has
	// signed in steadily.
	Found *Found
}

// RecordLights writes down what became of lights, a change for people to see.
// With LightSteady the secret is proved, and a typed key is verified.
func (f *Flow) RecordLights(ctx context.Context, t Trial, news News) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		k, s, err := tried(tx, t)
		if err != nil {
			return err
		}
		if s.Test == nil {
			s.Test = newTest(tx.Now(), "")
		}
		if news.TLS != "" {
			s.Test.TLS = machine(news.TLS)
		}
		for _, r := range news.Lights {
			light(tx, s, r)
		}
		passed := s.IsProved() && k.State == access.KeyUnverified && s.Test.Light(access.LightSteady).State == access.LightOn
		if passed {
			if err := verified(tx, k, s, news.Found); err != nil {
				return err
			}
		}
		if err := tx.SaveProof(*s); err != nil {
			return err
		}
		if passed {
			return tellKeyQuietly(tx, k)
		}
		return tellTest(tx, k)
	}))
}

// light puts one light's news into a test, and moves the stage of its secret
// with it. A secret that is ready stays ready.
func light(tx *store.Tx, s *store.Secret, r access.LightResult) {
	r.Code, r.RequestID = machine(r.Code), machine(r.RequestID)
	if r.At.IsZero() {
		r.At = tx.Now()
	}
	for i := range s.Test.Lights {
		if s.Test.Lights[i].Light == r.Light {
			s.Test.Lights[i] = r
		}
	}
	switch {
	case s.IsProved():
	case r.Light == access.LightSteady && r.State == access.LightOn:
		s.Stage, s.ProvedAt = access.StageReady, tx.Now()
	case r.State == access.LightOn, r.State == access.LightRunning && r.Code != "":
		s.Stage = access.StagePropagating
	}
}

// TestEnd is how a test ended, beyond its lights.
type TestEnd struct {
	Code    string      // what kept it from going on; "": nothing did
	Problem access.Hint // what Entra says against a typed key; "": nothing, or it was not asked
	// Again is when the key is to be tested again by itself; 0: not. Times is how
	// often that was put off so far.
	Again time.Duration
	Times int
}

// EndTest closes a test: lights it did not get to are skipped, and the one it was
// at failed. A typed key that was not verified says why, or waits.
func (f *Flow) EndTest(ctx context.Context, t Trial, end TestEnd) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		k, s, err := tried(tx, t)
		if err != nil {
			return err
		}
		return f.endTest(tx, k, s, end)
	}))
}

// AbandonTest closes the test of a key whose job came to nothing.
func (f *Flow) AbandonTest(ctx context.Context, id access.KeyID, end TestEnd) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		k, err := tx.Key(id)
		if err != nil {
			return err
		}
		s, err := tx.SecretInForce(k.ID)
		if err != nil {
			return err
		}
		if s == nil {
			return tx.FinishJobsOf(store.JobTest, string(id))
		}
		return f.endTest(tx, k, s, end)
	}))
}

func (f *Flow) endTest(tx *store.Tx, k *store.Key, s *store.Secret, end TestEnd) error {
	attrs := []audit.Attr{audit.Word("secret", s.ID), audit.Word("code", machine(end.Code))}
	if s.Test.IsRunning() {
		for i, r := range s.Test.Lights {
			switch r.State {
			case access.LightRunning:
				r.State, r.At = access.LightFailed, tx.Now()
				if r.Code == "" {
					r.Code = machine(end.Code)
				}
			case access.LightWaiting:
				r.State = access.LightSkipped
			}
			s.Test.Lights[i] = r
			attrs = append(attrs, audit.Word(string(r.Light), strings.TrimSpace(string(r.State)+" "+r.Code)))
		}
		s.Test.EndedAt = tx.Now()
		if err := tx.Audit(permissionEntry(audit.KeyTested, k, append(attrs, audit.Word("stage", string(s.Stage)))...)); err != nil {
			return err
		}
	}
	if k.State == access.KeyUnverified && s.Check != nil && s.Check.State != access.CheckPassed {
		if err := notVerified(tx, k, s, end); err != nil {
			return err
		}
	}
	if err := tx.SaveProof(*s); err != nil {
		return err
	}
	if err := tx.FinishJobsOf(store.JobTest, string(k.ID)); err != nil {
		return err
	}
	if end.Again > 0 {
		again := store.Job{Kind: store.JobTest, Subject: string(k.ID), Step: strconv.Itoa(end.Times), RunAfter: tx.Now().Add(end.Again)}
		if err := tx.Enqueue(again); err != nil {
			return err
		}
	}
	return tellTest(tx, k)
}

// endIssueTests closes what a request's own tests were at when it was parked.
func (f *Flow) endIssueTests(tx *store.Tx, r *store.Request) error {
	for _, env := range access.Environments() {
		k, err := tx.KeyOf(r.Code, env)
		if err != nil {
			return err
		}
		if k == nil {
			continue
		}
		s, err := tx.SecretInForce(k.ID)
		if err != nil {
			return err
		}
		if s == nil || s.Request != r.ID || !s.Test.IsRunning() {
			continue
		}
		if err := f.endTest(tx, k, s, TestEnd{Code: CodeInterrupted}); err != nil {
			return err
		}
	}
	return nil
}
