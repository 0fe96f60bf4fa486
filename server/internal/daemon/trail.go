package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/workflow"
)

// headsCopied is how many heads are looked for in the folder at a time.
const headsCopied = 400

// signDays signs the end of each day of the trail once it is over, at start for
// the days missed, and copies what was signed to where the settings say.
func (s *Server) signDays(ctx context.Context) error {
	return every(ctx, func() (time.Duration, error) {
		signed, next, err := s.flow.SignDays(ctx, s.cfg.Audit.HeadTo)
		if broken, ok := errors.AsType[*audit.BrokenError](err); ok {
			s.log.ErrorContext(ctx, "the audit trail is not whole: its day is not signed; see llavero-server audit verify",
				"record", broken.Seq, "fault", broken.Fault)
			err = nil
		}
		if s.cfg.Audit.HeadDir != "" {
			err = errors.Join(err, copyHeads(ctx, s.flow, s.cfg.Audit.HeadDir))
		}
		if signed > 0 {
			s.log.InfoContext(ctx, "audit trail signed", "days", signed)
		}
		return min(max(next.Sub(s.clock()), shortestNap), lookForNight), err // the clock may be set
	}, s.log)
}

// copyHeads writes the heads that a folder does not have, a file each. One that is
// there is left as it is, whatever it says: who compares finds it.
func copyHeads(ctx context.Context, flow *workflow.Flow, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("audit.head_dir: %w", err)
	}
	for day := ""; ; {
		heads, err := flow.Heads(ctx, day, headsCopied)
		if err != nil || len(heads) == 0 {
			return err
		}
		for _, h := range heads {
			day = h.Day
			if err := writeOnce(filepath.Join(dir, "cierre-"+h.Day+".json"), h.File); err != nil {
				return fmt.Errorf("audit.head_dir: %w", err)
			}
		}
	}
}

// writeOnce writes a file that is not there yet: whole, or not at all.
func writeOnce(path string, body []byte) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	half := path + ".part"
	f, err := os.OpenFile(half, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644) //nolint:gosec // it is there to be shown
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(half, path)
}
