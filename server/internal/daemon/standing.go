package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/entra"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// How often a directory is asked how the server stands there.
const (
	standingEvery = 24 * time.Hour
	standingAgain = time.Hour // after one that could not be asked
)

// codeInternal is a failure that is nobody's answer.
const codeInternal = "Internal"

// watchStanding asks each directory at start and once a day how the server stands
// there, for officers and for the log. It stops nothing: a request that meets a
// missing permission says so itself, on the pending list.
func (s *Server) watchStanding(ctx context.Context) error {
	return every(ctx, func() (time.Duration, error) {
		all := standings(ctx, s.cfg, s.entra, s.clock)
		if ctx.Err() != nil {
			return standingEvery, nil
		}
		wait := standingEvery
		for _, d := range all {
			tellStanding(ctx, s.log, d, s.clock())
			if d.Failed != "" {
				wait = standingAgain
			}
			if err := s.flow.RecordDirectory(ctx, d.DirectoryOf); err != nil {
				return standingAgain, fmt.Errorf("directory of %s: %w", d.Environment, err)
			}
		}
		return wait, nil
	}, s.log)
}

// stand is how the server stands in an environment's directory.
type stand struct {
	wire.DirectoryOf
	err     error // why it could not be asked
	isAsked bool  // else the settings forbid to ask, or there is none
}

// standings asks the directory of each environment; one that two share is asked
// once.
func standings(ctx context.Context, cfg config.Config, clients map[access.Environment]*entra.Client, clock func() time.Time) []stand {
	asked := map[*entra.Client]stand{}
	var all []stand
	for _, env := range access.Environments() {
		client := clients[env]
		if client == nil {
			all = append(all, stand{DirectoryOf: wire.DirectoryOf{Environment: env}})
			continue
		}
		d, ok := asked[client]
		if !ok {
			d = known(client, cfg.EntraOf(env).ClientID)
			if cfg.Entra.CheckPermissions {
				d.isAsked = true
				if d.err = d.ask(ctx, client); d.err != nil {
					d.Failed = codeInternal
					if e, ok := entra.AsError(d.err); ok && e.Code != "" {
						d.Failed = e.Code
					}
				} else {
					d.CheckedAt = clock()
				}
			}
			asked[client] = d
		}
		d.Environment = env
		all = append(all, d)
	}
	return all
}

// known is what is known without asking.
func known(client *entra.Client, clientID string) stand {
	d := stand{DirectoryOf: wire.DirectoryOf{Configured: true, ClientID: clientID, Credential: wire.CredentialSecret}}
	if c := client.Certificate(); c != nil {
		d.Credential, d.ExpiresAt = wire.CredentialCertificate, c.NotAfter.UTC()
	}
	return d
}

// ask asks; what a missing permission hides stays unknown, and is no failure.
func (d *stand) ask(ctx context.Context, client *entra.Client) error {
	info, err := client.OwnToken(ctx)
	if err != nil {
		return err
	}
	d.Missing, d.Excess = comparePermissions(info.Roles)
	for _, read := range []func() error{
		func() error {
			if d.Credential == wire.CredentialCertificate {
				return nil
			}
			own, err := client.OwnCredential(ctx)
			d.ExpiresAt = own.Ends
			return err
		},
		func() error {
			usage, err := client.Usage(ctx)
			d.Objects, d.Quota = usage.Objects, usage.Quota
			return err
		},
		func() (err error) {
			d.Created, err = client.Created(ctx)
			return err
		},
	} {
		if err := read(); err != nil && entra.OutcomeOf(err) != entra.Refused {
			return err
		}
	}
	d.TLS = client.TLSVersion()
	return nil
}

// tellStanding tells the log how the server stands: one line, and one more when
// its own credential ends soon.
func tellStanding(ctx context.Context, log *slog.Logger, d stand, now time.Time) {
	log = log.With("environment", string(d.Environment))
	if !d.Configured {
		log.WarnContext(ctx, "no directory is configured: requests go to the pending list at once")
		return
	}
	if !d.isAsked {
		return
	}
	if d.err != nil {
		log.WarnContext(ctx, "the directory cannot be asked how the server stands there", "code", d.Failed, "err", d.err)
		return
	}
	facts := []any{"clientId", d.ClientID}
	if len(d.Missing) > 0 {
		facts = append(facts, "missing", strings.Join(d.Missing, ", "))
	}
	if len(d.Excess) > 0 {
		facts = append(facts, "excess", strings.Join(d.Excess, ", "))
	}
	facts = append(facts, "credential", d.Credential)
	if !d.ExpiresAt.IsZero() {
		facts = append(facts, "ends", d.ExpiresAt.UTC())
	}
	facts = append(facts, "objects", d.Objects, "quota", d.Quota, "created", d.Created, "tls", d.TLS)
	isSoon := endsSoon(d.DirectoryOf, now)
	switch {
	case len(d.Missing) > 0:
		log.WarnContext(ctx, "the provisioning application lacks permissions", facts...)
	case len(d.Excess) > 0:
		log.WarnContext(ctx, "the provisioning application has permissions in excess", facts...)
	case !isSoon:
		log.InfoContext(ctx, "the provisioning application has the permissions it needs and no other", facts...)
	}
	if isSoon {
		log.WarnContext(ctx, "the provisioning application's own credential ends soon: renew it", facts...)
	}
}

// endsSoon reports that the server's own credential is on the ladder of
// reminders.
func endsSoon(d wire.DirectoryOf, now time.Time) bool {
	first := time.Duration(access.ReminderDays()[0]) * 24 * time.Hour
	return !d.ExpiresAt.IsZero() && d.ExpiresAt.Sub(now) <= first
}
