package daemon

import (
	"context"
	"flag"
	"log/slog"

	"llavero/server/internal/config"
	"llavero/shared/journal"
)

func serveCommand() command {
	return command{
		name: "serve", summary: "Serve clients until stopped",
		help: "Makes what a first start needs: the database, the keyset and, when no certificate is set,\na development authority and its certificate. SIGINT or SIGTERM stops it.",
		flags: func(fs *flag.FlagSet) func(context.Context, world, []string) error {
			var s settingsFlags
			s.declare(fs)
			listen := fs.String("listen", "", "`HOST:PORT` to listen on; wins over the settings")
			return func(ctx context.Context, w world, args []string) error {
				if len(args) > 0 {
					return usagef("unexpected argument %q", args[0])
				}
				cfg, err := s.load(w)
				if err != nil {
					return err
				}
				if *listen != "" {
					cfg.Listen = *listen
					if err := cfg.Validate(); err != nil {
						return usagef("--listen: %s", err)
					}
				}
				return serve(ctx, w, cfg)
			}
		},
	}
}

func serve(ctx context.Context, w world, cfg config.Config) error {
	log := newLog(w, cfg)
	for _, name := range cfg.Unknown(w.environ) {
		log.WarnContext(ctx, "variable sets nothing", "name", name)
	}
	for _, l := range cfg.Lines() {
		log.InfoContext(ctx, "setting", "key", l.Key, "value", l.Value)
	}
	s, err := New(ctx, cfg, log, WithClock(w.clock), WithReload(w.reload), WithNotify(notifier(w.environ)))
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "serving", "url", s.URL(), "caFile", s.CAFile(), "version", Version, "demo", cfg.Demo)
	return s.Run(ctx)
}

// newLog writes through the journal, which strikes out what must not be written.
func newLog(w world, cfg config.Config) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.LogLevel)); err != nil {
		level = slog.LevelInfo // the settings were checked
	}
	options := &slog.HandlerOptions{Level: level}
	var form slog.Handler = slog.NewTextHandler(w.stderr, options)
	if cfg.LogFormat == config.LogJSON {
		form = slog.NewJSONHandler(w.stderr, options)
	}
	return slog.New(journal.New(form))
}
