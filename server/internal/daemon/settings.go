package daemon

import (
	"context"
	"flag"
	"fmt"

	"llavero/server/internal/config"
	"llavero/server/internal/params"
)

// settingsCommands show and check the settings without touching anything else.
func settingsCommands() []command {
	return []command{
		{
			name: "config print", summary: "Print every setting in use, secrets masked",
			flags: withSettings(func(_ context.Context, w world, cfg config.Config) error {
				say(w.stdout, "%s", cfg)
				return nil
			}),
		},
		{
			name: "config check", summary: "Check the settings and the files they name",
			help:  "Nothing is written and nobody is asked. A variable that sets nothing is told too.",
			flags: withSettings(checkSettings),
		},
		{
			name: "config reference", summary: "Print what every setting means, in Spanish",
			flags: func(*flag.FlagSet) func(context.Context, world, []string) error {
				return func(_ context.Context, w world, args []string) error {
					if len(args) > 0 {
						return usagef("unexpected argument %q", args[0])
					}
					say(w.stdout, "%s", config.Reference())
					return nil
				}
			},
		},
	}
}

// withSettings declares the flags of a command that takes settings alone.
func withSettings(do func(context.Context, world, config.Config) error) func(*flag.FlagSet) func(context.Context, world, []string) error {
	return func(fs *flag.FlagSet) func(context.Context, world, []string) error {
		var s settingsFlags
		s.declare(fs)
		return func(ctx context.Context, w world, args []string) error {
			if len(args) > 0 {
				return usagef("unexpected argument %q", args[0])
			}
			cfg, err := s.load(w)
			if err != nil {
				return err
			}
			return do(ctx, w, cfg)
		}
	}
}

// checkSettings reads what a start would read, and makes nothing.
func checkSettings(_ context.Context, w world, cfg config.Config) error {
	for _, name := range cfg.Unknown(w.environ) {
		say(w.stderr, "%s sets nothing: misspelt?\n", name)
	}
	if _, err := params.Load(cfg); err != nil {
		return err
	}
	if _, err := newClients(cfg, w.clock, newLog(w, cfg)); err != nil {
		return err
	}
	if cfg.TLS.CertFile != "" {
		if _, _, err := newTLS(cfg, w.clock); err != nil {
			return fmt.Errorf("tls: %w", err)
		}
	}
	for key, file := range map[string]string{"mail.ca_file": cfg.Mail.CAFile, "test.gateway_ca_file": cfg.Test.GatewayCAFile} {
		if _, err := roots(key, file); err != nil {
			return err
		}
	}
	say(w.stdout, "the settings are right\n")
	return nil
}
