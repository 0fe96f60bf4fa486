package daemon

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"llavero/server/internal/certs"
	"llavero/server/internal/config"
	"llavero/server/internal/drift"
	"llavero/server/internal/entra"
	"llavero/server/internal/ladder"
	"llavero/server/internal/mail"
	"llavero/server/internal/provision"
	"llavero/server/internal/remind"
	"llavero/server/internal/store"
	"llavero/server/internal/worker"
	"llavero/shared/access"
)

// newTLS takes the certificate of the settings, or a development one; then
// caFile is what clients must be given.
func newTLS(cfg config.Config, clock func() time.Time) (_ *certs.Pair, caFile string, err error) {
	if cfg.TLS.CertFile != "" {
		p, err := certs.Open(cfg.TLS.CertFile, cfg.TLS.KeyFile)
		return p, "", err
	}
	d, err := certs.NewDevelopment(cfg.TLSDir(), cfg.TLS.Hosts, clock())
	if err != nil {
		return nil, "", err
	}
	return d.Pair, d.CAFile, nil
}

// roots adds the authorities of a file to the system's; nil when there is no
// file: the system's alone.
func roots(key, file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("%s: %s holds no PEM certificate", key, file)
	}
	return pool, nil
}

func newMailer(cfg config.Config, clock func() time.Time) (mail.Mailer, error) {
	from := mail.Sender{Address: cfg.Mail.From, Name: cfg.Mail.FromName}
	if cfg.Mail.Mode == config.MailDrop {
		return mail.NewDrop(cfg.DropDir(), from, clock)
	}
	pool, err := roots("mail.ca_file", cfg.Mail.CAFile)
	if err != nil {
		return nil, err
	}
	return mail.NewSMTP(mail.SMTPSettings{
		Host: cfg.Mail.Host, Port: cfg.Mail.Port, Security: cfg.Mail.Security, Roots: pool,
		Username: cfg.Mail.Username, Password: cfg.Mail.Password, Timeout: cfg.Mail.Timeout, From: from, Clock: clock,
	})
}

// newWorkers makes the workers of keys, of tests, of permissions and of mail:
// people wait for the latter three, so that they have slots of their own.
func (s *Server) newWorkers() ([]*worker.Worker, error) {
	cfg, db, flow, clock, log := s.cfg, s.store, s.flow, s.clock, s.log
	inner, err := newMailer(cfg, clock)
	if err != nil {
		return nil, err
	}
	mailer := told{inner, s}
	p := cfg.Provision
	gateway, err := newGateway(cfg, clock)
	if err != nil {
		return nil, err
	}
	base := provision.Base{Entra: s.entra, Writers: new(entra.Writers), LookAgain: p.LookAgain, Clock: clock, Log: log}
	keys, verify := s.newProvisioner(base, gateway)
	bounds := worker.Config{
		Slots: p.Workers, Lease: p.Lease, Attempts: p.Attempts, FirstWait: p.FirstWait, LongestWait: p.LongestWait, Clock: clock, Wall: time.Now, Log: log,
	}
	permits := provision.NewPermitter(provision.PermitConfig{Base: base, Flow: flow})
	tests := ladder.New(ladder.Config{
		Flow: flow, Entra: s.entra, Gateway: gateway, LookAgain: p.LookAgain, Log: log,
		Prover: ladder.Prover{Verify: verify, Clock: clock},
	})
	testing := bounds
	testing.Slots = cfg.Test.Workers
	letters := bounds
	letters.Attempts = mailAttempts
	return []*worker.Worker{
		worker.New(db, map[string]worker.Runner{
			store.JobProvision: keys,
			store.JobRetire:    provision.NewRetirer(provision.RetireConfig{Base: base, Flow: flow}),
		}, bounds),
		worker.New(db, map[string]worker.Runner{store.JobTest: tests}, testing),
		s.newDriftWorker(bounds, base.Writers),
		worker.New(db, map[string]worker.Runner{store.JobPermissions: permits, store.JobCatalogue: permits}, bounds),
		worker.New(db, map[string]worker.Runner{store.JobMail: mail.Runner{Flow: flow, Mailer: mailer, Clock: clock, Log: log}}, letters),
	}, nil
}

// newDriftWorker makes the worker of comparisons and of what mends: one slot for
// each environment's comparison of all, and one for people.
func (s *Server) newDriftWorker(bounds worker.Config, writers *entra.Writers) *worker.Worker {
	cfg := drift.Config{Flow: s.flow, Entra: s.entra, Writers: writers, LookAgain: s.cfg.Provision.LookAgain, Clock: s.clock, Log: s.log}
	bounds.Slots = len(access.Environments()) + 1
	return worker.New(s.store, map[string]worker.Runner{store.JobDrift: drift.NewComparer(cfg), store.JobDriftFix: drift.NewFixer(cfg)}, bounds)
}

// newProvisioner makes the runner of requests, and says when a key counts as
// working, for the runner of tests too.
func (s *Server) newProvisioner(base provision.Base, gateway *ladder.Gateway) (*provision.Provisioner, ladder.Verify) {
	p := s.cfg.Provision
	verify := ladder.Verify{Successes: p.VerifyTimes, Spacing: orNone(p.VerifySpacing), Wait: p.VerifyWait, Window: p.VerifyWindow}
	return provision.New(provision.Config{
		Base: base, Flow: s.flow, Verify: verify, Gateway: gateway,
	}), verify
}

func newGateway(cfg config.Config, clock func() time.Time) (*ladder.Gateway, error) {
	pool, err := roots("test.gateway_ca_file", cfg.Test.GatewayCAFile)
	if err != nil {
		return nil, err
	}
	return &ladder.Gateway{HTTP: entra.NewHTTPClient(pool), Timeout: cfg.Test.GatewayTimeout, Clock: clock}, nil
}

// ownIDs are ids that no typed key may have: the server's own applications and
// their directories.
func ownIDs(cfg config.Config) []string {
	var ids []string
	for _, env := range access.Environments() {
		e := cfg.EntraOf(env)
		ids = append(ids, e.ClientID, e.Tenant)
	}
	return ids
}

// remind tells people that keys end, and the operator that the server's own
// credential does.
func (s *Server) remind(ctx context.Context) error {
	if !s.cfg.Remind.Enabled {
		return nil
	}
	keeper := remind.Keeper{
		Flow: s.flow, Directories: map[access.Environment]remind.Directory{}, Operator: s.cfg.OperatorMail(),
		PerSweep: s.cfg.Remind.PerSweep, Clock: s.clock, Log: s.log,
	}
	for env, client := range s.entra {
		keeper.Directories[env] = client
	}
	return keeper.Run(ctx)
}

// mailAttempts spread over about the life of a one-time code.
const mailAttempts = 8

// orNone says "none" as provision wants it said.
func orNone(d time.Duration) time.Duration {
	if d == 0 {
		return -1
	}
	return d
}
