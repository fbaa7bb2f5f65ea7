package calls

import (
	"slices"
	"strings"
)

func (s *Conditions) addStatus(c Condition) error {
	for _, word := range c.Values {
		word = strings.ToLower(word)
		if !slices.Contains(StatusWords(), word) {
			return c.wrong(word, "%s %q: want one of %s", c.Place, word, strings.Join(StatusWords(), ", "))
		}
		if c.Not && !slices.Contains(Statuses(), Status(word)) {
			return c.wrong(word, "-status:%s: only %s can be left out", word, strings.Join(statusNames(), ", "))
		}
		one := Condition{Values: []string{word}, Not: c.Not}
		s.statuses, s.unwanted = one.appendTo(s.statuses, s.unwanted)
	}
	return nil
}

// addProgrammes refuses codes that no programme has. The portal's number means the code; one that is not known passes,
// for new programmes have no code yet.
func (s *Conditions) addProgrammes(c Condition) error {
	programmes, err := s.known.Programmes()
	if err != nil {
		return err
	}
	named := Condition{Not: c.Not}
	for _, code := range c.Values {
		_, known := programmes.Programme(code)
		if !known && (code == "" || strings.Trim(code, "0123456789") != "") {
			return c.wrong(code, "%s %q is no programme: %s", c.Place, code, DidYouMean(programmes.Nearest(code), "such as CERV, ERASMUS, LIFE"))
		}
		named.Values = append(named.Values, programmes.Code(code))
	}
	s.Find.Programmes, s.Find.NotProgrammes = named.appendTo(s.Find.Programmes, s.Find.NotProgrammes)
	return nil
}

// addTopics refuses unknown topics with the nearest known ones.
func (s *Conditions) addTopics(c Condition) error {
	topics, err := s.known.Topics()
	if err != nil {
		return err
	}
	lower := Condition{Not: c.Not}
	for _, id := range c.Values {
		id = strings.ToLower(id)
		if !topics.Has(id) {
			return c.wrong(id, "%s %q is no topic: %s", c.Place, id, DidYouMean(topics.Nearest(id), "'fundwatch topics' lists them all"))
		}
		lower.Values = append(lower.Values, id)
	}
	s.Find.Topics, s.Find.NotTopics = lower.appendTo(s.Find.Topics, s.Find.NotTopics)
	return nil
}

func (s *Conditions) addCountries(c Condition) error {
	if c.Not {
		return c.wrong("", "-%s cannot be left out: a country that may take part is seldom the only one", c.Place)
	}
	countries, err := s.known.Countries()
	if err != nil {
		return err
	}
	for _, code := range c.Values {
		country, known := countries.Canonical(code)
		if !known {
			return c.wrong(code, "%s %q is no country: %s", c.Place, code, DidYouMean(countries.Nearest(code), "use the two letters of ISO 3166, such as FR"))
		}
		s.Countries = append(s.Countries, country)
	}
	return nil
}

// AddSources checks the conditions on sources against the names of all that there are, and makes them part of the
// search. The error is a [ConditionError].
func (s *Conditions) AddSources(known []string) error {
	for _, c := range s.Sources {
		lower := Condition{Not: c.Not}
		for _, name := range c.Values {
			if !slices.Contains(known, strings.ToLower(name)) {
				return c.wrong(name, "%s %q is no source: %s", c.Place, name, DidYouMean(Nearest(name, known), "'fundwatch sources' lists them all"))
			}
			lower.Values = append(lower.Values, strings.ToLower(name))
		}
		s.Find.Sources, s.Find.NotSources = lower.appendTo(s.Find.Sources, s.Find.NotSources)
	}
	return nil
}
