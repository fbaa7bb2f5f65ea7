package calls_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

// readFeed is what a feed reader makes of a feed.
type readFeed struct {
	Title   string          `xml:"title"`
	Author  string          `xml:"author>name"`
	Links   []readLink      `xml:"link"`
	Entries []readFeedEntry `xml:"entry"`
}

type readFeedEntry struct {
	ID         string     `xml:"id"`
	Title      string     `xml:"title"`
	Summary    string     `xml:"summary"`
	Links      []readLink `xml:"link"`
	Categories []struct {
		Term string `xml:"term,attr"`
	} `xml:"category"`
}

type readLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

// Any feed is well-formed XML that says what its entries say and nothing beside it, in the same bytes every time.
func FuzzAtom(f *testing.F) {
	for _, text := range []string{
		"A & B", "]]></title><entry><id>evil</id></entry>", "x\x00\x01\x0b\x1f", "caf\xe9", "\ufffe\uffff", "\U0001f1ea\u202e", "a\r\nb\tc", `"'<>&amp;`, "",
	} {
		f.Add(text, text, "https://example.org/?a=1&b="+text)
	}
	moment := time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, title, category, address string) {
		feed := calls.Feed{ID: "urn:x", Title: title, Author: category, Self: address, Language: "de", Entries: []calls.FeedEntry{
			{ID: address, Title: title, URL: address, Published: moment, Updated: moment, Summary: title, Categories: []string{category, "CERV"}},
			{ID: "2", Title: "2", Published: moment, Updated: moment},
		}}
		text, err := feed.Atom()
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := feed.Atom(); !bytes.Equal(again, text) {
			t.Error("the same feed is written in two ways")
		}
		var got readFeed
		if err := xml.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		title, category, address = readableXML(title), readableXML(category), readableXML(address)
		want := readFeed{Title: title, Author: category, Entries: []readFeedEntry{{ID: address, Title: title, Summary: title}, {ID: "2", Title: "2"}}}
		if address != "" {
			want.Links = []readLink{{"self", address}}
			want.Entries[0].Links = []readLink{{"alternate", address}}
		}
		for _, term := range []string{category, "CERV"} {
			want.Entries[0].Categories = append(want.Entries[0].Categories, struct {
				Term string `xml:"term,attr"`
			}{term})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s\n%s", diff, text)
		}
	})
}

// readableXML is what a document can hold of a text: what XML 1.0 has no place for stands as U+FFFD.
func readableXML(s string) string {
	var b strings.Builder
	for _, r := range s { // a byte that is no text counts as U+FFFD
		if r < ' ' && !strings.ContainsRune("\t\r\n", r) || r == '\ufffe' || r == '\uffff' {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}
