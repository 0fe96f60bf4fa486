package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
)

// newcomer is somebody of the ready block who has no user yet, and how the
// manual's form calls their fields.
type newcomer struct {
	name         string // of the pictures
	env          string // of the ready block
	card         string // type of user
	kind, number string // labels of the document
	after        string // what the menu says
}

var (
	newDelegate = newcomer{
		"registro-delegada", "LLAVERO_DEMO_NEW_DELEGATE", "Delegado Administrativo", "Tipo identificación delegado", "Número identificación delegado", "Inscripción Token",
	}
	newProfessional = newcomer{
		"registro-profesional", "LLAVERO_DEMO_NEW_PROFESSIONAL", "Profesional de la Salud", "Tipo identificación", "Número de identificación", "Inscripción Token",
	}
	newOfficer = newcomer{
		"registro-funcionario", "LLAVERO_DEMO_NEW_OFFICER", "Otro usuario", "Tipo identificación", "Número identificación usuario", "Asignar Token",
	}
	undelegated = newcomer{
		"registro-sin-delegacion", "LLAVERO_DEMO_NEW_NO_DELEGATION", "Delegado Administrativo", "Tipo identificación delegado", "Número identificación delegado", "",
	}
)

// newWords is the password the newcomers set.
const newWords = "grapa verde con nueve ranas"

// registers walks the manual's three registrations from the sign-in screen to the
// menu, the help without a session, and a delegate who is not delegated.
func (t *tour) registers(ctx context.Context) (err error) {
	if t.newcomer, err = t.open(ctx, "registro"); err != nil {
		return err
	}
	s := t.newcomer
	err = steps(
		func() error {
			return t.picture(ctx, s, "registro-ingreso", "the sign-in screen", button("Registro de usuarios"))
		},
		func() error { return s.press(ctx, "the help", button("Ayuda (F1)")) },
		func() error { return s.press(ctx, "the definitions", button("Definiciones")) },
		func() error {
			return t.picture(ctx, s, "ayuda-definiciones", "the definitions", text("Delegado administrativo"))
		},
		func() error { return s.press(ctx, "the norms", button("Normas")) },
		func() error { return t.picture(ctx, s, "ayuda-normas", "the norms", text("Resolución 1888 de 2025")) },
		func() error { return s.key(ctx, "Escape") },
		func() error { return s.gone(ctx, "the help", text("Resolución 1888 de 2025")) },
		func() error { return t.lacksDelegation(ctx, s) },
	)
	if err != nil {
		return err
	}
	for i, who := range []newcomer{newDelegate, newProfessional, newOfficer} {
		if err := t.register(ctx, s, who, i == 0); err != nil {
			return fmt.Errorf("%s: %w", who.name, err)
		}
	}
	return nil
}

// openForm goes from the sign-in screen to the form of a type of user.
func (t *tour) openForm(ctx context.Context, s *stage, who newcomer, pictures bool) error {
	shoot := func(name, what string, check look) error {
		if !pictures {
			_, err := s.find(ctx, what, check)
			return err
		}
		return t.picture(ctx, s, who.name+name, what, check)
	}
	return steps(
		func() error { return s.press(ctx, "«Registro de usuarios»", button("Registro de usuarios")) },
		func() error { return shoot("-sistema", "the system", button("IHCE")) },
		func() error { return s.press(ctx, "«IHCE»", button("IHCE")) },
		func() error { return shoot("-tipo", "the types of user", button("Profesional de la Salud")) },
		func() error { return s.press(ctx, "«"+who.card+"»", button(who.card)) },
		func() error {
			_, err := s.find(ctx, "the form", text("REGISTRAR USUARIO -IHCE- ("+who.card+")"))
			return err
		},
	)
}

// fillUser writes a newcomer's form and the code of the image.
func (t *tour) fillUser(ctx context.Context, s *stage, who newcomer) error {
	value := func(name string) string { return t.world.env[who.env+"_"+name] }
	_, number, ok := strings.Cut(value("DOCUMENT"), ":")
	if !ok {
		return fmt.Errorf("the ready block names no %s_DOCUMENT", who.env)
	}
	if nit := value("NIT"); nit != "" {
		err := steps(
			func() error { return s.fill(ctx, "Tipo de Entidad", "PSS") },
			func() error { return s.key(ctx, "Return") },
			func() error { return s.fill(ctx, "Nit de la entidad", nit[:3]+"."+nit[3:6]+"."+nit[6:]) },
			func() error { _, err := s.find(ctx, "the check digit", text("Confirme que el dígito")); return err },
		)
		if err != nil {
			return err
		}
	}
	err := steps(
		func() error { return s.fill(ctx, who.kind, "ciudadan") },
		func() error { return s.key(ctx, "Return") },
		func() error { return s.fill(ctx, who.number, number) },
	)
	if registry := value("REGISTRY"); err == nil && registry != "" {
		err = s.fill(ctx, "Registro profesional", registry)
	}
	if err != nil {
		return err
	}
	return s.fill(ctx, "Código de la imagen", strings.ToLower(imageCode))
}

// lacksDelegation: the check names the line that is not met; nothing is kept.
func (t *tour) lacksDelegation(ctx context.Context, s *stage) error {
	return steps(
		func() error { return t.openForm(ctx, s, undelegated, false) },
		func() error { return t.fillUser(ctx, s, undelegated) },
		func() error { return s.press(ctx, "«Verificar requisitos»", button("Verificar requisitos")) },
		func() error { return t.picture(ctx, s, undelegated.name, "the missing line", text("No cumple")) },
		func() error { return s.press(ctx, "«Cancelar»", button("Cancelar")) },
		func() error { _, err := s.find(ctx, "the sign-in screen", text("No soy un robot")); return err },
	)
}

// register walks one registration to the menu of its role, and signs out.
func (t *tour) register(ctx context.Context, s *stage, who newcomer, first bool) error {
	shoot := func(name, what string, check look) func() error {
		return func() error { return t.picture(ctx, s, who.name+name, what, check) }
	}
	if err := t.openForm(ctx, s, who, first); err != nil {
		return err
	}
	if first {
		err := steps(
			func() error { return s.press(ctx, "«Registrar»", button("Registrar")) },
			shoot("-faltan-datos", "the messages", text("Seleccione el tipo de entidad.")),
		)
		if err != nil {
			return err
		}
	}
	since := time.Now()
	err := steps(
		func() error { return t.fillUser(ctx, s, who) },
		shoot("-formulario", "the form", text("Actualizar imagen")),
		func() error { return s.press(ctx, "«Verificar requisitos»", button("Verificar requisitos")) },
		func() error { _, err := s.inSight(ctx, "a line that is met", nth(text("Cumple"), 1)); return err },
		shoot("-requisitos", "the lines", text("Cumple")),
		func() error { return s.press(ctx, "the pledge", unticked) },
		func() error { return until(ctx, patience, "the tick", func() error { return s.ticked(ctx, 1) }) },
		shoot("-acuerdo", "the pledge ticked", text("Acuerdo de confidencialidad")),
		func() error { return s.press(ctx, "«Registrar»", button("Registrar").and(button("Registro").not())) },
		shoot("-resumen", "the summary", text("REGISTRO SATISFACTORIO")),
		func() error { return s.press(ctx, "«Tengo el código»", button("Tengo el código del correo")) },
	)
	if err != nil {
		return err
	}
	link, err := t.world.link(ctx, since)
	if err != nil {
		return err
	}
	return t.unlock(ctx, s, who, link[strings.IndexByte(link, '#')+1:])
}

// unlock sets the password with the code of the mail and signs in with it.
func (t *tour) unlock(ctx context.Context, s *stage, who newcomer, code string) error {
	shoot := func(name, what string, check look) func() error {
		return func() error { return t.picture(ctx, s, who.name+name, what, check) }
	}
	err := steps(
		func() error { return s.fill(ctx, "Código del correo", code) },
		func() error { return s.press(ctx, "«Continuar»", button("Continuar")) },
		func() error { return s.fill(ctx, "Contraseña nueva", newWords) },
		func() error { return s.fill(ctx, "Repita la contraseña", newWords) },
		shoot("-contrasena", "the meter", text("buena")),
		func() error { return s.press(ctx, "«Guardar contraseña»", button("Guardar contraseña")) },
		func() error {
			_, err := s.find(ctx, "what follows", text("Contraseña guardada").or(button("Activar autenticador")))
			return err
		},
	)
	if err != nil {
		return err
	}
	seed := ""
	if who == newOfficer {
		if seed, err = t.enrolAuthenticator(ctx, s, who); err != nil {
			return err
		}
	}
	err = steps(
		shoot("-listo", "the end", text("Contraseña guardada")),
		func() error { return s.press(ctx, "«Ir al ingreso»", button("Ir al ingreso")) },
		func() error { return s.fill(ctx, "Contraseña", newWords) },
		func() error { return s.press(ctx, "«No soy un robot»", box("No soy un robot")) },
		func() error { _, err := s.find(ctx, "the solved check", text("Comprobado")); return err },
		func() error { return s.press(ctx, "«Ingresar»", button("Ingresar")) },
	)
	if err != nil {
		return err
	}
	if seed != "" {
		code, err := totp.GenerateCode(seed, time.Now().Add(30*time.Second)) // this half minute's code is spent
		if err != nil {
			return err
		}
		if err := steps(func() error { return s.fill(ctx, "Código del autenticador", code) }, func() error { return s.key(ctx, "Return") }); err != nil {
			return err
		}
	}
	return steps(
		shoot("-menu", "the menu", text(who.after)),
		func() error { return s.press(ctx, "«Mi cuenta»", button("Mi cuenta")) },
		shoot("-cuenta", "the account", text("Cambiar contraseña")),
		func() error { return s.press(ctx, "«Cerrar sesión»", button("Cerrar sesión")) },
		func() error { _, err := s.find(ctx, "the sign-in screen", text("No soy un robot")); return err },
	)
}

var seedInFours = regexp.MustCompile(`^[A-Z2-7]{4}( [A-Z2-7]{1,4})+$`)

// enrolAuthenticator reads the seed off the screen, as somebody without a camera
// does, and types the first code.
func (t *tour) enrolAuthenticator(ctx context.Context, s *stage, who newcomer) (string, error) {
	if err := t.picture(ctx, s, who.name+"-autenticador", "the QR", button("Activar autenticador")); err != nil {
		return "", err
	}
	o, err := s.find(ctx, "the seed", func(o object) bool { return seedInFours.MatchString(o.Text) })
	if err != nil {
		return "", err
	}
	seed := strings.ReplaceAll(o.Text, " ", "")
	code, err := totp.GenerateCode(seed, time.Now())
	if err != nil {
		return "", errors.Join(errors.New("what is shown is no seed"), err)
	}
	return seed, steps(
		func() error { return s.fill(ctx, "Código del autenticador", code) },
		func() error { return s.press(ctx, "«Activar autenticador»", button("Activar autenticador")) },
	)
}
