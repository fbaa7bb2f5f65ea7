package calls

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Names of conditions that have no qualifier, because "deadline:" states both: flags and fields of a form have them.
const (
	ConditionDeadlineBefore = "deadline-before" // next deadline before a moment, see [ParseMoment]
	ConditionDeadlineAfter  = "deadline-after"  // at or after it
)

// Words for a status that no call has.
const (
	StatusExpected = "expected" // rounds that are foreseen, in place of calls
	StatusAll      = "all"      // calls of every status
)

// StatusWords lists what may be asked for as the status.
func StatusWords() []string { return append(statusNames(), StatusExpected, StatusAll) }

func statusNames() []string {
	var names []string
	for _, s := range Statuses() {
		names = append(names, string(s))
	}
	return names
}

// A Condition is one thing that calls must fulfil, typed among the words of a search or given beside them, by a flag or
// a field of a form: all mean the same.
type Condition struct {
	Place  string   // how errors name it: "--programme" or "programme:"
	Name   string   // one of [Qualifiers], [ConditionDeadlineBefore] or [ConditionDeadlineAfter]
	Values []string // at least one; an empty one is wrong everywhere
	Not    bool
}

// Conditions returns what the qualifiers of a query ask for, not yet checked; nil if it has none.
func (q Query) Conditions() []Condition {
	var all []Condition
	for _, one := range q.Qualifiers {
		all = append(all, Condition{Place: one.Name + ":", Name: one.Name, Values: one.Values, Not: one.Not})
	}
	return all
}

// A ConditionError says in English which condition cannot be fulfilled, why, and what to write.
type ConditionError struct {
	Condition Condition // without a name if no single one is wrong, but they exclude each other
	Value     string    // the one that is wrong; "" if it is not one of several
	err       error
}

// Error implements error.
func (e *ConditionError) Error() string { return e.err.Error() }

// Unwrap returns what was wrong with the value, where that has an error of its own.
func (e *ConditionError) Unwrap() error { return errors.Unwrap(e.err) }

// wrong returns a [ConditionError] about a value of the condition.
func (c Condition) wrong(value, format string, args ...any) error {
	return &ConditionError{c, value, fmt.Errorf(format, args...)}
}

// excluding returns a ConditionError about conditions that cannot hold together.
func excluding(text string) error { return &ConditionError{err: errors.New(text)} }

// KnownNames read the tables that names in conditions are held against. Each is called only if a condition needs it.
type KnownNames struct {
	Topics     func() (*Topics, error)
	Programmes func() (*Programmes, error)
	Countries  func() (*Countries, error)
}

// Conditions are what a search asks for beside its words, put together from one [Condition] after the other: lists add
// up, bounds hold together. Make them with [NewConditions].
type Conditions struct {
	Find         Search      // what the conditions come to, whole after [Conditions.Settle]; the rest of it is zero
	Expected     bool        // rounds that are foreseen, not calls
	Municipality string      // id, not yet looked up; "" is none
	Countries    []string    // as ISO has them; nil: any
	Sources      []Condition // not yet checked, see [Conditions.AddSources]

	known    KnownNames
	now      time.Time
	deadline Span
	statuses []string // the words; nil if none was given
	unwanted []string
}

// NewConditions returns no conditions yet. Spans such as "30d" count from now.
func NewConditions(known KnownNames, now time.Time) *Conditions {
	return &Conditions{known: known, now: now}
}

// Add checks one condition and makes it part of the search. The error is a [ConditionError], or that of a table that
// cannot be read.
func (s *Conditions) Add(c Condition) error {
	switch c.Name {
	case QualifierProgramme:
		return s.addProgrammes(c)
	case QualifierTopic:
		return s.addTopics(c)
	case QualifierSource:
		s.Sources = append(s.Sources, c)
		return nil
	case QualifierStatus:
		return s.addStatus(c)
	case QualifierCountry:
		return s.addCountries(c)
	}
	return s.addBound(c)
}

// appendTo appends the values to what is wanted, or to what is not.
func (c Condition) appendTo(wanted, unwanted []string) (yes, no []string) {
	if c.Not {
		return wanted, append(unwanted, c.Values...)
	}
	return append(wanted, c.Values...), unwanted
}

// Settle decides which statuses and days are meant when all conditions are known. Without a condition on the status
// it is one of usual; nil means any. The error is a [ConditionError] without a condition.
func (s *Conditions) Settle(usual []Status) error {
	s.Find.DeadlineAfter, s.Find.DeadlineBefore = s.deadline.From, s.deadline.To
	s.Expected = slices.Contains(s.statuses, StatusExpected)
	if s.Expected {
		return s.checkExpected()
	}
	wanted := usual
	if s.statuses != nil {
		wanted = nil
		for _, word := range s.statuses {
			wanted = append(wanted, Status(word))
		}
	}
	if wanted == nil || slices.Contains(s.statuses, StatusAll) {
		wanted = Statuses()
	}
	for _, status := range wanted {
		if !slices.Contains(s.unwanted, string(status)) {
			s.Find.Statuses = append(s.Find.Statuses, status)
		}
	}
	if len(s.Find.Statuses) == 0 {
		return excluding("status: every status that is wanted is also left out")
	}
	return nil
}

// checkExpected refuses what a foreseen round cannot fulfil: it has ranges of days and past rounds, no more.
func (s *Conditions) checkExpected() error {
	switch {
	case len(s.statuses) > 1 || len(s.unwanted) > 0:
		return excluding("--status expected stands alone: what is foreseen has no dates yet, only ranges")
	case len(s.Sources) > 0, s.Find.MinGrant > 0, !s.Find.NewSince.IsZero(), !s.Find.ChangedSince.IsZero():
		return excluding("--status expected: what is foreseen has no source, grant or history yet; use words, programmes, topics, deadlines or --for")
	}
	return nil
}

// addBound adds a condition that has one value.
func (s *Conditions) addBound(c Condition) (err error) {
	if c.Not {
		return c.wrong("", "-%s cannot be left out: only programmes, topics, statuses and sources can", c.Place)
	}
	if len(c.Values) != 1 {
		return c.wrong("", "%s %s: want one value", c.Place, strings.Join(c.Values, ","))
	}
	value := c.Values[0]
	switch c.Name {
	case QualifierFor:
		err = s.addMunicipality(value)
	case QualifierMinGrant:
		err = s.addMinGrant(value)
	case QualifierNew:
		err = s.since(&s.Find.NewSince, value)
	case QualifierChanged:
		err = s.since(&s.Find.ChangedSince, value)
	default:
		err = s.addDeadline(c.Name, value)
	}
	if err != nil {
		return c.wrong(value, "%s: %w", strings.TrimSuffix(c.Place, ":"), err)
	}
	return nil
}

func (s *Conditions) addDeadline(name, value string) (err error) {
	var span Span
	switch name {
	case ConditionDeadlineBefore:
		span.To, err = ParseMoment(value)
	case ConditionDeadlineAfter:
		span.From, err = ParseMoment(value)
	default:
		span, err = ParseSpan(value, s.now)
	}
	s.deadline = s.deadline.Meet(span)
	return err
}

func (s *Conditions) since(bound *time.Time, value string) error {
	at, err := ParseSince(value, s.now)
	if err == nil && at.After(*bound) {
		*bound = at
	}
	return err
}

func (s *Conditions) addMinGrant(value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q: want euro in digits, such as 50000", value)
	}
	s.Find.MinGrant = max(s.Find.MinGrant, n)
	return nil
}

func (s *Conditions) addMunicipality(id string) error {
	if id == "" {
		return fmt.Errorf("%q: want the id of a municipality", id)
	}
	if s.Municipality != "" && s.Municipality != id {
		return fmt.Errorf("%q: want one municipality, %q is asked for already", id, s.Municipality)
	}
	s.Municipality = id
	return nil
}
