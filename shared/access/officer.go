package access

// RoleSource says where an account's role comes from.
type RoleSource string

// The sources.
const (
	RoleFromCommand       RoleSource = "command"       // the server's command line
	RoleFromRegistration  RoleSource = "registration"  // the person registered
	RoleFromRoster        RoleSource = "roster"        // the ministry's roster, which takes it away again
	RoleFromAdministrator RoleSource = "administrator" // another officer, who is an administrator
)

// OfficerState is what the rules about officers look at: an account that has the
// officer's role, or had it.
type OfficerState struct {
	Account       AccountID
	IsOfficer     bool // has the role; false: it was withdrawn
	Administrator bool
	HasFactor     bool // a second factor is enrolled
}

// IsAdministrator reports an officer who may appoint others. Without a second
// factor an officer is none.
func (v Viewer) IsAdministrator() bool { return v.IsOfficer() && v.Administrator }

// CanManageOfficers says whether a viewer may see and appoint officers.
func CanManageOfficers(who Viewer) error {
	if !who.IsAdministrator() {
		return Refuse(CodeForbidden, "")
	}
	return nil
}

// CanWithdraw says whether a viewer may take the officer's role away; others
// counts the administrators beside this officer. Nobody takes away their own, and
// the last administrator stays.
func CanWithdraw(who Viewer, o OfficerState, others int) error {
	if err := canManage(who, o); err != nil {
		return err
	}
	return IsOfficerWithdrawable(o, others)
}

// IsOfficerWithdrawable is CanWithdraw of the server's command line, where nobody
// is signed in.
func IsOfficerWithdrawable(o OfficerState, others int) error {
	switch {
	case !o.IsOfficer:
		return Refuse(CodeConflict, HintAlready)
	case o.Administrator && others < 1:
		return Refuse(CodeConflict, HintLastAdministrator)
	}
	return nil
}

// CanReinstate says whether a viewer may give a withdrawn role back.
func CanReinstate(who Viewer, o OfficerState) error {
	if err := canManage(who, o); err != nil {
		return err
	}
	if o.IsOfficer {
		return Refuse(CodeConflict, HintAlready)
	}
	return nil
}

// CanSetAdministrator says whether a viewer may make an officer an administrator,
// or take that away. Only who has the role and a second factor is made one.
func CanSetAdministrator(who Viewer, o OfficerState, to bool, others int) error {
	if err := canManage(who, o); err != nil {
		return err
	}
	return IsAdministratorSettable(o, to, others)
}

// IsAdministratorSettable is CanSetAdministrator of the server's command line.
func IsAdministratorSettable(o OfficerState, to bool, others int) error {
	switch {
	case !o.IsOfficer:
		return Refuse(CodeConflict, HintNotOfficer)
	case o.Administrator == to:
		return Refuse(CodeConflict, HintAlready)
	case to && !o.HasFactor:
		return Refuse(CodeConflict, HintNotEnrolled)
	case !to && others < 1:
		return Refuse(CodeConflict, HintLastAdministrator)
	}
	return nil
}

// CanResetSecondFactor says whether a viewer may take away another officer's
// second factor, who then sets a new one by a mailed link.
func CanResetSecondFactor(who Viewer, o OfficerState) error {
	if err := canManage(who, o); err != nil {
		return err
	}
	if !o.IsOfficer {
		return Refuse(CodeConflict, HintNotOfficer)
	}
	return nil
}

// canManage refuses who is no administrator, and an act on oneself.
func canManage(who Viewer, o OfficerState) error {
	if err := CanManageOfficers(who); err != nil {
		return err
	}
	if who.Account == o.Account {
		return Refuse(CodeConflict, HintSelf)
	}
	return nil
}

// CanRemoveSecondFactor says whether somebody may do without the second factor
// they have; mandatory: the role demands one.
func CanRemoveSecondFactor(enrolled, mandatory bool) error {
	switch {
	case !enrolled:
		return Refuse(CodeConflict, HintNotEnrolled)
	case mandatory:
		return Refuse(CodeConflict, HintMandatory)
	}
	return nil
}
