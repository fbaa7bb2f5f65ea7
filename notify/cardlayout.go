package notify

import (
	"html/template"
	"strings"
)

// The layout of one call, twice: everything around the calls is laid out by the templates. Nine tenths of a letter are
// calls, and templates took a third of the time of a letter to look up the fields of each. Nothing of a call is
// escaped here: every [line] was when it was written, and [link.href] escapes what it returns.

// The styles of a card. Mail programs that drop style sheets keep these; the classes are for dark screens.
const (
	titleStyle    = `style="margin:28px 0 10px;font-size:19px;line-height:1.35"`
	deadlineStyle = `class="d" style="margin:0 0 12px;padding:10px 14px;border-left:4px solid #0b4f9c;background-color:#eef4fb;color:#12263f"`
	changesStyle  = `class="c" style="margin:0 0 12px;padding:10px 14px 10px 32px;border-left:4px solid #b07a00;background-color:#fff6dc;color:#3d2e00"`
	factsStyle    = `style="margin:0 0 16px;padding:0 0 0 20px"`
	linkStyle     = `style="display:inline-block;padding:10px 0;color:#0b4f9c;font-weight:bold"`
)

// FullHTML returns the cards that are told in full.
func (s section) FullHTML() template.HTML { return s.markup(false, (*card).fullHTML) }

// ShortHTML returns the items of a list of those that are only named, "" if there are none: see [Composer.fitHTML].
func (s section) ShortHTML() template.HTML { return s.markup(true, (*card).shortHTML) }

func (s section) markup(short bool, write func(*card, *strings.Builder)) template.HTML {
	const roughCard = 3000
	var b strings.Builder
	for i, c := range s.Cards {
		if (c.Short || c.Brief) != short {
			continue
		}
		if b.Len() == 0 {
			b.Grow(roughCard * (len(s.Cards) - i))
		}
		write(c, &b)
	}
	return template.HTML(b.String())
}

func (c *card) fullHTML(b *strings.Builder) {
	add(b, "\n", string(numbered(c.Number, c.Title)))
	if c.Verdict.Text != "" {
		add(b, "\n<p style=\"margin:0 0 10px\">", string(c.Verdict.HTML), "</p>")
	}
	add(b, "\n<p ", deadlineStyle, ">", string(c.Deadline.HTML), "</p>")
	if len(c.Changes) > 0 {
		add(b, "\n<ul ", changesStyle, ">")
		for _, change := range c.Changes {
			add(b, "\n<li>", string(change.HTML), "</li>")
		}
		b.WriteString("\n</ul>")
	}
	if c.Summary.Text != "" {
		add(b, "\n<p style=\"margin:0 0 12px\">", string(c.Summary.HTML), "</p>")
	}
	add(b, "\n<ul ", factsStyle, ">\n", string(c.Facts.HTML), "\n</ul>")
	add(b, "\n<p style=\"margin:0\">", string(c.Link.HTML()), "</p>")
}

// numbered returns the heading of a card, which those of expected rounds share.
func numbered(number string, title line) template.HTML {
	return "<h3 " + titleStyle + ">" + template.HTML(number) + ". " + title.HTML + "</h3>"
}

// HeadingHTML returns the heading of the round.
func (r round) HeadingHTML() template.HTML { return numbered(r.Number, r.Title) }

func (c *card) shortHTML(b *strings.Builder) {
	add(b, "\n<li style=\"padding:10px 0\">", c.Number, ". ")
	if href := c.Link.href(); href != "" {
		add(b, `<a class="a" href="`, href, `" style="color:#0b4f9c">`, string(c.Title.HTML), "</a><br>\n")
	} else {
		add(b, string(c.Title.HTML), "<br>\n")
	}
	if c.Opens.Text != "" {
		add(b, string(c.Opens.HTML), "<br>\n")
	}
	b.WriteString(string(c.Deadline.HTML))
	for _, change := range c.Changes {
		add(b, "<br>\n", string(change.HTML))
	}
	b.WriteString("</li>")
}

// HTML returns the link as the last line of a card, or its text if it leads nowhere.
func (l link) HTML() template.HTML {
	href, text := l.href(), string(escape(l.Text))
	if href == "" {
		return template.HTML(text)
	}
	return template.HTML(`<a class="a" href="` + href + `" ` + linkStyle + ">" + text + "</a>")
}

// href returns the link's address for an attribute; "" unless it is one of the web or of mail.
func (l link) href() string {
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		if strings.HasPrefix(l.URL, scheme) {
			return string(escape(l.URL))
		}
	}
	return ""
}

// Text returns the cards for the text part. The colon follows a link's text where its URL comes next.
func (s section) Text(colon string) string {
	const roughCard = 1500
	var b strings.Builder
	b.Grow(roughCard * len(s.Cards))
	for _, c := range s.Cards {
		c.text(&b, colon)
	}
	return b.String()
}

func (c *card) text(b *strings.Builder, colon string) {
	add(b, "\n\n", c.Number, ". ", c.Title.Text, "\n")
	if !c.Brief && c.Verdict.Text != "" {
		add(b, c.Verdict.Text, "\n")
	}
	if c.Opens.Text != "" {
		add(b, c.Opens.Text, "\n")
	}
	b.WriteString(c.Deadline.Text)
	for _, change := range c.Changes {
		add(b, "\n* ", change.Text)
	}
	if !c.Brief {
		if c.Summary.Text != "" {
			add(b, "\n\n", c.Summary.Text)
		}
		add(b, "\n\n", c.Facts.Text)
	}
	add(b, "\n\n", c.Link.Text)
	if url := c.Link.Printed(); url != "" {
		add(b, colon, "\n", url)
	}
	b.WriteByte('\n')
}

func add(b *strings.Builder, pieces ...string) {
	for _, piece := range pieces {
		b.WriteString(piece)
	}
}
