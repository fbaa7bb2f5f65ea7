package notify

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

// Data are the values of a sentence's placeholders: {{.Town}} is Data["Town"].
type Data map[string]string

// A sentenceParser lets go-i18n read a plural form as a [pattern]: a forgotten placeholder is then an
// error, where text/template would print "<no value>" into a letter.
type sentenceParser struct{}

func (sentenceParser) Cacheable() bool { return true }

func (sentenceParser) Parse(src, _, _ string) (template.ParsedTemplate, error) {
	p, err := parseSentence(src)
	return sentence(p), err
}

func parseSentence(s string) (pattern, error) { return parsePattern(s, "{{.", "}}") }

type sentence pattern

// Execute fills the sentence with [Data].
func (s sentence) Execute(data any) (string, error) {
	values, ok := data.(Data)
	if !ok {
		return "", fmt.Errorf("values are %T, want Data", data)
	}
	return s.fill(values)
}

func (s sentence) fill(values Data) (filled string, err error) {
	filled = pattern(s).expand(func(name string) string {
		v, ok := values[name]
		if !ok {
			err = fmt.Errorf("no value for {{.%s}}", name)
		}
		return v
	})
	return filled, err
}

// readCatalogue reads the messages of a language. go-i18n knows which plural form a number takes; what
// has only one form is kept at hand.
func (l *Locale) readCatalogue(raw []byte) error {
	tag, err := language.Parse(l.format.Plurals)
	if err != nil {
		return fmt.Errorf("plurals %q: %w", l.format.Plurals, err)
	}
	bundle := i18n.NewBundle(tag)
	messages, err := bundle.ParseMessageBytes(tag, raw, json.Unmarshal)
	if err != nil {
		return err
	}
	l.plurals = i18n.NewLocalizer(bundle, tag.String())
	l.sentences = make(map[string]sentence, len(messages))
	for _, m := range messages {
		if err := l.addMessage(m); err != nil {
			return fmt.Errorf("%s: %w", m.ID, err)
		}
	}
	return nil
}

func (l *Locale) addMessage(m *i18n.Message) error {
	plural := false
	for _, form := range []string{m.Zero, m.One, m.Two, m.Few, m.Many} {
		if form == "" {
			continue
		}
		plural = true
		if _, err := parseSentence(form); err != nil {
			return err
		}
	}
	p, err := parseSentence(m.Other)
	switch {
	case err != nil:
		return err
	case plural:
		return l.checkForms(m.ID)
	}
	l.sentences[m.ID] = sentence(p)
	return nil
}

// wholeNumbers take between them every plural form that whole numbers take in a language of the EU.
var wholeNumbers = []int64{0, 1, 2, 3, 5, 7, 11, 20, 21, 100, 1_000_000}

// checkForms returns an error if some number would find no form: better at start-up than in a letter.
func (l *Locale) checkForms(key string) error {
	for _, n := range wholeNumbers {
		if _, err := l.count(key, n); err != nil {
			return fmt.Errorf("for %d: %w", n, err)
		}
	}
	return nil
}

// Text returns the sentence of the key with its placeholders filled. The catalogues are embedded and
// held against the code by tests, so an unknown key or a missing value is a programmer's mistake: it
// panics.
func (l *Locale) Text(key string, data Data) string {
	s, err := l.sentence(key).fill(data)
	l.must(key, err)
	return s
}

// Count returns the sentence of the key in the plural form of n, which it may name as {{.N}}. It
// panics like [Locale.Text].
func (l *Locale) Count(key string, n int64) string {
	s, err := l.count(key, n)
	l.must(key, err)
	return s
}

func (l *Locale) count(key string, n int64) (string, error) {
	return l.plurals.Localize(&i18n.LocalizeConfig{
		MessageID: key, PluralCount: n, TemplateData: Data{"N": l.Number(n)}, TemplateParser: sentenceParser{},
	})
}

// phrase is Text in pieces: values keep their languages.
func (l *Locale) phrase(key string, values map[string]phrase) phrase {
	parts := l.sentence(key)
	p := make(phrase, 0, len(parts)+2)
	for _, part := range parts {
		if !part.field {
			p = append(p, piece{text: part.text})
			continue
		}
		v, ok := values[part.text]
		if !ok {
			l.must(key, fmt.Errorf("no value for {{.%s}}", part.text))
		}
		p = append(p, v...)
	}
	return p
}

func (l *Locale) sentence(key string) sentence {
	s, ok := l.sentences[key]
	if !ok {
		l.must(key, errors.New("no such key, or one that counts"))
	}
	return s
}

func (l *Locale) must(key string, err error) {
	if err != nil {
		panic(fmt.Sprintf("notify: catalogue %s: %q: %v", l.lang, key, err))
	}
}
