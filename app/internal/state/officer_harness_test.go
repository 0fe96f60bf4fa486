package state

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// office is the officers' side of the server of tests.
type office struct {
	keys     map[access.KeyID]wire.KeyRow
	proofs   []wire.Evidence
	validity []wire.EnvironmentValidity
	history  []wire.KeyHistoryEntry
	drifts   map[string]access.Drift
}

// keepDrift writes a difference from outside.
func (s *server) keepDrift(d access.Drift) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeDrift(d)
}

func (s *server) writeDrift(d access.Drift) int64 {
	if s.office.drifts == nil {
		s.office.drifts = map[string]access.Drift{}
	}
	s.office.drifts[d.ID] = d
	s.seq++
	body, err := json.Marshal(d)
	if err != nil {
		s.t.Error(err)
	}
	s.pending = append(s.pending, wire.Change{Seq: s.seq, Kind: wire.RowDrift, ID: d.ID, Version: s.seq, Body: body})
	return s.seq
}

// keepKey writes a key from outside.
func (s *server) keepKey(id access.KeyID, edit func(*wire.KeyRow)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writeKey(id, edit)
}

func (s *server) writeKey(id access.KeyID, edit func(*wire.KeyRow)) wire.AcceptedKey {
	if s.office.keys == nil {
		s.office.keys = map[access.KeyID]wire.KeyRow{}
	}
	k := s.office.keys[id]
	edit(&k)
	k.ID = id
	k.Version++
	s.office.keys[id] = k
	s.seq++
	c := keyChange(k)
	c.Seq = s.seq
	s.pending = append(s.pending, c)
	return wire.AcceptedKey{Seq: s.seq, ID: id, Version: k.Version}
}

// actKey is act for keys.
func (s *server) actKey(act, key string, id access.KeyID, version int64, edit func(*wire.KeyRow)) (wire.AcceptedKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter(act, key); err != nil {
		return wire.AcceptedKey{}, err
	}
	if v := s.office.keys[id].Version; version != v {
		return wire.AcceptedKey{}, &access.Error{Code: access.CodeConflict, Hint: access.HintStale, Version: v}
	}
	return s.writeKey(id, edit), nil
}

func (s *server) AmendKeys(_ context.Context, key string, code access.LicenseCode, body wire.AmendKeys) (wire.Amended, error) {
	var reply wire.Amended
	for env, in := range map[access.Environment]*wire.AmendKey{access.Production: body.Production, access.Preproduction: body.Preproduction} {
		if in == nil {
			continue
		}
		done, err := s.actKey("amend", key, keyIDOf(env), in.Version, func(k *wire.KeyRow) {
			k.ClientID, k.ExpiresAt, k.State = in.ClientID, in.ExpiresAt, access.KeyUnverified
		})
		if err != nil {
			return wire.Amended{}, err
		}
		reply.Keys, reply.Seq = append(reply.Keys, done), max(reply.Seq, done.Seq)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.office.history = append([]wire.KeyHistoryEntry{{Act: "key.amended", Person: "Funcionaria de Prueba"}}, s.office.history...)
	return reply, nil
}

func keyIDOf(e access.Environment) access.KeyID { return access.KeyID("k-" + e) }

func (s *server) KeyHistory(context.Context, access.LicenseCode) (wire.KeyHistory, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.KeyHistory{Entries: slices.Clone(s.office.history)}, s.refuse["history"]
}

// refuses makes an act be answered with a refusal; nil: no more.
func (s *server) refuses(act string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse[act] = err
}

func (s *server) Permissions(context.Context) (wire.Permissions, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Permissions{Application: "APP-IHCE-PROD", Items: []wire.Permission{{Value: "Urgencias", Label: "Urgencias"}, {Value: "Consultas", Label: "Consultas"}}}, s.refuse["catalog"]
}

func (s *server) ChangePermissions(_ context.Context, key string, id access.KeyID, version int64, body wire.ChangePermissions) (wire.AcceptedKey, error) {
	return s.actKey("grant", key, id, version, func(k *wire.KeyRow) {
		for _, p := range body.Grant {
			k.Tasks = append(k.Tasks, wire.PermissionTask{Permission: p, Act: access.PermissionGrant})
		}
	})
}

func (s *server) RefreshPermissions(_ context.Context, key string, _ wire.RefreshPermissions) (wire.Refreshing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Refreshing{Keys: len(s.office.keys)}, s.enter("refresh", key)
}

func (s *server) Evidence(context.Context, access.LicenseCode) (wire.EvidenceList, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.EvidenceList{Items: slices.Clone(s.office.proofs)}, s.refuse["proofs"]
}

func (s *server) AddEvidence(_ context.Context, key string, _ access.LicenseCode, body wire.NewEvidence) (wire.AcceptedKey, error) {
	id := keyIDOf(access.Production)
	s.mu.Lock()
	version := s.office.keys[id].Version
	s.mu.Unlock()
	return s.actKey("evidence", key, id, version, func(k *wire.KeyRow) {
		k.Evidence++
		s.office.proofs = append([]wire.Evidence{{ID: "e", Note: body.Note, Name: body.Name}}, s.office.proofs...)
	})
}

func (s *server) EvidenceFile(context.Context, string) ([]byte, error) {
	return []byte("archivo"), s.refuse["file"]
}

func (s *server) Validity(context.Context) (wire.Validity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Validity{Items: slices.Clone(s.office.validity)}, s.refuse["validity"]
}

func (s *server) SetValidity(_ context.Context, key string, e access.Environment, body wire.SetValidity) (wire.Validity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("set validity", key); err != nil {
		return wire.Validity{}, err
	}
	for i := range s.office.validity {
		if v := &s.office.validity[i]; v.Environment == e {
			v.Days, v.Why, v.At = body.Days, body.Why, time.Now()
		}
	}
	return wire.Validity{Items: s.office.validity}, nil
}

func (s *server) SetKeyValidity(_ context.Context, key string, id access.KeyID, version int64, body wire.SetValidity) (wire.AcceptedKey, error) {
	return s.actKey("key validity", key, id, version, func(k *wire.KeyRow) { k.ValidityDays = body.Days })
}

func (s *server) Directory(context.Context) (wire.Directory, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Directory{Items: []wire.DirectoryOf{{Environment: access.Production, Configured: true}}}, s.refuse["directory"]
}

func (s *server) CompareDrift(_ context.Context, key string, _ wire.CompareDrift) (wire.Comparing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.Comparing{Keys: 2}, s.enter("compare", key)
}

func (s *server) FixDrift(_ context.Context, key, id string, body wire.FixDrift) (wire.FixingDrift, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("fix drift", key); err != nil {
		return wire.FixingDrift{}, err
	}
	d := s.office.drifts[id]
	d.State, d.Fix, d.Why = access.DriftFixing, body.Fix, body.Why
	if body.Fix == access.FixDismiss {
		d.State = access.DriftDismissed
	}
	return wire.FixingDrift{Seq: s.writeDrift(d), ID: id}, nil
}

func (s *server) SearchTrail(_ context.Context, q wire.TrailQuery) (wire.TrailPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuse["trail"]; err != nil {
		return wire.TrailPage{}, err
	}
	s.asked = append(s.asked, q)
	if len(s.pages) == 0 {
		return wire.TrailPage{}, nil
	}
	page := s.pages[0]
	s.pages = s.pages[1:]
	return page, nil
}

func (s *server) ExportTrail(_ context.Context, q wire.TrailQuery, out io.Writer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.refuse["export"]; err != nil {
		return err
	}
	s.asked = append(s.asked, q)
	_, err := io.WriteString(out, "export")
	return err
}

func (s *server) Activity(ctx context.Context, q wire.TrailQuery) (wire.TrailPage, error) {
	return s.SearchTrail(ctx, q)
}

func (s *server) ExportActivity(ctx context.Context, q wire.TrailQuery, out io.Writer) error {
	return s.ExportTrail(ctx, q, out)
}
