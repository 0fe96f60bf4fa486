package httpapi

import (
	"context"
	"mime"
	"net/http"
	"strconv"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// code is the license code the path names.
func (c *call) code() access.LicenseCode { return access.LicenseCode(c.r.PathValue("code")) }

func (a *API) amendKeys(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.AmendKeys](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.Amend(ctx, act, c.code(), in))
}

func (a *API) keyHistory(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.KeyHistory(ctx, c.act(), c.code()))
}

func (a *API) permissions(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.Permissions(ctx, c.act()))
}

func (a *API) changePermissions(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.ChangePermissions](c)
	if err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.ChangePermissions(ctx, act, c.key(), version, in))
}

func (a *API) refreshPermissions(ctx context.Context, c *call) (reply, error) {
	in, err := decodeIfAny[wire.RefreshPermissions](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.RefreshPermissions(ctx, act, in))
}

func (a *API) validity(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.Validity(ctx, c.act()))
}

func (a *API) setValidity(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.SetValidity](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return ok(a.Flow.SetValidity(ctx, act, access.Environment(c.r.PathValue("environment")), in))
}

func (a *API) setKeyValidity(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.SetValidity](c)
	if err != nil {
		return reply{}, err
	}
	act, version, err := c.versioned()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.SetKeyValidity(ctx, act, c.key(), version, in))
}

func (a *API) evidence(ctx context.Context, c *call) (reply, error) {
	return ok(a.Flow.Evidence(ctx, c.act(), c.code()))
}

func (a *API) addEvidence(ctx context.Context, c *call) (reply, error) {
	in, err := decode[wire.NewEvidence](c)
	if err != nil {
		return reply{}, err
	}
	act, err := c.intent()
	if err != nil {
		return reply{}, err
	}
	return accepted(a.Flow.AddEvidence(ctx, act, c.code(), in))
}

// evidenceFile answers with a file as it came in, to be saved and never shown:
// what it says it is was found in its content.
func (a *API) evidenceFile(ctx context.Context, c *call) (reply, error) {
	file, err := a.Flow.EvidenceFile(ctx, c.act(), c.r.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return a.download(ctx, c, file.Name, file.Media, file.Body)
}

// download answers with a file to be saved.
func (a *API) download(ctx context.Context, c *call, name, media string, body []byte) (reply, error) {
	head := c.w.Header()
	head.Set("Content-Type", media)
	head.Set("Content-Length", strconv.Itoa(len(body)))
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.w.WriteHeader(http.StatusOK)
	if _, err := c.w.Write(body); err != nil {
		a.Log.DebugContext(ctx, "file not written", "err", err)
	}
	return reply{}, nil
}

// bodyLimit bounds a request's body, in bytes. A file of evidence travels in
// base64.
func bodyLimit(pattern string) int64 {
	if pattern == wire.RouteAddEvidence {
		return wire.MaxEvidence/3*4 + wire.MaxBody
	}
	return wire.MaxBody
}
