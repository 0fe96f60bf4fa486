package daemon

import "strings"

// builtInFreeMail are the domains where anybody gets an address. The ministry
// replaces the list in the settings.
var builtInFreeMail = []string{
	"gmail.com", "googlemail.com", "hotmail.com", "hotmail.es", "hotmail.com.co", "outlook.com", "outlook.es", "outlook.com.co",
	"live.com", "msn.com", "yahoo.com", "yahoo.es", "yahoo.com.co", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com",
	"proton.me", "protonmail.com", "gmx.com", "gmx.es", "mail.com", "zoho.com", "yandex.com", "tutanota.com", "tuta.io",
	"une.net.co", "etb.net.co", "latinmail.com", "starmedia.com", "terra.com", "terra.com.co",
}

// freeMail reports domains that are no institution's; set replaces the built-in list.
func freeMail(set []string) func(domain string) bool {
	if len(set) == 0 {
		set = builtInFreeMail
	}
	known := make(map[string]bool, len(set))
	for _, d := range set {
		known[strings.ToLower(d)] = true
	}
	return func(domain string) bool { return known[strings.ToLower(strings.TrimSuffix(domain, "."))] }
}
