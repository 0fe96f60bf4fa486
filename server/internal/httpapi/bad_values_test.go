package httpapi

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// class says what a field takes, and so which bad values it has to refuse.
type class int

// The classes. Where one takes what looks bad, it says why.
const (
	required    class = iota // a struct or a list that has to be there
	part                     // a struct that may be left out
	line                     // free text: apostrophes, angle brackets and SQL are a name like any; spaces around it drop out
	maybeLine                // line that may be left out
	fileName                 // line that is made safe to save under
	digits                   // digits and no more
	word                     // one of a list
	maybeWord                // word that may be left out
	words                    // a list of words, or none
	ids                      // a list of ids, or none: what is no id names nothing
	email                    // an address; spaces around it drop out
	guid                     // spaces around it drop out
	keySecret                // what Entra issues; spaces around it drop out
	maybeSecret              // keySecret that may be left out
	otp                      // six digits, compared and not kept: spaces between them drop out
	password                 // any line that is long and strong enough
	proof                    // compared with something: what is not it is refused, whatever it is
	mailed                   // the code of a mail: proof, with anything between its letters
	image                    // proof that is named as image.code
	ticked                   // proof that is named by the text it is about
	loose                    // any line, or none; kept nowhere, or cut to what fits
	login                    // any line that fits: who asks learns nothing of it
	count                    // a whole number within bounds
	maybeCount               // count that is zero when left out
	seen                     // a version: a number that is not the row's is a conflict
	nonce                    // the number of a proof of work
	scale                    // a number within bounds, or none
	instant                  // a time to come that is not too far
	moment                   // a time of the client's clock that has come
	yes                      // nothing but true
	file                     // base64
	yesNo                    // a bool of which either is good input; no is not what the row takes
)

// verdict is what has to become of a bad value.
type verdict int

const (
	named      verdict = iota // 422 that names the field
	refused                   // 4xx
	brokenJSON                // 422: the body is no JSON
	untried                   // the class takes it
)

// kind is one way in which a value is bad.
type kind string

const (
	absent    kind = "left out"
	null      kind = "null"
	empty     kind = "empty"
	blank     kind = "blank"
	long      kind = "too long"
	spaced    kind = "spaces around it"
	separated kind = "separators in it"
	sqlText   kind = "SQL"
	htmlText  kind = "HTML"
	negative  kind = "negative"
	huge      kind = "huge"
	big       kind = "big"
	fraction  kind = "fraction"
	past      kind = "past"
	far       kind = "year 9999"
)

// exceptions are the verdicts that are not "named".
var exceptions = map[class]map[kind]verdict{
	part:        {absent: untried, null: untried},
	line:        {spaced: untried, separated: untried, sqlText: untried, htmlText: untried},
	fileName:    {spaced: untried, separated: untried, sqlText: untried, htmlText: untried},
	maybeLine:   {absent: untried, null: untried, empty: untried, blank: untried, spaced: untried, separated: untried, sqlText: untried, htmlText: untried},
	maybeWord:   {absent: untried, null: untried, empty: untried},
	words:       {absent: untried, null: untried},
	ids:         {absent: untried, null: untried, empty: refused, blank: refused, long: refused, spaced: refused, separated: refused, sqlText: refused, htmlText: refused},
	email:       {spaced: untried},
	guid:        {spaced: untried},
	keySecret:   {spaced: untried, separated: untried},
	maybeSecret: {absent: untried, null: untried, empty: untried, blank: untried, spaced: untried, separated: untried},
	otp:         {spaced: untried, separated: untried},
	password:    {spaced: untried, separated: untried, sqlText: untried, htmlText: untried},
	proof:       {blank: refused, long: refused, spaced: untried, separated: refused, sqlText: refused, htmlText: refused},
	mailed:      {blank: named, long: refused, spaced: untried, separated: untried, sqlText: refused, htmlText: refused},
	image:       {absent: refused, null: refused, empty: refused, blank: refused, long: refused, spaced: untried, separated: refused, sqlText: refused, htmlText: refused},
	ticked:      {absent: refused, null: refused, empty: refused, blank: refused, long: refused, spaced: refused, separated: refused, sqlText: refused, htmlText: refused},
	loose:       {absent: untried, null: untried, empty: untried, blank: untried, long: untried, spaced: untried, separated: untried, sqlText: untried, htmlText: untried},
	login:       {spaced: untried, separated: untried, sqlText: untried, htmlText: untried},
	maybeCount:  {absent: untried, null: untried},
	seen:        {big: refused},
	nonce:       {absent: untried, null: untried, big: untried}, // any number may be right by chance
	moment:      {past: untried},
	scale:       {absent: untried, null: untried, fraction: untried},
	yesNo:       {absent: refused, null: refused},
}

// value is one bad value, as it stands in the JSON.
type value struct {
	name string
	raw  string // "": the member is left out
	want verdict
}

// badValues are the bad values of a leaf of type t whose good one is good.
func badValues(t reflect.Type, c class, good any) []value {
	var all []value
	always := func(want verdict, raws ...string) {
		for _, raw := range raws {
			all = append(all, value{raw[:min(len(raw), 40)], raw, want})
		}
	}
	as := func(k kind, raw string) { all = append(all, value{string(k), raw, exceptions[c][k]}) }
	as(absent, "")
	as(null, "null")
	always(brokenJSON, `NaN`, "\"\xff\xfe\"", `'x'`, ``+"\"a\x01\"")
	text, _ := good.(string)
	switch {
	case t == reflect.TypeFor[time.Time]():
		as(empty, `""`)
		as(past, quoted(time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)))
		as(far, `"9999-12-31T23:59:59Z"`)
		as(past, `"0001-01-01T00:00:00Z"`)
		always(named, `7`, `true`, `[]`, `{}`, `"2027-01-31"`, `"31/12/2027 10:00"`, `"2027-13-01T00:00:00Z"`, `"2027-02-30T00:00:00Z"`, `"10000-01-01T00:00:00Z"`, `"mañana"`)
	case t == reflect.TypeFor[[]byte]():
		as(empty, `""`)
		always(named, `7`, `true`, `[80,68,70]`, `{}`, `"no es base64"`, `"QUJD*"`, `"QUI"`)
	case t.Kind() == reflect.String:
		as(empty, `""`)
		as(blank, `"   "`)
		as(long, quoted(strings.Repeat("a", 5000)))
		as(spaced, quoted(" "+text+" "))
		as(separated, quoted(text[:min(1, len(text))]+". -"+text[min(1, len(text)):]))
		as(sqlText, quoted(`x' OR 1=1; DROP TABLE accounts;--`))
		as(htmlText, quoted(`<b onclick="x()">no es</b> texto`))
		always(named, `7`, `true`, `[]`, `{}`, `"a\u0000b"`, `"a\nb"`, `"a\u001bb"`, `"a\u202eb"`, `"a\u2066b"`, `"a\u2028b"`, `"a\ud800b"`)
	case t.Kind() == reflect.Bool:
		if c == yesNo {
			always(refused, `false`)
		} else {
			always(named, `false`)
		}
		always(named, `7`, `"true"`, `[]`, `{}`)
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Struct:
		always(named, `7`, `true`, `"x"`, `[[]]`, `[7]`)
	default:
		as(negative, `-1`)
		as(huge, `1e30`)
		as(big, `999999999999`)
		as(fraction, `1.5`)
		always(named, `"7"`, `true`, `[]`, `{}`, `1e400`, `-1e400`)
	}
	return all
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// leaf is one member of a body, of any depth; a struct and a list are one too.
type leaf struct {
	path string // as the server names it: "form.lead.name"
	t    reflect.Type
	at   []string // the steps to it; "0" into a list
}

func leavesOf(t reflect.Type, path string, at []string) []leaf {
	var all []leaf
	for name, member := range membersOf(t) {
		here := leaf{path: strings.TrimPrefix(path+"."+name, "."), t: member, at: append(at[:len(at):len(at)], name)}
		if here.t.Kind() == reflect.Pointer {
			here.t = here.t.Elem()
		}
		all = append(all, here)
		inner, steps := here.t, here.at
		if inner.Kind() == reflect.Slice {
			inner, steps = inner.Elem(), append(steps[:len(steps):len(steps)], "0")
			if inner.Kind() == reflect.String {
				all = append(all, leaf{path: here.path, t: inner, at: steps})
			}
		}
		if inner.Kind() == reflect.Struct && inner != reflect.TypeFor[time.Time]() {
			all = append(all, leavesOf(inner, here.path, steps)...)
		}
	}
	return all
}

// hole is where a value goes; no body has it.
const hole = "\ufffchole\ufffc"

// with is a good body with another value at a leaf: as written in raw, with ""
// left out. before is what stood there.
func with(body any, l leaf, raw string) (doc []byte, before any) {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	var tree any
	if err := json.Unmarshal(b, &tree); err != nil {
		panic(err)
	}
	node := tree
	for i, step := range l.at {
		last := i == len(l.at)-1
		switch n := node.(type) {
		case map[string]any:
			before = n[step]
			switch {
			case last && raw == "":
				delete(n, step)
			case last:
				n[step] = hole
			case n[step] == nil:
				n[step] = map[string]any{}
			}
			node = n[step]
		case []any:
			k, _ := strconv.Atoi(step)
			before, node = n[k], n[k]
			if last {
				n[k] = hole
			}
		}
	}
	if doc, err = json.Marshal(tree); err != nil {
		panic(err)
	}
	return []byte(strings.Replace(string(doc), quoted(hole), raw, 1)), before
}
