package daemon

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"llavero/server/internal/config"
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
