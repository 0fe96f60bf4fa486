package wire

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"llavero/shared/secret"
)

func TestRecoveryCodes_areRevealedOnlyInJSON(t *testing.T) {
	in := EnrolledIn{RecoveryCodes: RecoveryCodes{Codes: []secret.Text{secret.New("planted-one"), secret.New("planted-two")}}}
	if s := fmt.Sprintf("%v %+v %#v", in, in, in); strings.Contains(s, "planted") {
		t.Errorf("printed: %s", s)
	}
	body, err := json.Marshal(in)
	if err != nil || !strings.Contains(string(body), `"codes":["planted-one","planted-two"]`) {
		t.Fatalf("got %s, %v", body, err)
	}
	var back EnrolledIn
	if err := json.Unmarshal(body, &back); err != nil || len(back.RecoveryCodes.Codes) != 2 || back.RecoveryCodes.Codes[1].Reveal() != "planted-two" {
		t.Fatalf("came back as %v, %v", back, err)
	}
}

func FuzzRecoveryCodes(f *testing.F) {
	f.Add([]byte(`{"codes":["ABCD-EFGH-JKLM-NPQR"]}`))
	f.Add([]byte(`{"codes":[1]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r RecoveryCodes
		if json.Unmarshal(b, &r) != nil {
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back RecoveryCodes
		if err := json.Unmarshal(again, &back); err != nil || len(back.Codes) != len(r.Codes) {
			t.Fatalf("%s: %v", again, err)
		}
	})
}
