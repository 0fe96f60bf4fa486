package httpapi

import (
	"context"

	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// Flow are the use cases, one a button. Package workflow has them.
type Flow interface {
	ConsentTexts(ctx context.Context) (wire.ConsentTexts, error)
	Agreement(ctx context.Context, act workflow.Act) (wire.Agreement, error)
	AcceptAgreement(ctx context.Context, act workflow.Act, in wire.AcceptAgreement) (wire.Agreement, error)
	SigningKeys(ctx context.Context) ([]byte, error)
	Receipt(ctx context.Context, act workflow.Act, id access.RequestID) (workflow.ReceiptFile, error)
	ReceiptPDF(ctx context.Context, act workflow.Act, id access.RequestID) (workflow.ReceiptFile, error)

	CreateRequest(ctx context.Context, act workflow.Act, in wire.NewRequest) (wire.Accepted, error)
	RequestDetail(ctx context.Context, act workflow.Act, id access.RequestID) (wire.RequestDetail, error)
	ChangeRequest(ctx context.Context, act workflow.Act, id access.RequestID, version int64, in wire.ChangeRequest) (wire.Accepted, error)
	CancelRequest(ctx context.Context, act workflow.Act, id access.RequestID, version int64) (wire.Accepted, error)
	SendCode(ctx context.Context, act workflow.Act, id access.RequestID, in wire.SendCode) (wire.CodeSent, error)
	Sign(ctx context.Context, act workflow.Act, id access.RequestID, version int64, in wire.Sign) (wire.Accepted, error)

	TellContact(ctx context.Context, act workflow.Act, id access.RequestID, role access.ContactRole) (wire.Accepted, error)
	CorrectContact(ctx context.Context, act workflow.Act, id access.RequestID, role access.ContactRole, in wire.CorrectContact) (wire.Accepted, error)

	Take(ctx context.Context, act workflow.Act, id access.RequestID, in wire.Take) (wire.Accepted, error)
	Release(ctx context.Context, act workflow.Act, id access.RequestID) (wire.Accepted, error)
	Resume(ctx context.Context, act workflow.Act, id access.RequestID, version int64) (wire.Accepted, error)
	Assign(ctx context.Context, act workflow.Act, id access.RequestID, version int64, in wire.Assign) (wire.Accepted, error)

	Parameters(ctx context.Context, act workflow.Act, id access.KeyID) (wire.Parameters, error)
	Reveal(ctx context.Context, act workflow.Act, id access.KeyID, in wire.Reveal) (wire.RevealReply, error)
	KeyAudit(ctx context.Context, act workflow.Act, id access.KeyID) (wire.KeyAudit, error)
	HandOver(ctx context.Context, act workflow.Act, id access.KeyID, in wire.HandOver) (wire.AcceptedKey, error)
	TestKey(ctx context.Context, act workflow.Act, id access.KeyID) (wire.AcceptedKey, error)
	Compromise(ctx context.Context, act workflow.Act, id access.KeyID, version int64, in wire.Compromise) (wire.Compromised, error)
	Revoke(ctx context.Context, act workflow.Act, id access.KeyID, version int64, in wire.Revoke) (wire.AcceptedKey, error)
	KeySecrets(ctx context.Context, act workflow.Act, id access.KeyID) (wire.KeySecrets, error)
	AnswerReminder(ctx context.Context, act workflow.Act, id access.KeyID, version int64, in wire.AnswerReminder) (wire.AcceptedKey, error)
	EndOverlap(ctx context.Context, act workflow.Act, id access.KeyID, version int64) (wire.AcceptedKey, error)

	Amend(ctx context.Context, act workflow.Act, code access.LicenseCode, in wire.AmendKeys) (wire.Amended, error)
	KeyHistory(ctx context.Context, act workflow.Act, code access.LicenseCode) (wire.KeyHistory, error)
	Evidence(ctx context.Context, act workflow.Act, code access.LicenseCode) (wire.EvidenceList, error)
	AddEvidence(ctx context.Context, act workflow.Act, code access.LicenseCode, in wire.NewEvidence) (wire.AcceptedKey, error)
	EvidenceFile(ctx context.Context, act workflow.Act, id string) (workflow.EvidenceFile, error)
	Permissions(ctx context.Context, act workflow.Act) (wire.Permissions, error)
	ChangePermissions(ctx context.Context, act workflow.Act, id access.KeyID, version int64, in wire.ChangePermissions) (wire.AcceptedKey, error)
	RefreshPermissions(ctx context.Context, act workflow.Act, in wire.RefreshPermissions) (wire.Refreshing, error)
	Validity(ctx context.Context, act workflow.Act) (wire.Validity, error)
	SetValidity(ctx context.Context, act workflow.Act, env access.Environment, in wire.SetValidity) (wire.Validity, error)
	SetKeyValidity(ctx context.Context, act workflow.Act, id access.KeyID, version int64, in wire.SetValidity) (wire.AcceptedKey, error)
	Directory(ctx context.Context, act workflow.Act) (wire.Directory, error)
	CompareDrift(ctx context.Context, act workflow.Act, in wire.CompareDrift) (wire.Comparing, error)
	FixDrift(ctx context.Context, act workflow.Act, id string, in wire.FixDrift) (wire.FixingDrift, error)

	SearchTrail(ctx context.Context, act workflow.Act, q wire.TrailQuery) (wire.TrailPage, error)
	ExportTrail(ctx context.Context, act workflow.Act, q wire.TrailQuery) (*workflow.TrailExport, error)
	Activity(ctx context.Context, act workflow.Act, q wire.TrailQuery) (wire.TrailPage, error)
	ExportActivity(ctx context.Context, act workflow.Act, q wire.TrailQuery) (*workflow.TrailExport, error)
}

// route is one row of the table: the pattern, who may call it, what it does, what
// openapi.json tells of it.
type route struct {
	pattern string
	who     gate
	handle  func(context.Context, *call) (reply, error)
	tells   operation
}

// routes is the table: all there is.
func (a *API) routes() []route {
	return []route{
		{wire.RouteHealth, anyone, a.health, says("Says whether the server can work.").answers(wire.Health{})},
		{wire.RouteAbout, anyone, a.about, says("Says what server this is, before anybody signed in.").answers(wire.About{})},
		{wire.RouteOpenAPI, anyone, a.describeAPI, says("Answers with this document.").answers(map[string]any{})},
		{wire.RoutePuzzle, anyone, a.puzzle, says("Makes a challenge for «No soy un robot».").bare().answers(wire.Puzzle{})},
		{wire.RouteSignIn, anyone, a.signIn, says("Opens a session, or asks for the second factor.").takes(wire.SignIn{}).answers(wire.SignedIn{}).refuses(401, 403, 410, 429)},
		{wire.RouteSecondFactor, anyone, a.secondFactor, says("Completes a sign-in with a code of the authenticator.").takes(wire.SecondFactor{}).answers(wire.SignedIn{}).refuses(401, 410, 429)},
		{wire.RouteSession, signedIn, a.describe, says("Says who is signed in.").answers(wire.Session{})},
		{wire.RouteSignOut, signedIn, a.signOut, says("Ends the session.").done()},
		{wire.RouteConsentTexts, signedIn, a.consentTexts, says("Lists the texts to agree to, as they are in force.").answers(wire.ConsentTexts{})},

		{wire.RouteAgreement, delegates, a.agreement, says("Tells which agreement on the signing method is in force, and whether it was accepted.").answers(wire.Agreement{})},
		{wire.RouteAcceptAgreement, delegates, a.acceptAgreement, says("Accepts the agreement on the signing method.").takes(wire.AcceptAgreement{}).intent().answers(wire.Agreement{})},
		{wire.RouteSigningKeys, anyone, a.signingKeys, says("Answers with the keys that receipts are checked with.").file(wire.ReceiptJSON)},

		{wire.RouteNewImage, anyone, a.newImage, says("Draws an image code.").mayTake(wire.NewImage{}).answers(wire.Image{}).refuses(429)},
		{wire.RouteRegistrationInfo, anyone, a.registrationInfo, says("Tells what the registration shows before anybody signed in.").answers(wire.RegistrationInfo{})},
		{wire.RoutePrerequisites, anyone, a.checkPrerequisites, says("Checks what a registration asks for.").takes(wire.CheckPrerequisites{}).answers(wire.Prerequisites{}).refuses(429)},
		{wire.RouteRegister, anyone, a.register, says("Registers a person; the answer is the same for a user that was there.").takes(wire.Register{}).answers(wire.Registered{}).refuses(409, 429)},
		{wire.RouteRecover, anyone, a.recoverPassword, says("Mails a link to set another password; the answer is the same for whoever asks.").takes(wire.Recover{}).answers(wire.Recovering{}).refuses(429)},
		{wire.RouteAccountLink, anyone, a.accountLink, says("Tells what a link is for, not spending it.").takes(wire.AccountLink{}).answers(wire.AccountLinkInfo{}).refuses(410, 429)},
		{wire.RouteSetPassword, anyone, a.setPassword, says("Spends a link and sets the password.").takes(wire.SetPassword{}).answers(wire.PasswordSet{}).refuses(410, 429)},
		{wire.RouteConfirmEnrolment, anyone, a.confirmEnrolment, says("Confirms a second factor with its first code.").takes(wire.ConfirmEnrolment{}).answers(wire.RecoveryCodes{}).refuses(410, 429)},
		{wire.RouteChangePassword, signedIn, a.changePassword, says("Changes one's own password; all other sessions end.").takes(wire.ChangePassword{}).done().refuses(429)},

		{wire.RouteCreateRequest, delegates, a.createRequest, says("Writes a request for the keys of a code.").takes(wire.NewRequest{}).intent().accepts(wire.Accepted{}).refuses(404)},
		{wire.RouteRequest, signedIn, a.requestDetail, says("Reads a request with its contacts and what will be signed.").answers(wire.RequestDetail{})},
		{wire.RouteChangeRequest, delegates, a.changeRequest, says("Rewrites an unsigned request.").takes(wire.ChangeRequest{}).onRow().accepts(wire.Accepted{})},
		{wire.RouteCancelRequest, delegates, a.cancelRequest, says("Withdraws an unsigned request.").bare().onRow().accepts(wire.Accepted{})},
		{wire.RouteSendCode, delegates, a.sendCode, says("Mails the code that signs the content as it stands.").takes(wire.SendCode{}).intent().accepts(wire.CodeSent{}).refuses(429)},
		{wire.RouteSign, delegates, a.sign, says("Signs a request with the code of the mail.").takes(wire.Sign{}).onRow().accepts(wire.Accepted{}).refuses(410, 429)},
		{wire.RouteReceipt, signedIn, a.receipt, says("Answers with the receipt of a signature, as signed JSON.").file(wire.ReceiptJSON)},
		{wire.RouteReceiptPDF, signedIn, a.receiptPDF, says("Answers with the receipt of a signature on paper.").file(wire.ReceiptPDF)},
		{wire.RouteTellContact, delegates, a.tellContact, says("Mails a contact of a signed request anew.").bare().intent().accepts(wire.Accepted{}).refuses(429)},
		{wire.RouteCorrectContact, delegates, a.correctContact, says("Corrects the address of a contact whose mail came back.").takes(wire.CorrectContact{}).intent().accepts(wire.Accepted{})},
		{wire.RouteTake, officers, a.take, says("Takes a pending request, or renews the lease.").mayTake(wire.Take{}).intent().accepts(wire.Accepted{})},
		{wire.RouteRelease, officers, a.release, says("Gives a taken request back.").bare().intent().accepts(wire.Accepted{})},
		{wire.RouteResume, officers, a.resume, says("Has the server try again to make the keys.").bare().onRow().accepts(wire.Accepted{})},
		{wire.RouteAssign, officers, a.assign, says("Gives a request the keys that an officer typed.").takes(wire.Assign{}).onRow().accepts(wire.Accepted{})},

		{wire.RouteParameters, delegates, a.parameters, says("Lists the connection parameters of a key's environment.").answers(wire.Parameters{})},
		{wire.RouteReveal, delegates, a.reveal, says("Reveals one value of a key; each look is in the trail.").takes(wire.Reveal{}).eachTime().answers(wire.RevealReply{})},
		{wire.RouteKeyAudit, delegates, a.keyAudit, says("Lists who saw, copied or handed over a key.").answers(wire.KeyAudit{})},
		{wire.RouteHandOver, delegates, a.handOver, says("Writes down to whom a key was given.").takes(wire.HandOver{}).intent().accepts(wire.AcceptedKey{})},
		{wire.RouteEndOverlap, signedIn, a.endOverlap, says("Ends the overlap of two secrets before its time.").bare().onRow().accepts(wire.AcceptedKey{})},
		{wire.RouteTestKey, signedIn, a.testKey, says("Has the server test a key.").bare().intent().accepts(wire.AcceptedKey{}).refuses(429)},
		{wire.RouteCompromise, signedIn, a.compromise, says("Reports a key as compromised: a new secret is made, the old one removed at once.").takes(wire.Compromise{}).onRow().accepts(wire.Compromised{})},
		{wire.RouteRevoke, signedIn, a.revoke, says("Takes all secrets of a key away.").takes(wire.Revoke{}).onRow().accepts(wire.AcceptedKey{})},
		{wire.RouteSecrets, signedIn, a.secrets, says("Lists the secrets that a key has had, without their values.").answers(wire.KeySecrets{})},
		{wire.RouteReminder, delegates, a.answerReminder, says("Answers the reminder that a key ends.").takes(wire.AnswerReminder{}).onRow().accepts(wire.AcceptedKey{})},

		{wire.RouteAmendKeys, officers, a.amendKeys, says("Amends the keys of a code.").takes(wire.AmendKeys{}).intent().accepts(wire.Amended{})},
		{wire.RouteKeyHistory, officers, a.keyHistory, says("Lists what was done to the keys of a code.").answers(wire.KeyHistory{})},
		{wire.RouteEvidence, officers, a.evidence, says("Lists the proofs of the sandbox tests of a code.").answers(wire.EvidenceList{})},
		{wire.RouteAddEvidence, officers, a.addEvidence, says("Adds a proof of the sandbox tests.").takes(wire.NewEvidence{}).intent().accepts(wire.AcceptedKey{})},
		{wire.RouteEvidenceFile, officers, a.evidenceFile, says("Opens the file of a proof.").file(workflow.EvidenceMedia()...)},
		{wire.RoutePermissions, officers, a.permissions, says("Lists the permissions that can be granted in production.").answers(wire.Permissions{})},
		{wire.RouteChangePermissions, officers, a.changePermissions, says("Has permissions of a key granted and taken away.").takes(wire.ChangePermissions{}).onRow().accepts(wire.AcceptedKey{})},
		{wire.RouteRefreshPermissions, officers, a.refreshPermissions, says("Has permissions read from Entra again.").mayTake(wire.RefreshPermissions{}).intent().accepts(wire.Refreshing{}).refuses(404)},
		{wire.RouteValidity, officers, a.validity, says("Tells how long new secrets live, by environment.").answers(wire.Validity{})},
		{wire.RouteSetValidity, officers, a.setValidity, says("Sets how long new secrets of an environment live.").takes(wire.SetValidity{}).intent().answers(wire.Validity{})},
		{wire.RouteSetKeyValidity, officers, a.setKeyValidity, says("Sets how long new secrets of a key live.").takes(wire.SetValidity{}).onRow().accepts(wire.AcceptedKey{})},

		{wire.RouteDirectory, officers, a.directory, says("Tells how the server stands in Entra.").answers(wire.Directory{})},
		{wire.RouteCompareDrift, officers, a.compareDrift, says("Has keys compared with Entra now.").mayTake(wire.CompareDrift{}).intent().accepts(wire.Comparing{}).refuses(404)},
		{wire.RouteFixDrift, officers, a.fixDrift, says("Has a difference with Entra mended, or leaves it with a reason.").takes(wire.FixDrift{}).intent().accepts(wire.FixingDrift{})},

		{wire.RouteTrail, officers, a.searchTrail, says("Searches the audit trail.").searches(trailAsked...).answers(wire.TrailPage{})},
		{wire.RouteTrailExport, officers, a.exportTrail, says("Exports the audit trail, signed.").searches(trailExported...).file(wire.TrailMedia)},
		{wire.RouteActivity, delegates, a.activity, says("Searches what concerns one's own entity in the trail.").searches(activityAsked...).answers(wire.TrailPage{})},
		{wire.RouteActivityExport, delegates, a.exportActivity, says("Exports what concerns one's own entity in the trail, signed.").searches(activityExported...).file(wire.TrailMedia)},

		{wire.RouteBeginSecondFactor, signedIn, a.beginSecondFactor, says("Begins a second factor of one's own.").takes(wire.BeginSecondFactor{}).answers(wire.Enrolment{}).refuses(409, 429)},
		{wire.RouteConfirmSecondFactor, signedIn, a.confirmSecondFactor, says("Confirms it with its first code; the recovery codes are told once.").takes(wire.ConfirmEnrolment{}).answers(wire.RecoveryCodes{}).refuses(410, 429)},
		{wire.RouteRecoveryCodes, signedIn, a.recoveryCodes, says("Makes other recovery codes; those before end.").takes(wire.ProveSecondFactor{}).answers(wire.RecoveryCodes{}).refuses(409, 429)},
		{wire.RouteRemoveSecondFactor, signedIn, a.removeSecondFactor, says("Removes one's own second factor, where the role demands none.").takes(wire.ProveSecondFactor{}).done().refuses(409, 429)},
		{wire.RouteSignInEnrolment, anyone, a.enrolAtSignIn, says("Completes a sign-in that began with an enrolment.").takes(wire.ConfirmEnrolment{}).answers(wire.EnrolledIn{}).refuses(403, 410, 429)},
		{wire.RouteSessions, signedIn, a.listSessions, says("Lists one's own sessions.").answers(wire.OpenSessions{})},
		{wire.RouteEndSession, signedIn, a.endSession, says("Ends one of one's own sessions.").bare().done()},
		{wire.RouteEndOtherSessions, signedIn, a.endOtherSessions, says("Ends all of one's own sessions but this one.").bare().answers(wire.EndedSessions{})},
		{wire.RouteUnlock, signedIn, a.unlock, says("Says whether a password is that of who locked the client.").takes(wire.Unlock{}).done().refuses(429)},

		{wire.RouteOfficers, administrators, a.listOfficers, says("Lists who has the officer's role, or had it.").answers(wire.Officers{})},
		{wire.RouteGrantOfficer, administrators, a.grantOfficer, says("Gives the officer's role to a person by document.").takes(wire.GrantOfficer{}).answers(wire.GrantedOfficer{}).refuses(409)},
		{wire.RouteWithdrawOfficer, administrators, a.withdrawOfficer, says("Takes the officer's role away; every session ends.").takes(wire.OfficerWhy{}).done().refuses(409)},
		{wire.RouteReinstateOfficer, administrators, a.reinstateOfficer, says("Gives a withdrawn role back.").takes(wire.OfficerWhy{}).done().refuses(409)},
		{wire.RouteSetAdministrator, administrators, a.setAdministrator, says("Makes an officer an administrator, or takes that away.").takes(wire.SetAdministrator{}).done().refuses(409)},
		{wire.RouteResetSecondFactor, administrators, a.resetSecondFactor, says("Takes an officer's second factor away and mails a link that sets another.").takes(wire.OfficerWhy{}).answers(wire.ResetOfficer{}).refuses(409)},
		{wire.RouteOfficerAudit, administrators, a.officerAudit, says("Tells what an officer did and what was done to their account; recorded.").answers(wire.OfficerAudit{})},

		{wire.RouteFeed, signedIn, a.feed, says("Opens the feed: facts, as they happen.").feed().refuses(422, 429)},
	}
}
