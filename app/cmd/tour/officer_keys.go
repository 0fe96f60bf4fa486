package main

import (
	"context"
	"time"
)

// Codes of the demonstration that officers have attended to: one with
// permissions in production, one with a proof and none yet.
const (
	codePermitted = "7610999010"
	codeProven    = "7611199010"
)

// officerOptions walks the officer's other options from the menu: a key is
// amended, permissions are granted and taken away, a validity is set.
func (t *tour) officerOptions(ctx context.Context) error {
	o := t.officer
	return steps(
		func() error { return o.backToMenu(ctx) },
		func() error {
			return t.picture(ctx, o, "funcionaria-menu-opciones", "the three options", text("Asignar Roles a Token"))
		},
		func() error { return t.officerAmends(ctx) },
		func() error { return o.backToMenu(ctx) },
		func() error { return t.officerGrants(ctx) },
		func() error { return o.backToMenu(ctx) },
		func() error { return o.press(ctx, "«Vigencia de las llaves»", button("Vigencia de las llaves")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-vigencia", "the validity of production", text("Producción (real)"))
		},
		func() error { return o.backToMenu(ctx) },
	)
}

// officerAmends: a new expiry, shown before it is saved.
func (t *tour) officerAmends(ctx context.Context) error {
	o := t.officer
	expires := time.Now().AddDate(0, 5, 0).Format("02/01/2006") + " 12:00"
	return steps(
		func() error { return o.press(ctx, "«Llaves asignadas»", button("Llaves asignadas")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-llaves-asignadas", "the list", text("Actualizar Keys"))
		},
		func() error { return o.fill(ctx, "Buscar", codePermitted) },
		func() error { return o.press(ctx, "«Actualizar Keys»", text("Actualizar Keys")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-actualizar-keys", "the form", text("Actualizar ClientID y ClientSecret"))
		},
		func() error { return o.fillIn(ctx, "the expiry", nth(field("Fecha Expiración"), 1), expires) },
		func() error { return o.press(ctx, "«Guardar»", button("Guardar")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-actualizar-confirmar", "the question", button("Guardar cambios"))
		},
		func() error { return o.press(ctx, "«Guardar cambios»", button("Guardar cambios")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-actualizado", "the saved message", text("El registro se guardó correctamente."))
		},
		func() error { return o.press(ctx, "«Volver a la lista»", button("← Volver a la lista")) },
	)
}

// officerGrants: a role is granted, its result arrives, and another is taken
// away with a reason.
func (t *tour) officerGrants(ctx context.Context) error {
	o := t.officer
	return steps(
		func() error { return o.press(ctx, "«Permisos de producción»", button("Permisos de producción")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-permisos", "the list", text("Asignar Prod"))
		},
		func() error { return o.fill(ctx, "Buscar", codeProven) },
		func() error { return o.press(ctx, "«Asignar Prod»", text("Asignar Prod")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-asignar-roles", "the roles", text("Urgencias (APP-IHCE-PROD)"))
		},
		func() error { return o.press(ctx, "«Urgencias»", box("Urgencias")) },
		func() error {
			return o.press(ctx, "«Asignar roles seleccionados»", button("Asignar roles seleccionados"))
		},
		func() error {
			return t.picture(ctx, o, "funcionaria-asignar-confirmar", "the question", text("+ Urgencias (APP-IHCE-PROD)"))
		},
		func() error { return o.press(ctx, "«Asignar 1 rol»", button("Asignar 1 rol")) },
		func() error { return o.gone(ctx, "the question", button("Asignar 1 rol")) },
		func() error { return t.picture(ctx, o, "funcionaria-rol-asignado", "its result", exactly("Asignado")) },
		func() error { return o.press(ctx, "«Urgencias»", box("Urgencias")) },
		func() error { return o.fill(ctx, "Motivo del retiro", "Cierre del servicio") },
		func() error {
			return o.press(ctx, "«Asignar roles seleccionados»", button("Asignar roles seleccionados"))
		},
		func() error {
			return t.picture(ctx, o, "funcionaria-retirar-confirmar", "the question", text("− Urgencias (APP-IHCE-PROD)"))
		},
		func() error { return o.press(ctx, "«Retirar 1 rol»", button("Retirar 1 rol")) },
		func() error { return o.gone(ctx, "the held role", exactly("Asignado")) },
		func() error { return o.press(ctx, "«Ver 1 prueba…»", button("Ver 1 prueba…")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-pruebas", "the proofs", text("Pruebas de sandbox"))
		},
		func() error { return o.key(ctx, "Escape") },
		func() error { return o.gone(ctx, "the proofs", text("Pruebas de sandbox")) },
		func() error { return o.key(ctx, "Escape") },
		func() error { return o.gone(ctx, "the roles", text("Asignar roles a aplicación")) },
	)
}

// exactly matches objects with that text and no more.
func exactly(words string) look { return func(o object) bool { return o.Text == words } }
