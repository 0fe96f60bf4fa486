package es

// Labels of buttons and of things named on more than one screen.
const (
	Accept        = "Aceptar"
	Cancel        = "Cancelar"
	Close         = "Cerrar"
	Copy          = "Copiar"
	CopyAll       = "Copiar todo"
	CopyDetails   = "Copiar detalles"
	DeleteNow     = "Borrar ahora"
	Show          = "Mostrar"
	Hide          = "Ocultar"
	Undo          = "Deshacer"
	Retry         = "Reintentar"
	Back          = "Volver"
	BackToMenu    = "← Volver al Menú"
	SignIn        = "Ingresar"
	SignOut       = "Cerrar sesión"
	Take          = "Tomar"
	Release       = "Liberar"
	Resume        = "Reanudar"
	Save          = "Guardar"
	Technical     = "Detalle técnico"
	RequiredLine  = "* Obligatorio"
	DemoData      = "Datos de demostración"
	IncludeSecret = "Incluir el secreto de cliente"

	// Shielded is said while a shown value keeps the window out of captures.
	Shielded = "La pantalla no se puede capturar mientras ve el secreto."

	EnrollTitle  = "Solicitar llave"
	EnrollManual = "Inscripción Token"
	RenewTitle   = "Cambiar llave"
	RenewManual  = "Resolicitud Token"
	KeysTitle    = "Mis llaves"
	KeysManual   = "Consultar Token"
	QueueTitle   = "Solicitudes pendientes"
	QueueManual  = "Asignar Token"
	AmendTitle   = "Llaves asignadas"
	AmendManual  = "Actualizar Token"
	GrantTitle   = "Permisos de producción"
	GrantManual  = "Asignar Roles a Token"

	AgreementTitle = "Acuerdo sobre el método de firma"

	ValidityTitle = "Vigencia de las llaves"
)

// WithManual joins our word and the manual's: «Solicitar llave (Inscripción
// Token)».
func WithManual(ours, manual string) string { return ours + " (" + manual + ")" }
