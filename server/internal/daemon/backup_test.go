package daemon

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/metrics"
	"llavero/server/internal/signing"
	"llavero/server/internal/store"
)

// trailOf lists the entries of one kind, newest last.
func trailOf(t *testing.T, data string, kind audit.Kind) (all []audit.Record) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(data, "llavero.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	err = db.EachAuditRecord(t.Context(), func(r audit.Record) error {
		if r.Kind == kind {
			all = append(all, r)
		}
		return nil
	})
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
	return all
}

func copiesIn(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "llavero-*.backup"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBackup_command(t *testing.T) {
	settings, data := file(t)
	if code, _, errs := call(t, "", "migrate", "--config", settings, "--data", data); code != exitOK {
		t.Fatal(errs)
	}
	code, out, errs := call(t, "", "backup", "--config", settings, "--data", data, "--by", "Persona Inventada")
	if code != exitOK || !strings.Contains(errs, "not signed: the server has no key yet") || !strings.Contains(out, "checked: every byte") || !strings.Contains(out, "epoch: ") {
		t.Fatalf("%d, %s, %s", code, out, errs)
	}
	copies := copiesIn(t, filepath.Join(data, "backups"))
	if len(copies) != 1 {
		t.Fatalf("the folder holds %v", copies)
	}
	to := filepath.Join(t.TempDir(), "one.backup")
	if code, _, errs := call(t, "", "backup", "--config", settings, "--data", data, "--to", to, "--no-verify"); code != exitOK {
		t.Fatal(errs)
	}
	if code, _, errs := call(t, "", "backup", "--config", settings, "--data", data, "--to", to); code != exitFailed || !strings.Contains(errs, "already") {
		t.Errorf("over a file that is there: %d, %s", code, errs)
	}
	made := trailOf(t, data, audit.BackupMade)
	if len(made) != 2 || made[0].Person != "Persona Inventada" || made[0].DetailOf("verified") != "true" || made[1].DetailOf("verified") != "false" ||
		made[1].Subject != "one.backup" {
		t.Errorf("the trail: %+v", made)
	}
	if code, out, errs := call(t, "", "backup", "verify", copies[0], to); code != exitOK || strings.Count(out, ": whole") != 2 {
		t.Errorf("verify: %d, %s, %s", code, out, errs)
	}
	flip(t, to, 100)
	code, out, errs = call(t, "", "backup", "verify", to, copies[0])
	if code != exitFailed || !strings.Contains(out, "NOT WHOLE: damaged: block 1 of") || !strings.Contains(errs, "1 of 2 backups") {
		t.Errorf("a damaged one: %d, %s, %s", code, out, errs)
	}
	for _, args := range [][]string{{"backup", "verify"}, {"backup", "x"}, {"backup", "--what"}} {
		if code, _, _ := call(t, "", args...); code != exitUsage {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
	if code, _, errs := call(t, "", "backup", "--data", filepath.Join(data, "none")); code != exitFailed || !strings.Contains(errs, "no database") {
		t.Errorf("without a database: %d, %s", code, errs)
	}
}

func flip(t *testing.T, path string, at int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[at] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The command works beside a server, whose next entry follows the command's.
func TestBackup_besideServer(t *testing.T) {
	cfg := workable(t)
	s, stop := start(t, cfg)
	w := world{stdout: new(output), stderr: new(output), clock: time.Now}
	if err := makeBackup(t.Context(), w, backupOptions(w, cfg, "command"), "x", true); err != nil {
		t.Fatal(err)
	}
	if err := s.Store().Write(t.Context(), func(tx *store.Tx) error { return tx.Audit(audit.ByServer(audit.RequestDone, "x", "")) }); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Verify(t.Context(), s.Store()); err != nil {
		t.Error(err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if len(trailOf(t, cfg.DataDir, audit.BackupMade)) != 1 {
		t.Error("the trail says nothing of it")
	}
}

// ringOf writes the public keys of a server's database.
func ringOf(t *testing.T, s *Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys.json")
	err := s.Store().Read(t.Context(), func(tx *store.Tx) error {
		ring, err := signing.Ring(tx)
		if err != nil {
			return err
		}
		return os.WriteFile(path, ring.File(), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// A server makes a backup at its hour, signed and checked, and keeps as many as
// the settings say; what others put there stays. One that fails is told.
func TestServer_schedulesBackups(t *testing.T) {
	cfg := workable(t)
	cfg.Backup.Enabled, cfg.Backup.KeepDaily, cfg.Backup.KeepWeekly, cfg.Backup.KeepMonthly = true, 2, 0, 0
	now := time.Date(2026, 11, 28, 15, 0, 0, 0, time.UTC)
	s, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler), WithClock(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if at, err := s.LastBackup(); !at.IsZero() || err != nil {
		t.Errorf("before the first: %v, %v", at, err)
	}
	dir := cfg.BackupDir()
	for day := range 4 {
		for range 2 { // once a day, however often it is looked at
			if err := s.backupIfDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if at, err := s.LastBackup(); !at.Equal(now) || err != nil {
			t.Errorf("day %d: %v, %v", day, at, err)
		}
		if got := len(copiesIn(t, dir)); got != min(day+1, 2) {
			t.Errorf("day %d: %d copies", day, got)
		}
		if day == 0 {
			for _, name := range []string{"mine.backup", "llavero-20200101T000000Z-000001.backup"} {
				if err := os.WriteFile(filepath.Join(dir, "x"+name), []byte("mine"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		now = now.AddDate(0, 0, 1)
	}
	if others, err := filepath.Glob(filepath.Join(dir, "x*")); err != nil || len(others) != 2 {
		t.Errorf("of others: %v, %v", others, err)
	}
	newest := copiesIn(t, dir)[1]
	code, out, errs := call(t, "", "backup", "verify", "--keys", ringOf(t, s), newest)
	if code != exitOK || !strings.Contains(out, "of the ring") {
		t.Errorf("%d, %s, %s", code, out, errs)
	}
	stranger, stop := start(t, workable(t))
	if code, out, _ := call(t, "", "backup", "verify", "--keys", ringOf(t, stranger), newest); code != exitFailed || !strings.Contains(out, "NOT GENUINE") {
		t.Errorf("by another's ring: %d, %s", code, out)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}

	good, _ := s.LastBackup()
	s.cfg.Backup.Dir = filepath.Join(newest, "no folder")
	failed := s.backupIfDue(t.Context())
	if failed == nil {
		t.Fatal("a folder that cannot be")
	}
	s.copied.set(time.Time{}, failed.Error())
	if err := s.noteFailed(t.Context(), failed); err != nil {
		t.Error(err)
	}
	if at, err := s.LastBackup(); !at.Equal(good) || err == nil {
		t.Errorf("after a failure: %v, %v", at, err)
	}
	if status, text := s.backupState(); status != metrics.Degraded || text == "" {
		t.Errorf("health %s, %s", status, text)
	}
}

// Nothing is migrated that could not be copied before.
func TestOpenStore_backupBeforeMigration(t *testing.T) {
	cfg := workable(t)
	w := world{clock: time.Now}
	db, err := openStore(t.Context(), w, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got := copiesIn(t, cfg.BackupDir()); len(got) != 0 {
		t.Fatalf("a first start copies nothing: %v", got)
	}
	if err := backupBefore(t.Context(), w, cfg, "a", "b"); err != nil || len(copiesIn(t, cfg.BackupDir())) != 1 {
		t.Fatalf("%v", err)
	}
	cfg.Backup.Dir = filepath.Join(cfg.DatabasePath(), "no folder")
	if err := backupBefore(context.WithoutCancel(t.Context()), w, cfg, "a", "b"); err == nil || !strings.Contains(err.Error(), "backup.before_migration") {
		t.Errorf("no room: %v", err)
	}
}
