package main

import "strings"

// A cell of a table may hold a list: items parted by semicolons, each backslash, semicolon and bar
// inside an item written with a backslash before it. A spreadsheet takes a cell that begins with = + -
// or @ for a formula and runs it; such cells are written with an apostrophe before them.

// joinCell writes a list into a cell.
func joinCell(items []string) string {
	escaped := make([]string, len(items))
	for i, item := range items {
		escaped[i] = escape(item)
	}
	return strings.Join(escaped, "; ")
}

// splitCell reads what joinCell wrote. People may also part items by line breaks. Empty items are
// dropped: a semicolon at the end means nothing.
func splitCell(cell string) []string {
	var items []string
	for _, item := range splitEscaped(cell, ";\n") {
		if item = unescape(item); strings.TrimSpace(item) != "" {
			items = append(items, item)
		}
	}
	return items
}

const escapable = `\;|`

func escape(item string) string {
	return strings.NewReplacer(`\`, `\\`, `;`, `\;`, `|`, `\|`).Replace(item)
}

// unescape undoes escape. A backslash before anything else is itself.
func unescape(item string) string {
	var b strings.Builder
	for i := 0; i < len(item); i++ {
		if item[i] == '\\' && i+1 < len(item) && strings.IndexByte(escapable, item[i+1]) >= 0 {
			i++
		}
		b.WriteByte(item[i])
	}
	return b.String()
}

// splitEscaped cuts s at every one of the separators that has no backslash before it. The pieces keep
// their backslashes.
func splitEscaped(s, separators string) []string {
	var pieces []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && strings.IndexByte(escapable, s[i+1]) >= 0:
			i++
		case strings.IndexByte(separators, s[i]) >= 0:
			pieces = append(pieces, s[start:i])
			start = i + 1
		}
	}
	return append(pieces, s[start:])
}

// protectCell keeps a spreadsheet from running a cell as a formula.
func protectCell(cell string) string {
	if runsAsFormula(cell) {
		return "'" + cell
	}
	return cell
}

// unprotectCell undoes protectCell. 's-Hertogenbosch keeps its apostrophe: no formula follows it.
func unprotectCell(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && runsAsFormula(rest) {
		return rest
	}
	return cell
}

// runsAsFormula reports whether a cell begins like a formula, or would after its apostrophes: those
// must be protected too, or undoing would take one that belongs to the text.
func runsAsFormula(cell string) bool {
	rest := strings.TrimLeft(cell, "'")
	return rest != "" && strings.IndexByte("=+-@\t\r", rest[0]) >= 0
}
