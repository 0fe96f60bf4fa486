package wire

import (
	"time"

	"llavero/shared/access"
)

// NewImage asks for an image code. Replaces kills the image before it.
type NewImage struct {
	Replaces string `json:"replaces,omitempty"`
	// Scale is how large it is drawn, 1 to 4 times the usual size: the image
	// grows with the text.
	Scale float64 `json:"scale,omitempty"`
}

// Image is a drawn code, good once and until ExpiresAt.
type Image struct {
	ID        string    `json:"id"`
	PNG       []byte    `json:"png"` // base64 in JSON
	ExpiresAt time.Time `json:"expiresAt"`
}

// ImageAnswer is what a person read in an image, in any case.
type ImageAnswer struct {
	ID   string `json:"id"`
	Code string `json:"code"`
}

// RegistrationInfo is what the registration screens show before anybody signed in.
type RegistrationInfo struct {
	Pledge ConsentText `json:"pledge"` // confidentiality pledge in force
}

// CheckPrerequisites asks whether a registration may go on. The image is spent
// whatever the answer.
type CheckPrerequisites struct {
	Form  access.Registration `json:"form"`
	Image ImageAnswer         `json:"image"`
}

// Prerequisites is the answer, one line an item. Pass stands for the image when
// the same form is registered until PassExpiresAt, met or not.
type Prerequisites struct {
	Items         []access.Prerequisite `json:"items"`
	Met           bool                  `json:"met"`
	Pass          string                `json:"pass"`
	PassExpiresAt time.Time             `json:"passExpiresAt"`
}

// Register makes a user: the form, the image's answer or the pass of the check,
// and the ticked pledge with the hash of what was seen.
type Register struct {
	Form   access.Registration `json:"form"`
	Image  *ImageAnswer        `json:"image,omitempty"`
	Pass   string              `json:"pass,omitempty"`
	Pledge AcceptedText        `json:"pledge"`
}

// Registered is the summary. It is the same whether the user is new or was there
// before.
type Registered struct {
	Login string              `json:"login"`
	Form  access.Registration `json:"form"`
	// MaskedEmail is where the finishing link went; empty: there is no address
	// on file and nothing was sent.
	MaskedEmail   string    `json:"maskedEmail,omitempty"`
	Sender        string    `json:"sender,omitempty"` // to look for in the inbox
	LinkExpiresAt time.Time `json:"linkExpiresAt,omitzero"`
}

// Recover asks for a link to set another password. The answer is Recovering,
// whoever asks.
type Recover struct {
	Login    string          `json:"login"`
	Document access.Document `json:"document"`
	Image    ImageAnswer     `json:"image"`
}

// Recovering says what happens next, the same for a user that exists and one
// that does not.
type Recovering struct {
	Sender        string    `json:"sender"`
	LinkExpiresAt time.Time `json:"linkExpiresAt"`
}

// LinkPurpose says what an account link is for.
type LinkPurpose string

// The purposes.
const (
	LinkFinish  LinkPurpose = "finish"  // first password
	LinkRecover LinkPurpose = "recover" // another password; ends all sessions
)

// AccountLink asks what a link, or the code in its mail, is for. It is not spent.
type AccountLink struct {
	Token string `json:"token"`
}

// AccountLinkInfo is the answer to whoever holds a live link.
type AccountLinkInfo struct {
	Login     string      `json:"login"`
	Purpose   LinkPurpose `json:"purpose"`
	ExpiresAt time.Time   `json:"expiresAt"`
	// NeedsSecondFactor: the role demands an authenticator and none is enrolled;
	// SetPassword answers with how to enrol it.
	NeedsSecondFactor bool `json:"needsSecondFactor,omitempty"`
}

// SetPassword spends a link and sets the password.
type SetPassword struct {
	Token    string `json:"token"`
	Password string `json:"password"` // revealed only into the TLS stream
}

// PasswordSet is the answer. Enrolment is set when the role demands a second
// factor and none is enrolled: it is told once.
type PasswordSet struct {
	Login     string     `json:"login"`
	Enrolment *Enrolment `json:"enrolment,omitempty"`
}

// Enrolment is a second factor that waits for its first code.
type Enrolment struct {
	Ticket  string    `json:"ticket"`
	Seed    string    `json:"seed"`             // base32, for typing; told once
	Address string    `json:"address"`          // otpauth address, for the QR; told once
	Issuer  string    `json:"issuer,omitempty"` // as the authenticator will name it
	Expires time.Time `json:"expires"`
}

// ConfirmEnrolment presents the authenticator's first code. The answer is
// RecoveryCodes; at a sign-in, EnrolledIn.
type ConfirmEnrolment struct {
	Ticket string `json:"ticket"`
	Code   string `json:"code"`
}

// ChangePassword replaces the password of who is signed in; all other sessions end.
type ChangePassword struct {
	Current string `json:"current"`
	New     string `json:"new"`
}
