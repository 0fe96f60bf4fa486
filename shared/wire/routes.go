package wire

// Protocol is the version of this package's bodies and frames. A client of
// another one is told so (bye protocol).
const Protocol = 1

// Headers of ours and their meaning.
const (
	HeaderIdempotencyKey = "Idempotency-Key" // UUID of the person's act; the same key repeats the same answer
	HeaderRequestID      = "X-Request-Id"    // set by the server on every answer
	HeaderIfMatch        = "If-Match"        // the row's version, in quotes
)

// Sizes that bound what either side takes in.
const (
	MaxBody  = 64 << 10 // bytes of a request body
	MaxFrame = 1 << 20  // bytes of a feed frame
)

// Routes, as patterns of http.ServeMux.
const (
	RouteHealth       = "GET /healthz"
	RouteAbout        = "GET /v1/about"
	RouteOpenAPI      = "GET /v1/openapi.json"
	RoutePuzzle       = "POST /v1/puzzles"
	RouteSignIn       = "POST /v1/sessions"
	RouteSecondFactor = "POST /v1/sessions/second-factor"
	RouteSession      = "GET /v1/session"
	RouteSignOut      = "DELETE /v1/session"
	RouteConsentTexts = "GET /v1/consent-texts"

	RouteAgreement       = "GET /v1/agreement"
	RouteAcceptAgreement = "POST /v1/agreement"
	RouteSigningKeys     = "GET /v1/signing-keys" // the file of a receipt.KeyRing

	RouteNewImage         = "POST /v1/images"
	RouteRegistrationInfo = "GET /v1/registration"
	RoutePrerequisites    = "POST /v1/registration/prerequisites"
	RouteRegister         = "POST /v1/registration"
	RouteRecover          = "POST /v1/recovery"
	RouteAccountLink      = "POST /v1/account-link"
	RouteSetPassword      = "POST /v1/account-link/password"
	RouteConfirmEnrolment = "POST /v1/account-link/second-factor"
	RouteChangePassword   = "POST /v1/session/password"

	RouteCreateRequest  = "POST /v1/key-requests"
	RouteRequest        = "GET /v1/key-requests/{id}"
	RouteChangeRequest  = "PUT /v1/key-requests/{id}"
	RouteCancelRequest  = "DELETE /v1/key-requests/{id}"
	RouteSendCode       = "POST /v1/key-requests/{id}/codes"
	RouteSign           = "POST /v1/key-requests/{id}/sign"
	RouteReceipt        = "GET /v1/key-requests/{id}/receipt"     // the file of a signed receipt, to be saved as it comes
	RouteReceiptPDF     = "GET /v1/key-requests/{id}/receipt.pdf" // the same on paper
	RouteTake           = "POST /v1/key-requests/{id}/take"
	RouteRelease        = "POST /v1/key-requests/{id}/release"
	RouteResume         = "POST /v1/key-requests/{id}/resume"
	RouteAssign         = "POST /v1/key-requests/{id}/assign"
	RouteTellContact    = "POST /v1/key-requests/{id}/contacts/{role}/notice"
	RouteCorrectContact = "PUT /v1/key-requests/{id}/contacts/{role}"

	RouteParameters = "GET /v1/keys/{id}/parameters"
	RouteReveal     = "POST /v1/keys/{id}/reveal"
	RouteKeyAudit   = "GET /v1/keys/{id}/audit"
	RouteHandOver   = "POST /v1/keys/{id}/hand-over"
	RouteEndOverlap = "POST /v1/keys/{id}/end-overlap"
	RouteTestKey    = "POST /v1/keys/{id}/test"
	RouteCompromise = "POST /v1/keys/{id}/compromise"
	RouteRevoke     = "POST /v1/keys/{id}/revoke"
	RouteSecrets    = "GET /v1/keys/{id}/secrets"
	RouteReminder   = "POST /v1/keys/{id}/reminder"

	RouteAmendKeys          = "PUT /v1/codes/{code}/keys"
	RouteKeyHistory         = "GET /v1/codes/{code}/history"
	RouteEvidence           = "GET /v1/codes/{code}/evidence"
	RouteAddEvidence        = "POST /v1/codes/{code}/evidence"
	RouteEvidenceFile       = "GET /v1/evidence/{id}/file"
	RoutePermissions        = "GET /v1/permissions"
	RouteChangePermissions  = "POST /v1/keys/{id}/permissions"
	RouteRefreshPermissions = "POST /v1/permissions/refresh"
	RouteValidity           = "GET /v1/validity"
	RouteSetValidity        = "PUT /v1/validity/{environment}"
	RouteSetKeyValidity     = "PUT /v1/keys/{id}/validity"

	RouteDirectory    = "GET /v1/directory"
	RouteCompareDrift = "POST /v1/drift/compare"
	RouteFixDrift     = "POST /v1/drift/{id}/fix"

	RouteTrail          = "GET /v1/audit"
	RouteTrailExport    = "GET /v1/audit/export"
	RouteActivity       = "GET /v1/activity"
	RouteActivityExport = "GET /v1/activity/export"

	// Of one's own second factor and sessions, and of administrators. None carries
	// an Idempotency-Key: what they answer is kept nowhere, and each asked twice
	// does no more than asked once.

	RouteBeginSecondFactor   = "POST /v1/second-factor"
	RouteConfirmSecondFactor = "POST /v1/second-factor/confirm"
	RouteRecoveryCodes       = "POST /v1/second-factor/recovery-codes"
	RouteRemoveSecondFactor  = "POST /v1/second-factor/remove"
	RouteSignInEnrolment     = "POST /v1/sessions/enrolment"

	RouteSessions         = "GET /v1/sessions"
	RouteEndSession       = "POST /v1/sessions/{id}/end"
	RouteEndOtherSessions = "POST /v1/sessions/end-others"
	RouteUnlock           = "POST /v1/session/unlock"

	RouteOfficers          = "GET /v1/officers"
	RouteGrantOfficer      = "POST /v1/officers"
	RouteWithdrawOfficer   = "POST /v1/officers/{id}/withdraw"
	RouteReinstateOfficer  = "POST /v1/officers/{id}/reinstate"
	RouteSetAdministrator  = "POST /v1/officers/{id}/administrator"
	RouteResetSecondFactor = "POST /v1/officers/{id}/reset-second-factor"
	RouteOfficerAudit      = "GET /v1/officers/{id}/audit"

	RouteFeed = "GET /v1/feed"
)
