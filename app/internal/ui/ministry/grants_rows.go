package ministry

import (
	"cmp"
	"strings"

	"llavero/app/internal/state"
	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// The columns of figure 31 in its order, then ours.
const (
	colGrantCode = iota + 1 // colNumber stands first
	colGrantProvider
	colGrantSite
	colPreprodID
	colProdID
	colGrantState
	colGrantOpen
	colLacks
	colProofs
	colHeld
	colRead
)

// grantsSheet is how «Permisos de producción» shows codes; catalog is what can be
// granted, nil while that is not known.
func grantsSheet(catalog func() *wire.Permissions) sheet[state.Assigned] {
	return sheet[state.Assigned]{
		columns: []kit.Column{
			colNumber:        {Title: "#", Width: 40, Sorts: true},
			colGrantCode:     {Title: "Código Entidad", Width: 108, Sorts: true, Kind: kit.ColumnCode},
			colGrantProvider: {Title: "Prestador", Width: 156, Sorts: true, Kind: kit.ColumnLines, Flex: true},
			colGrantSite:     {Title: "Sede", Width: 124, Sorts: true, Kind: kit.ColumnLines},
			colPreprodID:     {Title: "AppId Preprod", Width: 176, Sorts: true, Kind: kit.ColumnCodeLines},
			colProdID:        {Title: "AppId Prod", Width: 176, Sorts: true, Kind: kit.ColumnCodeLines},
			colGrantState:    {Title: "Estado", Width: 120, Sorts: true, Kind: kit.ColumnChip},
			colGrantOpen:     {Title: "Acciones", Width: 120, Kind: kit.ColumnAction},
			colLacks:         {Title: "Qué falta", Width: 112, Sorts: true, Kind: kit.ColumnLines, Flex: true},
			colProofs:        {Title: "Pruebas", Width: 100, Kind: kit.ColumnAction},
			colHeld:          {Title: "Roles en Entra", Width: 190, Sorts: true, Kind: kit.ColumnLines},
			colRead:          {Title: "Leído", Width: 144, Sorts: true},
		},
		id:      func(a *state.Assigned) string { return string(a.Code) },
		cell:    func(a *state.Assigned, n, col int) kit.Cell { return grantCell(a, n, col, catalog()) },
		compare: compareGrants,
		text: func(a *state.Assigned) string {
			r := requestOf(a)
			return strings.Join([]string{
				string(a.Code), string(r.NIT), r.Provider, r.Place, clientID(a.Preproduction), clientID(a.Production), es.GrantState(a.HasPermissions()),
			}, " ")
		},
		own: sorting{Column: colGrantCode},
		one: "entidad", many: "entidades",
	}
}

func clientID(k *wire.KeyRow) string {
	if k == nil {
		return ""
	}
	return k.ClientID
}

// obstacleOf is why «Asignar Prod» is off. Who has permissions already is let in
// without a proof: they can be taken away.
func obstacleOf(a *state.Assigned) access.Hint {
	why := a.Obstacle()
	if why == access.HintNoEvidence && a.HasPermissions() {
		return ""
	}
	return why
}

// lacks says in a few words what keeps «Asignar Prod» off.
func lacks(why access.Hint) string {
	switch why {
	case "":
		return "—"
	case access.HintNoKey:
		return "Llave de producción"
	case access.HintFormat:
		return "Un GUID en AppId Prod"
	case access.HintNotInEntra:
		return "La aplicación en Entra"
	case access.HintUnverified:
		return "Verificar la llave"
	default:
		return "Prueba de sandbox"
	}
}

// grantCell is what a column shows.
func grantCell(a *state.Assigned, n, col int, catalog *wire.Permissions) kit.Cell {
	r, k := requestOf(a), a.Production
	switch col {
	case colNumber:
		return kit.Cell{Text: es.Number(n), Muted: true}
	case colGrantCode:
		return kit.Cell{Text: string(a.Code)}
	case colGrantProvider:
		return kit.Cell{Text: r.Provider}
	case colGrantSite:
		return kit.Cell{Text: r.Place}
	case colPreprodID:
		return kit.Cell{Text: cmp.Or(clientID(a.Preproduction), "—")}
	case colProdID:
		return kit.Cell{Text: cmp.Or(clientID(k), "—")}
	case colGrantState:
		level := look.Warning
		if a.HasPermissions() {
			level = look.Success
		}
		return kit.Cell{Chip: kit.Chip{Word: es.GrantState(a.HasPermissions()), Level: level}}
	case colGrantOpen:
		return kit.Cell{Text: "Asignar Prod", Muted: obstacleOf(a) != ""}
	case colLacks:
		why := obstacleOf(a)
		return kit.Cell{Text: lacks(why), Muted: why == ""}
	case colProofs:
		return proofsCell(k)
	case colHeld:
		return kit.Cell{Text: held(k, catalog)}
	case colRead:
		if k == nil {
			return kit.Cell{Text: "—", Muted: true}
		}
		return kit.Cell{Text: es.DateTime(k.PermissionsAt), Muted: k.PermissionsAt.IsZero()}
	default:
		return kit.Cell{}
	}
}

func proofsCell(k *wire.KeyRow) kit.Cell {
	switch {
	case k == nil:
		return kit.Cell{Text: "—", Muted: true}
	case k.Evidence == 0:
		return kit.Cell{Text: "Agregar…"}
	default:
		return kit.Cell{Text: es.Count(k.Evidence, "prueba", "pruebas")}
	}
}

// held counts what a key was granted, of what there is, and what is on its way.
func held(k *wire.KeyRow, catalog *wire.Permissions) string {
	if k == nil {
		return "—"
	}
	text := es.Number(len(k.Permissions))
	if catalog != nil {
		text += " de " + es.Number(len(catalog.Items))
	}
	moving, failed := 0, 0
	for _, t := range k.Tasks {
		if t.Failed == "" {
			moving++
		} else {
			failed++
		}
	}
	if moving > 0 {
		text += " · " + es.Number(moving) + " en camino"
	}
	if failed > 0 {
		text += " · " + es.Count(failed, "falló", "fallaron")
	}
	return text
}

func compareGrants(col int) func(a, b *state.Assigned) int {
	switch col {
	case colGrantCode:
		return func(a, b *state.Assigned) int { return cmp.Compare(a.Code, b.Code) }
	case colHeld:
		return func(a, b *state.Assigned) int { return cmp.Compare(heldCount(a), heldCount(b)) }
	case colRead:
		return func(a, b *state.Assigned) int {
			x, y := a.Production, b.Production
			if x == nil || y == nil {
				return cmp.Compare(boolInt(x != nil), boolInt(y != nil))
			}
			return x.PermissionsAt.Compare(y.PermissionsAt)
		}
	default:
		return nil
	}
}

func heldCount(a *state.Assigned) int {
	if a.Production == nil {
		return -1
	}
	return len(a.Production.Permissions)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
