package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"llavero/shared/access"
)

// Validate checks what can be checked without touching anything else; package
// params checks the environments. The error names every wrong setting, a line
// each.
func (c Config) Validate() error {
	var wrong []error
	bad := func(key, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("%s: %w", key, fmt.Errorf(format, args...)))
	}
	oneOf := func(key, value string, allowed ...string) {
		for _, a := range allowed {
			if value == a {
				return
			}
		}
		bad(key, "%q is none of %q", value, allowed)
	}
	number := func(key string, value, low, high int) {
		if value < low || value > high {
			bad(key, "%d is not between %d and %d", value, low, high)
		}
	}
	span := func(key string, value, low, high time.Duration) {
		if value < low || value > high {
			bad(key, "%s is not between %s and %s", value, low, high)
		}
	}

	if err := isListen(c.Listen); err != nil {
		bad("listen", "%w", err)
	}
	wrong = append(wrong, c.validateEdge()...)
	if c.PublicURL != "" && !isBaseURL(c.PublicURL) {
		bad("public_url", "%q is no https address without path, such as https://llaves.example", c.PublicURL)
	}
	if c.DataDir == "" && (c.Database == "" || c.Keyset == "" || c.SigningKey == "") {
		bad("data_dir", "is empty")
	}
	oneOf("log_level", c.LogLevel, "debug", "info", "warn", "error")
	oneOf("log_format", c.LogFormat, LogText, LogJSON)
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		bad("tls", "cert_file and key_file go together")
	}
	if c.TLS.CertFile == "" && len(c.TLS.Hosts) == 0 {
		bad("tls.hosts", "the development certificate needs a name or an address")
	}

	oneOf("mail.mode", c.Mail.Mode, MailSMTP, MailDrop)
	if !access.IsEmail(c.Mail.From) {
		bad("mail.from", "%q is no mail address", c.Mail.From)
	}
	if c.Mail.Mode == MailSMTP {
		if c.Mail.Host == "" {
			bad("mail.host", "is empty")
		}
		number("mail.port", c.Mail.Port, 1, 65535)
		oneOf("mail.security", c.Mail.Security, MailStartTLS, MailImplicit, MailPlain)
		if c.Mail.Security == MailPlain && !isLoopback(c.Mail.Host) {
			bad("mail.security", "none is for this machine only, and mail.host is %q", c.Mail.Host)
		}
		if c.Mail.Username != "" && c.Mail.Password.IsEmpty() {
			bad("mail.password", "is not set and mail.username is; set LLAVERO_MAIL_PASSWORD or mail.password_file")
		}
	}
	span("mail.timeout", c.Mail.Timeout, time.Second, 5*time.Minute)

	wrong = append(wrong, c.validateEntra())

	number("provision.attempts", c.Provision.Attempts, 1, 100)
	number("provision.workers", c.Provision.Workers, 1, 16)
	span("provision.first_wait", c.Provision.FirstWait, time.Millisecond, time.Hour)
	span("provision.longest_wait", c.Provision.LongestWait, c.Provision.FirstWait, 24*time.Hour)
	span("provision.lease", c.Provision.Lease, time.Second, time.Hour)

	number("provision.verify_times", c.Provision.VerifyTimes, 1, 100)
	span("provision.verify_spacing", c.Provision.VerifySpacing, 0, time.Minute)
	span("provision.verify_wait", c.Provision.VerifyWait, time.Millisecond, time.Minute)
	span("provision.verify_window", c.Provision.VerifyWindow, time.Second, 2*time.Hour)
	span("provision.look_again", c.Provision.LookAgain, time.Millisecond, time.Minute)
	span("provision.read_every", c.Provision.ReadEvery, 0, time.Hour)
	number("provision.vendor_overlap_days", c.Provision.VendorOverlapDays, 0, int(access.MaxVendorOverlap/(24*time.Hour)))
	if !isName(c.Provision.Prefix) {
		bad("provision.prefix", "%q is not 1 to 32 letters, digits and hyphens", c.Provision.Prefix)
	}
	number("test.workers", c.Test.Workers, 1, 64)
	span("test.pause", c.Test.Pause, 0, time.Hour)
	span("test.check_every", c.Test.CheckEvery, 0, time.Hour)
	span("test.gateway_timeout", c.Test.GatewayTimeout, 100*time.Millisecond, time.Minute)
	number("entra.writes_per_window", c.Entra.WritesPerWindow, 1, 10_000_000)
	number("entra.tries", c.Entra.Tries, 1, 20)
	span("entra.budget", c.Entra.Budget, time.Second, time.Hour)
	span("entra.back_off", c.Entra.BackOff, time.Millisecond, time.Minute)
	span("entra.lag_window", c.Entra.LagWindow, time.Millisecond, time.Hour)
	span("entra.timeout", c.Entra.Timeout, 100*time.Millisecond, 10*time.Minute)

	number("drift.at", c.Drift.At, 0, 23)
	number("remind.hour", c.Remind.Hour, 0, 23)
	number("remind.per_sweep", c.Remind.PerSweep, 1, 1_000_000)
	if to := c.Remind.EscalateTo; to != "" && to != NoOne && !access.IsEmail(to) {
		bad("remind.escalate_to", "%q is no mail address, and not none", to)
	}
	if to := c.Remind.Operator; to != "" && to != NoOne && !access.IsEmail(to) {
		bad("remind.operator", "%q is no mail address, and not none", to)
	}

	if to := c.Audit.HeadTo; to != "" && !access.IsEmail(to) {
		bad("audit.head_to", "%q is no mail address", to)
	}

	a := c.Auth
	number("auth.argon_memory", a.ArgonMemory, 8, 4<<20)
	number("auth.argon_time", a.ArgonTime, 1, 100)
	number("auth.argon_threads", a.ArgonThreads, 1, 64)
	number("auth.argon_parallel", a.ArgonParallel, 1, 64)
	number("auth.puzzle_bits", a.PuzzleBits, 1, 28)
	number("auth.login_failures", a.LoginFailures, 1, 1000)
	number("auth.login_failures_anywhere", a.LoginFailuresAnywhere, a.LoginFailures, 100000)
	number("auth.sessions_per_account", a.SessionsPerAccount, 1, 1000)
	number("auth.address_failures", a.AddressFailures, 1, 100000)
	number("auth.address_tries", a.AddressTries, 1, 100000)
	span("auth.session_max", a.SessionMax, time.Minute, 90*24*time.Hour)
	span("auth.session_idle", a.SessionIdle, time.Minute, a.SessionMax)
	span("auth.ticket_ttl", a.TicketTTL, 10*time.Second, time.Hour)
	span("auth.puzzle_ttl", a.PuzzleTTL, 10*time.Second, time.Hour)
	span("auth.window", a.Window, time.Second, 24*time.Hour)
	span("auth.first_block", a.FirstBlock, time.Second, a.LongestBlock)
	span("auth.longest_block", a.LongestBlock, time.Second, 24*time.Hour)

	span("feed.beat", c.Feed.Beat, 10*time.Millisecond, time.Minute)
	span("feed.hello_timeout", c.Feed.HelloTimeout, 10*time.Millisecond, time.Minute)
	span("feed.write_timeout", c.Feed.WriteTimeout, 10*time.Millisecond, 5*time.Minute)
	number("feed.per_account", c.Feed.PerAccount, 1, 10000)
	number("feed.per_address", c.Feed.PerAddress, 1, 1_000_000)
	number("feed.total", c.Feed.Total, 1, 1_000_000)
	number("feed.batch", c.Feed.Batch, 1, 1000)

	b := c.Backup
	span("backup.every", b.Every, time.Hour, 7*24*time.Hour)
	if b.Every%time.Hour != 0 {
		bad("backup.every", "%s is not whole hours", b.Every)
	}
	number("backup.at", b.At, 0, 23)
	number("backup.keep_daily", b.KeepDaily, 1, 366)
	number("backup.keep_weekly", b.KeepWeekly, 0, 520)
	number("backup.keep_monthly", b.KeepMonthly, 0, 1200)
	return errors.Join(wrong...)
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func isBaseURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && s == "https://"+u.Host
}

func isName(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 32
}
