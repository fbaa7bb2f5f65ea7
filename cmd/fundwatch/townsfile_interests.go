package main

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

func (r *townReader) interests(d *townDraft) calls.Interests {
	in := calls.Interests{
		Topics:     r.items(d.topics, "topics", r.topic),
		Keywords:   r.items(d.keywords, "keywords", r.keyword),
		Exclude:    r.items(d.exclude, "exclude", r.keyword),
		Programmes: r.items(d.programmes, "programmes", r.programme),
		MinGrant:   r.number(d.minGrant, "min_grant").N,
		Everything: r.flag(d.everything, "everything"),
	}
	asked := len(d.topics) + len(d.keywords) // also if they are wrong: one problem is enough
	if asked == 0 && !in.Everything && !d.interestsBroken {
		r.wrong(max(d.everything.line, d.line), "interests", &fault{"no interests: this town would never get a call", "name topics or keywords, or everything: true"})
	}
	return in
}

// items reads a list; an item that is there twice counts once.
func (r *townReader) items(fields []field, key string, read func(text string) (string, *fault)) []string {
	if len(fields) > mostKeywords {
		r.wrong(fields[0].line, key, &fault{fmt.Sprintf("%d entries", len(fields)), fmt.Sprintf("at most %d", mostKeywords)})
		return nil
	}
	var items []string
	for _, f := range fields {
		before := len(r.problems)
		text := r.text(f, key, longestText)
		if len(r.problems) > before {
			continue
		}
		item, wrong := read(text)
		switch {
		case wrong != nil:
			r.wrong(f.line, key, wrong)
		case slices.Contains(items, item):
			r.doubtful(f.line, key, &fault{quoteShort(item) + " is there twice and counts once", ""})
		default:
			items = append(items, item)
		}
	}
	return items
}

func (r *townReader) topic(text string) (string, *fault) {
	if id := strings.ToLower(text); r.vocabulary.Topics.Has(id) {
		return id, nil
	}
	return "", &fault{quoteShort(text) + " is no topic", calls.DidYouMean(r.vocabulary.Topics.Nearest(text), "'fundwatch topics' lists them")}
}

// keyword leaves the judgement to the matcher, so that what is accepted here can be looked for there.
func (r *townReader) keyword(text string) (string, *fault) {
	if _, err := calls.ParsePattern(text); err != nil {
		return "", &fault{err.Error(), ""}
	}
	return text, nil
}

func (r *townReader) programme(text string) (string, *fault) {
	return knownProgramme(r.vocabulary.Programmes, text)
}

// knownProgramme returns the code of a programme given by code or number. A number may be unknown: the
// portal has new programmes before we do.
func knownProgramme(programmes programmeNames, text string) (string, *fault) {
	code := programmes.Code(text)
	if slices.Contains(programmes.Codes(), code) || code != "" && strings.Trim(code, "0123456789") == "" {
		return code, nil
	}
	return "", &fault{quoteShort(text) + " is no programme", calls.DidYouMean(programmes.Nearest(text), "a code such as CERV, or the portal's number")}
}

func (r *townReader) flag(f field, key string) bool {
	text := strings.TrimSpace(f.text)
	if text == "" {
		return false
	}
	on, wrong := parseSwitch(text)
	if wrong != nil {
		r.wrong(f.line, key, wrong)
	}
	return on
}

func (r *townReader) subscribers(d *townDraft, m *calls.Municipality) []calls.Subscriber {
	if len(d.subscribers) > mostSubscribers {
		r.wrong(d.subscribers[0].line, "subscribers", &fault{fmt.Sprintf("%d subscribers", len(d.subscribers)), fmt.Sprintf("at most %d", mostSubscribers)})
		return nil
	}
	var subscribers []calls.Subscriber
	for i := range d.subscribers {
		s := r.subscriber(&d.subscribers[i], m)
		same := func(other calls.Subscriber) bool { return store.SameAddress(other.Email, s.Email) }
		if s.Email != "" && slices.ContainsFunc(subscribers, same) {
			r.wrong(d.subscribers[i].line, "email", &fault{quoteShort(s.Email) + " is there twice in one town", "remove one of the two"})
			continue
		}
		subscribers = append(subscribers, s)
	}
	return subscribers
}

func (r *townReader) subscriber(d *subscriberDraft, m *calls.Municipality) calls.Subscriber {
	return calls.Subscriber{
		Municipality: m.ID,
		Email:        r.email(d),
		Name:         r.text(d.name, "subscriber name", longestText),
		Language:     r.language(d, m.Country),
		Frequency:    r.frequency(d),
	}
}

func (r *townReader) email(d *subscriberDraft) string {
	email := r.required(d.email, "email", d.line)
	if email == "" {
		return ""
	}
	line := max(d.email.line, d.line)
	if parsed, err := mail.ParseAddress(email); err == nil && parsed.Name != "" {
		r.wrong(line, "email", &fault{quoteShort(email) + " holds a name", "the address alone; the name has its own key"})
		return ""
	}
	if f := checkMailbox(store.ASCIIAddress(email)); f != nil {
		r.wrong(line, "email", f)
		return ""
	}
	if _, domain, _ := strings.Cut(email, "@"); !strings.Contains(domain, ".") {
		r.wrong(line, "email", &fault{quoteShort(email) + " has no full domain", "such as office@town.example"})
		return ""
	}
	return email
}

// language falls back to the country's language where there is exactly one: see soleLanguage.
func (r *townReader) language(d *subscriberDraft, country string) string {
	text, line := strings.TrimSpace(d.language.text), max(d.language.line, d.line)
	if text != "" {
		tag, f := checkLanguage(text)
		if f != nil {
			r.wrong(line, "language", f)
		}
		return tag
	}
	if tag, ok := soleLanguage(country); ok || country == "" { // without a country that is the problem
		return tag
	}
	r.wrong(line, "language", &fault{"is missing, and " + country + " has no single official language of the EU", "one of: " + strings.Join(calls.Languages(), " ")})
	return ""
}

// frequency is weekly unless it is given.
func (r *townReader) frequency(d *subscriberDraft) calls.Frequency {
	text := strings.ToLower(strings.TrimSpace(d.frequency.text))
	if text == "" {
		return calls.Weekly
	}
	if f := oneOf(text, []string{string(calls.Weekly), string(calls.Monthly)}); f != nil {
		r.wrong(max(d.frequency.line, d.line), "frequency", f)
	}
	return calls.Frequency(text)
}

// soleLanguage returns the language of a member state that has exactly one official language which is
// also one of the EU's. It reports false for BE, FI, IE, LU and MT, which have several, and for all
// other countries. Cyprus counts: its other official language, Turkish, is none of the EU's.
//
// Source: Interinstitutional Style Guide, annexes A5 and A8, checked 2026-11-22.
func soleLanguage(country string) (string, bool) {
	const table = "AT:de BG:bg CY:el CZ:cs DE:de DK:da EE:et ES:es FR:fr GR:el HR:hr HU:hu IT:it LT:lt LV:lv NL:nl PL:pl PT:pt RO:ro SE:sv SI:sl SK:sk"
	for entry := range strings.FieldsSeq(table) {
		if code, tag, _ := strings.Cut(entry, ":"); code == country {
			return tag, true
		}
	}
	return "", false
}
