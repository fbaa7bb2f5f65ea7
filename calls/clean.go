package calls

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanLine returns s as one harmless line: valid UTF-8, no control characters, no ANSI escapes, no
// bidirectional overrides or other invisible characters, white space folded, at most limit runes
// (0: no limit; a cut is marked by an ellipsis). Whatever comes from outside passes through it
// before it is stored, so that no terminal, header or mail has to fear it.
func CleanLine(s string, limit int) string {
	if isClean(s, false) {
		return cut(s, limit)
	}
	return cut(strings.Join(strings.Fields(dropInvisible(s)), " "), limit)
}

// CleanText is [CleanLine] for text of several paragraphs: line breaks stay, blank lines are folded.
func CleanText(s string, limit int) string {
	if isClean(s, true) {
		return cut(s, limit)
	}
	var lines []string
	for line := range strings.Lines(dropInvisible(s)) {
		line = strings.Join(strings.Fields(line), " ")
		if line != "" {
			lines = append(lines, line)
		}
	}
	return cut(strings.Join(lines, "\n"), limit)
}

// isClean reports whether cleaning would change nothing, which is true of most texts and cheaper to see
// than to do. It may report false for a clean text, never true for one that is not.
func isClean(s string, breaks bool) bool {
	blank := true // white space came before, or nothing
	for _, r := range s {
		space := r == ' ' || breaks && r == '\n'
		switch {
		case space && blank:
			return false
		case space, r > ' ' && r < 0x7f:
		case r < 0xa1, r == utf8.RuneError, !unicode.IsGraphic(r), unicode.Is(unicode.Zs, r):
			return false
		}
		blank = space
	}
	return !blank
}

// dropInvisible removes what a reader cannot see but a terminal or mail reader obeys.
func dropInvisible(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = dropEscapes(s)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == utf8.RuneError:
			return -1 // what is no UTF-8 is nothing a person typed
		case unicode.Is(unicode.Zs, r), r == '\t', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
}

// dropEscapes removes whole terminal sequences (ESC [ 31 m, ESC ] 0 ; title BEL): dropping the escape
// character alone would leave "[31m" in a title.
func dropEscapes(s string) string {
	if !strings.ContainsRune(s, 0x1b) {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "\x1b")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		s = after[escapeLength(after):]
	}
}

// escapeLength returns how many bytes after an ESC belong to its sequence.
func escapeLength(s string) int {
	switch {
	case strings.HasPrefix(s, "["):
		end := strings.IndexFunc(s[1:], func(r rune) bool { return r >= 0x40 && r <= 0x7e })
		return 1 + end + 1 // an unfinished sequence (end is -1) loses its bracket only
	case strings.HasPrefix(s, "]"):
		if end := strings.IndexByte(s, 0x07); end >= 0 {
			return end + 1
		}
		return 1
	}
	return 0
}

func cut(s string, limit int) string {
	if limit <= 0 || utf8.RuneCountInString(s) <= limit {
		return s
	}
	runes := []rune(s)[:limit-1]
	return strings.TrimRightFunc(string(runes), unicode.IsSpace) + "…"
}

// CleanAddress returns an address with those bytes in percent form that none may hold as they are (RFC 3986): what is
// left is ASCII that a reader sees, and ends no line, attribute or bracket. An address that is clean comes back as it is.
func CleanAddress(s string) string {
	clean := 0
	for clean < len(s) && !unwritten(s[clean]) {
		clean++
	}
	if clean == len(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if unwritten(s[i]) {
			fmt.Fprintf(&b, "%%%02X", s[i])
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unwritten also holds for every byte of a character beyond ASCII.
func unwritten(c byte) bool {
	return c <= ' ' || c > '~' || strings.IndexByte("\"<>\\^`{|}", c) >= 0
}
