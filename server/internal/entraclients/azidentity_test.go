package entraclients

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/golang-jwt/jwt/v5"
)

const graphScope = "https://graph.microsoft.com/.default"

// azure is azidentity for tokens and azcore's pipeline for Graph.
type azure struct {
	pipeline runtime.Pipeline
	graph    string
	cloud    cloud.Configuration
	known    bool // the authority is Microsoft's own host: discovery stays on
}

func newAzure(cred azcore.TokenCredential, known bool) *azure {
	a := &azure{graph: os.Getenv("ENTRA_GRAPH_URL") + "/v1.0", cloud: emulated(), known: known}
	if known {
		a.graph, a.cloud = "https://graph.microsoft.com/v1.0", cloud.AzurePublic
	}
	a.pipeline = runtime.NewPipeline("llavero-clients", "v1", runtime.PipelineOptions{
		PerRetry: []policy.Policy{runtime.NewBearerTokenPolicy(cred, []string{graphScope}, nil)},
	}, nil)
	return a
}

func emulated() cloud.Configuration {
	return cloud.Configuration{ActiveDirectoryAuthorityHost: os.Getenv("ENTRA_AUTHORITY_HOST")}
}

func secretCredential(clientID, secret string, c cloud.Configuration, known bool) (*azidentity.ClientSecretCredential, error) {
	return azidentity.NewClientSecretCredential(os.Getenv("ENTRA_TENANT_ID"), clientID, secret, &azidentity.ClientSecretCredentialOptions{
		ClientOptions: policy.ClientOptions{Cloud: c}, DisableInstanceDiscovery: !known,
	})
}

// call sends one request through the pipeline; an answer of another status is
// an error, as the library makes it.
func (a *azure) call(ctx context.Context, method, path string, in, out any, want int) error {
	rq, err := runtime.NewRequest(ctx, method, a.graph+path)
	if err != nil {
		return err
	}
	if in != nil {
		if err := runtime.MarshalAsJSON(rq, in); err != nil {
			return err
		}
	}
	res, err := a.pipeline.Do(rq) //nolint:bodyclose // the pipeline has read and closed it
	if err != nil {
		return err
	}
	if !runtime.HasStatusCode(res, want) {
		return runtime.NewResponseError(res)
	}
	if out == nil {
		runtime.Drain(res)
		return nil
	}
	return runtime.UnmarshalAsJSON(res, out)
}

type named map[string]any

type object struct {
	ID       string
	AppID    string
	KeyID    string
	Secret   string `json:"secretText"`
	AppRoles []struct{ ID, Value string }
	Value    []struct{ ID string }
}

func (a *azure) api(ctx context.Context, appID string) (sp, roleID, role string, err error) {
	var o object
	if err := a.call(ctx, http.MethodGet, "/servicePrincipals(appId='"+appID+"')?$select=id,appRoles", nil, &o, 200); err != nil {
		return "", "", "", err
	}
	if len(o.AppRoles) == 0 {
		return "", "", "", errors.New("the API has no roles")
	}
	return o.ID, o.AppRoles[0].ID, o.AppRoles[0].Value, nil
}

func (a *azure) createApplication(ctx context.Context, name string) (id, appID string, err error) {
	var o object
	err = a.call(ctx, http.MethodPost, "/applications", named{"displayName": name, "signInAudience": "AzureADMyOrg"}, &o, 201)
	return o.ID, o.AppID, err
}

func (a *azure) createPrincipal(ctx context.Context, appID string) (string, error) {
	var o object
	err := a.call(ctx, http.MethodPost, "/servicePrincipals", named{"appId": appID}, &o, 201)
	return o.ID, err
}

func (a *azure) addSecret(ctx context.Context, id, name string) (keyID, text string, err error) {
	var o object
	in := named{"passwordCredential": named{"displayName": name, "endDateTime": time.Now().AddDate(0, 6, 0).UTC()}}
	err = a.call(ctx, http.MethodPost, "/applications/"+id+"/addPassword", in, &o, 200)
	return o.KeyID, o.Secret, err
}

func (a *azure) removeSecret(ctx context.Context, id, keyID string) error {
	return a.call(ctx, http.MethodPost, "/applications/"+id+"/removePassword", named{"keyId": keyID}, nil, 204)
}

func (a *azure) grant(ctx context.Context, sp, api, roleID string) error {
	return a.call(ctx, http.MethodPost, "/servicePrincipals/"+api+"/appRoleAssignedTo", named{"principalId": sp, "resourceId": api, "appRoleId": roleID}, nil, 201)
}

func (a *azure) roles(ctx context.Context, sp string) (int, error) {
	var o object
	err := a.call(ctx, http.MethodGet, "/servicePrincipals/"+sp+"/appRoleAssignments", nil, &o, 200)
	return len(o.Value), err
}

func (a *azure) token(ctx context.Context, appID, secret, scope string) (string, error) {
	cred, err := secretCredential(appID, secret, a.cloud, a.known)
	if err != nil {
		return "", err
	}
	t, err := cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{scope}})
	return t.Token, err
}

func (a *azure) deleteApplication(ctx context.Context, id string) error {
	return a.call(ctx, http.MethodDelete, "/applications/"+id, nil, nil, 204)
}

func (a *azure) gone(ctx context.Context, id string) (bool, error) {
	err := a.call(ctx, http.MethodGet, "/applications/"+id, nil, nil, 200)
	var refused *azcore.ResponseError
	if errors.As(err, &refused) && refused.StatusCode == 404 && refused.ErrorCode == "Request_ResourceNotFound" {
		return true, nil
	}
	return false, err
}

func administrator(t *testing.T, known bool) *azure {
	t.Helper()
	c := emulated()
	if known {
		c = cloud.AzurePublic
	}
	cred, err := secretCredential(os.Getenv("ENTRA_CLIENT_ID"), os.Getenv("ENTRA_CLIENT_SECRET"), c, known)
	if err != nil {
		t.Fatal(err)
	}
	return newAzure(cred, known)
}

// certified makes a provisioning application that signs in by certificate.
func certified(t *testing.T) (appID string, cert *x509.Certificate, key *rsa.PrivateKey) {
	t.Helper()
	admin, ctx := administrator(t, false), t.Context()
	cert, key = certificate(t)
	var id, sp string
	var graph object
	settle(t, "application", func() (err error) {
		id, appID, err = admin.createApplication(ctx, "clients by certificate")
		return err
	})
	settle(t, "principal", func() (err error) { sp, err = admin.createPrincipal(ctx, appID); return err })
	settle(t, "certificate", func() error {
		return admin.call(ctx, http.MethodPatch, "/applications/"+id, named{"keyCredentials": []named{{
			"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(cert.Raw),
		}}}, nil, 204)
	})
	settle(t, "Graph's roles", func() error {
		return admin.call(ctx, http.MethodGet, "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')", nil, &graph, 200)
	})
	for _, r := range graph.AppRoles {
		switch r.Value {
		case "Application.ReadWrite.OwnedBy", "Application.Read.All", "AppRoleAssignment.ReadWrite.All":
			settle(t, r.Value, func() error { return admin.grant(ctx, sp, graph.ID, r.ID) })
		}
	}
	return appID, cert, key
}

func TestAzidentity_secret(t *testing.T) {
	profiles(t, func(t *testing.T) { tell(t, administrator(t, false)) })
}

// Nothing but a proxy and an authority to trust is set: Microsoft's hosts, and
// the library's own look at whether they are genuine.
func TestAzidentity_microsoftsHosts(t *testing.T) {
	profiles(t, func(t *testing.T) { tell(t, administrator(t, true)) })
}

func TestAzidentity_certificate(t *testing.T) {
	profiles(t, func(t *testing.T) {
		appID, cert, key := certified(t)
		var cred *azidentity.ClientCertificateCredential
		settle(t, "the permissions show", func() (err error) {
			if cred, err = certificateCredential(appID, cert, key); err != nil {
				return err
			}
			return permitted(t.Context(), cred)
		})
		tell(t, newAzure(cred, false))
	})
}

func certificateCredential(appID string, cert *x509.Certificate, key *rsa.PrivateKey) (*azidentity.ClientCertificateCredential, error) {
	return azidentity.NewClientCertificateCredential(os.Getenv("ENTRA_TENANT_ID"), appID, []*x509.Certificate{cert}, key, &azidentity.ClientCertificateCredentialOptions{
		ClientOptions: policy.ClientOptions{Cloud: emulated()}, DisableInstanceDiscovery: true,
	})
}

// permitted reports the permissions that a credential's token lacks: one taken
// while the directory lagged would lack them until it ends. The token asked for
// is the very one that the pipeline will find in the credential's cache: tokens
// with and without EnableCAE are kept apart.
func permitted(ctx context.Context, cred azcore.TokenCredential) error {
	t, err := cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{graphScope}, EnableCAE: true})
	if err != nil {
		return err
	}
	return holdsPermissions(t.Token)
}

func holdsPermissions(token string) error {
	var c claims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &c); err != nil {
		return err
	}
	if len(c.Roles) < 3 {
		return fmt.Errorf("permissions %v", c.Roles)
	}
	return nil
}
