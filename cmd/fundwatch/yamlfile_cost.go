package main

import "github.com/goccy/go-yaml/token"

// The bounds of what the YAML parser is given. It recurses once per level of nesting, and the time it
// needs for a section grows with the square of its keys (32,000 keys in 128 KiB took nine seconds).
const (
	deepestYAML = 32
	longestYAML = 1000 // keys of one section
)

// costly returns what makes a file too costly to parse, and its line; nil if nothing does.
func costly(tokens token.Tokens) (*fault, int) {
	var depth yamlDepth
	var sections yamlSections
	for _, t := range tokens {
		if depth.flow == 0 && !sections.next(t) {
			return &fault{"a section has too many keys", ""}, t.Position.Line
		}
		if !depth.next(t) || len(sections.open) > deepestYAML {
			return &fault{"brackets, lists or sections are nested too deeply", ""}, t.Position.Line
		}
	}
	return nil, 0
}

// A yamlDepth follows the nesting that needs no indentation: brackets, and signs in a row.
type yamlDepth struct {
	flow int // open brackets
	run  int // signs since the last line or comma, each of which may begin a level
	line int
}

// next reports whether the file is still shallow enough after t.
func (d *yamlDepth) next(t *token.Token) bool {
	if d.flow == 0 && t.Position.Line != d.line {
		d.run = 0
	}
	d.line = t.Position.Line
	switch t.Type {
	case token.MappingStartType, token.SequenceStartType:
		d.flow++
		d.run++
	case token.MappingEndType, token.SequenceEndType:
		d.flow--
		d.run = 0
	case token.CollectEntryType:
		d.run = 0
	case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.AnchorType, token.TagType:
		d.run++
	}
	return d.flow <= deepestYAML && d.run <= deepestYAML
}

// A yamlSections counts the lines of each open section outside brackets: lines that begin in one
// column, without a line further left between them.
type yamlSections struct {
	open []yamlSection // columns rise
	line int           // the last one counted
}

type yamlSection struct{ column, lines int }

// next reports whether no section is too long after t.
func (s *yamlSections) next(t *token.Token) bool {
	if t.Position.Line == s.line || t.Type == token.CommentType {
		return true
	}
	column := t.Position.Column
	for len(s.open) > 0 && s.open[len(s.open)-1].column > column {
		s.open = s.open[:len(s.open)-1]
	}
	if len(s.open) == 0 || s.open[len(s.open)-1].column < column {
		s.open = append(s.open, yamlSection{column: column})
	}
	if t.Type == token.SequenceEntryType {
		return true // a list may be long; what follows the - begins a section of its own
	}
	s.line = t.Position.Line
	last := &s.open[len(s.open)-1]
	last.lines++
	return last.lines <= longestYAML
}
