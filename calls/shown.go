package calls

import "strings"

// CutMark stands in a name whose middle was left out because a table had no room for it.
const CutMark = "…"

// ShownAs reports whether a name may be meant by what somebody typed, or copied from a table: its beginning, in any
// case, or beginning and end around [CutMark]. An empty beginning means nothing.
func ShownAs(name, shown string) bool {
	beginning, end, _ := strings.Cut(shown, CutMark)
	return beginning != "" && len(name) >= len(beginning)+len(end) &&
		strings.EqualFold(name[:len(beginning)], beginning) && strings.EqualFold(name[len(name)-len(end):], end)
}
