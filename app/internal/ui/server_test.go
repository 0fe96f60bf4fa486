package ui

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"llavero/app/internal/state"
	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/receipt"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

const theCode = "0500199901"

// server stands in for the real one, which package e2e drives: it takes what the
// screens send and brings the facts down through the feed.
type server struct {
	state.API // what is not written below is not asked for
	who       wire.Session
	issuer    *puzzle.Issuer
	facts     *state.Facts
	down      chan wire.Change
	keys      []wire.KeyRow // that the code has from the start

	mu   sync.Mutex
	seq  int64
	row  wire.RequestRow
	form access.RequestForm
	log  []string

	open     []wire.OpenSession
	officers []wire.Officer
	reveal   func() string // the value of whatever is asked to be shown
}

func (s *server) Server() string         { return "https://llavero.example" }
func (s *server) SetServer(string) error { return nil }
func (s *server) SetToken(secret.Text)   {}
func (s *server) About(context.Context) (wire.About, error) {
	return wire.About{Protocol: wire.Protocol, Demo: true}, nil
}

func (s *server) SigningKeys(context.Context) ([]byte, error) { return receipt.KeyRing{}.File(), nil }

func (s *server) Puzzle(context.Context) (wire.Puzzle, error) {
	c, err := s.issuer.New(time.Now())
	return wire.Puzzle{Challenge: c.Text, Difficulty: c.Bits, ExpiresAt: c.ExpiresAt}, err
}

func (s *server) SignIn(_ context.Context, in wire.SignIn) (wire.SignedIn, error) {
	s.note("sign in " + in.Login)
	return wire.SignedIn{Token: "ficha", ExpiresAt: time.Now().Add(time.Hour), Session: &s.who}, nil
}

func (s *server) Session(context.Context) (wire.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.who, nil
}

func (s *server) ConsentTexts(context.Context) (wire.ConsentTexts, error) {
	return wire.ConsentTexts{Texts: []wire.ConsentText{
		{ID: "terms", Body: "Texto.", Label: "Acepto los términos", Hash: "h1"},
		{ID: "data", Body: "Texto.", Label: "Autorizo los datos", Hash: "h2"},
	}}, nil
}

func (s *server) CreateRequest(_ context.Context, _ string, b wire.NewRequest) (wire.Accepted, error) {
	s.note("create " + b.Form.Vendor)
	return s.write(func(r *wire.RequestRow) {
		s.form = b.Form
		r.Number, r.Kind, r.Reason, r.Code, r.Status = "SOL-1", b.Kind, b.Reason, b.Code, access.StatusSigning
	}), nil
}

func (s *server) Request(context.Context, access.RequestID) (wire.RequestDetail, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.RequestDetail{Row: s.row, Form: s.form, ContentHash: "c1"}, nil
}

func (s *server) SendCode(context.Context, string, access.RequestID, wire.SendCode) (wire.CodeSent, error) {
	s.note("code")
	now := time.Now()
	return wire.CodeSent{To: "d•••@example.org", TriesLeft: 5, ContentHash: "c1", SentAt: now, ResendAt: now.Add(time.Minute), ExpiresAt: now.Add(10 * time.Minute)}, nil
}

func (s *server) Sign(_ context.Context, _ string, _ access.RequestID, _ int64, b wire.Sign) (wire.Accepted, error) {
	s.note("sign " + b.Code)
	return s.write(func(r *wire.RequestRow) { r.Status, r.SignedAt = access.StatusIssuing, time.Now() }), nil
}

func (s *server) Take(context.Context, string, access.RequestID, wire.Take) (wire.Accepted, error) {
	s.note("take")
	return s.write(func(r *wire.RequestRow) {
		r.TakenBy, r.TakenName, r.TakenAt = s.who.Account, s.who.Person.Name, time.Now()
	}), nil
}

func (s *server) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, what)
}

func (s *server) write(edit func(*wire.RequestRow)) wire.Accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	edit(&s.row)
	s.row.ID = "r-1"
	s.row.Version++
	s.down <- wire.Change{Seq: s.seq, Kind: wire.RowRequest, ID: "r-1", Version: s.row.Version, Body: body(s.row)}
	return wire.Accepted{Seq: s.seq, ID: "r-1", Number: s.row.Number, Version: s.row.Version}
}

func body(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// Run implements state.Feed.
func (s *server) Run(ctx context.Context) error {
	s.mu.Lock()
	seq := s.seq
	all := []wire.Change{{Kind: wire.RowProvider, ID: theCode, Version: 1, Body: body(wire.ProviderRow{
		Code: theCode, NIT: "999100005", Name: "Clínica Ñandú", Department: "Antioquia", Municipality: "MEDELLÍN",
		Sites: []wire.SiteRow{{Number: "01", Name: "Sede Única"}}, Current: true, Version: 1,
	})}}
	for _, k := range s.keys {
		all = append(all, wire.Change{Kind: wire.RowKey, ID: string(k.ID), Version: 1, Body: body(k)})
	}
	if s.row.ID != "" {
		all = append(all, wire.Change{Kind: wire.RowRequest, ID: "r-1", Version: s.row.Version, Body: body(s.row)})
	}
	s.mu.Unlock()
	if err := s.facts.Welcome(ctx, "e1", seq, true); err != nil {
		return err
	}
	if err := s.facts.Changes(ctx, all); err != nil {
		return err
	}
	if err := s.facts.Ready(ctx, seq, time.Now()); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-s.down:
			if err := s.facts.Changes(ctx, []wire.Change{c}); err != nil {
				return err
			}
		}
	}
}

// forgetful keeps no rows and no session.
type forgetful struct{}

func (forgetful) Open(context.Context, string) (bool, error) { return false, nil }
func (forgetful) Kept() bool                                 { return true }
func (forgetful) Load(context.Context, func(wire.Change) error) (wire.Position, error) {
	return wire.Position{}, nil
}
func (forgetful) Apply(context.Context, []wire.Change, wire.Position) error { return nil }
func (forgetful) BeginReset(context.Context) error                          { return nil }
func (forgetful) EndReset(context.Context, wire.Position) error             { return nil }
func (forgetful) Close() error                                              { return nil }
func (forgetful) Get(string) (secret.Text, bool, error)                     { return secret.Text{}, false, nil }
func (forgetful) Set(string, secret.Text) error                             { return nil }
func (forgetful) Delete(string) error                                       { return nil }
