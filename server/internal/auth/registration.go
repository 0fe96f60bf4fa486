package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// RegistrationInfo is what the registration screens show.
func (s *Service) RegistrationInfo(ctx context.Context) (wire.RegistrationInfo, error) {
	var info wire.RegistrationInfo
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		t, err := tx.Pledge()
		info.Pledge = wire.ConsentText{ID: t.ID, Version: t.Version, Label: t.Label, Body: t.Body, Hash: t.Hash}
		return err
	})
	return info, err
}

// CheckPrerequisites says how a registration stands, line by line. The image is
// spent whatever the answer; before it was read right nothing is looked up.
func (s *Service) CheckPrerequisites(ctx context.Context, v Visit, in wire.CheckPrerequisites) (wire.Prerequisites, error) {
	if wrong := needImage(in.Image, in.Form.Validate()); len(wrong) > 0 {
		return wire.Prerequisites{}, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	if err := s.count(ctx, v, "prerequisites"); err != nil {
		return wire.Prerequisites{}, err
	}
	if err := s.checkImage(ctx, v, in.Image, "prerequisites"); err != nil {
		return wire.Prerequisites{}, err
	}
	reply := wire.Prerequisites{}
	err := s.store.Read(ctx, func(tx *store.Tx) error {
		if err := checkRegistry(tx, in.Form); err != nil {
			return err
		}
		var err error
		reply.Items, err = workflow.Prerequisites(tx, in.Form)
		return err
	})
	if err != nil {
		return wire.Prerequisites{}, err
	}
	reply.Met = workflow.AreMet(reply.Items)
	reply.PassExpiresAt = s.clock().Add(passLife).UTC().Truncate(time.Microsecond)
	reply.Pass, err = s.pass(in.Form, reply.PassExpiresAt)
	return reply, err
}

// checkRegistry refuses a professional registry that is another's.
func checkRegistry(tx *store.Tx, form access.Registration) error {
	if form.Kind != access.UserProfessional {
		return nil
	}
	own, err := workflow.IsRegistryOf(tx, form.Document, form.ProfessionalRegistry)
	if err != nil || own {
		return err
	}
	return access.InvalidField("professionalRegistry", access.HintOtherRegistry)
}

// Register makes a user without a password and mails the link that sets it. Who
// registers again gets another link: the answer, the rows written and the work
// are the same, so that nobody learns who has a user.
func (s *Service) Register(ctx context.Context, v Visit, in wire.Register) (wire.Registered, error) {
	if err := s.checkRegister(ctx, in); err != nil {
		return wire.Registered{}, err
	}
	if err := s.count(ctx, v, "registration"); err != nil {
		return wire.Registered{}, err
	}
	ok, err := s.isPass(in.Pass, in.Form, s.clock())
	if err != nil {
		return wire.Registered{}, err
	}
	if !ok {
		var image wire.ImageAnswer
		if in.Image != nil {
			image = *in.Image
		}
		if err := s.checkImage(ctx, v, image, "registration"); err != nil {
			return wire.Registered{}, err
		}
	}
	var reply wire.Registered
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if err := checkRegistry(tx, in.Form); err != nil {
			return err
		}
		list, err := workflow.Prerequisites(tx, in.Form)
		if err != nil {
			return err
		}
		if err := unmet(list); err != nil {
			return err
		}
		reply, err = s.register(tx, v, in)
		return err
	})
	if err != nil {
		return wire.Registered{}, err
	}
	return reply, nil
}

// checkRegister refuses wrong fields, and a pledge that is not the one in force.
func (s *Service) checkRegister(ctx context.Context, in wire.Register) error {
	wrong := in.Form.Validate()
	switch {
	case in.Image != nil:
		wrong = needImage(*in.Image, wrong)
	case in.Pass == "":
		wrong = needImage(wire.ImageAnswer{}, wrong)
	}
	info, err := s.RegistrationInfo(ctx)
	if err != nil {
		return err
	}
	if in.Pledge.ID != info.Pledge.ID || in.Pledge.Hash == "" {
		wrong = append(wrong, access.FieldError{Field: "pledge", Hint: access.HintNotAccepted})
	}
	switch {
	case len(wrong) > 0:
		return &access.Error{Code: access.CodeInvalid, Fields: wrong}
	case in.Pledge.Hash != info.Pledge.Hash:
		return access.Refuse(access.CodeConflict, access.HintTextsChanged)
	}
	return nil
}

// unmet is the refusal that lists what is not met.
func unmet(list []access.Prerequisite) error {
	if workflow.AreMet(list) {
		return nil
	}
	e := access.Refuse(access.CodeInvalid, access.HintPrerequisites)
	for _, p := range list {
		hint := access.HintUnmet
		switch p.Verdict {
		case access.VerdictMet:
			continue
		case access.VerdictNoData:
			hint = access.HintNoData
		case access.VerdictUnmet:
		}
		e.Fields = append(e.Fields, access.FieldError{Field: "prerequisites." + string(p.ID), Hint: hint})
	}
	return e
}

// register writes the account, the pledge and the link. Each branch writes as
// many rows of the same kinds as the other.
func (s *Service) register(tx *store.Tx, v Visit, in wire.Register) (wire.Registered, error) {
	person, err := tx.Person(in.Form.Document)
	if err != nil {
		return wire.Registered{}, err // the prerequisites just found it
	}
	a, err := s.enter(tx, in.Form, person)
	if err != nil {
		return wire.Registered{}, err
	}
	t, err := tx.Pledge()
	if err != nil {
		return wire.Registered{}, err
	}
	err = tx.InsertPledge(store.Pledge{
		Account: a.ID, TextID: t.ID, TextVersion: t.Version, TextHash: t.Hash, Label: t.Label, Address: v.Address,
	})
	if err != nil {
		return wire.Registered{}, err
	}
	e := audit.By(a.Viewer(false), audit.AccountRegistered, string(a.ID), v.RequestID)
	e.Detail = audit.Details(audit.Address(v.Address), audit.Word("kind", string(in.Form.Kind)), audit.Word("role", string(a.Role)),
		audit.Word("pledge", t.Version), audit.Word("pledgeHash", t.Hash))
	if err := tx.Audit(e); err != nil {
		return wire.Registered{}, err
	}
	reply := wire.Registered{Login: a.Login, Form: in.Form}
	if person.Email == "" {
		return reply, nil
	}
	if err := tally(tx, subjectOf("links", a.Login+" "+a.Person.Document.Number), linksPerHour, time.Hour); err != nil {
		return wire.Registered{}, err
	}
	reply.MaskedEmail, reply.Sender, reply.LinkExpiresAt = access.MaskEmail(person.Email), s.mailFrom, tx.Now().Add(finishLife)
	template := TemplateFinish
	if !a.DisabledAt.IsZero() {
		template = TemplateClosed // only the mailbox's owner learns it
	}
	return reply, s.sendLink(tx, letter{
		account: a, to: person.Email, purpose: wire.LinkFinish, until: reply.LinkExpiresAt, visit: v, template: template,
	})
}

// enter finds the account that a registration is for, or makes it: one write in
// either case.
func (s *Service) enter(tx *store.Tx, form access.Registration, person store.Person) (store.Account, error) {
	want, err := wanted(tx, form, person)
	if err != nil {
		return store.Account{}, err
	}
	same, err := tx.AccountsByLogin(want.Login)
	if err != nil {
		return store.Account{}, err
	}
	for _, a := range same {
		if a.Person.Document != want.Person.Document || a.Entity != want.Entity {
			continue
		}
		acts, err := tx.OfficerActs(a.ID)
		if err != nil {
			return store.Account{}, err
		}
		// The roster lists them by now; who lost the role to an administrator gets
		// it back from one alone.
		if a.Role == access.RoleNone && want.Role != access.RoleNone && acts.Withdrawn.At.IsZero() {
			a.Role, a.RoleFrom = want.Role, want.RoleFrom
		}
		return a, tx.SetRole(a.ID, a.Role, a.RoleFrom)
	}
	id, err := uuid.NewRandomFromReader(s.rand)
	if err != nil {
		return store.Account{}, fmt.Errorf("auth: account id: %w", err)
	}
	want.ID = access.AccountID(id.String())
	return want, tx.CreateAccount(want)
}

// wanted is the account a form asks for. Nobody becomes an officer by asking:
// only the ministry's roster makes one.
func wanted(tx *store.Tx, form access.Registration, person store.Person) (store.Account, error) {
	a := store.Account{
		Person: access.Person{Document: form.Document, Name: person.Name()}, Email: person.Email,
		Login: Login(string(form.Document.Type) + form.Document.Number),
	}
	switch form.Kind {
	case access.UserDelegate:
		a.Login = Login(LoginPrefix + string(form.NIT))
		a.Entity = access.EntityOf(access.Document{Type: access.DocumentNI, Number: string(form.NIT)})
		a.Role, a.RoleFrom = access.RoleDelegate, store.OriginRegistration
	case access.UserProfessional:
		a.Independent, a.Entity = true, access.EntityOf(form.Document)
		a.Role, a.RoleFrom = access.RoleDelegate, store.OriginRegistration
	case access.UserOther:
		m, err := tx.StaffMember(form.Document)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return store.Account{}, err
		}
		if err == nil && m.IsCurrent() {
			a.Role, a.RoleFrom = access.RoleOfficer, store.OriginRoster
		}
	}
	return a, nil
}
