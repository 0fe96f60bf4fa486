package ministry

import (
	"slices"
	"testing"
	"time"

	"llavero/app/internal/ui/kit"
	"llavero/app/internal/ui/look"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// noon is 12:00 in Colombia.
var noon = time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)

func row() wire.RequestRow {
	return wire.RequestRow{
		ID: "r1", Number: "SOL-2026-000001", Kind: access.KindEnroll, Status: access.StatusPending,
		Code: "0500199001", NIT: "999100005", ProviderNo: 1469, Provider: "HOSPITAL ÑANDÚ DE EJEMPLO",
		Place: "Antioquia-MEDELLÍN", RequestedAt: noon, Version: 3,
		Failure: &access.Failure{Environment: access.Production, Step: access.StepSecret, Status: 403},
	}
}

// wordsOf are a row's cells as they read.
func wordsOf(r *wire.RequestRow, me access.AccountID) []string {
	var words []string
	for col := range queueSheet(nil).columns {
		c := queueCell(r, 1, col, me)
		words = append(words, c.Text+c.Chip.Word)
	}
	return words
}

func TestQueueCell(t *testing.T) {
	taken := row()
	taken.TakenBy, taken.TakenName, taken.TakenAt = "a2", "Otra Persona", noon.Add(time.Minute)
	mine := taken
	mine.TakenBy = "me"
	change := row()
	change.Kind = access.KindRenew
	bare := row()
	bare.Failure, bare.ProviderNo = nil, 0
	base := []string{
		"1", "999100005", "0500199001", "1469", "HOSPITAL ÑANDÚ DE EJEMPLO", "Antioquia-MEDELLÍN",
		"23/11/2026 12:00", "Pendiente", "Ingresar Info", "Pendiente", "El servidor no tiene permiso para crear llaves.", "Sin asignar",
	}
	with := func(changes map[int]string) []string {
		c := slices.Clone(base)
		for i, v := range changes {
			c[i] = v
		}
		return c
	}
	cases := []struct {
		name  string
		r     wire.RequestRow
		want  []string
		level look.Level
	}{
		{"free", row(), base, look.Warning},
		{"taken by a colleague", taken, with(map[int]string{colSituation: "En revisión por Otra Persona", colAttends: "Otra Persona · 12:01"}), look.Warning},
		{"taken by me", mine, with(map[int]string{colSituation: "En revisión por usted", colAttends: "Usted · 12:01"}), look.Warning},
		{"change", change, with(map[int]string{colStatus: "Resolicitado", colSituation: "Cambio solicitado"}), look.Info},
		{"no reason, no number", bare, with(map[int]string{colReason: "—", colProviderNo: ""}), look.Warning},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := wordsOf(&c.r, "me"); !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
			if got := queueCell(&c.r, 1, colStatus, "me").Chip.Level; got != c.level {
				t.Errorf("level %q", got)
			}
		})
	}
}

func TestColumns_order(t *testing.T) {
	want := []string{
		"#", "NIT", "Código habilitación", "Id Prestador", "Prestador", "Sede", "Fecha solicitud", "Estado token", "Ingresar",
		"Situación", "Motivo", "Atiende",
	}
	if got := titles(queueSheet(nil).columns); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func titles(columns []kit.Column) []string {
	var list []string
	for _, c := range columns {
		list = append(list, c.Title)
	}
	return list
}

func TestQueueSheet_order(t *testing.T) {
	rows := make([]wire.RequestRow, 3)
	for i := range rows {
		rows[i] = row()
		rows[i].RequestedAt = noon.Add(time.Duration(i) * time.Hour)
	}
	rows[0].Provider, rows[0].NIT, rows[0].ProviderNo, rows[0].Code = "Ángel de Ejemplo", "999100005", 30, "1100199001"
	rows[1].Provider, rows[1].NIT, rows[1].ProviderNo, rows[1].Code = "Zeta de Ejemplo", "99910000", 4, "0500199001"
	rows[2].Provider, rows[2].NIT, rows[2].ProviderNo, rows[2].Code = "ñandú de Ejemplo", "999100001", 5, "0800199001"
	rows[2].Kind = access.KindRenew
	cases := []struct {
		name string
		s    sorting
		want []int
	}{
		{"own order", sorting{Column: colRequestedAt}, []int{0, 1, 2}},
		{"latest first", sorting{Column: colRequestedAt, Down: true}, []int{2, 1, 0}},
		{"place in the list, down", sorting{Column: colNumber, Down: true}, []int{2, 1, 0}},
		{"names, without accents", sorting{Column: colProvider}, []int{0, 2, 1}},
		{"tax numbers as numbers", sorting{Column: colNIT}, []int{1, 2, 0}},
		{"row numbers", sorting{Column: colProviderNo}, []int{1, 2, 0}},
		{"codes as text", sorting{Column: colCode}, []int{1, 2, 0}},
		{"status, equal ones stay", sorting{Column: colStatus}, []int{0, 1, 2}},
		{"status down, equal ones stay", sorting{Column: colStatus, Down: true}, []int{2, 0, 1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := []int{0, 1, 2}
			queueSheet(func() access.AccountID { return "me" }).order(rows, got, c.s)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{filterCount(1, 1, "solicitud", "solicitudes"), "1 solicitud"},
		{filterCount(61177, 61177, "solicitud", "solicitudes"), "61.177 solicitudes"},
		{filterCount(3, 1200, "solicitud", "solicitudes"), "3 de 1.200 solicitudes"},
		{newRowsWord(1), "1 nueva"},
		{newRowsWord(3), "3 nuevas"},
		{emptyLine(time.Time{}, noon), "No hay solicitudes pendientes."},
		{emptyLine(noon.Add(-time.Hour), noon), "No hay solicitudes pendientes. La última se atendió hoy a las 11:00."},
		{noMatchLine(" ñandú ", "solicitud"), "Ninguna solicitud coincide con “ñandú”."},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
