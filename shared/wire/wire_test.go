package wire

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
)

func TestStatusOf_andBack(t *testing.T) {
	codes := []access.Code{
		access.CodeInvalid, access.CodeNotFound, access.CodeConflict, access.CodeUnauthorized, access.CodeForbidden,
		access.CodeExpired, access.CodeThrottled, access.CodeUnavailable, access.CodeInternal,
	}
	for _, c := range codes {
		if got := CodeOfStatus(StatusOf(c)); got != c {
			t.Errorf("%s: came back as %s", c, got)
		}
	}
	if StatusOf("") != 500 || CodeOfStatus(502) != access.CodeUnavailable || CodeOfStatus(418) != access.CodeInternal {
		t.Error("unknown codes and statuses")
	}
}

func TestProblem_roundTrip(t *testing.T) {
	e := &access.Error{
		Code: access.CodeInvalid, Fields: []access.FieldError{{Field: "lead.email", Hint: access.HintFormat}},
		Args: map[string]string{"left": "4"}, Version: 3, Err: json.Unmarshal([]byte("{"), new(int)),
	}
	body, err := json.Marshal(ProblemOf(e, "Unprocessable Content", "req-1"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(body), "unexpected end") {
		t.Error("the cause went out")
	}
	var p Problem
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatal(err)
	}
	got := p.Error()
	if got.Code != e.Code || len(got.Fields) != 1 || got.Fields[0] != e.Fields[0] || got.Args["left"] != "4" || got.Version != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestRevealReply_carriesTheValueOnlyInJSON(t *testing.T) {
	r := RevealReply{Value: secret.New("planted-value"), At: time.Unix(1, 0).UTC()}
	body, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(body), "planted-value") {
		t.Fatalf("got %s, %v", body, err)
	}
	var back RevealReply
	if err := json.Unmarshal(body, &back); err != nil || back.Value.Reveal() != "planted-value" || !back.At.Equal(r.At) {
		t.Fatalf("came back as %v, %v", back, err)
	}
}

func TestFrame_leavesOutWhatDoesNotApply(t *testing.T) {
	body, err := json.Marshal(Frame{Type: FrameBeat, Seq: 5})
	if err != nil || string(body) != `{"type":"beat","seq":5}` {
		t.Errorf("got %s, %v", body, err)
	}
}

func FuzzProblem(f *testing.F) {
	f.Add([]byte(`{"status":409,"code":"conflict","hint":"taken","args":{"by":"x"},"errors":[{"field":"a","hint":"b"}]}`))
	f.Add([]byte(`{"status":418}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var p Problem
		if json.Unmarshal(b, &p) != nil {
			return
		}
		if p.Error().Code == "" {
			t.Error("an error without a code")
		}
	})
}
