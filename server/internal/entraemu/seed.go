package entraemu

import "encoding/json"

// graphAppID is Microsoft Graph's, the same in every tenant.
const graphAppID = "00000003-0000-0000-c000-000000000000"

// Tenant facts that do not come from the seed.
const (
	tenantName   = "Ministerio de demostración"
	tenantDomain = "llavero.example"
)

// Names of the seeded applications.
const (
	nameAdmin   = "Llavero (administrador)"
	nameOwnedBy = "Llavero (solo lo propio)"
	nameNoRoles = "Llavero (sin permisos)"
	nameSandbox = "APP-IHCE-SANDBOX"
	nameProd    = "APP-IHCE-PROD"
)

// Permissions of Microsoft Graph that the emulator knows, with their real ids.
const (
	permAppReadAll   = "Application.Read.All"
	permAppWriteAll  = "Application.ReadWrite.All"
	permAppOwned     = "Application.ReadWrite.OwnedBy"
	permAssignAll    = "AppRoleAssignment.ReadWrite.All"
	permDirReadAll   = "Directory.Read.All"
	permDirWriteAll  = "Directory.ReadWrite.All"
	permOrgReadAll   = "Organization.Read.All"
	permPolicyReadAl = "Policy.Read.All"
)

var graphRoles = []appRole{
	{ID: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", Value: permAppReadAll, DisplayName: "Read all applications"},
	{ID: "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", Value: permAppWriteAll, DisplayName: "Read and write all applications"},
	{ID: "18a4783c-866b-4cc7-a460-3d5e5662c884", Value: permAppOwned, DisplayName: "Manage apps that this app creates or owns"},
	{ID: "06b708a9-e830-4db3-a914-8e69da51d44f", Value: permAssignAll, DisplayName: "Manage app permission grants and app role assignments"},
	{ID: "7ab1d382-f21e-4acd-a863-ba3e13f7da61", Value: permDirReadAll, DisplayName: "Read directory data"},
	{ID: "19dbc75e-c2e2-444c-a770-ec69d8559fc7", Value: permDirWriteAll, DisplayName: "Read and write directory data"},
	{ID: "498476ce-e0fe-48b0-b801-37ba7e2685c6", Value: permOrgReadAll, DisplayName: "Read organization information"},
	{ID: "246dd0d5-5bd0-4def-940b-0421030a5b68", Value: permPolicyReadAl, DisplayName: "Read your organization's policies"},
}

// CareRoles are the app roles of both IHCE APIs, in the manual's order. The
// values are ours: the real ones are unpublished.
var CareRoles = []string{"ConsultaExterna", "Urgencias", "Hospitalizacion", "Consultas", "Prestadores"}

var careRoleNames = map[string]string{
	"ConsultaExterna": "Consulta Externa", "Urgencias": "Urgencias", "Hospitalizacion": "Hospitalización",
	"Consultas": "Consultas", "Prestadores": "Prestadores",
}

// seedTenant fills an empty directory: Microsoft Graph, both IHCE APIs, and
// three provisioning applications. The administrator's secret is the one given.
func (e *Emulator) seedTenant(adminSecret string) {
	graph := &principal{
		entity: entity{
			object: e.seedObject("graph"), AppID: graphAppID, DisplayName: "Microsoft Graph",
			AppRoles: graphRoles, URIs: []string{"https://graph.microsoft.com"},
		},
		Enabled: true,
	}
	e.dir.addPrincipal(graph)
	for _, name := range []string{nameSandbox, nameProd} {
		app, _ := e.seedApp(name, derivedID(e.cfg.Seed, name+" app id"))
		app.URIs = []string{"api://" + app.AppID}
		e.dir.nameURIs(&app.entity)
		for _, value := range CareRoles {
			app.AppRoles = append(app.AppRoles, appRole{
				ID: derivedID(e.cfg.Seed, name+" role "+value), Value: value,
				DisplayName: careRoleNames[value], Description: "Permiso " + careRoleNames[value],
			})
		}
	}
	admin, sp := e.seedApp(nameAdmin, e.cfg.ClientID)
	e.seedSecret(admin, adminSecret)
	e.seedGrant(sp, graph, permAppOwned, permAppReadAll, permAssignAll, permOrgReadAll)

	owned, sp := e.seedApp(nameOwnedBy, derivedID(e.cfg.Seed, "owned-by application"))
	e.seedSecret(owned, adminSecret)
	e.seedGrant(sp, graph, permAppOwned)

	none, _ := e.seedApp(nameNoRoles, derivedID(e.cfg.Seed, "roleless application"))
	e.seedSecret(none, adminSecret)
}

func (e *Emulator) seedObject(name string) object {
	e.dir.Serial++
	return object{ID: derivedID(e.cfg.Seed, name), Serial: e.dir.Serial, CreatedAt: e.now()}
}

func (e *Emulator) seedApp(name, appID string) (*application, *principal) {
	app := &application{
		entity:   entity{object: e.seedObject(name), AppID: appID, DisplayName: name, Extra: map[string]json.RawMessage{}},
		Audience: audienceMyOrg,
	}
	sp := &principal{entity: entity{object: e.seedObject(name + " principal"), AppID: appID, DisplayName: name}, Enabled: true}
	e.dir.addApp(app)
	e.dir.addPrincipal(sp)
	return app, sp
}

func (e *Emulator) seedSecret(app *application, text string) {
	now := e.now()
	app.Passwords = append(app.Passwords, &password{
		KeyID: derivedID(e.cfg.Seed, app.DisplayName+" secret"), DisplayName: "seed",
		Hint: text[:min(3, len(text))], Hash: hashSecret(text), Start: now, End: now.AddDate(2, 0, 0),
	})
}

func (e *Emulator) seedGrant(holder, api *principal, values ...string) {
	for _, role := range api.AppRoles {
		for _, v := range values {
			if role.Value != v {
				continue
			}
			o := e.seedObject(holder.DisplayName + v)
			nonce, _ := guidBytes(o.ID)
			o.ID = assignmentID(holder.ID, nonce)
			e.dir.addAssignment(&assignment{object: o, Principal: holder.ID, Resource: api.ID, RoleID: role.ID})
		}
	}
}
