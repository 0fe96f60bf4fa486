package gatewayemu

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Settings are the gateway's manners.
type Settings struct {
	NoRoleStatus   int           // answer to a token without the role: 403 (also 0) or 401
	KeyDelay       time.Duration // a subscription key is unknown this long after Environment.KeyMadeAt
	NoTokenSandbox bool          // the sandbox asks for no token
}

// Environment is one of the two APIs behind the gateway.
type Environment struct {
	Audiences       []string // accepted in aud
	SubscriptionKey string
	KeyMadeAt       time.Time
}

// Config is what a gateway is made of.
type Config struct {
	Prefix       string                 // path before the environment's name: "/gateway"
	Environments map[string]Environment // by name in the path: sandbox, prod
	Settings     func() Settings
	Now          func() time.Time

	OpenIDConfiguration func() string            // address of the tenant's OpenID configuration
	Client              *http.Client             // asks for it, and for the key set
	Issuer              func(issuer string) bool // whether iss is the tenant
}

// Header and query parameter of the subscription key.
const (
	keyHeader = "Ocp-Apim-Subscription-Key"
	keyQuery  = "subscription-key"
)

type gateway struct {
	cfg    Config
	tokens *verifier
}

// New makes the handler of {Prefix}/{environment}/ihce/….
func New(cfg Config) http.Handler { return &gateway{cfg: cfg, tokens: &verifier{cfg: cfg}} }

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, operation, ok := g.split(r.URL.Path)
	env, known := g.cfg.Environments[name]
	if !ok || !known {
		refuse(w, http.StatusNotFound, "Resource not found")
		return
	}
	set := g.cfg.Settings()
	if !g.checkKey(w, r, name, set) {
		return
	}
	if !set.NoTokenSandbox || name != "sandbox" {
		c, ok := g.checkToken(w, r, env)
		if !ok || !checkRole(w, c, operation, set) {
			return
		}
	}
	w.Header().Set("Content-Type", "application/fhir+json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": []any{},
		"timestamp": g.cfg.Now().UTC().Format(time.RFC3339),
	})
}

// split takes the environment's name and the operation out of a path.
func (g *gateway) split(path string) (env, operation string, ok bool) {
	rest, ok := strings.CutPrefix(path, g.cfg.Prefix+"/")
	if !ok {
		return "", "", false
	}
	env, rest, ok = strings.Cut(rest, "/")
	if !ok || rest != "ihce" && !strings.HasPrefix(rest, "ihce/") {
		return "", "", false
	}
	return env, strings.TrimPrefix(strings.TrimPrefix(rest, "ihce"), "/"), true
}

func (g *gateway) checkKey(w http.ResponseWriter, r *http.Request, name string, set Settings) bool {
	env := g.cfg.Environments[name]
	key := r.Header.Get(keyHeader)
	if key == "" {
		key = r.URL.Query().Get(keyQuery)
	}
	text := ""
	switch {
	case key == "":
		text = "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."
	case key != env.SubscriptionKey, g.cfg.Now().Before(env.KeyMadeAt.Add(set.KeyDelay)):
		text = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
	default:
		return true
	}
	realm := "https://" + r.Host + g.cfg.Prefix + "/" + name + "/ihce"
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(`AzureApiManagementKey realm="%s",name="%s",type="header"`, realm, keyHeader))
	refuse(w, http.StatusUnauthorized, text)
	return false
}

func (g *gateway) checkToken(w http.ResponseWriter, r *http.Request, env Environment) (claims, bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		refuse(w, http.StatusUnauthorized, "JWT not present.")
		return claims{}, false
	}
	c, err := g.tokens.check(r.Context(), token, env.Audiences)
	if err == nil {
		return c, true
	}
	for _, reason := range []error{errExpired, errNotYet, errIssuer, errAudience, errSignature} {
		if errors.Is(err, reason) {
			refuse(w, http.StatusUnauthorized, "JWT validation failed: "+reason.Error()+".")
			break
		}
	}
	return claims{}, false
}

func checkRole(w http.ResponseWriter, c claims, operation string, set Settings) bool {
	role := roleOf(operation)
	if role == "" || slices.Contains(c.Roles, role) {
		return true
	}
	status := set.NoRoleStatus
	if status == 0 {
		status = http.StatusForbidden
	}
	refuse(w, status, fmt.Sprintf("Access denied: the token does not hold the role %q.", role))
	return false
}

// roleOf is our table of which operation needs which role; empty needs none.
// The real table is unpublished.
func roleOf(operation string) string {
	for _, rule := range []struct{ part, role string }{
		{"$enviar-rda-consulta", "ConsultaExterna"},
		{"$enviar-rda-urgencias", "Urgencias"},
		{"$enviar-rda-hospitalizacion", "Hospitalizacion"},
		{"$enviar-rda", "ConsultaExterna"},
		{"CodeSystem", ""},
		{"Organization", "Prestadores"},
		{"Practitioner", "Prestadores"},
		{"Patient", "Consultas"},
		{"$consultar", "Consultas"},
	} {
		if strings.Contains(operation, rule.part) {
			return rule.role
		}
	}
	return ""
}

// refuse answers as the management gateway does.
func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		StatusCode int    `json:"statusCode"`
		Message    string `json:"message"`
	}{status, message})
}
