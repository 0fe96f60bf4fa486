// Package config is the server's settings: one typed struct with defaults that
// work on a developer's machine, read from a TOML file and from LLAVERO_…
// variables, in that order.
//
// Secrets never stand in the TOML file. They come from a variable
// (LLAVERO_MAIL_PASSWORD) or from a file of their own (mail.password_file,
// LLAVERO_MAIL_PASSWORD_FILE) and are held as secret.Text, so that printing a
// Config shows none. A key that nobody knows, or a value that cannot be, stops
// the start with a message that names it.
//
// A Config is a plain value; it is not written to once the server is built.
package config

import (
	"time"

	"llavero/shared/secret"
)

// Config is every setting of the server.
type Config struct {
	// Listen is host:port of the HTTPS server; port 0 takes a free one.
	Listen string `toml:"listen"`
	// PublicURL is where people's browsers reach the server, for the links in
	// mails: https://llaves.example. Empty: the address it listens on.
	PublicURL string `toml:"public_url"`
	// DataDir holds the database, the keyset and the development certificates,
	// unless they are set apart.
	DataDir string `toml:"data_dir"`
	// Database is the SQLite file; empty: DataDir/llavero.db.
	Database string `toml:"database"`
	// Keyset is the Tink keyset that seals secrets; empty: DataDir/keyset.json.
	// Keep it on another volume, and in another backup, than the database.
	Keyset string `toml:"keyset"`
	// SigningKey is the Ed25519 key that signs receipts and the audit trail, PKCS#8
	// in PEM; empty: DataDir/signing.pem. It is made at first start. Keep it as the
	// keyset is kept.
	SigningKey string `toml:"signing_key"`
	// Demo marks demonstration data: clients say so on every screen.
	Demo bool `toml:"demo"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `toml:"log_level"`
	// LogFormat is text, or json: one object a line.
	LogFormat string `toml:"log_format"`
	// FreeMail are mail domains that are no institution's, for the check of the
	// technical lead's address. Empty: the built-in list.
	FreeMail []string `toml:"free_mail"`

	TLS       TLS       `toml:"tls"`
	HTTP      HTTP      `toml:"http"`
	Metrics   Metrics   `toml:"metrics"`
	Mail      Mail      `toml:"mail"`
	Help      Help      `toml:"help"`
	Entra     Entra     `toml:"entra"`
	Provision Provision `toml:"provision"`
	Test      Test      `toml:"test"`
	Drift     Drift     `toml:"drift"`
	Remind    Remind    `toml:"remind"`
	Auth      Auth      `toml:"auth"`
	Consent   Consent   `toml:"consent"`
	Audit     Audit     `toml:"audit"`
	Feed      Feed      `toml:"feed"`
	Backup    Backup    `toml:"backup"`

	Preproduction Environment `toml:"preproduction"`
	Production    Environment `toml:"production"`
}

// TLS says which certificate the server shows. With no files given it makes a
// development authority and a leaf in DevelopmentDir on first start.
type TLS struct {
	CertFile string `toml:"cert_file"`
	KeyFile  string `toml:"key_file"`
	// DevelopmentDir takes ca.pem, ca-key.pem, server.pem, server-key.pem;
	// empty: DataDir/tls.
	DevelopmentDir string `toml:"development_dir"`
	// Hosts are the names and addresses on the development leaf.
	Hosts []string `toml:"hosts"`
	// WatchEvery is how often the files of the certificate are looked at: new ones
	// are taken without a restart. SIGHUP looks at once.
	WatchEvery time.Duration `toml:"watch_every"`
}

// HTTP bounds what one connection, one address and all together may take.
type HTTP struct {
	HeaderTimeout time.Duration `toml:"header_timeout"` // for the handshake, and for each request's head
	ReadTimeout   time.Duration `toml:"read_timeout"`   // for a whole request
	WriteTimeout  time.Duration `toml:"write_timeout"`  // from the head to the end of the answer
	IdleTimeout   time.Duration `toml:"idle_timeout"`   // between two requests
	// Connections open at the same time, feeds included; one more waits to be
	// taken until another ends.
	Connections int `toml:"connections"`
	// PerAddress of them; one more is closed at once. Whole hospitals stand behind
	// one address.
	PerAddress int `toml:"per_address"`
}

// Metrics is the page for the operator's tools: /live, /ready and /metrics, in
// clear and without a session.
type Metrics struct {
	// Listen is host:port; empty: there is none.
	Listen string `toml:"listen"`
	// Exposed allows an address that other machines reach.
	Exposed bool `toml:"exposed"`
}

// Ways to send mail.
const (
	MailSMTP = "smtp"
	MailDrop = "drop" // one .eml file a message in DropDir
)

// Security of the SMTP connection.
const (
	MailStartTLS = "starttls"
	MailImplicit = "tls"
	MailPlain    = "none" // loopback only
)

// Mail says how one-time codes are sent.
type Mail struct {
	Mode     string        `toml:"mode"` // smtp or drop
	Host     string        `toml:"host"`
	Port     int           `toml:"port"`
	Security string        `toml:"security"` // starttls, tls or none
	CAFile   string        `toml:"ca_file"`  // more authorities to trust, PEM
	Username string        `toml:"username"` // empty: no authentication
	Password secret.Text   `toml:"-" secret:"password"`
	From     string        `toml:"from"` // the sender's address, shown to people
	FromName string        `toml:"from_name"`
	DropDir  string        `toml:"drop_dir"` // empty: DataDir/mail
	Timeout  time.Duration `toml:"timeout"`  // of one whole message

	PasswordFile string `toml:"password_file"`
}

// Help is whom a person calls.
type Help struct {
	Phones string `toml:"phones"`
	Hours  string `toml:"hours"`
	Mail   string `toml:"mail"`
	// Terms is what «condiciones legales» shows, paragraphs apart by an empty line.
	Terms string `toml:"terms"`
}

// Entra is the administrative application the server uses to make keys, unless
// an environment has one of its own.
type Entra struct {
	Authority string `toml:"authority"` // https://login.microsoftonline.com
	GraphURL  string `toml:"graph_url"` // https://graph.microsoft.com/v1.0
	Tenant    string `toml:"tenant"`    // GUID of the directory
	ClientID  string `toml:"client_id"` // GUID
	// ClientSecret or a certificate; the certificate wins.
	ClientSecret    secret.Text `toml:"-" secret:"client_secret"`
	CertificateFile string      `toml:"certificate_file"` // PEM, certificate and key; read again when it changes
	// CAFile adds authorities to trust, PEM: for the emulator.
	CAFile string `toml:"ca_file"`
	// CheckPermissions asks at start and once a day what the application may do,
	// and tells the log and the officers what is missing or in excess.
	CheckPermissions bool `toml:"check_permissions"`
	// WritesPerWindow is how many writes the server sends to Graph in any 150 s,
	// evenly; Graph's own limit for one application is 3,000.
	WritesPerWindow int `toml:"writes_per_window"`
	// One call is repeated up to Tries times within Budget, BackOff apart at
	// first; an object just made may look absent for LagWindow.
	Tries     int           `toml:"tries"`
	Budget    time.Duration `toml:"budget"`
	BackOff   time.Duration `toml:"back_off"`
	LagWindow time.Duration `toml:"lag_window"`
	Timeout   time.Duration `toml:"timeout"` // of one attempt
	// InstanceDiscovery asks Microsoft whether the authority is real; off for
	// the emulator.
	InstanceDiscovery bool `toml:"instance_discovery"`

	ClientSecretFile string `toml:"client_secret_file"`
}

// IsSet reports that a directory is configured; without it requests go to the
// pending list at once. An environment's own application may be set without it:
// see Config.EntraOf.
func (e Entra) IsSet() bool { return e.Tenant != "" && e.ClientID != "" }

// Drift is the nightly comparison of all keys with the directory.
type Drift struct {
	Nightly bool `toml:"nightly"` // off: only when an officer asks
	At      int  `toml:"at"`      // hour of Colombia, 0 to 23
}

// NoOne is a mail setting that is to be nobody's.
const NoOne = "none"

// Remind is how people are told that keys end soon, 60, 30, 15 and 7 days and one
// day before. Those of 60, 30 and 15 days wait for a business day of Colombia.
type Remind struct {
	Enabled bool `toml:"enabled"`
	// Hour of Colombia from which mails go, 0 to 23.
	Hour int `toml:"hour"`
	// EscalateTo is the ministry's address for keys that nobody answers for; empty:
	// help.mail; "none": it is only said in the key's row.
	EscalateTo string `toml:"escalate_to"`
	// Operator is told when the server's own credential ends; empty: mail.from;
	// "none": the log alone says so.
	Operator string `toml:"operator"`
	// PerSweep bounds the keys told at once; the rest follows minutes later.
	PerSweep int `toml:"per_sweep"`
}

// EscalateTo is the ministry's address for keys that nobody answers for; "":
// there is none.
func (c Config) EscalateTo() string { return address(c.Remind.EscalateTo, c.Help.Mail) }

// OperatorMail is who is told when the server's own credential ends; "": nobody.
func (c Config) OperatorMail() string { return address(c.Remind.Operator, c.Mail.From) }

func address(set, otherwise string) string {
	switch set {
	case "":
		return otherwise
	case NoOne:
		return ""
	}
	return set
}

// Provision bounds automatic issue.
type Provision struct {
	// Prefix begins the unique names in Entra, so that two installations on one
	// tenant never meet. It must never change.
	Prefix string `toml:"prefix"`
	// Attempts before a request joins the pending list.
	Attempts int `toml:"attempts"`
	// FirstWait is doubled after each failed attempt, up to LongestWait.
	FirstWait   time.Duration `toml:"first_wait"`
	LongestWait time.Duration `toml:"longest_wait"`
	// Lease of a job: another worker may take it after this long without a sign
	// of life.
	Lease time.Duration `toml:"lease"`
	// Workers at the same time.
	Workers int `toml:"workers"`
	// A new key counts as working after VerifyTimes sign-ins in a row,
	// VerifySpacing apart. A refusal that means "not everywhere yet" is asked
	// again after VerifyWait, for VerifyWindow.
	VerifyTimes   int           `toml:"verify_times"`
	VerifySpacing time.Duration `toml:"verify_spacing"`
	VerifyWait    time.Duration `toml:"verify_wait"`
	VerifyWindow  time.Duration `toml:"verify_window"`
	// LookAgain is how long an empty list of secrets is doubted.
	LookAgain time.Duration `toml:"look_again"`
	// ReadEvery is how often the server looks for keys whose permissions were
	// never read from Entra, or are to be read again; 0: it does not look.
	ReadEvery time.Duration `toml:"read_every"`
	// VendorOverlapDays is how long the secret before goes on working when a
	// provider changes its technology vendor, 0 to 30 days.
	VendorOverlapDays int `toml:"vendor_overlap_days"`
}

// Test bounds the test of a key. When one counts as working is Provision's to say
// (verify_…).
type Test struct {
	// Workers are tests at the same time; a person waits for each.
	Workers int `toml:"workers"`
	// Pause is how long after a test the same key can be tested again.
	Pause time.Duration `toml:"pause"`
	// CheckEvery is how often the server looks for keys that officers typed and
	// that are to be looked for in Entra again; 0: it does not look.
	CheckEvery time.Duration `toml:"check_every"`
	// GatewayCAFile adds authorities to trust for the IHCE gateway, PEM: for the
	// emulator. The gateway's address and subscription key are the parameters
	// EndPoint and APIMSubskey of each environment.
	GatewayCAFile string `toml:"gateway_ca_file"`
	// GatewayTimeout is of the one question put to it.
	GatewayTimeout time.Duration `toml:"gateway_timeout"`
}

// Auth is sign-in: the cost of a guess, and how long a session lives.
type Auth struct {
	// Argon2id: memory in KiB, passes, lanes.
	ArgonMemory  int `toml:"argon_memory"`
	ArgonTime    int `toml:"argon_time"`
	ArgonThreads int `toml:"argon_threads"`
	// ArgonParallel is how many hashes run at the same time.
	ArgonParallel int `toml:"argon_parallel"`

	SessionIdle time.Duration `toml:"session_idle"` // without a request or a feed
	SessionMax  time.Duration `toml:"session_max"`  // whatever happens
	// SessionsPerAccount bounds the sessions an account has at once: of more, the
	// first opened ends.
	SessionsPerAccount int           `toml:"sessions_per_account"`
	TicketTTL          time.Duration `toml:"ticket_ttl"` // between password and second factor

	PuzzleBits int           `toml:"puzzle_bits"` // leading zero bits of «No soy un robot»
	PuzzleTTL  time.Duration `toml:"puzzle_ttl"`

	// Failures of one login from one address, or from one address, within Window before the next
	// tries wait: FirstBlock, doubled each time up to LongestBlock.
	LoginFailures   int `toml:"login_failures"`
	AddressFailures int `toml:"address_failures"`
	// LoginFailuresAnywhere are those of one login from all addresses together.
	// LoginFailures counts those from one address: a stranger makes nobody wait but
	// themselves. A network that the login was signed in from before is exempt.
	LoginFailuresAnywhere int           `toml:"login_failures_anywhere"`
	Window                time.Duration `toml:"window"`
	FirstBlock            time.Duration `toml:"first_block"`
	LongestBlock          time.Duration `toml:"longest_block"`
	// AddressTries is how often one address may, within Window, do each of what
	// needs no session and is no failure: ask for an image, check or send a
	// registration, ask for a link.
	AddressTries int `toml:"address_tries"`

	// DelegatesNeedTOTP makes the second factor mandatory for delegates too.
	DelegatesNeedTOTP bool `toml:"delegates_need_totp"`
}

// Consent is what a signature by one-time code asks for.
type Consent struct {
	// Agreement: nobody gets a code who has not accepted the prior agreement on the
	// signing method, in its version in force.
	Agreement bool `toml:"agreement"`
}

// Feed bounds the websocket.
type Feed struct {
	Beat         time.Duration `toml:"beat"`          // between signs of life
	HelloTimeout time.Duration `toml:"hello_timeout"` // for the client's first frame
	WriteTimeout time.Duration `toml:"write_timeout"` // of one frame; then the client is too slow
	PerAccount   int           `toml:"per_account"`   // connections of one account
	PerAddress   int           `toml:"per_address"`   // connections from one address
	Total        int           `toml:"total"`         // connections of all
	Batch        int           `toml:"batch"`         // rows a frame
}

// Audit is where the signed end of each day of the audit trail goes, beside the
// database: best where the server can write and not change.
type Audit struct {
	// HeadTo gets it by mail; empty: nobody.
	HeadTo string `toml:"head_to"`
	// HeadDir takes it as a file, one a day; empty: none.
	HeadDir string `toml:"head_dir"`
}

// Backup is the copies the server makes of its own database, and how many it
// keeps. Each is of the newest state of its day, week or month; what somebody else
// put there is never touched.
type Backup struct {
	Enabled bool `toml:"enabled"`
	// Dir takes them; empty: DataDir/backups. Another disk is better.
	Dir string `toml:"dir"`
	// Every is between two of them, whole hours; At is the hour of Colombia from
	// which they are counted.
	Every       time.Duration `toml:"every"`
	At          int           `toml:"at"`
	KeepDaily   int           `toml:"keep_daily"`
	KeepWeekly  int           `toml:"keep_weekly"`
	KeepMonthly int           `toml:"keep_monthly"`
	// Verify checks each one wholly after it was made.
	Verify bool `toml:"verify"`
	// BeforeMigration makes one before a newer program changes the tables.
	BeforeMigration bool `toml:"before_migration"`
	// Replicated says that Litestream copies the database all the time: it alone
	// moves the WAL into the file then. Without Litestream the WAL would not end.
	Replicated bool `toml:"replicated"`
}

// EnvironmentEntra is the administrative application of one environment, so that
// the one that makes keys for preproduction can do nothing in production. What is
// empty is taken from Entra; a client_id brings its own secret or certificate.
type EnvironmentEntra struct {
	Tenant           string      `toml:"tenant"`    // GUID of the directory
	ClientID         string      `toml:"client_id"` // GUID
	ClientSecret     secret.Text `toml:"-" secret:"client_secret"`
	CertificateFile  string      `toml:"certificate_file"` // PEM, certificate and key
	ClientSecretFile string      `toml:"client_secret_file"`
}

// Environment is what differs between preproduction and production.
type Environment struct {
	// Entra is the environment's own administrative application, if it has one.
	Entra    EnvironmentEntra `toml:"entra"`
	TenantID string           `toml:"tenant_id"` // GUID of the directory keys sign in to
	Scope    string           `toml:"scope"`     // api://…/.default
	// ResourceAppID is the IHCE API's application (client) id, a GUID: whose
	// roles are granted.
	ResourceAppID string `toml:"resource_app_id"`
	// Permissions are app role values granted when the key is issued.
	Permissions []string `toml:"permissions"`
	// ValidityDays is the life of a new secret.
	ValidityDays int `toml:"validity_days"`
	// Reveal is always, or once.
	Reveal string `toml:"reveal"`
	// Parameters is the open list shown to whoever connects, in order.
	Parameters []Parameter `toml:"parameters"`
}

// Parameter is one connection parameter.
type Parameter struct {
	Name  string `toml:"name"`  // as vendors know it: EndPoint, APIMSubskey
	Value string `toml:"value"` // of one that is not sensitive
	// Sensitive ones are masked and each look is audited. Their value comes from
	// ValueFile or from LLAVERO_PRODUCTION_PARAMETER_<NAME>.
	Sensitive bool        `toml:"sensitive"`
	Secret    secret.Text `toml:"-"`
	ValueFile string      `toml:"value_file"`
}
