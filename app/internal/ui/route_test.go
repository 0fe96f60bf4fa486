package ui

import (
	"strings"
	"testing"

	"llavero/app/internal/state"
)

func TestRoute_trailLeadsHome(t *testing.T) {
	for r, want := range map[route]string{
		routeSignIn:         "Ingresar",
		routeRegister:       "Ingresar/Registro de usuarios",
		routeRegisterForm:   "Ingresar/Registro de usuarios/Registrar usuario",
		routeRegistered:     "Ingresar/Resumen del registro",
		routeRecover:        "Ingresar/Olvidé mi contraseña",
		routeUnlock:         "Ingresar/Tengo un código de registro",
		routeAccount:        "Menú/Mi cuenta",
		routeOfficerAccount: "Menú/Mi cuenta",

		routeDelegateMenu: "Menú",
		routeEnroll:       "Menú/Solicitar llave (Inscripción Token)",
		routeConfirm:      "Menú/Solicitar llave (Inscripción Token)/Confirmación",
		routeRenew:        "Menú/Cambiar llave (Resolicitud Token)",
		routeConfirmRenew: "Menú/Cambiar llave (Resolicitud Token)/Confirmación",
		routeProgress:     "Menú/Estado de la solicitud",
		routeKeys:         "Menú/Mis llaves (Consultar Token)",
		routeQueue:        "Menú/Solicitudes pendientes (Asignar Token)",
		routeAttend:       "Menú/Solicitudes pendientes (Asignar Token)/Ingresar llaves",
	} {
		var names []string
		for _, step := range r.trail() {
			names = append(names, step.title())
		}
		if got := strings.Join(names, "/"); got != want {
			t.Errorf("trail %q, want %q", got, want)
		}
	}
	if len(routeNone.trail()) != 0 {
		t.Error("nowhere has a trail")
	}
}

func TestLinkChip_alwaysAWordAndAnIcon(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range []state.LinkPhase{state.LinkOffline, state.LinkConnecting, state.LinkCatchingUp, state.LinkOnline} {
		c := linkChip(p)
		if c.Word == "" || c.Icon == nil || seen[c.Word] {
			t.Errorf("%s shows %+v", p, c)
		}
		seen[c.Word] = true
	}
}

func TestShorten(t *testing.T) {
	for in, want := range map[string]string{"Ana": "Ana", "Íngrid Muñoz": "Íngrid Muñ…", "Íngrid Muño": "Íngrid Muño"} {
		if got := shorten(in, 11); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}
