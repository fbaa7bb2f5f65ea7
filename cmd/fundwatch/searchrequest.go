package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fundwatch/calls"
)

// A searchRequest is a search as typed, checked as far as that goes without a database.
type searchRequest struct {
	find         calls.Search
	expected     bool     // rounds that are foreseen, not calls
	statuses     []string // the words; nil if none was given
	municipality string   // id; "" is none
	sources      []condition
	countries    []string // as ISO has them; nil: any
	remarks      []string // to be told: what was perhaps meant otherwise
	exact        bool
	typed        string // the words as they were written, for messages

	deadline calls.Span
	unwanted []string // statuses
	now      time.Time
}

// allStatuses is the word for calls of every status.
const allStatuses = "all"

// request checks every flag and every condition before anything is done. Several conditions of one kind:
// lists add up, bounds hold together.
func (f *searchFlags) request(words []string, now time.Time) (searchRequest, error) {
	text := queryText(words)
	typed := calls.ReadQuery(text)
	r := searchRequest{
		find:    calls.Search{Clauses: typed.Clauses, Sort: calls.SortOrder(f.sort), Limit: f.limit},
		remarks: typed.Remarks, exact: f.exact, typed: text, now: now,
	}
	if !slices.Contains(calls.SortOrders(), r.find.Sort) {
		return r, misusef("--sort %q: want one of %s", f.sort, strings.Join(wordsOf(calls.SortOrders()), ", "))
	}
	if f.limit < 0 {
		return r, misusef("--limit %d: want 0 (all) or more", f.limit)
	}
	for _, c := range append(f.conditions(), typedConditions(typed.Qualifiers)...) {
		if err := r.add(c); err != nil {
			return r, err
		}
	}
	r.find.DeadlineAfter, r.find.DeadlineBefore = r.deadline.From, r.deadline.To
	return r, r.settleStatus(f.usual)
}

// add checks one condition and makes it part of the search.
func (r *searchRequest) add(c condition) error {
	switch c.name {
	case calls.QualifierProgramme:
		r.append(c, &r.find.Programmes, &r.find.NotProgrammes)
		return checkProgrammes(c)
	case calls.QualifierTopic:
		for i, id := range c.values {
			c.values[i] = strings.ToLower(id)
		}
		r.append(c, &r.find.Topics, &r.find.NotTopics)
		return checkTopics(c)
	case calls.QualifierSource:
		r.sources = append(r.sources, c) // checked when the database is open
		return nil
	case calls.QualifierStatus:
		return r.addStatus(c)
	case calls.QualifierCountry:
		return r.addCountries(c)
	}
	return r.addBound(c)
}

func (r *searchRequest) append(c condition, wanted, unwanted *[]string) {
	if c.not {
		wanted = unwanted
	}
	*wanted = append(*wanted, c.values...)
}

func (r *searchRequest) addStatus(c condition) error {
	for _, word := range c.values {
		word = strings.ToLower(word)
		if !slices.Contains(statusWords(), word) {
			return misusef("%s %q: want one of %s", c.place, word, strings.Join(statusWords(), ", "))
		}
		if c.not && !slices.Contains(calls.Statuses(), calls.Status(word)) {
			return misusef("-status:%s: only %s can be left out", word, strings.Join(wordsOf(calls.Statuses()), ", "))
		}
		r.append(condition{values: []string{word}, not: c.not}, &r.statuses, &r.unwanted)
	}
	return nil
}

// settleStatus decides which statuses are meant when all conditions are known.
func (r *searchRequest) settleStatus(usual []calls.Status) error {
	r.expected = slices.Contains(r.statuses, expectedStatus)
	if r.expected {
		return r.checkExpected()
	}
	wanted := usual
	if r.statuses != nil {
		wanted = nil
		for _, word := range r.statuses {
			wanted = append(wanted, calls.Status(word))
		}
	}
	if wanted == nil || slices.Contains(r.statuses, allStatuses) {
		wanted = calls.Statuses()
	}
	for _, s := range wanted {
		if !slices.Contains(r.unwanted, string(s)) {
			r.find.Statuses = append(r.find.Statuses, s)
		}
	}
	if len(r.find.Statuses) == 0 {
		return misusef("status: every status that is wanted is also left out")
	}
	return nil
}

// checkExpected refuses what a foreseen round cannot fulfil: it has ranges of days and past rounds, no more.
func (r *searchRequest) checkExpected() error {
	switch {
	case len(r.statuses) > 1 || len(r.unwanted) > 0:
		return misusef("--status expected stands alone: what is foreseen has no dates yet, only ranges")
	case len(r.sources) > 0, r.find.MinGrant > 0, !r.find.NewSince.IsZero(), !r.find.ChangedSince.IsZero():
		return misusef("--status expected: what is foreseen has no source, grant or history yet; use words, programmes, topics, deadlines or --for")
	}
	return nil
}

// addBound adds a condition that has one value.
func (r *searchRequest) addBound(c condition) (err error) {
	if c.not {
		return misusef("-%s cannot be left out: only programmes, topics, statuses and sources can", c.place)
	}
	if len(c.values) > 1 {
		return misusef("%s %s: want one value", c.place, strings.Join(c.values, ","))
	}
	value := c.values[0]
	switch c.name {
	case calls.QualifierFor:
		err = r.addMunicipality(value)
	case calls.QualifierMinGrant:
		err = r.addMinGrant(value)
	case calls.QualifierNew:
		err = r.since(&r.find.NewSince, value)
	case calls.QualifierChanged:
		err = r.since(&r.find.ChangedSince, value)
	default:
		err = r.addDeadline(c.name, value)
	}
	if err != nil {
		return misusef("%s: %w", strings.TrimSuffix(c.place, ":"), err)
	}
	return nil
}

func (r *searchRequest) addDeadline(name, value string) (err error) {
	var span calls.Span
	switch name {
	case flagDeadlineBefore:
		span.To, err = parseMoment(value)
	case flagDeadlineAfter:
		span.From, err = parseMoment(value)
	default:
		span, err = calls.ParseSpan(value, r.now)
	}
	r.deadline = r.deadline.Meet(span)
	return err
}

func (r *searchRequest) since(bound *time.Time, value string) error {
	at, err := parseSince(value, r.now)
	if err == nil && at.After(*bound) {
		*bound = at
	}
	return err
}

func (r *searchRequest) addMinGrant(value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q: want euro in digits, such as 50000", value)
	}
	r.find.MinGrant = max(r.find.MinGrant, n)
	return nil
}

func (r *searchRequest) addMunicipality(id string) error {
	if id == "" {
		return fmt.Errorf("%q: want the id of a municipality", id)
	}
	if r.municipality != "" && r.municipality != id {
		return fmt.Errorf("%q: want one municipality, %q is asked for already", id, r.municipality)
	}
	r.municipality = id
	return nil
}

// queryText puts the words of a command line together. An argument with spaces and without signs of
// its own is a phrase: the shell has taken the quotes that its writer typed.
func queryText(words []string) string {
	var parts []string
	for _, w := range words {
		if strings.ContainsAny(w, " \t") && !speaks(w) {
			w = `"` + w + `"`
		}
		parts = append(parts, w)
	}
	return strings.Join(parts, " ")
}

// speaks reports whether an argument uses the signs of the search itself.
func speaks(w string) bool {
	return strings.ContainsAny(w, `"*`) || strings.Contains(w, " OR ") || strings.Contains(" "+w, " -") ||
		calls.ReadQuery(w).Qualifiers != nil
}

func (r *searchRequest) addCountries(c condition) error {
	if c.not {
		return misusef("-%s cannot be left out: a country that may take part is seldom the only one", c.place)
	}
	countries, err := calls.LoadCountries()
	if err != nil {
		return err
	}
	for _, code := range c.values {
		country, known := countries.Canonical(code)
		if !known {
			return misusef("%s %q is no country: %s", c.place, code, didYouMean(countries.Nearest(code), "use the two letters of ISO 3166, such as FR"))
		}
		r.countries = append(r.countries, country)
	}
	return nil
}

// checkProgrammes refuses codes that no programme has. Numbers pass: new programmes have no code yet.
// Without a condition on them the table is not read.
func checkProgrammes(c condition) error {
	programmes, err := calls.LoadProgrammes()
	if err != nil {
		return err
	}
	for _, code := range c.values {
		_, known := programmes.Programme(code)
		if !known && (code == "" || strings.Trim(code, "0123456789") != "") {
			return misusef("%s %q is no programme: %s", c.place, code, didYouMean(programmes.Nearest(code), "such as CERV, ERASMUS, LIFE"))
		}
	}
	return nil
}

// checkTopics refuses unknown topics with the nearest known ones. Without a condition on them the topic
// data is not read at all.
func checkTopics(c condition) error {
	topics, err := calls.LoadTopics()
	if err != nil {
		return err
	}
	for _, id := range c.values {
		if !topics.Has(id) {
			return misusef("%s %q is no topic: %s", c.place, id, didYouMean(topics.Nearest(id), "'fundwatch topics' lists them all"))
		}
	}
	return nil
}
