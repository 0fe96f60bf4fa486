package help

func delegateSections() []Section {
	return []Section{
		{Enroll, "Solicitar llave (Inscripción Token)", "Pide por primera vez las llaves de un código de habilitación, para los dos ambientes.", []string{
			"La primera vez, lea y acepte el acuerdo sobre el método de firma.",
			"Elija la entidad. Escriba parte del nombre, del código o del municipio para encontrarla.",
			"Complete los datos del proveedor, del líder técnico y del responsable de la protección de datos.",
			"Lea los dos textos y marque sus casillas.",
			"Pulse «Generar llave →» y revise lo que va a firmar.",
			"Pulse «Enviar código», escriba los 6 dígitos que llegan a su correo registrado y pulse «Firmar solicitud».",
			"Siga la emisión paso a paso. Puede cerrar: le avisamos.",
		}, []string{
			"Si la emisión no se puede hacer sola, dice «Solicitud enviada» y la mesa de ayuda la revisa.",
			"Una entidad con llave, o con una solicitud en curso, no se pide otra vez: consulte su llave o cámbiela.",
			"La llave vence al año, salvo que el Ministerio fije otro plazo.",
		}},
		{Renew, "Cambiar llave (Resolicitud Token)", "Pide un secreto nuevo para la misma llave. El identificador y los permisos siguen.", []string{
			"Elija la entidad y el motivo: seguridad, cambio de proveedor tecnológico o pronta expiración.",
			"Lea qué pasa con el secreto anterior antes de confirmar.",
			"Complete los datos, marque las casillas y firme con el código del correo.",
		}, []string{
			"Por seguridad, el secreto anterior deja de servir en cuanto existe el nuevo. En los otros casos los dos sirven un tiempo.",
			"Los tokens ya emitidos siguen activos hasta 90 minutos.",
		}},
		{Keys, "Mis llaves (Consultar Token)", "Muestra las llaves de una entidad y sus parámetros de conexión.", []string{
			"Elija la entidad.",
			"Pulse «Mostrar» para ver un valor: se oculta solo a los 30 segundos.",
			"Pulse «Copiar» para llevarlo sin mostrarlo: el portapapeles se borra solo.",
			"«Copiar todo» lleva los parámetros. El secreto va solo si usted marca la casilla.",
			"«Probar llave» enciende cuatro luces; si una falla, dice la causa y qué hacer.",
			"Si otra persona pudo conocer el secreto: «Reportar llave comprometida…», qué pasó y los 4 últimos dígitos del código.",
			"Responda el aviso de vencimiento: «Ya recibí», «Posponer…» o «Ya renové».",
		}, []string{
			"Un secreto nuevo tarda entre 20 s y 10 min en servir en todas partes: espere a que deje de decir «Propagándose».",
			"«Revocar llave…» retira todos sus secretos y no crea otro.",
			"Cada consulta, copia y exportación queda registrada con la persona y la hora.",
			"Entregue la llave únicamente a su proveedor tecnológico.",
		}},
		{Activity, "Actividad", "Muestra lo que se hizo sobre su entidad y con su usuario.", []string{
			"Busque por fecha, código, clase de acto o texto. Intro abre la fila.",
			"«Consultas de valores» dice quién vio, copió, exportó o entregó qué dato, cuándo y desde qué equipo.",
			"«Exportar…» guarda lo que buscó en un archivo que se comprueba sin conexión.",
		}, []string{
			"De lo que hizo el Ministerio se ve el acto, no el funcionario. En el archivo esos asientos van solo por su huella.",
			"Si ve un ingreso que no hizo, cambie su contraseña y avise.",
		}},
	}
}

func officerSections() []Section {
	return []Section{
		{Queue, "Solicitudes pendientes (Asignar Token)", "Lista lo que no se pudo emitir solo.", []string{
			"Busque por código, NIT, nombre, sede o estado.",
			"Pulse «Ingresar Info» en la fila: la solicitud queda a su nombre.",
			"Lea el motivo de la falla. «Reanudar» continúa en el paso que falló.",
			"O escriba las llaves de los dos ambientes y pulse «Guardar».",
		}, []string{
			"Para tomar la de otra persona hay que escribir el motivo, y esa persona lo recibe.",
			"Si deja de usarla, se libera sola en pocos minutos.",
		}},
		{Amend, "Llaves asignadas (Actualizar Token)", "Corrige los datos de las llaves que ya existen.", []string{
			"Busque la entidad y pulse «Actualizar Keys».",
			"Escriba lo que cambia: identificador, secreto o vencimiento, por ambiente.",
			"Pulse «Guardar». Lo que cambió queda en el historial.",
			"«Probar llave» muestra cuatro luces; si una falla, dice la causa y qué hacer.",
		}, []string{
			"Una llave «Sin verificar» no recibe permisos de producción: se comprueba sola en Entra, o pruébela.",
			"«Reportar llave comprometida…» y «Revocar llave…» piden los 4 últimos dígitos del código.",
			"La columna «Llave» de la lista dice qué llave necesita atención; ordene por ella.",
		}},
		{Grant, "Permisos de producción (Asignar Roles a Token)", "Otorga o retira los permisos de producción de una llave.", []string{
			"Busque la entidad. «Actualizar» lee otra vez sus permisos en Microsoft Entra ID.",
			"Pulse «Asignar Prod», marque los permisos y revise qué se agrega y qué se retira.",
			"Confirme.",
		}, []string{
			"Hace falta la evidencia de las pruebas en preproducción.",
			"Un permiso retirado deja de venir en el siguiente token.",
		}},
		{Drift, "Diferencias con Entra", "Muestra lo que Microsoft Entra tiene distinto de lo que este sistema hizo.", []string{
			"Abra una fila: dice qué significa la diferencia y qué se puede hacer; lo recomendado va primero.",
			"Elija, lea la consecuencia y confirme. Para retirar algo, o dejarlo así, escriba el motivo.",
			"«Comparar ahora» no espera a la noche. «Estado del directorio» dice qué permisos tiene el servidor y cuándo vence su credencial.",
		}, []string{
			"Aquí no se elimina ninguna aplicación ni el último secreto que sirve.",
		}},
		{Trail, "Bitácora", "Muestra quién hizo qué y cuándo. Nadie puede cambiarla ni borrarla.", []string{
			"Arriba dice hasta cuándo está íntegra la cadena y cuándo se firmó.",
			"Busque por fechas, documento, NIT o código, clase de acto o texto. Intro abre la fila.",
			"Los intentos de una misma cosa se muestran como uno: marque «Mostrar cada intento» para verlos todos.",
			"«Exportar…» guarda lo que buscó en un archivo que se comprueba sin conexión.",
		}, []string{
			"Abrir esta pantalla y exportar también quedan registrados.",
			"Si la cadena está rota, dice en qué asiento: no la use como prueba y avise al administrador.",
		}},
	}
}

// KeyLines are the keyboard's, in the order they are listed.
func KeyLines() []Entry {
	return []Entry{
		{"F1, Ctrl+/", "Esta ayuda"},
		{"Tab, Mayús+Tab", "Ir al campo siguiente o al anterior"},
		{"Intro, Espacio", "Pulsar el botón; abrir la fila"},
		{"Esc", "Cerrar, borrar la búsqueda o volver"},
		{"Ctrl+Intro", "Confirmar o enviar el formulario"},
		{"Ctrl+F, F3", "Buscar en la lista"},
		{"↑ ↓ RePág AvPág Inicio Fin", "Moverse en la lista o en la ayuda"},
		{"← →, Espacio", "Elegir columna en la lista y ordenar por ella"},
		{"+ −", "Ensanchar o angostar la columna elegida"},
		{"Ctrl+C, tecla Menú", "Copiar la celda; copiar la celda o la fila"},
		{"Ctrl+T, Ctrl+Mayús+T", "Tomar o liberar la solicitud"},
		{"Ctrl+N", "Solicitar llave"},
		{"F5, Ctrl+R", "Actualizar"},
		{"Ctrl+L", "Bloquear la sesión"},
		{"Ctrl+Z", "Deshacer lo último que se puede deshacer"},
	}
}
