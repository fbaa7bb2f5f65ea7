package calls

import (
	"encoding/xml"
	"time"
)

// A Feed is what an Atom feed says (RFC 4287).
type Feed struct {
	ID        string // the same for ever, and another one in another language
	Title     string
	Author    string
	Language  string    // "" leaves it out
	Self      string    // address of the feed; "" leaves it out
	Alternate string    // address of the page that shows the same; "" leaves it out
	Empty     time.Time // of a feed without entries: it must be of some time
	Entries   []FeedEntry
}

// A FeedEntry is one call in a feed.
type FeedEntry struct {
	ID         string // the same for ever, in every feed
	Title      string
	URL        string // "" if there is none
	Published  time.Time
	Updated    time.Time
	Summary    string
	Categories []string
}

// Atom writes the feed. Its time is that of its newest entry, and Empty if it has none, so that the same entries
// give the same bytes whenever they are written.
func (f *Feed) Atom() ([]byte, error) {
	out := atomFeed{
		Lang: f.Language, ID: f.ID, Title: f.Title, Author: f.Author,
		Links: atomLinks("self", f.Self, "alternate", f.Alternate),
	}
	newest := time.Time{}
	for _, e := range f.Entries {
		out.Entries = append(out.Entries, e.atom())
		if e.Updated.After(newest) {
			newest = e.Updated
		}
	}
	if newest.IsZero() {
		newest = f.Empty
	}
	out.Updated = atomTime(newest)
	text, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(append([]byte(xml.Header), text...), '\n'), nil
}

func (e *FeedEntry) atom() atomEntry {
	out := atomEntry{
		ID: e.ID, Title: e.Title, Updated: atomTime(e.Updated), Published: atomTime(e.Published),
		Links: atomLinks("alternate", e.URL), Summary: e.Summary,
	}
	for _, term := range e.Categories {
		out.Categories = append(out.Categories, atomCategory{term})
	}
	return out
}

// The elements of Atom, in the order in which they are written.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr,omitempty"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  string      `xml:"author>name"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomEntry struct {
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Updated    string         `xml:"updated"`
		Published  string         `xml:"published"`
		Links      []atomLink     `xml:"link"`
		Summary    string         `xml:"summary"`
		Categories []atomCategory `xml:"category"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
)

// atomLinks makes links of pairs of a relation and an address, without those that have no address.
func atomLinks(pairs ...string) []atomLink {
	var links []atomLink
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			links = append(links, atomLink{pairs[i], pairs[i+1]})
		}
	}
	return links
}

func atomTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
