package crawler

import (
	"fmt"
	"slices"
	"strings"

	"fundwatch/calls"
)

// A SourceKind says how a source publishes its calls, which decides how it is read.
type SourceKind string

// The kinds of source that are described by data alone.
const (
	SourceHTML     SourceKind = "html"     // a list on web pages
	SourceFeed     SourceKind = "feed"     // RSS, Atom or JSON Feed
	SourceJSON     SourceKind = "json"     // a list in JSON, such as the REST interface of WordPress
	SourceCalendar SourceKind = "calendar" // rounds that come every year, as data: nothing is fetched
)

func sourceKinds() []SourceKind {
	return []SourceKind{SourceHTML, SourceFeed, SourceJSON, SourceCalendar}
}

// A SourceDef describes one source of calls without any code: where it is, where in it the facts of a
// call stand, and how they are written. The built-in sources and those of a configuration are the same
// YAML; the tags are its keys. Make one with [ParseSource], [BuiltinSources] or [SourceDef.Overlay],
// which check it; a SourceDef made by hand is checked by [SourceDef.Validate] and again when it is used.
type SourceDef struct {
	ID        string     `yaml:"id"`        // names the source in keys, commands and files: a to z, digits, hyphens
	Name      string     `yaml:"name"`      // for people
	Kind      SourceKind `yaml:"kind"`      // how the source is read
	URL       string     `yaml:"url"`       // of the list; for a calendar the page where people read on
	Language  string     `yaml:"language"`  // of the texts, one of the 24; "" means en
	Programme string     `yaml:"programme"` // of calls that name none; "" if there is no such
	Country   string     `yaml:"country"`   // ISO 3166-1 alpha-2 if the source serves one country; for people
	Enabled   bool       `yaml:"enabled"`   // whether it is collected without being named
	Note      string     `yaml:"note"`      // what an operator should know, such as whom to ask first
	Source    string     `yaml:"source"`    // where the facts of this definition come from
	Checked   string     `yaml:"checked"`   // day on which they were checked, "2026-11-22"

	Hosts      []string `yaml:"hosts"`        // further hosts to which calls may link, with all below them
	Keywords   []string `yaml:"keywords"`     // given to every call
	Timezone   string   `yaml:"timezone"`     // of hours that are stated without a zone; "" means Europe/Brussels
	UsualHour  string   `yaml:"usual_hour"`   // "17:00" in Brussels: when calls close of which only the day is given
	MayBeEmpty bool     `yaml:"may_be_empty"` // whether a list without calls is nothing strange
	Include    []string `yaml:"include"`      // regular expressions: title, summary or keywords must match one
	Exclude    []string `yaml:"exclude"`      // and none of these; both without regard to case
	Needs      []string `yaml:"needs"`        // fields without which an item is no call, such as deadlines

	Item   string     `yaml:"item"`   // html: CSS selector of one call; json: path of the list
	Fields FieldRules `yaml:"fields"` // where in an item the facts stand
	Detail FieldRules `yaml:"detail"` // where on the page that its link leads to; what is found there counts more
	Pager  Pager      `yaml:"pager"`

	Rounds []Round `yaml:"rounds"` // of a calendar

	places map[string]place // where the keys were given, by dotted key
}

// FieldRules say where the facts of a call stand. Rules that are not set look for nothing.
type FieldRules struct {
	Reference  Rule `yaml:"reference"` // the source's own name for a call; without it the link's path is taken
	Identifier Rule `yaml:"identifier"`
	Title      Rule `yaml:"title"`
	Link       Rule `yaml:"link"`
	Summary    Rule `yaml:"summary"`
	Body       Rule `yaml:"body"`
	Keywords   Rule `yaml:"keywords"`
	Programme  Rule `yaml:"programme"`
	Status     Rule `yaml:"status"`
	Opens      Rule `yaml:"opens"`
	Deadlines  Rule `yaml:"deadlines"`
}

// A Rule says where one fact stands and how to read it. In YAML a rule that is one text, such as
// "h3 a@href", is its selector and, after the last @, its attribute.
type Rule struct {
	// Select is a CSS selector inside the item ("." is the item itself) for html and detail pages, a
	// path such as acf.dates[*].end for json, and the name of an element for a feed: title, link, guid,
	// description, content, published, updated or categories.
	Select string `yaml:"select"`

	Attr     string            `yaml:"attr"`     // html: this attribute instead of the text; of a link: href
	Match    string            `yaml:"match"`    // regular expression whose first group, else the whole match, counts
	Words    map[string]string `yaml:"words"`    // status, programme: what the source's words mean; a trailing * takes any ending
	Layout   string            `yaml:"layout"`   // dates: as in DD/MM/YYYY; "unix" and "unixms" for seconds and milliseconds since 1970
	Language string            `yaml:"language"` // dates: of the names of months, if not that of the source
	Optional bool              `yaml:"optional"` // whether it is nothing strange if the fact is missing
}

func (r *Rule) given() bool { return r.Select != "" || r.Attr != "" || r.Match != "" }

// A Pager says how to get from one page of a list to the next. The zero Pager is a list of one page.
type Pager struct {
	Next string `yaml:"next"` // html: selector of the link to the next page; json: path of its address
	Page string `yaml:"page"` // or: what is added to the query, "page={n}", or a whole address with {n}

	First *int `yaml:"first"` // number of the first page if Page is given; nil means 1
	Most  int  `yaml:"most"`  // pages at most: more are an error; 0 means Config.MaxPages

	// End says how a list that is read by Page ends: "empty", with a page without items (also if End is
	// ""), or "missing", with a page that does not exist (404, and 400 as WordPress says it).
	End string `yaml:"end"`

	// Where json answers say how much there is; "" if they do not. With them a list is known to be whole.
	PagesHeader string `yaml:"pages_header"` // response header with the number of pages, X-WP-TotalPages
	TotalHeader string `yaml:"total_header"` // response header with the number of items, X-WP-Total
	Total       string `yaml:"total"`        // path of the number of items
}

// A Round of a calendar is something that can be applied for on the same days every year, or always.
type Round struct {
	Name      string `yaml:"name"` // part of the reference, "youth-1"; may be missing if the day names the round
	Title     string `yaml:"title"`
	Summary   string `yaml:"summary"`
	URL       string `yaml:"url"`       // "" means that of the source
	Programme string `yaml:"programme"` // "" means that of the source

	Rolling     bool        `yaml:"rolling"`      // always open: no other key but those above
	Day         string      `yaml:"day"`          // month and day of the deadline, "02-01"
	Hour        string      `yaml:"hour"`         // of the deadline in Brussels, "12:00"; "" if not known
	OpensBefore Days        `yaml:"opens_before"` // how long before the deadline it opens; 0 if not known
	Expected    bool        `yaml:"expected"`     // Day is what past years lead to expect: never told as a deadline
	Dates       []RoundDate `yaml:"dates"`        // announced ones, which count more than Day in their year
}

// A RoundDate is one announced date, in the writings of [calls.Raw].
type RoundDate struct {
	Deadline string `yaml:"deadline"` // "2026-02-12T12:00"
	Opens    string `yaml:"opens"`    // "2025-11-12"; "" if not known
}

// Days is a number of days. In YAML it is written "30d".
type Days int

// ListsAll reports whether what the source no longer lists is gone. A feed shows its newest items alone,
// so that a call which left it may well be open still.
func (d *SourceDef) ListsAll() bool { return d.Kind != SourceFeed }

// Validate returns everything that is wrong with the definition, nil if nothing is. Problems name file
// and line if the definition was read from a file.
func (d *SourceDef) Validate() SourceProblems {
	_, problems := d.plan()
	return problems
}

// A place is where a key was given.
type place struct {
	file string
	line int
}

// A SourceProblem is one thing wrong with a definition.
type SourceProblem struct {
	File    string // "" if the definition was made by hand
	Line    int    // counted from 1; 0 if the problem has no line
	Key     string // dotted, such as "fields.title"
	Message string // what is wrong
	Hint    string // what to do about it; "" if the message says it
}

// Error returns the problem as one line: "eui.yaml:12: fields.title: message (hint)".
func (p SourceProblem) Error() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(": ")
	}
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// SourceProblems is everything found in one go.
type SourceProblems []SourceProblem

// Error returns one problem per line.
func (p SourceProblems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// err returns the problems in the order of the file, or nil if there are none: an empty
// SourceProblems inside an error would not be nil.
func (p SourceProblems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b SourceProblem) int { return a.Line - b.Line })
	return p
}

// didYouMean returns a hint with the nearest valid names, or with all of them.
func didYouMean(text string, names []string) string {
	if near := calls.Nearest(text, names); len(near) > 0 {
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	return "one of: " + strings.Join(names, ", ")
}
