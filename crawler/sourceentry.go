package crawler

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"fundwatch/calls"
)

// longestReference bounds what a source may call its calls, in bytes.
const longestReference = 200

// An entry is one item of a list on its way to becoming a call.
type entry struct {
	raw       calls.Raw
	link      *url.URL // where its own page is; nil if there is none that may be asked
	linked    string   // the link as a reference; "" if there is none
	topic     string   // identifier of the portal's topic whose page the link is; "" if it is none
	reference string   // stated by the source; "" if it is not
	found     map[string]bool
	lost      bool // its own page could not be read this time
}

func (p *sourcePlan) newEntry(page *url.URL) *entry {
	d := p.def
	return &entry{found: map[string]bool{}, raw: calls.Raw{
		Source: d.ID, Language: d.Language, Programme: d.Programme, UsualHour: d.UsualHour,
		URL: page.String(), Keywords: slices.Clone(d.Keywords),
	}}
}

func (e *entry) problemf(format string, args ...any) {
	e.raw.Problems = append(e.raw.Problems, fmt.Sprintf(format, args...))
}

// apply takes over what a rule finds in an item, and reports whether it found anything.
func (e *entry) apply(r *rulePlan, item finder, p *sourcePlan, page *url.URL) bool {
	texts := item.find(r)
	values := r.values(texts)
	if len(values) == 0 {
		if !r.Optional {
			e.problemf("%s", r.miss(texts))
		}
		return false
	}
	e.found[r.field] = true
	switch r.field {
	case "link":
		e.setLink(values[0], p, page)
	case "opens", "deadlines":
		e.setDates(r, values)
	case "status":
		e.setStatus(r, values[0])
	case "programme":
		e.setProgramme(r, values[0])
	default:
		e.setText(r.field, values)
	}
	return true
}

func (e *entry) setText(field string, values []string) {
	switch joined := strings.Join(values, "\n"); field {
	case "title":
		e.raw.Title = line(values[0])
	case "reference":
		e.reference = values[0]
	case "identifier":
		e.raw.Identifier = values[0]
	case "summary":
		e.raw.Summary = joined
	case "body":
		e.raw.Body = joined
	case "keywords":
		e.raw.Keywords = append(e.raw.Keywords, values...)
	}
}

// values turns what was found into plain texts, and takes out of each what the rule's expression wants.
// Links and attributes hold no markup.
func (r *rulePlan) values(texts []string) []string {
	var values []string
	for _, text := range texts {
		if r.field == "link" || r.Attr != "" {
			text = calls.CleanLine(cutBytes(text, longestField), 0)
		} else {
			text = plainText(text)
		}
		if r.match == nil {
			values = append(values, text)
			continue
		}
		for _, groups := range r.match.FindAllStringSubmatch(text, mostFound) {
			values = append(values, groups[min(1, len(groups)-1)])
		}
	}
	for i := range values {
		values[i] = strings.TrimSpace(values[i])
	}
	return slices.DeleteFunc(values, func(s string) bool { return s == "" })
}

// miss says what the rule did not find.
func (r *rulePlan) miss(texts []string) string {
	if len(texts) > 0 && r.match != nil {
		return fmt.Sprintf("%s: expression %s finds nothing in %s", r.key, quoted(r.Match), quoted(calls.CleanLine(plainText(texts[0]), 0)))
	}
	return fmt.Sprintf("%s: %s finds nothing", r.key, r.where())
}

// where names what the rule looks for.
func (r *rulePlan) where() string {
	text := quoted(r.Select)
	if r.Attr != "" {
		text = quoted(strings.TrimSpace(r.Select + " @" + r.Attr))
	}
	switch {
	case r.path != nil:
		return "path " + text
	case r.selector != nil || r.Attr != "" || r.Select == ".":
		return "selector " + text
	}
	return "element " + text
}

func (e *entry) setDates(r *rulePlan, values []string) {
	var dates []string
	for _, value := range values {
		date, err := r.date(value)
		if err != nil {
			e.problemf("%s: %v", r.key, err)
			continue
		}
		dates = append(dates, date)
	}
	switch {
	case len(dates) == 0:
	case r.field == "opens":
		e.raw.Opens = dates[0]
	default:
		e.raw.Deadlines = dates
	}
}

func (e *entry) setStatus(r *rulePlan, word string) {
	meaning, known := meaningOf(word, r.Words)
	if !known {
		e.problemf("%s: %s is none of the words %s", r.key, quoted(word), strings.Join(slices.Sorted(maps.Keys(r.Words)), ", "))
		return
	}
	e.raw.Status = calls.Status(meaning)
}

// setProgramme takes what the source writes if its words do not say what it means: new programmes
// appear and must pass.
func (e *entry) setProgramme(r *rulePlan, word string) {
	if meaning, known := meaningOf(word, r.Words); known {
		word = meaning
	}
	e.raw.Programme = word
}

// meaningOf looks a word up without regard to case. An exact word counts more than one with a trailing
// *, a longer one more than a shorter.
func meaningOf(text string, words map[string]string) (string, bool) {
	text = strings.ToLower(calls.CleanLine(text, 0))
	best, meaning := -1, ""
	for word, means := range words {
		start, open := strings.CutSuffix(strings.ToLower(word), "*")
		switch {
		case !open && start == text:
			return means, true
		case open && strings.HasPrefix(text, start) && len(start) > best:
			best, meaning = len(start), means
		}
	}
	return meaning, best >= 0
}

// setLink resolves a link. One that may not be followed is not shown either: readers trust what stands
// in a mail.
func (e *entry) setLink(href string, p *sourcePlan, page *url.URL) {
	u, err := page.Parse(href)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		e.problemf("link: %s is no plain web address: left out", quoted(href))
		return
	}
	u.Fragment = ""
	e.linked = referenceOf(u, p.base)
	e.topic = topicAt(u)
	if !p.allows(u) {
		if e.topic != "" {
			return // the portal itself tells of it: this page is where else it is listed
		}
		e.problemf("link: %s is not among the hosts of this source: left out", quoted(u.Hostname()))
		return
	}
	e.link = u
	e.raw.URL = u.String()
}

// referenceOf returns the part of an address that names a call: path and query, without what only says
// where the reader came from, and the host if it is another one. "" if that is the list itself.
func referenceOf(u, base *url.URL) string {
	query := u.Query()
	maps.DeleteFunc(query, func(key string, _ []string) bool {
		return strings.HasPrefix(key, "utm_") || key == "fbclid" || key == "gclid"
	})
	reference := strings.Trim(u.EscapedPath(), "/")
	if len(query) > 0 {
		reference += "?" + query.Encode()
	}
	home := siteOf(u) == siteOf(base)
	switch {
	case home && (reference == "" || strings.Trim(base.EscapedPath(), "/") == reference):
		return ""
	case home:
		return reference
	}
	return strings.Trim(siteOf(u)+"/"+reference, "/")
}

// name gives the entry its reference, which has to be the same in every crawl: what the source says,
// else where it links to, else what people call it.
func (e *entry) name() {
	raw := &e.raw
	switch {
	case e.reference != "":
		raw.Reference = calls.CleanLine(e.reference, 0)
	case e.linked != "":
		raw.Reference = e.linked
	case raw.Identifier != "":
		raw.Reference = raw.Identifier
	case raw.Title != "":
		raw.Reference = "title-" + digestOf(raw.Title)
	}
	if len(raw.Reference) > longestReference {
		raw.Reference = cutBytes(raw.Reference, longestReference/2) + "-" + digestOf(raw.Reference)
	}
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// polish derives what the source did not say apart: a summary from the body, and the other way round.
func (e *entry) polish() {
	raw := &e.raw
	if raw.Body == "" {
		raw.Body = raw.Summary
	}
	if raw.Summary == "" {
		raw.Summary = raw.Body
	}
	raw.Summary = summary(raw.Summary)
}

// wanted reports whether the entry passes the filters of the source, which look at words.
func (p *sourcePlan) wanted(e *entry) bool {
	text := e.raw.Title + "\n" + e.raw.Summary + "\n" + strings.Join(e.raw.Keywords, "\n")
	for _, exclude := range p.excludes {
		if exclude.MatchString(text) {
			return false
		}
	}
	for _, include := range p.includes {
		if include.MatchString(text) {
			return true
		}
	}
	return len(p.includes) == 0
}

// needed returns the first field that a call of the source must have and this entry lacks; "" if it
// has all.
func (p *sourcePlan) needed(e *entry) string {
	for _, field := range p.def.Needs {
		if !e.found[field] {
			return field
		}
	}
	return ""
}
