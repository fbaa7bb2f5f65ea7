package crawler

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"

	"fundwatch/calls"
)

// A sourcePlan is a definition made ready: selectors, paths and expressions compiled, all checked.
type sourcePlan struct {
	def   *SourceDef
	base  *url.URL
	zone  *time.Location
	hosts []string // to which calls may link, with all below them

	item     cascadia.Selector // html
	list     jsonPath          // json
	fields   []*rulePlan
	detail   []*rulePlan
	next     *rulePlan // nil: none
	total    jsonPath  // nil: none
	includes []*regexp.Regexp
	excludes []*regexp.Regexp
}

// A planner checks a definition and collects what is wrong.
type planner struct {
	def      *SourceDef
	plan     *sourcePlan
	problems SourceProblems
}

// plan makes the definition ready. The plan may be used only if there are no problems.
func (d *SourceDef) plan() (*sourcePlan, SourceProblems) {
	p := &planner{def: d, plan: &sourcePlan{def: d, zone: calls.Brussels()}}
	p.checkNames()
	p.checkAddress()
	p.checkWords()
	switch d.Kind {
	case SourceHTML:
		p.planHTML()
	case SourceFeed:
		p.planFeed()
	case SourceJSON:
		p.planJSON()
	case SourceCalendar:
		p.planCalendar()
	default:
		return p.plan, p.problems // what belongs to an unknown kind is unknown
	}
	p.refuseStrangers()
	return p.plan, p.problems
}

// wrong reports a problem with a key at the place where it, or the section that it is missing from,
// was given.
func (p *planner) wrong(key, message, hint string) {
	problem := SourceProblem{Key: key, Message: message, Hint: hint}
	for known := key; ; known = known[:max(0, strings.LastIndexAny(known, ".["))] {
		if at, ok := p.def.places[known]; ok {
			problem.File, problem.Line = at.file, at.line
			break
		}
		if known == "" {
			break
		}
	}
	p.problems = append(p.problems, problem)
}

var (
	sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,40}$`)
	twoLetters = regexp.MustCompile(`^[A-Z]{2}$`)
	hourOfDay  = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	hostName   = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*$`)
)

func (p *planner) checkNames() {
	d := p.def
	if !sourceName.MatchString(d.ID) {
		p.wrong("id", quoted(d.ID)+" is no name for a source", "a to z, digits and hyphens, such as my-region")
	}
	if d.ID == "portal" {
		p.wrong("id", "portal is the Funding & Tenders Portal, which is no source of this kind", "choose another name")
	}
	if strings.TrimSpace(d.Name) == "" {
		p.wrong("name", "the name for people is missing", "")
	}
	if !slices.Contains(sourceKinds(), d.Kind) {
		var kinds []string
		for _, kind := range sourceKinds() {
			kinds = append(kinds, string(kind))
		}
		p.wrong("kind", quoted(string(d.Kind))+" is no kind of source", didYouMean(string(d.Kind), kinds))
	}
	if d.Language != "" && !calls.IsLanguage(d.Language) {
		p.wrong("language", quoted(d.Language)+" is no official language of the EU", "one of: "+strings.Join(calls.Languages(), " "))
	}
	if d.Country != "" && !twoLetters.MatchString(d.Country) {
		p.wrong("country", quoted(d.Country)+" is no code of a country", "two capitals, such as FR")
	}
	if _, err := time.Parse(time.DateOnly, d.Checked); d.Checked != "" && err != nil {
		p.wrong("checked", quoted(d.Checked)+" is no day", "as in 2026-11-22")
	}
}

func (p *planner) checkAddress() {
	base, err := url.Parse(p.def.URL)
	switch {
	case p.def.URL == "":
		p.wrong("url", "the address is missing", "")
	case err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https"):
		p.wrong("url", quoted(p.def.URL)+" is no web address", "it begins with https:// or http://")
	case base.User != nil || base.Fragment != "":
		p.wrong("url", "the address may hold neither a password nor a #", "")
	default:
		p.plan.base = base
		p.plan.hosts = append(p.plan.hosts, siteOf(base))
	}
	for i, host := range p.def.Hosts {
		if !hostName.MatchString(host) {
			p.wrong(fmt.Sprintf("hosts[%d]", i), quoted(host)+" is no name of a host", "as in europa.eu, which takes in www.europa.eu")
		}
		p.plan.hosts = append(p.plan.hosts, host)
	}
}

// siteOf returns the host of an address without the www before it.
func siteOf(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") }

func (p *planner) checkWords() {
	d := p.def
	if d.Timezone != "" {
		zone, err := time.LoadLocation(d.Timezone)
		if err != nil || d.Timezone == "Local" {
			p.wrong("timezone", quoted(d.Timezone)+" is no time zone", "as in Europe/Athens")
			zone = calls.Brussels()
		}
		p.plan.zone = zone
	}
	if d.UsualHour != "" && !hourOfDay.MatchString(d.UsualHour) {
		p.wrong("usual_hour", quoted(d.UsualHour)+" is no hour", `in quotes, as in "17:00"`)
	}
	for i, name := range d.Needs {
		if !slices.Contains(fieldNames(), name) {
			p.wrong(fmt.Sprintf("needs[%d]", i), quoted(name)+" is no field", didYouMean(name, fieldNames()))
		}
	}
	p.plan.includes = p.expressions("include", d.Include)
	p.plan.excludes = p.expressions("exclude", d.Exclude)
}

func (p *planner) expressions(key string, texts []string) []*regexp.Regexp {
	var compiled []*regexp.Regexp
	for i, text := range texts {
		if e := p.expression(fmt.Sprintf("%s[%d]", key, i), "(?i)"+text); e != nil && text != "" {
			compiled = append(compiled, e)
		}
	}
	return compiled
}

func (p *planner) expression(key, text string) *regexp.Regexp {
	compiled, err := regexp.Compile(text)
	if err != nil {
		p.wrong(key, "the expression cannot be read: "+err.Error(), "backslashes need single quotes in YAML")
		return nil
	}
	return compiled
}

func (p *planner) planHTML() {
	p.plan.item = p.selector("item", p.def.Item)
	if p.def.Item == "" {
		p.wrong("item", "the selector of one call is missing", "such as article.call or table#calls tbody tr")
	}
	p.plan.fields = p.rules("fields", &p.def.Fields, SourceHTML)
	if p.def.Pager.Next != "" {
		p.plan.next = p.rule("pager.next", "link", shortRule(p.def.Pager.Next), SourceHTML)
	}
	p.planDetail()
	p.checkTitle()
	p.checkPager()
}

func (p *planner) planJSON() {
	p.plan.list = p.path("item", p.def.Item)
	if p.def.Item == "" {
		p.wrong("item", "the path of the list is missing", `such as data.calls[*], or "[*]" if the answer is the list`)
	}
	p.plan.fields = p.rules("fields", &p.def.Fields, SourceJSON)
	if p.def.Pager.Next != "" {
		p.plan.next = p.rule("pager.next", "link", Rule{Select: p.def.Pager.Next}, SourceJSON)
	}
	if p.def.Pager.Total != "" {
		p.plan.total = p.path("pager.total", p.def.Pager.Total)
	}
	p.planDetail()
	p.checkTitle()
	p.checkPager()
}

func (p *planner) planFeed() {
	fields := p.def.Fields.feedDefaults()
	p.plan.fields = p.rules("fields", &fields, SourceFeed)
	p.planDetail()
}

func (p *planner) planDetail() {
	if !p.def.Detail.given() {
		return
	}
	p.plan.detail = p.rules("detail", &p.def.Detail, SourceHTML)
	if p.def.Kind != SourceFeed && !p.def.Fields.Link.given() {
		p.wrong("detail", "there is no fields.link that would lead to the page", "")
	}
	if p.def.Detail.Link.given() || p.def.Detail.Reference.given() {
		p.wrong("detail", "link and reference are taken from the list alone: they name the call", "")
	}
}

func (p *planner) checkTitle() {
	if !p.def.Fields.Title.given() {
		p.wrong("fields.title", "the rule for the title is missing", "")
	}
}

func (p *planner) checkPager() {
	g := &p.def.Pager
	if g.Next != "" && g.Page != "" {
		p.wrong("pager.page", "next is given too", "remove one of the two")
	}
	if g.Page != "" && !strings.Contains(g.Page, "{n}") {
		p.wrong("pager.page", "the place of the number is missing", "as in page={n}")
	}
	if g.Page == "" && (g.First != nil || g.End != "") {
		p.wrong("pager", "first and end belong to page", "")
	}
	if g.End != "" && g.End != endEmpty && g.End != endMissing {
		p.wrong("pager.end", quoted(g.End)+" is no end", "empty or missing")
	}
}

// refuseStrangers reports keys that mean nothing to this kind of source.
func (p *planner) refuseStrangers() {
	d := p.def
	calendar, json, html := d.Kind == SourceCalendar, d.Kind == SourceJSON, d.Kind == SourceHTML
	paged := d.Pager != Pager{}
	for _, stranger := range []struct {
		key  string
		here bool
	}{
		{"item", d.Item != "" && !html && !json},
		{"fields", calendar && d.Fields.given()},
		{"detail", calendar && d.Detail.given()},
		{"rounds", !calendar && len(d.Rounds) > 0},
		{"pager", paged && !html && !json},
		{"pager.pages_header", paged && html && (d.Pager.PagesHeader != "" || d.Pager.TotalHeader != "" || d.Pager.Total != "")},
		{"timezone", calendar && d.Timezone != ""},
		{"include", calendar && len(d.Include)+len(d.Exclude)+len(d.Needs) > 0},
	} {
		if stranger.here {
			p.wrong(stranger.key, "this means nothing to a source of kind "+string(d.Kind), "remove it")
		}
	}
}
