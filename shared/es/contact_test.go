package es

import (
	"testing"

	"llavero/shared/access"
)

func TestNotices_worded(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range []access.NoticeState{access.NoticeWaiting, access.NoticeConfirmed, access.NoticeBounced, access.NoticeObjected} {
		words := NoticeState(s)
		if words == "" || seen[words] {
			t.Errorf("%s reads %q", s, words)
		}
		seen[words] = true
		if next := NoticeNext(s); (next == "") != (s == access.NoticeConfirmed) {
			t.Errorf("%s: what next reads %q", s, next)
		}
	}
	if NoticeState("") != "" || NoticeNext("") != "" {
		t.Error("no notice says something")
	}
	if ContactRole(access.ContactLead) == ContactRole(access.ContactPrivacy) {
		t.Error("the two contacts have one name")
	}
	if got := FieldMessage("contact.email", access.HintObjected); got == "Revise este dato." {
		t.Errorf("an objection below a field reads %q", got)
	}
}
