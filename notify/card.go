package notify

import (
	"slices"
	"strings"

	"fundwatch/calls"
)

// The longest outside texts that a letter shows, in runes. What is longer is cut with an ellipsis.
const (
	longestTitle   = 300
	longestName    = 120
	longestSummary = 240
	longestWords   = 80
	longestReason  = 240
	mostReasons    = 3
)

// A card is one call as a letter shows it, in the order of triage: can we, until when, what is different,
// what it is, how much, why me, where.
type card struct {
	Number   string
	Title    line
	Verdict  line // Text is "" if it was not looked at
	Changes  []line
	Opens    line // Text is "" unless that is what it is told for
	Deadline line
	Summary  line // Text is "" if the source gave none
	Facts    line // all of them: see [list]
	Link     link
	Brief    bool // name it only, in both parts
	Short    bool // name it only; HTML only

	events []calls.Event // its deadlines, for the calendar
}

func (w *writer) card(number int, item *calls.Item) *card {
	call := &item.Call
	summary := firstSentences(cleanLine(call.Summary, 0), longestSummary)
	c := &card{
		Number:  w.Number(int64(number)),
		Title:   phrase{w.quoted(call, call.Title, longestTitle)}.line(),
		Verdict: w.assessment(item.Assessment),
		Summary: phrase{w.quoted(call, summary, 0)}.line(),
		Link:    w.link(call),
	}
	c.events = w.events(item, c)
	for _, change := range item.Changes {
		c.Changes = append(c.Changes, w.change(call, change).line())
	}
	deadline, dates := w.deadlines(call)
	c.Deadline = deadline
	c.Facts = list(
		[]line{w.fact("label.status", say(w.Status(call, w.now)))},
		dates,
		w.money(call),
		w.programme(call),
		[]line{w.fact("label.why", w.why(call, item.Match.Reasons))},
	)
	return c
}

// fact returns a label, marked, and what there is to say.
func (w *writer) fact(label string, value phrase) line {
	name, rest := w.Text(label, nil), value.line()
	return line{name + " " + rest.Text, "<strong>" + escape(name) + "</strong> " + rest.HTML}
}

// quoted returns text of a call with its language, if that is known and not the reader's.
func (w *writer) quoted(call *calls.Call, text string, limit int) piece {
	text = cleanLine(text, limit)
	base := baseLanguage(call.Language)
	if text == "" || base == "" || base == w.lang {
		return piece{text: text}
	}
	w.foreign = true
	return piece{text: text, lang: base}
}

// deadlines returns the deadline that counts now, with its day marked, and what else there is to say
// about dates.
func (w *writer) deadlines(c *calls.Call) (main line, others []line) {
	next, ok := c.NextDeadline(w.now)
	if !ok {
		if next, ok = c.LastDeadline(); !ok {
			return w.fact("label.deadline", say(w.Undated(c))), nil
		}
	}
	label := "label.deadline"
	at := slices.Index(c.Deadlines, next)
	later := c.Deadlines[at+1:]
	switch {
	case c.Model == calls.TwoStage && len(c.Deadlines) == 1:
		others = []line{w.fact("label.stage2", say(w.Text("stages.one", nil)))}
	case c.Model == calls.TwoStage && len(c.Deadlines) == 2:
		labels := [2]string{"label.stage1", "label.stage2"}
		label = labels[at]
		others = []line{w.fact(labels[1-at], say(w.Deadline(c.Deadlines[1-at], w.now)))}
	case c.Model == calls.MultipleCutOff && len(later) > 0:
		label = "label.cutoff"
		others = []line{w.fact("label.cutoffs", say(w.plainDates(later)))}
	case len(later) > 0:
		others = []line{w.fact("label.dates", say(w.plainDates(later)))}
	}
	return append(say(w.Text(label, nil)+" "), w.deadline(next, w.now)...).line(), others
}

// opens returns when the call opens, with its day marked.
func (w *writer) opens(c *calls.Call) line {
	left := w.Left(calls.Deadline{At: c.Opens}, w.now)
	return phrase{{text: w.Text("label.opening", nil) + " "}, {text: w.Date(c.Opens), strong: true}, {text: " (" + left + ")"}}.line()
}

func (w *writer) plainDates(deadlines []calls.Deadline) string {
	var dates []string
	for _, d := range deadlines {
		dates = append(dates, w.PlainDate(d.At))
	}
	return strings.Join(slices.Compact(dates), w.Text("join.and", nil))
}

// money returns what one project can get, even if that is "not stated", and what else is stated.
func (w *writer) money(c *calls.Call) []line {
	label := "label.grant"
	if strings.Contains(strings.ToLower(c.ActionType), "lump sum") {
		label = "label.lump"
	}
	facts := []line{w.fact(label, say(w.Grant(c.GrantMin, c.GrantMax)))}
	if c.Budget.Known {
		facts = append(facts, w.fact("label.budget", say(w.Money(c.Budget.N))))
	}
	if c.Grants.Known {
		facts = append(facts, w.fact("label.grants", say(w.Number(c.Grants.N))))
	}
	return facts
}

func (w *writer) programme(c *calls.Call) []line {
	code := cleanLine(c.Programme, longestName)
	value := say(code)
	if name := cleanLine(w.programmes.Name(c.Programme), longestName); name != "" && name != code {
		value = phrase{{text: name, lang: w.unlessReaders("en")}, {text: " (" + code + ")"}}
	}
	if code == "" {
		value = say(w.Text("unstated", nil))
	}
	facts := []line{w.fact("label.programme", value)}
	if identifier := cleanLine(c.Identifier, longestName); identifier != "" {
		facts = append(facts, w.fact("label.identifier", say(identifier)))
	}
	return facts
}

func (w *writer) unlessReaders(lang string) string {
	if lang == w.lang {
		return ""
	}
	return lang
}

// link says which call it opens and where, so that a list of links alone makes sense.
func (w *writer) link(c *calls.Call) link {
	address, host := webAddress(c.URL)
	if address == "" {
		return link{Text: w.Text("label.link", nil) + " " + w.Text("unstated", nil)}
	}
	site := host
	if host == calls.PortalHost {
		site = w.Text("link.portal", nil)
	}
	name := cleanLine(c.Identifier, longestName)
	if name == "" {
		name = w.Text("link.call", nil)
	}
	return link{Text: w.Text("link", Data{"Call": name, "Site": site}), URL: address}
}
