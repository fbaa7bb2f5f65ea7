package main

import (
	"crypto/sha1" //nolint:gosec // names are made unique, nothing is kept secret
	"fmt"
	"strings"

	"fundwatch/calls"
)

// printFeed prints findings as an Atom feed. Nothing in it depends on when it is printed, so that the same
// data give the same bytes; only an empty feed has no other time than now.
func (f *findings) printFeed() error {
	feed := calls.Feed{ID: nameUUID("feed " + f.feedID), Title: "EU funding calls", Author: "fundwatch", Empty: f.now}
	for i := range f.calls {
		feed.Entries = append(feed.Entries, f.entry(&f.calls[i].Call))
	}
	text, err := feed.Atom()
	if err != nil {
		return err
	}
	_, err = f.app.screen.out.Write(text)
	return err
}

func (f *findings) entry(c *calls.Call) calls.FeedEntry {
	e := calls.FeedEntry{
		ID: nameUUID("call " + c.Key.String()), Title: c.Title, Updated: c.LastChange(), Published: c.FirstSeen,
		Summary: strings.TrimSpace(fmt.Sprintf("%s\nDeadline: %s\nGrant: %s\nBudget: %s\n\n%s",
			identifierOf(c), f.deadlineFor(c), grantRange(c), budgetLine(c), c.Summary)),
	}
	if isWebAddress(c.URL) {
		e.URL = c.URL
	}
	if c.Programme != "" {
		e.Categories = append(e.Categories, c.Programme)
	}
	for _, t := range c.Topics {
		e.Categories = append(e.Categories, t.Topic)
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

// feedName says what a feed holds, the same for the same conditions and words.
func feedName(words []string, f *searchFlags) string {
	var parts []string
	for _, c := range f.conditions() {
		parts = append(parts, c.Place+"="+strings.Join(c.Values, ","))
	}
	return strings.Join(append(parts, words...), " ")
}
