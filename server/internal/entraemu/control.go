package entraemu

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// serveControl is the way in for whoever breaks things on purpose from another
// process: knobs, faults, clock, reset, requests, state, rotate. It asks for
// its own key, and for a caller on this machine.
func (e *Emulator) serveControl(rq *request) {
	host, _, _ := net.SplitHostPort(rq.r.RemoteAddr)
	key := rq.r.Header.Get("X-Control-Key")
	if bearer, ok := strings.CutPrefix(rq.r.Header.Get("Authorization"), "Bearer "); ok {
		key = bearer
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() || subtle.ConstantTimeCompare([]byte(key), []byte(e.control)) != 1 {
		controlError(rq, http.StatusForbidden, "give the control key in X-Control-Key or as a bearer token, from this machine")
		return
	}
	name := strings.TrimPrefix(rq.r.URL.Path, controlPath+"/")
	switch rq.r.Method + " " + name {
	case "GET knobs":
		writeJSON(rq.w, http.StatusOK, jsonType, e.Knobs())
	case "PUT knobs", "PATCH knobs":
		e.controlKnobs(rq)
	case "GET faults":
		writeJSON(rq.w, http.StatusOK, jsonType, e.faults.List())
	case "POST faults":
		e.controlFault(rq)
	case "DELETE faults":
		e.faults.Clear()
		rq.w.WriteHeader(http.StatusNoContent)
	case "GET clock":
		writeJSON(rq.w, http.StatusOK, jsonType, fields{{"now", e.Now()}})
	case "POST clock":
		e.controlClock(rq)
	case "POST reset":
		if err := e.Reset(); err != nil {
			controlError(rq, http.StatusInternalServerError, err.Error())
			return
		}
		rq.w.WriteHeader(http.StatusNoContent)
	case "POST rotate":
		if err := e.keys.rotate(e.cfg.Clock()); err != nil {
			controlError(rq, http.StatusInternalServerError, err.Error())
			return
		}
		rq.w.WriteHeader(http.StatusNoContent)
	case "GET requests":
		writeJSON(rq.w, http.StatusOK, jsonType, append([]Call{}, e.journal.Calls()...))
	case "DELETE requests":
		e.journal.Clear()
		rq.w.WriteHeader(http.StatusNoContent)
	case "GET state":
		writeJSON(rq.w, http.StatusOK, jsonType, e.State())
	default:
		e.controlOther(rq, name)
	}
}

func (e *Emulator) controlOther(rq *request, name string) {
	if id, ok := strings.CutPrefix(name, "faults/"); ok && rq.r.Method == http.MethodDelete {
		n, err := strconv.Atoi(id)
		if err != nil || !e.faults.Remove(n) {
			controlError(rq, http.StatusNotFound, "no fault of that id")
			return
		}
		rq.w.WriteHeader(http.StatusNoContent)
		return
	}
	controlError(rq, http.StatusNotFound, "not one of knobs, faults, clock, reset, rotate, requests, state with a method it takes")
}

func controlError(rq *request, status int, text string) {
	writeJSON(rq.w, status, jsonType, fields{{"error", text}})
}

func strict(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// controlKnobs takes whole knobs (PUT), the changed ones (PATCH), or a profile:
// {"profile":"hostile"}.
func (e *Emulator) controlKnobs(rq *request) {
	var k Knobs
	var named struct {
		Profile Profile `json:"profile"`
	}
	err := json.Unmarshal(rq.body, &named)
	switch {
	case err == nil && named.Profile != "":
		if k, err = KnobsOf(named.Profile); err == nil {
			k.Token.APIVersion = e.cfg.APITokenVersion
		}
	case err == nil:
		if rq.r.Method == http.MethodPatch {
			k = e.Knobs()
		}
		err = strict(rq.body, &k)
	}
	if err == nil {
		err = e.SetKnobs(k)
	}
	if err != nil {
		controlError(rq, http.StatusUnprocessableEntity, err.Error())
		return
	}
	writeJSON(rq.w, http.StatusOK, jsonType, e.Knobs())
}

func (e *Emulator) controlFault(rq *request) {
	var f Fault
	err := strict(rq.body, &f)
	id := 0
	if err == nil {
		id, err = e.faults.Add(f)
	}
	if err != nil {
		controlError(rq, http.StatusUnprocessableEntity, err.Error())
		return
	}
	writeJSON(rq.w, http.StatusCreated, jsonType, fields{{"id", id}})
}

// controlClock takes {"set":"2026-01-02T03:04:05Z"}, {"advance":"90m"} or
// {"run":true}.
func (e *Emulator) controlClock(rq *request) {
	var in struct {
		Set     time.Time `json:"set"`
		Advance Duration  `json:"advance"`
		Run     bool      `json:"run"`
	}
	if err := strict(rq.body, &in); err != nil {
		controlError(rq, http.StatusUnprocessableEntity, err.Error())
		return
	}
	switch {
	case in.Run:
		e.SetClock(time.Time{})
	case !in.Set.IsZero():
		e.SetClock(in.Set)
	}
	e.AdvanceClock(time.Duration(in.Advance))
	writeJSON(rq.w, http.StatusOK, jsonType, fields{{"now", e.Now()}})
}

// RotateKeys makes the next signing key sign; tokens held go on verifying.
func (e *Emulator) RotateKeys() error { return e.keys.rotate(e.cfg.Clock()) }

// Reset empties the tenant down to its seed and takes faults, journal, knobs
// and clock back to how they were at the start. Secrets and ids of the seed
// stay, so that clients go on.
func (e *Emulator) Reset() error {
	knobs, err := KnobsOf(e.cfg.Profile)
	if err != nil {
		return err
	}
	knobs.Token.APIVersion = e.cfg.APITokenVersion
	e.faults.Clear()
	e.journal.Clear()
	e.mu.Lock()
	e.dir, e.knobs = newDirectory(), knobs
	e.clock = clock{base: e.cfg.Clock}
	e.rng = newRand(e.cfg.Seed)
	e.buckets = map[string]*bucket{}
	e.replicas = 0
	e.seedTenant(e.secret)
	e.changed++
	n := e.changed
	e.mu.Unlock()
	return e.saver.upTo(n)
}
