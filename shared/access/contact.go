package access

import "time"

// ContactRole says which of the two people a request names: neither consented,
// so each is told by mail.
type ContactRole string

// The contacts of a request.
const (
	ContactLead    ContactRole = "lead"    // líder técnico
	ContactPrivacy ContactRole = "privacy" // responsable de la protección de datos
)

// ContactRoles lists them in the form's order.
func ContactRoles() []ContactRole { return []ContactRole{ContactLead, ContactPrivacy} }

// IsValid reports whether r is one of the contacts.
func (r ContactRole) IsValid() bool { return r == ContactLead || r == ContactPrivacy }

// ContactOf is the contact of a role as a form names it.
func (f RequestForm) ContactOf(r ContactRole) Contact {
	if r == ContactPrivacy {
		return f.Privacy
	}
	return f.Lead
}

// NoticeState is where the notice to a contact (aviso a tercero) stands.
type NoticeState string

// The states.
const (
	NoticeWaiting   NoticeState = "waiting"   // sent; nobody confirmed the address
	NoticeConfirmed NoticeState = "confirmed" // its link was used: the address is theirs
	NoticeBounced   NoticeState = "bounced"   // the mail could not be delivered
	NoticeObjected  NoticeState = "objected"  // the person wants their data corrected or removed
)

// Limits of sending the same notice again.
const (
	NoticeLife   = 30 * 24 * time.Hour // how long its link is good
	NoticePause  = time.Hour           // between two of the same contact
	MaxNotices   = 5                   // of the same contact while a link is good
	MaxObjection = 500                 // characters of what a person writes
)

// CanTellContact says whether a viewer may send a request's notice again, or
// correct a contact: a delegate of its entity, once it was signed.
func CanTellContact(who Viewer, r *KeyRequest) error {
	if !who.IsDelegate() {
		return Refuse(CodeForbidden, "")
	}
	if !CanSee(who, r) {
		return Refuse(CodeNotFound, "")
	}
	if r.SignedAt.IsZero() {
		return &Error{Code: CodeConflict, Hint: HintState, Version: r.Version}
	}
	return nil
}

// Validate returns each wrong field of a contact, as RequestForm.Validate does;
// prefix names it ("lead.").
func (c Contact) Validate(prefix string, refuseFree bool, institutional func(domain string) bool) []FieldError {
	var wrong []FieldError
	bad := func(field string, h Hint) {
		if h != "" {
			wrong = append(wrong, FieldError{Field: prefix + field, Hint: h})
		}
	}
	bad("name", LineHint(c.Name))
	bad("email", emailHint(c.Email, refuseFree, institutional))
	bad("phone", phoneHint(c.Phone))
	return wrong
}
