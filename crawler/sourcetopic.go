package crawler

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"fundwatch/calls"
)

// topicAt returns the identifier of the portal's topic whose page an address is, "" if it is none. The portal takes
// it in any case, and some write it small.
func topicAt(u *url.URL) string {
	folder, name := path.Split(strings.TrimSuffix(u.Path, "/"))
	if !strings.EqualFold(u.Hostname(), calls.PortalHost) || path.Base(folder) != topicFolder {
		return ""
	}
	return strings.ToUpper(calls.CleanLine(name, 0))
}

// identifierPattern is how the portal writes identifiers: at least three parts in capitals and digits, one of them
// a year.
var identifierPattern = regexp.MustCompile(`\b[A-Z][A-Z0-9]*(?:-[A-Z0-9]+){2,}\b`)

// topicIn returns the identifier that a text names, "" if it names none, or several: then it is about none of them.
func topicIn(text string) string {
	found := slices.DeleteFunc(identifierPattern.FindAllString(text, mostFound), func(s string) bool {
		_, _, ok := calls.Family(s)
		return !ok
	})
	slices.Sort(found)
	if found = slices.Compact(found); len(found) == 1 {
		return found[0]
	}
	return ""
}

// identify gives an entry without an identifier that of the portal's topic that it leads to, or whose identifier
// stands in its title: so that a list page that repeats calls of the portal makes no second ones. It comes after
// [entry.name], because a call keeps the reference that it has.
func (e *entry) identify() {
	if e.raw.Identifier != "" {
		return
	}
	if e.raw.Identifier = e.topic; e.topic == "" {
		e.raw.Identifier = topicIn(e.raw.Title)
	}
}
