package entraemu

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// strict reads exactly one JSON object without members that mean nothing.
func strict(body []byte, into any) error {
	if b := bytes.TrimSpace(body); len(b) == 0 || b[0] != '{' {
		return errors.New("the body is not a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return readable(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body holds more than one JSON object")
	}
	return nil
}

// readable says of a JSON error which member it is about.
func readable(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s: %s is not what it takes (%s)", wrong.Field, wrong.Value, wrong.Type)
	}
	return err
}

// controlKnobs takes whole knobs (PUT), the changed ones (PATCH), or a profile
// alone: {"profile":"hostile"}.
func (e *Emulator) controlKnobs(rq *request) {
	if err := e.turn(func(k *Knobs) error { return e.readKnobs(rq, k) }); err != nil {
		controlError(rq, http.StatusBadRequest, err.Error())
		return
	}
	writeJSON(rq.w, http.StatusOK, jsonType, e.Knobs())
}

func (e *Emulator) readKnobs(rq *request, k *Knobs) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(rq.body, &members); err == nil && members["profile"] != nil {
		var named struct {
			Profile Profile `json:"profile"`
		}
		if err := strict(rq.body, &named); err != nil {
			return fmt.Errorf("a profile stands alone: %w", err)
		}
		cfg := e.cfg
		cfg.Profile = named.Profile
		next, err := startKnobs(cfg)
		if err == nil {
			*k = next
		}
		return err
	}
	if rq.r.Method == http.MethodPut {
		*k = Knobs{}
	}
	return strict(rq.body, k)
}

func (e *Emulator) controlFault(rq *request) {
	var f Fault
	err := strict(rq.body, &f)
	id := 0
	if err == nil {
		id, err = e.faults.Add(f)
	}
	if err != nil {
		controlError(rq, http.StatusBadRequest, err.Error())
		return
	}
	writeJSON(rq.w, http.StatusCreated, jsonType, fields{{"id", id}})
}

// controlClock takes {"set":"2026-01-02T03:04:05Z"}, which stops the time there,
// {"advance":"90m"}, or {"run":true}, which goes back to the machine's time; run
// with set runs on from there. advance may go with either.
func (e *Emulator) controlClock(rq *request) {
	var in struct {
		Set     *time.Time `json:"set"`
		Advance *Duration  `json:"advance"`
		Run     bool       `json:"run"`
	}
	err := strict(rq.body, &in)
	switch {
	case err != nil:
	case in.Set == nil && in.Advance == nil && !in.Run:
		err = errors.New("clock: give set, advance or run; nothing was changed")
	case in.Set != nil && !sensible(*in.Set):
		err = errors.New("clock: set: want a time from 2000 to 2100; nothing was changed")
	case in.Advance != nil && (*in.Advance < 0 || time.Duration(*in.Advance) > longestAdvance):
		err = errors.New("clock: advance: want 0s to 87600h (ten years), and set to go back; nothing was changed")
	}
	if err != nil {
		controlError(rq, http.StatusBadRequest, err.Error())
		return
	}
	switch {
	case in.Set != nil && in.Run:
		e.RunClockFrom(*in.Set)
	case in.Set != nil:
		e.SetClock(*in.Set)
	case in.Run:
		e.SetClock(time.Time{})
	}
	if in.Advance != nil {
		e.AdvanceClock(time.Duration(*in.Advance))
	}
	writeJSON(rq.w, http.StatusOK, jsonType, fields{{"now", e.Now()}})
}

const longestAdvance = 10 * 365 * 24 * time.Hour

// sensible reports whether a time can be written in tokens and certificates.
func sensible(t time.Time) bool { return t.Year() >= 2000 && t.Year() <= 2100 }

// RotateKeys makes the next signing key sign; tokens held go on verifying.
func (e *Emulator) RotateKeys() error {
	if err := e.keys.rotate(e.cfg.Clock()); err != nil {
		return err
	}
	e.mu.Lock()
	e.changed++
	n := e.changed
	e.mu.Unlock()
	return e.saver.upTo(n)
}

// Reset empties the tenant down to its seed and takes faults, journal, counters,
// knobs and clock back to how they were at the start. Secrets and ids of the
// seed stay, so that clients go on.
func (e *Emulator) Reset() error {
	knobs, err := startKnobs(e.cfg)
	if err != nil {
		return err
	}
	e.faults.Clear()
	e.faults.replay(e.cfg.Seed)
	e.journal.Clear()
	e.mu.Lock()
	e.dir, e.knobs = newDirectory(), knobs
	e.clock = standing(e.cfg.Clock, e.cfg.At)
	e.rng = newRand(e.cfg.Seed)
	e.windows, e.counters = map[string]*window{}, Counters{}
	e.replicas = 0
	e.seedTenant(e.secret)
	e.changed++
	n := e.changed
	e.mu.Unlock()
	return e.saver.upTo(n)
}
