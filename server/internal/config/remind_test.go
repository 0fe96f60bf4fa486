package config

import (
	"strings"
	"testing"
)

func TestRemind_addresses(t *testing.T) {
	c := Default()
	if c.EscalateTo() != c.Help.Mail || c.OperatorMail() != c.Mail.From {
		t.Errorf("unset: %q, %q", c.EscalateTo(), c.OperatorMail())
	}
	c.Remind.EscalateTo, c.Remind.Operator = "jefe@ministerio.example", "operador@ministerio.example"
	if c.EscalateTo() != "jefe@ministerio.example" || c.OperatorMail() != "operador@ministerio.example" {
		t.Errorf("set: %q, %q", c.EscalateTo(), c.OperatorMail())
	}
	c.Remind.EscalateTo, c.Remind.Operator = NoOne, NoOne
	if c.EscalateTo() != "" || c.OperatorMail() != "" || c.Validate() != nil {
		t.Errorf("nobody: %q, %q, %v", c.EscalateTo(), c.OperatorMail(), c.Validate())
	}
}

func TestRemind_validate(t *testing.T) {
	c := Default()
	c.Remind = Remind{Hour: 24, EscalateTo: "nadie", Operator: "x y@example.org"}
	err := c.Validate()
	if err == nil {
		t.Fatal("all was accepted")
	}
	for _, key := range []string{"remind.hour", "remind.per_sweep", "remind.escalate_to", "remind.operator"} {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("%s is not named: %v", key, err)
		}
	}
}
