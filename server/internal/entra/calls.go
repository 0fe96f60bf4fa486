package entra

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"llavero/shared/secret"
)

// Application is an Entra application, as far as keys need it.
type Application struct {
	ID         string     `json:"id"`    // object id
	ClientID   string     `json:"appId"` // what vendors call client_id
	UniqueName string     `json:"uniqueName"`
	Name       string     `json:"displayName"`
	Tags       []string   `json:"tags"`
	Passwords  []Password `json:"passwordCredentials"`
}

// Password describes a client secret without its text.
type Password struct {
	KeyID string    `json:"keyId"`
	Name  string    `json:"displayName"`
	Hint  string    `json:"hint"` // first three characters
	Start time.Time `json:"startDateTime"`
	End   time.Time `json:"endDateTime"`
}

// NewPassword is a client secret in the one answer that shows it.
type NewPassword struct {
	Password
	Text secret.Text
}

// Principal is a service principal.
type Principal struct {
	ID       string    `json:"id"`
	ClientID string    `json:"appId"`
	Name     string    `json:"displayName"`
	Roles    []AppRole `json:"appRoles"`
	// Enabled is false when its sign-in was blocked; nil: not told.
	Enabled *bool `json:"accountEnabled"`
}

// IsDisabled reports a service principal whose sign-in was blocked.
func (p Principal) IsDisabled() bool { return p.Enabled != nil && !*p.Enabled }

// AppRole is a permission that an API offers to applications.
type AppRole struct {
	ID      string   `json:"id"`
	Value   string   `json:"value"`
	Label   string   `json:"displayName"`
	Enabled bool     `json:"isEnabled"`
	Members []string `json:"allowedMemberTypes"`
}

// Assignment is an AppRole granted to a service principal.
type Assignment struct {
	ID        string `json:"id"`
	RoleID    string `json:"appRoleId"`
	Principal string `json:"principalId"`
	Resource  string `json:"resourceId"`
}

const createIfMissing = "create-if-missing"

// EnsureApplication creates the application with this uniqueName, or finds it.
// created is false when it existed. Once Graph has said that it exists, its
// absence from reads is waited for.
func (c *Client) EnsureApplication(ctx context.Context, uniqueName, displayName string, tags []string) (app Application, created bool, err error) {
	status, err := c.do(ctx, call{
		name: "upsertApplication", method: http.MethodPatch,
		target: c.keyed("applications", "uniqueName", uniqueName), prefer: createIfMissing,
		body: map[string]any{"displayName": displayName, "signInAudience": "AzureADMyOrg", "tags": append([]string{}, tags...)},
		ok:   []int{http.StatusCreated, http.StatusNoContent},
	}, &app)
	if status == http.StatusCreated && app.ID != "" && app.ClientID != "" {
		return app, true, nil
	}
	if err != nil && !says(err, nameTaken) {
		return Application{}, false, err
	}
	app, err = c.ApplicationByUniqueName(ctx, uniqueName, true)
	return app, false, err
}

// ApplicationByUniqueName reads an application. fresh: it was made moments ago
// and may look absent for a while.
func (c *Client) ApplicationByUniqueName(ctx context.Context, uniqueName string, fresh bool) (Application, error) {
	return c.application(ctx, c.keyed("applications", "uniqueName", uniqueName), fresh)
}

// ApplicationByClientID reads an application by its appId.
func (c *Client) ApplicationByClientID(ctx context.Context, clientID string) (Application, error) {
	return c.application(ctx, c.keyed("applications", "appId", clientID), false)
}

// Application reads an application by its object id.
func (c *Client) Application(ctx context.Context, objectID string, fresh bool) (Application, error) {
	return c.application(ctx, c.path("applications", objectID), fresh)
}

func (c *Client) application(ctx context.Context, target *url.URL, fresh bool) (app Application, err error) {
	target.RawQuery = url.Values{"$select": {applicationFields}}.Encode()
	_, err = c.do(ctx, call{
		name: "readApplication", method: http.MethodGet, target: target,
		ok: []int{http.StatusOK}, lag: when(fresh, lagOfApplication),
	}, &app)
	return app, err
}

// EnsurePrincipal creates the service principal of an application, or finds it.
// fresh: the application was made moments ago.
func (c *Client) EnsurePrincipal(ctx context.Context, clientID, displayName string, fresh bool) (Principal, error) {
	var p Principal
	status, err := c.do(ctx, call{
		name: "upsertPrincipal", method: http.MethodPatch,
		target: c.keyed("servicePrincipals", "appId", clientID), prefer: createIfMissing,
		body: map[string]any{"displayName": displayName},
		ok:   []int{http.StatusCreated, http.StatusNoContent}, lag: when(fresh, lagOfApplication),
	}, &p)
	if status == http.StatusCreated && p.ID != "" {
		return p, nil
	}
	if err != nil && !says(err, principalExists) {
		return Principal{}, err
	}
	return c.PrincipalByClientID(ctx, clientID, true)
}

// PrincipalByClientID reads the service principal of an application, with the
// roles it offers. fresh: it was made moments ago.
func (c *Client) PrincipalByClientID(ctx context.Context, clientID string, fresh bool) (p Principal, err error) {
	target := c.keyed("servicePrincipals", "appId", clientID)
	target.RawQuery = url.Values{"$select": {"id,appId,displayName,appRoles,accountEnabled"}}.Encode()
	_, err = c.do(ctx, call{
		name: "readPrincipal", method: http.MethodGet, target: target,
		ok: []int{http.StatusOK}, lag: when(fresh, lagOfPrincipal),
	}, &p)
	return p, err
}

// AddPassword makes a client secret named displayName, valid until end. It is
// the one call that must not be repeated blindly: an Unknown outcome is settled
// by reading the application's Passwords. fresh: the application was made
// moments ago.
func (c *Client) AddPassword(ctx context.Context, objectID, displayName string, end time.Time, fresh bool) (NewPassword, error) {
	var answer struct {
		Password
		Text string `json:"secretText"`
	}
	k := call{
		name: "addPassword", method: http.MethodPost, target: c.path("applications", objectID, "addPassword"),
		body: map[string]any{"passwordCredential": map[string]any{
			"displayName": displayName, "endDateTime": end.UTC().Format(time.RFC3339),
		}},
		ok: []int{http.StatusOK, http.StatusCreated}, once: true, lag: when(fresh, lagOfApplication),
	}
	status, err := c.do(ctx, k, &answer)
	if err != nil {
		return NewPassword{}, err
	}
	if answer.Text == "" || answer.KeyID == "" {
		return NewPassword{}, &Error{Call: k.name, Status: status, Code: CodeUnexpected, Outcome: Unknown, Tries: 1}
	}
	return NewPassword{Password: answer.Password, Text: secret.New(answer.Text)}, nil
}

// RemovePassword takes a client secret away; one that is not there is removed
// already.
func (c *Client) RemovePassword(ctx context.Context, objectID, keyID string) error {
	_, err := c.do(ctx, call{
		name: "removePassword", method: http.MethodPost, target: c.path("applications", objectID, "removePassword"),
		body: map[string]any{"keyId": keyID}, ok: []int{http.StatusNoContent, http.StatusOK},
	}, nil)
	if says(err, noSuchPassword) {
		return nil
	}
	return err
}

// GrantRole assigns a role of the API resource to a service principal; one that
// is assigned already is done. fresh: the principal was made moments ago.
func (c *Client) GrantRole(ctx context.Context, resource, principal, role string, fresh bool) error {
	_, err := c.do(ctx, call{
		name: "grantRole", method: http.MethodPost, target: c.path("servicePrincipals", resource, "appRoleAssignedTo"),
		body: map[string]any{"principalId": principal, "resourceId": resource, "appRoleId": role},
		ok:   []int{http.StatusCreated, http.StatusOK}, lag: when(fresh, lagOfPrincipal),
	}, nil)
	if says(err, alreadyGranted) {
		return nil
	}
	return err
}

// maxPages bounds a list that never ends.
const maxPages = 100

// RoleAssignments lists what was granted to a service principal. fresh: it was
// made moments ago.
func (c *Client) RoleAssignments(ctx context.Context, principal string, fresh bool) ([]Assignment, error) {
	var all []Assignment
	target := c.path("servicePrincipals", principal, "appRoleAssignments")
	for range maxPages {
		var page struct {
			Value []Assignment `json:"value"`
			Next  string       `json:"@odata.nextLink"`
		}
		_, err := c.do(ctx, call{
			name: "listAssignments", method: http.MethodGet, target: target,
			ok: []int{http.StatusOK}, lag: when(fresh, lagOfPrincipal),
		}, &page)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Value...)
		if page.Next == "" {
			return all, nil
		}
		if target, err = c.following("listAssignments", page.Next); err != nil {
			return nil, err
		}
	}
	return nil, &Error{Call: "listAssignments", Code: CodeUnexpected, Outcome: Refused, Tries: 1}
}

// RevokeRole takes an assignment away. IsNotFound tells that the answering
// server knows none of that id: it is gone, or too young for that server.
func (c *Client) RevokeRole(ctx context.Context, principal, assignment string) error {
	_, err := c.do(ctx, call{
		name: "revokeRole", method: http.MethodDelete,
		target: c.path("servicePrincipals", principal, "appRoleAssignments", assignment),
		ok:     []int{http.StatusNoContent, http.StatusOK},
	}, nil)
	return err
}

// keyed is the address of an object by an alternate key, quotes doubled.
func (c *Client) keyed(set, key, value string) *url.URL {
	return c.graph.JoinPath(set + "(" + key + "='" + url.PathEscape(strings.ReplaceAll(value, "'", "''")) + "')")
}

// path joins segments, each escaped, to Graph's address.
func (c *Client) path(segments ...string) *url.URL {
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return c.graph.JoinPath(segments...)
}

func when(fresh bool, lag func(*Error) bool) func(*Error) bool {
	if fresh {
		return lag
	}
	return nil
}
