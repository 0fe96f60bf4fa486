package httpapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/auth"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// estate is what an entity has, for others to try: a signed request that waits
// for an officer, and the key of each environment.
type estate struct {
	code    access.LicenseCode
	request access.RequestID
	version int64
	key     access.KeyID
}

// settle gives a delegate's entity an estate.
func (b *bench) settle(token string, code access.LicenseCode) estate {
	b.t.Helper()
	e := estate{code: code}
	var made wire.Accepted
	b.good(b.post(token, "/v1/key-requests", wire.NewRequest{Kind: access.KindEnroll, Code: code, Form: form}), &made)
	e.request = made.ID
	path := "/v1/key-requests/" + string(made.ID)
	var texts wire.ConsentTexts
	b.good(b.do(ask{method: http.MethodGet, path: "/v1/consent-texts", token: token}), &texts)
	var ticked wire.SendCode
	for _, text := range texts.Texts {
		ticked.Accepted = append(ticked.Accepted, wire.AcceptedText{ID: text.ID, Hash: text.Hash})
	}
	var sent wire.CodeSent
	b.good(b.post(token, path+"/codes", ticked), &sent)
	b.good(b.post(token, path+"/sign", wire.Sign{Code: b.code(), ContentHash: sent.ContentHash}, wire.HeaderIfMatch, quote(made.Version)), nil)
	why := access.Failure{Environment: access.Preproduction, Step: access.StepApplication, Status: 403, Code: "Authorization_RequestDenied"}
	if err := b.flow.ParkIssue(b.t.Context(), made.ID, why); err != nil {
		b.t.Fatal(err)
	}
	err := b.db.Read(b.t.Context(), func(tx *store.Tx) error {
		r, err := tx.KeyRequest(made.ID)
		if err != nil {
			return err
		}
		e.version = r.Version
		k, err := tx.KeyOf(code, access.Production)
		e.key = k.ID
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return e
}

// trespass is a good call of a route on somebody's estate. none says that the
// route is about nobody's rows, and why.
type trespass struct {
	none string
	body any
}

// trespasses has a line for each route, without which TestOwnership fails.
func trespasses(of estate) map[string]trespass {
	return map[string]trespass{
		wire.RouteHealth:       {none: "no rows"},
		wire.RouteAbout:        {none: "no rows"},
		wire.RouteOpenAPI:      {none: "no rows"},
		wire.RoutePuzzle:       {none: "no rows"},
		wire.RouteSignIn:       {none: "no session yet"},
		wire.RouteSecondFactor: {none: "the ticket is the proof"},
		wire.RouteSession:      {none: "one's own session"},
		wire.RouteSignOut:      {none: "one's own session"},
		wire.RouteConsentTexts: {none: "the same for all"},

		wire.RouteAgreement:       {none: "one's own account"},
		wire.RouteAcceptAgreement: {none: "one's own account"},
		wire.RouteSigningKeys:     {none: "the same for all"},

		wire.RouteNewImage:         {none: "no rows"},
		wire.RouteRegistrationInfo: {none: "the same for all"},
		wire.RoutePrerequisites:    {none: "no session: the image and the limits guard it"},
		wire.RouteRegister:         {none: "no session: the link goes to the registered address"},
		wire.RouteRecover:          {none: "no session: the link goes to the registered address"},
		wire.RouteAccountLink:      {none: "the token is the proof"},
		wire.RouteSetPassword:      {none: "the token is the proof"},
		wire.RouteConfirmEnrolment: {none: "the ticket is the proof"},
		wire.RouteChangePassword:   {none: "one's own account, with its password"},

		wire.RouteBeginSecondFactor:   {none: "one's own account, with its password"},
		wire.RouteConfirmSecondFactor: {none: "the ticket is the proof, and only its owner's"},
		wire.RouteRecoveryCodes:       {none: "one's own account, with its password"},
		wire.RouteRemoveSecondFactor:  {none: "one's own account, with its password"},
		wire.RouteSignInEnrolment:     {none: "the ticket is the proof"},
		wire.RouteSessions:            {none: "one's own sessions"},
		wire.RouteEndSession:          {none: "one's own sessions: TestSessions_ofAnother"},
		wire.RouteEndOtherSessions:    {none: "one's own sessions"},
		wire.RouteUnlock:              {none: "one's own session, with the password"},
		wire.RouteOfficers:            {none: "administrators see all officers"},
		wire.RouteGrantOfficer:        {none: "administrators see all officers"},
		wire.RouteWithdrawOfficer:     {none: "administrators see all officers"},
		wire.RouteReinstateOfficer:    {none: "administrators see all officers"},
		wire.RouteSetAdministrator:    {none: "administrators see all officers"},
		wire.RouteResetSecondFactor:   {none: "administrators see all officers"},
		wire.RouteOfficerAudit:        {none: "administrators see all officers"},

		wire.RouteFeed: {none: "the scope is in the SELECT: feed's tests"},

		wire.RouteCreateRequest:  {body: wire.NewRequest{Kind: access.KindEnroll, Code: of.code, Form: form}},
		wire.RouteRequest:        {},
		wire.RouteChangeRequest:  {body: wire.ChangeRequest{Form: form}},
		wire.RouteCancelRequest:  {},
		wire.RouteSendCode:       {body: wire.SendCode{}},
		wire.RouteSign:           {body: wire.Sign{Code: "000000", ContentHash: strings.Repeat("0", 64)}},
		wire.RouteReceipt:        {},
		wire.RouteReceiptPDF:     {},
		wire.RouteTake:           {none: "officers see all that was signed"},
		wire.RouteRelease:        {none: "officers see all that was signed"},
		wire.RouteResume:         {none: "officers see all that was signed"},
		wire.RouteAssign:         {none: "officers see all that was signed"},
		wire.RouteParameters:     {},
		wire.RouteReveal:         {body: wire.Reveal{Field: access.FieldSecret, Purpose: access.PurposeShow}},
		wire.RouteKeyAudit:       {},
		wire.RouteHandOver:       {body: wire.HandOver{Vendor: "Proveedor", Person: "Persona"}},
		wire.RouteEndOverlap:     {},
		wire.RouteTestKey:        {},
		wire.RouteCompromise:     {body: wire.Compromise{LastDigits: access.LastDigits(of.code), What: "Se publicó"}},
		wire.RouteRevoke:         {body: wire.Revoke{LastDigits: access.LastDigits(of.code), Why: "Se cerró"}},
		wire.RouteSecrets:        {},
		wire.RouteReminder:       {body: wire.AnswerReminder{Act: access.ReminderReceived}},
		wire.RouteTellContact:    {},
		wire.RouteCorrectContact: {body: wire.CorrectContact{Contact: form.Lead}},

		wire.RouteAmendKeys:          {none: "officers see all keys"},
		wire.RouteKeyHistory:         {none: "officers see all keys"},
		wire.RouteEvidence:           {none: "officers see all keys"},
		wire.RouteAddEvidence:        {none: "officers see all keys"},
		wire.RouteEvidenceFile:       {none: "officers see all keys"},
		wire.RoutePermissions:        {none: "the same for all officers"},
		wire.RouteChangePermissions:  {none: "officers see all keys"},
		wire.RouteRefreshPermissions: {none: "officers see all keys"},
		wire.RouteValidity:           {none: "the same for all officers"},
		wire.RouteSetValidity:        {none: "the same for all officers"},
		wire.RouteSetKeyValidity:     {none: "officers see all keys"},
		wire.RouteDirectory:          {none: "the same for all officers"},
		wire.RouteCompareDrift:       {none: "officers see all keys"},
		wire.RouteFixDrift:           {none: "officers see all differences"},
		wire.RouteTrail:              {none: "officers see the whole trail"},
		wire.RouteTrailExport:        {none: "officers see the whole trail"},
		wire.RouteActivity:           {none: "the scope is in the SELECT: TestActivity"},
		wire.RouteActivityExport:     {none: "the scope is in the SELECT: TestActivity"},
	}
}

// TestOwnership is the rule of ownership, over every route: what is another
// entity's does not exist, for another's delegate and for an independent alike,
// and nothing of it is in the answer. The owner gets past it.
func TestOwnership(t *testing.T) {
	b := newBench(t)
	own := b.settle(b.delegate, myCode)
	strangers := map[string]string{
		"another's delegate": b.other,
		"an independent": b.enter(auth.NewAccount{
			Person: access.Person{Document: access.Document{Type: access.DocumentCC, Number: "9999000003"}, Name: "Persona 9999000003"},
			Role:   access.RoleDelegate, Independent: true,
		}),
	}
	lines := trespasses(own)
	for _, rt := range b.api.routes() {
		line, ok := lines[rt.pattern]
		if !ok {
			t.Errorf("%s has no line: say whose rows it is about", rt.pattern)
			continue
		}
		delete(lines, rt.pattern)
		if line.none != "" {
			continue
		}
		try := func(token string) answer {
			a := ask{token: token, head: map[string]string{
				wire.HeaderIdempotencyKey: uuid.NewString(), wire.HeaderIfMatch: quote(own.version),
			}}
			a.method, a.path, _ = strings.Cut(rt.pattern, " ")
			id := string(own.request)
			if strings.Contains(a.path, "/keys/") {
				id = string(own.key)
			}
			a.path = strings.NewReplacer("{id}", id, "{code}", string(own.code), "{role}", "lead").Replace(a.path)
			if line.body != nil {
				var err error
				if a.body, err = json.Marshal(line.body); err != nil {
					t.Fatal(err)
				}
			}
			return b.do(a)
		}
		for who, token := range strangers {
			got := try(token)
			if p := b.bad(got, http.StatusNotFound); p.Code != access.CodeNotFound || len(p.Errors) != 0 || p.Version != 0 {
				t.Errorf("%s, %s: %+v", who, rt.pattern, p)
			}
		}
		// The keys are being made and exist for nobody yet.
		if got := try(b.delegate); got.status == http.StatusNotFound && !strings.Contains(rt.pattern, "/keys/") {
			t.Errorf("the owner, %s: %d %s", rt.pattern, got.status, got.body)
		}
	}
	for pattern := range lines {
		t.Errorf("there is no route %s any more", pattern)
	}
}

// TestNoRole: a session whose account has no role reaches nothing but what is
// open to all. No sign-in gives one; should one ever exist, it is worth nothing.
func TestNoRole(t *testing.T) {
	b := newBench(t)
	var id access.AccountID = "11111111-0000-4000-8000-000000000001"
	token := "none-" + uuid.NewString()
	hash := sum(token)
	err := b.db.Write(t.Context(), func(tx *store.Tx) error {
		person := access.Person{Document: access.Document{Type: access.DocumentCC, Number: "9999000009"}, Name: "Persona sin rol"}
		if err := tx.CreateAccount(store.Account{ID: id, Login: "CC9999000009", Person: person, Role: access.RoleNone}); err != nil {
			return err
		}
		return tx.CreateSession(store.Session{TokenHash: hash[:], Account: id, ExpiresAt: tx.Now().Add(time.Hour)})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, rt := range b.api.routes() {
		if rt.who == anyone {
			continue
		}
		method, path, _ := strings.Cut(rt.pattern, " ")
		path = strings.NewReplacer("{id}", uuid.NewString(), "{code}", string(myCode), "{environment}", "production", "{role}", "lead").Replace(path)
		b.bad(b.do(ask{method: method, path: path, token: token, body: []byte("{}")}), http.StatusForbidden)
	}
}
