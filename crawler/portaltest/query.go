package portaltest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxDepth bounds how deeply bool clauses may hold each other; the clients in use need one level.
const maxDepth = 8

// A filter lets a record through or not.
type filter func(*Record) bool

// A query is the part of that name, understood.
type query struct {
	keep  filter
	types []string // the types that it asks for in as many words; nil if it names none
}

// parseQuery reads the subset of the query language that working clients use: bool with must and
// must_not, term, terms, range and text. The error is what the API calls an invalid query format.
func parseQuery(raw []byte) (query, error) {
	p := queryParser{}
	keep, err := p.clause(raw, 0)
	if err != nil {
		return query{}, err
	}
	return query{keep: keep, types: p.types}, nil
}

type queryParser struct {
	types   []string
	negated bool // inside must_not: what is named there is not asked for
}

// clause reads {"<kind>": ...}.
func (p *queryParser) clause(raw []byte, depth int) (filter, error) {
	kind, body, err := single(raw)
	if err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("clauses lie more than %d deep", maxDepth)
	}
	switch kind {
	case "bool":
		return p.boolean(body, depth+1)
	case "terms":
		return p.terms(body)
	case "term":
		return p.term(body)
	case "range":
		return between(body)
	case "text":
		return words(body)
	}
	return nil, fmt.Errorf("unknown clause %q", kind)
}

// single reads an object of exactly one key, which is how every clause is written.
func single(raw []byte) (key string, value json.RawMessage, err error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return "", nil, fmt.Errorf("clause: %w", err)
	}
	if len(object) != 1 {
		return "", nil, fmt.Errorf("clause has %d keys, want one", len(object))
	}
	for key, value = range object {
	}
	return key, value, nil
}

func (p *queryParser) boolean(raw []byte, depth int) (filter, error) {
	var lists map[string][]json.RawMessage
	if err := json.Unmarshal(raw, &lists); err != nil {
		return nil, fmt.Errorf("bool: %w", err)
	}
	for name := range lists {
		if name != "must" && name != "must_not" {
			return nil, fmt.Errorf("bool: unknown list %q", name)
		}
	}
	must, err := p.all(lists["must"], depth)
	if err != nil {
		return nil, err
	}
	was := p.negated
	p.negated = !was
	mustNot, err := p.all(lists["must_not"], depth)
	p.negated = was
	if err != nil {
		return nil, err
	}
	return func(r *Record) bool {
		return !slices.ContainsFunc(must, func(f filter) bool { return !f(r) }) &&
			!slices.ContainsFunc(mustNot, func(f filter) bool { return f(r) })
	}, nil
}

func (p *queryParser) all(clauses []json.RawMessage, depth int) ([]filter, error) {
	filters := make([]filter, 0, len(clauses))
	for _, raw := range clauses {
		f, err := p.clause(raw, depth)
		if err != nil {
			return nil, err
		}
		filters = append(filters, f)
	}
	return filters, nil
}

func (p *queryParser) terms(raw []byte) (filter, error) {
	field, body, err := single(raw)
	if err != nil {
		return nil, err
	}
	var values []string
	if err := json.Unmarshal(body, &values); err != nil {
		return nil, fmt.Errorf("terms %s: %w", field, err)
	}
	return p.anyOf(field, values), nil
}

func (p *queryParser) term(raw []byte) (filter, error) {
	field, body, err := single(raw)
	if err != nil {
		return nil, err
	}
	var value string
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, fmt.Errorf("term %s: %w", field, err)
	}
	return p.anyOf(field, []string{value}), nil
}

func (p *queryParser) anyOf(field string, wanted []string) filter {
	if field == "type" && !p.negated {
		p.types = append(p.types, wanted...)
	}
	return func(r *Record) bool {
		return slices.ContainsFunc(r.Metadata[field], func(v string) bool { return slices.Contains(wanted, v) })
	}
}

// between reads {"<field>": {"gte": ..., "lt": ...}}. A bound that is not written in full is no
// bound: the clause then only says that the field must be there, as the API does without a word.
func between(raw []byte) (filter, error) {
	field, body, err := single(raw)
	if err != nil {
		return nil, err
	}
	var bounds map[string]string
	if err := json.Unmarshal(body, &bounds); err != nil {
		return nil, fmt.Errorf("range %s: %w", field, err)
	}
	var within []func(time.Time) bool
	for operator, text := range bounds {
		holds, known := operators[operator]
		if !known {
			return nil, fmt.Errorf("range %s: unknown operator %q", field, operator)
		}
		if bound, ok := parseInstant(text); ok {
			within = append(within, func(t time.Time) bool { return holds(t.Compare(bound)) })
		}
	}
	return func(r *Record) bool {
		return slices.ContainsFunc(r.Metadata[field], func(v string) bool { return inside(v, within) })
	}, nil
}

// operators say what the comparison of a value with the bound must have come to.
var operators = map[string]func(int) bool{
	"gte": func(c int) bool { return c >= 0 },
	"gt":  func(c int) bool { return c > 0 },
	"lte": func(c int) bool { return c <= 0 },
	"lt":  func(c int) bool { return c < 0 },
}

func inside(value string, within []func(time.Time) bool) bool {
	if len(within) == 0 {
		return true
	}
	t, ok := parseInstant(value)
	return ok && !slices.ContainsFunc(within, func(holds func(time.Time) bool) bool { return !holds(t) })
}

// parseInstant reads the two ways of writing a date that the API compares by.
func parseInstant(text string) (time.Time, bool) {
	for _, layout := range []string{instantLayout, "2006-01-02T15:04:05.000Z"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// words reads the text clause: some or all words, in any of the named fields.
func words(raw []byte) (filter, error) {
	var clause struct {
		Query           string   `json:"query"`
		Fields          []string `json:"fields"`
		DefaultOperator string   `json:"defaultOperator"`
	}
	if err := json.Unmarshal(raw, &clause); err != nil {
		return nil, fmt.Errorf("text: %w", err)
	}
	wanted := strings.Fields(strings.ToLower(clause.Query))
	every := strings.EqualFold(clause.DefaultOperator, "AND")
	return func(r *Record) bool {
		return slices.ContainsFunc(clause.Fields, func(field string) bool {
			return contains(strings.Join(r.Metadata[field], " "), wanted, every)
		})
	}, nil
}

func contains(text string, wanted []string, every bool) bool {
	text = strings.ToLower(text)
	isThere := func(word string) bool { return strings.Contains(text, word) }
	if every {
		return !slices.ContainsFunc(wanted, func(word string) bool { return !isThere(word) })
	}
	return slices.ContainsFunc(wanted, isThere)
}
