package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/backup"
	"llavero/server/internal/config"
	"llavero/server/internal/metrics"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/receipt"
)

// Times of scheduled backups.
const (
	lookForBackup = 10 * time.Minute // at least so often: the clock may be set
	backupAgain   = time.Hour        // after one that failed
	keptUpgrades  = 3                // of those made before a migration
)

// lastBackup is what is known of the backups in the folder. It is safe for many
// goroutines.
type lastBackup struct {
	mu  sync.Mutex
	at  time.Time // of the last good one
	why string    // why the last attempt failed; "" when it did not
}

func (l *lastBackup) set(at time.Time, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !at.IsZero() {
		l.at = at
	}
	l.why = why
}

// LastBackup says when the last good backup was made, of those in the folder;
// zero: there is none yet. The error is why the last attempt failed.
func (s *Server) LastBackup() (at time.Time, err error) {
	s.copied.mu.Lock()
	defer s.copied.mu.Unlock()
	if s.copied.why != "" {
		err = errors.New(s.copied.why)
	}
	return s.copied.at, err
}

// backupState is how the backups are, for the health of the server.
func (s *Server) backupState() (metrics.Status, string) {
	if !s.cfg.Backup.Enabled {
		return metrics.OK, ""
	}
	switch at, err := s.LastBackup(); {
	case err != nil:
		return metrics.Degraded, "the last backup was not made: " + err.Error()
	case !at.IsZero() && s.clock().Sub(at) > 2*s.cfg.Backup.Every+backupAgain:
		return metrics.Degraded, "the last good backup is of " + at.UTC().Format(time.RFC3339)
	}
	return metrics.OK, ""
}

func planOf(cfg config.Config) backup.Plan {
	b := cfg.Backup
	return backup.Plan{
		Every: b.Every, At: b.At, Zone: es.Colombia, Daily: b.KeepDaily, Weekly: b.KeepWeekly, Monthly: b.KeepMonthly, Upgrades: keptUpgrades,
	}
}

// backups makes a backup at its hours and forgets those that no rule keeps.
func (s *Server) backups(ctx context.Context) error {
	if !s.cfg.Backup.Enabled {
		return nil
	}
	return every(ctx, func() (time.Duration, error) {
		err := s.backupIfDue(ctx)
		if err == nil || ctx.Err() != nil {
			return lookForBackup, nil
		}
		s.copied.set(time.Time{}, err.Error())
		return backupAgain, errors.Join(fmt.Errorf("scheduled backup: %w", err), s.noteFailed(ctx, err))
	}, s.log)
}

// backupIfDue makes a backup when none was made since its hour.
func (s *Server) backupIfDue(ctx context.Context) error {
	genesis, err := s.genesis(ctx)
	if err != nil {
		return err
	}
	dir, plan := s.cfg.BackupDir(), planOf(s.cfg)
	all, err := backup.List(dir, genesis)
	if err != nil {
		return err
	}
	if len(all) > 0 {
		s.copied.set(all[0].Manifest.MadeAt, "")
	}
	if !plan.IsDue(all, s.clock()) {
		return nil
	}
	made, err := backup.Make(ctx, backup.Options{
		Database: s.cfg.DatabasePath(), Dir: dir, Cause: backup.CauseSchedule, Version: Version, Clock: s.clock,
		Sign: func(document []byte) ([]byte, error) { return signBackup(ctx, s.store, s.signer, document) },
	})
	if errors.Is(err, backup.ErrBusy) {
		return nil // somebody makes one by hand: again at the next look
	}
	if err != nil {
		return err
	}
	if s.cfg.Backup.Verify {
		if _, err := backup.Verify(ctx, made.Path, dir, s.clock); err != nil {
			return fmt.Errorf("%s is not whole: %w", made.Path, errors.Join(err, os.Rename(made.Path, made.Path+".damaged")))
		}
	}
	s.copied.set(made.Manifest.MadeAt, "")
	s.log.InfoContext(ctx, "backup made", "file", made.Path, "bytes", made.Bytes, "verified", s.cfg.Backup.Verify, "signed", made.IsSigned)
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		return tx.Audit(madeEntry(made, access.Person{Name: audit.ServerName}, s.cfg.Backup.Verify))
	})
	return errors.Join(err, s.forgetBackups(ctx, genesis))
}

// forgetBackups deletes those that no rule keeps, once a newer one stands.
func (s *Server) forgetBackups(ctx context.Context, genesis string) error {
	all, err := backup.List(s.cfg.BackupDir(), genesis)
	if err != nil {
		return err
	}
	for _, k := range planOf(s.cfg).Spare(all) {
		if err := os.Remove(k.Path); err != nil {
			return fmt.Errorf("forget an old backup: %w", err)
		}
		s.log.InfoContext(ctx, "old backup forgotten", "file", k.Path)
	}
	return nil
}

// noteFailed writes to the trail that no backup was made.
func (s *Server) noteFailed(ctx context.Context, why error) error {
	e := audit.ByServer(audit.BackupFailed, filepath.Base(s.cfg.BackupDir()), "")
	e.Detail = audit.Details(audit.Word("why", why.Error()))
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.Audit(e) })
}

// genesis is what tells this installation's backups from another's.
func (s *Server) genesis(ctx context.Context) (hash string, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		first, err := tx.AuditAfter(0, 1)
		if len(first) > 0 {
			hash = fmt.Sprintf("%x", first[0].Hash)
		}
		return err
	})
	return hash, err
}

// signBackup signs the list of a backup with the key in force.
func signBackup(ctx context.Context, db *store.DB, signer *signing.Signer, document []byte) (signed []byte, err error) {
	err = db.Write(ctx, func(tx *store.Tx) error {
		signed, err = signer.Document(tx, receipt.Kind(backup.Format), document)
		return err
	})
	return signed, err
}
