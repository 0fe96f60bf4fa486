package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/app/internal/ui/tell"
	"llavero/shared/es"
	"llavero/shared/receipt"
	"llavero/shared/verify"
)

// askDocument is «Verificar documento»: a file is chosen and checked on this
// computer, without session and without network, with the public keys that were
// kept of the server.
func (s *Shell) askDocument() {
	s.pickPath(func(path, name string) {
		var ring receipt.KeyRing
		s.aside(func() { ring = s.model.SigningKeys().Ring }, func() { s.checkDocument(path, name, ring) })
	})
}

// checkDocument checks a file and shows what was found.
func (s *Shell) checkDocument(path, name string, ring receipt.KeyRing) {
	var report verify.Report
	var err error
	s.aside(func() { report, err = verify.File(path, ring) }, func() {
		if err != nil {
			s.notices.Notify(kit.Notice{Level: look.Danger, Text: unreadable, Key: "file"})
			return
		}
		var v *tell.Verified
		v = tell.NewVerified(name, es.Verified(report), func() {
			v.Close()
			s.askDocument()
		}, func() {
			v.Close()
			s.askKeys(path, name)
		})
		v.Put(s.deps.Window.Canvas())
	})
}

// askKeys checks a document with the public keys of a file.
func (s *Shell) askKeys(path, name string) {
	s.pickFile(func(_ string, body []byte) {
		ring, err := receipt.ParseKeyRing(body)
		if err != nil {
			s.notices.Notify(kit.Notice{
				Level: look.Danger, Key: "file",
				Text: "Ese archivo no tiene llaves de firma. Pida al Ministerio el que publica «llavero-server signing keys».",
			})
			return
		}
		s.checkDocument(path, name, ring)
	})
}

// pickPath lets the person choose a file of any size, which is read where it is.
func (s *Shell) pickPath(chosen func(path, name string)) {
	open := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		s.files = nil
		switch {
		case err != nil:
			s.notices.Notify(kit.Notice{Level: look.Danger, Text: unreadable, Key: "file"})
		case r != nil:
			path, name := r.URI().Path(), r.URI().Name()
			s.aside(func() { _ = r.Close() }, func() { chosen(path, name) })
		}
	}, s.deps.Window)
	s.showFiles(open, es.VerifyDocument, "Comprobar")
}
