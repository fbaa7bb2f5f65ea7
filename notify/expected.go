package notify

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"fundwatch/calls"
)

// mostExpected is how many expected rounds a letter tells of in full: the soonest. Who asked for everything
// can plan for no more.
const mostExpected = 8

// An outlook is the section of the calls that do not exist yet.
type outlook struct {
	Heading string
	Count   string
	Lead    string // that they are guesses
	Rounds  []round
	Short   line // titles of the rest; Text is "" if there is none
}

// A round is one expected call as a letter shows it.
type round struct {
	Number string
	Title  line
	Facts  line // when it opens and closes, and what that rests on: see [list]
	Link   link // to the call before, else to our page of the round; URL is "" if there is neither
}

// outlook writes of expected rounds; numbers go on after those of the calls. nil if there are none.
func (w *writer) outlook(rounds []calls.Expected, calls int) *outlook {
	if len(rounds) == 0 {
		return nil
	}
	o := &outlook{
		Heading: w.Text("section.expected", nil),
		Count:   w.Number(int64(len(rounds))),
		Lead:    w.Text("expected.lead", nil),
	}
	full := rounds[:min(len(rounds), mostExpected)]
	for i := range full {
		o.Rounds = append(o.Rounds, w.round(&full[i], calls+i+1))
	}
	var rest phrase
	for _, e := range rounds[len(full):] {
		if rest != nil {
			rest = append(rest, piece{text: w.Text("join.semicolon", nil)})
		}
		rest = append(rest, w.roundTitle(&e)...)
	}
	if rest != nil {
		o.Short = append(phrase{{text: w.Text("section.short", nil), strong: true}, {text: " "}}, rest...).line()
	}
	return o
}

func (w *writer) round(e *calls.Expected, number int) round {
	r := round{
		Number: w.Number(int64(number)),
		Title:  w.roundTitle(e).line(),
		Facts: list([]line{
			w.fact("label.opening", w.opening(e)),
			w.fact("label.deadline", w.window(e.ClosesFrom, e.ClosesTo)),
			w.fact("label.basis", say(w.Text("expected.years", Data{"Years": w.years(e.Years)}))),
		}),
	}
	r.Link = w.roundLink(e)
	return r
}

// roundLink returns the link to the call before or, where that is not known, to our page of the round; without web
// pages none.
func (w *writer) roundLink(e *calls.Expected) link {
	if address, _ := webAddress(e.LastURL); address != "" {
		name := cmp.Or(cleanLine(e.LastIdentifier, longestName), w.Text("link.call", nil))
		return link{Text: w.Text("label.previous", nil) + " " + name, URL: address}
	}
	if w.pages == nil {
		return link{}
	}
	page := w.pages.JoinPath(e.PagePath())
	page.RawQuery = url.Values{"lang": {w.lang}}.Encode()
	return link{Text: w.Text("link", Data{"Call": e.Identifier(), "Site": hostName(w.pages)}), URL: page.String()}
}

// opening says between which days a round will probably open, or that it should have.
func (w *writer) opening(e *calls.Expected) phrase {
	if e.Overdue(w.now) {
		return w.between("expected.late", e.OpensFrom, e.OpensTo)
	}
	return w.window(e.OpensFrom, e.OpensTo)
}

// roundTitle names a round by its title, year and programme. Titles of rounds are English.
func (w *writer) roundTitle(e *calls.Expected) phrase {
	title := cleanLine(e.Title, longestTitle)
	if title == "" {
		title = e.Identifier()
	}
	w.foreign = w.foreign || w.lang != "en"
	name := phrase{{text: title, lang: w.unlessReaders("en")}, {text: " " + strconv.Itoa(e.Year)}}
	if code := cleanLine(e.Programme, longestName); code != "" {
		name = append(name, piece{text: " (" + code + ")"})
	}
	return name
}

// window says between which days something is expected, or that nothing can be said.
func (w *writer) window(from, to string) phrase {
	if from == "" || to == "" {
		return say(w.Text("expected.unknown", nil))
	}
	return w.between("expected.between", from, to)
}

func (w *writer) between(key, from, to string) phrase {
	return say(w.Text(key, Data{"From": w.plainDay(from), "To": w.plainDay(to)}))
}

// plainDay writes a day such as "2026-09-23".
func (w *writer) plainDay(day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, calls.Brussels())
	if err != nil {
		return cleanLine(day, longestWords) // said as it stands: better than a wrong date
	}
	return w.PlainDate(t)
}

// years writes "2023, 2024 and 2026".
func (w *writer) years(years []int) string {
	words := make([]string, len(years))
	for i, y := range years {
		words[i] = strconv.Itoa(y)
	}
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], w.Text("join.comma", nil)) + w.Text("join.and", nil) + words[last]
}
