package ui

import (
	"context"
	"io"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/ministry"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// buildKeysOfOthers connects the officer's screens of keys that exist.
func (s *Shell) buildKeysOfOthers(ctx context.Context) {
	list := ministry.NewAssigned()
	list.OnOpen = func(code access.LicenseCode) { s.openAmend(ctx, code) }
	list.OnQueue = func() { s.open(routeQueue) }
	list.OnRetry = s.refresh
	list.OnBack = func() { s.open(routeOfficerMenu) }
	list.OnCopyText = s.copyText
	list.OnHabits = s.keepHabits("assigned")
	s.assigned = list

	form := ministry.NewAmend()
	form.OnCheck = func(code access.LicenseCode, body wire.AmendKeys) bool { return s.model.CheckAmend(code, body) == nil }
	form.OnSave = func(code access.LicenseCode, body wire.AmendKeys) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SaveAmend(ctx, code, body) }, false, nil)
	}
	form.OnValidity = func(code access.LicenseCode, k *wire.KeyRow, in wire.SetValidity) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SetKeyValidity(ctx, code, k.ID, k.Version, in) }, false, nil)
	}
	form.OnRetry = func() { s.act(ctx, s.model.LoadAmend, false, nil) }
	form.OnBack = func() { s.open(routeAssigned) }
	form.OnCopyText = s.copyText
	s.connectKeyActs(ctx, &form.KeyActs, func() {})
	s.amend = form

	v := ministry.NewValidity()
	v.OnSet = func(e access.Environment, in wire.SetValidity) {
		s.act(ctx, func(ctx context.Context) error { return s.model.SetValidity(ctx, e, in) }, false, nil)
	}
	v.OnRetry = func() { s.act(ctx, s.model.LoadValidity, false, nil) }
	v.OnBack = func() { s.open(routeOfficerMenu) }
	v.OnCopyText = s.copyText
	s.validity = v

	s.buildGrants(ctx)
	s.buildEvidence(ctx)
	s.buildDrift(ctx)
	s.buildStaff(ctx)
}

// buildGrants connects the list of permissions and its form.
func (s *Shell) buildGrants(ctx context.Context) {
	list := ministry.NewGrants()
	list.OnOpen = s.openGrant
	list.OnEvidence = func(code access.LicenseCode) { s.openEvidence(ctx, code) }
	list.OnBlocked = func(why string) {
		s.notices.Notify(kit.Notice{Level: look.Warning, Text: why, Key: "blocked"})
	}
	list.OnVerify = func(code access.LicenseCode) { s.openAmend(ctx, code) }
	list.OnRefresh = func() { s.act(ctx, s.model.RefreshGrants, false, nil) }
	list.OnRetry = func() { s.act(ctx, s.model.LoadGrants, false, nil) }
	list.OnBack = func() { s.open(routeOfficerMenu) }
	list.OnCopyText = s.copyText
	list.OnHabits = s.keepHabits("grants")
	s.grants = list

	form := ministry.NewGrant()
	form.OnChange = func(id access.KeyID, version int64, body wire.ChangePermissions) {
		s.act(ctx, func(ctx context.Context) error { return s.model.ChangePermissions(ctx, id, version, body) }, false, nil)
	}
	form.OnEvidence = func(code access.LicenseCode) { s.openEvidence(ctx, code) }
	form.OnRetry = func() { s.act(ctx, s.model.LoadGrants, false, nil) }
	form.OnCopyText = s.copyText
	form.OnClose = s.model.CloseGrant
	s.grant = form
}

// buildEvidence connects the proofs of a code.
func (s *Shell) buildEvidence(ctx context.Context) {
	e := ministry.NewEvidence()
	e.OnPick = s.pickFile
	e.OnAdd = func(code access.LicenseCode, in wire.NewEvidence) {
		s.act(ctx, func(ctx context.Context) error { return s.model.AddEvidence(ctx, code, in) }, false, nil)
	}
	e.OnDownload = func(p wire.Evidence) { s.download(ctx, p) }
	e.OnRetry = func() {
		if v, ok := s.model.Evidence(); ok {
			s.act(ctx, func(ctx context.Context) error { return s.model.LoadEvidence(ctx, v.Row.Code) }, false, nil)
		}
	}
	e.OnCopyText = s.copyText
	e.OnClose = s.model.CloseEvidence
	s.evidence = e
}

// renderOfficer hands its snapshot to a screen of keys that exist.
func (s *Shell) renderOfficer() {
	switch s.at {
	case routeAssigned:
		s.assigned.Render(s.model.AssignedKeys())
	case routeAmend:
		v, ok := s.model.Amend()
		if !ok {
			s.open(routeAssigned)
			return
		}
		s.amend.Render(v)
	case routeValidity:
		s.validity.Render(s.model.Validity())
	case routeGrants:
		s.grants.Render(s.model.Grants())
		if v, ok := s.model.Grant(); ok && s.grant.IsOpen() {
			s.grant.Render(v)
		}
		if v, ok := s.model.Evidence(); ok && s.evidence.IsOpen() {
			s.evidence.Render(v)
		}
	case routeDrift:
		s.renderDrift()
	case routeStaff:
		s.renderStaff()
	}
}

// openAmend goes to the form of a code's keys.
func (s *Shell) openAmend(ctx context.Context, code access.LicenseCode) {
	s.model.PutAmend(code)
	s.open(routeAmend)
	s.act(ctx, s.model.LoadAmend, false, nil)
}

func (s *Shell) openValidity(ctx context.Context) {
	s.open(routeValidity)
	s.act(ctx, s.model.LoadValidity, false, nil)
}

func (s *Shell) openGrants(ctx context.Context) {
	s.open(routeGrants)
	s.act(ctx, s.model.LoadGrants, false, nil)
}

func (s *Shell) openGrant(code access.LicenseCode) {
	s.model.PutGrant(code)
	if v, ok := s.model.Grant(); ok {
		s.grant.Open(s.deps.Window.Canvas(), v)
	}
}

func (s *Shell) openEvidence(ctx context.Context, code access.LicenseCode) {
	s.model.PutEvidence(code)
	if v, ok := s.model.Evidence(); ok {
		s.evidence.Open(s.deps.Window.Canvas(), v)
	}
	s.act(ctx, func(ctx context.Context) error { return s.model.LoadEvidence(ctx, code) }, false, nil)
}

// closeSheets takes away what lies over a list.
func (s *Shell) closeSheets() {
	s.driftForm.Hide()
	s.directory.Hide()
	s.staff.grant.Hide()
	if s.staff.sheet.Hide() {
		s.model.CloseOfficer()
	}
	if s.evidence.Hide() {
		s.model.CloseEvidence()
	}
	if s.grant.Hide() {
		s.model.CloseGrant()
	}
}

// pickFile lets the person choose a file, and reads no more of it than a proof
// may hold.
func (s *Shell) pickFile(chosen func(name string, body []byte)) {
	open := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		s.files = nil
		if err != nil {
			s.notices.Notify(kit.Notice{Level: look.Danger, Text: unreadable, Key: "file"})
			return
		}
		if r == nil {
			return // nothing was chosen
		}
		var body []byte
		s.aside(func() {
			defer func() { _ = r.Close() }()
			body, err = io.ReadAll(io.LimitReader(r, wire.MaxEvidence+1))
		}, func() {
			if err != nil {
				s.notices.Notify(kit.Notice{Level: look.Danger, Text: unreadable, Key: "file"})
				return
			}
			chosen(r.URI().Name(), body)
		})
	}, s.deps.Window)
	s.showFiles(open, "Elegir archivo", "Elegir")
}

// showFiles shows a dialog of files in our words, as large as the window.
func (s *Shell) showFiles(open *dialog.FileDialog, title, confirm string) {
	open.SetTitleText(title)
	open.SetConfirmText(confirm)
	open.SetDismissText(es.Cancel)
	s.files = open
	open.Show() // it has no size before it is shown
	sayPlaces(s.deps.Window.Canvas().Overlays().Top())
	open.Resize(s.deps.Window.Canvas().Size())
}

const unreadable = "No pudimos leer el archivo. Revise que exista y que pueda abrirlo."

// download fetches the file of a proof and asks where to save it.
func (s *Shell) download(ctx context.Context, p wire.Evidence) {
	var body []byte
	s.act(ctx, func(ctx context.Context) (err error) {
		body, err = s.model.EvidenceFile(ctx, p.ID)
		return err
	}, true, func() { s.askWhere(p.Name, body, false) })
}

// keepPrivate makes a file its owner's alone, where the system knows of that.
func keepPrivate(path string) { _ = os.Chmod(path, 0o600) }

// askWhere asks where to save a file; a private one is its owner's alone.
func (s *Shell) askWhere(name string, body []byte, isPrivate bool) {
	save := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		s.files = nil
		s.saveFile(w, err, body, isPrivate)
	}, s.deps.Window)
	save.SetFileName(name)
	s.showFiles(save, "Guardar archivo", es.Save)
}

// saveFile writes a file where the person chose to, off the UI goroutine.
func (s *Shell) saveFile(w fyne.URIWriteCloser, err error, body []byte, isPrivate bool) {
	if w == nil && err == nil {
		return // nothing was chosen
	}
	tell := func() {
		if err != nil {
			s.notices.Notify(kit.Notice{Level: look.Danger, Text: "No pudimos guardar el archivo. Elija otra carpeta.", Key: "file"})
			return
		}
		s.notices.Notify(kit.Notice{Level: look.Success, Text: "Guardó " + w.URI().Name() + ".", Key: "file"})
	}
	if err != nil {
		tell()
		return
	}
	s.aside(func() {
		if isPrivate {
			keepPrivate(w.URI().Path()) // before anything is in it
		}
		_, err = w.Write(body)
		if closing := w.Close(); err == nil {
			err = closing
		}
	}, tell)
}
