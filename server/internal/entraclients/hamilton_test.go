package entraclients

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/manicminer/hamilton/auth"
	"github.com/manicminer/hamilton/environments"
	"github.com/manicminer/hamilton/msgraph"
	"github.com/manicminer/hamilton/odata"
)

// hamilton is the client Terraform's provider grew up with: typed objects,
// the tenant in every path, repeats of its own.
type hamilton struct {
	env          environments.Environment
	applications *msgraph.ApplicationsClient
	principals   *msgraph.ServicePrincipalsClient
}

func emulatedEnvironment() environments.Environment {
	graph := environments.ApiEndpoint(os.Getenv("ENTRA_GRAPH_URL"))
	return environments.Environment{
		AzureADEndpoint: environments.AzureADEndpoint(os.Getenv("ENTRA_GRAPH_URL")), // the same host; no slash at its end
		MsGraph:         environments.Api{AppId: environments.PublishedApis["MicrosoftGraph"], Endpoint: graph},
	}
}

func newHamilton(a auth.Authorizer) *hamilton {
	h := &hamilton{
		env:          emulatedEnvironment(),
		applications: msgraph.NewApplicationsClient(os.Getenv("ENTRA_TENANT_ID")),
		principals:   msgraph.NewServicePrincipalsClient(os.Getenv("ENTRA_TENANT_ID")),
	}
	for _, c := range []*msgraph.Client{&h.applications.BaseClient, &h.principals.BaseClient} {
		c.Authorizer, c.Endpoint = a, h.env.MsGraph.Endpoint
		c.RetryableClient.RetryWaitMin, c.RetryableClient.RetryWaitMax = 20*time.Millisecond, 200*time.Millisecond
	}
	return h
}

func (h *hamilton) api(ctx context.Context, appID string) (sp, roleID, role string, err error) {
	list, _, err := h.principals.List(ctx, odata.Query{Filter: fmt.Sprintf("appId eq '%s'", appID)})
	if err != nil {
		return "", "", "", err
	}
	if len(*list) != 1 || (*list)[0].AppRoles == nil || len(*(*list)[0].AppRoles) == 0 {
		return "", "", "", errors.New("the API is not found with its roles")
	}
	p := (*list)[0]
	r := (*p.AppRoles)[0]
	return *p.ID, *r.ID, *r.Value, nil
}

func (h *hamilton) createApplication(ctx context.Context, name string) (id, appID string, err error) {
	audience := msgraph.SignInAudienceAzureADMyOrg
	a, _, err := h.applications.Create(ctx, msgraph.Application{DisplayName: &name, SignInAudience: &audience})
	if err != nil {
		return "", "", err
	}
	return *a.ID, *a.AppId, nil
}

func (h *hamilton) createPrincipal(ctx context.Context, appID string) (string, error) {
	p, _, err := h.principals.Create(ctx, msgraph.ServicePrincipal{AppId: &appID})
	if err != nil {
		return "", err
	}
	return *p.ID, nil
}

func (h *hamilton) addSecret(ctx context.Context, id, name string) (keyID, text string, err error) {
	end := time.Now().AddDate(0, 6, 0)
	p, _, err := h.applications.AddPassword(ctx, id, msgraph.PasswordCredential{DisplayName: &name, EndDateTime: &end})
	if err != nil {
		return "", "", err
	}
	return *p.KeyId, *p.SecretText, nil
}

func (h *hamilton) removeSecret(ctx context.Context, id, keyID string) error {
	_, err := h.applications.RemovePassword(ctx, id, keyID)
	return err
}

func (h *hamilton) grant(ctx context.Context, sp, api, roleID string) error {
	_, _, err := h.principals.AssignAppRoleForResource(ctx, sp, api, roleID)
	return err
}

func (h *hamilton) roles(ctx context.Context, sp string) (int, error) {
	c := msgraph.NewServicePrincipalsAppRoleAssignmentsClient(os.Getenv("ENTRA_TENANT_ID"))
	c.BaseClient.Authorizer, c.BaseClient.Endpoint = h.applications.BaseClient.Authorizer, h.env.MsGraph.Endpoint
	list, _, err := c.List(ctx, sp)
	if err != nil {
		return 0, err
	}
	return len(*list), nil
}

func (h *hamilton) token(ctx context.Context, appID, secret, scope string) (string, error) {
	c := auth.ClientCredentialsConfig{
		Environment: h.env, TenantID: os.Getenv("ENTRA_TENANT_ID"), ClientID: appID, ClientSecret: secret,
		Scopes: []string{scope}, TokenVersion: auth.TokenVersion2,
	}
	t, err := c.TokenSource(ctx, auth.ClientCredentialsSecretType).Token()
	if err != nil {
		return "", err
	}
	return t.AccessToken, nil
}

func (h *hamilton) deleteApplication(ctx context.Context, id string) error {
	_, err := h.applications.Delete(ctx, id)
	return err
}

// gone asks as one who does not expect it: the client's own repeats on 404 are
// turned off for this question.
func (h *hamilton) gone(ctx context.Context, id string) (bool, error) {
	h.applications.BaseClient.DisableRetries = true
	defer func() { h.applications.BaseClient.DisableRetries = false }()
	_, status, err := h.applications.Get(ctx, id, odata.Query{})
	if status == 404 {
		return true, nil
	}
	return false, err
}

func TestHamilton_secret(t *testing.T) {
	for _, tt := range []struct {
		name    string
		version auth.TokenVersion
	}{{"version 1", auth.TokenVersion1}, {"version 2", auth.TokenVersion2}} {
		t.Run(tt.name, func(t *testing.T) {
			profiles(t, func(t *testing.T) {
				env := emulatedEnvironment()
				a, err := auth.NewClientSecretAuthorizer(t.Context(), env, env.MsGraph, tt.version, os.Getenv("ENTRA_TENANT_ID"), nil, os.Getenv("ENTRA_CLIENT_ID"), os.Getenv("ENTRA_CLIENT_SECRET"))
				if err != nil {
					t.Fatal(err)
				}
				tell(t, newHamilton(a))
			})
		})
	}
}

// The certificate's assertion names it by its SHA-1 in kid, and is RS256.
func TestHamilton_certificate(t *testing.T) {
	profiles(t, func(t *testing.T) {
		appID, cert, key := certified(t)
		env := emulatedEnvironment()
		c := auth.ClientCredentialsConfig{
			Environment: env, TenantID: os.Getenv("ENTRA_TENANT_ID"), ClientID: appID,
			PrivateKey: x509.MarshalPKCS1PrivateKey(key), Certificate: cert.Raw,
			Scopes: []string{env.MsGraph.DefaultScope()}, TokenVersion: auth.TokenVersion2,
		}
		var a auth.Authorizer // keeps its token
		settle(t, "the permissions show", func() error {
			a = c.TokenSource(t.Context(), auth.ClientCredentialsAssertionType)
			token, err := a.Token()
			if err != nil {
				return err
			}
			return holdsPermissions(token.AccessToken)
		})
		tell(t, newHamilton(a))
	})
}
