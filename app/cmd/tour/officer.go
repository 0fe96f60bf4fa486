package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// officerAttends: Entra refuses, the delegate is told, the row appears in the
// officer's open list, and the officer types the keys.
func (t *tour) officerAttends(ctx context.Context) (err error) {
	if t.officer, err = t.open(ctx, "funcionaria"); err != nil {
		return err
	}
	o, d := t.officer, t.delegate
	const code = "0500199002"
	refuse := map[string]any{"kind": "status", "surface": "graph", "path": "addPassword", "status": 403, "count": -1}
	return steps(
		func() error { return t.signIn(ctx, o, funcionaria, "funcionaria") },
		func() error { return t.picture(ctx, o, "funcionaria-menu", "the menu", text("Asignar Token")) },
		func() error { return o.press(ctx, "«Solicitudes pendientes»", button("Solicitudes pendientes")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-pendientes", "the list", text("LISTADO DE TOKENS"))
		},
		func() error { return t.world.control(ctx, "POST", "/faults", refuse) },
		func() error { return d.backToMenu(ctx) },
		func() error { return t.enrol(ctx, d, code, false) },
		func() error {
			return t.picture(ctx, d, "delegada-solicitud-enviada", "the notice", text("Solicitud enviada"))
		},
		func() error {
			return t.picture(ctx, o, "funcionaria-fila-nueva", "the new row, without refresh", text(code).or(text("nueva")))
		},
		func() error { return t.world.control(ctx, "DELETE", "/faults", nil) },
		func() error { return o.fill(ctx, "Buscar", code) },
		func() error { return t.picture(ctx, o, "funcionaria-busqueda", "the found row", text(code)) },
		func() error { return o.press(ctx, "«Ingresar Info»", text("Ingresar Info")) },
		func() error { return t.picture(ctx, o, "funcionaria-atender", "the form", text("Ambiente Productivo")) },
		func() error { return t.typeKeys(ctx, o) },
		func() error {
			return t.picture(ctx, o, "funcionaria-formulario-lleno", "the form", text("Ambiente PreProducción"))
		},
		func() error { return o.key(ctx, "ctrl+Return") },
		func() error {
			return t.picture(ctx, o, "funcionaria-guardado", "the saved message", text("El registro se guardó correctamente."))
		},
	)
}

// typeKeys fills in the officer's form with values made now, the keyboard
// moving from field to field.
func (t *tour) typeKeys(ctx context.Context, o *stage) error {
	expires := time.Now().AddDate(0, 6, 0).Format("02/01/2006") + " 23:59"
	for i := range 2 {
		t.typed = "inventado." + rand.Text() // the second one is of preproduction
		values := [][2]string{
			{"ClientID", uuid.NewString()},
			{"ClientSecret", t.typed},
			{"Fecha Expiración", expires},
		}
		for _, v := range values {
			if err := o.fillIn(ctx, "the field "+v[0], nth(field(v[0]), i+1), v[1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// delegateSeesTypedKeys: the other window changed by itself.
func (t *tour) delegateSeesTypedKeys(ctx context.Context) error {
	d := t.delegate
	return steps(
		func() error {
			return t.picture(ctx, d, "delegada-llave-asignada", "the success, without refresh", button("Ir a Consultar Token"))
		},
		func() error { return d.press(ctx, "«Ir a Consultar Token»", button("Ir a Consultar Token")) },
		func() error {
			return t.picture(ctx, d, "delegada-llaves-digitadas", "the state", text("Se ha asignado el token"))
		},
		func() error { return t.copyTyped(ctx, d) },
		func() error { t.copied = time.Now(); return nil }, // its time runs out while the others go on
	)
}

// officerOffline: the list stays readable with the server killed, and catches
// up when it is back.
func (t *tour) officerOffline(ctx context.Context) error {
	o := t.officer
	return steps(
		func() error { return o.press(ctx, "«Volver a la lista»", button("Volver a la lista")) },
		func() error { return o.pressAway(ctx, "«Quitar filtros»", button("Quitar filtros")) },
		func() error { _, err := o.find(ctx, "the whole list", text("Ingresar Info")); return err },
		func() error { t.world.kill(); return nil },
		func() error {
			return t.picture(ctx, o, "funcionaria-sin-conexion", "the strip", text("Sin conexión · datos de las"))
		},
		func() error {
			if err := t.world.start(ctx); err != nil {
				return fmt.Errorf("start the server again: %w", err)
			}
			return nil
		},
		func() error { return o.gone(ctx, "the strip", text("Sin conexión · datos de las")) },
		func() error { return t.picture(ctx, o, "funcionaria-de-vuelta", "the list", text("LISTADO DE TOKENS")) },
	)
}

func (s *stage) backToMenu(ctx context.Context) error {
	return s.press(ctx, "«Volver al Menú»", button("Volver al Menú"))
}
