package state

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// StaffAct is what an administrator does with an officer.
type StaffAct string

// The acts.
const (
	StaffGrant     StaffAct = "grant"
	StaffWithdraw  StaffAct = "withdraw"
	StaffReinstate StaffAct = "reinstate"
	StaffAppoint   StaffAct = "appoint" // make administrator
	StaffDemote    StaffAct = "demote"
	StaffReset     StaffAct = "reset" // the second factor
)

// Staff is «Funcionarios»: who has the officer's role, or had it.
type Staff struct {
	Link    Link
	Viewer  access.Viewer
	Rows    []wire.Officer // by name
	Search  *Index         // over Rows: name, document, login, situation
	Loading bool
	Trouble *Trouble
	// Chosen is the officer whose sheet is open; nil: none.
	Chosen       *wire.Officer
	Audit        []wire.OfficerAuditEntry
	AuditLoading bool
	AuditTrouble *Trouble

	Sending    StaffAct // the act that is on its way; empty: none
	Fields     []access.FieldError
	ActTrouble *Trouble
	// Done is the last act that went well, Mail where its link went.
	Done      StaffAct
	DoneName  string
	Mail      string
	ExpiresAt time.Time
	Now       time.Time
}

// Administrators counts those who can appoint others.
func (s Staff) Administrators() (n int) {
	for i := range s.Rows {
		if o := standingOf(&s.Rows[i]); o.IsOfficer && o.Administrator {
			n++
		}
	}
	return n
}

// standingOf is what the rules look at of an officer.
func standingOf(o *wire.Officer) access.OfficerState {
	return access.OfficerState{
		Account: o.ID, IsOfficer: o.Withdrawn.At.IsZero(), Administrator: o.Administrator, HasFactor: o.SecondFactor.Enrolled,
	}
}

// Can says whether an act on an officer is allowed; nil: it is.
func (s Staff) Can(act StaffAct, o *wire.Officer) error {
	of := standingOf(o)
	switch act {
	case StaffWithdraw:
		return access.CanWithdraw(s.Viewer, of, s.Administrators())
	case StaffReinstate:
		return access.CanReinstate(s.Viewer, of)
	case StaffAppoint:
		return access.CanSetAdministrator(s.Viewer, of, true, s.Administrators())
	case StaffDemote:
		return access.CanSetAdministrator(s.Viewer, of, false, s.Administrators())
	case StaffReset:
		return access.CanResetSecondFactor(s.Viewer, of)
	default:
		return access.CanManageOfficers(s.Viewer)
	}
}

// staffState is the screen's own part.
type staffState struct {
	rows         []wire.Officer
	search       *Index
	isLoaded     bool
	trouble      *Trouble
	chosen       access.AccountID
	audit        []wire.OfficerAuditEntry
	auditLoading bool
	auditTrouble *Trouble
	sending      StaffAct
	fields       []access.FieldError
	actTrouble   *Trouble
	done         StaffAct
	doneName     string
	mail         string
	expiresAt    time.Time
}

// Staff is the screen as it stands.
func (m *Model) Staff() Staff {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	p := &m.staff
	s := Staff{
		Link: m.link, Viewer: m.viewer, Rows: p.rows, Search: p.search, Loading: !p.isLoaded && p.trouble == nil, Trouble: p.trouble,
		Audit: p.audit, AuditLoading: p.auditLoading, AuditTrouble: p.auditTrouble, Sending: p.sending, Fields: p.fields,
		ActTrouble: p.actTrouble, Done: p.done, DoneName: p.doneName, Mail: p.mail, ExpiresAt: p.expiresAt, Now: now,
	}
	if i := p.find(p.chosen); i >= 0 {
		o := p.rows[i]
		s.Chosen = &o
	}
	return s
}

func (p *staffState) find(id access.AccountID) int {
	return slices.IndexFunc(p.rows, func(o wire.Officer) bool { return id != "" && o.ID == id })
}

// staffText is what finds an officer.
func staffText(o wire.Officer) string {
	return strings.Join([]string{o.Person.Name, o.Person.Document.Number, o.Login, es.OfficerSituation(o)}, " ")
}

// LoadStaff reads the officers.
func (m *Model) LoadStaff(ctx context.Context) error {
	var list wire.Officers
	life, t, err := m.read(ctx, func(ctx context.Context) (err error) {
		list, err = m.deps.API.Officers(ctx)
		return err
	})
	rows := slices.Clone(list.Items)
	slices.SortStableFunc(rows, func(a, b wire.Officer) int {
		return cmp.Or(cmp.Compare(Fold(a.Person.Name), Fold(b.Person.Name)), cmp.Compare(a.ID, b.ID))
	})
	texts := make([]string, len(rows))
	for i, o := range rows {
		texts[i] = staffText(o)
	}
	index := NewIndex(texts)
	m.set(life, func() {
		m.staff.trouble = t
		if err == nil {
			m.staff.rows, m.staff.search, m.staff.isLoaded = rows, index, true
		}
	})
	return err
}

// OpenOfficer chooses whose sheet is shown; OpenGrant opens the form of a new one.
func (m *Model) OpenOfficer(id access.AccountID) {
	m.mu.Lock()
	p := &m.staff
	p.chosen, p.audit, p.auditTrouble = id, nil, nil
	p.fields, p.actTrouble, p.done = nil, nil, ""
	m.mu.Unlock()
	poke(m.changed)
}

// CloseOfficer forgets what was shown of one.
func (m *Model) CloseOfficer() { m.OpenOfficer("") }

// StaffTyped takes the complaint about a field away.
func (m *Model) StaffTyped(field string) {
	m.mu.Lock()
	m.staff.fields = without(m.staff.fields, field)
	m.mu.Unlock()
	poke(m.changed)
}

// LoadOfficerAudit reads the trail of the chosen officer.
func (m *Model) LoadOfficerAudit(ctx context.Context) error {
	m.mu.Lock()
	id := m.staff.chosen
	m.staff.auditLoading = id != ""
	m.mu.Unlock()
	if id == "" {
		return nil
	}
	poke(m.changed)
	var list wire.OfficerAudit
	life, t, err := m.read(ctx, func(ctx context.Context) (err error) {
		list, err = m.deps.API.OfficerAudit(ctx, id)
		return err
	})
	m.set(life, func() {
		if m.staff.chosen != id {
			return
		}
		m.staff.auditLoading, m.staff.auditTrouble = false, t
		if err == nil {
			m.staff.audit = list.Entries
		}
	})
	return err
}

// GrantOfficer gives somebody the role, by document.
func (m *Model) GrantOfficer(ctx context.Context, body wire.GrantOfficer) error {
	body.Document.Number, body.Why = strings.TrimSpace(body.Document.Number), strings.TrimSpace(body.Why)
	var wrong []access.FieldError
	if body.Document.Type == "" {
		wrong = append(wrong, access.FieldError{Field: "document.type", Hint: access.HintRequired})
	}
	if body.Document.Number == "" {
		wrong = append(wrong, access.FieldError{Field: "document.number", Hint: access.HintRequired})
	}
	if hint := access.LineHint(body.Why); hint != "" {
		wrong = append(wrong, access.FieldError{Field: "why", Hint: hint})
	}
	var done wire.GrantedOfficer
	return m.actOnStaff(ctx, StaffGrant, body.Document.Number, wrong, func() (string, time.Time, error) {
		var err error
		done, err = m.deps.API.GrantOfficer(ctx, body)
		return done.MaskedEmail, done.LinkExpiresAt, err
	})
}

// ActOnOfficer does an act on an officer, with its reason.
func (m *Model) ActOnOfficer(ctx context.Context, act StaffAct, id access.AccountID, why string) error {
	why = strings.TrimSpace(why)
	var wrong []access.FieldError
	if hint := access.LineHint(why); hint != "" {
		wrong = append(wrong, access.FieldError{Field: "why", Hint: hint})
	}
	m.mu.Lock()
	name := ""
	if i := m.staff.find(id); i >= 0 {
		name = m.staff.rows[i].Person.Name
	}
	m.mu.Unlock()
	return m.actOnStaff(ctx, act, name, wrong, func() (mail string, until time.Time, err error) {
		body := wire.OfficerWhy{Why: why}
		switch act {
		case StaffWithdraw:
			err = m.deps.API.WithdrawOfficer(ctx, id, body)
		case StaffReinstate:
			err = m.deps.API.ReinstateOfficer(ctx, id, body)
		case StaffAppoint, StaffDemote:
			err = m.deps.API.SetAdministrator(ctx, id, wire.SetAdministrator{Administrator: act == StaffAppoint, Why: why})
		case StaffReset:
			var done wire.ResetOfficer
			done, err = m.deps.API.ResetSecondFactor(ctx, id, body)
			mail, until = done.MaskedEmail, done.LinkExpiresAt
		}
		return mail, until, err
	})
}

// actOnStaff does one act and reads the list anew.
func (m *Model) actOnStaff(ctx context.Context, act StaffAct, name string, wrong []access.FieldError, do func() (mail string, until time.Time, err error)) error {
	isBusy := false
	life, err := m.begin(func() {
		p := &m.staff
		if isBusy = p.sending != ""; isBusy {
			return
		}
		p.fields, p.actTrouble, p.done = wrong, nil, ""
		if len(wrong) == 0 {
			p.sending = act
		}
	})
	var mail string
	var until time.Time
	switch {
	case isBusy:
		return nil
	case err != nil:
	case len(wrong) > 0:
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	default:
		mail, until, err = do()
		m.ended(life, err)
	}
	t := m.troubleOf(err)
	m.set(life, func() {
		p := &m.staff
		p.sending, p.actTrouble = "", t
		switch {
		case err == nil:
			p.done, p.doneName, p.mail, p.expiresAt = act, name, mail, until
		case t != nil && len(t.Err.Fields) > 0:
			p.fields, p.actTrouble = partFields(t, "document.type", "document.number", "why")
		}
	})
	if err != nil {
		return err
	}
	if err := m.LoadStaff(ctx); err != nil {
		return err
	}
	return m.LoadOfficerAudit(ctx)
}
