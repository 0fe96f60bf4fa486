package state

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/puzzle"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// server stands in for the real one, in memory, where virtual time needs it: the
// real one is driven in package e2e. It writes rows, and brings their facts down
// when the test says so.
type server struct {
	contacts  []wire.ContactNotice // of every request
	agreement wire.Agreement
	shown     *wire.ShownText // as it was accepted
	t         *testing.T
	model     *Model
	issuer    *puzzle.Issuer
	who       wire.Session

	mu      sync.Mutex
	seq     int64
	rows    map[access.RequestID]wire.RequestRow
	pending []wire.Change // facts not brought down yet
	silent  map[string]int
	refuse  map[string]error
	pages   []wire.TrailPage  // of the trail, one after the other
	asked   []wire.TrailQuery // what was asked of the trail
	calls   []string          // act and key
	forms   map[access.RequestID]access.RequestForm
	token   secret.Text
	taken   int
	hash    string // of the content to sign
	feedOn  chan struct{}
	feedEnd chan error
	users   registry
	papers  papers
	office  office
	house   house
}

func delegate() wire.Session {
	return wire.Session{
		Account: "d-1", Login: "ADMIHCEIPS999100005", Role: access.RoleDelegate, Entity: "NI-999100005",
		Person: access.Person{Name: "Delegada de Prueba", Document: access.Document{Type: access.DocumentCC, Number: "9999000011"}},
	}
}

func officer() wire.Session {
	return wire.Session{Account: "o-1", Login: "CC9999000101", Role: access.RoleOfficer, Person: access.Person{Name: "Funcionaria de Prueba"}}
}

func newServer(t *testing.T, who wire.Session) *server {
	t.Helper()
	issuer, err := puzzle.NewIssuer(4, time.Minute*2, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &server{
		t: t, issuer: issuer, who: who, rows: map[access.RequestID]wire.RequestRow{}, silent: map[string]int{}, refuse: map[string]error{},
		hash: "c1", forms: map[access.RequestID]access.RequestForm{}, feedOn: make(chan struct{}), feedEnd: make(chan error),
	}
}

// start makes a model of this server and runs it until the test ends.
func (s *server) start(kept *memory, keeper mapKeeper) *Model {
	s.model = New(Deps{API: s, Rows: kept, Keeper: keeper, Clock: time.Now, Rand: rand.Reader})
	ctx, stop := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.model.Run(ctx, s) }()
	s.t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			s.t.Errorf("run: %v", err)
		}
	})
	return s.model
}

// signIn goes through the whole sign-in and the first synchronisation.
func (s *server) signIn() {
	s.t.Helper()
	must(s.t, s.model.SolvePuzzle(s.t.Context()))
	must(s.t, s.model.SubmitSignIn(s.t.Context(), s.who.Login, secret.New("clave")))
	<-s.feedOn
	s.sync()
}

// sync is a connection that is brought up to date by a reset.
func (s *server) sync() {
	s.t.Helper()
	f := s.model.Facts()
	must(s.t, f.Welcome(s.t.Context(), "e1", s.seq, true))
	s.mu.Lock()
	var all []wire.Change
	for _, r := range s.rows {
		all = append(all, change(r, 0))
	}
	s.pending = nil
	seq := s.seq
	s.mu.Unlock()
	all = append(all, s.provider())
	must(s.t, f.Changes(s.t.Context(), all))
	must(s.t, f.Ready(s.t.Context(), seq, time.Now()))
}

func (s *server) provider() wire.Change {
	return wire.Change{Kind: wire.RowProvider, ID: theCode, Version: 1, Body: body(wire.ProviderRow{
		Code: theCode, NIT: "999100005", Name: "Clínica Ñandú", Department: "Antioquia", Municipality: "MEDELLÍN",
		Sites: []wire.SiteRow{{Number: "01", Name: "Sede Única"}}, Current: true, Version: 1,
	})}
}

const theCode = "0500199901"

// Run implements Feed: the test brings the facts.
func (s *server) Run(ctx context.Context) error {
	select {
	case s.feedOn <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	select {
	case err := <-s.feedEnd:
		return err
	case <-ctx.Done():
		return nil
	}
}

// bring lets the facts of what was written arrive.
func (s *server) bring() {
	s.t.Helper()
	s.mu.Lock()
	list, seq := s.pending, s.seq
	s.pending = nil
	s.mu.Unlock()
	if len(list) > 0 {
		must(s.t, s.model.Facts().Changes(s.t.Context(), list))
	}
	must(s.t, s.model.Facts().Ready(s.t.Context(), seq, time.Now()))
}

// write changes a row as the server would, and gives its fact a position.
func (s *server) write(id access.RequestID, edit func(*wire.RequestRow)) wire.Accepted {
	r := s.rows[id]
	if r.Kind == "" {
		r.Kind = access.KindEnroll
	}
	edit(&r)
	r.ID = id
	r.Version++
	s.rows[id] = r
	s.seq++
	s.pending = append(s.pending, change(r, s.seq))
	return wire.Accepted{Seq: s.seq, ID: id, Number: r.Number, Version: r.Version}
}

// put writes a row from outside.
func (s *server) put(id access.RequestID, edit func(*wire.RequestRow)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(id, edit)
}

func change(r wire.RequestRow, seq int64) wire.Change {
	return wire.Change{Seq: seq, Kind: wire.RowRequest, ID: string(r.ID), Version: r.Version, Body: body(r)}
}

func body(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// enter counts a call, and answers with silence or a refusal if told to.
func (s *server) enter(act, key string) error {
	s.calls = append(s.calls, act+" "+key)
	if s.silent[act] > 0 {
		s.silent[act]--
		return &access.Error{Code: access.CodeUnavailable, Hint: access.HintNoAnswer}
	}
	return s.refuse[act]
}

func (s *server) act(act, key string, id access.RequestID, edit func(*wire.RequestRow)) (wire.Accepted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter(act, key); err != nil {
		return wire.Accepted{}, err
	}
	return s.write(id, edit), nil
}

// keysOf are the keys with which an act was called.
func (s *server) keysOf(act string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var keys []string
	for _, c := range s.calls {
		if len(c) > len(act) && c[:len(act)+1] == act+" " {
			keys = append(keys, c[len(act)+1:])
		}
	}
	return keys
}

// takes is how often a request was taken, or its lease renewed.
func (s *server) takes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

func (s *server) Server() string          { return "https://llavero.example" }
func (s *server) SetServer(string) error  { return nil }
func (s *server) SetToken(tk secret.Text) { s.mu.Lock(); s.token = tk; s.mu.Unlock() }
func (s *server) About(context.Context) (wire.About, error) {
	return wire.About{Protocol: wire.Protocol, Demo: true}, s.refuse["about"]
}

func (s *server) Puzzle(context.Context) (wire.Puzzle, error) {
	c, err := s.issuer.New(time.Now())
	return wire.Puzzle{Challenge: c.Text, Difficulty: c.Bits, ExpiresAt: c.ExpiresAt}, err
}

func (s *server) SignIn(_ context.Context, in wire.SignIn) (wire.SignedIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("sign in", in.Login); err != nil {
		return wire.SignedIn{}, err
	}
	if s.who.Role == access.RoleOfficer && s.silent["ticket"] > 0 {
		return wire.SignedIn{Ticket: "boleto"}, nil
	}
	if s.silent["enrol first"] > 0 {
		first := anEnrolment()
		return wire.SignedIn{Enrolment: &first}, nil
	}
	who := s.who
	return wire.SignedIn{Token: "ficha", ExpiresAt: time.Now().Add(12 * time.Hour), Session: &who}, nil
}

func (s *server) SecondFactor(_ context.Context, in wire.SecondFactor) (wire.SignedIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("second factor", in.Ticket+"/"+in.Code+in.RecoveryCode); err != nil {
		return wire.SignedIn{}, err
	}
	who := s.who
	return wire.SignedIn{Token: "ficha", ExpiresAt: time.Now().Add(12 * time.Hour), Session: &who}, nil
}

func (s *server) Session(context.Context) (wire.Session, error) { return s.who, nil }

func (s *server) ConsentTexts(context.Context) (wire.ConsentTexts, error) {
	return wire.ConsentTexts{Texts: []wire.ConsentText{{ID: "terms", Hash: "h1"}, {ID: "data", Hash: "h2"}}}, s.refuse["texts"]
}

func (s *server) Request(_ context.Context, id access.RequestID) (wire.RequestDetail, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := wire.RequestDetail{Row: s.rows[id], Form: s.forms[id], ContentHash: s.hash, Contacts: s.contacts, Receipt: s.papers.ref}
	if d.Row.Kind == access.KindRenew {
		d.OldSecrets = []wire.OldSecret{{Environment: access.Production}}
	}
	return d, s.refuse["detail"]
}

func (s *server) CreateRequest(_ context.Context, key string, b wire.NewRequest) (wire.Accepted, error) {
	a, err := s.act("create", key, "r-1", func(r *wire.RequestRow) {
		*r = wire.RequestRow{Number: "SOL-2026-000001", Kind: b.Kind, Reason: b.Reason, Code: b.Code, Status: access.StatusSigning, RequestedAt: time.Now()}
		s.forms["r-1"] = b.Form
	})
	return a, err
}

func (s *server) ChangeRequest(_ context.Context, key string, id access.RequestID, _ int64, b wire.ChangeRequest) (wire.Accepted, error) {
	return s.act("change", key, id, func(r *wire.RequestRow) { r.Reason, s.forms[id] = b.Reason, b.Form })
}

func (s *server) CancelRequest(_ context.Context, key string, id access.RequestID, _ int64) (wire.Accepted, error) {
	return s.act("cancel", key, id, func(r *wire.RequestRow) { r.Status = access.StatusCancelled })
}

func (s *server) Agreement(context.Context) (wire.Agreement, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.agreement, s.refuse["agreement"]
}

func (s *server) AcceptAgreement(_ context.Context, key string, b wire.AcceptAgreement) (wire.Agreement, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("accept agreement", key); err != nil {
		return wire.Agreement{}, err
	}
	s.shown = b.Shown
	s.agreement.AcceptedAt = time.Now()
	return s.agreement, nil
}

func (s *server) TellContact(_ context.Context, key string, id access.RequestID, role access.ContactRole) (wire.Accepted, error) {
	return s.act("tell contact", key+" "+string(role), id, func(r *wire.RequestRow) {
		r.Contacts = access.NoticeWaiting
		s.contacts = []wire.ContactNotice{{Role: role, State: access.NoticeWaiting, Sends: 2}}
	})
}

func (s *server) CorrectContact(_ context.Context, key string, id access.RequestID, role access.ContactRole, b wire.CorrectContact) (wire.Accepted, error) {
	return s.act("correct contact", key+" "+string(role), id, func(r *wire.RequestRow) {
		r.Contacts = access.NoticeWaiting
		s.contacts = []wire.ContactNotice{{Role: role, Contact: b.Contact, State: access.NoticeWaiting}}
	})
}

func (s *server) SendCode(_ context.Context, key string, _ access.RequestID, b wire.SendCode) (wire.CodeSent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("code", key); err != nil {
		return wire.CodeSent{}, err
	}
	if len(b.Accepted) != 2 || b.Accepted[0].Hash != "h1" {
		return wire.CodeSent{}, errors.New("the ticked texts did not come along")
	}
	return wire.CodeSent{To: "d•••@example.org", TriesLeft: 5, ContentHash: "c1"}, nil
}

func (s *server) Sign(_ context.Context, key string, id access.RequestID, _ int64, b wire.Sign) (wire.Accepted, error) {
	if b.Code != "123456" {
		return wire.Accepted{}, &access.Error{Code: access.CodeInvalid, Hint: access.HintCodeWrong, Args: map[string]string{"left": "4"}}
	}
	return s.act("sign", key, id, func(r *wire.RequestRow) { r.Status, r.SignedAt = access.StatusIssuing, time.Now() })
}

func (s *server) Take(_ context.Context, key string, id access.RequestID, _ wire.Take) (wire.Accepted, error) {
	s.mu.Lock()
	s.taken++
	isMine := s.rows[id].TakenBy == s.who.Account
	s.mu.Unlock()
	if isMine { // a renewal changes no row
		s.mu.Lock()
		defer s.mu.Unlock()
		return wire.Accepted{ID: id, Version: s.rows[id].Version}, s.enter("take", key)
	}
	return s.act("take", key, id, func(r *wire.RequestRow) { r.TakenBy, r.TakenName = s.who.Account, s.who.Person.Name })
}

func (s *server) Release(_ context.Context, key string, id access.RequestID) (wire.Accepted, error) {
	return s.act("release", key, id, func(r *wire.RequestRow) { r.TakenBy, r.TakenName = "", "" })
}

func (s *server) Resume(_ context.Context, key string, id access.RequestID, _ int64) (wire.Accepted, error) {
	return s.act("resume", key, id, func(r *wire.RequestRow) { r.Status, r.TakenBy = access.StatusIssuing, "" })
}

func (s *server) Assign(_ context.Context, key string, id access.RequestID, _ int64, _ wire.Assign) (wire.Accepted, error) {
	return s.act("assign", key, id, func(r *wire.RequestRow) { r.Status, r.TakenBy, r.UpdatedAt = access.StatusDone, "", time.Now() })
}

func (s *server) Parameters(context.Context, access.KeyID) (wire.Parameters, error) {
	return wire.Parameters{Environment: access.Production, Items: []wire.Parameter{
		{Name: "EndPoint", Value: "https://ihce.example"}, {Name: "APIMSubskey", Sensitive: true},
	}}, nil
}

func (s *server) Reveal(_ context.Context, key string, _ access.KeyID, b wire.Reveal) (wire.RevealReply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.RevealReply{Value: secret.New("valor de " + string(b.Field))}, s.enter("reveal", key+" "+string(b.Field)+" "+string(b.Purpose))
}

func (s *server) KeyAudit(context.Context, access.KeyID) (wire.KeyAudit, error) {
	return wire.KeyAudit{Entries: []wire.KeyAuditEntry{{Person: "Delegada de Prueba"}}}, nil
}

func (s *server) HandOver(_ context.Context, key string, id access.KeyID, b wire.HandOver) (wire.AcceptedKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.AcceptedKey{ID: id}, s.enter("hand over", key+" "+b.Vendor+"/"+b.Person)
}

func (s *server) EndOverlap(_ context.Context, key string, id access.KeyID, version int64) (wire.AcceptedKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.AcceptedKey{ID: id}, s.enter("end overlap", fmt.Sprintf("%s %d", key, version))
}

// keyFact answers an act on a key with a position that nothing has reached yet.
func (s *server) keyFact(act, key string, version int64, body any) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter(act, fmt.Sprintf("%s %d %v", key, version, body)); err != nil {
		return 0, err
	}
	s.seq++
	return s.seq, nil
}

func (s *server) TestKey(_ context.Context, key string, id access.KeyID) (wire.AcceptedKey, error) {
	seq, err := s.keyFact("test", key, 0, nil)
	return wire.AcceptedKey{ID: id, Seq: seq}, err
}

func (s *server) Compromise(_ context.Context, key string, id access.KeyID, version int64, b wire.Compromise) (wire.Compromised, error) {
	seq, err := s.keyFact("compromise", key, version, b)
	return wire.Compromised{Key: id, Seq: seq}, err
}

func (s *server) Revoke(_ context.Context, key string, id access.KeyID, version int64, b wire.Revoke) (wire.AcceptedKey, error) {
	seq, err := s.keyFact("revoke", key, version, b)
	return wire.AcceptedKey{ID: id, Seq: seq}, err
}

func (s *server) Secrets(context.Context, access.KeyID) (wire.KeySecrets, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.KeySecrets{Items: []wire.KeySecret{{State: access.KeyActive}}}, s.enter("secrets", "")
}

func (s *server) AnswerReminder(_ context.Context, key string, id access.KeyID, version int64, b wire.AnswerReminder) (wire.AcceptedKey, error) {
	seq, err := s.keyFact("reminder", key, version, b.Act)
	return wire.AcceptedKey{ID: id, Seq: seq}, err
}

// memory keeps rows in memory, generation and all; sealed files are the cache's.
type memory struct {
	owners map[string]*owned
	now    *owned
	unread error
}

type owned struct {
	rows, filling map[string]wire.Change
	at            wire.Position
}

func (m *memory) Open(_ context.Context, owner string) (bool, error) {
	if m.owners == nil {
		m.owners = map[string]*owned{}
	}
	if m.owners[owner] == nil {
		m.owners[owner] = &owned{rows: map[string]wire.Change{}}
	}
	m.now = m.owners[owner]
	return false, nil
}

func (m *memory) Kept() bool { return true }

func (m *memory) Load(_ context.Context, each func(wire.Change) error) (wire.Position, error) {
	for _, c := range m.now.rows {
		if err := each(c); err != nil {
			return wire.Position{}, err
		}
	}
	return m.now.at, m.unread
}

func (m *memory) Apply(_ context.Context, changes []wire.Change, at wire.Position) error {
	into := m.now.rows
	if m.now.filling != nil {
		into = m.now.filling
	} else {
		m.now.at = at
	}
	for _, c := range changes {
		if len(c.Body) == 0 {
			delete(into, string(c.Kind)+c.ID)
			continue
		}
		into[string(c.Kind)+c.ID] = c
	}
	return nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
