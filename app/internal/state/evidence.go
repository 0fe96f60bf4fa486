package state

import (
	"context"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// evidenceState is the proofs of one code.
type evidenceState struct {
	row     Assigned
	items   []wire.Evidence
	fields  []access.FieldError
	sending bool
	added   int
	trouble *Trouble
}

// Evidence is the proofs of the code that is open; false: none is.
func (m *Model) Evidence() (Evidence, bool) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.officer.evidence
	if e == nil {
		return Evidence{Link: m.link, Now: now}, false
	}
	e.row = m.rows.latestOf(e.row)
	return Evidence{
		Link: m.link, Row: e.row, Items: e.items, Fields: e.fields, Sending: e.sending, Added: e.added, Trouble: e.trouble, Now: now,
	}, true
}

// PutEvidence opens the proofs of a code; LoadEvidence reads them.
func (m *Model) PutEvidence(code access.LicenseCode) {
	m.mu.Lock()
	m.officer.evidence = &evidenceState{row: m.rows.latestOf(Assigned{Code: code})}
	m.mu.Unlock()
	poke(m.changed)
}

// CloseEvidence leaves them.
func (m *Model) CloseEvidence() {
	m.mu.Lock()
	m.officer.evidence = nil
	m.mu.Unlock()
	poke(m.changed)
}

// LoadEvidence reads the proofs of a code anew.
func (m *Model) LoadEvidence(ctx context.Context, code access.LicenseCode) error {
	var list wire.EvidenceList
	life, t, err := m.read(ctx, func(ctx context.Context) (err error) {
		list, err = m.deps.API.Evidence(ctx, code)
		return err
	})
	m.setEvidence(life, code, func(e *evidenceState) {
		e.trouble = t
		if err == nil {
			e.items = append([]wire.Evidence{}, list.Items...)
		}
	})
	return err
}

func (m *Model) setEvidence(life int, code access.LicenseCode, change func(*evidenceState)) {
	m.set(life, func() {
		if e := m.officer.evidence; e != nil && e.row.Code == code {
			change(e)
		}
	})
}

// AddEvidence adds a proof to a code, and reads them anew.
func (m *Model) AddEvidence(ctx context.Context, code access.LicenseCode, body wire.NewEvidence) error {
	life, err := m.begin(func() {
		if e := m.officer.evidence; e != nil {
			e.sending, e.fields, e.trouble = true, nil, nil
		}
	})
	if err == nil {
		err = m.askFor(ctx, "evidence/"+string(code), body, func(key string) (int64, error) {
			done, err := m.deps.API.AddEvidence(ctx, key, code, body)
			return done.Seq, err
		})
	}
	t := m.troubleOf(err)
	m.setEvidence(life, code, func(e *evidenceState) {
		e.sending = false
		e.fields, e.trouble = partFields(t, "note", "name", "file")
		if err == nil {
			e.added++
		}
	})
	if err != nil {
		return err
	}
	return m.LoadEvidence(ctx, code)
}

// EvidenceFile fetches the file of a proof; the model keeps nothing of it.
func (m *Model) EvidenceFile(ctx context.Context, id string) ([]byte, error) {
	var file []byte
	_, _, err := m.read(ctx, func(ctx context.Context) (err error) {
		file, err = m.deps.API.EvidenceFile(ctx, id)
		return err
	})
	return file, err
}
