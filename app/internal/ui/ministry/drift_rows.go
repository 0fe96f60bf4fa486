package ministry

import (
	"cmp"
	"strings"
	"time"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/wire"
)

// The columns of the differences.
const (
	colDriftCode = iota + 1 // colNumber stands first
	colDriftEnv
	colDriftKind
	colDriftDetail
	colDriftApp
	colDriftState
	colDriftFound
	colDriftOpen
)

// driftSheet is how the list shows differences.
func driftSheet() sheet[access.Drift] {
	return sheet[access.Drift]{
		columns: []kit.Column{
			colNumber:      {Title: "#", Width: 40, Sorts: true},
			colDriftCode:   {Title: "Código", Width: 112, Sorts: true, Kind: kit.ColumnCode},
			colDriftEnv:    {Title: "Ambiente", Width: 128, Sorts: true},
			colDriftKind:   {Title: "Diferencia", Width: 190, Sorts: true, Kind: kit.ColumnLines, Flex: true},
			colDriftDetail: {Title: "Detalle", Width: 130, Sorts: true, Kind: kit.ColumnLines, Flex: true},
			colDriftApp:    {Title: "Aplicación", Width: 140, Sorts: true, Kind: kit.ColumnCodeLines},
			colDriftState:  {Title: "Situación", Width: 148, Sorts: true, Kind: kit.ColumnChip},
			colDriftFound:  {Title: "Encontrada", Width: 140, Sorts: true},
			colDriftOpen:   {Title: "Acciones", Width: 100, Kind: kit.ColumnAction},
		},
		id:   func(d *access.Drift) string { return d.ID },
		cell: driftCell,
		compare: func(col int) func(a, b *access.Drift) int {
			switch col {
			case colDriftCode:
				return func(a, b *access.Drift) int { return cmp.Compare(a.Code, b.Code) }
			case colDriftFound:
				return func(a, b *access.Drift) int { return a.FoundAt.Compare(b.FoundAt) }
			default:
				return nil
			}
		},
		text: func(d *access.Drift) string {
			return strings.Join([]string{string(d.Code), es.DriftKind(d.Kind), d.Detail, d.Name, es.DriftState(*d)}, " ")
		},
		one: "diferencia", many: "diferencias",
	}
}

func driftCell(d *access.Drift, n, col int) kit.Cell {
	switch col {
	case colNumber:
		return kit.Cell{Text: es.Number(n), Muted: true}
	case colDriftCode:
		return kit.Cell{Text: cmp.Or(string(d.Code), "—"), Muted: d.Code == ""}
	case colDriftEnv:
		return kit.Cell{Text: es.Environment(d.Environment)}
	case colDriftKind:
		return kit.Cell{Text: es.DriftKind(d.Kind)}
	case colDriftDetail:
		return kit.Cell{Text: cmp.Or(d.Detail, "—"), Muted: d.Detail == ""}
	case colDriftApp:
		return kit.Cell{Text: d.Name}
	case colDriftState:
		return kit.Cell{Chip: driftChip(*d)}
	case colDriftFound:
		return kit.Cell{Text: es.DateTime(d.FoundAt)}
	case colDriftOpen:
		if d.State == access.DriftOpen {
			return kit.Cell{Text: "Decidir…"}
		}
		return kit.Cell{Text: "Ver"}
	default:
		return kit.Cell{}
	}
}

func driftChip(d access.Drift) kit.Chip {
	c := kit.Chip{Word: es.DriftState(d), Level: look.Warning}
	switch {
	case d.State == access.DriftOpen && d.Failed != "":
		c.Level = look.Danger
	case d.State == access.DriftFixing:
		c.Level = look.Info
	case d.State == access.DriftFixed:
		c.Level = look.Success
	case d.State == access.DriftDismissed:
		c.Level = look.Neutral
	}
	return c
}

// driftFacts is all that is known of a difference.
func driftFacts(d access.Drift, now time.Time) []kit.Fact {
	facts := []kit.Fact{{Label: "Ambiente", Value: es.EnvironmentLong(d.Environment)}}
	if d.Code != "" {
		facts = append(facts, kit.Fact{Label: "Código de habilitación", Value: string(d.Code), IsCode: true})
	}
	facts = append(facts, kit.Fact{Label: "Aplicación", Value: d.Name, IsCode: true})
	if d.ClientID != "" {
		facts = append(facts, kit.Fact{Label: es.KeyField(access.FieldClientID), Value: d.ClientID, IsCode: true})
	}
	if d.Detail != "" {
		facts = append(facts, kit.Fact{Label: "Detalle", Value: d.Detail})
	}
	facts = append(facts, kit.Fact{Label: "Encontrada", Value: es.Relative(d.FoundAt, now)})
	if d.SeenAt.After(d.FoundAt) {
		facts = append(facts, kit.Fact{Label: "Vista de nuevo", Value: es.Relative(d.SeenAt, now)})
	}
	if d.Fix != "" {
		facts = append(facts, kit.Fact{Label: "Decisión", Value: strings.TrimSuffix(es.DriftFix(d.Kind, d.Fix), "…")})
	}
	if d.By != "" {
		facts = append(facts, kit.Fact{Label: "Decidió", Value: d.By})
	}
	if d.Why != "" {
		facts = append(facts, kit.Fact{Label: "Motivo", Value: d.Why})
	}
	return facts
}

// needsReason says whether a fix is sent with a reason.
func needsReason(f access.DriftFix) bool {
	return f == access.FixDismiss || f == access.FixRemove || f == access.FixRetireApp
}

// directoryFacts is how the server stands in the directory of an environment.
func directoryFacts(d wire.DirectoryOf, now time.Time) []kit.Fact {
	if !d.Configured {
		return []kit.Fact{{Label: "Directorio", Value: "El servidor no tiene un directorio para este ambiente: las solicitudes pasan a la mesa de ayuda."}}
	}
	facts := []kit.Fact{{Label: "Aplicación del servidor", Value: cmp.Or(d.ClientID, "—"), IsCode: true}}
	credential := es.Credential(d.Credential)
	if !d.ExpiresAt.IsZero() {
		credential += " · " + es.Expiry(d.ExpiresAt, now) + " (" + es.DateTime(d.ExpiresAt) + ", hora de Colombia)"
	}
	facts = append(facts, kit.Fact{Label: "Credencial del servidor", Value: credential})
	permissions := cmp.Or(es.DirectoryPermissions(d.Missing, d.Excess), "Tiene los que necesita, y ninguno más.")
	if d.CheckedAt.IsZero() {
		permissions = "Aún no se consultan."
	}
	facts = append(facts, kit.Fact{Label: "Permisos", Value: permissions})
	if d.Quota > 0 {
		facts = append(facts, kit.Fact{Label: "Objetos del directorio", Value: es.Number(d.Objects) + " de " + es.Number(d.Quota)})
	}
	if d.Created > 0 {
		facts = append(facts, kit.Fact{Label: "Creados por el servidor", Value: es.Number(d.Created)})
	}
	if d.TLS != "" {
		facts = append(facts, kit.Fact{Label: "Conexión", Value: d.TLS})
	}
	if d.Failed != "" {
		facts = append(facts, kit.Fact{Label: "Última consulta", Value: es.FailureCause(access.Failure{Code: d.Failed})})
	}
	if !d.CheckedAt.IsZero() {
		facts = append(facts, kit.Fact{Label: "Consultado", Value: es.Relative(d.CheckedAt, now)})
	}
	return facts
}
