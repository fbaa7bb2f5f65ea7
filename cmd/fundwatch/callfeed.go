package main

import (
	"crypto/sha1" //nolint:gosec // names are made unique, nothing is kept secret
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"fundwatch/calls"
)

// An atomFeed is a feed as RFC 4287 writes it.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Entries []atomEntry `xml:"entry"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Updated    string         `xml:"updated"`
	Published  string         `xml:"published"`
	Link       *atomLink      `xml:"link"`
	Summary    string         `xml:"summary"`
	Categories []atomCategory `xml:"category"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

// printFeed prints findings as an Atom feed. Nothing in it depends on when it is printed, so that the same
// data give the same bytes; only an empty feed has no other time than now.
func (f *findings) printFeed() error {
	feed := atomFeed{ID: nameUUID("feed " + f.feedID), Title: "EU funding calls", Author: "fundwatch"}
	newest := time.Time{}
	for i := range f.calls {
		c := &f.calls[i].Call
		feed.Entries = append(feed.Entries, f.entry(c))
		if changed := c.LastChange(); changed.After(newest) {
			newest = changed
		}
	}
	if newest.IsZero() {
		newest = f.now
	}
	feed.Updated = rfc3339(newest)
	return writeXML(f.app.screen.out, feed)
}

func (f *findings) entry(c *calls.Call) atomEntry {
	e := atomEntry{
		ID: nameUUID("call " + c.Key.String()), Title: c.Title,
		Updated: rfc3339(c.LastChange()), Published: rfc3339(c.FirstSeen),
		Summary: strings.TrimSpace(fmt.Sprintf("%s\nDeadline: %s\nGrant: %s\nBudget: %s\n\n%s",
			identifierOf(c), f.deadlineFor(c), grantRange(c), budgetLine(c), c.Summary)),
	}
	if isWebAddress(c.URL) {
		e.Link = &atomLink{"alternate", c.URL}
	}
	if c.Programme != "" {
		e.Categories = append(e.Categories, atomCategory{c.Programme})
	}
	for _, t := range c.Topics {
		e.Categories = append(e.Categories, atomCategory{t.Topic})
	}
	return e
}

// nameUUID returns the UUID that belongs to a name for ever (version 5 of RFC 9562, with a space of names
// of our own), as feeds want their ids.
func nameUUID(name string) string {
	sum := sha1.Sum([]byte("fundwatch " + name)) //nolint:gosec // see the import
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x50, id[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func writeXML(w io.Writer, v any) error {
	text, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

// feedName says what a feed holds, the same for the same conditions and words.
func feedName(words []string, f *searchFlags) string {
	var parts []string
	for _, c := range f.conditions() {
		parts = append(parts, c.place+"="+strings.Join(c.values, ","))
	}
	return strings.Join(append(parts, words...), " ")
}
