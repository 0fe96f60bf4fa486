package daemon

import (
	"strings"
	"testing"
)

// What the command makes of a mail system's pipe. That a contact then shows as
// returned is workflow's test.
func TestMailReturned(t *testing.T) {
	path, data := file(t)
	report := strings.ReplaceAll(`Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <00@example.org>

--b--
`, "\n", "\r\n")
	code, out, errs := call(t, report, "mail", "returned", "--config", path, "--data", data, "-")
	if code != 0 || !strings.Contains(out, "0 contacts written down (status 5.1.1)") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if code, _, errs = call(t, "Subject: hola\r\n\r\nhola", "mail", "returned", "--config", path, "--data", data, "-"); code != 1 || !strings.Contains(errs, "no delivery status report") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs = call(t, strings.Replace(report, "failed", "delayed", 1), "mail", "returned", "--config", path, "--data", data, "-"); code != 0 || !strings.Contains(errs, "of no failure") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, _ = call(t, "", "mail", "returned", "--config", path, "--data", data, path+".none"); code != 1 {
		t.Errorf("a file that is not there: %d", code)
	}
}
