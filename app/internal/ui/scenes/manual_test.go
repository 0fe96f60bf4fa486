//go:build !race

package scenes

import (
	"strings"
	"testing"
)

// manualWords are what the manual's screens say, by the manual's row: each word
// in its scene, in the manual's order.
var manualWords = []struct {
	row, scene string
	words      []string
}{
	{"M-02", "help-norms", []string{"Resolución 1888 de 2025", "Resolución 866 de 2021", "Ley 2015 de 2020", "Estándar HL7 FHIR", "Guías de soporte técnico"}},
	{"M-02", "help-terms", []string{
		"Delegado administrativo", "Hércules", "IHCE", "Administración de llaves de acceso", "Microsoft Entra ID", "MSPS", "Prestadores de servicios de salud",
		"Profesionales independientes", "REPS", "Rol_IHCE_MSPS", "securityAdmin_IHCE_IPS",
	}},
	{"M-03", "account-delegate-checked", []string{
		"Requisitos", "organización en MiSeguridadSocial.", "Datos del 23/11/2026 03:00.", "Cumple", "lo delegó a usted",
		"Regístrela en MiSeguridadSocial. Datos del 23/11/2026 03:00.", "No cumple", "Avise a la mesa de ayuda.", "Sin datos",
	}},
	{"M-03", "account-delegate-unmet", []string{"No se cumplen todos los requisitos.", "no se creó ningún usuario."}},
	{"M-09", "login-empty", []string{"Registro de usuarios"}},
	{"M-10", "account-choose-empty", []string{"Registro de usuarios", "IHCE", "Interoperabilidad de Historia Clínica Electrónica"}},
	{"M-11", "account-choose-data", []string{
		"Tipo de usuario", "Delegado Administrativo", "Para quien el representante legal", "Profesional de la Salud", "Para el profesional independiente",
		"Otro usuario", "Para el funcionario del Ministerio",
	}},
	{"M-12", "account-delegate-empty", []string{"REGISTRAR USUARIO -IHCE- (Delegado Administrativo)"}},
	{"M-13", "account-delegate-data", []string{"Tipo de Entidad *", "Entidades Prestadoras de Servicios de Salud – PSS"}},
	{"M-14", "account-delegate-data", []string{"Nit de la entidad *", "999100005", "NIT 999.100.005-0. Confirme que el dígito de verificación es el suyo."}},
	{"M-14", "account-delegate-error", []string{"Nit de la entidad *", "Escriba el NIT sin dígito de verificación."}},
	{"M-15", "account-delegate-empty", []string{"Tipo identificación delegado *", "Seleccione el tipo de identificación"}},
	{"M-16", "account-delegate-error", []string{"Número identificación delegado *", "99X", "Escriba solo los dígitos del documento."}},
	{"M-17", "account-delegate-error", []string{"Código de la imagen", "Actualizar imagen", "Código de la imagen *", "El código de la imagen no coincide. Escriba el de la imagen nueva."}},
	{"M-18", "account-delegate-error", []string{
		"Acuerdo de confidencialidad", "Versión 2026-11", "Me comprometo a mantener la confidencialidad", "Debe aceptar el acuerdo de confidencialidad para continuar.",
	}},
	{"M-19", "account-delegate-data", []string{"Cancelar", "Registrar"}},
	{"M-20", "account-summary-delegate", []string{
		"REGISTRO SATISFACTORIO", "LOGIN DE USUARIO", "ADMIHCEIPS999100005", "Tipo de Registro", "-IHCE- Delegado Administrativo",
		"Tipo Documento Identificación", "Número documento de Identificación", "l•••@clinica.example", "Aceptar",
	}},
	{"M-21", "account-summary-delegate", []string{"Anote y conserve este usuario", "LOGIN DE USUARIO", "Copiar"}},
	{"M-22", "account-summary-delegate", []string{"un enlace y un código para crear su contraseña", "Sirve una vez, hasta el"}},
	{"M-23", "account-professional-data", []string{"REGISTRAR USUARIO -IHCE- (Profesional de la Salud)"}},
	{"M-24", "account-professional-data", []string{"Tipo identificación *", "Número de identificación *", "Registro profesional *", "Código de la imagen *"}},
	{"M-26", "account-professional-error", []string{"Registro profesional *", "El registro profesional no corresponde a este documento."}},
	{"M-28", "account-professional-data", []string{"Ley Estatutaria 1581 de 2012", "Decreto 1074 de 2015", "Cancelar", "Registrar"}},
	{"M-29", "account-summary-professional", []string{
		"REGISTRO SATISFACTORIO", "LOGIN DE USUARIO", "CC9999000011", "-IHCE- Profesional de la Salud", "Registro profesional",
		"No se envió correo: no hay correo registrado; agréguelo en MiSeguridadSocial",
	}},
	{"M-31", "account-delegate-data", []string{"Atención al usuario:", "lunes a viernes", "condiciones legales", "Condiciones legales", "Versión 1.0.0"}},
	{"M-31", "account-summary-other", []string{"Atención al usuario:", "Condiciones legales", "Versión 1.0.0"}},
	{"M-32", "account-other-data", []string{"REGISTRAR USUARIO -IHCE- (Otro usuario)", "El registro solo no da ese rol."}},
	{"M-33", "account-other-data", []string{"Tipo identificación *", "Número identificación usuario *", "Código de la imagen *"}},
	{"M-36", "account-other-data", []string{"Acuerdo de confidencialidad", "Me comprometo", "Cancelar", "Registrar"}},
	{"M-37", "account-summary-other", []string{
		"(Otro tipo de usuario)", "REGISTRO SATISFACTORIO", "LOGIN DE USUARIO", "-IHCE- Otro tipo de usuario", "b•••@ministerio.example", "un enlace y un código",
	}},
	{"M-38", "login-empty", []string{"Dirección del servidor *", "Usuario *", "Contraseña *"}},
	{"M-39", "login-solving", []string{"No soy un robot", "40 %"}},
	{"M-41", "shell-demo", []string{"Login", "Usuario", "Rol", "Rol_IHCE_MSPS", "Datos de demostración"}},
	{"M-41", "shell-online", []string{"Login", "ADMIHCEIPS999100005", "Usuario", "Rol", "securityAdmin_IHCE_IPS"}},
	{"M-43", "delegate-menu", []string{"Solicitar llave", "Inscripción Token", "Cambiar llave", "Resolicitud Token", "Mis llaves", "Consultar Token"}},
	{"M-45", "delegate-enroll-data", []string{"1", "Solicitud de Token", "Paso 1 de 2", "2", "Confirmación"}},
	{"M-45", "delegate-confirm-data", []string{"Solicitud de Token", "2", "Confirmación", "Paso 2 de 2"}},
	{"M-46", "delegate-enroll-data", []string{
		"Complete el formulario para solicitar un nuevo token de acceso.", "SOLICITUD DE TOKEN",
		"Selección de Entidad para Solicitud de Token", "Seleccione la entidad a la cual desea solicitar el token de acceso.",
	}},
	{"M-47", "delegate-enroll-error", []string{"Entidad / Subentidad *", "Seleccione una entidad", "Seleccione una entidad."}},
	{"M-47", "delegate-enroll-data", []string{"Antioquia-MEDELLÍN 0500199001 - Clínica Ñandú de los Andes S.A.S.", "Sedes: 01 Sede Principal Laureles"}},
	{"M-50", "delegate-enroll-error", []string{"Nombre del Proveedor *", "Proveedor S.A.S.", "El nombre del proveedor es obligatorio."}},
	{"M-51", "delegate-enroll-blocked", []string{"Nombre del Software *", "Sistema de Información Hospitalario"}},
	{"M-52", "delegate-enroll-error", []string{"Nombre Líder Técnico *", "Nombre y apellido", "El nombre del líder técnico es obligatorio."}},
	{"M-53", "delegate-enroll-error", []string{"Correo Líder Técnico *", "Escriba un correo válido."}},
	{"M-54", "delegate-enroll-error", []string{"Teléfono Líder Técnico *", "Escriba los 10 dígitos del teléfono."}},
	{"M-55", "delegate-enroll-error", []string{"Nombre Responsable de Protección de Datos *", "El nombre del responsable es obligatorio."}},
	{"M-56", "delegate-enroll-error", []string{"Correo Responsable *", "responsable@empresa.com", "El correo del responsable es obligatorio."}},
	{"M-57", "delegate-enroll-error", []string{"Teléfono Responsable *", "3109876543", "El teléfono del responsable es obligatorio."}},
	{"M-58", "delegate-enroll-error", []string{
		"Términos y condiciones", "Resolución 1888 de 2025", "numeral 6", "segundo factor", "TLS 1.3", "cifrado", "auditoría", "copias de respaldo",
		"Al ingresar el código", "firmo esta solicitud", "Debe aceptar los términos y condiciones para continuar.",
	}},
	{"M-59", "delegate-enroll-error", []string{"Autorización de datos", "Ley 1581 de 2012", "Decreto 1377 de 2013", "Debe aceptar la política de datos para continuar."}},
	{"M-60", "delegate-enroll-data", []string{"← Volver al Menú"}},
	{"M-61", "delegate-enroll-data", []string{"Generar llave →"}},
	{"M-62", "delegate-confirm-data", []string{
		"1100199003", "Soluciones Clínicas Ñustes S.A.S.", "Historia Clínica Güicán 4", "Íngrid Muñoz Demostración",
		"ingrid.munoz@soluciones.example", "3000000001", "Raúl Peña Demostración", "datos@clinica.example", "6040000005",
		"Resolución 1888 de 2025", "Acepto los términos", "Ley 1581 de 2012", "Autorizo el tratamiento",
	}},
	{"M-63", "delegate-confirm-data", []string{"correo registrado", "no se puede cambiar", "a l•••@clinica.example", "Código de 6 dígitos *"}},
	{"M-64", "delegate-progress-done", []string{"Solicitud registrada con éxito", "procesada exitosamente", "SOL-2026-000123", "Ir a Consultar Token"}},
	{"M-66", "delegate-keys-data", []string{"PREPRODUCCION", "••••••••", "PRODUCCION", "Aún no tiene permisos de producción. El Ministerio los otorga después de las pruebas."}},
	{"M-67", "delegate-progress-error", []string{"Solicitud enviada", "mesa de ayuda"}},
	{"M-68", "delegate-enroll-blocked", []string{"Ya solicitada el 23/11/2026 11:54. Situación: Pendiente.", "Ver solicitud"}},
	{"M-68", "delegate-enroll-has-key", []string{"Ya solicitada el", "Mis llaves"}},
	{"M-68", "delegate-enroll-has-key", []string{"Ir a Mis llaves (Consultar Token)", "Ir a Cambiar llave (Resolicitud Token)"}},
	{"M-70", "delegate-renew-data", []string{"Motivo del cambio *", "Cambio de proveedor tecnológico"}},
	{"M-70", "delegate-renew-error", []string{"Motivo del cambio *", "Seleccione el motivo", "Seleccione el motivo del cambio."}},
	{"M-70", "delegate-confirm-renew-security", []string{
		"Motivo", "Motivos de seguridad", "El secreto anterior deja de servir en cuanto exista el nuevo.",
		"Los tokens ya emitidos siguen activos hasta 90 minutos.", "Enviar código",
	}},
	{"M-70", "delegate-confirm-renew-vendor", []string{
		"Preproducción (pruebas)", "Los dos secretos sirven hasta el 30/11/2026 12:00 (hora de Colombia). Puede terminar el relevo antes.",
		"Producción (real)", "Los dos secretos sirven hasta el 30/11/2026 12:00 (hora de Colombia). Puede terminar el relevo antes.",
	}},
	{"M-70", "delegate-confirm-renew-expiry", []string{"Pronta expiración", "El secreto anterior sirve hasta el 14/12/2026 12:00 (hora de Colombia)."}},
	{"M-71", "delegate-renew-no-key", []string{"Entidad / Subentidad *", "Esta entidad aún no tiene llave.", "Ir a Solicitar llave (Inscripción Token)"}},
	{"M-72", "delegate-renew-data", []string{
		"Cambiar llave (Resolicitud Token)", "Resolicitud de Token: esta opción permite", "1", "Resolicitud de Token", "Paso 1 de 2", "2", "Confirmación",
		"Selección de Entidad para Solicitud de Token",
	}},
	{"M-72", "delegate-confirm-renew-vendor", []string{"Resolicitud de Token", "2", "Confirmación", "Paso 2 de 2"}},
	{"M-73", "delegate-renew-data", []string{
		"Nombre del Proveedor *", "Nombre del Software *", "Nombre Líder Técnico *", "Correo Líder Técnico *", "Teléfono Líder Técnico *",
		"Nombre Responsable de Protección de Datos *", "Correo Responsable *", "Teléfono Responsable *",
		"Términos y condiciones", "Autorización de datos", "Ley 1581 de 2012", "← Volver al Menú", "Generar llave →",
	}},
	{"M-74", "delegate-progress-renew-done", []string{"Solicitud registrada con éxito", "La llave ha sido creada correctamente", "SOL-2026-000123", "Ir a Consultar Token"}},
	{"M-75", "delegate-keys-overlap", []string{"Estado de Inscripción", "Reasignación de tokens"}},
	{"M-76", "delegate-renew-blocked", []string{"Ya solicitada el 23/11/2026 11:54. Situación: Cambio solicitado.", "Ver solicitud", "Mis llaves"}},
	{"M-77", "delegate-keys-choose", []string{"Mis llaves (Consultar Token)", "Seleccione una entidad para consultar el token asignado."}},
	{"M-78", "delegate-keys-data", []string{"Selección de Entidad", "Seleccione la entidad para consultar su token de acceso.", "Entidad / Subentidad *", "8 entidad(es) disponible(s) para consulta."}},
	{"M-79", "delegate-keys-data", []string{"Estado de Inscripción", "Se ha asignado el token"}},
	{"M-80", "delegate-keys-data", []string{
		"PREPRODUCCION", "Preproducción (pruebas)", "Nombre de llave", "ClientID", "ClientSecret", "Fecha de expiración", "Sedes de este código: 01 Sede Principal Laureles",
	}},
	{"M-81", "delegate-keys-data", []string{"PRODUCCION", "Producción (real)"}},
	{"M-82", "delegate-keys-data", []string{"Nombre de llave", "IHCE-PREPRODUCCION-0500199001"}},
	{"M-83", "delegate-keys-data", []string{"ClientID", "••••••••", "Mostrar", "ClientSecret", "••••••••", "Mostrar", "Fecha de expiración", "••••••••", "Mostrar"}},
	{"M-83", "delegate-keys-shown", []string{"ClientID", "••••••••", "Mostrar", "ClientSecret", "secreto-de-demostracion", "30 s", "Ocultar"}},
	{"M-85", "delegate-keys-data", []string{
		"Parámetros de conexión", "Preproducción", "Señor usuario por favor tenga en cuenta la siguiente información para el proceso de integración:",
		"EndPoint", "TenantID", "Scope", "APIMSubskey", "••••••••",
	}},
	{"M-78", "delegate-keys-single", []string{"1 entidad(es) disponible(s) para consulta."}},
	{"M-78", "delegate-keys-largest", []string{"28 entidad(es) disponible(s) para consulta."}},
	{"M-86", "delegate-keys-data", []string{"Incluir el secreto de cliente", "Copiar todo"}},
	{"M-87", "delegate-keys-data", []string{"Entregue estos datos solo a su proveedor tecnológico, Soluciones Clínicas Ñustes S.A.S.", "Registrar entrega al proveedor…"}},
	{"M-88", "ministry-menu", []string{"Solicitudes pendientes", "Asignar Token", "Llaves asignadas", "Actualizar Token", "Permisos de producción", "Asignar Roles a Token"}},
	{"M-89", "ministry-queue-data", []string{"LISTADO DE TOKENS", "1 Consulta de Token"}},
	{"M-90", "ministry-queue-data", []string{"9999000001"}}, // ten digits of a document fit
	{"M-90", "ministry-queue-data", []string{
		"#", "NIT", "Código habilitación", "Id Prestador", "Prestador", "Sede", "Fecha solicitud", "Estado token", "Ingresar", "Situación",
	}},
	{"M-91", "ministry-queue-data", []string{"Pendiente", "Resolicitado"}},
	{"M-92", "ministry-queue-data", []string{"Buscar por código, NIT, razón social, sede o estado…"}},
	{"M-93", "ministry-queue-data", []string{"Ingresar Info"}},
	{"M-94", "ministry-attend-data", []string{
		"Entidad", "NIT", "999.100.005-0", "Código de habilitación", "1100199003",
		"Ambiente Productivo", "ClientID (alfanumérico) *", "ClientSecret (alfanumérico) *", "Nombre de la llave (productivo)", "IHCE-PRODUCCION-1100199003", "Fecha Expiración *",
		"Ambiente PreProducción", "ClientID (alfanumérico) *", "ClientSecret (alfanumérico) *", "Nombre de la llave (preproducción)", "IHCE-PREPRODUCCION-1100199003", "Fecha Expiración *",
	}},
	{"M-96", "ministry-attend-saved", []string{"El registro se guardó correctamente.", "1100199003"}},
	{"M-97", "ministry-assigned-data", []string{"Llaves asignadas (Actualizar Token)", "Entidades que ya tienen llaves.", "24 entidades"}},
	{"M-98", "ministry-assigned-data", []string{
		"LISTADO DE TOKENS", "#", "NIT", "Código habilitación", "Id Prestador", "Prestador", "Sede", "Fecha solicitud", "Estado token", "Actualizar", "Situación",
	}},
	{"M-99", "ministry-assigned-data", []string{"Asignado", "Reasignado"}},
	{"M-100", "ministry-assigned-data", []string{"Buscar por código, razón social o estado..."}},
	{"M-101", "ministry-assigned-data", []string{"Actualizar Keys"}},
	{"M-101", "ministry-amend-data", []string{"ClientSecret (alfanumérico) *", "••••••••", "Vacío: se conserva el secreto actual."}},
	{"M-102", "ministry-amend-data", []string{
		"Actualizar ClientID y ClientSecret",
		"Ambiente Productivo", "ClientID (alfanumérico) *", "ClientSecret (alfanumérico) *", "Nombre de la llave (productivo) *", "Fecha Expiración *",
		"Ambiente PreProducción", "ClientID (alfanumérico) *", "ClientSecret (alfanumérico) *", "Nombre de la llave (preproducción) *", "Fecha Expiración *",
	}},
	{"M-105", "ministry-amend-data", []string{"Nombre de la llave (productivo) *", "IHCE-PRODUCCION-0500199002", "La construye el programa."}},
	{"M-107", "ministry-amend-saved", []string{"El registro se guardó correctamente.", "código 0500199002", "Historial"}},
	{"M-108", "ministry-evidence-data", []string{"Pruebas de sandbox", "Archivo · informe-de-pruebas.pdf", "Registro de una prueba", "Agregar prueba"}},
	{"M-109", "ministry-grants-data", []string{
		"Permisos de producción (Asignar Roles a Token)", "Asignar roles",
		"#", "Código Entidad", "Prestador", "Sede", "AppId Preprod", "AppId Prod", "Estado", "Acciones",
	}},
	{"M-110", "ministry-grants-data", []string{"Leído hoy a las 09:14", "Actualizar"}},
	{"M-111", "ministry-grants-data", []string{"Código entidad, prestador, sede, AppId, estado...", "Buscar:"}},
	{"M-112", "ministry-grants-data", []string{"Pendientes", "Asignados"}},
	{"M-113", "ministry-grants-data", []string{"Qué falta", "Asignar Prod", "La aplicación en Entra", "llave-de-prueba", "Un GUID en AppId Prod"}},
	{"M-114", "ministry-grant-data", []string{
		"Asignar roles a aplicación", "AppId", "3f2c0001-0000-4000-8000-000000007919", "Entidad", "Clínica Ñandú de los Andes - Urgencias", "Seleccione los roles a asignar",
	}},
	{"M-115", "ministry-grant-data", []string{
		"Consulta Externa (APP-IHCE-PROD)", "Asignado", "Urgencias (APP-IHCE-PROD)", "Asignado", "Hospitalización (APP-IHCE-PROD)", "Sin asignar",
		"Consultas (APP-IHCE-PROD)", "Sin asignar", "Prestadores (APP-IHCE-PROD)", "Asignado",
	}},
	{"M-116", "ministry-grant-data", []string{"Cancelar"}},
	{"M-117", "ministry-grant-changes", []string{
		"Urgencias (APP-IHCE-PROD)", "− Se retirará", "Hospitalización (APP-IHCE-PROD)", "+ Se asignará", "Motivo del retiro *",
		"Los tokens ya emitidos siguen activos hasta 90 minutos.", "Asignar roles seleccionados",
	}},
	{"M-117", "ministry-grant-results", []string{"Retiro en camino", "En camino", "No se asignó", "El servidor no tiene permiso en Entra."}},
}

// TestManual_words: each screen says what its figure in the manual says, so that
// a reader of the manual finds the way.
func TestManual_words(t *testing.T) {
	says := everySaid(t)
	for _, m := range manualWords {
		t.Run(m.row, func(t *testing.T) {
			rest, ok := says[m.scene]
			if !ok {
				t.Fatalf("there is no scene %s", m.scene)
			}
			for _, word := range m.words {
				_, after, found := strings.Cut(rest, word)
				if !found {
					t.Fatalf("%s does not say %q after what comes before it; it goes on: %s", m.scene, word, rest)
				}
				rest = after
			}
		})
	}
}
