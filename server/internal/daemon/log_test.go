package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"llavero/server/internal/config"
	"llavero/shared/journal"
)

// What became a string on its way to the log is struck out there; the ids that
// people quote stay.
func TestNewLog_strikesOut(t *testing.T) {
	// Put together here, so that no text of that shape is in the file.
	planted := "abc8" + "Q~" + strings.Repeat("x", 34)
	cfg := config.Default()
	var errs output
	log := newLog(world{stderr: &errs}, cfg)
	log.Info("call", "requestId", "r-1", "entraRequestId", "m-1", "err", fmt.Errorf("entra: %w", errors.New("body "+planted)))
	log.With("clientSecret", "planted-value-9").Warn("call", "note", planted)
	log.Debug("not asked for", "requestId", "r-2")
	got := errs.String()
	if strings.Contains(got, planted) || strings.Contains(got, "planted-value-9") {
		t.Errorf("a secret was written: %s", got)
	}
	if !strings.Contains(got, "requestId=r-1") || !strings.Contains(got, "entraRequestId=m-1") || strings.Count(got, "msg=call") != 2 {
		t.Errorf("more was struck out than should: %s", got)
	}
	if strings.Contains(got, "r-2") {
		t.Errorf("written below the level that was asked for: %s", got)
	}
}

// One object a line, struck out too, when the settings ask for it.
func TestNewLog_json(t *testing.T) {
	planted := "abc8" + "Q~" + strings.Repeat("x", 34)
	cfg := config.Default()
	cfg.LogFormat = config.LogJSON
	var errs output
	log := newLog(world{stderr: &errs}, cfg)
	log.InfoContext(journal.With(t.Context(), slog.String("jobId", "j-1")), "call", "note", planted)
	var line struct{ Level, Msg, JobID, Note string }
	if err := json.Unmarshal([]byte(errs.String()), &line); err != nil || line.Level != "INFO" || line.Msg != "call" || line.JobID != "j-1" || line.Note != journal.Struck {
		t.Errorf("%v: %s", err, errs.String())
	}
}
