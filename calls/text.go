package calls

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns s as texts are compared: compatibility forms taken apart (NFKD), lower case, accents
// and invisible characters dropped, and the letters that Unicode does not take apart written plainly
// (ł ø đ ð ħ ı æ œ þ ß, the final sigma, the curly apostrophe). "Łódź", "ŁÓDŹ" and "lodz" all become
// "lodz". Folding twice equals folding once. Plain lower-case ASCII comes back unchanged and without
// an allocation.
//
// German umlauts lose their dots ("Städte" becomes "stadte"). That "Staedte" means the same is not
// decided here, where it would spoil "neue" and "poet", but by those who look for something: see
// [ParsePattern] and [ParseQuery].
func Fold(s string) string {
	if ascii, upper := isASCII(s); ascii {
		if !upper {
			return s
		}
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, n := runeAt(s, i)
		if r < utf8.RuneSelf {
			b.WriteByte(lowerASCII(byte(r)))
			i++
			continue
		}
		// First take apart, then lower case: "™" holds the capitals "TM", "İ" an "I" with a dot.
		if parts := norm.NFKD.PropertiesString(s[i:]).Decomposition(); parts != nil {
			for _, part := range string(parts) {
				foldRune(&b, unicode.ToLower(part))
			}
		} else {
			foldRune(&b, unicode.ToLower(r))
		}
		i += n
	}
	return b.String()
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// foldRune writes one lower-case rune as it is compared.
func foldRune(b *strings.Builder, r rune) {
	switch r {
	case 'ł':
		b.WriteByte('l')
	case 'ø':
		b.WriteByte('o')
	case 'đ', 'ð':
		b.WriteByte('d')
	case 'ħ':
		b.WriteByte('h')
	case 'ı':
		b.WriteByte('i')
	case 'ß':
		b.WriteString("ss")
	case 'æ':
		b.WriteString("ae")
	case 'œ':
		b.WriteString("oe")
	case 'þ':
		b.WriteString("th")
	case 'ς':
		b.WriteRune('σ')
	case '’', '‘', 'ʼ':
		b.WriteByte('\'')
	default:
		if !ignorable(r) {
			b.WriteRune(r)
		}
	}
}

// ignorable reports whether a reader does not see r: marks on other letters, soft hyphens, joiners.
func ignorable(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf)
}

// isASCII reports whether s is plain ASCII and whether it holds capitals (only said of plain ASCII).
func isASCII(s string) (ascii, upper bool) {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			return false, false
		case 'A' <= c && c <= 'Z':
			upper = true
		}
	}
	return true, upper
}

// A Word is one word of a text.
type Word struct {
	Text       string // folded, never empty
	Start, End int    // bytes of the original text
}

// Words splits s into its words, in order: runs of letters and digits, folded. Hyphens, apostrophes,
// the plus of "Erasmus+" and all other signs part words, so "town-twinning" is two. Signs stay where
// they make the word: "4.0" and "12.5" are one word each, and so are "C++" and "C#".
//
// A single sign of the original that stands for several words shares its byte range among them.
func Words(s string) []Word {
	words := make([]Word, 0, len(s)/6+1) // about six bytes to a word, its space included
	for i := 0; ; {
		start, end := nextRun(s, i)
		if start == end {
			return words
		}
		words = appendRun(words, s, start, end)
		i = end
	}
}

// appendRun folds one run and appends it. Folding can open new gaps inside a run ("ŀ" holds a
// middle dot), so what is not plain ASCII is split once more.
func appendRun(words []Word, s string, start, end int) []Word {
	text := Fold(s[start:end])
	if ascii, _ := isASCII(s[start:end]); ascii {
		return append(words, Word{text, start, end})
	}
	for i := 0; ; {
		from, to := nextRun(text, i)
		if from == to {
			return words
		}
		words = append(words, Word{text[from:to], start, end})
		i = to
	}
}

// nextRun returns the bytes of the first run of word characters in s at or after i; an empty range
// at the end of s if there is none.
func nextRun(s string, i int) (start, end int) {
	for i < len(s) {
		r, n := runeAt(s, i)
		if wordRune(r) {
			return i, endOfRun(s, i)
		}
		i += n
	}
	return len(s), len(s)
}

func endOfRun(s string, start int) int {
	i := start
	for i < len(s) {
		r, n := runeAt(s, i)
		if !wordRune(r) && !ignorable(r) && !pointBetweenDigits(s, i) {
			break
		}
		i += n
	}
	return i + signsAfter(s, start, i)
}

func pointBetweenDigits(s string, i int) bool {
	return s[i] == '.' && i > 0 && digit(s[i-1]) && i+1 < len(s) && digit(s[i+1])
}

// signsAfter returns how many bytes of signs belong to the run s[start:end]: the "++" of "C++" and
// the "#" of "C#", but not the "+" of "Erasmus+", nor a "#" that begins something new.
func signsAfter(s string, start, end int) int {
	n := 0
	switch {
	case strings.HasPrefix(s[end:], "++"):
		n = 2
	case strings.HasPrefix(s[end:], "#") && end-start == 1 && !digit(s[start]):
		n = 1
	default:
		return 0
	}
	if r, _ := runeAt(s, end+n); wordRune(r) || r == '+' || r == '#' {
		return 0
	}
	return n
}

// runeAt is utf8.DecodeRuneInString with a short way for ASCII.
func runeAt(s string, i int) (rune, int) {
	if i < len(s) && s[i] < utf8.RuneSelf {
		return rune(s[i]), 1
	}
	return utf8.DecodeRuneInString(s[i:])
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
