package daemon

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"llavero/server/internal/config"
	"llavero/server/internal/entra"
	"llavero/server/internal/entraemu"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/seed"
)

const operationsPage = "../../../docs/operacion-entra.md"

// page is the operators' page, by its sections.
type page struct {
	text     string
	title    string
	sections map[string]string
}

func readOperations(t *testing.T) page {
	t.Helper()
	b, err := os.ReadFile(operationsPage)
	if err != nil {
		t.Fatal(err)
	}
	p := page{text: string(b), sections: map[string]string{}}
	parts := strings.Split(p.text, "\n## ")
	p.title = strings.TrimPrefix(strings.SplitN(parts[0], "\n", 2)[0], "# ")
	for _, s := range parts[1:] {
		name, body, _ := strings.Cut(s, "\n")
		p.sections[name] = body
	}
	return p
}

// rows are the cells of a section's tables, without the heads.
func (p page) rows(t *testing.T, section string) [][]string {
	t.Helper()
	var rows [][]string
	isBody := false
	for line := range strings.Lines(p.sections[section]) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			isBody = false
			continue
		}
		if strings.HasPrefix(line, "|---") {
			isBody = true
			continue
		}
		if !isBody {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.Trim(strings.TrimSpace(cells[i]), "`")
		}
		rows = append(rows, cells)
	}
	if len(rows) == 0 {
		t.Fatalf("section %q has no table", section)
	}
	return rows
}

// What the arithmetic stands on.
const (
	objectsPerKey = 2
	fixedWrites   = 3 // application, service principal, secret
	verifiedQuota = 300_000
	otherQuota    = 50_000
	creatorQuota  = 250
)

func rolesOfKey() int { return len(entraemu.CareRoles) }

// hours are those of so many writes at a pace, as the page writes them.
func hours(writes int, perSecond float64) string {
	return strings.Replace(strconv.FormatFloat(float64(writes)/perSecond/3600, 'f', 2, 64), ".", ",", 1)
}

func ourPace() float64 { return float64(entra.DefaultWritesPerWindow) / 150 }

// Every figure of the page's tables is computed anew.
func TestOperations_figures(t *testing.T) {
	p := readOperations(t)
	codes := seed.CountryCodes
	one := codes * objectsPerKey
	var objects [][]string
	for _, n := range []int{codes, one, 2 * one, verifiedQuota, verifiedQuota - 2*one, otherQuota, otherQuota / objectsPerKey, one / 4} {
		objects = append(objects, []string{es.Number(n)})
	}
	same(t, "Objetos", firstOff(p.rows(t, "Objetos")), objects)

	perKey := fixedWrites + rolesOfKey()
	var paces [][]string
	for _, writes := range []int{codes * perKey, codes * fixedWrites, 2 * codes * perKey, 2 * codes, 4 * codes} {
		paces = append(paces, []string{es.Number(writes), hours(writes, ourPace()), hours(writes, 20), hours(writes, 60)})
	}
	same(t, "Ritmo", firstOff(p.rows(t, "Ritmo")), paces)

	knobs, err := entraemu.KnobsOf(entraemu.ProfileRealistic)
	if err != nil {
		t.Fatal(err)
	}
	decimal := func(x float64) string { return strings.Replace(strconv.FormatFloat(x, 'f', -1, 64), ".", ",", 1) }
	days := 365 - 330 + 1
	daily := int(math.Round(float64(codes) / float64(days)))
	renewals := int(math.Round(float64(2*codes) / float64(days)))
	for section, sentences := range map[string][]string{
		"Ritmo": {
			fmt.Sprintf("%s escrituras en 150 s por aplicación (20 por segundo)", es.Number(3000)),
			fmt.Sprintf("%s en 5 minutos por directorio (60 por segundo)", es.Number(18_000)),
			fmt.Sprintf("envía %s en 150 s, %s por segundo", es.Number(entra.DefaultWritesPerWindow), decimal(ourPace())),
			fmt.Sprintf("roles %d; en total %d", rolesOfKey(), perKey),
			fmt.Sprintf("a %s por segundo: el país entero en %s horas", decimal(2*ourPace()), hours(codes*perKey, ourPace())),
			fmt.Sprintf("para %s códigos", es.Number(codes)),
		},
		"Cupo por creador": {
			fmt.Sprintf("puede crear %d objetos", creatorQuota), fmt.Sprintf("en la llave %d", creatorQuota/objectsPerKey),
		},
		"Vencimientos en masa": {
			fmt.Sprintf("En %d días de vencimiento son %s llaves por día en vez de %s", days, es.Number(daily), es.Number(codes)),
			fmt.Sprintf("%s escrituras, toma %s minutos", es.Number(renewals), strings.Replace(strconv.FormatFloat(float64(renewals)/ourPace()/60, 'f', 1, 64), ".", ",", 1)),
		},
	} {
		for _, s := range sentences {
			if !strings.Contains(p.sections[section], s) {
				t.Errorf("%s does not say %q", section, s)
			}
		}
	}
	if knobs.Quota.Directory != verifiedQuota {
		t.Errorf("the emulator's directory takes %d objects, the page says %d", knobs.Quota.Directory, verifiedQuota)
	}
	if limits := knobs.Throttle; limits.AppWrites != 3000 || limits.TenantWrites != 18_000 {
		t.Errorf("the emulator enforces %+v", limits)
	}
}

func firstOff(rows [][]string) [][]string {
	for i := range rows {
		rows[i] = rows[i][1:]
	}
	return rows
}

func same(t *testing.T, section string, got, want [][]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d rows, want %d", section, len(got), len(want))
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("%s, row %d: %q, want %q", section, i+1, got[i], want[i])
		}
	}
}

// The permissions are those that the server asks for; settings, messages and
// words are those of the program.
func TestOperations_words(t *testing.T) {
	p := readOperations(t)
	var needed, extra []string
	for _, row := range p.rows(t, "Permisos") {
		if row[2] == "sí" {
			needed = append(needed, row[0])
		} else {
			extra = append(extra, row[0])
		}
	}
	if missing, excess := comparePermissions(needed); len(missing)+len(excess) != 0 || !slices.Equal(extra, tolerated) {
		t.Errorf("permissions: missing %q, excess %q, more %q", missing, excess, extra)
	}
	for _, row := range p.rows(t, "Qué hacer según el error") {
		if want := es.FailureCause(access.Failure{Code: row[0]}); row[1] != want {
			t.Errorf("%s: %q, and the program says %q", row[0], row[1], want)
		}
	}
	source := ""
	for _, file := range []string{"clients.go", "../entra/identity.go"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source += string(b)
	}
	for _, row := range p.rows(t, "Certificado del servidor") {
		if !strings.Contains(source, row[0]) {
			t.Errorf("nothing says %q", row[0])
		}
	}
	keys := map[string]bool{}
	for _, l := range config.Default().Lines() {
		keys[l.Key] = true
	}
	named := regexp.MustCompile("`((?:entra|provision|production)\\.[a-z_.]+)`").FindAllStringSubmatch(p.text, -1)
	if len(named) < 5 {
		t.Errorf("only %d settings are named", len(named))
	}
	for _, n := range named {
		if !keys[n[1]] {
			t.Errorf("there is no setting %s", n[1])
		}
	}
	if advice := es.FailureAdvice(access.Failure{Code: "AADSTS501051", Step: access.StepApplication}); !strings.Contains(advice, "«"+p.title+"»") {
		t.Errorf("%q does not name the page %q", advice, p.title)
	}
}
