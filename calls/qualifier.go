package calls

import (
	"fmt"
	"slices"
	"strings"
)

// The qualifiers: conditions that may stand among the words of a search. A new one takes a line here and in
// [Qualifiers], a filter, and in the commands a flag and its completion; a case in [Conditions.Add], and on
// the pages an example.
const (
	QualifierProgramme = "programme" // short codes
	QualifierTopic     = "topic"     // ids
	QualifierStatus    = "status"
	QualifierSource    = "source"
	QualifierDeadline  = "deadline"  // see [ParseSpan]
	QualifierNew       = "new"       // first seen since
	QualifierChanged   = "changed"   // new or changed since
	QualifierMinGrant  = "min-grant" // euro
	QualifierCountry   = "country"   // ISO 3166-1 alpha-2 of who wants to take part
	QualifierFor       = "for"       // id of a municipality
)

// Qualifiers lists the names of all qualifiers, those that people use most first.
func Qualifiers() []string {
	return []string{
		QualifierProgramme, QualifierTopic, QualifierStatus, QualifierSource, QualifierDeadline,
		QualifierNew, QualifierChanged, QualifierMinGrant, QualifierCountry, QualifierFor,
	}
}

// A Qualifier is a condition as it was typed: "programme:CERV,LIFE" or "-topic:youth".
type Qualifier struct {
	Name   string   // one of [Qualifiers]
	Values []string // what stands behind the colon, parted at commas; at least one, none is empty, none is checked
	Not    bool     // a minus stands before it
}

// String returns the condition as it may be typed.
func (q Qualifier) String() string {
	text := q.Name + ":" + strings.Join(q.Values, ",")
	if strings.ContainsAny(text, " \t\r\n\u00a0") {
		text = q.Name + `:"` + strings.Join(q.Values, ",") + `"`
	}
	if q.Not {
		text = "-" + text
	}
	return text
}

// A Query is what was typed into a search, taken apart.
type Query struct {
	Clauses    []Clause // of the words; nil if there are none
	Qualifiers []Qualifier
	Remarks    []string // in English: what was probably meant otherwise than it was understood; nil if nothing
}

// ReadQuery takes a search apart into conditions and words; the words mean what [ParseQuery] says. No text
// is an error:
//
//	programme:CERV,LIFE     a condition; capitals do not matter in its name
//	-topic:youth            the opposite of one
//	topic:"town-twinning"   quotes may stand around the value
//	"programme:CERV"        a phrase
//	Europe: now, 14:30      words: these are no qualifiers, or nothing stands behind the colon
//
// All conditions must hold; OR joins words only.
func ReadQuery(text string) Query {
	var q Query
	var words []queryToken
	parts := queryParts(queryTokens(text))
	for i, p := range parts {
		switch {
		case p.condition != nil:
			q.Qualifiers = append(q.Qualifiers, *p.condition)
		case p.word.operator() && (conditionAt(parts, i-1) != "" || conditionAt(parts, i+1) != ""):
			if p.word.text == "OR" && conditionAt(parts, i-1) != conditionAt(parts, i+1) {
				q.Remarks = append(q.Remarks, orRemark)
			}
		default:
			q.Remarks = appendRemark(q.Remarks, p.word)
			words = append(words, p.word)
		}
	}
	q.Clauses = clausesOf(words)
	return q
}

const orRemark = "OR joins words, not conditions: all of those must hold; several values are written programme:CERV,LIFE"

// A queryPart is one word of a query, or one condition.
type queryPart struct {
	word      queryToken
	condition *Qualifier
}

func queryParts(tokens []queryToken) []queryPart {
	var parts []queryPart
	for i := 0; i < len(tokens); i++ {
		found, used := qualifierAt(tokens[i:])
		if used == 0 {
			parts = append(parts, queryPart{word: tokens[i]})
			continue
		}
		parts = append(parts, queryPart{condition: &found})
		i += used - 1
	}
	return parts
}

// conditionAt returns the name of the condition at a place, "" if there is none.
func conditionAt(parts []queryPart, i int) string {
	if i < 0 || i >= len(parts) || parts[i].condition == nil {
		return ""
	}
	return parts[i].condition.Name
}

// qualifierAt returns the qualifier that tokens begin with, and of how many of them it is made; 0 if they
// begin with something else.
func qualifierAt(tokens []queryToken) (q Qualifier, used int) {
	t := tokens[0]
	name, value, found := strings.Cut(t.text, ":")
	name = strings.ToLower(name)
	if t.quoted || !found || !slices.Contains(Qualifiers(), name) {
		return q, 0
	}
	used = 1
	if value == "" && len(tokens) > 1 && tokens[1].quoted && tokens[1].attached {
		value, used = tokens[1].text, 2
	}
	for v := range strings.SplitSeq(value, ",") {
		if v = strings.Trim(strings.TrimSpace(v), `"`); v != "" {
			q.Values = append(q.Values, v)
		}
	}
	if len(q.Values) == 0 {
		return q, 0
	}
	q.Name, q.Not = name, t.not
	return q, used
}

// appendRemark says of a word what it may have been meant for: a qualifier with a slip in its name, or
// one whose value stands apart.
func appendRemark(remarks []string, t queryToken) []string {
	name, value, found := strings.Cut(t.text, ":")
	if t.quoted || !found || strings.HasPrefix(value, "/") || !qualifierLike(name) {
		return remarks
	}
	name = strings.ToLower(name)
	if slices.Contains(Qualifiers(), name) {
		return append(remarks, fmt.Sprintf("%q is searched as a word; a condition has no space behind its colon", t.text))
	}
	if near := Nearest(name, Qualifiers()); len(near) > 0 && value != "" {
		return append(remarks, fmt.Sprintf("%q is searched as words; did you mean %s:%s?", t.text, near[0], value))
	}
	return remarks
}

// qualifierLike reports whether a name is made as those of qualifiers are.
func qualifierLike(name string) bool {
	return len(name) > 2 && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz-") == ""
}
