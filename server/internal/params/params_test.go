package params

import (
	"strings"
	"testing"
	"time"

	"llavero/server/internal/config"
	"llavero/shared/access"
	"llavero/shared/secret"
)

const (
	tenant   = "11111111-1111-4111-8111-111111111111"
	resource = "22222222-2222-4222-8222-222222222222"
)

func good() config.Config {
	c := config.Default()
	c.Preproduction = config.Environment{
		TenantID: tenant, Scope: "api://pre/.default", ResourceAppID: resource, ValidityDays: 365, Reveal: "always",
		Permissions: []string{"Prestadores"},
		Parameters: []config.Parameter{
			{Name: "EndPoint", Value: "https://sandbox.example/ihce"},
			{Name: "APIMSubskey", Sensitive: true, Secret: secret.New("made-up-value")},
		},
	}
	c.Production = c.Preproduction
	c.Production.Reveal = "once"
	c.Production.Parameters = []config.Parameter{{Name: "scope", Value: "api://pre/.default"}, {Name: "TenantID", Value: tenant}}
	return c
}

func TestLoad(t *testing.T) {
	s, err := Load(good())
	if err != nil {
		t.Fatal(err)
	}
	pre, pro := s.Of(access.Preproduction), s.Of(access.Production)
	if pre.Name != access.Preproduction || pro.Name != access.Production || pre.Validity != 365*24*time.Hour ||
		pre.Reveal != RevealAlways || pro.Reveal != RevealOnce {
		t.Errorf("typed values: %+v %+v", pre, pro)
	}
	names := func(e Environment) string {
		var n []string
		for _, p := range e.Params {
			n = append(n, p.Name)
		}
		return strings.Join(n, " ")
	}
	if got := names(pre); got != "TenantID Scope EndPoint APIMSubskey" {
		t.Errorf("order in preproduction: %s", got)
	}
	if got := names(pro); got != "scope TenantID" {
		t.Errorf("order in production: %s", got)
	}
	if p, ok := pre.Find("APIMSubskey"); !ok || !p.Sensitive || p.Value.Reveal() != "made-up-value" {
		t.Errorf("Find: %v %v", p, ok)
	}
	if _, ok := pre.Find("nothing"); ok {
		t.Error("found what is not there")
	}
	if s.Of("elsewhere").TenantID != "" {
		t.Error("an environment that does not exist has a tenant")
	}
}

func TestLoad_namesTheCulprit(t *testing.T) {
	pre := func(change func(*config.Environment)) config.Config {
		c := good()
		change(&c.Preproduction)
		return c
	}
	add := func(p config.Parameter) config.Config {
		return pre(func(e *config.Environment) { e.Parameters = append(e.Parameters, p) })
	}
	tests := []struct {
		name string
		c    config.Config
		want string
	}{
		{"tenant", pre(func(e *config.Environment) { e.TenantID = "x" }), "preproduction: TenantID is not a GUID"},
		{"no tenant", pre(func(e *config.Environment) { e.TenantID = "" }), "preproduction: TenantID is missing"},
		{"resource", pre(func(e *config.Environment) { e.ResourceAppID = "x" }), "preproduction: ResourceAppID is not a GUID"},
		{"scope", pre(func(e *config.Environment) { e.Scope = "api://x" }), "preproduction: Scope must be"},
		{"scope alone", pre(func(e *config.Environment) { e.Scope = "/.default" }), "preproduction: Scope must be"},
		{"validity", pre(func(e *config.Environment) { e.ValidityDays = 0 }), "preproduction: ValidityDays"},
		{"validity too long", pre(func(e *config.Environment) { e.ValidityDays = 731 }), "preproduction: ValidityDays"},
		{"reveal", pre(func(e *config.Environment) { e.Reveal = "never" }), "preproduction: Reveal"},
		{"permission", pre(func(e *config.Environment) { e.Permissions = []string{"a", " "} }), "preproduction: Permissions: entry 2"},
		{"nameless", add(config.Parameter{Value: "x"}), "preproduction: parameter 3: its name is missing"},
		{"name with colon", add(config.Parameter{Name: "a:b", Value: "x"}), `"a:b"`},
		{"twice", add(config.Parameter{Name: "endpoint", Value: "https://x.test"}), "preproduction: parameter 3: endpoint stands twice"},
		{"no value", add(config.Parameter{Name: "K"}), "preproduction: parameter 3: K has no value"},
		{"sensitive without value", add(config.Parameter{Name: "K", Sensitive: true, Value: "not read"}), "K has no value"},
		{"line break", add(config.Parameter{Name: "K", Value: "a\nb"}), "control character"},
		{"spaces", add(config.Parameter{Name: "K", Value: " a"}), "begins or ends with a space"},
		{"tenant differs", add(config.Parameter{Name: "TenantID", Value: resource}), "TenantID differs from tenant_id"},
		{"endpoint", func() config.Config {
			c := good()
			c.Preproduction.Parameters = []config.Parameter{{Name: "EndPoint", Value: "http://x"}}
			return c
		}(), "EndPoint is not an https address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(tt.c)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLoad_namesBothEnvironments(t *testing.T) {
	c := good()
	c.Preproduction.TenantID, c.Production.TenantID = "x", "y"
	_, err := Load(c)
	if err == nil || !strings.Contains(err.Error(), "preproduction: TenantID") || !strings.Contains(err.Error(), "production: TenantID") {
		t.Fatalf("got %v", err)
	}
}

func TestLoad_errorsHoldNoValue(t *testing.T) {
	c := good()
	c.Production.Parameters = []config.Parameter{{Name: "K", Sensitive: true, Secret: secret.New(" planted-77 ")}}
	_, err := Load(c)
	if err == nil || strings.Contains(err.Error(), "planted-77") {
		t.Fatalf("got %v", err)
	}
}
