package entraemu

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Duration is a time.Duration that reads and writes as "1m30s" in JSON.
type Duration time.Duration

// MarshalJSON writes the text form.
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).String())
}

// UnmarshalJSON takes the text form.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("a duration is text such as \"1m30s\": %w", err)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("a duration is text such as \"1m30s\": %w", err)
	}
	*d = Duration(v)
	return nil
}

// Span is a range of time a lag is drawn from.
type Span struct {
	Min Duration `json:"min"`
	Max Duration `json:"max"`
}

// Exactly is a span of one value.
func Exactly(d time.Duration) Span { return Span{Min: Duration(d), Max: Duration(d)} }

func (s Span) draw(rng *rand.Rand) time.Duration {
	if s.Max <= s.Min {
		return time.Duration(s.Min)
	}
	return time.Duration(s.Min) + time.Duration(rng.Int64N(int64(s.Max-s.Min)+1))
}

// Lag is how long after a write the replicas still answer as before it.
type Lag struct {
	Application Span `json:"application"`
	Principal   Span `json:"principal"`
	Secret      Span `json:"secret"`
	Role        Span `json:"role"`
	Delete      Span `json:"delete"`
}

// Chance is how often, in percent of calls, something goes wrong by itself.
type Chance struct {
	Throttle    float64 `json:"throttle"`    // 429 with Retry-After
	Unavailable float64 `json:"unavailable"` // 503
	LostAnswer  float64 `json:"lostAnswer"`  // done, but the answer never arrives
	Cut         float64 `json:"cut"`         // cut before anything is done
}

// Throttle limits Graph writes in sliding windows: no more than so many in any
// span of that length. Zero writes are no limit.
type Throttle struct {
	AppWrites    int      `json:"appWrites"` // of one application in the tenant
	AppWindow    Duration `json:"appWindow"`
	TenantWrites int      `json:"tenantWrites"` // of all applications
	TenantWindow Duration `json:"tenantWindow"`
	NoRetryAfter bool     `json:"noRetryAfter"` // 429 without the header
}

// GraphLimits are Microsoft Graph's own for directory writes.
func GraphLimits() Throttle {
	return Throttle{
		AppWrites: 3000, AppWindow: Duration(150 * time.Second),
		TenantWrites: 18_000, TenantWindow: Duration(5 * time.Minute),
	}
}

// Quota limits objects. Zero is no limit.
type Quota struct {
	Creator   int `json:"creator"`   // objects one application may have created
	Directory int `json:"directory"` // objects of the tenant
}

// Policy is the tenant's application management policy.
type Policy struct {
	NoSecrets   bool     `json:"noSecrets"`
	LongestLife Duration `json:"longestLife"` // of a secret; 0 is no limit
}

// TokenKnobs shape access tokens.
type TokenKnobs struct {
	Life               Duration `json:"life"`       // 0: 60 to 90 minutes
	APIVersion         int      `json:"apiVersion"` // 1 or 2, for the IHCE APIs
	AssignmentRequired bool     `json:"assignmentRequired"`
	DisabledApps       []string `json:"disabledApps,omitempty"` // client ids
	// MockSignature signs with a keyed hash of the signature's length instead of
	// RSA, which is a hundred times faster. Such a token opens this emulator's
	// Graph; whoever checks it with the published keys, the gateway included,
	// refuses it. For benchmarks that count a country's calls.
	MockSignature bool `json:"mockSignature"`
}

// GatewayKnobs shape the IHCE gateway.
type GatewayKnobs struct {
	NoRoleStatus   int      `json:"noRoleStatus"`   // 403 (also when 0) or 401
	KeyDelay       Duration `json:"keyDelay"`       // a subscription key is unknown this long after the start
	NoTokenSandbox bool     `json:"noTokenSandbox"` // the sandbox asks for no token
}

// Knobs is everything about the tenant's manners.
type Knobs struct {
	Lag            Lag          `json:"lag"`
	Replicas       int          `json:"replicas"` // servers that disagree meanwhile; 0 is 1
	UpsertConflict bool         `json:"upsertConflict"`
	Chance         Chance       `json:"chance"`
	Throttle       Throttle     `json:"throttle"`
	Quota          Quota        `json:"quota"`
	Policy         Policy       `json:"policy"`
	Token          TokenKnobs   `json:"token"`
	Gateway        GatewayKnobs `json:"gateway"`
}

// KnobsOf returns the knobs of a profile.
func KnobsOf(p Profile) (Knobs, error) {
	span := func(from, to int) Span {
		return Span{Min: Duration(time.Duration(from) * time.Second), Max: Duration(time.Duration(to) * time.Second)}
	}
	k := Knobs{Replicas: 1, Token: TokenKnobs{APIVersion: 2}}
	switch p {
	case ProfileInstant:
	case ProfileRealistic:
		k.Replicas = 3
		k.Lag = Lag{
			Application: span(1, 6), Principal: span(1, 10), Secret: span(4, 18),
			Role: span(2, 20), Delete: span(1, 10),
		}
		k.Throttle = GraphLimits()
		k.Quota = Quota{Creator: 250, Directory: 300_000}
	case ProfileHostile:
		k.Replicas = 4
		k.Lag = Lag{
			Application: span(5, 40), Principal: span(5, 60), Secret: span(10, 120),
			Role: span(10, 180), Delete: span(10, 60),
		}
		k.UpsertConflict = true
		k.Chance = Chance{Throttle: 5, Unavailable: 2, LostAnswer: 2, Cut: 1}
		k.Throttle = Throttle{
			AppWrites: 20, AppWindow: Duration(2 * time.Second), TenantWrites: 60, TenantWindow: Duration(2 * time.Second),
		}
		k.Quota = Quota{Directory: 300_000}
		k.Token.Life = Duration(6 * time.Minute)
	default:
		return Knobs{}, fmt.Errorf("profile: %q is not one of instant, realistic, hostile", p)
	}
	return k, nil
}

// clone shares nothing with k.
func (k Knobs) clone() Knobs {
	k.Token.DisabledApps = slices.Clone(k.Token.DisabledApps)
	return k
}

// Knobs returns the knobs as they stand.
func (e *Emulator) Knobs() Knobs {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.knobs.clone()
}

// SetKnobs replaces them all, or none when one makes no sense.
func (e *Emulator) SetKnobs(k Knobs) error {
	return e.turn(func(all *Knobs) error { *all = k.clone(); return nil })
}

// TurnKnobs changes some of them, or none when one then makes no sense. change
// runs under the emulator's lock: it must not call the emulator.
func (e *Emulator) TurnKnobs(change func(*Knobs)) error {
	return e.turn(func(all *Knobs) error { change(all); return nil })
}

// turn changes a copy, checks it and puts it in place: one change at a time.
func (e *Emulator) turn(change func(*Knobs) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	k := e.knobs.clone()
	if err := change(&k); err != nil {
		return err
	}
	if err := k.Check(); err != nil {
		return err
	}
	e.knobs = k
	return nil
}
