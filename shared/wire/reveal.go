package wire

import (
	"encoding/json"
	"time"

	"llavero/shared/access"
	"llavero/shared/secret"
)

// Reveal asks for one value of a key, saying what for.
type Reveal struct {
	Field   access.Field   `json:"field"`
	Purpose access.Purpose `json:"purpose"`
}

// MarshalJSON reveals the value into the reply, on purpose.
func (r RevealReply) MarshalJSON() ([]byte, error) {
	return json.Marshal(revealBody{Value: r.Value.Reveal(), At: r.At})
}

// UnmarshalJSON takes a reply in.
func (r *RevealReply) UnmarshalJSON(b []byte) error {
	var body revealBody
	if err := json.Unmarshal(b, &body); err != nil {
		return err
	}
	r.Value, r.At = secret.New(body.Value), body.At
	return nil
}

// Parameters are the connection parameters of a key's environment. Sensitive
// ones come without their value: reveal them as access.ParamField.
type Parameters struct {
	Environment access.Environment `json:"environment"`
	Items       []Parameter        `json:"items"`

	// RevealOnce: this environment's secrets are shown a single time. RevealedAt
	// is when the one in force was shown first; zero: it was not.
	RevealOnce bool      `json:"revealOnce,omitempty"`
	RevealedAt time.Time `json:"revealedAt,omitzero"`
	// Vendor is the technology vendor of the request that the key came from.
	Vendor string `json:"vendor,omitempty"`
}

// Parameter is one of them, in the order the ministry set.
type Parameter struct {
	Name      string `json:"name"` // as vendors know it: EndPoint, TenantID, Scope, APIMSubskey
	Value     string `json:"value,omitempty"`
	Sensitive bool   `json:"sensitive,omitempty"`
}
