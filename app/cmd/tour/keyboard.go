package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// byKeyboard walks both paths without the mouse: a delegate from the sign-in to
// the keys of another code, an officer from the list to a request and back.
func (t *tour) byKeyboard(ctx context.Context) (err error) {
	if t.keyboard, err = t.open(ctx, "teclado"); err != nil {
		return err
	}
	s := t.keyboard
	login, password := t.world.env[delegada.prefix+"_LOGIN"], t.world.env[delegada.prefix+"_PASSWORD"]
	const code = "0504599001"
	err = steps(
		func() error { return s.typeInto(ctx, "Usuario", login) },
		func() error { return s.typeInto(ctx, "Contraseña", password) },
		func() error { return s.tabTo(ctx, "«No soy un robot»", box("No soy un robot")) },
		func() error { return s.key(ctx, "space") },
		func() error { _, err := s.find(ctx, "the solved check", text("Comprobado")); return err },
		func() error { return s.tabTo(ctx, "«Ingresar»", button("Ingresar")) },
		func() error { return s.key(ctx, "Return") },
		func() error { _, err := s.find(ctx, "the menu", text("Inscripción Token")); return err },
		func() error { return s.tabTo(ctx, "«Solicitar llave»", button("Solicitar llave")) },
		func() error { return t.picture(ctx, s, "teclado-menu", "the menu", text("Inscripción Token")) },
		func() error { return s.key(ctx, "Return") },
		func() error { return s.typeInto(ctx, "Entidad / Subentidad", code) },
		func() error { _, err := s.find(ctx, "the found entity", text("Apartad")); return err },
		func() error { return s.key(ctx, "Return") },
	)
	if err != nil {
		return err
	}
	for _, f := range formFields {
		if err := s.typeInto(ctx, f[0], f[1]); err != nil {
			return err
		}
	}
	for i := range 2 {
		err := steps(
			func() error { return s.tabTo(ctx, "a consent box", unticked) },
			func() error { return s.key(ctx, "space") },
			func() error { return until(ctx, patience, "the tick", func() error { return s.ticked(ctx, i+1) }) },
		)
		if err != nil {
			return err
		}
	}
	since := time.Now()
	err = steps(
		func() error { return t.picture(ctx, s, "teclado-formulario", "both ticks", unticked.not()) },
		func() error { return s.key(ctx, "ctrl+Return") },
		func() error { _, err := s.find(ctx, "step 2", text("Lo que va a firmar")); return err },
		func() error { return s.tabTo(ctx, "«Enviar código»", button("Enviar código")) },
		func() error { return s.key(ctx, "Return") },
	)
	if err != nil {
		return err
	}
	otp, err := t.world.code(ctx, since)
	if err != nil {
		return err
	}
	return steps(
		func() error { return s.typeInto(ctx, "Código de 6 dígitos", otp) },
		func() error { return t.picture(ctx, s, "teclado-codigo", "the code typed", button("Firmar solicitud")) },
		func() error { return s.key(ctx, "Return") },
		func() error {
			_, err := s.find(ctx, "the success", text("Solicitud registrada con éxito"))
			return err
		},
		func() error { return s.tabTo(ctx, "«Ir a Consultar Token»", button("Ir a Consultar Token")) },
		func() error { return s.key(ctx, "Return") },
		func() error { _, err := s.find(ctx, "the keys", text("PREPRODUCCION")); return err },
		func() error { return s.tabTo(ctx, "the eye", button("Mostrar")) },
		func() error { return s.key(ctx, "Return") },
		func() error { return t.picture(ctx, s, "teclado-valor-visible", "the shown value", button("Ocultar")) },
		func() error { return t.officerByKeyboard(ctx) },
	)
}

func (t *tour) officerByKeyboard(ctx context.Context) error {
	o := t.officer
	const code = "1100199003"
	return steps(
		func() error { return o.key(ctx, "Return") }, // the menu's first card has the keyboard
		func() error { _, err := o.find(ctx, "the pending list", text("LISTADO DE TOKENS")); return err },
		func() error { return o.key(ctx, "ctrl+f") },
		func() error { return o.holds(ctx, "the search box", field("Buscar")) },
		func() error { return o.write(ctx, code) },
		func() error { _, err := o.find(ctx, "one row", text("1 de ")); return err },
		func() error { return o.key(ctx, "Return") }, // to the list
		func() error {
			return o.holds(ctx, "the list", func(o object) bool { return strings.HasSuffix(o.Type, "kit.Table") })
		},
		func() error { return o.key(ctx, "Return") }, // into the row
		func() error { return t.picture(ctx, o, "teclado-atender", "the form", text("Ambiente Productivo")) },
		func() error { return o.tabTo(ctx, "«Liberar»", button("Liberar")) },
		func() error { return o.key(ctx, "Return") },
		func() error { return t.picture(ctx, o, "teclado-liberada", "the notice", text("Liberó la solicitud")) },
	)
}

// tabTo presses Tab until the keyboard is where it should be: within one round.
func (s *stage) tabTo(ctx context.Context, what string, matches look) error {
	for range 40 {
		if s.holdsWithin(ctx, 300*time.Millisecond, what, matches) == nil {
			return s.holdsInSight(ctx, what)
		}
		if err := s.key(ctx, "Tab"); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s is not reached by Tab on %s's screen", what, s.name)
}

// holdsInSight fails when the keyboard is where nobody sees it.
func (s *stage) holdsInSight(ctx context.Context, what string) error {
	_, err := s.findWithin(ctx, 3*time.Second, what+" in sight", func(o object) bool {
		middle := o.Y + o.H/2
		return o.Focused && (o.Bottom == 0 || middle >= o.Top && middle <= o.Bottom)
	})
	return err
}

// typeInto goes to an entry by Tab and types into it.
func (s *stage) typeInto(ctx context.Context, label, value string) error {
	if err := s.tabTo(ctx, "the field "+label, field(label)); err != nil {
		return err
	}
	if err := s.key(ctx, "ctrl+a"); err != nil {
		return err
	}
	return s.write(ctx, value)
}

// holds waits until the keyboard is in what matches, or in something inside it.
func (s *stage) holds(ctx context.Context, what string, matches look) error {
	return s.holdsWithin(ctx, patience, what, matches)
}

func (s *stage) holdsWithin(ctx context.Context, limit time.Duration, what string, matches look) error {
	return until(ctx, limit, "the keyboard in "+what, func() error {
		objects, err := s.tree(ctx)
		if err != nil {
			return err
		}
		var all []object
		for _, o := range objects {
			if matches(o) {
				all = append(all, o)
			}
		}
		for _, in := range objects {
			if !in.Focused {
				continue
			}
			for _, o := range all {
				if in.X >= o.X && in.Y >= o.Y && in.X+in.W <= o.X+o.W+1 && in.Y+in.H <= o.Y+o.H+1 {
					return nil
				}
			}
		}
		return errors.New("elsewhere")
	})
}
