package seed

import (
	"slices"
	"strconv"
	"strings"

	"llavero/shared/access"
	"llavero/shared/divipola"
)

var classCodes = map[string]string{ClassIPS: "1", ClassIndependent: "2", ClassTransport: "4", ClassOther: "3"}

func digit(number string) string { return strconv.Itoa(access.NIT(number).CheckDigit()) }

func place(c access.LicenseCode) (department, municipality string) {
	m, _ := divipola.Lookup(c.Municipality())
	return m.Department, strings.ToUpper(m.Name)
}

func mainRow(p Provider, stamp string) []string {
	d, m := place(p.Code)
	return slices.Concat([]string{
		d, m, string(p.Code), p.Name, "", p.Document.Number, p.LegalName, classCodes[p.Class], p.Class, "NO", p.Address,
		p.Phone, "--", p.Email, p.Manager, "", "", "SI", "20200131", "2027-01-31", "--", digit(p.Document.Number), p.Person,
		"1", "Privada", string(p.Sites[0].Number), stamp, "--", "", p.Manager,
	}, flags())
}

func siteRow(p Provider, s Site, stamp string) []string {
	d, m := place(s.Code)
	return slices.Concat([]string{
		d, m, string(p.Code), p.Name, string(s.Code), string(s.Number), s.Name, p.Manager, "URBANA", p.Address, "Centro",
		"", "", p.Phone, "", p.Email, "20200131", "", p.Document.Number, digit(p.Document.Number), p.Person, "1", "Privada",
		classCodes[p.Class], p.Class, "NO", "", "", yes(s.Number == p.Sites[0].Number && s.Code == p.Code), "SI",
		string(p.Sites[0].Number),
	}, hours(), []string{stamp, "--", ""}, flags())
}

func openRow(p Provider, s Site, stamp string) []string {
	pd, pm := place(p.Code)
	sd, sm := place(s.Code)
	return []string{
		string(p.Code), p.Name, string(s.Code) + string(s.Number), s.Name, string(p.Document.Type), p.Document.Number,
		"Privada", "NO", p.Code.Municipality(), pd, pm, p.Address, p.Email, p.Phone, s.Code.Municipality(), sd, sm,
		p.Address, p.Email, p.Phone, p.Class, stamp,
	}
}

func hours() []string {
	return slices.Concat(slices.Repeat([]string{"07:00-17:00"}, 5), []string{"--", "--"})
}

func flags() []string { return slices.Repeat([]string{"NO"}, len(townHeader)) }

func yes(b bool) string {
	if b {
		return "SI"
	}
	return "NO"
}

// plant is one kind of damage. A rejected or adding one is a row of its own
// after the good one; any other is done to the good row.
type plant struct {
	reason   string
	rejected bool
	adds     bool
	fits     func(fields []string) bool
	damage   func(fields []string, line int) []string
	raw      func(text string) string // damage to the written line
}

// madeUpCode is a code no good row has.
func madeUpCode(line int, municipality string) access.LicenseCode {
	return code(municipality, 50_000+line%10_000)
}

// with changes one column.
func with(column int, value string) func([]string, int) []string {
	return func(f []string, _ int) []string {
		f[column] = value
		return f
	}
}

// coded gives a row a code of its own before damaging it.
func coded(column int, suffix string, then func([]string, int) []string) func([]string, int) []string {
	return func(f []string, line int) []string {
		f[column] = string(madeUpCode(line, "05001")) + suffix
		return then(f, line)
	}
}

func tooMany(f []string, _ int) []string {
	return append(f[:10:10], append([]string{"Local 1", "Local 2"}, f[10:]...)...)
}

func tooFew(f []string, _ int) []string { return f[:len(f)-5] }

func same(f []string, _ int) []string { return f }

func startsWithZero(column int) func([]string) bool {
	return func(f []string) bool { return strings.HasPrefix(f[column], "0") }
}

func dropFirst(column int) func([]string, int) []string {
	return func(f []string, _ int) []string {
		f[column] = f[column][1:]
		return f
	}
}

// nowhere gives a row a code of a municipality that does not exist.
func nowhere(suffix string, columns ...int) func([]string, int) []string {
	return func(f []string, line int) []string {
		for i, c := range columns {
			f[c] = string(madeUpCode(line, "99999"))
			if i == len(columns)-1 {
				f[c] += suffix
			}
		}
		return f
	}
}

var (
	mainPlants = []plant{
		{reason: "field_count", rejected: true, damage: coded(2, "", tooMany)},
		{reason: "field_count", rejected: true, damage: coded(2, "", tooFew)},
		{reason: "bad_code", rejected: true, damage: with(2, "05001ABCDE")},
		{reason: "bad_code", rejected: true, damage: with(2, "")},
		{reason: "bad_document", rejected: true, damage: coded(2, "", with(5, "--"))},
		{reason: "repeated", rejected: true, damage: same},
		{reason: "unknown_municipality", adds: true, damage: nowhere("", 2)},
		{reason: "restored_zero", fits: startsWithZero(2), damage: dropFirst(2)},
		{reason: "check_digit", damage: with(21, "X")},
		{reason: "check_digit", damage: with(21, "")},
		{reason: "bad_email", damage: with(13, "sin correo")},
		{reason: "bad_phone", damage: with(11, "123")},
		{reason: "bad_date", damage: with(18, "31/02/2020")},
	}
	sitePlants = []plant{
		{reason: "field_count", rejected: true, damage: coded(4, "", tooMany)},
		{reason: "field_count", rejected: true, damage: coded(4, "", tooFew)},
		{reason: "bad_code", rejected: true, damage: with(4, "050019")},
		{reason: "bad_site", rejected: true, damage: coded(4, "", with(5, "A1"))},
		{reason: "bad_site", rejected: true, damage: coded(4, "", with(5, "101"))},
		{reason: "repeated", rejected: true, damage: same},
		{reason: "restored_zero", fits: startsWithZero(4), damage: dropFirst(4)},
		{reason: "restored_zero", fits: startsWithZero(5), damage: dropFirst(5)},
		{reason: "check_digit", damage: with(19, "")},
		{reason: "bad_email", damage: with(15, "a@b")},
		{reason: "bad_phone", damage: with(13, "60100")},
		{reason: "bad_date", damage: with(16, "2020-31-01")},
	}
	openPlants = []plant{
		{reason: "field_count", rejected: true, damage: coded(2, "01", tooMany)},
		{reason: "field_count", rejected: true, damage: coded(2, "01", tooFew)},
		{reason: "bad_code", rejected: true, damage: with(2, "05001")},
		{reason: "bad_code", rejected: true, damage: coded(2, "01", with(0, "X"))},
		{reason: "bad_site", rejected: true, damage: coded(2, "A1", same)},
		{reason: "bad_document", rejected: true, damage: coded(2, "01", with(5, ""))},
		{reason: "bad_quoting", rejected: true, damage: coded(2, "01", with(3, "SEDE")), raw: func(text string) string {
			return strings.Replace(text, ",SEDE,", `,"SEDE,`, 1)
		}},
		{reason: "repeated", rejected: true, damage: same},
		{reason: "unknown_municipality", adds: true, damage: nowhere("01", 0, 2)},
		{reason: "restored_zero", fits: startsWithZero(2), damage: dropFirst(2)},
		{reason: "other_municipality", damage: with(14, "05003")},
		{reason: "bad_email", damage: with(18, "sin correo")},
		{reason: "bad_phone", damage: with(13, "123")},
	}
)
