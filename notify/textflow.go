package notify

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"fundwatch/calls"
)

// textWidth is the width of the text part in cells of a terminal: quoted once or twice, lines still fit
// into 78 (checked 2026-11-22).
const textWidth = 72

// signature is the line that parts a letter from its footer; its trailing space belongs to it (RFC 3676).
const signature = "-- "

// A textLine is one line of the text part. Soft lines go on in the next one: a reader's screen may
// join them (RFC 3676, format=flowed).
type textLine struct {
	text string
	soft bool
}

// wrap breaks every line of text between words. A word that is wider than width stays whole: it is a URL
// or an identifier, of no use in pieces.
func wrap(text string, width int) []textLine {
	lines := make([]textLine, 0, 2+len(text)/32)
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if line == signature {
			lines = append(lines, textLine{line, false})
			continue
		}
		lines = wrapLine(lines, line, width)
	}
	return lines
}

// wrapLine appends the pieces of one line.
func wrapLine(lines []textLine, line string, width int) []textLine {
	line = strings.TrimRight(line, " ")
	start, used := 0, 0 // where the current output line begins, and its cells so far
	for at := 0; at < len(line); {
		end := at + wordLength(line[at:])
		cells := cellWidth(line[at:end])
		// A line "--" that flows would end in "-- ", the signature's mark.
		if at > start && used+cells > width && line[start:at] != signature {
			lines = append(lines, textLine{line[start : at-1], true})
			start, used = at, 0
		}
		used += cells + 1
		at = end + 1
	}
	return append(lines, textLine{line[start:], false})
}

// wordLength breaks at plain spaces only: a no-break space holds together what it stands between.
func wordLength(s string) int {
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return i
	}
	return len(s)
}

// cells counts ambiguous characters as one cell, whatever the environment of the machine says.
var cells = &runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

func cellWidth(s string) int { return cells.StringWidth(s) }

// sizeOf returns how many bytes the lines take with so many beside the text of each, at most.
func sizeOf(lines []textLine, beside int) int {
	size := 0
	for i := range lines {
		size += len(lines[i].text) + beside
	}
	return size
}

// plain returns the lines as people read them.
func plain(lines []textLine) string {
	var b strings.Builder
	b.Grow(sizeOf(lines, len("\n")))
	for _, l := range lines {
		b.WriteString(l.text)
		b.WriteByte('\n')
	}
	return b.String()
}

// flowed returns the lines as RFC 3676 wants them on the wire, ended by CRLF: a soft line ends in a
// space, and a line that could be taken for a quotation is led by one.
func flowed(lines []textLine) []byte {
	var b bytes.Buffer
	b.Grow(sizeOf(lines, len(" ")+len(" \r\n")))
	for _, l := range lines {
		if strings.HasPrefix(l.text, " ") || strings.HasPrefix(l.text, ">") || strings.HasPrefix(l.text, "From ") {
			b.WriteByte(' ')
		}
		b.WriteString(l.text)
		if l.soft {
			b.WriteByte(' ')
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// crlf returns text, whose lines end in LF, as mail wants it.
func crlf(text string) []byte {
	b := make([]byte, 0, len(text)+strings.Count(text, "\n"))
	for line := range strings.SplitAfterSeq(text, "\n") {
		if body, ended := strings.CutSuffix(line, "\n"); ended {
			b = append(append(b, body...), "\r\n"...)
		} else {
			b = append(b, body...)
		}
	}
	return b
}

// cleanLine is [calls.CleanLine], with a short way for plain ASCII that is clean and short already, as
// nearly all of it is: the store holds clean text, and a letter looks at some two hundred pieces of it.
func cleanLine(s string, limit int) string {
	if (limit == 0 || len(s) <= limit) && isCleanASCII(s) {
		return s
	}
	return calls.CleanLine(s, limit)
}

func isCleanASCII(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return before != ' ' || s == ""
}

// firstSentences returns as many whole sentences of s as fit into limit runes. A first sentence that is
// too long is cut between words.
func firstSentences(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	end, runes := 0, 0
	for i, r := range s {
		runes++
		if runes > limit {
			break
		}
		if strings.ContainsRune(".!?", r) && endsSentence(s[:i], s[i+1:]) {
			end = i + 1
		}
	}
	if end == 0 {
		return cutWords(s, limit)
	}
	return s[:end]
}

// endsSentence tells "in 2027. Towns" from "e.g. towns", "No. 3" and "Art. Nouveau": a full stop ends a
// sentence before a capital letter, unless the word before it is an abbreviation.
func endsSentence(before, after string) bool {
	next, _ := utf8.DecodeRuneInString(strings.TrimPrefix(after, " "))
	if !strings.HasPrefix(after, " ") || !unicode.IsUpper(next) {
		return false
	}
	return !isAbbreviation(before[strings.LastIndexByte(before, ' ')+1:])
}

// isAbbreviation holds for words with a dot inside ("e.g") and for short ones written "No" or "Art";
// "EU" and "it" end sentences.
func isAbbreviation(word string) bool {
	if strings.Contains(word, ".") {
		return true
	}
	first, size := utf8.DecodeRuneInString(word)
	rest := word[size:]
	return unicode.IsUpper(first) && utf8.RuneCountInString(rest) <= 2 && rest == strings.ToLower(rest)
}
