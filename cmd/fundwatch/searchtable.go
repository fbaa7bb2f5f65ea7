package main

import (
	"fmt"
	"slices"
	"strings"

	"fundwatch/calls"
)

// printTable prints findings for people on a terminal, and for programs into a pipe.
func (f *findings) printTable() error {
	switch {
	case f.Expected:
		return f.app.printExpected(f.foreseen)
	case !f.app.screen.tty:
		return f.printLines()
	case len(f.calls) == 0:
		return nil
	}
	marks, err := f.callMarks()
	if err != nil {
		return err
	}
	t := table{screen: f.app.screen, columns: f.columns(marks != nil)}
	for i := range f.calls {
		row, err := f.row(&f.calls[i])
		if err != nil {
			return err
		}
		if marks != nil {
			row = append(row, cell{whole: marks[i], style: red})
		}
		t.add(row...)
	}
	return t.print()
}

// callMarks says of each call whether its words mean something else than what they were asked for. It returns nil if
// that is so of none. What nobody new can win has its mark where the days are.
func (f *findings) callMarks() ([]string, error) {
	var asked []string
	for _, clause := range f.Find.Clauses {
		if !clause.Not {
			asked = append(asked, clause.Topics...)
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	topics, err := f.app.topics()
	if err != nil {
		return nil, err
	}
	marks, marked := make([]string, len(f.calls)), false
	for i := range f.calls {
		marks[i] = notAbout(topics, &f.calls[i].Call, asked)
		marked = marked || marks[i] != ""
	}
	if !marked {
		return nil, nil
	}
	return marks, nil
}

// notAbout names the topic that was asked for and that the call, by its title, is not about though it uses its words.
func notAbout(topics *calls.Topics, c *calls.Call, asked []string) string {
	for _, id := range topics.Vetoed(c) {
		if slices.Contains(asked, id) {
			return "not: " + topics.Label(id, "en")
		}
	}
	return ""
}

// columns returns the columns of the table. What was asked for by name stays on narrow terminals, and the
// programme and the money, which every search shows, make room for it, and for the mark of calls that are not what
// they seem.
func (f *findings) columns(marked bool) []column {
	programme, money := 70, 84
	if marked {
		programme, money = programme+24, money+24
	}
	if f.asksForChanges() {
		programme, money = programme+30, money+30
	}
	columns := []column{
		{title: "left", right: true}, {title: "identifier", least: 14, tail: true},
		{title: "title", least: 16}, {title: "prog", least: 4, drop: programme}, {title: "euro", drop: money},
	}
	if f.asksForChanges() {
		columns = append(columns, column{title: "changed", least: 16})
	}
	if f.town != nil {
		columns = append(columns, column{title: "why", least: 22, drop: 100})
	}
	if marked {
		columns = append(columns, column{title: "but", least: 12})
	}
	return columns
}

func (f *findings) row(found *finding) ([]cell, error) {
	c := &found.Call
	left, color := timeLeft(c, f.now)
	if f.app.screen.width < usualWidth {
		left = strings.TrimPrefix(left, "opens ") // a day alone says it, and the title needs the room
	}
	row := []cell{
		{whole: left, style: color},
		{whole: identifierOf(c), style: plain, marks: calls.Marks(identifierOf(c), f.Find.Clauses)},
		{whole: c.Title, style: bold, marks: calls.Marks(c.Title, f.Find.Clauses)},
		{whole: c.Programme, style: faint},
		{whole: money(c), style: faint},
	}
	if f.asksForChanges() {
		row = append(row, cell{whole: f.changesShort(found.changes), style: yellow})
	}
	if found.match == nil {
		return row, nil
	}
	if found.useless {
		return append(row, cell{whole: found.verdict, style: red}), nil
	}
	topics, err := f.app.topics()
	return append(row, cell{whole: reasonShort(found.match.Reasons, topics), style: faint}), err
}

// changesShort tells changes in a few words, the newest first: what was cut off happened earlier.
func (f *findings) changesShort(changes []calls.Change) string {
	var texts []string
	for _, h := range slices.Backward(changes) {
		if h.Kind == calls.ChangeDeadline {
			texts = append(texts, f.daysShort(h.Old)+" -> "+f.daysShort(h.New))
		} else {
			texts = append(texts, changeLine(h))
		}
	}
	return strings.Join(texts, "; ")
}

// daysShort writes the days of a change as "22 Sep, 9 Feb 27".
func (f *findings) daysShort(days string) string {
	var texts []string
	for day := range strings.SplitSeq(days, ",") {
		if at, err := calls.ParseMoment(day); err == nil {
			texts = append(texts, dayThisYear(at, f.now))
		}
	}
	return orNotStated(strings.Join(texts, ", "))
}

// reasonShort tells the strongest reason in a few words, and how many others there are.
func reasonShort(reasons []calls.Reason, topics *calls.Topics) string {
	r := reasons[0]
	var text string
	switch {
	case r.Rule == calls.RuleEverything:
		text = "asked for every call"
	case r.Keyword != "" && r.Topic != "":
		text = r.Keyword + ": " + topics.Label(r.Topic, "en")
	case r.Keyword != "":
		text = r.Words
	default:
		text = topics.Label(r.Topic, "en")
	}
	if more := len(reasons) - 1; more > 0 {
		text += fmt.Sprintf(" +%d", more)
	}
	return text
}

func identifierOf(c *calls.Call) string {
	if c.Identifier == "" {
		return c.Key.Reference
	}
	return c.Identifier
}

// printLines prints whole values for programs, one call a line.
func (f *findings) printLines() error {
	t := table{screen: f.app.screen}
	for i := range f.calls {
		c := &f.calls[i].Call
		deadline, left := "", ""
		if next, ok := c.NextDeadline(f.now); ok {
			deadline, left = rfc3339(next.At), fmt.Sprint(next.DaysLeft(f.now))
		}
		row := []cell{
			{whole: c.Key.String()}, {whole: c.Identifier}, {whole: c.Title}, {whole: c.Programme},
			{whole: string(c.Status(f.now))}, {whole: openingDay(c.Opens)}, {whole: deadline}, {whole: left},
			{whole: c.GrantMin.String()}, {whole: c.GrantMax.String()}, {whole: c.Budget.String()}, {whole: c.URL},
		}
		if f.asksForChanges() {
			row = append(row, cell{whole: changesText(f.calls[i].changes)})
		}
		if m := f.calls[i].match; m != nil {
			reasons, err := f.app.reasonTexts(m)
			if err != nil {
				return err
			}
			row = append(row, cell{whole: fmt.Sprintf("%.2f", m.Score)}, cell{whole: strings.Join(reasons, "; ")})
		}
		t.add(row...)
	}
	return t.print()
}

// reasonTexts tells the reasons of a match in English, strongest first.
func (a *app) reasonTexts(m *calls.Match) ([]string, error) {
	topics, err := a.topics()
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, r := range m.Reasons {
		texts = append(texts, reasonLine(r, topics))
	}
	return texts, nil
}
