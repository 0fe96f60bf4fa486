package ui

import (
	"context"

	"llavero/app/internal/ui/delegate"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

func (s *Shell) submitSignIn(ctx context.Context) func(string, secret.Text) {
	return func(user string, password secret.Text) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SubmitSignIn(ctx, user, password) }, false, nil)
	}
}

// buildDelegate connects the delegate's screens up to the signature.
func (s *Shell) buildDelegate(ctx context.Context) {
	s.buildAgreement(ctx)
	menu := delegate.NewMenu()
	menu.OnEnroll = func() { s.openForm(ctx, access.KindEnroll) }
	menu.OnRenew = func() { s.openForm(ctx, access.KindRenew) }
	menu.OnKeys = func() { s.openKeys(ctx, "") }
	menu.OnActivity = func() { s.openTrail(ctx) }
	s.delegateMenu = menu
	s.enroll = s.buildForm(ctx, access.KindEnroll)
	s.renew = s.buildForm(ctx, access.KindRenew)

	sign := delegate.NewConfirm(s.deps.Clock)
	sign.OnSendCode = func() {
		s.background(ctx, s.model.SendCode, func(error) {
			s.render()
			if s.model.Agreement().Due {
				c, _ := s.model.Confirm()
				s.askAgreement(c.Kind)
			}
		})
	}
	sign.OnSign = func(code secret.Text) {
		s.act(ctx, func(ctx context.Context) error { return s.model.Sign(ctx, code) }, false, nil)
	}
	sign.OnBack = func() { s.back(s.at.parent()) }
	sign.OnCopyText = s.copyText
	s.confirm = sign

	after := delegate.NewProgress(s.deps.Clock)
	after.OnOpenKeys = func(code access.LicenseCode) { s.openKeys(ctx, code) }
	after.OnBack = func() { s.open(routeDelegateMenu) }
	after.OnCopyText = s.copyText
	s.progress = after
}

// buildForm connects the form of a kind of request.
func (s *Shell) buildForm(ctx context.Context, kind access.Kind) *delegate.Enroll {
	form := delegate.NewEnroll(kind)
	form.OnChoose = s.model.ChooseEnroll
	form.OnReason = s.model.SetReason
	form.OnForm = s.model.SetForm
	form.OnTick = s.model.Tick
	form.OnSubmit = func(f access.RequestForm) {
		s.model.SetForm(f)
		s.act(ctx, s.model.SubmitEnroll, false, func() { s.open(confirmOf(kind)) })
	}
	form.OnBack = func() { s.open(routeDelegateMenu) }
	form.OnOpenKeys = func(code access.LicenseCode) { s.openKeys(ctx, code) }
	form.OnOpenRequest = func(id access.RequestID) { s.openRequest(ctx, id) }
	form.OnOtherForm = func(code access.LicenseCode) {
		if kind == access.KindEnroll {
			s.openFormOn(ctx, access.KindRenew, code)
		} else {
			s.openFormOn(ctx, access.KindEnroll, code)
		}
	}
	form.OnRetry = func() { s.act(ctx, s.model.OpenEnroll, false, nil) }
	form.OnCopyText = s.copyText
	return form
}

// buildAgreement connects the prior agreement on the signing method.
func (s *Shell) buildAgreement(ctx context.Context) {
	a := delegate.NewAgreement()
	a.OnTick = s.model.TickAgreement
	a.OnAccept = func() {
		s.act(ctx, s.model.AcceptAgreement, false, func() { s.afterAgreement(ctx) })
	}
	a.OnRetry = func() { s.act(ctx, s.model.OpenAgreement, false, nil) }
	a.OnBack = func() { s.open(routeDelegateMenu) }
	a.OnCopyText = s.copyText
	s.agreement = a
	s.askAgreement = func(next access.Kind) { s.openAgreement(ctx, next) }
}

// openAgreement shows the agreement; next is the form that waits for it, empty:
// the menu.
func (s *Shell) openAgreement(ctx context.Context, next access.Kind) {
	s.pledged = next
	s.open(routeAgreement)
	s.act(ctx, s.model.OpenAgreement, false, func() {
		if !s.model.Agreement().Due { // accepted meanwhile, elsewhere
			s.afterAgreement(ctx)
		}
	})
}

func (s *Shell) afterAgreement(ctx context.Context) {
	if s.at != routeAgreement {
		return
	}
	if s.pledged != "" {
		s.openForm(ctx, s.pledged)
		return
	}
	s.open(routeDelegateMenu)
}

// openForm opens the form of a kind of request, as it was left, and reads the
// consent texts in force. The agreement on the signing method comes before it.
func (s *Shell) openForm(ctx context.Context, kind access.Kind) {
	if s.model.Agreement().Due {
		s.askAgreement(kind)
		return
	}
	s.open(formOf(kind))
	s.act(ctx, s.model.OpenEnroll, false, nil)
}

// openFormOn opens a form on a code.
func (s *Shell) openFormOn(ctx context.Context, kind access.Kind, code access.LicenseCode) {
	s.model.AskFor(kind)
	s.model.ChooseEnroll(code)
	s.openForm(ctx, kind)
}

// openRequest opens the signature of an unsigned request, the progress of any
// other.
func (s *Shell) openRequest(ctx context.Context, id access.RequestID) {
	for _, e := range s.model.Keys().Entities.Rows {
		if e.Request == nil || e.Request.ID != id {
			continue
		}
		if e.Request.Status == access.StatusSigning {
			to := confirmOf(e.Request.Kind)
			s.act(ctx, func(ctx context.Context) error { return s.model.OpenConfirm(ctx, id) }, true, func() { s.open(to) })
			return
		}
		s.model.FollowProgress(e.Provider.Code)
		s.open(routeProgress)
		return
	}
}

// buildKeys connects «Consultar Token».
func (s *Shell) buildKeys(ctx context.Context) {
	k := delegate.NewKeys()
	k.Clock = s.deps.Clock
	k.OnChoose = func(code access.LicenseCode) { s.chooseKeys(ctx, code) }
	k.OnReveal = func(key access.KeyID, field access.Field, purpose access.Purpose, done func(secret.Text, error)) {
		var value secret.Text
		s.background(ctx, func(ctx context.Context) (err error) {
			value, err = s.model.Reveal(ctx, key, field, purpose)
			return err
		}, func(err error) {
			done(value, err)
			if err == nil {
				s.recorded(purpose, field)
			}
			s.loadKey(ctx, key)
		})
	}
	k.OnSight = s.shield
	k.OnCopy = func(key access.KeyID, field access.Field) { s.copyField(ctx, key, field) }
	k.OnCopyAll = func(key access.KeyID, withSecret bool) { s.copyAll(ctx, key, withSecret) }
	k.OnEnroll = func(code access.LicenseCode) { s.openFormOn(ctx, access.KindEnroll, code) }
	k.OnRenew = func(code access.LicenseCode) { s.openFormOn(ctx, access.KindRenew, code) }
	k.OnHandOver = func(key access.KeyID, to wire.HandOver, done func(error)) {
		s.background(ctx, func(ctx context.Context) error { return s.model.HandOver(ctx, key, to) }, func(err error) {
			done(err)
			if err == nil {
				s.notices.Notify(kit.Notice{Level: look.Info, Text: es.HandedOver(to.Person, es.Clock(s.deps.Clock())), Key: "recorded"})
			}
			s.loadAudit(ctx, key)
		})
	}
	s.connectOwnKey(ctx, k)
	k.OnContacts = func() { s.act(ctx, s.model.LoadContacts, false, nil) }
	k.OnTellContact = func(role access.ContactRole) {
		s.act(ctx, func(ctx context.Context) error { return s.model.TellContact(ctx, role) }, false, nil)
	}
	k.OnCorrectContact = func(role access.ContactRole, c access.Contact, done func(error)) {
		s.answerKey(ctx, func(ctx context.Context) error { return s.model.CorrectContact(ctx, role, c) }, done)
	}
	k.OnReceipt = func() { s.act(ctx, s.model.LoadReceipt, false, nil) }
	k.OnSaveReceipt = func(id access.RequestID, isPDF bool) { s.saveReceipt(ctx, id, isPDF) }
	k.OnOpenRequest = func(id access.RequestID) { s.openRequest(ctx, id) }
	k.OnRetry = func() { s.chooseKeys(ctx, s.model.Keys().Chosen) }
	k.OnBack = func() { s.open(routeDelegateMenu) }
	k.OnCopyText = s.copyText
	s.keys = k
}

func (s *Shell) openKeys(ctx context.Context, code access.LicenseCode) {
	s.open(routeKeys)
	if code != "" {
		s.chooseKeys(ctx, code)
	}
}

// chooseKeys shows a code's keys and loads what the feed does not bring.
func (s *Shell) chooseKeys(ctx context.Context, code access.LicenseCode) {
	s.model.ChooseKeys(code)
	snapshot := s.model.Keys()
	if snapshot.Entity == nil {
		return
	}
	for _, key := range snapshot.Entity.Keys {
		s.loadKey(ctx, key.ID)
	}
}

func (s *Shell) loadKey(ctx context.Context, id access.KeyID) {
	s.act(ctx, func(ctx context.Context) error { return s.model.LoadParameters(ctx, id) }, false, nil)
	s.loadAudit(ctx, id)
}

func (s *Shell) loadAudit(ctx context.Context, id access.KeyID) {
	s.act(ctx, func(ctx context.Context) error { return s.model.LoadAudit(ctx, id) }, false, nil)
}

// renderKeys draws «Consultar Token».
func (s *Shell) renderKeys() { s.keys.Render(s.model.Keys()) }

// copyField fetches one value and puts it in the clipboard; a secret leaves it
// again.
func (s *Shell) copyField(ctx context.Context, key access.KeyID, field access.Field) {
	var value secret.Text
	s.act(ctx, func(ctx context.Context) (err error) {
		value, err = s.model.Reveal(ctx, key, field, access.PurposeCopy)
		return err
	}, true, func() {
		switch field {
		case access.FieldClientID:
			s.keeper.Copy("Identificador copiado", value.Reveal())
		case access.FieldExpiresAt:
			s.keeper.Copy("Fecha copiada", value.Reveal())
		case access.FieldSecret:
			s.keeper.CopySecret("Secreto copiado", value.Reveal())
		default:
			s.keeper.CopySecret(es.KeyField(field)+" copiado", value.Reveal())
		}
		s.recorded(access.PurposeCopy, field)
		s.loadKey(ctx, key)
	})
}

// recorded says that a use of a value went into the record.
func (s *Shell) recorded(purpose access.Purpose, field access.Field) {
	text := es.Recorded(purpose, field, es.Clock(s.deps.Clock()))
	s.notices.Notify(kit.Notice{Level: look.Info, Text: text, Key: "recorded"})
}

func (s *Shell) copyAll(ctx context.Context, key access.KeyID, withSecret bool) {
	var text secret.Text
	s.act(ctx, func(ctx context.Context) (err error) {
		text, err = s.model.CopyAll(ctx, key, withSecret)
		return err
	}, true, func() {
		if withSecret {
			s.keeper.CopySecret("Parámetros y secreto copiados", text.Reveal())
			s.recorded(access.PurposeExport, access.FieldSecret)
		} else {
			s.keeper.Copy("Parámetros copiados", text.Reveal())
		}
		s.loadKey(ctx, key)
	})
}

// shield keeps the window out of captures while a value is in sight, where the
// system can, and says so.
func (s *Shell) shield(on bool) {
	if s.deps.Shield != nil && s.deps.Shield(on) && on {
		s.notices.Notify(kit.Notice{Level: look.Info, Text: es.Shielded, Key: "shield"})
	}
}
