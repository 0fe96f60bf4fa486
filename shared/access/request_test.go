package access

import (
	"errors"
	"testing"
	"time"
)

var (
	noon     = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
	delegate = Viewer{Account: "d1", Role: RoleDelegate, Entity: "NI-999100005", Person: Person{Name: "Delegada de Ejemplo"}}
	stranger = Viewer{Account: "d2", Role: RoleDelegate, Entity: "NI-999100001"}
	officer  = Viewer{Account: "o1", Role: RoleOfficer, SecondFactor: true, Person: Person{Name: "Funcionaria Uno"}}
	second   = Viewer{Account: "o2", Role: RoleOfficer, SecondFactor: true, Person: Person{Name: "Funcionario Dos"}}
	halfway  = Viewer{Account: "o3", Role: RoleOfficer} // no second factor in this session
	nobody   = Viewer{Account: "x"}
)

func request(s Status) *KeyRequest {
	r := &KeyRequest{ID: "r", Kind: KindEnroll, Code: "0500199001", Entity: delegate.Entity, Status: s, Version: 7}
	if s != StatusSigning && s != StatusCancelled {
		r.SignedAt = noon.Add(-time.Hour)
	}
	return r
}

// taken returns a pending request that officer holds.
func taken() *KeyRequest {
	r := request(StatusPending)
	r.TakenBy, r.TakenName, r.TakenAt, r.TakenUntil = officer.Account, officer.Person.Name, noon.Add(-time.Minute), noon.Add(time.Minute)
	return r
}

// TestKeyRequest_acts walks every act over every status and every kind of
// viewer: the code of the refusal, or none.
func TestKeyRequest_acts(t *testing.T) {
	statuses := []Status{StatusSigning, StatusIssuing, StatusPending, StatusDone, StatusCancelled}
	acts := []struct {
		name string
		do   func(*KeyRequest, Viewer) error
		// allowed lists the one (viewer, status) where it is let through, on a
		// request held by officer when pending.
		viewer Viewer
		status Status
		// by is the refusal each other viewer gets on that status.
		by map[AccountID]Code
	}{
		{
			name: "sign", do: func(r *KeyRequest, v Viewer) error { return r.Sign(v, noon) },
			viewer: delegate, status: StatusSigning,
			by: map[AccountID]Code{"d2": CodeNotFound, "o1": CodeForbidden, "o2": CodeForbidden, "o3": CodeForbidden, "x": CodeForbidden},
		},
		{
			name: "cancel", do: func(r *KeyRequest, v Viewer) error { return r.Cancel(v, noon) },
			viewer: delegate, status: StatusSigning,
			by: map[AccountID]Code{"d2": CodeNotFound, "o1": CodeForbidden, "o2": CodeForbidden, "o3": CodeForbidden, "x": CodeForbidden},
		},
		{
			name: "take", do: func(r *KeyRequest, v Viewer) error { return r.Take(v, "", noon) },
			viewer: officer, status: StatusPending,
			by: map[AccountID]Code{"d1": CodeForbidden, "d2": CodeForbidden, "o2": CodeConflict, "o3": CodeForbidden, "x": CodeForbidden},
		},
		{
			name: "release", do: func(r *KeyRequest, v Viewer) error { return r.Release(v, noon) },
			viewer: officer, status: StatusPending,
			by: map[AccountID]Code{"d1": CodeForbidden, "d2": CodeForbidden, "o2": CodeConflict, "o3": CodeForbidden, "x": CodeForbidden},
		},
		{
			name: "resume", do: func(r *KeyRequest, v Viewer) error { return r.Resume(v, noon) },
			viewer: officer, status: StatusPending,
			by: map[AccountID]Code{"d1": CodeForbidden, "d2": CodeForbidden, "o2": CodeConflict, "o3": CodeForbidden, "x": CodeForbidden},
		},
		{
			name: "assign", do: func(r *KeyRequest, v Viewer) error { return r.Assign(v, noon) },
			viewer: officer, status: StatusPending,
			by: map[AccountID]Code{"d1": CodeForbidden, "d2": CodeForbidden, "o2": CodeConflict, "o3": CodeForbidden, "x": CodeForbidden},
		},
	}
	for _, act := range acts {
		for _, status := range statuses {
			for _, who := range []Viewer{delegate, stranger, officer, second, halfway, nobody} {
				r := request(status)
				if status == StatusPending {
					r = taken()
				}
				before := *r
				err := act.do(r, who)
				allowed := who.Account == act.viewer.Account && status == act.status
				switch {
				case allowed && err != nil:
					t.Errorf("%s as %s on %s: refused: %v", act.name, who.Account, status, err)
				case !allowed && err == nil:
					t.Errorf("%s as %s on %s: let through", act.name, who.Account, status)
				case !allowed && *r != before:
					t.Errorf("%s as %s on %s: refused, but changed the request", act.name, who.Account, status)
				}
				if want, ok := act.by[who.Account]; ok && status == act.status && CodeOf(err) != want {
					t.Errorf("%s as %s on %s: got %v, want %s", act.name, who.Account, status, err, want)
				}
			}
		}
	}
}

func TestKeyRequest_Take(t *testing.T) {
	t.Run("free", func(t *testing.T) {
		r := request(StatusPending)
		if err := r.Take(officer, "", noon); err != nil || !r.IsTaken(noon) || r.TakenUntil != noon.Add(LeaseTime) {
			t.Fatalf("got %+v, %v", r, err)
		}
	})
	t.Run("renewing keeps since when", func(t *testing.T) {
		r := taken()
		since := r.TakenAt
		if err := r.Take(officer, "", noon); err != nil || r.TakenAt != since || r.TakenUntil != noon.Add(LeaseTime) {
			t.Fatalf("got %+v, %v", r, err)
		}
	})
	t.Run("another's is refused by name", func(t *testing.T) {
		err := taken().Take(second, "", noon)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Hint != HintTaken || e.Args["by"] != officer.Person.Name || e.Version != 7 {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("taking over needs a reason", func(t *testing.T) {
		r := taken()
		if err := r.Take(second, "vuelve mañana", noon); err != nil || r.TakenBy != second.Account || r.TakenAt != noon || r.TakenWhy != "vuelve mañana" {
			t.Fatalf("got %+v, %v", r, err)
		}
	})
	t.Run("a lapsed lease is free", func(t *testing.T) {
		r := taken()
		r.TakenWhy = "antes"
		if err := r.Take(second, "porque sí", r.TakenUntil); err != nil || r.TakenBy != second.Account || r.TakenWhy != "" {
			t.Fatalf("got %+v, %v", r, err)
		}
	})
	t.Run("a renewal keeps the reason, an end clears it", func(t *testing.T) {
		for name, end := range map[string]func(*KeyRequest) error{
			"release": func(r *KeyRequest) error { return r.Release(second, noon) },
			"resume":  func(r *KeyRequest) error { return r.Resume(second, noon) },
			"assign":  func(r *KeyRequest) error { return r.Assign(second, noon) },
			"lapse":   func(r *KeyRequest) error { r.Lapse(r.TakenUntil); return nil },
		} {
			r := taken()
			if err := errors.Join(r.Take(second, "vuelve mañana", noon), r.Take(second, "", noon)); err != nil || r.TakenWhy != "vuelve mañana" {
				t.Fatalf("renewed: %+v, %v", r, err)
			}
			if err := end(r); err != nil || r.TakenWhy != "" || r.TakenBy != "" {
				t.Errorf("%s: %+v, %v", name, r, err)
			}
		}
	})
	t.Run("a reason does not open another status", func(t *testing.T) {
		if err := request(StatusDone).Take(second, "porque sí", noon); HintOf(err) != HintState {
			t.Fatalf("got %v", err)
		}
	})
}

func TestKeyRequest_Lapse(t *testing.T) {
	r := taken()
	if r.Lapse(r.TakenUntil.Add(-1)) {
		t.Error("lapsed before its time")
	}
	if !r.Lapse(r.TakenUntil) || r.TakenBy != "" {
		t.Error("did not lapse")
	}
	if r.Lapse(noon.Add(time.Hour)) {
		t.Error("lapsed twice")
	}
}

func TestKeyRequest_worker(t *testing.T) {
	f := Failure{Environment: Production, Step: StepSecret, Status: 403, Code: "Authorization_RequestDenied"}
	for _, status := range []Status{StatusSigning, StatusPending, StatusDone, StatusCancelled} {
		for name, do := range map[string]func(*KeyRequest) error{
			"advance": func(r *KeyRequest) error { return r.Advance(Production, StepSecret, noon) },
			"park":    func(r *KeyRequest) error { return r.Park(f, noon) },
			"finish":  func(r *KeyRequest) error { return r.Finish(noon) },
		} {
			if err := do(request(status)); HintOf(err) != HintState {
				t.Errorf("%s on %s: got %v", name, status, err)
			}
		}
	}
	r := request(StatusIssuing)
	if err := r.Advance(Production, StepSecret, noon); err != nil || r.Step != StepSecret {
		t.Errorf("advance: %v", err)
	}
	if err := r.Park(f, noon); err != nil || r.Status != StatusPending || r.Failure.Code != f.Code {
		t.Errorf("park: %v", err)
	}
}

func TestCanRequest(t *testing.T) {
	mine := CodeState{Code: "0500199001", Entity: delegate.Entity, Current: true}
	with := func(change func(*CodeState)) CodeState { c := mine; change(&c); return c }
	cases := []struct {
		name string
		who  Viewer
		kind Kind
		code CodeState
		want Hint
		is   Code
	}{
		{name: "first time", who: delegate, kind: KindEnroll, code: mine},
		{name: "officer", who: officer, kind: KindEnroll, code: mine, is: CodeForbidden},
		{name: "another's", who: stranger, kind: KindEnroll, code: mine, is: CodeNotFound},
		{name: "gone from REPS", who: delegate, kind: KindEnroll, code: with(func(c *CodeState) { c.Current = false }), is: CodeNotFound},
		{name: "own unsigned", who: delegate, kind: KindEnroll, code: with(func(c *CodeState) { c.Open = request(StatusSigning) })},
		{name: "issuing", who: delegate, kind: KindEnroll, code: with(func(c *CodeState) { c.Open = request(StatusIssuing) }), is: CodeConflict, want: HintOpenRequest},
		{name: "pending", who: delegate, kind: KindRenew, code: with(func(c *CodeState) { c.HasKey = true; c.Open = request(StatusPending) }), is: CodeConflict, want: HintOpenRequest},
		{name: "has a key", who: delegate, kind: KindEnroll, code: with(func(c *CodeState) { c.HasKey = true }), is: CodeConflict, want: HintKeyExists},
		{name: "renew", who: delegate, kind: KindRenew, code: with(func(c *CodeState) { c.HasKey = true })},
		{name: "renew without key", who: delegate, kind: KindRenew, code: mine, is: CodeConflict, want: HintNoKey},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := CanRequest(c.who, c.kind, c.code)
			if CodeOf(err) != c.is || HintOf(err) != c.want {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestCanSee(t *testing.T) {
	for _, c := range []struct {
		who  Viewer
		s    Status
		want bool
	}{
		{delegate, StatusSigning, true},
		{stranger, StatusPending, false},
		{officer, StatusSigning, false},
		{officer, StatusPending, true},
		{halfway, StatusPending, false},
		{nobody, StatusPending, false},
	} {
		if got := CanSee(c.who, request(c.s)); got != c.want {
			t.Errorf("%s on %s: got %v", c.who.Account, c.s, got)
		}
	}
}

func TestCanReveal(t *testing.T) {
	k := &Key{Entity: delegate.Entity, State: KeyActive}
	for who, want := range map[*Viewer]Code{&delegate: "", &stranger: CodeNotFound, &officer: CodeForbidden, &nobody: CodeForbidden} {
		if got := CodeOf(CanReveal(*who, k)); got != want {
			t.Errorf("%s: got %q, want %q", who.Account, got, want)
		}
	}
	if CodeOf(CanReveal(delegate, &Key{Entity: delegate.Entity, State: KeyCreating})) != CodeNotFound {
		t.Error("a key being created is visible")
	}
}
