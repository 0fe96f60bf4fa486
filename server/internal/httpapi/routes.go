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

// route is one row of the table: the pattern, who may call it, what it does.
type route struct {
	pattern string
	who     gate
	handle  func(context.Context, *call) (reply, error)
}

// routes is the table: all there is.
func (a *API) routes() []route {
	return []route{
		{wire.RouteHealth, anyone, a.health},
		{wire.RouteAbout, anyone, a.about},
		{wire.RoutePuzzle, anyone, a.puzzle},
		{wire.RouteSignIn, anyone, a.signIn},
		{wire.RouteSecondFactor, anyone, a.secondFactor},
		{wire.RouteSession, signedIn, a.describe},
		{wire.RouteSignOut, signedIn, a.signOut},
		{wire.RouteConsentTexts, signedIn, a.consentTexts},

		{wire.RouteAgreement, delegates, a.agreement},
		{wire.RouteAcceptAgreement, delegates, a.acceptAgreement},
		{wire.RouteSigningKeys, anyone, a.signingKeys},

		{wire.RouteNewImage, anyone, a.newImage},
		{wire.RouteRegistrationInfo, anyone, a.registrationInfo},
		{wire.RoutePrerequisites, anyone, a.checkPrerequisites},
		{wire.RouteRegister, anyone, a.register},
		{wire.RouteRecover, anyone, a.recoverPassword},
		{wire.RouteAccountLink, anyone, a.accountLink},
		{wire.RouteSetPassword, anyone, a.setPassword},
		{wire.RouteConfirmEnrolment, anyone, a.confirmEnrolment},
		{wire.RouteChangePassword, signedIn, a.changePassword},

		{wire.RouteCreateRequest, delegates, a.createRequest},
		{wire.RouteRequest, signedIn, a.requestDetail},
		{wire.RouteChangeRequest, delegates, a.changeRequest},
		{wire.RouteCancelRequest, delegates, a.cancelRequest},
		{wire.RouteSendCode, delegates, a.sendCode},
		{wire.RouteSign, delegates, a.sign},
		{wire.RouteReceipt, signedIn, a.receipt},
		{wire.RouteReceiptPDF, signedIn, a.receiptPDF},
		{wire.RouteTellContact, delegates, a.tellContact},
		{wire.RouteCorrectContact, delegates, a.correctContact},
		{wire.RouteTake, officers, a.take},
		{wire.RouteRelease, officers, a.release},
		{wire.RouteResume, officers, a.resume},
		{wire.RouteAssign, officers, a.assign},

		{wire.RouteParameters, delegates, a.parameters},
		{wire.RouteReveal, delegates, a.reveal},
		{wire.RouteKeyAudit, delegates, a.keyAudit},
		{wire.RouteHandOver, delegates, a.handOver},
		{wire.RouteEndOverlap, signedIn, a.endOverlap},
		{wire.RouteTestKey, signedIn, a.testKey},
		{wire.RouteCompromise, signedIn, a.compromise},
		{wire.RouteRevoke, signedIn, a.revoke},
		{wire.RouteSecrets, signedIn, a.secrets},
		{wire.RouteReminder, delegates, a.answerReminder},

		{wire.RouteAmendKeys, officers, a.amendKeys},
		{wire.RouteKeyHistory, officers, a.keyHistory},
		{wire.RouteEvidence, officers, a.evidence},
		{wire.RouteAddEvidence, officers, a.addEvidence},
		{wire.RouteEvidenceFile, officers, a.evidenceFile},
		{wire.RoutePermissions, officers, a.permissions},
		{wire.RouteChangePermissions, officers, a.changePermissions},
		{wire.RouteRefreshPermissions, officers, a.refreshPermissions},
		{wire.RouteValidity, officers, a.validity},
		{wire.RouteSetValidity, officers, a.setValidity},
		{wire.RouteSetKeyValidity, officers, a.setKeyValidity},

		{wire.RouteDirectory, officers, a.directory},
		{wire.RouteCompareDrift, officers, a.compareDrift},
		{wire.RouteFixDrift, officers, a.fixDrift},

		{wire.RouteTrail, officers, a.searchTrail},
		{wire.RouteTrailExport, officers, a.exportTrail},
		{wire.RouteActivity, delegates, a.activity},
		{wire.RouteActivityExport, delegates, a.exportActivity},

		{wire.RouteFeed, signedIn, a.feed},
	}
}
