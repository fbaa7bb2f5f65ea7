package crawler

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"

	"fundwatch/calls"
)

// A rulePlan is a [Rule] made ready.
type rulePlan struct {
	Rule
	field    string            // such as "deadlines"
	key      string            // such as "detail.deadlines"
	selector cascadia.Selector // nil: the item itself
	path     jsonPath
	match    *regexp.Regexp // nil: the whole text
	zone     *time.Location
}

// A namedRule is one of the fields of [FieldRules].
type namedRule struct {
	name string
	rule *Rule
}

func (f *FieldRules) named() []namedRule {
	return []namedRule{
		{"reference", &f.Reference}, {"identifier", &f.Identifier}, {"title", &f.Title}, {"link", &f.Link},
		{"summary", &f.Summary}, {"body", &f.Body}, {"keywords", &f.Keywords}, {"programme", &f.Programme},
		{"status", &f.Status}, {"opens", &f.Opens}, {"deadlines", &f.Deadlines},
	}
}

func fieldNames() []string {
	var names []string
	for _, f := range new(FieldRules).named() {
		names = append(names, f.name)
	}
	return names
}

// given reports whether any rule is.
func (f *FieldRules) given() bool {
	return slices.ContainsFunc(f.named(), func(n namedRule) bool { return n.rule.given() })
}

// feedFields are what items of feeds have; what a rule of a feed may select.
func feedFields() []string {
	return []string{"title", "link", "guid", "description", "content", "published", "updated", "categories"}
}

// feedDefaults are the rules of a feed that gives none of its own.
func (f *FieldRules) feedDefaults() FieldRules {
	all := *f
	for _, usual := range []struct {
		rule    *Rule
		element string
	}{
		{&all.Title, "title"}, {&all.Link, "link"}, {&all.Reference, "guid"}, {&all.Summary, "description"},
		{&all.Body, "content"}, {&all.Keywords, "categories"},
	} {
		if !usual.rule.given() {
			*usual.rule = Rule{Select: usual.element, Optional: usual.element != "title"}
		}
	}
	return all
}

// rules makes the given ones ready.
func (p *planner) rules(section string, fields *FieldRules, kind SourceKind) []*rulePlan {
	var plans []*rulePlan
	for _, named := range fields.named() {
		key := section + "." + named.name
		if named.rule.given() {
			plans = append(plans, p.rule(key, named.name, *named.rule, kind))
		} else if _, tried := p.def.places[key]; tried {
			p.wrong(key, "it says nothing about where to look", `a selector, or "." for the item itself`)
		}
	}
	return plans
}

func (p *planner) rule(key, field string, rule Rule, kind SourceKind) *rulePlan {
	r := &rulePlan{Rule: rule, field: field, key: key, zone: p.plan.zone}
	switch kind {
	case SourceHTML:
		if rule.Select != "" && rule.Select != "." {
			r.selector = p.selector(key, rule.Select)
		}
		if field == "link" && rule.Attr == "" {
			r.Attr = "href"
		}
	case SourceJSON:
		r.path = p.path(key, rule.Select)
	case SourceFeed:
		if !slices.Contains(feedFields(), rule.Select) {
			p.wrong(key, quoted(rule.Select)+" is nothing that an item of a feed has", didYouMean(rule.Select, feedFields()))
		}
	}
	if rule.Attr != "" && (kind != SourceHTML || !isName(rule.Attr)) {
		p.wrong(key, quoted(rule.Attr)+" is no attribute that could be read here", "")
	}
	if rule.Match != "" {
		r.match = p.expression(key, rule.Match)
	}
	p.checkMeaning(key, field, &r.Rule)
	if r.Language == "" {
		r.Language = p.def.Language
	}
	return r
}

// checkMeaning checks the keys that only some fields have.
func (p *planner) checkMeaning(key, field string, rule *Rule) {
	date := field == "opens" || field == "deadlines"
	if !date && (rule.Layout != "" || rule.Language != "") {
		p.wrong(key, "layout and language belong to dates alone", "")
	}
	if err := checkLayout(rule.Layout); date && err != nil {
		p.wrong(key, err.Error(), "")
	}
	if rule.Language != "" && !calls.IsLanguage(rule.Language) {
		p.wrong(key, quoted(rule.Language)+" is no official language of the EU", "one of: "+strings.Join(calls.Languages(), " "))
	}
	if len(rule.Words) > 0 && field != "status" && field != "programme" {
		p.wrong(key, "words belong to status and programme alone", "")
	}
	if field == "status" {
		p.checkStatusWords(key, rule.Words)
	}
}

func (p *planner) checkStatusWords(key string, words map[string]string) {
	statuses := []string{string(calls.Forthcoming), string(calls.Open), string(calls.Closed)}
	if len(words) == 0 {
		p.wrong(key, "the meaning of the source's words is missing", "words: {Offen: open, Geplant: forthcoming, Beendet: closed}")
	}
	for _, word := range slices.Sorted(maps.Keys(words)) {
		if meaning := words[word]; !slices.Contains(statuses, meaning) {
			p.wrong(key+".words."+word, quoted(meaning)+" is no status", didYouMean(meaning, statuses))
		}
	}
}

func (p *planner) selector(key, text string) cascadia.Selector {
	compiled, err := cascadia.Compile(text)
	if err != nil && text != "" {
		p.wrong(key, fmt.Sprintf("selector %s cannot be read: %v", quoted(text), err), "")
	}
	return compiled
}

func (p *planner) path(key, text string) jsonPath {
	path, err := parseJSONPath(text)
	if err != nil {
		p.wrong(key, err.Error(), "as in acf.dates[*].end")
	}
	return path
}
