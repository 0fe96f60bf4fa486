package wire

// Routes of one's own second factor and sessions, and of administrators. None
// carries an Idempotency-Key: what they answer is kept nowhere, and each asked
// twice does no more than asked once.
const (
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
)
