package api

import (
	"context"
	"io"
	"time"

	"llavero/shared/wire"
)

// exportTime bounds an export of the audit trail, which goes out while it is made.
const exportTime = time.Hour

// SearchTrail asks for a page of the audit trail.
func (c *Client) SearchTrail(ctx context.Context, q wire.TrailQuery) (wire.TrailPage, error) {
	return ask[wire.TrailPage](ctx, c, call{route: wire.RouteTrail, query: q.Values()})
}

// Activity asks for a page of one's own view of it.
func (c *Client) Activity(ctx context.Context, q wire.TrailQuery) (wire.TrailPage, error) {
	return ask[wire.TrailPage](ctx, c, call{route: wire.RouteActivity, query: q.Values()})
}

// ExportTrail writes an export of the audit trail to out as it comes.
func (c *Client) ExportTrail(ctx context.Context, q wire.TrailQuery, out io.Writer) error {
	return c.download(ctx, call{route: wire.RouteTrailExport, query: q.Values()}, out)
}

// ExportActivity is ExportTrail of one's own view.
func (c *Client) ExportActivity(ctx context.Context, q wire.TrailQuery, out io.Writer) error {
	return c.download(ctx, call{route: wire.RouteActivityExport, query: q.Values()}, out)
}

// download writes the body of an answer to out. One that was cut off is an error;
// what came until then is in out.
func (c *Client) download(ctx context.Context, call call, out io.Writer) error {
	within, cancel := context.WithTimeout(ctx, exportTime)
	defer cancel()
	req, err := c.request(within, call)
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return stopped(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode < 200 || res.StatusCode > 299 {
		body, err := io.ReadAll(io.LimitReader(res.Body, maxReply))
		if err != nil {
			return stopped(ctx, err)
		}
		return failureOf(res, body)
	}
	if _, err := io.Copy(out, res.Body); err != nil {
		return stopped(ctx, err)
	}
	return nil
}
