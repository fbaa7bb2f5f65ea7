package notify

import (
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// change says what is different now: old, then new, and why, in the source's words.
func (w *writer) change(call *calls.Call, c calls.Change) phrase {
	what := w.difference(call, c)
	if c.Reason == "" {
		return what
	}
	return w.phrase("change.reason", map[string]phrase{"Change": what, "Reason": {w.quoted(call, c.Reason, longestReason)}})
}

func (w *writer) difference(call *calls.Call, c calls.Change) phrase {
	switch c.Kind {
	case calls.ChangeDeadline:
		old, new := movedDays(c.Old, c.New)
		return say(w.Text("change.deadline", Data{"Old": w.days(old), "New": w.days(new)}))
	case calls.ChangeBudget:
		return say(w.Text("change.budget", Data{"Old": w.euro(c.Old), "New": w.euro(c.New)}))
	case calls.ChangeTitle:
		return w.phrase("change.title", map[string]phrase{
			"Old": {w.quoted(call, c.Old, longestTitle)}, "New": {w.quoted(call, c.New, longestTitle)},
		})
	case calls.ChangeReopened:
		return say(w.Text("change.reopened", nil))
	case calls.ChangeWithdrawn:
		return say(w.Text("change.withdrawn", nil))
	case calls.ChangeClosed:
		return say(w.Text("change.closed", nil))
	}
	return say(w.Text("change.opened", nil))
}

// movedDays returns the days of a [calls.ChangeDeadline] that differ. If one only came or went, both
// lists stay whole: what is left would be no answer to "was what".
func movedDays(old, new string) (before, after []string) {
	before, after = splitDays(old), splitDays(new)
	gone := slices.DeleteFunc(slices.Clone(before), func(d string) bool { return slices.Contains(after, d) })
	came := slices.DeleteFunc(slices.Clone(after), func(d string) bool { return slices.Contains(before, d) })
	if len(gone) == 0 || len(came) == 0 {
		return before, after
	}
	return gone, came
}

func splitDays(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func (w *writer) days(days []string) string {
	if len(days) == 0 {
		return w.Text("unstated", nil)
	}
	var dates []string
	for _, day := range days {
		t, err := time.ParseInLocation(time.DateOnly, day, calls.Brussels())
		if err != nil {
			dates = append(dates, cleanLine(day, longestWords)) // said as it stands: better than a wrong date
			continue
		}
		dates = append(dates, w.Date(t))
	}
	return strings.Join(dates, w.Text("join.and", nil))
}

// euro writes the digits of a [calls.ChangeBudget].
func (w *writer) euro(digits string) string {
	n, err := calls.ParseNumber(digits)
	if err != nil {
		return cleanLine(digits, longestWords)
	}
	return w.Amount(n)
}

// why says in plain words for what reasons the call concerns this town, best first, each topic or word
// once.
func (w *writer) why(call *calls.Call, reasons []calls.Reason) phrase {
	var whole phrase
	told := map[string]bool{}
	for _, r := range reasons {
		subject := r.Topic + "\n" + r.Keyword
		if told[subject] {
			continue
		}
		if len(told) == mostReasons {
			break
		}
		if len(told) > 0 {
			whole = append(whole, piece{text: w.Text("join.semicolon", nil)})
		}
		told[subject] = true
		whole = append(whole, w.reason(call, r)...)
	}
	if len(whole) == 0 {
		return say(w.Text("unstated", nil))
	}
	return whole
}

func (w *writer) reason(call *calls.Call, r calls.Reason) phrase {
	data := Data{"Topic": w.topic(r.Topic), "Word": cleanLine(strings.Trim(r.Keyword, `"`), longestWords)}
	var why string
	switch {
	case r.Rule == calls.RuleEverything:
		return say(w.Text("why.everything", nil))
	case r.Topic != "" && r.Keyword != "":
		why = w.Text("why.word.topic", data)
	case r.Topic != "":
		why = w.Text("why.topic", data)
	default:
		why = w.Text("why.word", data)
	}
	if r.Words == "" {
		return say(why)
	}
	if r.Rule == calls.RuleIdentifier {
		return w.phrase("why.because", map[string]phrase{"Why": say(why), "Evidence": say(w.Text("evidence.pattern", nil))})
	}
	evidence := w.phrase(evidenceKey(r.Field), map[string]phrase{"Words": {w.quoted(call, r.Words, longestWords)}})
	return w.phrase("why.because", map[string]phrase{"Why": say(why), "Evidence": evidence})
}

func evidenceKey(field string) string {
	switch field {
	case "title", "summary", "body", "keywords", "identifier":
		return "evidence." + field
	}
	return "evidence.call"
}

func (w *writer) topic(id string) string {
	if label := cleanLine(w.topics.Label(id, w.lang), longestName); label != "" {
		return label
	}
	return id
}
