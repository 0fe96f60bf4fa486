package daemon

import (
	"crypto/x509"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"llavero/server/internal/config"
	"llavero/server/internal/entra"
	"llavero/shared/access"
)

// directories are the clients of the environments' directories.
type directories struct {
	cfg   config.Config
	clock func() time.Time
	log   *slog.Logger
	paces map[string]*entra.Pacer // by application: Graph counts its writes together
	seen  func(access.Environment, entra.Attempt)
}

// newClients makes the client of each environment's directory. Environments that
// share a provisioning application share a client, and with it its pace; one
// without a directory has none.
func newClients(cfg config.Config, clock func() time.Time, log *slog.Logger) (map[access.Environment]*entra.Client, error) {
	return watchedClients(cfg, clock, log, func(access.Environment, entra.Attempt) {})
}

// watchedClients makes them so that seen is told of each attempt of a call; what
// environments share is told as the first's.
func watchedClients(cfg config.Config, clock func() time.Time, log *slog.Logger,
	seen func(access.Environment, entra.Attempt),
) (map[access.Environment]*entra.Client, error) {
	d := directories{cfg, clock, log, map[string]*entra.Pacer{}, seen}
	clients := map[access.Environment]*entra.Client{}
	made := map[config.Entra]*entra.Client{}
	for _, env := range access.Environments() {
		e := cfg.EntraOf(env)
		if !e.IsSet() {
			continue
		}
		if made[e] == nil {
			client, err := d.client(env, e)
			if err != nil {
				return nil, err
			}
			made[e] = client
		}
		clients[env] = made[e]
	}
	return clients, nil
}

// section is where an environment's application stands in the settings.
func section(cfg config.Config, env access.Environment) string {
	own := cfg.Preproduction.Entra
	if env == access.Production {
		own = cfg.Production.Entra
	}
	if own.ClientID == "" {
		return "entra"
	}
	return string(env) + ".entra"
}

func (d directories) client(env access.Environment, e config.Entra) (*entra.Client, error) {
	name := section(d.cfg, env)
	pool, err := roots("entra.ca_file", e.CAFile)
	if err != nil {
		return nil, err
	}
	c := entra.Config{
		Authority: e.Authority, GraphURL: e.GraphURL, Tenant: e.Tenant, ClientID: e.ClientID, Secret: e.ClientSecret,
		HTTPClient: entra.NewHTTPClient(pool), InstanceDiscovery: e.InstanceDiscovery, Clock: d.clock,
		Pacer: d.pace(e), Seen: func(a entra.Attempt) { d.seen(env, a) },
		Retry: entra.Retry{Tries: e.Tries, Budget: e.Budget, Base: e.BackOff, LagWindow: e.LagWindow, Timeout: e.Timeout},
	}
	if e.CertificateFile != "" {
		log := d.log.With("setting", name+".certificate_file", "file", e.CertificateFile)
		file, id, err := entra.OpenIdentity(e.CertificateFile, d.clock())
		if err != nil {
			return nil, fmt.Errorf("%s.certificate_file: %w", name, err)
		}
		if !e.ClientSecret.IsEmpty() {
			log.Warn("a secret and a certificate are both set: the certificate is used; take the secret out of the settings")
		}
		tellDates(log, id.Certificate, d.clock())
		c.Certificate, c.Key = []*x509.Certificate{id.Certificate}, id.Key
		c.Renewed = renewed(file, d.clock, log)
	}
	client, err := entra.New(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return client, nil
}

// pace is that of a provisioning application, whatever it signs in with.
func (d directories) pace(e config.Entra) *entra.Pacer {
	name := strings.ToLower(e.Tenant + "/" + e.ClientID)
	if d.paces[name] == nil {
		d.paces[name] = entra.NewPacer(e.WritesPerWindow)
	}
	return d.paces[name]
}

// tellDates says what is wrong with the dates of a certificate. The server
// starts with it all the same: keys can be read, and a file that is replaced is
// taken up.
func tellDates(log *slog.Logger, c *x509.Certificate, now time.Time) {
	switch {
	case !now.Before(c.NotAfter):
		log.Error("the certificate has expired and Entra refuses it; make another, put it on the application and replace the file", "ended", c.NotAfter.UTC())
	case now.Before(c.NotBefore):
		log.Error("the certificate is not valid yet and Entra refuses it; look at this machine's clock, or use the one before until then", "begins", c.NotBefore.UTC())
	}
}

// renewed tells the certificate that took the place of the one in use.
func renewed(file *entra.IdentityFile, clock func() time.Time, log *slog.Logger) func() *entra.Identity {
	return func() *entra.Identity {
		id, err := file.Changed(clock())
		if err != nil {
			log.Error("the certificate's file changed and cannot be used: the certificate before goes on", "err", err)
			return nil
		}
		if id != nil {
			log.Info("the certificate's file changed: the new one is used from now on", "ends", id.Certificate.NotAfter.UTC())
			tellDates(log, id.Certificate, clock())
		}
		return id
	}
}
