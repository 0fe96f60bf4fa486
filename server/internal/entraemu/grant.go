package entraemu

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"
)

// grant is what an access token will say.
type grant struct {
	v1     bool
	mock   bool // TokenKnobs.MockSignature
	from   time.Time
	life   time.Duration
	claims fields
}

// credential kinds, as in azpacr.
const (
	bySecret      = "1"
	byCertificate = "2"
)

// authorize decides a token request.
func (e *Emulator) authorize(rq *request, form tokenForm, v2 bool) (grant, *loginRefusal) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now, replica := e.now(), e.nextReplica()
	rq.entry.Replica = replica
	sp, kind, refusal := e.checkClient(rq.r, form, now, replica)
	if refusal != nil {
		return grant{}, refusal
	}
	name := form.resourceName(v2)
	if name == "" {
		return grant{}, &loginRefusal{http.StatusBadRequest, "invalid_scope", 1002012, "The provided value for scope " + form.scope + " is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."}
	}
	api, aud := e.api(rq.r, name)
	if api == nil {
		return grant{}, &loginRefusal{http.StatusBadRequest, "invalid_resource", 500011, "The resource principal named " + name + " was not found in the tenant named " + tenantName + ". This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."}
	}
	roles := e.dir.granted(sp.ID, api, replica, now)
	required := api.AssignmentRequired || e.knobs.Token.AssignmentRequired && api.AppID != graphAppID
	if len(roles) == 0 && required {
		return grant{}, &loginRefusal{http.StatusBadRequest, "invalid_grant", 501051, "Application '" + sp.AppID + "'(" + sp.DisplayName + ") is not assigned to a role for the application '" + name + "'(" + api.DisplayName + ")."}
	}
	g := grant{v1: e.tokenVersion(api) == 1, mock: e.knobs.Token.MockSignature, from: now, life: e.tokenLife()}
	c := tokenFacts{api: api, sp: sp, kind: kind, roles: roles, aud: aud, issuer: e.base(rq.r)}
	g.claims = e.claims(c, g)
	e.counters.Tokens++
	return g, nil
}

func (e *Emulator) tokenVersion(api *principal) int {
	if api.AppID == graphAppID {
		return 1
	}
	if a := e.dir.byAppID[api.AppID]; a != nil && a.TokenVersion != 0 {
		return a.TokenVersion
	}
	return max(1, e.knobs.Token.APIVersion)
}

func (e *Emulator) tokenLife() time.Duration {
	if l := time.Duration(e.knobs.Token.Life); l > 0 {
		return l
	}
	return time.Hour + time.Duration(e.rng.IntN(1800))*time.Second
}

// nextReplica chooses the server that answers, in turn; mu is held.
func (e *Emulator) nextReplica() int {
	e.replicas++
	return int((e.replicas + e.cfg.Seed) % uint64(max(1, e.knobs.Replicas)))
}

// api finds the resource asked for, and what its tokens say in a v1 aud.
func (e *Emulator) api(r *http.Request, name string) (*principal, string) {
	plain := strings.TrimRight(name, "/")
	if plain == e.base(r) || plain == e.URL() {
		return e.dir.resource(graphAppID), name
	}
	if isGUID(strings.ToLower(plain)) {
		plain = strings.ToLower(plain)
	}
	return e.dir.resource(plain), name
}

// checkClient finds the application and checks its credential.
func (e *Emulator) checkClient(r *http.Request, f tokenForm, now time.Time, replica int) (*principal, string, *loginRefusal) {
	app := e.dir.byAppID[f.clientID]
	if app == nil || !app.visible(replica, now) {
		return nil, "", &loginRefusal{http.StatusBadRequest, "unauthorized_client", 700016, "Application with identifier '" + f.clientID + "' was not found in the directory '" + tenantName + "'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."}
	}
	sp := e.dir.spByAppID[f.clientID]
	if sp == nil || !sp.visible(replica, now) {
		return nil, "", invalidClient(7000229, "The client application %s is missing service principal in the tenant %s. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119", f.clientID, e.cfg.Tenant)
	}
	if !sp.Enabled || slices.Contains(e.knobs.Token.DisabledApps, f.clientID) {
		return nil, "", &loginRefusal{http.StatusBadRequest, "unauthorized_client", 7000112, "Application '" + f.clientID + "'(" + app.DisplayName + ") is disabled."}
	}
	switch {
	case f.has["client_assertion"]:
		return sp, byCertificate, e.checkAssertion(r, app, f, now)
	case f.has["client_secret"]:
		return sp, bySecret, checkSecret(app, f.clientSecret, replica, now)
	}
	return nil, "", invalidClient(7000216, "'client_assertion', 'client_secret' or 'request' is required for the '%s' grant type.", f.grantType)
}

func checkSecret(app *application, text string, replica int, now time.Time) *loginRefusal {
	hash := hashSecret(text)
	for _, p := range app.Passwords {
		if p.Hash != hash || !reached(p.Seen, replica, now) {
			continue
		}
		if !now.Before(p.End) {
			return invalidClient(7000222, "The provided client secret keys for app '%s' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.", app.AppID)
		}
		return nil
	}
	return invalidClient(7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", app.AppID)
}

// tokenFacts is what the claims are made of.
type tokenFacts struct {
	api, sp *principal
	kind    string
	roles   []string
	aud     string // as asked, for v1
	issuer  string // base URL, for v2
}

func (e *Emulator) claims(f tokenFacts, g grant) fields {
	iat := g.from.Unix() - 300 // Entra's own tolerance for slow clocks
	times := fields{{"iat", iat}, {"nbf", iat}, {"exp", g.from.Add(g.life).Unix()}}
	opaque := func() string {
		var b [24]byte
		_, _ = rand.Read(b[:])
		return b64(b[:])
	}
	var c fields
	if g.v1 {
		c = fields{{"aud", f.aud}, {"iss", "https://sts.windows.net/" + e.cfg.Tenant + "/"}}
		c = append(c, times...)
		c = append(c, fields{
			{"aio", opaque()},
			{"appid", f.sp.AppID},
			{"appidacr", f.kind},
			{"idp", "https://sts.windows.net/" + e.cfg.Tenant + "/"},
			{"idtyp", "app"},
		}...)
	} else {
		c = fields{{"aud", f.api.AppID}, {"iss", f.issuer + "/" + e.cfg.Tenant + "/v2.0"}}
		c = append(c, times...)
		c = append(c, fields{{"aio", opaque()}, {"azp", f.sp.AppID}, {"azpacr", f.kind}}...)
	}
	c = append(c, fields{{"oid", f.sp.ID}, {"rh", "1." + opaque() + "."}}...)
	if len(f.roles) > 0 {
		c = append(c, pair{"roles", f.roles})
	}
	c = append(c, fields{{"sub", f.sp.ID}, {"tid", e.cfg.Tenant}, {"uti", opaque()[:22]}}...)
	version := "2.0"
	if g.v1 {
		version = "1.0"
	}
	return append(c, fields{{"ver", version}, {"xms_ftd", opaque()}}...)
}
