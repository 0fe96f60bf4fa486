package entra

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// pageSize is Graph's largest page.
const pageSize = 999

// Page is a part of a list. Next is where the list goes on, "" at its end; it
// may be kept and asked for later, by a process of another life too.
type Page[T any] struct {
	Items []T
	Next  string
}

// Listed is an application as a list of the whole directory shows it.
type Listed struct {
	Application
	Created time.Time `json:"createdDateTime"`
}

// applicationFields are what keys need of an application.
const applicationFields = "id,appId,uniqueName,displayName,tags,passwordCredentials"

// ListApplications reads a page of the directory's applications; next is "" for
// the first, or the Next of the page before.
func (c *Client) ListApplications(ctx context.Context, next string) (Page[Listed], error) {
	return list[Listed](ctx, c, "listApplications", c.path("applications"), applicationFields+",createdDateTime", next)
}

// ListPrincipals reads a page of the directory's service principals.
func (c *Client) ListPrincipals(ctx context.Context, next string) (Page[Principal], error) {
	return list[Principal](ctx, c, "listPrincipals", c.path("servicePrincipals"), "id,appId,accountEnabled", next)
}

// ListAssigned reads a page of the roles that an API has granted.
func (c *Client) ListAssigned(ctx context.Context, resource, next string) (Page[Assignment], error) {
	return list[Assignment](ctx, c, "listAssigned", c.path("servicePrincipals", resource, "appRoleAssignedTo"), "", next)
}

// ListDeleted reads a page of the applications that were deleted and can be
// restored.
func (c *Client) ListDeleted(ctx context.Context, next string) (Page[Application], error) {
	return list[Application](ctx, c, "listDeleted", c.path("directory", "deletedItems", "microsoft.graph.application"),
		"id,appId,uniqueName,displayName", next)
}

func list[T any](ctx context.Context, c *Client, name string, first *url.URL, fields, next string) (Page[T], error) {
	target := first
	q := url.Values{"$top": {strconv.Itoa(pageSize)}}
	if fields != "" {
		q.Set("$select", fields)
	}
	target.RawQuery = q.Encode()
	if next != "" {
		var err error
		if target, err = c.following(name, next); err != nil {
			return Page[T]{}, err
		}
	}
	var page struct {
		Value []T    `json:"value"`
		Next  string `json:"@odata.nextLink"`
	}
	_, err := c.do(ctx, call{name: name, method: http.MethodGet, target: target, ok: []int{http.StatusOK}}, &page)
	return Page[T]{page.Value, page.Next}, err
}

// following is the address where a list goes on; one that leads elsewhere would
// take the token along, and is refused.
func (c *Client) following(name, next string) (*url.URL, error) {
	target, err := url.Parse(next)
	if err != nil || target.Scheme != c.graph.Scheme || target.Host != c.graph.Host {
		return nil, &Error{Call: name, Code: CodeUnexpected, Outcome: Refused, Tries: 1}
	}
	return target, nil
}

// Deleted reads an application that was deleted, by its object id.
func (c *Client) Deleted(ctx context.Context, objectID string) (app Application, err error) {
	_, err = c.do(ctx, call{
		name: "readDeleted", method: http.MethodGet, target: c.path("directory", "deletedItems", objectID), ok: []int{http.StatusOK},
	}, &app)
	return app, err
}

// Restore brings a deleted application back; one that is not among the deleted
// any more is left to be found, or not, by who looks.
func (c *Client) Restore(ctx context.Context, objectID string) error {
	_, err := c.do(ctx, call{
		name: "restore", method: http.MethodPost, target: c.path("directory", "deletedItems", objectID, "restore"),
		body: map[string]any{}, ok: []int{http.StatusOK, http.StatusCreated, http.StatusNoContent},
	}, nil)
	if IsNotFound(err) {
		if _, look := c.Application(ctx, objectID, false); look == nil {
			return nil
		}
	}
	return err
}

// RestorePrincipal brings a deleted service principal back, with what it was
// granted. IsNotFound: it is not among the deleted ones.
func (c *Client) RestorePrincipal(ctx context.Context, objectID string) error {
	_, err := c.do(ctx, call{
		name: "restorePrincipal", method: http.MethodPost, target: c.path("directory", "deletedItems", objectID, "restore"),
		body: map[string]any{}, ok: []int{http.StatusOK, http.StatusCreated, http.StatusNoContent},
	}, nil)
	return err
}

// Rename gives an application another display name.
func (c *Client) Rename(ctx context.Context, objectID, name string) error {
	_, err := c.do(ctx, call{
		name: "rename", method: http.MethodPatch, target: c.path("applications", objectID),
		body: map[string]any{"displayName": name}, ok: []int{http.StatusNoContent, http.StatusOK},
	}, nil)
	return err
}

// EnablePrincipal lets a service principal sign in again.
func (c *Client) EnablePrincipal(ctx context.Context, objectID string) error {
	_, err := c.do(ctx, call{
		name: "enablePrincipal", method: http.MethodPatch, target: c.path("servicePrincipals", objectID),
		body: map[string]any{"accountEnabled": true}, ok: []int{http.StatusNoContent, http.StatusOK},
	}, nil)
	return err
}

// Usage is how much of a directory is used.
type Usage struct {
	Objects, Quota int // 0: not told
}

// Usage reads how many objects the directory has and may have: it needs
// Organization.Read.All, and Graph tells it on its beta address only.
func (c *Client) Usage(ctx context.Context) (Usage, error) {
	target := *c.graph
	target.Path = path.Join("/", strings.TrimSuffix(strings.Trim(target.Path, "/"), "v1.0"), "beta/organization")
	target.RawQuery = url.Values{"$select": {"directorySizeQuota"}}.Encode()
	var answer struct {
		Value []struct {
			Size struct {
				Used  int `json:"used"`
				Total int `json:"total"`
			} `json:"directorySizeQuota"`
		} `json:"value"`
	}
	_, err := c.do(ctx, call{name: "readUsage", method: http.MethodGet, target: &target, ok: []int{http.StatusOK}}, &answer)
	if err != nil || len(answer.Value) == 0 {
		return Usage{}, err
	}
	return Usage{answer.Value[0].Size.Used, answer.Value[0].Size.Total}, nil
}

// createdCounted bounds the pages that Created reads.
const createdCounted = 500

// Created counts the objects that the provisioning application has made: what a
// quota for creators counts.
func (c *Client) Created(ctx context.Context) (int, error) {
	own, err := c.PrincipalByClientID(ctx, c.cfg.ClientID, false)
	if err != nil {
		return 0, err
	}
	n, next := 0, ""
	for range createdCounted {
		page, err := list[struct{}](ctx, c, "listCreated", c.path("servicePrincipals", own.ID, "createdObjects"), "id", next)
		if err != nil {
			return 0, err
		}
		if n, next = n+len(page.Items), page.Next; next == "" {
			break
		}
	}
	return n, nil
}

// LongestLife is the longest life, in days, that the tenant's default policy
// allows a new secret; 0: no limit is known. It needs Policy.Read.All, which the
// application need not have.
func (c *Client) LongestLife(ctx context.Context) (int, error) {
	type restriction struct {
		Kind  string `json:"restrictionType"`
		State string `json:"state"`
		Life  string `json:"maxLifetime"` // ISO 8601
	}
	var answer struct {
		On           bool `json:"isEnabled"`
		Applications struct {
			Passwords []restriction `json:"passwordCredentials"`
		} `json:"applicationRestrictions"`
	}
	_, err := c.do(ctx, call{
		name: "readPolicy", method: http.MethodGet, target: c.path("policies", "defaultAppManagementPolicy"), ok: []int{http.StatusOK},
	}, &answer)
	if err != nil || !answer.On {
		return 0, err
	}
	for _, r := range answer.Applications.Passwords {
		if days := isoDays(r.Life); r.Kind == "passwordLifetime" && r.State != "disabled" && days > 0 {
			return days, nil
		}
	}
	return 0, nil
}

// longestPolicy bounds what is believed of a policy, in days.
const longestPolicy = 36_500

// isoDays reads an ISO 8601 duration of whole days, or of hours, which are
// rounded down to days; 0 for any other.
func isoDays(s string) int {
	digits, per := "", 1
	if rest, ok := strings.CutPrefix(s, "PT"); ok {
		digits, ok = strings.CutSuffix(rest, "H")
		if per = 24; !ok {
			return 0
		}
	} else if rest, ok := strings.CutPrefix(s, "P"); ok {
		if digits, ok = strings.CutSuffix(rest, "D"); !ok {
			return 0
		}
	}
	n, err := strconv.ParseUint(digits, 10, 31) // no sign
	if days := int(n) / per; err == nil && days <= longestPolicy {
		return days
	}
	return 0
}
