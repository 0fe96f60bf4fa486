package daemon

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"llavero/server/internal/config"
	"llavero/server/internal/metrics"
)

// commandLines are the commands that a page shows: in its blocks, and between
// backquotes.
func commandLines(page string) [][]string {
	var all [][]string
	add := func(line string) {
		if words := quoted(line); len(words) > 1 && words[0] == "llavero-server" {
			all = append(all, words[1:])
		}
	}
	for i, block := range strings.Split(page, "\n```") {
		if i%2 == 1 {
			for line := range strings.Lines(block) {
				add(strings.TrimSpace(line))
			}
			continue
		}
		for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(block, -1) {
			add(m[1])
		}
	}
	return all
}

// quoted splits a line into words, as a shell does with double quotes.
func quoted(line string) []string {
	var words []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, part)
			continue
		}
		words = append(words, strings.Fields(part)...)
	}
	return words
}

// Each command of the operators' page is one of the program's, with flags that it
// has; each setting, part, file and link is there.
func TestGuide(t *testing.T) {
	page := read(t, "../../../docs/operacion.md")
	lines := commandLines(page)
	if len(lines) < 25 {
		t.Errorf("only %d commands", len(lines))
	}
	for _, words := range lines {
		cmd, rest, err := choose(commands(), words)
		if err != nil {
			t.Errorf("%q: %v", words, err)
			continue
		}
		fs := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		cmd.flags(fs)
		if err := fs.Parse(rest); err != nil {
			t.Errorf("%q: %v", words, err)
			continue
		}
		if fs.NArg() > 0 && cmd.args == "" {
			t.Errorf("%q: takes no argument", words)
		}
	}
	keys := map[string]bool{"listen": true}
	var sections []string
	for _, l := range config.Default().Lines() {
		keys[l.Key] = true
		if section, _, ok := strings.Cut(l.Key, "."); ok && !slices.Contains(sections, section) {
			sections = append(sections, section)
		}
	}
	named := regexp.MustCompile("`((?:"+strings.Join(sections, "|")+")\\.[a-z_]+)(?: = [^`]+)?`").FindAllStringSubmatch(page, -1)
	if len(named) < 12 {
		t.Errorf("only %d settings are named", len(named))
	}
	for _, m := range named {
		if !keys[m[1]] {
			t.Errorf("there is no setting %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(page, -1) {
		if _, err := os.Stat(filepath.Join("../../../docs", m[1])); err != nil {
			t.Errorf("a link leads nowhere: %v", err)
		}
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(page, -1) {
		heading := strings.ReplaceAll(m[1], "-", " ")
		if !regexp.MustCompile(`(?mi)^#+ ` + heading + `$`).MatchString(page) {
			t.Errorf("there is no heading %s", m[1])
		}
	}
	for _, path := range []string{metrics.PathLive, metrics.PathReady, metrics.PathMetrics} {
		if !strings.Contains(page, "`"+path+"`") {
			t.Errorf("%s is not told", path)
		}
	}
	s, _ := start(t, withMetrics(t))
	for _, p := range s.report().Parts {
		first, _, _ := strings.Cut(p.Name, " ")
		if !strings.Contains(page, "`"+first) {
			t.Errorf("part %s is not told", p.Name)
		}
	}
}
