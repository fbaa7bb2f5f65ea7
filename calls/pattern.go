package calls

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	shortestPrefix = 3  // letters before the first *: "KI*" would find half the dictionary
	longestPhrase  = 12 // words
)

// A Pattern is a word or a phrase to look for in texts: whole words, in this order, next to each
// other. Make one with [ParsePattern]; the zero Pattern finds nothing.
type Pattern struct {
	forms    [][]token // the ways to write it; the first is as it was given
	capitals bool      // it is found only where it is written in capitals, see shortCapitals
}

// A token is one word of a pattern.
type token struct {
	text   string // folded
	prefix bool   // it is the beginning of a word
}

func (t token) fits(word string) bool {
	return t.text == word || t.prefix && strings.HasPrefix(word, t.text)
}

// ParsePattern reads a word or a phrase as people write their interests: `jumelage`,
// `"erneuerbare Energie"` (the quotes may be left out), `testvérváros*` for every word that begins so.
// A * may follow any word of a phrase. Accents, case and hyphens do not matter; nor does whether a
// German umlaut is written "ü" or "ue", in either direction. Two or three letters in capitals are an
// abbreviation and mean only themselves: who watches or excludes IT, AI or LAG must not get every
// English "it", Italian "ai" or German "lag". The error says what is wrong with s.
func ParsePattern(s string) (Pattern, error) {
	text := unquote(s)
	words := Words(text)
	switch {
	case len(words) == 0:
		return Pattern{}, fmt.Errorf("%q holds no word: give a word, a \"phrase in quotes\" or the beginning of a word with *", s)
	case len(words) > longestPhrase:
		return Pattern{}, fmt.Errorf("%q has %d words: a phrase has at most %d", s, len(words), longestPhrase)
	}
	plain := make([]token, len(words))
	var other []token // only if a word has another spelling
	stars := 0
	for i, w := range words {
		prefix := strings.HasPrefix(text[w.End:], "*")
		if prefix {
			stars++
			if i == 0 && utf8.RuneCountInString(w.Text) < shortestPrefix { // "start-up*" is long enough
				return Pattern{}, fmt.Errorf("%q: at least %d letters must stand before *", s, shortestPrefix)
			}
		}
		plain[i] = token{w.Text, prefix}
		spelling, ok := otherSpelling(text[w.Start:w.End], w.Text)
		if ok && other == nil {
			other = append(make([]token, 0, len(words)), plain[:i]...)
		}
		if other != nil {
			other = append(other, token{spelling, prefix})
		}
	}
	if stars != strings.Count(text, "*") {
		return Pattern{}, fmt.Errorf("%q: a * may only stand right after a word", s)
	}
	p := Pattern{[][]token{plain}, stars == 0 && shortCapitals(text)}
	if other != nil {
		p.forms = append(p.forms, other)
	}
	return p, nil
}

// shortCapitals reports whether s is an abbreviation of two or three letters, all capitals. Signs that
// stand for two letters, such as "Ǉ", are none.
func shortCapitals(s string) bool {
	const shortest, longest = 2, 3
	if len(s) > longest*utf8.UTFMax {
		return false
	}
	letters := utf8.RuneCountInString(s)
	small := func(r rune) bool { return !unicode.IsUpper(r) }
	return letters >= shortest && letters <= longest && !strings.ContainsFunc(s, small) && utf8.RuneCountInString(Fold(s)) == letters
}

// quotes are the marks that people put around a phrase, straight and typographic.
const quotes = "\"“”„‟«»"

func unquote(s string) string {
	return strings.Trim(strings.TrimSpace(s), quotes+" ")
}

// String returns the pattern folded, with its stars, an abbreviation in capitals: equal patterns have
// equal strings.
func (p Pattern) String() string {
	if len(p.forms) == 0 {
		return ""
	}
	var b strings.Builder
	for i, t := range p.forms[0] {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
		if t.prefix {
			b.WriteByte('*')
		}
	}
	if p.capitals {
		return strings.ToUpper(b.String())
	}
	return b.String()
}

// equal reports whether p and q look for the same.
func (p Pattern) equal(q Pattern) bool {
	return p.capitals == q.capitals && len(p.forms) > 0 && len(q.forms) > 0 && slices.Equal(p.forms[0], q.forms[0])
}

// Find returns the first place of the pattern in the words of text: words[from:to]. It reports false if
// the pattern is nowhere.
func (p Pattern) Find(text string, words []Word) (from, to int, ok bool) {
	for i := range words {
		for _, form := range p.forms {
			if to := i + len(form); startsWith(words[i:], form) && p.takes(text[words[i].Start:words[to-1].End]) {
				return i, to, true
			}
		}
	}
	return 0, 0, false
}

// takes reports whether words that fit the pattern do so as they are written.
func (p Pattern) takes(written string) bool { return !p.capitals || shortCapitals(written) }

func startsWith(words []Word, form []token) bool {
	if len(words) < len(form) {
		return false
	}
	for i, t := range form {
		if !t.fits(words[i].Text) {
			return false
		}
	}
	return true
}

// otherSpelling returns the other way to write a word with German umlauts, folded: "stadte" is also
// "staedte". It works both ways, so that "Städte", "Staedte" and "STÄDTE" meet whoever writes which;
// if the word has no other spelling it returns it as it is folded, and false.
//
// The word is given as it was written and as [Words] folded it. It is used on what is looked for, never on the texts: there "ue" is mostly no umlaut. What is
// looked for may at worst gain a form that is no word in any language.
func otherSpelling(word, folded string) (string, bool) {
	if ascii, _ := isASCII(word); !ascii && strings.ContainsAny(word, "äöüøÄÖÜØ\u0308") {
		if spelt := Fold(umlautsSpelt.Replace(norm.NFC.String(word))); spelt != folded {
			return spelt, true
		}
	}
	contracted := contractUmlauts(folded)
	return contracted, contracted != folded
}

var umlautsSpelt = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "ae", "Ö", "oe", "Ü", "ue", "ø", "oe", "Ø", "oe")

// contractUmlauts drops the e of "ae", "oe" and "ue" in a folded word, where it can be an umlaut: not
// after another vowel or q ("neue", "Frauen", "Quelle"), not at the end of a word ("blue", "value"),
// and not in words too short to tell ("poet").
func contractUmlauts(word string) string {
	const shortest = 5
	if len(word) < shortest || !strings.Contains(word, "ae") && !strings.Contains(word, "oe") && !strings.Contains(word, "ue") {
		return word
	}
	var b strings.Builder
	for i := range len(word) {
		if word[i] == 'e' && i > 0 && i+1 < len(word) && strings.IndexByte("aou", word[i-1]) >= 0 &&
			(i < 2 || strings.IndexByte("aeiouyq", word[i-2]) < 0) {
			continue
		}
		b.WriteByte(word[i])
	}
	return b.String()
}

// A patternIndex finds many patterns in one walk over a text, however many there are.
type patternIndex struct {
	exact  map[string][]indexedForm // by the first word
	prefix map[string][]indexedForm // by the first bytes of a first word with a star
	ids    map[string]int           // by Pattern.String
}

type indexedForm struct {
	id   int
	form []token
}

func newPatternIndex() *patternIndex {
	return &patternIndex{map[string][]indexedForm{}, map[string][]indexedForm{}, map[string]int{}}
}

// add puts p into the index and returns its number, counted from 0. Equal patterns share one.
func (x *patternIndex) add(p Pattern) int {
	key := p.String()
	if id, ok := x.ids[key]; ok {
		return id
	}
	id := len(x.ids)
	x.ids[key] = id
	for _, form := range p.forms {
		first := form[0]
		if first.prefix {
			k := first.text[:shortestPrefix] // a rune has at least one byte
			x.prefix[k] = append(x.prefix[k], indexedForm{id, form})
		} else {
			x.exact[first.text] = append(x.exact[first.text], indexedForm{id, form})
		}
	}
	return id
}

// walk calls found for every place words[from:to] where a pattern stands, in the order of from.
func (x *patternIndex) walk(words []Word, found func(id, from, to int)) {
	for i, w := range words {
		for _, f := range x.exact[w.Text] {
			if startsWith(words[i:], f.form) {
				found(f.id, i, i+len(f.form))
			}
		}
		if len(w.Text) < shortestPrefix {
			continue
		}
		for _, f := range x.prefix[w.Text[:shortestPrefix]] {
			if startsWith(words[i:], f.form) {
				found(f.id, i, i+len(f.form))
			}
		}
	}
}

// begins reports whether any pattern can stand where a text begins with this word.
func (x *patternIndex) begins(word string) bool {
	return x.exact[word] != nil || len(word) >= shortestPrefix && x.prefix[word[:shortestPrefix]] != nil
}
