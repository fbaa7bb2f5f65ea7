package calls

import "strings"

// A field is one text of a call, split into words.
type field struct {
	name  string // as in TopicHit.Field
	text  string
	words []Word
}

// isHead reports whether a find here weighs as one in the title.
func (f *field) isHead() bool { return f.name == "title" || f.name == "identifier" }

// quote returns words[from:to] as the call writes them.
func (f *field) quote(from, to int) string {
	return f.text[f.words[from].Start:f.words[to-1].End]
}

// fields returns the texts of a call in the order in which a find in them is worth telling:
// identifier, title, the source's keywords one by one, summary, body. Texts without words are left out.
func fields(c *Call) []field {
	all := heads(c)
	for _, k := range c.Keywords {
		all = addField(all, "keywords", k)
	}
	all = addField(all, "summary", c.Summary)
	return addField(all, "body", c.Body)
}

// heads returns the fields of a call of which isHead holds. To part a whole body into words takes a hundred times as
// long.
func heads(c *Call) []field {
	all := make([]field, 0, 4+len(c.Keywords)) // room for the rest
	all = addField(all, "identifier", c.Identifier)
	return addField(all, "title", c.Title)
}

func addField(all []field, name, text string) []field {
	if words := Words(text); len(words) > 0 {
		all = append(all, field{name, text, words})
	}
	return all
}

// withoutExcerpt returns the call with its summary taken out of the body. Many a summary is the beginning
// of the body, and what it says would count twice.
func withoutExcerpt(c *Call) *Call {
	excerpt := strings.TrimRight(c.Summary, " "+ellipsis)
	before, after, there := strings.Cut(c.Body, excerpt)
	if excerpt == "" || !there {
		return c
	}
	rest := *c
	rest.Body = before + "\n" + after
	return &rest
}
