package calls

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Longest texts kept, in runes. The portal's longest condition texts have about 30,000.
const (
	longestLine    = 500
	longestSummary = 1500
	longestBody    = 60_000
	longestLink    = 2000 // in bytes, as the source wrote it
	mostKeywords   = 100
	mostDeadlines  = 50
)

// smallestAmount is the least sum in euro that is believed. The portal does not normalise the scale of
// some budgets ("1.2", "560" occur in its answers, checked 2026-11-22), and guessing "million" would
// invent money.
const smallestAmount = 1000

// Normalise turns r into a Call as seen at the given time. What cannot be believed is left out and
// listed; ok is false if so much is missing that there is no call: no source, no reference, or neither title
// nor identifier.
func Normalise(r Raw, p *Programmes, seen time.Time) (c Call, odd []Odd, ok bool) {
	n := normaliser{raw: &r}
	for _, problem := range r.Problems {
		n.oddf("%s", problem)
	}
	c = Call{
		Key:          Key{CleanLine(r.Source, longestLine), CleanLine(r.Reference, longestLine)},
		Identifier:   CleanLine(r.Identifier, longestLine),
		Kind:         r.Kind,
		Title:        CleanLine(r.Title, longestLine),
		Summary:      CleanLine(r.Summary, longestSummary),
		Body:         CleanText(r.Body, longestBody),
		Umbrella:     CleanLine(r.Umbrella, longestLine),
		Keywords:     cleanList(r.Keywords, mostKeywords),
		Programme:    p.Code(CleanLine(r.Programme, longestLine)),
		Divisions:    cleanList(r.Divisions, mostKeywords),
		ActionType:   CleanLine(r.ActionType, longestLine),
		URL:          n.link(r.URL),
		Language:     n.language(),
		StatedStatus: n.status(),
		Opens:        n.opens(),
		Deadlines:    n.deadlines(),
		Model:        n.model(),
		Season:       n.season(),
		Budget:       n.amount("budget", r.Budget),
		GrantMin:     n.amount("smallest grant", r.GrantMin),
		GrantMax:     n.amount("largest grant", r.GrantMax),
		Grants:       n.count("number of grants", r.Grants),
		FirstSeen:    seen.UTC(),
		LastSeen:     seen.UTC(),
	}
	n.agree(&c)
	return c, n.odd, n.usable(&c)
}

// A normaliser collects what is odd about one record.
type normaliser struct {
	raw *Raw
	odd []Odd
}

func (n *normaliser) oddf(format string, args ...any) {
	n.odd = append(n.odd, Odd{CleanLine(n.raw.Reference, longestLine), CleanLine(fmt.Sprintf(format, args...), longestLine)})
}

func (n *normaliser) usable(c *Call) bool {
	switch {
	case c.Key.Source == "":
		n.oddf("no source")
		return false
	case c.Key.Reference == "":
		n.oddf("no reference (title %q)", c.Title)
		return false
	case c.Title == "" && c.Identifier == "":
		n.oddf("neither title nor identifier")
		return false
	case c.Title == "":
		n.oddf("no title: its identifier stands in")
		c.Title = c.Identifier
	}
	return true
}

// agree mends or reports facts that contradict each other.
func (n *normaliser) agree(c *Call) {
	if c.GrantMin.Known && c.GrantMax.Known && c.GrantMin.N > c.GrantMax.N {
		n.oddf("smallest grant %d above largest %d: neither kept", c.GrantMin.N, c.GrantMax.N)
		c.GrantMin, c.GrantMax = Number{}, Number{}
	}
	if last, ok := c.LastDeadline(); ok && last.At.Before(c.Opens) {
		n.oddf("opens on %s, after its last deadline %s", Day(c.Opens), last.Day())
	}
}

func (n *normaliser) link(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	address, ok := webAddress(s)
	if !ok || len(s) > longestLink {
		n.oddf("link %q is no plain web address: left out", cut(s, 200))
		return ""
	}
	return address
}

// webAddress returns an address of the web as it may be written: the parser takes anything behind a question mark, and
// signs in a host that no host can have.
func webAddress(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return "", false
	}
	clean := CleanAddress(u.String())
	_, err = url.Parse(clean)
	return clean, err == nil
}

func (n *normaliser) language() string {
	language := strings.ToLower(CleanLine(n.raw.Language, 20))
	if language == "" {
		return "en"
	}
	return language
}

func (n *normaliser) status() Status {
	s := n.raw.Status
	if s != "" && !slices.Contains(Statuses(), s) {
		n.oddf("status %q is unknown: dates decide", s)
		return ""
	}
	return s
}

func (n *normaliser) model() DeadlineModel {
	switch m := n.raw.Model; m {
	case "", SingleStage, TwoStage, MultipleCutOff:
		return m
	default:
		n.oddf("deadline model %q is unknown", m)
		return ""
	}
}

func (n *normaliser) season() Season {
	if s := n.raw.Season; !s.known() {
		n.oddf("season %q is unknown", s)
		return ""
	}
	return n.raw.Season
}

func (n *normaliser) opens() time.Time {
	if n.raw.Opens == "" {
		return time.Time{}
	}
	t, err := startOfOpening(n.raw.Opens)
	if err != nil {
		n.oddf("opening: %v", err)
	}
	return t
}

func (n *normaliser) deadlines() []Deadline {
	raw := n.raw.Deadlines
	if len(raw) > mostDeadlines {
		n.oddf("%d deadlines: only %d kept", len(raw), mostDeadlines)
		raw = raw[:mostDeadlines]
	}
	var deadlines []Deadline
	for _, s := range raw {
		d, err := parseDeadline(s, n.raw.UsualHour)
		if err != nil {
			n.oddf("deadline: %v", err)
			continue
		}
		deadlines = append(deadlines, d)
	}
	return sortDeadlines(deadlines)
}

// amount reads euro. Zero means that the source left the field at its default: not stated.
func (n *normaliser) amount(what, s string) Number {
	v, ok := n.positive(what, s)
	if !ok || v == 0 {
		return Number{}
	}
	if v < smallestAmount {
		n.oddf("%s %q is too small to be euro: left out", what, s)
		return Number{}
	}
	return Known(int64(math.Round(v)))
}

// count reads how many there are. Zero means that the source left the field at its default.
func (n *normaliser) count(what, s string) Number {
	v, ok := n.positive(what, s)
	if !ok || v == 0 {
		return Number{}
	}
	if v != math.Trunc(v) {
		n.oddf("%s %q is no whole number: left out", what, s)
		return Number{}
	}
	return Known(int64(v))
}

// positive reads a number between 0 and 10^13, more than the whole budget of the EU.
func (n *normaliser) positive(what, s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || v < 0 || v > 1e13 {
		n.oddf("%s %q is no sensible number: left out", what, s)
		return 0, false
	}
	return v, true
}

func cleanList(list []string, most int) []string {
	var clean []string
	for _, s := range list[:min(len(list), most)] {
		if s = CleanLine(s, longestLine); s != "" && !slices.Contains(clean, s) {
			clean = append(clean, s)
		}
	}
	return clean
}
