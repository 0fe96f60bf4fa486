package config

import (
	"path/filepath"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// Default returns settings with which a server starts on a developer's machine:
// loopback, its own certificate authority, mail dropped in a folder, no
// directory.
func Default() Config {
	return Config{
		Listen:    "127.0.0.1:8443",
		DataDir:   "llavero-data",
		LogLevel:  "info",
		LogFormat: LogText,
		TLS:       TLS{Hosts: []string{"localhost", "127.0.0.1", "::1"}, WatchEvery: 10 * time.Second},
		HTTP: HTTP{
			HeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
			Connections: 8192, PerAddress: 1024,
		},
		Mail: Mail{
			Mode: MailDrop, Port: 587, Security: MailStartTLS,
			From: "llavero@example.org", FromName: "Llavero IHCE", Timeout: 30 * time.Second,
		},
		Help: Help{
			Phones: "(sin configurar)",
			Hours:  "lunes a viernes, 8:00 a 17:00",
			Mail:   "mesa.ayuda@example.org",
			Terms: "El acceso es personal: cada quien responde por lo que se hace con su usuario y no lo presta.\n\n" +
				"Lo que se consulta aquí se usa solo para gestionar las llaves de interoperabilidad de la historia clínica. " +
				"Cada ingreso, consulta y cambio queda registrado con la persona, la fecha y el equipo.\n\n" +
				"Los datos personales se tratan según la Ley 1581 de 2012 y sus decretos reglamentarios. " +
				"Para conocerlos, corregirlos o retirarlos, escriba a la mesa de ayuda.",
		},
		Entra: Entra{
			Authority:         "https://login.microsoftonline.com",
			GraphURL:          "https://graph.microsoft.com/v1.0",
			InstanceDiscovery: true,
			CheckPermissions:  true,
			WritesPerWindow:   2925,
			Tries:             3, Budget: 2 * time.Minute, BackOff: time.Second, LagWindow: 5 * time.Minute, Timeout: 30 * time.Second,
		},
		Provision: Provision{
			Prefix: "llavero", Attempts: 4, FirstWait: 5 * time.Second, LongestWait: time.Minute,
			Lease: 2 * time.Minute, Workers: 2,
			VerifyTimes: 3, VerifySpacing: 5 * time.Second, VerifyWait: 5 * time.Second, VerifyWindow: 15 * time.Minute,
			LookAgain: 5 * time.Second, ReadEvery: 10 * time.Second, VendorOverlapDays: int(access.DefaultVendorOverlap / (24 * time.Hour)),
		},
		Test:   Test{Workers: 4, Pause: 30 * time.Second, CheckEvery: time.Minute, GatewayTimeout: 10 * time.Second},
		Drift:  Drift{Nightly: true, At: 2},
		Remind: Remind{Enabled: true, Hour: 8, PerSweep: 5000},
		Auth: Auth{
			ArgonMemory: 46 << 10, ArgonTime: 1, ArgonThreads: 1, ArgonParallel: 2,
			SessionIdle: 8 * time.Hour, SessionMax: 7 * 24 * time.Hour, TicketTTL: 5 * time.Minute,
			PuzzleBits: 20, PuzzleTTL: 5 * time.Minute,
			SessionsPerAccount: 20,
			LoginFailures:      5, LoginFailuresAnywhere: 50, AddressFailures: 30, AddressTries: 120, Window: 15 * time.Minute,
			FirstBlock: time.Minute, LongestBlock: 15 * time.Minute,
		},
		Feed: Feed{
			Beat: wire.BeatEvery, HelloTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second,
			PerAccount: 8, PerAddress: 512, Total: 4096, Batch: 256,
		},
		Backup: Backup{
			Enabled: true, Every: 24 * time.Hour, At: 3, KeepDaily: 7, KeepWeekly: 4, KeepMonthly: 6,
			Verify: true, BeforeMigration: true,
		},
		Consent:       Consent{Agreement: true},
		Preproduction: Environment{ValidityDays: 365, Reveal: "always"},
		Production:    Environment{ValidityDays: 365, Reveal: "always"},
	}
}

// DatabasePath is where the database is.
func (c Config) DatabasePath() string { return c.under(c.Database, "llavero.db") }

// KeysetPath is where the keyset is.
func (c Config) KeysetPath() string { return c.under(c.Keyset, "keyset.json") }

// SigningKeyPath is where the private signing key is.
func (c Config) SigningKeyPath() string { return c.under(c.SigningKey, "signing.pem") }

// BackupDir is where backups are kept.
func (c Config) BackupDir() string { return c.under(c.Backup.Dir, "backups") }

// DropDir is where mail is dropped.
func (c Config) DropDir() string { return c.under(c.Mail.DropDir, "mail") }

// TLSDir is where development certificates are kept.
func (c Config) TLSDir() string { return c.under(c.TLS.DevelopmentDir, "tls") }

func (c Config) under(set, name string) string {
	if set != "" {
		return set
	}
	return filepath.Join(c.DataDir, name)
}
