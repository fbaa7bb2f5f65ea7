package calls

import (
	_ "embed" // the file below
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed rules/eligibility.txt
var eligibilityFile string

// A FactKey names one thing that a rule says.
type FactKey string

// The facts of a rule, as rules/eligibility.txt describes them.
const (
	FactWho          FactKey = "who"
	FactTown         FactKey = "town"    // "yes" or "no"
	FactDepends      FactKey = "depends" // what decides and fundwatch does not know
	FactApplicants   FactKey = "applicants"
	FactCountries    FactKey = "countries"
	FactMembers      FactKey = "members"
	FactParticipants FactKey = "participants"
	FactDuration     FactKey = "duration"
	FactGrant        FactKey = "grant"
	FactRate         FactKey = "rate"
	FactNote         FactKey = "note"
)

// FactKeys lists every fact in the order in which people ask for it.
func FactKeys() []FactKey {
	return []FactKey{FactWho, FactTown, FactDepends, FactApplicants, FactCountries, FactMembers,
		FactParticipants, FactDuration, FactGrant, FactRate, FactNote}
}

// Terms say who may apply for a family of calls and with how many others.
type Terms struct {
	ID        string
	Name      string // in a sentence: "Networks of Towns"
	Programme string // short code
	Area      *Area  // the countries that count
	Apply     *Area  // the countries from which a town may apply; Area unless the rule says otherwise
	facts     map[FactKey]Fact

	identifier, key, title *regexp.Regexp // nil: none
	firstYear, lastYear    int            // of the identifier; 0: any
}

// Fact returns what is known about one thing; the zero Fact if no source was found.
func (r *Terms) Fact(key FactKey) Fact { return r.facts[key] }

// A Rulebook holds the rules of eligibility. Make one with [LoadRulebook]; it is safe for concurrent use.
type Rulebook struct {
	rules     []*Terms
	countries *Countries
}

// LoadRulebook reads the built-in files rules/eligibility.txt and rules/areas.txt. The error lists every
// problem with file and line; it can only come from a mistake in the files.
func LoadRulebook() (*Rulebook, error) {
	return readRulebook(eligibilityFile, areasFile)
}

// All returns all terms in the order of the file. The caller must not change them.
func (b *Rulebook) All() []*Terms { return b.rules }

// OpenToOne reports whether bodies of one of the countries can take part in a call, or no rule says that they cannot.
// Without countries any call is open.
func (b *Rulebook) OpenToOne(c *Call, countries []string) bool {
	return len(countries) == 0 || slices.ContainsFunc(countries, b.Of(c).OpenTo)
}

// Of returns the rule of a call: the first that fits, or nil if none is known. A cascade call has none, for
// it bears the identifier of the call that pays for it.
func (b *Rulebook) Of(c *Call) *Terms {
	if c.Kind == KindCascade {
		return nil
	}
	identifier := strings.ToUpper(strings.TrimSpace(c.Identifier))
	year := 0
	if identifier != "" {
		_, year, _ = Family(identifier)
	}
	for _, r := range b.rules {
		if r.fits(c, identifier, year) {
			return r
		}
	}
	return nil
}

func (r *Terms) fits(c *Call, identifier string, year int) bool {
	if identifier != "" {
		return r.identifier != nil && r.identifier.MatchString(identifier) &&
			(r.firstYear == 0 || r.firstYear <= year && year <= r.lastYear)
	}
	if r.key != nil && r.key.MatchString(c.Key.String()) {
		return true
	}
	return r.title != nil && strings.EqualFold(c.Programme, r.Programme) && r.title.MatchString(Fold(c.Title))
}

// readRulebook reads both files. Whatever is wrong in them is in the error.
func readRulebook(rules, areas string) (*Rulebook, error) {
	countries, err := LoadCountries()
	errs := []error{err}
	b := &Rulebook{countries: countries}
	known, more := readAreas("rules/areas.txt", areas, countries)
	errs = append(errs, more...)
	facts, more := parseFacts("rules/eligibility.txt", rules)
	errs = append(errs, more...)
	for _, f := range facts {
		if err := b.take(f, known); err != nil {
			errs = append(errs, err)
		}
	}
	for _, r := range b.rules {
		errs = append(errs, r.check())
	}
	return b, errors.Join(errs...)
}

// take adds one line to the rule under which it stands.
func (b *Rulebook) take(f fact, areas map[string]*Area) error {
	if f.key == sectionKey {
		for _, r := range b.rules {
			if r.ID == f.section {
				return f.errorf("rule %q is already there", f.section)
			}
		}
		b.rules = append(b.rules, &Terms{ID: f.section, facts: make(map[FactKey]Fact)})
		return nil
	}
	if len(b.rules) == 0 {
		return f.errorf("%q above the first [rule]", f.key)
	}
	return b.rules[len(b.rules)-1].take(f, areas)
}

func (r *Terms) take(f fact, areas map[string]*Area) (err error) {
	switch f.key {
	case "name":
		r.Name = f.value
	case "programme":
		r.Programme = f.value
	case "identifier":
		r.identifier, err = compile(f)
	case "key":
		r.key, err = compile(f)
	case "title":
		r.title, err = compile(f)
	case "years":
		err = r.setYears(f)
	case "area":
		r.Area, err = areaOf(f, areas)
	case "apply":
		r.Apply, err = areaOf(f, areas)
	default:
		err = r.addFact(f)
	}
	return err
}

func compile(f fact) (*regexp.Regexp, error) {
	re, err := regexp.Compile(f.value)
	if err != nil {
		return nil, f.errorf("%v", err)
	}
	return re, nil
}

func areaOf(f fact, areas map[string]*Area) (*Area, error) {
	if area, ok := areas[f.value]; ok {
		return area, nil
	}
	return nil, f.errorf("area %q is not in rules/areas.txt", f.value)
}

func (r *Terms) setYears(f fact) error {
	first, last, ok := strings.Cut(f.value, "-")
	from, errFrom := strconv.Atoi(first)
	to, errTo := strconv.Atoi(last)
	if !ok || errFrom != nil || errTo != nil || from < earliestYear || to > latestYear || from > to {
		return f.errorf("years %q: want the first and the last, such as 2022-2024", f.value)
	}
	r.firstYear, r.lastYear = from, to
	return nil
}

func (r *Terms) addFact(f fact) error {
	key := FactKey(f.key)
	switch key {
	case FactWho, FactTown, FactDepends, FactApplicants, FactCountries, FactMembers,
		FactParticipants, FactDuration, FactGrant, FactRate, FactNote:
	default:
		return f.errorf("unknown key %q: see the head of the file", f.key)
	}
	c, err := parseClaim(f)
	if err != nil {
		return err
	}
	known := r.facts[key]
	known.add(c)
	r.facts[key] = known
	return r.checkValue(f, key, known)
}

// checkValue holds a value against what its key wants.
func (r *Terms) checkValue(f fact, key FactKey, known Fact) error {
	switch key {
	case FactTown:
		if known.Stated() && known.Text != "yes" && known.Text != "no" {
			return f.errorf("town %q: want yes or no", known.Text)
		}
	case FactApplicants, FactCountries, FactMembers:
		if known.Stated() && (!known.Number.Known || known.Number.N < 1) {
			return f.errorf("%s %q: want a number from 1, or a claim that begins with ?", key, known.Text)
		}
	}
	return nil
}

// check says what a rule lacks.
func (r *Terms) check() error {
	if r.Apply == nil {
		r.Apply = r.Area
	}
	switch {
	case r.Name == "" || r.Programme == "" || r.Area == nil:
		return fmt.Errorf("rules/eligibility.txt: [%s]: name, programme or area is missing", r.ID)
	case r.identifier == nil && r.key == nil && r.title == nil:
		return fmt.Errorf("rules/eligibility.txt: [%s]: identifier, key or title is missing", r.ID)
	case len(r.facts) == 0:
		return fmt.Errorf("rules/eligibility.txt: [%s]: no fact", r.ID)
	}
	return nil
}
