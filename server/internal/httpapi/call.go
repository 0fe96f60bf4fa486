package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/auth"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// call is one request on its way through a handler.
type call struct {
	api     *API
	w       http.ResponseWriter
	r       *http.Request
	visit   auth.Visit
	session auth.Session

	bodyHash [sha256.Size]byte // once the body was read
}

// act is who does what, for a use case that changes nothing or needs no
// idempotency key.
func (c *call) act() workflow.Act {
	return workflow.Act{
		Who: c.session.Viewer, RequestID: c.visit.RequestID, BodyHash: c.bodyHash,
		Device: c.session.Device, Address: c.visit.Address,
	}
}

// intent is act with the idempotency key, which every intent must carry. Call it
// after the body was decoded: the key stands for that body.
func (c *call) intent() (workflow.Act, error) {
	text := c.r.Header.Get(wire.HeaderIdempotencyKey)
	if text == "" {
		return workflow.Act{}, access.InvalidField(wire.HeaderIdempotencyKey, access.HintRequired)
	}
	key, err := uuid.Parse(text)
	if err != nil || len(text) != len(key.String()) {
		return workflow.Act{}, access.InvalidField(wire.HeaderIdempotencyKey, access.HintFormat)
	}
	a := c.act()
	a.Key = key.String()
	a.Client, a.ClientTime, err = c.client()
	return a, err
}

// client is what the client says of itself; a header that is not there says nothing.
func (c *call) client() (program string, at time.Time, err error) {
	program = c.r.Header.Get(wire.HeaderClient)
	if program != "" && access.LineHint(program) != "" {
		return "", at, access.InvalidField(wire.HeaderClient, access.HintFormat)
	}
	if text := c.r.Header.Get(wire.HeaderClientTime); text != "" {
		at, err = time.Parse(time.RFC3339Nano, text)
		if err != nil || at.Year() < 2000 || at.Year() > 2999 {
			return "", at, access.InvalidField(wire.HeaderClientTime, access.HintFormat)
		}
	}
	return program, at.UTC(), nil
}

// request is the request the path names.
func (c *call) request() access.RequestID { return access.RequestID(c.r.PathValue("id")) }

// key is the key the path names.
func (c *call) key() access.KeyID { return access.KeyID(c.r.PathValue("id")) }

// version is the row's version that the person saw, of If-Match: "7".
func (c *call) version() (int64, error) {
	text := c.r.Header.Get(wire.HeaderIfMatch)
	if text == "" {
		return 0, access.InvalidField(wire.HeaderIfMatch, access.HintRequired)
	}
	digits, ok := strings.CutPrefix(text, `"`)
	digits, closed := strings.CutSuffix(digits, `"`)
	v, err := strconv.ParseInt(digits, 10, 64)
	if !ok || !closed || err != nil || v < 1 || strings.ContainsAny(digits, "+") {
		return 0, access.InvalidField(wire.HeaderIfMatch, access.HintFormat)
	}
	return v, nil
}

// read takes the body in, whole.
func (c *call) read() ([]byte, error) {
	if err := c.checkMedia(); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(c.r.Body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &access.Error{Code: access.CodeInvalid, Hint: access.HintTooLarge, Err: err}
	}
	if err != nil {
		return nil, &access.Error{Code: access.CodeInvalid, Hint: access.HintMalformed, Err: err}
	}
	c.bodyHash = sha256.Sum256(b)
	return b, nil
}

// checkMedia refuses a body that says it is no JSON, or packed. One that says
// nothing is looked at.
func (c *call) checkMedia() error {
	if kind := c.r.Header.Get("Content-Type"); kind != "" {
		media, args, err := mime.ParseMediaType(kind)
		if charset, ok := args["charset"]; err != nil || media != "application/json" || ok && !strings.EqualFold(charset, "utf-8") {
			return access.InvalidField("Content-Type", access.HintFormat)
		}
	}
	if packed := c.r.Header.Get("Content-Encoding"); packed != "" && !strings.EqualFold(packed, "identity") {
		return access.InvalidField("Content-Encoding", access.HintFormat)
	}
	return nil
}

// decode reads the body as a T and nothing but a T.
func decode[T any](c *call) (T, error) {
	var v T
	b, err := c.read()
	if err != nil {
		return v, err
	}
	return v, strict(b, &v)
}

// decodeIfAny is decode for routes whose body may be left out.
func decodeIfAny[T any](c *call) (T, error) {
	var v T
	b, err := c.read()
	if err != nil || len(bytes.TrimSpace(b)) == 0 {
		return v, err
	}
	return v, strict(b, &v)
}

// none refuses a body where there is nothing to say; {} says nothing too.
func (c *call) none() error {
	_, err := decodeIfAny[struct{}](c)
	return err
}

// reply is what a handler answers with.
type reply struct {
	status int
	body   any // nil: none
}

func ok(body any, err error) (reply, error)       { return reply{http.StatusOK, body}, err }
func accepted(body any, err error) (reply, error) { return reply{http.StatusAccepted, body}, err }

// answer writes a handler's reply. A route that answered by itself, the feed,
// has status 0.
func (a *API) answer(w http.ResponseWriter, r *http.Request, out reply) {
	if out.status == 0 {
		return
	}
	if out.body == nil {
		w.WriteHeader(out.status)
		return
	}
	doc, err := json.Marshal(out.body)
	if err != nil {
		a.problem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(out.status)
	if _, err := w.Write(append(doc, '\n')); err != nil {
		a.Log.DebugContext(r.Context(), "reply not written", "err", err)
	}
}
