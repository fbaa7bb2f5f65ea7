package calls

import (
	_ "embed" // the file below
	"slices"
	"strings"
)

//go:embed rules/areas.txt
var areasFile string

// An Eligibility is a three-valued answer: unknown is not no.
type Eligibility string

// The answers.
const (
	Eligible            Eligibility = "eligible"
	NotEligible         Eligibility = "not eligible"
	EligibilityUnstated Eligibility = "not stated"
)

// An Area is the countries that a programme counts, from rules/areas.txt.
type Area struct {
	ID        string
	Name      string // in a sentence: "its country is not among the <name>"
	countries map[string]membership
	rest      membership
}

type membership struct {
	answer Eligibility
	claim  Claim
}

// Country says whether a country counts, and by whose word. The code may be any that
// [Countries.Canonical] accepts in its canonical form; "" is not stated. The claim is zero where no source
// says anything, and its Text is "" where there is nothing to add to the answer.
func (a *Area) Country(code string) (Eligibility, Claim) {
	if m, named := a.countries[code]; named {
		return m.answer, m.claim
	}
	if code == "" || a.rest.answer == "" {
		return EligibilityUnstated, Claim{}
	}
	return a.rest.answer, a.rest.claim
}

// memberStates stands for all member states in the file of areas.
const memberStates = "EU"

// readAreas reads the file of areas. What is wrong in it is reported and left out.
func readAreas(name, data string, countries *Countries) (map[string]*Area, []error) {
	areas := make(map[string]*Area)
	facts, errs := parseFacts(name, data)
	for _, f := range facts {
		if err := addToAreas(areas, f, countries); err != nil {
			errs = append(errs, err)
		}
	}
	return areas, errs
}

func addToAreas(areas map[string]*Area, f fact, countries *Countries) error {
	area := areas[f.section]
	switch {
	case f.key == sectionKey:
		if area != nil {
			return f.errorf("area %q is already there", f.section)
		}
		areas[f.section] = &Area{ID: f.section, countries: make(map[string]membership)}
		return nil
	case area == nil:
		return f.errorf("%q above the first [area]", f.key)
	case f.key == "name":
		area.Name = f.value
		return nil
	}
	c, err := parseClaim(f)
	if err != nil {
		return err
	}
	codes, text, _ := strings.Cut(c.Text, ":")
	c.Text = strings.TrimSpace(text)
	if f.key == "rest" {
		return area.setRest(f, strings.TrimSpace(codes), c)
	}
	answer, known := map[string]Eligibility{"yes": Eligible, "no": NotEligible, "unknown": EligibilityUnstated}[f.key]
	if !known {
		return f.errorf("unknown key %q: want name, yes, no, unknown or rest", f.key)
	}
	return area.add(f, strings.Fields(codes), membership{answer, c}, countries)
}

func (a *Area) setRest(f fact, answer string, c Claim) error {
	if answer != "no" && answer != "unknown" {
		return f.errorf("rest %q: want no or unknown", answer)
	}
	a.rest = membership{EligibilityUnstated, c}
	if answer == "no" {
		a.rest.answer = NotEligible
	}
	return nil
}

func (a *Area) add(f fact, codes []string, m membership, countries *Countries) error {
	if i := slices.Index(codes, memberStates); i >= 0 {
		codes = slices.Delete(codes, i, i+1)
		codes = append(codes, countries.memberCodes()...)
	}
	for _, code := range codes {
		if canonical, ok := countries.Canonical(code); !ok || canonical != code {
			return f.errorf("%q is no country code of rules/countries.tsv", code)
		}
		if _, twice := a.countries[code]; twice {
			return f.errorf("%s is already there", code)
		}
		a.countries[code] = m
	}
	return nil
}
