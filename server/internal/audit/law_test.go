package audit

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// law is the list of what the trail must tell, word by word (domain.md, §9), with
// the kinds that tell it. That a story writes each is asked by the packages that
// write them: TestMain of workflow and of auth.
var law = []struct {
	words string
	kinds []Kind
}{
	{"sign-in", []Kind{SignIn, SignOut}},
	{"and failures", []Kind{SignInFailed, Forbidden, ImageRefused, PasswordRefused}},
	{"second factor", []Kind{SecondFactorFailed, TOTPEnrolled}},
	{"registration", []Kind{AccountRegistered, AccountCreated, LinkSent, LinkUsed, PasswordSet, PasswordChanged, RecoveryAsked}},
	{"delegation", []Kind{RegistryImported, AccountDisabled, AccountEnabled}},
	{"import", []Kind{RegistryImported, RETHUSVerified}},
	{"request", []Kind{
		RequestCreated, RequestChanged, RequestCancelled, RequestSigned, RequestParked, RequestTaken, RequestTakenOver, RequestReleased,
		RequestLapsed, RequestResumed, RequestAssigned, RequestDone, IssueAttempt,
	}},
	{"OTP", []Kind{CodeSent, CodeFailed}},
	{"key created", []Kind{KeyApplication, KeyPrincipal, SecretIntended, SecretRecorded, KeyIssued, KeyTyped}},
	{"replaced", []Kind{SecretReplaced, SecretRetired, SecretKept, KeyCompromised, IncidentClosed}},
	{"expired", []Kind{KeyExpired, ReminderSent, ReminderAnswered, ReminderEscalated}},
	{"revoked", []Kind{RevokeAsked, KeyRevoked}},
	{"overlap ended", []Kind{OverlapEnded}},
	{"reveal/copy/export", []Kind{KeyRevealed, KeyHandedOver}},
	{"key test", []Kind{KeyTestAsked, SecretTested, KeyTested, KeyChecked}},
	{"roles granted/withdrawn", []Kind{PermissionsAsked, PermissionGranted, PermissionRemoved, PermissionFailed, PermissionsRead, AccountChanged}},
	{"with evidence", []Kind{EvidenceAdded, EvidenceRead}},
	{"officer edits", []Kind{KeyAmended, KeyValidity, ValiditySet, DriftAsked, DriftDismissed}},
	{"text versions", []Kind{TextInstalled, AgreementGiven, ReceiptRead}},
	{"backup/restore", []Kind{BackupMade, BackupRestored}},
	{"audit export", []Kind{TrailExported, TrailSearched, TrailSigned}},
}

// Every act of the law's list has a kind that some part of the server writes.
func TestLaw(t *testing.T) {
	written := writers(t)
	names := map[Kind]string{}
	for name, k := range constants(t) {
		names[k] = name
	}
	for _, row := range law {
		if len(row.kinds) == 0 {
			t.Errorf("«%s» has no kind", row.words)
		}
		for _, k := range row.kinds {
			if !slices.Contains(kinds, k) {
				t.Errorf("«%s»: there is no kind %s", row.words, k)
			}
			if !written["audit."+names[k]] {
				t.Errorf("«%s»: nobody writes %s", row.words, k)
			}
		}
	}
}

// named finds what this package is asked for.
var named = regexp.MustCompile(`\baudit\.[A-Z]\w*`)

// writers are the names of this package's that the server uses outside of it and
// of tests.
func writers(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "../audit") {
			return err
		}
		body, err := os.ReadFile(path)
		for _, name := range named.FindAllString(string(body), -1) {
			all[name] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
