package access

import "testing"

var (
	admin = Viewer{Account: "a", Role: RoleOfficer, SecondFactor: true, Administrator: true}
	peer  = OfficerState{Account: "o", IsOfficer: true, HasFactor: true}
)

func changed(o OfficerState, change func(*OfficerState)) OfficerState {
	change(&o)
	return o
}

// TestOfficerRules: one line a rule, each with the refusal it gives.
func TestOfficerRules(t *testing.T) {
	half, plain, delegate := admin, admin, admin
	half.SecondFactor, plain.Administrator = false, false
	delegate.Role, delegate.Entity = RoleDelegate, "NI-1"
	for _, who := range []Viewer{half, plain, delegate, {}} {
		for name, err := range map[string]error{
			"manage": CanManageOfficers(who), "withdraw": CanWithdraw(who, peer, 2), "reinstate": CanReinstate(who, peer),
			"administrator": CanSetAdministrator(who, peer, true, 2), "reset": CanResetSecondFactor(who, peer),
		} {
			if CodeOf(err) != CodeForbidden {
				t.Errorf("%+v may %s: %v", who, name, err)
			}
		}
	}
	self := changed(peer, func(o *OfficerState) { o.Account = admin.Account })
	gone := changed(peer, func(o *OfficerState) { o.IsOfficer = false })
	bare := changed(peer, func(o *OfficerState) { o.HasFactor = false })
	boss := changed(peer, func(o *OfficerState) { o.Administrator = true })
	for _, c := range []struct {
		name string
		err  error
		hint Hint // "": allowed
	}{
		{"manage", CanManageOfficers(admin), ""},
		{"withdraw", CanWithdraw(admin, peer, 0), ""},
		{"withdraw oneself", CanWithdraw(admin, self, 9), HintSelf},
		{"withdraw the withdrawn", CanWithdraw(admin, gone, 2), HintAlready},
		{"withdraw an administrator", CanWithdraw(admin, boss, 1), ""},
		{"withdraw the last administrator", CanWithdraw(admin, boss, 0), HintLastAdministrator},
		{"reinstate", CanReinstate(admin, gone), ""},
		{"reinstate oneself", CanReinstate(admin, self), HintSelf},
		{"reinstate who was never out", CanReinstate(admin, peer), HintAlready},
		{"make administrator", CanSetAdministrator(admin, peer, true, 1), ""},
		{"make oneself administrator", CanSetAdministrator(admin, self, true, 1), HintSelf},
		{"make the withdrawn administrator", CanSetAdministrator(admin, gone, true, 1), HintNotOfficer},
		{"make administrator without second factor", CanSetAdministrator(admin, bare, true, 1), HintNotEnrolled},
		{"make administrator twice", CanSetAdministrator(admin, boss, true, 2), HintAlready},
		{"unmake administrator", CanSetAdministrator(admin, boss, false, 1), ""},
		{"unmake the last administrator", CanSetAdministrator(admin, boss, false, 0), HintLastAdministrator},
		{"reset", CanResetSecondFactor(admin, peer), ""},
		{"reset oneself", CanResetSecondFactor(admin, self), HintSelf},
		{"reset the withdrawn", CanResetSecondFactor(admin, gone), HintNotOfficer},
		{"remove", CanRemoveSecondFactor(true, false), ""},
		{"remove none", CanRemoveSecondFactor(false, false), HintNotEnrolled},
		{"remove what is mandatory", CanRemoveSecondFactor(true, true), HintMandatory},
	} {
		if HintOf(c.err) != c.hint || (c.hint != "" && CodeOf(c.err) != CodeConflict) || (c.hint == "" && c.err != nil) {
			t.Errorf("%s: %v, want %q", c.name, c.err, c.hint)
		}
	}
}
