package notify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A pattern is a text with fields in it, taken apart once: a format such as "{day}. {month} {year}" or a
// sentence such as "EU funding for {{.Town}}".
type pattern []patternPiece

type patternPiece struct {
	text  string // literal text, or the name of a field
	field bool
}

// formatFields are the names that a format may use.
var formatFields = []string{
	"weekday", "day", "month", "short_month", "year", "hour", "hour2", "minute", "low", "high",
}

func parseFormat(s string) (pattern, error) {
	p, err := parsePattern(s, "{", "}")
	for _, piece := range p {
		if piece.field && !slices.Contains(formatFields, piece.text) {
			return nil, fmt.Errorf("format %q: unknown field %q", s, piece.text)
		}
	}
	return p, err
}

func parsePattern(s, open, end string) (pattern, error) {
	if s == "" {
		return nil, errors.New("a text is empty")
	}
	var p pattern
	for rest := s; rest != ""; {
		literal, after, found := strings.Cut(rest, open)
		if literal != "" {
			p = append(p, patternPiece{literal, false})
		}
		if !found {
			break
		}
		name, next, closed := strings.Cut(after, end)
		if !closed || name == "" || strings.ContainsAny(name, " {}.|") {
			return nil, fmt.Errorf("text %q: only %sName%s may stand for a value", s, open, end)
		}
		p = append(p, patternPiece{name, true})
		rest = next
	}
	return p, nil
}

func (p pattern) expand(value func(field string) string) string {
	if len(p) == 1 && !p[0].field {
		return p[0].text
	}
	var few [12]string // most patterns are shorter: then nothing but the result is allocated
	parts := few[:0]
	for _, piece := range p {
		if piece.field {
			parts = append(parts, value(piece.text))
			continue
		}
		parts = append(parts, piece.text)
	}
	return strings.Join(parts, "")
}
