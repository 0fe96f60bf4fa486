package help

// Entry is a name and what there is to know of it.
type Entry struct{ Name, Text string }

// Norms are what the manual rests on.
func Norms() []Entry {
	return []Entry{
		{"Resolución 1888 de 2025", "Adopta el Resumen Digital de Atención en Salud (RDA) para intercambiar la historia clínica electrónica y fija cómo se pone en marcha en todo el país. El numeral 6 de su anexo técnico trae las exigencias de seguridad que usted acepta al pedir una llave."},
		{"Resolución 866 de 2021", "Define qué datos clínicos relevantes se intercambian entre las historias clínicas del país."},
		{"Ley 2015 de 2020", "Ordena que las historias clínicas electrónicas de Colombia puedan intercambiar sus datos."},
		{"Estándar HL7 FHIR", "Formato, común a muchos países, en el que viajan los datos clínicos (Fast Healthcare Interoperability Resources)."},
		{"Guías de soporte técnico del Ministerio", "Documentos con los que el Ministerio de Salud y Protección Social acompaña la implementación."},
	}
}

// Terms are the manual's definitions.
func Terms() []Entry {
	return []Entry{
		{"Delegado administrativo", "Persona a quien el representante legal de un prestador encarga las llaves: las pide, las cambia y las consulta en su nombre. Es un tipo de usuario de Hércules."},
		{"Hércules", "Sistema del Ministerio que administra los usuarios de sus aplicaciones de salud digital. Aquí se llega con «Registro de usuarios»."},
		{"IHCE", "Interoperabilidad de la Historia Clínica Electrónica: que la historia de un paciente se pueda leer donde lo atienden."},
		{"IHCE – Administración de llaves de acceso", "Sistema en el que cada prestador gestiona sus propias llaves. Es lo que hace este programa."},
		{"Microsoft Entra ID", "Servicio de identidades de Microsoft que crea las llaves y comprueba quién las usa."},
		{"MSPS", "Ministerio de Salud y Protección Social."},
		{"Prestadores de servicios de salud", "Instituciones, profesionales independientes y transporte especial de pacientes con autorización y habilitación para atender: clínicas, consultorios, centros médicos, laboratorios y demás."},
		{"Profesionales independientes", "Personas tituladas en un área de la salud que atienden por su cuenta y bajo su propio nombre, habilitadas para ello."},
		{"REPS", "Registro Especial de Prestadores de Servicios de Salud: base oficial donde se inscriben los prestadores y los servicios que tienen habilitados."},
		{"Rol_IHCE_MSPS", "Rol de los funcionarios del Ministerio que asignan llaves a los prestadores que las pidieron."},
		{"securityAdmin_IHCE_IPS", "Rol del delegado administrativo de un prestador en la administración de llaves. Los profesionales independientes tienen el mismo."},
	}
}
