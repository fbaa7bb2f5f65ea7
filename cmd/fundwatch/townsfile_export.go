package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"fundwatch/calls"
)

// WriteTowns writes municipalities in a format that [ParseTowns] reads back to the same: "yaml", "csv"
// or "json". The error says which format is unknown, or why w could not be written.
//
// Mailboxes that were unsubscribed or bounced are left out: an import elsewhere would write to people
// who said no.
func WriteTowns(w io.Writer, format string, towns []calls.Municipality) error {
	b := bufio.NewWriter(w)
	var err error
	switch format {
	case "yaml":
		writeTownsYAML(b, towns)
	case "csv":
		err = writeTownsCSV(b, towns)
	case "json":
		err = writeTownsJSON(b, towns)
	default:
		return fmt.Errorf("format %q: want yaml, csv or json", format)
	}
	if err != nil {
		return fmt.Errorf("write municipalities as %s: %w", format, err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write municipalities as %s: %w", format, err)
	}
	return nil
}

// mailable returns the subscribers that may be written to: an import makes them active.
func mailable(m *calls.Municipality) []calls.Subscriber {
	var kept []calls.Subscriber
	for _, s := range m.Subscribers {
		if s.State != calls.SubscriberUnsubscribed && s.State != calls.SubscriberBounced && s.State != calls.SubscriberPending {
			kept = append(kept, s)
		}
	}
	return kept
}

func twinTexts(m *calls.Municipality) []string {
	texts := make([]string, len(m.Twins))
	for i, twin := range m.Twins {
		texts[i] = twin.String()
	}
	return texts
}

// writeTownsYAML leaves write errors to the Flush of b, which remembers the first.
func writeTownsYAML(b *bufio.Writer, towns []calls.Municipality) {
	if len(towns) == 0 {
		b.WriteString("[]\n")
	}
	for i := range towns {
		m := &towns[i]
		fmt.Fprintf(b, "- id: %s\n  name: %s\n  country: %s\n", yamlQuote(m.ID), yamlQuote(m.Name), yamlQuote(m.Country))
		writePair(b, "  lau", m.LAU)
		if m.Population.Known {
			fmt.Fprintf(b, "  population: %d\n", m.Population.N)
		}
		writeList(b, "  twins", twinTexts(m))
		writeInterests(b, m.Interests)
		writeSubscribers(b, mailable(m))
	}
}

func writePair(b *bufio.Writer, key, text string) {
	if text != "" {
		fmt.Fprintf(b, "%s: %s\n", key, yamlQuote(text))
	}
}

func writeList(b *bufio.Writer, key string, items []string) {
	if len(items) > 0 {
		fmt.Fprintf(b, "%s: %s\n", key, yamlFlow(items))
	}
}

func writeInterests(b *bufio.Writer, in calls.Interests) {
	b.WriteString("  interests:\n")
	writeList(b, "    topics", in.Topics)
	writeList(b, "    keywords", in.Keywords)
	writeList(b, "    exclude", in.Exclude)
	writeList(b, "    programmes", in.Programmes)
	if in.MinGrant > 0 {
		fmt.Fprintf(b, "    min_grant: %d\n", in.MinGrant)
	}
	if in.Everything {
		b.WriteString("    everything: true\n")
	}
}

func writeSubscribers(b *bufio.Writer, subscribers []calls.Subscriber) {
	if len(subscribers) > 0 {
		b.WriteString("  subscribers:\n")
	}
	for _, s := range subscribers {
		fmt.Fprintf(b, "    - {email: %s, ", jsonQuote(s.Email))
		if s.Name != "" {
			fmt.Fprintf(b, "name: %s, ", jsonQuote(s.Name))
		}
		fmt.Fprintf(b, "language: %s, frequency: %s}\n", yamlQuote(s.Language), yamlQuote(string(s.Frequency)))
	}
}

// byteOrderMark begins a CSV file: without it, spreadsheets take UTF-8 for something else and a
// re-import brings broken names.
const byteOrderMark = "\ufeff"

func writeTownsCSV(w io.Writer, towns []calls.Municipality) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	var d townDraft
	header := append(keyNames(d.keys()), keyNames(d.interestKeys())...)
	table := csv.NewWriter(w)
	if err := table.Write(append(header, columnMailboxes)); err != nil {
		return err
	}
	for i := range towns {
		row := townRow(&towns[i])
		for j := range row {
			row[j] = protectCell(row[j])
		}
		if err := table.Write(row); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

// townRow returns the cells of a town in the order of the header: keys, interest keys, subscribers.
func townRow(m *calls.Municipality) []string {
	in := m.Interests
	everything, grant := "", ""
	if in.Everything {
		everything = "true"
	}
	if in.MinGrant > 0 {
		grant = strconv.FormatInt(in.MinGrant, 10)
	}
	return []string{
		m.ID, m.Name, m.Country, m.LAU, m.Population.String(), joinCell(twinTexts(m)),
		joinCell(in.Topics), joinCell(in.Keywords), joinCell(in.Exclude), joinCell(in.Programmes), grant, everything,
		mailboxCell(mailable(m)),
	}
}

func mailboxCell(subscribers []calls.Subscriber) string {
	items := make([]string, len(subscribers))
	for i, s := range subscribers {
		parts := []string{escape(s.Email), escape(s.Language), escape(string(s.Frequency))}
		if s.Name != "" {
			parts = append(parts, escape(s.Name))
		}
		items[i] = strings.Join(parts, "|")
	}
	return strings.Join(items, "; ")
}

// The shape of a town in JSON: that of the YAML file, with every key and null for a population that is
// not stated.
type (
	townJSON struct {
		ID          string           `json:"id"`
		Name        string           `json:"name"`
		Country     string           `json:"country"`
		LAU         string           `json:"lau"`
		Population  calls.Number     `json:"population"`
		Twins       []string         `json:"twins"`
		Interests   interestsJSON    `json:"interests"`
		Subscribers []subscriberJSON `json:"subscribers"`
	}
	interestsJSON struct {
		Topics     []string `json:"topics"`
		Keywords   []string `json:"keywords"`
		Exclude    []string `json:"exclude"`
		Programmes []string `json:"programmes"`
		MinGrant   int64    `json:"min_grant"`
		Everything bool     `json:"everything"`
	}
	subscriberJSON struct {
		Email     string          `json:"email"`
		Name      string          `json:"name"`
		Language  string          `json:"language"`
		Frequency calls.Frequency `json:"frequency"`
	}
)

func writeTownsJSON(w io.Writer, towns []calls.Municipality) error {
	shaped := make([]townJSON, len(towns))
	for i := range towns {
		shaped[i] = shapeTown(&towns[i])
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(shaped)
}

func shapeTown(m *calls.Municipality) townJSON {
	in := m.Interests
	shaped := townJSON{
		ID: m.ID, Name: m.Name, Country: m.Country, LAU: m.LAU, Population: m.Population, Twins: twinTexts(m),
		Interests: interestsJSON{
			Topics: listed(in.Topics), Keywords: listed(in.Keywords), Exclude: listed(in.Exclude),
			Programmes: listed(in.Programmes), MinGrant: in.MinGrant, Everything: in.Everything,
		},
		Subscribers: []subscriberJSON{},
	}
	for _, s := range mailable(m) {
		shaped.Subscribers = append(shaped.Subscribers, subscriberJSON{s.Email, s.Name, s.Language, s.Frequency})
	}
	return shaped
}

// listed returns a list that JSON writes as [] rather than null.
func listed(items []string) []string { return append([]string{}, items...) }
