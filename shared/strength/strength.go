// Package strength judges how soon a password is guessed.
//
// A guesser tries first what people take: words everybody uses, the login, the
// person's own name and numbers, runs of the alphabet or the keyboard, what is
// repeated, years. Each such piece costs a few tries whatever its length; any
// other character costs what its kind does. The cheapest way to cut a password
// into pieces is its cost, in tenths of a bit.
//
// The page that sets a password judges with the same rules in JavaScript while
// one types (server/internal/accountpage); both run testdata/vectors.json. All
// arithmetic is in whole numbers so that both come to the same figure.
//
// Everything here is a pure function over values.
package strength

import (
	_ "embed"
	"slices"
	"strings"
	"unicode/utf8"
)

// Least is the cost, in tenths of a bit, of the weakest password that is taken.
const Least = 500

// Good and Great are where the meter shows more than «enough».
const (
	Good  = 650
	Great = 850
)

// Level is what the meter shows.
type Level int

// The levels, from the weakest.
const (
	LevelWeak   Level = iota // «Débil»: refused
	LevelEnough              // «Suficiente»
	LevelGood                // «Buena»
	LevelGreat               // «Muy buena»
)

//go:embed common.txt
var commonFile string

var common = strings.Fields(commonFile)

// Common lists the words that are tried first, folded.
func Common() []string { return slices.Clone(common) }

// Runs are the rows in which neighbours are a run, forwards and backwards.
func Runs() []string {
	return []string{"abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik"}
}

// Costs of the pieces, in tenths of a bit.
const (
	costWord   = 100 // a common word, whatever its capitals
	costOwn    = 40  // a word of the person's own
	costRun    = 60  // a run, whatever its length
	costRepeat = 40  // the same piece again
	costYear   = 60
	costDigit  = 33
	costLower  = 47
	costUpper  = 50
	costOther  = 55
)

// Shortest pieces that are looked for.
const (
	leastWord   = 3
	leastRun    = 3
	leastRepeat = 2
)

// Of is the level of a password for somebody whose own words, the login, the
// name, the document, are given.
func Of(password string, own []string) Level {
	switch bits := Cost(password, own); {
	case bits < Least:
		return LevelWeak
	case bits < Good:
		return LevelEnough
	case bits < Great:
		return LevelGood
	}
	return LevelGreat
}

// Cost is how much guessing a password takes, in tenths of a bit.
func Cost(password string, own []string) int {
	raw := []rune(strings.ToValidUTF8(password, "\ufffd"))
	folded := make([]rune, len(raw))
	for i, r := range raw {
		folded[i] = fold(r)
	}
	words := pieces(own)
	best := make([]int, len(raw)+1)
	for end := 1; end <= len(raw); end++ {
		best[end] = best[end-1] + costOf(raw[end-1])
		for start := end - 1; start >= 0; start-- {
			if c, ok := pieceCost(folded, start, end, words); ok && best[start]+c < best[end] {
				best[end] = best[start] + c
			}
		}
	}
	return best[len(raw)]
}

// pieces are the folded words of a person, whole and cut at what is no letter
// or digit, and each backwards.
func pieces(own []string) []string {
	var all []string
	add := func(runes []rune) {
		if len(runes) >= leastWord {
			forward := string(runes)
			slices.Reverse(runes)
			all = append(all, forward, string(runes))
		}
	}
	for _, text := range own {
		var whole, part []rune
		for _, r := range text {
			f := fold(r)
			if !isLetter(f) && !isDigit(f) {
				add(part)
				part = nil
				continue
			}
			whole, part = append(whole, f), append(part, f)
		}
		add(part)
		add(whole)
	}
	return all
}

// pieceCost is what a piece costs if a guesser knows it as a whole.
func pieceCost(text []rune, start, end int, own []string) (int, bool) {
	piece := string(text[start:end])
	n := end - start
	switch {
	case n >= leastWord && slices.Contains(own, piece):
		return costOwn, true
	case isRepeat(text, start, end):
		return costRepeat, true
	case n >= leastRun && isRun(piece):
		return costRun, true
	case isYear(piece):
		return costYear, true
	case n >= leastWord && slices.Contains(common, piece):
		return costWord, true
	}
	return 0, false
}

// isRepeat reports a piece that stands right before itself: "aa", "abab".
func isRepeat(text []rune, start, end int) bool {
	n := end - start
	if n >= leastRepeat && start >= n && slices.Equal(text[start-n:start], text[start:end]) {
		return true
	}
	// One character again and again, after its first.
	if n < leastRepeat || start == 0 {
		return false
	}
	for _, r := range text[start:end] {
		if r != text[start-1] {
			return false
		}
	}
	return true
}

func isRun(piece string) bool {
	for _, row := range Runs() {
		if strings.Contains(row, piece) || strings.Contains(row, backwards(piece)) {
			return true
		}
	}
	return false
}

func isYear(piece string) bool {
	return len(piece) == 4 && (piece[:2] == "19" || piece[:2] == "20") && isDigit(rune(piece[2])) && isDigit(rune(piece[3]))
}

func backwards(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func costOf(r rune) int {
	switch {
	case isDigit(r):
		return costDigit
	case isLetter(r):
		return costLower
	case r >= 'A' && r <= 'Z':
		return costUpper
	}
	return costOther
}

// Folds are the characters that stand for a plain one: accents, and what people
// write in place of a letter.
const (
	FoldFrom = "áàäâãéèëêíìïîóòöôõúùüûñç@$!"
	FoldTo   = "aaaaaeeeeiiiiooooouuuuncasi"
)

// fold is a character as pieces are compared: a small letter without accent.
func fold(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r < utf8.RuneSelf && r != '@' && r != '$' && r != '!':
		return r
	}
	lower := []rune(strings.ToLower(string(r)))[0]
	i := 0
	for _, from := range FoldFrom {
		if from == lower {
			return rune(FoldTo[i])
		}
		i++
	}
	return lower
}
