package ladder

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"llavero/server/internal/entra"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
)

// Verify says when a key counts as working.
type Verify struct {
	Successes int           // sign-ins in a row, at least; default 3
	Spacing   time.Duration // between them; default 5 s, negative: none
	Wait      time.Duration // after a refusal that means "not everywhere yet"; default 5 s
	Window    time.Duration // for how long such refusals are waited out; default 15 min
	Tries     int           // sign-ins of one proof at most; default 400
}

// WithDefaults takes the defaults for what is not set: the one place for them.
func (v Verify) WithDefaults() Verify {
	if v.Successes == 0 {
		v.Successes = 3
	}
	if v.Spacing == 0 {
		v.Spacing = 5 * time.Second
	}
	if v.Wait == 0 {
		v.Wait = 5 * time.Second
	}
	if v.Window == 0 {
		v.Window = 15 * time.Minute
	}
	if v.Tries == 0 {
		v.Tries = 400
	}
	return v
}

// Prover proves that a secret works: the first three lights.
type Prover struct {
	Verify Verify
	Clock  func() time.Time                                 // required
	Sleep  func(ctx context.Context, d time.Duration) error // default: a timer
}

// WithDefaults takes the defaults for what is not set.
func (p Prover) WithDefaults() Prover {
	p.Verify = p.Verify.WithDefaults()
	if p.Sleep == nil {
		p.Sleep = entra.Sleep
	}
	return p
}

// Proof is what a Prover is to prove.
type Proof struct {
	Client *entra.Client
	Plan   *workflow.TestPlan
	// Until is how long refusals are waited out that a young secret may meet.
	Until time.Time
	// AwaitRoles waits as long for permissions that were granted moments ago.
	AwaitRoles bool
	// Tell is told of the lights' news; an error of it ends the proof.
	Tell func(ctx context.Context, news workflow.News) error
}

// Proved is what a sign-in showed.
type Proved = entra.TokenInfo

// unansweredTries is how often in a row the token endpoint may be out of order
// before the job waits, instead of its worker; longestPause how long it may ask
// for.
const (
	unansweredTries = 2
	longestPause    = time.Minute
)

// proving is one proof on its way.
type proving struct {
	Prover
	Proof
	tries, good, unanswered int
	began                   time.Time // of the first sign-in
	since                   time.Time // the first of the successes in a row
	quiet                   time.Duration
	isLit                   bool // LightSecret is on
	told                    string
}

// Prove lights the lights, and returns what the last sign-in showed. The light
// that failed is told with its code before the error is returned.
func (p Prover) Prove(ctx context.Context, what Proof) (Proved, error) {
	r := &proving{Prover: p.WithDefaults(), Proof: what}
	r.began = r.Clock()
	info, err := r.steady(ctx)
	if err != nil {
		return info, err
	}
	return r.roles(ctx, info)
}

// steady signs in until Entra has taken the secret several times in a row.
func (r *proving) steady(ctx context.Context) (Proved, error) {
	for {
		info, err := r.signIn(ctx)
		wait := r.Verify.Spacing
		switch {
		case err == nil:
			r.good, r.unanswered = r.good+1, 0
			if r.isSteady() {
				return info, r.tell(ctx, info.TLSVersion, r.secretOn(), r.light(access.LightSteady, access.LightOn, nil))
			}
			if err := r.tell(ctx, info.TLSVersion, r.secretOn(), r.light(access.LightSteady, access.LightRunning, nil)); err != nil {
				return info, err
			}
		case r.isWaitedOut(err):
			r.quiet = min(r.Clock().Sub(r.began)/quietShare, longestQuiet)
			r.good, r.unanswered, wait = 0, 0, r.Verify.Wait
			if err := r.tellRefusal(ctx, err); err != nil {
				return info, err
			}
		case r.isPassing(err):
			r.unanswered++
			wait = waitAfter(err, r.Verify.Wait)
		default:
			return info, r.fail(ctx, r.current(), err)
		}
		if err := r.Sleep(ctx, wait); err != nil {
			return info, err
		}
	}
}

// isSteady reports successes enough, after another one: as many as the settings
// say and, where some server was long in hearing of the secret, over a time in
// proportion. Servers that have not heard of it are then likely to be late too.
func (r *proving) isSteady() bool {
	if r.good == 1 {
		r.since = r.Clock()
	}
	return r.good >= r.Verify.Successes && r.Clock().Sub(r.since) >= r.quiet
}

// The quiet that is waited for after refusals: a share of the time they lasted.
const (
	quietShare   = 2
	longestQuiet = 2 * time.Minute
)

// signIn is one try. A key without any role of an API that demands one has no
// token, and a good secret.
func (r *proving) signIn(ctx context.Context) (Proved, error) {
	r.tries++
	info, err := r.Client.TestKey(ctx, r.Plan.TenantID, r.Plan.ClientID, r.Plan.Text, r.Plan.Scope)
	if e, ok := entra.AsError(err); ok && e.Code == noRole {
		return Proved{TLSVersion: r.Client.TLSVersion()}, nil
	}
	return info, err
}

// isWaitedOut reports a refusal that a young secret grows out of.
func (r *proving) isWaitedOut(err error) bool {
	return entra.IsPropagating(err) && r.hasTime()
}

func (r *proving) hasTime() bool {
	return r.tries < r.Verify.Tries && r.Clock().Add(r.Verify.Wait).Before(r.Until)
}

// isPassing reports an answer that is no verdict, and may be asked for again.
func (r *proving) isPassing(err error) bool {
	e, ok := entra.AsError(err)
	return ok && e.Outcome == entra.Later && e.RetryAfter <= longestPause && r.unanswered < unansweredTries && r.tries < r.Verify.Tries
}

func waitAfter(err error, wait time.Duration) time.Duration {
	if e, ok := entra.AsError(err); ok {
		return max(wait, e.RetryAfter)
	}
	return wait
}

// current is the light that is being lit.
func (r *proving) current() access.Light {
	if r.isLit {
		return access.LightSteady
	}
	return access.LightSecret
}

// secretOn is the first light, on from now.
func (r *proving) secretOn() access.LightResult {
	if r.isLit {
		return access.LightResult{}
	}
	r.isLit, r.told = true, ""
	return r.light(access.LightSecret, access.LightOn, nil)
}

func (r *proving) light(l access.Light, state access.LightState, err error) access.LightResult {
	return lightOf(access.LightResult{Light: l, State: state, Tries: r.tries, At: r.Clock().UTC()}, err)
}

// lightOf puts a refusal into a light.
func lightOf(light access.LightResult, err error) access.LightResult {
	if err == nil {
		return light
	}
	light.Code = CodeOf(err)
	if e, ok := entra.AsError(err); ok {
		light.Status, light.RequestID = e.Status, e.RequestID
		if light.RequestID == "" {
			light.RequestID = e.ClientRequestID
		}
	}
	return light
}

// tell hands lights on; those without a name are none.
func (r *proving) tell(ctx context.Context, tls string, lights ...access.LightResult) error {
	lights = slices.DeleteFunc(lights, func(l access.LightResult) bool { return l.Light == "" })
	return r.Tell(ctx, workflow.News{Lights: lights, TLS: tls})
}

// tellRefusal tells of a refusal that is waited out, when it is another than the
// last: the tries in between are nobody's news.
func (r *proving) tellRefusal(ctx context.Context, err error) error {
	if r.told == CodeOf(err) {
		return nil
	}
	r.told = CodeOf(err)
	return r.tell(ctx, r.Client.TLSVersion(), r.light(r.current(), access.LightRunning, err))
}

// fail tells of the light that ends the proof, and returns why it does. What Entra
// did not answer is told as a failure too: the test ends with it.
func (r *proving) fail(ctx context.Context, l access.Light, err error) error {
	if ctx.Err() != nil {
		return err
	}
	if untold := r.tell(ctx, r.Client.TLSVersion(), r.light(l, access.LightFailed, err)); untold != nil {
		return errors.Join(untold, err)
	}
	return err
}

// rolesError is a failure of the third light: the key signs in.
type rolesError struct{ err error }

func (e *rolesError) Error() string { return e.err.Error() }
func (e *rolesError) Unwrap() error { return e.err }

// IsOfRoles reports a proof that failed at what the tokens carry: the secret is
// proved.
func IsOfRoles(err error) bool {
	_, ok := errors.AsType[*rolesError](err)
	return ok
}

// roles lights the third light: the token is this key's, for this API, of this
// directory, and carries what the key holds.
func (r *proving) roles(ctx context.Context, info Proved) (Proved, error) {
	r.told, r.unanswered = "", 0
	for {
		code := r.judge(info)
		switch {
		case code == "" && !r.Plan.AreRead:
			return info, r.tell(ctx, info.TLSVersion, r.light(access.LightRoles, access.LightSkipped, nil))
		case code == "":
			return info, r.tell(ctx, info.TLSVersion, r.light(access.LightRoles, access.LightOn, nil))
		case code != CodeRolesMissing || !r.AwaitRoles || !r.hasTime():
			return info, &rolesError{r.fail(ctx, access.LightRoles, refuse(code))}
		}
		if r.told != code {
			r.told = code
			if err := r.tell(ctx, info.TLSVersion, r.light(access.LightRoles, access.LightRunning, refuse(code))); err != nil {
				return info, err
			}
		}
		if err := r.Sleep(ctx, r.Verify.Wait); err != nil {
			return info, err
		}
		var err error
		if info, err = r.again(ctx); err != nil {
			return info, &rolesError{r.fail(ctx, access.LightRoles, err)}
		}
	}
}

// again signs in once more, over what passes by itself. A refusal that a young
// secret may meet is one of those still: servers forget.
func (r *proving) again(ctx context.Context) (Proved, error) {
	for {
		info, err := r.signIn(ctx)
		switch {
		case err == nil:
			r.unanswered = 0
			return info, nil
		case r.isWaitedOut(err):
		case r.isPassing(err):
			r.unanswered++
		default:
			return info, err
		}
		if err := r.Sleep(ctx, waitAfter(err, r.Verify.Wait)); err != nil {
			return info, err
		}
	}
}

// judge is what is wrong with a token; "": nothing.
func (r *proving) judge(info Proved) string {
	plan := r.Plan
	switch {
	case info.Token.IsEmpty(): // the API demands a role, and the key has none
		return CodeRolesMissing
	case !strings.EqualFold(info.ClientID, plan.ClientID):
		return CodeOtherKey
	case !strings.EqualFold(info.Tenant, plan.TenantID):
		return CodeOtherTenant
	case !strings.EqualFold(info.Audience, plan.ResourceID) && !strings.EqualFold(info.Audience, strings.TrimSuffix(plan.Scope, "/.default")):
		return CodeOtherAudience
	}
	for _, value := range plan.Permissions {
		if plan.AreRead && !slices.Contains(info.Roles, value) {
			return CodeRolesMissing
		}
	}
	return ""
}
