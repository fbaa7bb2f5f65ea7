package calls

import (
	_ "embed" // the table below
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed rules/fortowns.tsv
var forTownsTable string

// A townSigns says by what a call of a programme that is not for municipalities shows that they have a
// part in it nevertheless.
type townSigns struct {
	identifiers []*regexp.Regexp
	others      []*regexp.Regexp // identifiers of calls that somebody else wins, in any programme
	index       *patternIndex
	where       []string // by number of the pattern in index: "title", "summary" or "never"
}

// loadTownSigns reads the built-in table once. It can only fail by a mistake in the table, which a test
// finds; a line that cannot be read is left out.
var loadTownSigns = sync.OnceValues(func() (*townSigns, error) {
	rows, errs := tableRows("rules/fortowns.tsv", forTownsTable, 4)
	s := &townSigns{index: newPatternIndex()}
	for _, row := range rows {
		if err := s.add(row.fields[0], row.fields[1]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", row.place, err))
		}
	}
	return s, errors.Join(errs...)
})

func (s *townSigns) add(where, what string) error {
	switch where {
	case "identifier":
		return addExpression(&s.identifiers, what)
	case "others":
		return addExpression(&s.others, what)
	case "title", "summary", "never":
		p, err := ParsePattern(what)
		if err != nil {
			return err
		}
		if id := s.index.add(p); id < len(s.where) {
			return fmt.Errorf("%q is already there", what)
		}
		s.where = append(s.where, where)
		return nil
	}
	return fmt.Errorf("unknown place %q: want identifier, others, title, summary or never", where)
}

func addExpression(to *[]*regexp.Regexp, what string) error {
	re, err := regexp.Compile(what)
	if err == nil {
		*to = append(*to, re)
	}
	return err
}

func anyMatches(expressions []*regexp.Regexp, s string) bool {
	return slices.ContainsFunc(expressions, func(re *regexp.Regexp) bool { return re.MatchString(s) })
}

// forTowns reports whether a call on a town's topic is also meant for towns. In a programme that
// municipalities take part in (or that nobody knows) every call is but those of known families; in
// others, such as research, the identifier, the title or the summary must say so (rules/fortowns.tsv),
// and in those that are not for municipalities at all, the title. Bodies of research calls name everybody
// and prove nothing.
func (t *Topics) forTowns(c *Call, all []field) bool {
	signs, _ := loadTownSigns() // see there
	identifier := strings.ToUpper(c.Identifier)
	if anyMatches(signs.others, identifier) {
		return false
	}
	programme, _ := t.programmes.Programme(c.Programme)
	switch programme.Municipalities {
	case "partly":
		return anyMatches(signs.identifiers, identifier) || signs.foundIn(all, "title", "summary")
	case "no":
		return signs.foundIn(all, "title")
	}
	return true
}

// offered returns the topics by which a call is offered to towns: all of its own, or none.
func offered(c *Call, forTowns bool) []TopicHit {
	if !forTowns {
		return nil
	}
	return c.Topics
}

// foundIn reports whether the fields with these names say that towns have a part.
func (s *townSigns) foundIn(all []field, names ...string) bool {
	found, never := false, false
	for i := range all {
		f := &all[i]
		if !slices.Contains(names, f.name) {
			continue
		}
		s.index.walk(f.words, func(id, _, _ int) {
			found = found || s.where[id] == "summary" || f.name == "title" && s.where[id] == "title"
			never = never || s.where[id] == "never" && f.name == "title"
		})
	}
	return found && !never
}
