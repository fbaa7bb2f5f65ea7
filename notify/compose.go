package notify

import (
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"regexp"
	"strings"
	texttemplate "text/template"
	"time"

	"fundwatch/calls"
)

// TopicLabels names topics in the reader's language.
type TopicLabels interface {
	// Label returns the topic's name in the language, or "" if there is none.
	Label(id, lang string) string
}

// ProgrammeNames names programmes. Their names are English.
type ProgrammeNames interface {
	// Name returns the programme's full name, or "" if there is none.
	Name(code string) string
}

// A Composer turns digests into mails. It holds every language and template, changes nothing outside
// itself, and is safe for use by several goroutines.
type Composer struct {
	sender     sender
	topics     TopicLabels
	programmes ProgrammeNames
	locales    map[string]*Locale
	text       *texttemplate.Template
	html       *htmltemplate.Template
}

// A Mail is a composed digest: the delivery with its frozen bytes, and what a reader sees of it.
type Mail struct {
	Delivery calls.Delivery
	Text     string // the plain text part, lines ended by LF, at most 72 cells wide but for URLs
	HTML     string // the HTML part
}

//go:embed templates/letter.txt.tmpl templates/letter.html.tmpl
var templateFiles embed.FS

// NewComposer reads every catalogue and template, so that a broken one shows at start-up and not in a
// letter. The error names all settings, catalogues and templates that are wrong.
func NewComposer(s Settings, topics TopicLabels, programmes ProgrammeNames) (*Composer, error) {
	c := &Composer{topics: topics, programmes: programmes, locales: map[string]*Locale{}}
	var problems []error
	var err error
	if c.sender, err = newSender(s); err != nil {
		problems = append(problems, err)
	}
	for _, lang := range Languages() {
		if c.locales[lang], err = NewLocale(lang); err != nil {
			problems = append(problems, err)
		}
	}
	if err := c.parseTemplates(); err != nil {
		problems = append(problems, fmt.Errorf("templates: %w", err))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Composer) parseTemplates() (err error) {
	if c.text, err = texttemplate.ParseFS(templateFiles, "templates/letter.txt.tmpl"); err != nil {
		return err
	}
	c.html, err = htmltemplate.New("letter.html.tmpl").Funcs(htmltemplate.FuncMap{
		"outlook": outlookOnly,
	}).ParseFS(templateFiles, "templates/letter.html.tmpl")
	if err != nil {
		return err
	}
	// html/template decides how to escape when it first runs: an empty letter finds its errors now.
	_, err = c.renderHTML(&letter{})
	return err
}

// outlookOnly returns markup that only Outlook for Windows reads, whose engine ignores max-width.
// html/template drops comments unless they come in as trusted values; these are constants.
func outlookOnly(markup htmltemplate.HTML) htmltemplate.HTML {
	return "<!--[if mso]>" + markup + "<![endif]-->"
}

// Names that go into headers and links must be plain: the store makes tokens, [calls.PeriodKey] periods.
var (
	plainToken  = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	plainPeriod = regexp.MustCompile(`^[0-9A-Za-z-]+$`)
)

// Compose writes the letter for a digest as of now. Composing the same digest at the same time again
// gives the same letter with other MIME boundaries, so its bytes are to be stored and sent, never made
// anew. A digest with nothing to tell, or a subscriber without a usable address or token, is an error.
func (c *Composer) Compose(d *calls.Digest, now time.Time) (Mail, error) {
	m, err := c.compose(d, now)
	if err != nil {
		return Mail{}, fmt.Errorf("compose digest %q for subscriber %d: %w", d.Period, d.Subscriber.ID, err)
	}
	return m, nil
}

func (c *Composer) compose(d *calls.Digest, now time.Time) (Mail, error) {
	switch {
	case d.Items() == 0 && d.Kind != calls.DigestQuiet:
		return Mail{}, errors.New("nothing to tell")
	case !plainToken.MatchString(d.Subscriber.Token), !plainToken.MatchString(d.Subscriber.Stop):
		return Mail{}, errors.New("the subscriber's tokens are not made of letters, digits, - and _")
	case !plainPeriod.MatchString(d.Period):
		return Mail{}, errors.New("the period is not made of letters, digits and -")
	}
	letter := c.write(d, now)
	text, err := c.renderText(letter)
	if err != nil {
		return Mail{}, fmt.Errorf("text part: %w", err)
	}
	html, err := c.fitHTML(letter)
	if err != nil {
		return Mail{}, fmt.Errorf("HTML part: %w", err)
	}
	lines := wrap(text, textWidth)
	delivery, err := c.sender.freeze(d, envelope{
		lang: letter.Lang, subject: letter.Subject, now: now, calendar: letter.Calendar,
		text: flowed(lines), html: crlf(html),
	})
	if err != nil {
		return Mail{}, err
	}
	return Mail{Delivery: delivery, Text: plain(lines), HTML: html}, nil
}

// locale returns the reader's locale, or English.
func (c *Composer) locale(lang string) *Locale {
	if l, ok := c.locales[baseLanguage(lang)]; ok {
		return l
	}
	return c.locales[fallbackLanguage]
}

func (c *Composer) renderText(l *letter) (string, error) {
	var b strings.Builder
	b.Grow(l.roughSize())
	err := c.text.Execute(&b, l)
	return b.String(), err
}

func (c *Composer) renderHTML(l *letter) (string, error) {
	var b strings.Builder
	b.Grow(2 * l.roughSize())
	err := c.html.Execute(&b, l)
	return b.String(), err
}
