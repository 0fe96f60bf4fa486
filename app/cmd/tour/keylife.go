package main

import (
	"context"
	"errors"
	"time"
)

// compromisedWord is what the delegate writes of what happened.
const compromisedWord = "Un correo reenviado mostraba el secreto"

// delegateKeepsTheKey: the delegate tests the key of preproduction, reports it
// compromised, follows its replacement and reads the incident.
func (t *tour) delegateKeepsTheKey(ctx context.Context) error {
	s := t.delegate
	const act = "Reemplazar llave de preproducción"
	return steps(
		func() error { return s.testsKey(ctx) },
		func() error {
			return t.inPicture(ctx, s, "delegada-prueba-llave", "the last light", text("La pasarela recibió el token"))
		},
		func() error {
			return s.press(ctx, "«Reportar llave comprometida…»", nth(button("Reportar llave comprometida"), 1))
		},
		func() error { return s.fill(ctx, "Qué pasó", compromisedWord) },
		func() error { return s.fill(ctx, "4 últimos dígitos", "9001") },
		func() error { return t.picture(ctx, s, "delegada-reportar-comprometida", "the question", button(act)) },
		func() error { return s.key(ctx, "Return") },
		func() error {
			return t.picture(ctx, s, "delegada-reemplazo", "the progress",
				text("Reemplazando la llave comprometida").or(text("ya tiene un secreto nuevo")))
		},
		func() error {
			return t.picture(ctx, s, "delegada-reemplazo-exito", "the success", text("ya tiene un secreto nuevo"))
		},
		func() error { return s.press(ctx, "«Ir a Consultar Token»", button("Ir a Consultar Token")) },
		func() error {
			_, err := s.find(ctx, "the tokens that live on", text("Los tokens ya emitidos sirven hasta las"))
			return err
		},
		func() error {
			return t.inPicture(ctx, s, "delegada-incidente", "what happened", text("Qué pasó: "))
		},
	)
}

// testsKey has the first key tested until four lights are on. A key that was
// tested a moment ago, as one just issued, is not tested again for a while.
func (s *stage) testsKey(ctx context.Context) error {
	return until(ctx, 3*patience, "four lights on "+s.name+"'s screen", func() error {
		if err := s.press(ctx, "«Probar llave»", nth(button("Probar llave"), 1)); err != nil {
			return err
		}
		return until(ctx, patience/2, "the end of the test", func() error { return s.lit(ctx, 4) })
	})
}

// lit fails while fewer lights are on.
func (s *stage) lit(ctx context.Context, want int) error {
	objects, err := s.tree(ctx)
	if err != nil {
		return err
	}
	on := map[float64]bool{} // a word and its chip lie in one line
	for _, o := range objects {
		if o.Text == "Correcto" && o.W > 0 {
			on[o.Y+o.H/2] = true
		}
	}
	if len(on) < want {
		return errors.New("not all are on; on screen: " + words(objects))
	}
	return nil
}

// inPicture pictures a stage with an object scrolled into sight.
func (t *tour) inPicture(ctx context.Context, s *stage, name, what string, check look) error {
	if _, err := s.inSight(ctx, what, check); err != nil {
		return err
	}
	return t.picture(ctx, s, name, what, check)
}

// officerDiffers: a secret that somebody added by hand in Entra is found by two
// comparisons, an officer has it removed, and looks how the server stands there.
// What was made moments ago is not compared, and one look is not believed: the
// server's clock is put ahead.
func (t *tour) officerDiffers(ctx context.Context) error {
	o := t.officer
	compare := func() error {
		return steps(
			func() error { return o.press(ctx, "«Comparar ahora»", button("Comparar ahora")) },
			func() error {
				_, err := o.find(ctx, "that keys are compared", text("Comparando "))
				return err
			},
		)
	}
	later := func(by time.Duration) error {
		t.world.kill()
		t.world.ahead += by
		return t.world.start(ctx)
	}
	return steps(
		func() error { return t.world.plantSecret(ctx, "0500199001") },
		func() error { return later(30 * time.Minute) },
		func() error { return o.backToMenu(ctx) }, // the keyboard's part ends in the pending list
		func() error { return o.press(ctx, "«Diferencias con Entra»", button("Diferencias con Entra")) },
		func() error { return o.gone(ctx, "the strip", text("Sin conexión · datos de las")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-sin-diferencias", "the empty list", button("Comparar ahora"))
		},
		compare,
		func() error { return later(30 * time.Minute) }, // the second look is due by itself
		func() error { return o.gone(ctx, "the strip", text("Sin conexión · datos de las")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-diferencias", "the difference", text("Hay un secreto desconocido"))
		},
		func() error { return o.fill(ctx, "Buscar", "desconocido") },
		func() error { return o.gone(ctx, "the other rows", text("Falta la aplicaci")) },
		func() error { return o.press(ctx, "«Decidir…»", text("Decidir…")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-diferencia", "what can be done", button("Retirar el secreto"))
		},
		func() error { return o.press(ctx, "«Retirar el secreto…»", button("Retirar el secreto")) },
		func() error { return o.fill(ctx, "Motivo", "Nadie reconoce ese secreto") },
		func() error {
			return t.picture(ctx, o, "funcionaria-diferencia-confirmar", "the question", text("Retirar el secreto · "))
		},
		func() error { return o.key(ctx, "Return") },
		func() error {
			return t.picture(ctx, o, "funcionaria-diferencia-corregida", "the end", text("Ya no hay diferencia."))
		},
		func() error { return o.press(ctx, "«Cerrar»", button("Cerrar")) },
		func() error { return o.press(ctx, "«Estado del directorio»", button("Estado del directorio")) },
		func() error {
			return t.picture(ctx, o, "funcionaria-estado-directorio", "the standing", text("Credencial"))
		},
		func() error { return o.key(ctx, "Escape") },
		func() error { return o.backToMenu(ctx) },
	)
}
