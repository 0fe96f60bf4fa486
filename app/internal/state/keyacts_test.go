package state

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

const theKey = access.KeyID("k-" + theCode)

// atKeys is a delegate who looks at the keys of the one code.
func atKeys(t *testing.T, edit func(*wire.KeyRow)) (*server, *Model) {
	t.Helper()
	s := newServer(t, delegate())
	m := s.start(&memory{}, mapKeeper{})
	s.signIn()
	s.putKey(theCode, edit)
	m.ChooseKeys(theCode)
	return s, m
}

// Each act on a key goes up once, keeps the key busy until its fact is there,
// and edits no row by itself.
func TestKeyActs_busyUntilTheFact(t *testing.T) {
	reminder := func(k *wire.KeyRow) {
		k.Version, k.Reminder = 4, &access.Reminder{Days: 30}
	}
	for act, do := range map[KeyAct]func(*testing.T, *Model) error{
		KeyActTest: func(t *testing.T, m *Model) error { return m.TestKey(t.Context(), theKey) },
		KeyActCompromise: func(t *testing.T, m *Model) error {
			return m.Compromise(t.Context(), theKey, wire.Compromise{LastDigits: "9901", What: " Salió en un correo. "})
		},
		KeyActRevoke: func(t *testing.T, m *Model) error {
			return m.Revoke(t.Context(), theKey, wire.Revoke{LastDigits: "9901", Why: "El proveedor ya no la usa."})
		},
		KeyActReminder: func(t *testing.T, m *Model) error {
			return m.AnswerReminder(t.Context(), theKey, wire.AnswerReminder{Act: access.ReminderReceived})
		},
	} {
		t.Run(string(act), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, m := atKeys(t, reminder)
				before := *m.Keys().Entity.Keys[0].Reminder
				ended := goes(func() error { return do(t, m) })
				settled(t, ended)
				if got := m.Keys().Busy[theKey]; got != act {
					t.Errorf("busy with %q", got)
				}
				if err := m.TestKey(t.Context(), theKey); access.HintOf(err) != access.HintUnderWay {
					t.Errorf("two acts at once: %v", err)
				}
				if got := *m.Keys().Entity.Keys[0].Reminder; got != before {
					t.Error("a reply edited the row")
				}
				s.bring()
				if isEnded, err := ended(); !isEnded || err != nil {
					t.Fatal(isEnded, err)
				}
				v := m.Keys()
				if v.Busy[theKey] != "" || v.Troubles[theKey] != nil {
					t.Errorf("after the fact: %v, %+v", v.Busy, v.Troubles)
				}
				calls := s.keysOf(string(act))
				if len(calls) != 1 || act != KeyActTest && !strings.Contains(calls[0], " 4 ") {
					t.Errorf("calls %q", calls)
				}
				if act == KeyActCompromise && !strings.HasSuffix(calls[0], "{9901 Salió en un correo.}") {
					t.Errorf("sent %q", calls[0])
				}
			})
		})
	}
}

// What the rules refuse is not sent; it stands beside the key.
func TestKeyActs_refusedHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := atKeys(t, func(k *wire.KeyRow) { k.Test = &access.KeyTest{StartedAt: time.Now()} })
		ctx := t.Context()
		field := func(name string, hint access.Hint) []access.FieldError {
			return []access.FieldError{{Field: name, Hint: hint}}
		}
		for name, c := range map[string]struct {
			err    error
			hint   access.Hint
			fields []access.FieldError
		}{
			"no digits":    {m.Compromise(ctx, theKey, wire.Compromise{What: "x"}), "", field("lastDigits", access.HintRequired)},
			"other digits": {m.Compromise(ctx, theKey, wire.Compromise{LastDigits: "1234", What: "x"}), "", field("lastDigits", access.HintDifferentCode)},
			"no line":      {m.Compromise(ctx, theKey, wire.Compromise{LastDigits: "9901", What: "  "}), "", field("what", access.HintRequired)},
			"no reason":    {m.Revoke(ctx, theKey, wire.Revoke{LastDigits: "9901"}), "", field("why", access.HintRequired)},
			"under way":    {m.TestKey(ctx, theKey), access.HintUnderWay, nil},
			"no reminder":  {m.AnswerReminder(ctx, theKey, wire.AnswerReminder{Act: access.ReminderReceived}), access.HintState, nil},
			"another key":  {m.Revoke(ctx, "k-9", wire.Revoke{LastDigits: "9901", Why: "x"}), "", nil},
		} {
			var got []access.FieldError
			if e, ok := errors.AsType[*access.Error](c.err); ok {
				got = e.Fields
			}
			if c.err == nil || access.HintOf(c.err) != c.hint || !slices.Equal(got, c.fields) {
				t.Errorf("%s: %v", name, c.err)
			}
		}
		if m.Keys().Troubles[theKey] == nil || len(m.Keys().Busy) != 0 {
			t.Errorf("%+v, busy %v", m.Keys().Troubles, m.Keys().Busy)
		}
		m.ForgetTrouble(theKey)
		if m.Keys().Troubles[theKey] != nil {
			t.Error("a trouble that was put away is still told")
		}
		for _, act := range []KeyAct{KeyActTest, KeyActCompromise, KeyActRevoke, KeyActReminder} {
			if got := s.keysOf(string(act)); len(got) != 0 {
				t.Errorf("%s was sent: %q", act, got)
			}
		}
	})
}

// An answer that was lost is asked for again as the same act; a refusal frees
// the key.
func TestKeyActs_silenceAndRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := atKeys(t, func(*wire.KeyRow) {})
		body := wire.Revoke{LastDigits: "9901", Why: "El proveedor ya no la usa."}
		s.silent["revoke"] = 1
		if err := m.Revoke(t.Context(), theKey, body); access.CodeOf(err) != access.CodeUnavailable || m.Keys().Busy[theKey] != "" {
			t.Errorf("%v, busy %v", err, m.Keys().Busy)
		}
		ended := goes(func() error { return m.Revoke(t.Context(), theKey, body) })
		settled(t, ended)
		s.bring()
		if isEnded, err := ended(); !isEnded || err != nil {
			t.Fatal(isEnded, err)
		}
		if got := s.keysOf("revoke"); len(got) != 2 || got[0] != got[1] {
			t.Errorf("two acts: %q", got)
		}
		s.refuse["test"] = access.Refuse(access.CodeConflict, access.HintStale)
		if err := m.TestKey(t.Context(), theKey); access.HintOf(err) != access.HintStale || m.Keys().Busy[theKey] != "" || m.Keys().Troubles[theKey] == nil {
			t.Errorf("%v, %+v", err, m.Keys())
		}
		m.Facts().Lost(nil)
		if err := m.TestKey(t.Context(), theKey); access.HintOf(err) != access.HintOffline {
			t.Errorf("offline: %v", err)
		}
	})
}

func TestKeys_history(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := atKeys(t, func(k *wire.KeyRow) { k.Version = 7 })
		must(t, m.LoadSecrets(t.Context(), theKey))
		if got := m.Keys().Secrets[theKey]; got.Version != 7 || len(got.Items) != 1 {
			t.Errorf("%+v", got)
		}
		s.refuse["secrets"] = access.Refuse(access.CodeNotFound, "")
		if err := m.LoadSecrets(t.Context(), theKey); err == nil || m.Keys().Trouble == nil {
			t.Errorf("%v, %+v", err, m.Keys().Trouble)
		}
	})
}

// A secret that spread is told once, and only when no request tells its end.
func TestFacts_keyUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := atKeys(t, func(k *wire.KeyRow) { k.Stage = access.StageCreated })
		stages := func(to ...access.Stage) {
			for _, stage := range to {
				s.putKey(theCode, func(k *wire.KeyRow) { k.Stage = stage })
			}
		}
		stages(access.StagePropagating, access.StageReady, access.StageReady)
		if n := m.TakeNotices(); len(n) != 1 || n[0].Kind != NoticeKeyUsable || n[0].Args["code"] != theCode || n[0].Args["environment"] != string(access.Production) {
			t.Errorf("%+v", n)
		}
		s.put("r-1", func(r *wire.RequestRow) { r.Code, r.Status = theCode, access.StatusIssuing })
		s.bring()
		stages(access.StagePropagating, access.StageReady)
		if n := m.TakeNotices(); len(n) != 0 {
			t.Errorf("told beside the request: %+v", n)
		}
	})
}

func TestSnoozeLimit(t *testing.T) {
	now := time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
	for left, want := range map[int]int{60: access.MaxSnoozeDays, 31: access.MaxSnoozeDays, 20: 19, 2: 1, 1: 0} {
		if got := SnoozeLimit(now.AddDate(0, 0, left), now); !got.Equal(now.AddDate(0, 0, want)) {
			t.Errorf("%d days before the end: until %s", left, got)
		}
	}
}
