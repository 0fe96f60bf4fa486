package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// badLine is what TestBadInput needs to know of a route. none says that it reads
// no body, and why.
type badLine struct {
	none       string
	body       reflect.Type
	mayBeEmpty bool
	fields     map[string]class
	ready      func(b *bench) ready
}

// classed is a leaf with its class.
type classed struct {
	leaf
	class class
}

// good is what a good body has at a leaf.
func (c classed) good(r ready) any {
	_, good := with(r.body(), c.leaf, "null")
	return good
}

// leaves lists the body's fields, each with its class.
func (l badLine) leaves(t *testing.T) []classed {
	t.Helper()
	fields := map[string]class{}
	for path, c := range l.fields {
		fields[path] = c
	}
	var all []classed
	for _, leaf := range sorted(leavesOf(l.body, "", nil)) {
		c, ok := l.fields[leaf.path]
		inner := leaf.t.Kind() == reflect.Struct && leaf.t != reflect.TypeFor[time.Time]() || leaf.t.Kind() == reflect.Slice && leaf.t.Elem().Kind() != reflect.Uint8
		if !ok && !inner {
			t.Errorf("%s has no class: say what it takes", leaf.path)
			continue
		}
		delete(fields, leaf.path)
		all = append(all, classed{leaf, c})
	}
	for path := range fields {
		t.Errorf("there is no field %s any more", path)
	}
	return all
}

// odd is a line of text that somebody may well write.
const odd = `Ñandú O'Higgins & Cía. <b>"S.A.S."</b> '); DROP TABLE accounts;-- 中 🙂`

// stays sends the good body, with odd in each line of text, and reads it again.
func (l badLine) stays(t *testing.T, b *bench, pattern string, r ready) {
	t.Helper()
	body, lines := r.body(), 0
	for _, leaf := range l.leaves(t) {
		if leaf.class == line {
			doc, _ := with(body, leaf.leaf, quoted(odd))
			var tree any
			if err := json.Unmarshal(doc, &tree); err != nil {
				t.Fatal(err)
			}
			body = tree
			lines++
		}
	}
	b.good(b.call(pattern, r, []byte(quotedJSON(body))), nil)
	if lines == 0 || r.unread != "" {
		return
	}
	got := b.do(ask{method: http.MethodGet, path: r.back, token: r.token})
	b.good(got, nil)
	if n := strings.Count(string(got.body), strings.Trim(quoted(odd), `"`)); n < lines {
		t.Errorf("%d of %d lines came back: %s", n, lines, got.body)
	}
}

var (
	requestForm = map[string]class{
		"form.vendor": line, "form.software": line, "form.lead.name": line, "form.lead.email": email, "form.lead.phone": digits,
		"form.privacy.name": line, "form.privacy.email": email, "form.privacy.phone": digits,
	}
	registrationForm = map[string]class{
		"form.kind": word, "form.entityType": word, "form.nit": digits, "form.document.type": word, "form.document.number": digits,
		"form.professionalRegistry": maybeWord, "image.id": image, "image.code": proof,
	}
)

// shownText is what a client says of how it showed a text.
func shownText(at string) map[string]class {
	return map[string]class{at + ".id": word, at + ".shownAt": moment, at + ".tickedAt": moment, at + ".untickedAtStart": yes}
}

// and puts classes together.
func and(all ...map[string]class) map[string]class {
	sum := map[string]class{}
	for _, one := range all {
		for path, c := range one {
			sum[path] = c
		}
	}
	return sum
}

func takes[T any](fields map[string]class, ready func(b *bench) ready) badLine {
	return badLine{body: reflect.TypeFor[T](), fields: fields, ready: ready}
}

// nothing is a route whose body says nothing, and may be left out.
func nothing(ready func(b *bench) ready) badLine {
	return badLine{body: reflect.TypeFor[struct{}](), mayBeEmpty: true, ready: ready}
}

func optional(l badLine) badLine {
	l.mayBeEmpty = true
	return l
}

// badLines has a line for each route that takes a body, without which
// TestBadInput fails.
func badLines() map[string]badLine {
	environment := func(name string, secret class) map[string]class {
		return map[string]class{name + ".clientId": guid, name + ".secret": secret, name + ".expiresAt": instant}
	}
	return map[string]badLine{
		wire.RouteSignOut: {none: "it ends one's own session, whatever is sent with it"},

		wire.RoutePuzzle:       nothing(func(*bench) ready { return ready{path: "/v1/puzzles", body: nobody} }),
		wire.RouteSignIn:       takes[wire.SignIn](map[string]class{"login": proof, "password": proof, "challenge": ticked, "nonce": nonce, "device": loose}, readySignIn),
		wire.RouteSecondFactor: takes[wire.SecondFactor](map[string]class{"ticket": proof, "code": otp, "recoveryCode": maybeWord}, readySecondFactor),

		wire.RouteBeginSecondFactor:   takes[wire.BeginSecondFactor](map[string]class{"password": proof, "code": otp, "recoveryCode": maybeWord}, readyBegin),
		wire.RouteConfirmSecondFactor: takes[wire.ConfirmEnrolment](map[string]class{"ticket": proof, "code": otp}, readyConfirm),
		wire.RouteRecoveryCodes:       takes[wire.ProveSecondFactor](map[string]class{"password": proof, "code": otp}, readyProve("/v1/second-factor/recovery-codes")),
		wire.RouteRemoveSecondFactor:  takes[wire.ProveSecondFactor](map[string]class{"password": proof, "code": otp}, readyProve("/v1/second-factor/remove")),
		wire.RouteSignInEnrolment:     takes[wire.ConfirmEnrolment](map[string]class{"ticket": proof, "code": otp}, readySignInEnrolment),
		wire.RouteEndSession:          nothing(readyEndSession),
		wire.RouteEndOtherSessions:    nothing(func(b *bench) ready { return ready{token: b.delegate, path: "/v1/sessions/end-others", body: nobody} }),
		wire.RouteUnlock:              takes[wire.Unlock](map[string]class{"password": proof}, readyUnlock),

		wire.RouteGrantOfficer:      takes[wire.GrantOfficer](map[string]class{"document.type": word, "document.number": digits, "why": line}, readyGrant),
		wire.RouteWithdrawOfficer:   takes[wire.OfficerWhy](map[string]class{"why": line}, readyOfficer("withdraw")),
		wire.RouteReinstateOfficer:  takes[wire.OfficerWhy](map[string]class{"why": line}, readyReinstate),
		wire.RouteSetAdministrator:  takes[wire.SetAdministrator](map[string]class{"administrator": yesNo, "why": line}, readyAdministrator),
		wire.RouteResetSecondFactor: takes[wire.OfficerWhy](map[string]class{"why": line}, readyOfficer("reset-second-factor")),

		wire.RouteNewImage:         optional(takes[wire.NewImage](map[string]class{"replaces": loose, "scale": scale}, readyImage)),
		wire.RoutePrerequisites:    takes[wire.CheckPrerequisites](registrationForm, readyPrerequisites),
		wire.RouteRegister:         takes[wire.Register](and(registrationForm, map[string]class{"pass": loose, "pledge.id": ticked, "pledge.hash": ticked}), readyRegister),
		wire.RouteRecover:          takes[wire.Recover](map[string]class{"login": login, "document.type": word, "document.number": digits, "image.id": image, "image.code": proof}, readyRecover),
		wire.RouteAccountLink:      takes[wire.AccountLink](map[string]class{"token": mailed}, readyLink("/v1/account-link", func(token string) any { return wire.AccountLink{Token: token} })),
		wire.RouteSetPassword:      takes[wire.SetPassword](map[string]class{"token": mailed, "password": password}, readySetPassword),
		wire.RouteConfirmEnrolment: takes[wire.ConfirmEnrolment](map[string]class{"ticket": proof, "code": otp}, readyEnrolment),
		wire.RouteChangePassword:   takes[wire.ChangePassword](map[string]class{"current": proof, "new": password}, readyChangePassword),

		wire.RouteAcceptAgreement: takes[wire.AcceptAgreement](and(shownText("shown"), map[string]class{"shown": part, "hash": proof}), readyAgreement),

		wire.RouteCreateRequest:  takes[wire.NewRequest](and(requestForm, map[string]class{"kind": word, "reason": maybeWord, "code": digits}), readyCreate),
		wire.RouteChangeRequest:  takes[wire.ChangeRequest](and(requestForm, map[string]class{"reason": maybeWord}), readyChange),
		wire.RouteCancelRequest:  nothing(func(b *bench) ready { r, _ := b.signing(); r.body = nobody; return r }),
		wire.RouteSendCode:       takes[wire.SendCode](and(shownText("shown"), map[string]class{"shown": part, "accepted.id": ticked, "accepted.hash": ticked}), readySendCode),
		wire.RouteSign:           takes[wire.Sign](map[string]class{"code": otp, "contentHash": proof}, readySign),
		wire.RouteTake:           optional(takes[wire.Take](map[string]class{"why": maybeLine}, readyTake)),
		wire.RouteRelease:        nothing(func(b *bench) ready { r := b.taken("/release"); r.version = 0; return r }),
		wire.RouteResume:         nothing(func(b *bench) ready { return b.taken("/resume") }),
		wire.RouteAssign:         takes[wire.Assign](and(environment("production", keySecret), environment("preproduction", keySecret)), readyAssign),
		wire.RouteTellContact:    nothing(readyTell),
		wire.RouteCorrectContact: takes[wire.CorrectContact](map[string]class{"contact.name": line, "contact.email": email, "contact.phone": digits}, readyCorrect),

		wire.RouteReveal:     takes[wire.Reveal](map[string]class{"field": word, "purpose": word}, readyReveal),
		wire.RouteHandOver:   takes[wire.HandOver](map[string]class{"vendor": line, "person": line}, readyHandOver),
		wire.RouteEndOverlap: nothing(readyEndOverlap),
		wire.RouteTestKey:    nothing(readyTest),
		wire.RouteCompromise: takes[wire.Compromise](map[string]class{"lastDigits": proof, "what": line}, readyCompromise),
		wire.RouteRevoke:     takes[wire.Revoke](map[string]class{"lastDigits": proof, "why": line}, readyRevoke),
		wire.RouteReminder:   takes[wire.AnswerReminder](map[string]class{"act": word, "until": instant}, readyReminder),

		wire.RouteAmendKeys: takes[wire.AmendKeys](and(environment("production", maybeSecret), environment("preproduction", maybeSecret),
			map[string]class{"production": part, "preproduction": part, "production.version": seen, "preproduction.version": seen}), readyAmend),
		wire.RouteChangePermissions:  takes[wire.ChangePermissions](map[string]class{"grant": words, "remove": words, "why": line}, readyPermissions),
		wire.RouteRefreshPermissions: optional(takes[wire.RefreshPermissions](map[string]class{"keys": ids}, readyRefresh)),

		wire.RouteAddEvidence:    takes[wire.NewEvidence](map[string]class{"kind": word, "note": line, "name": fileName, "file": file}, readyEvidence),
		wire.RouteSetValidity:    takes[wire.SetValidity](map[string]class{"days": count, "why": line}, readyValidity),
		wire.RouteCompareDrift:   optional(takes[wire.CompareDrift](map[string]class{"keys": ids}, readyCompare)),
		wire.RouteFixDrift:       takes[wire.FixDrift](map[string]class{"fix": word, "why": line}, readyFix),
		wire.RouteSetKeyValidity: takes[wire.SetValidity](map[string]class{"days": maybeCount, "why": line}, readyKeyValidity),
	}
}

func nobody() any { return struct{}{} }

// always is the same body for each call.
func always(body any) func() any { return func() any { return body } }

// assigned gives my entity keys that an officer typed: production, then
// preproduction.
func (b *bench) assigned() (pro, pre *store.Key) {
	b.t.Helper()
	r := readyAssign(b)
	b.good(b.call(wire.RouteAssign, r, []byte(quotedJSON(r.body()))), nil)
	return b.keyOf(access.Production), b.keyOf(access.Preproduction)
}

func (b *bench) keyOf(env access.Environment) *store.Key {
	b.t.Helper()
	var k *store.Key
	err := b.db.Read(b.t.Context(), func(tx *store.Tx) (err error) {
		k, err = tx.KeyOf(myCode, env)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return k
}

// typed is a form of one environment that an officer may send.
func typed() wire.TypedKey {
	return wire.TypedKey{ClientID: uuid.NewString(), Secret: "S" + strings.ReplaceAll(uuid.NewString(), "-", "~"), ExpiresAt: time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)}
}

// sorted keeps the order of runs the same.
func sorted(all []leaf) []leaf {
	slices.SortFunc(all, func(a, b leaf) int { return strings.Compare(strings.Join(a.at, "."), strings.Join(b.at, ".")) })
	return all
}
