package httpapi

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/trail"
	"llavero/shared/wire"
)

// trailQuery reads a search of the trail out of the address, and nothing but one.
func (c *call) trailQuery() (wire.TrailQuery, error) {
	var q wire.TrailQuery
	values, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		return q, &access.Error{Code: access.CodeInvalid, Hint: access.HintMalformed, Err: err}
	}
	var wrong []access.FieldError
	for name, all := range values {
		hint := access.HintUnknownField
		if set, ok := trailParams[name]; ok && len(all) == 1 {
			hint = ""
			if !set(&q, all[0]) {
				hint = access.HintFormat
			}
		}
		if hint != "" {
			wrong = append(wrong, access.FieldError{Field: name, Hint: hint})
		}
	}
	if len(wrong) > 0 {
		return q, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return q, nil
}

// trailParams takes in each member of a query.
var trailParams = map[string]func(q *wire.TrailQuery, value string) bool{
	wire.TrailFrom:     func(q *wire.TrailQuery, v string) bool { return readTime(&q.From, v) },
	wire.TrailTo:       func(q *wire.TrailQuery, v string) bool { return readTime(&q.To, v) },
	wire.TrailDocument: func(q *wire.TrailQuery, v string) bool { q.Document = v; return true },
	wire.TrailEntity:   func(q *wire.TrailQuery, v string) bool { q.Entity = v; return true },
	wire.TrailCode:     func(q *wire.TrailQuery, v string) bool { q.Code = access.LicenseCode(v); return true },
	wire.TrailGroup:    func(q *wire.TrailQuery, v string) bool { q.Group = trail.Group(v); return true },
	wire.TrailSubject:  func(q *wire.TrailQuery, v string) bool { q.Subject = v; return true },
	wire.TrailText:     func(q *wire.TrailQuery, v string) bool { q.Text = v; return true },
	wire.TrailCursor:   func(q *wire.TrailQuery, v string) bool { q.Cursor = v; return true },
	wire.TrailOpening:  func(q *wire.TrailQuery, v string) bool { q.Opening = v; return true },
	wire.TrailEach:     func(q *wire.TrailQuery, v string) bool { q.Each = v == "true"; return q.Each || v == "false" },
	wire.TrailLimit: func(q *wire.TrailQuery, v string) bool {
		n, err := strconv.Atoi(v)
		q.Limit = n
		return err == nil && n > 0
	},
}

// What openapi.json tells of trailParams: of an export, of one's own activity.
var (
	activityExported = []queryParam{
		{wire.TrailFrom, time.Time{}, "Not before."},
		{wire.TrailTo, time.Time{}, "Before."},
		{wire.TrailCode, access.LicenseCode(""), "Its keys and requests."},
		{wire.TrailGroup, trail.Group(""), "Of one group of acts."},
		{wire.TrailSubject, "", "Id of what it is about."},
		{wire.TrailText, "", "In person, subject and details; whatever case and accents."},
	}
	trailExported = append(activityExported[:len(activityExported):len(activityExported)],
		queryParam{wire.TrailDocument, "", "Number of a person's document."},
		queryParam{wire.TrailEntity, "", "NIT, or id of an entity."})
	activityAsked = onPages(activityExported)
	trailAsked    = onPages(trailExported)
)

// onPages adds how a page of entries is shown.
func onPages(choose []queryParam) []queryParam {
	return append(choose[:len(choose):len(choose)],
		queryParam{wire.TrailEach, false, "Each attempt by itself."},
		queryParam{wire.TrailCursor, "", "next of the page before."},
		queryParam{wire.TrailLimit, 0, "How many entries, at most."},
		queryParam{wire.TrailOpening, "", "UUID of the opening of the screen: a search is audited once for each."})
}

// readTime reads RFC 3339. Times that the trail cannot hold are refused.
func readTime(at *time.Time, text string) bool {
	t, err := time.Parse(time.RFC3339, text)
	*at = t
	return err == nil && t.Unix() > 0 && t.Year() < 10_000
}

// trailPage answers a search with a page.
func (c *call) trailPage(ctx context.Context, find func(context.Context, workflow.Act, wire.TrailQuery) (wire.TrailPage, error)) (reply, error) {
	q, err := c.trailQuery()
	if err != nil {
		return reply{}, err
	}
	return ok(find(ctx, c.act(), q))
}

func (a *API) searchTrail(ctx context.Context, c *call) (reply, error) {
	return c.trailPage(ctx, a.Flow.SearchTrail)
}

func (a *API) activity(ctx context.Context, c *call) (reply, error) {
	return c.trailPage(ctx, a.Flow.Activity)
}

func (a *API) exportTrail(ctx context.Context, c *call) (reply, error) {
	return c.trailFile(ctx, a.Flow.ExportTrail)
}

func (a *API) exportActivity(ctx context.Context, c *call) (reply, error) {
	return c.trailFile(ctx, a.Flow.ExportActivity)
}

// exportTime is how long each part of an export may take to go out.
const exportTime = 30 * time.Second

// trailFile answers with an export as it is being made. One that fails on its way
// is cut off: without its last line nobody takes it for whole.
func (c *call) trailFile(ctx context.Context, begin func(context.Context, workflow.Act, wire.TrailQuery) (*workflow.TrailExport, error)) (reply, error) {
	q, err := c.trailQuery()
	if err != nil {
		return reply{}, err
	}
	if q.Cursor != "" || q.Limit != 0 || q.Each || q.Opening != "" {
		return reply{}, &access.Error{Code: access.CodeInvalid, Hint: access.HintUnknownField}
	}
	export, err := begin(ctx, c.act(), q)
	if err != nil {
		return reply{}, err
	}
	head := c.w.Header()
	head.Set("Content-Type", wire.TrailMedia)
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": export.FileName()}))
	c.w.WriteHeader(http.StatusOK)
	if err := export.Write(ctx, &patientWriter{w: c.w, control: http.NewResponseController(c.w), clock: time.Now}); err != nil { //nolint:forbidigo // deadlines of sockets are the machine's own
		c.api.Log.ErrorContext(ctx, "export of the trail cut off", "requestId", requestID(ctx), "err", err)
		panic(http.ErrAbortHandler)
	}
	return reply{}, nil
}

// patientWriter gives each part the time it needs, for a reader that keeps
// reading.
type patientWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	clock   func() time.Time
	until   time.Time
}

// Write implements io.Writer.
func (p *patientWriter) Write(b []byte) (int, error) {
	if now := p.clock(); now.After(p.until.Add(-exportTime / 2)) {
		p.until = now.Add(exportTime)
		if err := p.control.SetWriteDeadline(p.until); err != nil {
			return 0, err
		}
	}
	return p.w.Write(b)
}
