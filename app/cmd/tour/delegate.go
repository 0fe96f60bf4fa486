package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// person is a demonstration user, from the development server's ready block.
type person struct{ prefix string }

var (
	delegada    = person{prefix: "LLAVERO_DEMO_DELEGATE"}
	funcionaria = person{prefix: "LLAVERO_DEMO_OFFICER"}
)

// signIn goes from the first screen to the menu.
func (t *tour) signIn(ctx context.Context, s *stage, who person, name string) error {
	login, password := t.world.env[who.prefix+"_LOGIN"], t.world.env[who.prefix+"_PASSWORD"]
	if login == "" || password == "" {
		return fmt.Errorf("the ready block names no %s_LOGIN and _PASSWORD", who.prefix)
	}
	if err := t.picture(ctx, s, name+"-ingreso", "the sign-in screen", button("Ingresar").or(text("No soy un robot"))); err != nil {
		return err
	}
	err := steps(
		func() error { return s.fill(ctx, "Usuario", login) },
		func() error { return s.fill(ctx, "Contraseña", password) },
		func() error { return s.press(ctx, "«No soy un robot»", box("No soy un robot")) },
		func() error {
			return t.picture(ctx, s, name+"-no-soy-un-robot", "the solved check", text("Comprobado"))
		},
		func() error { return s.press(ctx, "«Ingresar»", button("Ingresar")) },
	)
	if err != nil {
		return err
	}
	seed := t.world.env[who.prefix+"_TOTP_SEED"]
	if seed == "" {
		return nil
	}
	if err := t.picture(ctx, s, name+"-segundo-factor", "the second factor", text("Código del autenticador")); err != nil {
		return err
	}
	code, err := totp.GenerateCode(seed, time.Now())
	if err != nil {
		return err
	}
	return steps(
		func() error { return s.fill(ctx, "Código del autenticador", code) },
		func() error { return s.key(ctx, "Return") },
	)
}

// delegateEnrols: from the sign-in to a copied secret.
func (t *tour) delegateEnrols(ctx context.Context) (err error) {
	if t.delegate, err = t.open(ctx, "delegada"); err != nil {
		return err
	}
	s := t.delegate
	return steps(
		func() error { return t.signIn(ctx, s, delegada, "delegada") },
		func() error { return t.picture(ctx, s, "delegada-menu", "the menu", text("Inscripción Token")) },
		func() error { return t.enrol(ctx, s, "0500199001", true) },
		func() error {
			return t.picture(ctx, s, "delegada-exito", "the success", text("Solicitud registrada con éxito"))
		},
		func() error { return s.press(ctx, "«Ir a Consultar Token»", button("Ir a Consultar Token")) },
		func() error { return t.picture(ctx, s, "delegada-mis-llaves", "the keys", text("PREPRODUCCION")) },
		func() error { return s.clickAt(ctx, 1000, 300) }, // an open list closes
		func() error { return s.press(ctx, "the eye of the secret", nth(button("Mostrar"), 2)) },
		func() error {
			return t.picture(ctx, s, "delegada-secreto-visible", "the shown secret", button("Ocultar"))
		},
		func() error { return s.press(ctx, "«Ocultar»", button("Ocultar")) },
		func() error { return t.secretCopied(ctx) },
	)
}

// formFields are the fields of step 1 after the entity, and what is typed.
var formFields = [][2]string{
	{"Nombre del Proveedor", "Proveedor de Ejemplo S.A.S."},
	{"Nombre del Software", "Historia de Ejemplo 4"},
	{"Nombre Líder Técnico", "Lider de Ejemplo"},
	{"Correo Líder Técnico", "lider@clinica.example"},
	{"Teléfono Líder Técnico", "300 123 4567"},
	{"Nombre Responsable", "Responsable de Ejemplo"},
	{"Correo Responsable", "datos@clinica.example"},
	{"Teléfono Responsable", "3109876543"},
}

// asking is one walk through a form and its signature.
type asking struct {
	card     string // of the menu
	heading  string // of the form
	prefix   string // of the pictures
	code     string
	reason   string // what is typed to find it; none for an enrolment
	progress string // what the screen says while the server works
	pictures bool
}

// enrol fills in both steps for a code and signs with the mailed code.
func (t *tour) enrol(ctx context.Context, s *stage, code string, pictures bool) error {
	return t.ask(ctx, s, asking{
		card: "Solicitar llave", heading: "SOLICITUD DE TOKEN", prefix: "delegada-inscripcion", code: code, progress: "Creando", pictures: pictures,
	})
}

func (t *tour) ask(ctx context.Context, s *stage, a asking) error {
	shoot := func(name, what string, check look) error {
		if !a.pictures {
			_, err := s.find(ctx, what, check)
			return err
		}
		return t.picture(ctx, s, a.prefix+name, what, check)
	}
	if err := s.press(ctx, "«"+a.card+"»", button(a.card)); err != nil {
		return err
	}
	if err := shoot("", "the form", text(a.heading)); err != nil {
		return err
	}
	if a.pictures {
		err := steps(
			func() error { return s.press(ctx, "«Generar llave»", button("Generar llave")) },
			func() error {
				return shoot("-faltan-datos", "the messages", text("El nombre del proveedor es obligatorio."))
			},
		)
		if err != nil {
			return err
		}
	}
	err := steps(
		func() error { return s.fill(ctx, "Entidad / Subentidad", a.code) },
		func() error { return shoot("-entidad", "the found entity", text(a.code)) },
		func() error { return s.key(ctx, "Return") },
	)
	if err == nil && a.reason != "" {
		err = steps(
			func() error { return s.fill(ctx, "Motivo del cambio", a.reason) },
			func() error { return shoot("-motivo", "the found reason", text(a.reason)) },
			func() error { return s.key(ctx, "Return") },
		)
	}
	if err != nil {
		return err
	}
	if err := t.fillForm(ctx, s); err != nil {
		return err
	}
	return t.sign(ctx, s, a, shoot)
}

// fillForm writes the fields of step 1 after the entity, and ticks both boxes.
func (t *tour) fillForm(ctx context.Context, s *stage) error {
	for _, f := range formFields {
		if err := s.fill(ctx, f[0], f[1]); err != nil {
			return err
		}
	}
	for i := range 2 {
		if err := s.press(ctx, "a consent box", nth(unticked, 1)); err != nil {
			return fmt.Errorf("consent %d: %w", i+1, err)
		}
		if err := until(ctx, patience, "the tick", func() error { return s.ticked(ctx, i+1) }); err != nil {
			return err
		}
	}
	return nil
}

// sign goes on to step 2 and signs with the mailed code.
func (t *tour) sign(ctx context.Context, s *stage, a asking, shoot func(name, what string, check look) error) error {
	since := time.Now()
	err := steps(
		func() error {
			return shoot("-llena", "both consents ticked", text("Autorización").or(unticked.not()))
		},
		func() error { return s.press(ctx, "«Generar llave»", button("Generar llave")) },
		func() error { return shoot("-confirmacion", "step 2", text("Lo que va a firmar")) },
		func() error { return s.press(ctx, "«Enviar código»", button("Enviar código")) },
	)
	if err != nil {
		return err
	}
	otp, err := t.world.code(ctx, since)
	if err != nil {
		return err
	}
	return steps(
		func() error { return s.fill(ctx, "Código de 6 dígitos", otp[:3]+" "+otp[3:]) },
		func() error { return shoot("-codigo", "the code typed", button("Firmar solicitud")) },
		func() error { return s.press(ctx, "«Firmar solicitud»", button("Firmar solicitud")) },
		func() error {
			return shoot("-emision", "the progress", text(a.progress).or(text("Solicitud registrada")).or(text("Solicitud enviada")))
		},
	)
}

// delegateChanges: the keys of the same code are changed for another vendor; the
// overlap is looked at and left, and the key handed over.
func (t *tour) delegateChanges(ctx context.Context) error {
	s := t.delegate
	return steps(
		func() error { return s.backToMenu(ctx) },
		func() error {
			return t.ask(ctx, s, asking{
				card: "Cambiar llave", heading: "RESOLICITUD DE TOKEN", prefix: "delegada-resolicitud", code: "0500199001",
				reason: "proveedor", progress: "Cambiando", pictures: true,
			})
		},
		func() error {
			return t.picture(ctx, s, "delegada-resolicitud-exito", "the success", text("La llave ha sido creada correctamente"))
		},
		func() error { return s.press(ctx, "«Ir a Consultar Token»", button("Ir a Consultar Token")) },
		func() error {
			return t.picture(ctx, s, "delegada-llaves-reasignadas", "the state", text("Reasignación de tokens"))
		},
		func() error { return s.press(ctx, "«Terminar relevo…»", nth(button("Terminar relevo"), 1)) },
		func() error {
			return t.picture(ctx, s, "delegada-terminar-relevo", "the question", text("Terminar el relevo de preproducción"))
		},
		func() error { return s.key(ctx, "Escape") },
		func() error { return s.press(ctx, "«Registrar entrega…»", nth(button("Registrar entrega al"), 1)) },
		func() error { return s.fill(ctx, "Quién recibe", "Paula de Ejemplo") },
		func() error { return t.picture(ctx, s, "delegada-entrega", "the form", button("Registrar entrega de")) },
		func() error { return s.key(ctx, "Return") },
		func() error {
			return s.press(ctx, "the record", nth(button("Quién vio"), 1))
		},
		func() error {
			return t.picture(ctx, s, "delegada-registro", "the record", text("entregó la llave a Paula de Ejemplo"))
		},
	)
}

// ticked says whether n boxes are ticked.
func (s *stage) ticked(ctx context.Context, n int) error {
	objects, err := s.tree(ctx)
	if err != nil {
		return err
	}
	on := 0
	for _, o := range objects {
		if strings.HasSuffix(o.Type, "Check") && o.Checked {
			on++
		}
	}
	if on < n {
		return fmt.Errorf("%d of %d ticked", on, n)
	}
	return nil
}

// steps does one after another and stops at the first that fails.
func steps(all ...func() error) error {
	for _, step := range all {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
