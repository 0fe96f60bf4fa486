package es

import (
	"llavero/shared/access"
	"llavero/shared/wire"
)

// Labels of «Funcionarios», for administrators.
const (
	StaffTitle     = "Funcionarios"
	StaffGrant     = "Dar rol de funcionario…"
	StaffWithdraw  = "Retirar el rol…"
	StaffReinstate = "Devolver el rol…"
	StaffAppoint   = "Hacer administrador…"
	StaffDemote    = "Quitar administrador…"
	StaffReset     = "Restablecer segundo factor…"
)

// OfficerSituation is how an officer's role stands.
func OfficerSituation(o wire.Officer) string {
	switch {
	case !o.Withdrawn.At.IsZero():
		return "Retirado"
	case !o.DisabledAt.IsZero():
		return "Usuario apagado"
	case o.Pending:
		return "Sin activar"
	case o.Administrator:
		return "Administrador"
	default:
		return "Activo"
	}
}

// RoleSource says where an officer's role comes from.
func RoleSource(s access.RoleSource) string {
	switch s {
	case access.RoleFromCommand:
		return "Consola del servidor"
	case access.RoleFromRegistration:
		return "Registro y lista del Ministerio"
	case access.RoleFromRoster:
		return "Lista del Ministerio"
	case access.RoleFromAdministrator:
		return "Un administrador"
	default:
		return string(s)
	}
}

// FactorLine says how a second factor stands.
func FactorLine(f wire.SecondFactorState) string {
	if !f.Enrolled {
		return "Sin segundo factor"
	}
	return "Autenticador y " + Count(f.RecoveryCodesLeft, "código de recuperación", "códigos de recuperación")
}
