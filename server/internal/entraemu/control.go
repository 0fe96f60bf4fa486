package entraemu

import (
	"crypto/subtle"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// serveControl is the way in for whoever breaks things on purpose from another
// process: knobs, faults, clock, reset, requests, counters, state, rotate. It
// asks for its own key, and for a caller on this machine. What it cannot take
// is 400 with the reason, and changes nothing.
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
	case "GET counters":
		writeJSON(rq.w, http.StatusOK, jsonType, e.Counters())
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
		if err := e.RotateKeys(); err != nil {
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
	controlError(rq, http.StatusNotFound, "not one of knobs, faults, clock, reset, rotate, requests, counters, state with a method it takes")
}

func controlError(rq *request, status int, text string) {
	writeJSON(rq.w, status, jsonType, fields{{"error", text}})
}
