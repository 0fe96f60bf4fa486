package world

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"llavero/server/internal/maildrop"
	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// Viewer is the person as a signed-in session, second factor passed.
func (p Person) Viewer() access.Viewer {
	return access.Viewer{
		Account: p.Account, Login: p.Login, Person: p.Person.Person, Entity: p.Entity, Role: p.Role,
		Independent: p.Independent, SecondFactor: !p.TOTPSeed.IsEmpty(),
	}
}

// Form is a good form for a request, of invented people.
func Form() access.RequestForm {
	return access.RequestForm{
		Vendor: "Desarrollos Cóndor de Demostración S.A.S.", Software: "Historia Clínica Ñandú 4",
		Lead:    access.Contact{Name: "Andrés Güiza Demostración", Email: "andres.guiza@condor.example", Phone: "3000000001"},
		Privacy: access.Contact{Name: "Nubia Ávila Demostración", Email: "nubia.avila@clinica.example", Phone: "3000000002"},
	}
}

var codeWords = regexp.MustCompile(`(?i)código es\s+(\d{6})\b`)

// CodeIn returns the one-time code of a mail.
func CodeIn(m maildrop.Mail) (string, error) {
	found := codeWords.FindStringSubmatch(m.Text)
	if found == nil {
		return "", fmt.Errorf("the mail %q holds no code", m.Subject)
	}
	return found[1], nil
}

// Ask makes a request as a delegate does: form, code by mail, signature. The
// worker has it when Ask returns.
func (w *World) Ask(ctx context.Context, p Person, in wire.NewRequest) (access.RequestID, error) {
	flow := w.Server().Flow()
	act := workflow.Act{Who: p.Viewer(), RequestID: "seed", Device: "demostración", Address: "127.0.0.1"}
	made, err := flow.CreateRequest(ctx, act, in)
	if err != nil {
		return "", fmt.Errorf("create: %w", err)
	}
	texts, err := flow.ConsentTexts(ctx)
	if err != nil {
		return "", fmt.Errorf("texts: %w", err)
	}
	var ticked wire.SendCode
	for _, t := range texts.Texts {
		ticked.Accepted = append(ticked.Accepted, wire.AcceptedText{ID: t.ID, Hash: t.Hash})
	}
	sent, err := flow.SendCode(ctx, act, made.ID, ticked)
	if err != nil {
		return "", fmt.Errorf("send the code: %w", err)
	}
	code, err := w.codeFor(ctx, p, in.Code)
	if err != nil {
		return "", err
	}
	detail, err := flow.RequestDetail(ctx, act, made.ID)
	if err != nil {
		return "", fmt.Errorf("read again: %w", err)
	}
	_, err = flow.Sign(ctx, act, made.ID, detail.Row.Version, wire.Sign{Code: code, ContentHash: sent.ContentHash})
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return made.ID, nil
}

// codeFor waits for the mail about a license code. Others are passed over: a
// server that was killed may send one of its mails twice.
func (w *World) codeFor(ctx context.Context, p Person, license access.LicenseCode) (string, error) {
	for {
		m, err := w.Mail.Wait(ctx, p.Email)
		if err != nil {
			return "", err
		}
		if strings.Contains(m.Text, string(license)) {
			return CodeIn(m)
		}
	}
}

// WaitRequest waits until a request stands at one of the statuses.
func (w *World) WaitRequest(ctx context.Context, id access.RequestID, want ...access.Status) (access.KeyRequest, error) {
	db := w.Server().Store()
	wake, cancel := db.Subscribe()
	defer cancel()
	for {
		var r *store.Request
		err := db.Read(ctx, func(tx *store.Tx) (err error) {
			r, err = tx.KeyRequest(id)
			return err
		})
		if err != nil {
			return access.KeyRequest{}, err
		}
		if slices.Contains(want, r.Status) {
			return r.KeyRequest, nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return r.KeyRequest, fmt.Errorf("request %s stands at %s, not at %s: %w", id, r.Status, join(want), ctx.Err())
		}
	}
}

func join(list []access.Status) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, " or ")
}

// linkWords finds the code of a mail that sets a password.
var linkWords = regexp.MustCompile(`\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){7}\b`)

// LinkIn returns the token of a mail that sets a password.
func LinkIn(m maildrop.Mail) (string, error) {
	found := linkWords.FindString(m.Text)
	if found == "" {
		return "", fmt.Errorf("the mail %q holds no link", m.Subject)
	}
	return found, nil
}
