package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// EvidenceFile is a file of evidence on its way out.
type EvidenceFile struct {
	Name  string // safe to save under
	Media string // one of those that are accepted
	Body  []byte
}

// AddEvidence keeps a proof that a code passed the sandbox tests. Its file is
// sealed: it may tell of patients. The code must have a production key, which
// then counts one more.
func (f *Flow) AddEvidence(ctx context.Context, act Act, code access.LicenseCode, in wire.NewEvidence) (wire.AcceptedKey, error) {
	return once(ctx, f, act, "add evidence "+string(code), func(tx *store.Tx) (wire.AcceptedKey, error) {
		k, err := officerKeyOf(tx, act.Who, code, access.Production)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		e, err := evidenceForm(in)
		if err != nil {
			return wire.AcceptedKey{}, err
		}
		e.ID, e.Code, e.CreatedAt = uuid.NewString(), code, tx.Now()
		e.Account, e.Person = act.Who.Account, audit.PersonText(act.Who.Person)
		if len(in.File) > 0 {
			if e.Sealed, err = f.box.Seal(secret.New(string(in.File)), evidenceIdentity(e.ID)); err != nil {
				return wire.AcceptedKey{}, err
			}
		}
		if err := tx.InsertEvidence(e); err != nil {
			return wire.AcceptedKey{}, err
		}
		return tellKey(tx, k, officerEntry(act, audit.EvidenceAdded, k, audit.Word("evidence", e.ID), audit.Word("kind", string(e.Kind)),
			audit.Word("note", e.Note), audit.Word("file", e.Name), audit.Word("hash", e.Hash), audit.Count("size", e.Size)))
	})
}

// evidenceForm checks a proof and gathers what is known of it.
func evidenceForm(in wire.NewEvidence) (store.Evidence, error) {
	var wrong []access.FieldError
	bad := func(field string, hint access.Hint) {
		if hint != "" {
			wrong = append(wrong, access.FieldError{Field: field, Hint: hint})
		}
	}
	e := store.Evidence{Kind: in.Kind, Size: int64(len(in.File))}
	if !in.Kind.IsValid() {
		bad("kind", access.HintUnknownValue)
	}
	var hint access.Hint
	e.Note, hint = line(in.Note)
	bad("note", hint)
	if len(in.File) > 0 || in.Kind == access.EvidenceFile {
		e.Name, hint = line(in.Name)
		bad("name", hint)
	}
	switch {
	case len(in.File) > wire.MaxEvidence:
		bad("file", access.HintTooLarge)
	case len(in.File) > 0:
		media, ok := mediaOf(in.File)
		if !ok {
			bad("file", access.HintFormat)
		}
		sum := sha256.Sum256(in.File)
		e.Media, e.Hash = media, hex.EncodeToString(sum[:])
		e.Name = safeName(e.Name, media)
	case in.Kind == access.EvidenceFile:
		bad("file", access.HintRequired)
	}
	if len(wrong) > 0 {
		return e, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	return e, nil
}

// Evidence lists the proofs of a code, newest first.
func (f *Flow) Evidence(ctx context.Context, act Act, code access.LicenseCode) (wire.EvidenceList, error) {
	reply := wire.EvidenceList{Items: []wire.Evidence{}}
	err := f.store.Read(ctx, func(tx *store.Tx) error {
		if _, err := officerKeyOf(tx, act.Who, code, access.Production); err != nil {
			return err
		}
		all, err := tx.EvidenceOf(code)
		for _, e := range all {
			reply.Items = append(reply.Items, wire.Evidence{
				ID: e.ID, Kind: e.Kind, Note: e.Note, Name: e.Name, Size: e.Size, Hash: e.Hash, Person: e.Person, At: e.CreatedAt,
			})
		}
		return err
	})
	return reply, refused(err)
}

// EvidenceFile opens the file of a proof, and writes down who saw it.
func (f *Flow) EvidenceFile(ctx context.Context, act Act, id string) (EvidenceFile, error) {
	var file EvidenceFile
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		if !act.Who.IsOfficer() {
			return access.Refuse(access.CodeForbidden, "")
		}
		e, err := tx.EvidenceFile(id)
		if err != nil {
			return err
		}
		if e.Sealed == nil {
			return access.Refuse(access.CodeNotFound, "")
		}
		k, err := officerKeyOf(tx, act.Who, e.Code, access.Production)
		if err != nil {
			return err
		}
		body, err := f.box.Open(e.Sealed, evidenceIdentity(e.ID))
		if err != nil {
			return err
		}
		file = EvidenceFile{Name: e.Name, Media: e.Media, Body: []byte(body.Reveal())}
		return tx.Audit(officerEntry(act, audit.EvidenceRead, k, audit.Word("evidence", e.ID), audit.Word("hash", e.Hash)))
	})
	if err != nil {
		return EvidenceFile{}, refused(err)
	}
	return file, nil
}

// evidenceIdentity binds a sealed file to its row.
func evidenceIdentity(id string) string { return "evidence/" + id }
