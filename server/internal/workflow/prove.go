package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/receipt"
)

// signature is one act of signing, whose audit entry is the trail's last.
type signature struct {
	act     Act
	request *store.Request
	code    string // id of the one-time code
	signing *store.Signing
	ticks   []ticked
	// acceptedAt is when the ticks reached the server.
	acceptedAt time.Time
}

// prove makes the receipt of a signature, inside its transaction.
func (f *Flow) prove(tx *store.Tx, s signature) error {
	number, err := tx.NextReceiptNumber(tx.Now().In(es.Colombia).Year())
	if err != nil {
		return err
	}
	paper, err := f.paper(tx, s, number)
	if err != nil {
		return fmt.Errorf("receipt of %s: %w", s.request.ID, err)
	}
	doc, err := paper.Document()
	if err != nil {
		return err
	}
	file, err := f.signer.Document(tx, receipt.KindReceipt, doc)
	if err != nil {
		return err
	}
	signed, err := receipt.ParseSigned(file)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(file)
	kept := store.Receipt{
		Request: s.request.ID, Number: number, File: file, Hash: hex.EncodeToString(sum[:]), KeyID: signed.Signature.KeyID, MadeAt: tx.Now(),
	}
	if err := tx.InsertReceipt(kept); err != nil {
		return err
	}
	return tx.Audit(serverEntry(audit.ReceiptMade, s.request, audit.Word("receipt", number), audit.Word("hash", kept.Hash),
		audit.Word("key", string(kept.KeyID))))
}

// paper gathers what a receipt says.
func (f *Flow) paper(tx *store.Tx, s signature, number string) (receipt.Receipt, error) {
	who := s.act.Who
	p := receipt.Receipt{
		Number: number, Server: f.server,
		Person:         receipt.Signatory{Person: who.Person, Account: who.Account, Login: who.Login},
		Authentication: receipt.Authentication{Password: true, SecondFactor: who.SecondFactor},
		Times:          receipt.Times{AcceptedAt: receipt.At(s.acceptedAt), EnteredAt: receipt.At(tx.Now()), Client: receipt.At(s.act.ClientTime)},
		Client:         receipt.Client{Program: s.act.Client, Device: s.act.Device, Address: s.act.Address},
	}
	var err error
	if p.Action, p.Texts, err = signedContent(s); err != nil {
		return p, err
	}
	if p.Capacity, err = capacityOf(tx, who); err != nil {
		return p, err
	}
	if p.License, err = licenseOf(tx, s.request.Code); err != nil {
		return p, err
	}
	if p.Code, err = codeOf(tx, s); err != nil {
		return p, err
	}
	if p.Agreement, err = priorOf(tx, who.Account); err != nil {
		return p, err
	}
	seq, hash, err := tx.AuditEnd()
	p.Audit = receipt.AuditLink{Seq: seq, Hash: hex.EncodeToString(hash)}
	return p, err
}

// signedContent is the canonical request with the texts that were ticked. Its hash
// must be the one that the code was sent for.
func signedContent(s signature) (receipt.Action, []receipt.Accepted, error) {
	r, content := s.request, contentOf(s.request)
	var texts []receipt.Accepted
	for _, t := range s.ticks {
		one := receipt.Accepted{
			Text: receipt.Text{ID: t.ID, Version: t.Version, Hash: t.Hash}, Language: t.Language, Label: t.Label,
			ShownAt: receipt.At(t.ShownAt), TickedAt: receipt.At(t.TickedAt),
		}
		if !t.TickedAt.IsZero() {
			one.UntickedAtStart = new(true) // what says otherwise is refused: shownOn
		}
		texts, content.Texts = append(texts, one), append(content.Texts, one.Text)
	}
	body, err := content.Bytes()
	if err != nil {
		return receipt.Action{}, nil, err
	}
	sum := sha256.Sum256(body)
	if hash := hex.EncodeToString(sum[:]); hash != r.ContentHash {
		return receipt.Action{}, nil, fmt.Errorf("its content hashes to %s and %s was signed", hash, r.ContentHash)
	}
	return receipt.Action{
		Kind: r.Kind, Reason: r.Reason, Request: r.ID, Number: r.Number, Content: string(body), Hash: r.ContentHash,
	}, texts, nil
}

// capacityOf is in whose name a person acts, and what that rests on.
func capacityOf(tx *store.Tx, who access.Viewer) (receipt.Capacity, error) {
	c := receipt.Capacity{Kind: receipt.CapacityIndependent, Role: who.Role, Entity: who.Entity}
	name, err := tx.EntityName(who.Entity)
	if err != nil {
		return c, err
	}
	c.EntityName, c.NIT = name, string(who.Entity.NIT())
	if who.Independent {
		return c, nil
	}
	c.Kind = receipt.CapacityDelegate
	account, err := tx.Account(who.Account)
	if err != nil {
		return c, err
	}
	d, source, err := tx.DelegationSource(access.NIT(c.NIT), who.Person.Document)
	if err != nil {
		return c, err
	}
	c.Delegation = &receipt.Delegation{Source: receipt.FromProgram, Since: account.CreatedAt.In(es.Colombia).Format(time.DateOnly)}
	switch {
	case d != nil && d.Novelty == store.NoveltyLinks:
		c.Delegation.Source, c.Delegation.Since, c.Delegation.Snapshot = receipt.FromRegistry, d.On, snapshotOf(*source)
	case account.RoleFrom == store.OriginCommand:
		c.Delegation.Source = receipt.FromCommand
	}
	return c, nil
}

func snapshotOf(s store.Snapshot) *receipt.Snapshot {
	return &receipt.Snapshot{Kind: s.Kind, CutOff: s.CutOff, FileHash: s.Hash, ImportedAt: receipt.At(s.ImportedAt)}
}

func licenseOf(tx *store.Tx, code access.LicenseCode) (receipt.License, error) {
	l := receipt.License{Code: code}
	provider, err := tx.Provider(code)
	if err != nil {
		return l, err
	}
	source, err := tx.ProviderSource(code)
	l.ProviderName, l.Snapshot = provider.Name, snapshotOf(source)
	return l, err
}

func codeOf(tx *store.Tx, s signature) (receipt.Code, error) {
	all, err := tx.Codes(s.request.ID)
	if err != nil {
		return receipt.Code{}, err
	}
	i := slices.IndexFunc(all, func(c store.OneTimeCode) bool { return c.ID == s.code })
	if i < 0 {
		return receipt.Code{}, fmt.Errorf("one-time code %s is not there", s.code)
	}
	c := all[i]
	return receipt.Code{
		ID: c.ID, SentTo: c.SentTo, SentAt: receipt.At(c.SentAt), ExpiresAt: receipt.At(c.ExpiresAt),
		Sends: s.signing.Sends, Attempts: s.signing.Failures + 1, Verified: !c.UsedAt.IsZero(),
	}, nil
}

// priorOf is the agreement on the signing method that an account accepted last.
func priorOf(tx *store.Tx, account access.AccountID) (*receipt.Prior, error) {
	a, err := tx.LastAgreement(account)
	if err != nil || a == nil {
		return nil, err
	}
	return &receipt.Prior{
		Text: receipt.Text{ID: "signing", Version: a.TextVersion, Hash: a.TextHash}, Language: a.Language, Label: a.Label,
		AcceptedAt: receipt.At(a.AcceptedAt), Device: a.Device, Address: a.Address,
	}, nil
}
