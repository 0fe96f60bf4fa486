package entraemu

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
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
		return err
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

// Throttle limits Graph writes. Zero rates are no limit.
type Throttle struct {
	AppPerSecond    float64 `json:"appPerSecond"`
	TenantPerSecond float64 `json:"tenantPerSecond"`
	Burst           int     `json:"burst"`        // writes allowed at once
	NoRetryAfter    bool    `json:"noRetryAfter"` // 429 without the header
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

// Check reports what about the knobs makes no sense.
func (k Knobs) Check() error {
	for name, s := range map[string]Span{
		"lag.application": k.Lag.Application, "lag.principal": k.Lag.Principal,
		"lag.secret": k.Lag.Secret, "lag.role": k.Lag.Role, "lag.delete": k.Lag.Delete,
	} {
		if s.Min < 0 || s.Max < s.Min {
			return fmt.Errorf("knobs: %s: want 0 <= min <= max", name)
		}
	}
	if k.Replicas < 0 || k.Replicas > 16 {
		return errors.New("knobs: replicas: want 0 to 16")
	}
	if v := k.Token.APIVersion; v != 0 && v != 1 && v != 2 {
		return errors.New("knobs: token.apiVersion: want 1 or 2")
	}
	if s := k.Gateway.NoRoleStatus; s != 0 && s != 401 && s != 403 {
		return errors.New("knobs: gateway.noRoleStatus: want 401 or 403")
	}
	for name, p := range map[string]float64{
		"throttle": k.Chance.Throttle, "unavailable": k.Chance.Unavailable,
		"lostAnswer": k.Chance.LostAnswer, "cut": k.Chance.Cut,
	} {
		if p < 0 || p > 100 {
			return fmt.Errorf("knobs: chance.%s: want a percentage", name)
		}
	}
	return nil
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
		k.Throttle = Throttle{AppPerSecond: 20, TenantPerSecond: 60, Burst: 3000}
		k.Quota = Quota{Creator: 250, Directory: 300_000}
	case ProfileHostile:
		k.Replicas = 4
		k.Lag = Lag{
			Application: span(5, 40), Principal: span(5, 60), Secret: span(10, 120),
			Role: span(10, 180), Delete: span(10, 60),
		}
		k.UpsertConflict = true
		k.Chance = Chance{Throttle: 5, Unavailable: 2, LostAnswer: 2, Cut: 1}
		k.Throttle = Throttle{AppPerSecond: 10, TenantPerSecond: 30, Burst: 20}
		k.Quota = Quota{Directory: 300_000}
		k.Token.Life = Duration(6 * time.Minute)
	default:
		return Knobs{}, fmt.Errorf("profile: %q is not one of instant, realistic, hostile", p)
	}
	return k, nil
}

// Knobs returns the knobs as they stand.
func (e *Emulator) Knobs() Knobs {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.knobs
}

// SetKnobs replaces them all.
func (e *Emulator) SetKnobs(k Knobs) error {
	if err := k.Check(); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.knobs = k
	return nil
}

// TurnKnobs changes some of them.
func (e *Emulator) TurnKnobs(change func(*Knobs)) error {
	k := e.Knobs()
	change(&k)
	return e.SetKnobs(k)
}
