package entraemu

import (
	"fmt"
	"strings"
	"time"
)

// Bounds of knobs: beyond them a value is a slip of the pen.
const (
	mostReplicas = 16
	longestLag   = 24 * time.Hour
	mostWrites   = 1_000_000
)

// knobRule is what one knob must keep to.
type knobRule struct {
	name string
	ok   bool
	want string
}

// Check reports the first knob that makes no sense, by its name in JSON, and
// what it wants instead.
func (k Knobs) Check() error {
	rules := append(k.lagRules(), k.limitRules()...)
	for _, r := range append(rules, k.mannerRules()...) {
		if !r.ok {
			return fmt.Errorf("knobs: %s: want %s; nothing was changed", r.name, r.want)
		}
	}
	return nil
}

func (k Knobs) lagRules() []knobRule {
	rules := []knobRule{{"replicas", k.Replicas >= 0 && k.Replicas <= mostReplicas, fmt.Sprintf("0 to %d", mostReplicas)}}
	for _, l := range []struct {
		name string
		s    Span
	}{
		{"application", k.Lag.Application},
		{"principal", k.Lag.Principal},
		{"secret", k.Lag.Secret},
		{"role", k.Lag.Role},
		{"delete", k.Lag.Delete},
	} {
		ok := l.s.Min >= 0 && l.s.Max >= l.s.Min && time.Duration(l.s.Max) <= longestLag
		rules = append(rules, knobRule{"lag." + l.name, ok, "0 <= min <= max <= " + longestLag.String()})
	}
	return rules
}

func (k Knobs) limitRules() []knobRule {
	t := k.Throttle
	writes := func(n int) bool { return n >= 0 && n <= mostWrites }
	span := func(n int, d Duration) bool { return d >= 0 && (n == 0 || d > 0) && time.Duration(d) <= longestLag }
	const aSpan = "a span above 0s, at most 24h, where writes are limited"
	return []knobRule{
		{"throttle.appWrites", writes(t.AppWrites), fmt.Sprintf("0 (no limit) to %d", mostWrites)},
		{"throttle.appWindow", span(t.AppWrites, t.AppWindow), aSpan},
		{"throttle.tenantWrites", writes(t.TenantWrites), fmt.Sprintf("0 (no limit) to %d", mostWrites)},
		{"throttle.tenantWindow", span(t.TenantWrites, t.TenantWindow), aSpan},
		{"quota.creator", k.Quota.Creator >= 0, "0 (no limit) or more"},
		{"quota.directory", k.Quota.Directory >= 0, "0 (no limit) or more"},
		{"policy.longestLife", k.Policy.LongestLife >= 0, "0s (no limit) or more"},
	}
}

func (k Knobs) mannerRules() []knobRule {
	c, t, g := k.Chance, k.Token, k.Gateway
	percent := func(p float64) bool { return p >= 0 && p <= 100 }
	rules := []knobRule{
		{"chance.throttle", percent(c.Throttle), "a percentage"},
		{"chance.unavailable", percent(c.Unavailable), "a percentage"},
		{"chance.lostAnswer", percent(c.LostAnswer), "a percentage"},
		{"chance.cut", percent(c.Cut), "a percentage"},
		{"chance", percent(c.Throttle + c.Unavailable + c.LostAnswer + c.Cut), "percentages that add up to 100 at most"},
		{"token.life", t.Life >= 0 && time.Duration(t.Life) <= longestLag && (t.Life == 0 || time.Duration(t.Life) >= time.Second), "0s (60 to 90 minutes) or 1s to 24h"},
		{"token.apiVersion", t.APIVersion >= 0 && t.APIVersion <= 2, "1 or 2"},
		{"gateway.noRoleStatus", g.NoRoleStatus == 0 || g.NoRoleStatus == 401 || g.NoRoleStatus == 403, "401 or 403"},
		{"gateway.keyDelay", g.KeyDelay >= 0, "0s or more"},
	}
	for _, id := range t.DisabledApps {
		rules = append(rules, knobRule{"token.disabledApps", isGUID(id) && id == strings.ToLower(id), "client ids, in lower case"})
	}
	return rules
}
