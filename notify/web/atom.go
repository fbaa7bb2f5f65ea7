package web

import (
	"encoding/xml"
	"net/http"
	"time"

	"fundwatch/calls"
)

// The parts of an Atom feed (RFC 4287).
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	Link      atomLink `xml:"link"`
	Summary   string   `xml:"summary"`
}

// perFeed is how many calls a feed holds.
const perFeed = 50

// atom answers with the newest calls of a search. A wrong search is refused: an empty feed would be taken
// for "nothing new".
func (s *Site) atom(w http.ResponseWriter, r *http.Request) error {
	p := s.newPage(r, "list.title")
	f := s.readFilter(p, r)
	if len(p.Errors) > 0 {
		return plain(w, http.StatusUnprocessableEntity, p.Errors[0].Text+"\n")
	}
	if !f.Exact {
		f.search.Clauses, _ = s.Topics.Widen(f.search.Clauses)
	}
	f.search.Sort, f.search.Limit = calls.SortNewest, perFeed
	hits, err := s.Calls.Search(r.Context(), f.search, p.now)
	if err != nil {
		return err
	}
	out, err := xml.MarshalIndent(p.feed(f, hits), "", " ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=900")
	_, _ = w.Write(append([]byte(xml.Header), out...))
	return nil
}

func (p *page) feed(f *filter, hits []calls.Hit) atomFeed {
	feed := atomFeed{
		Lang: p.lang, ID: p.absolute(f.address("/calls.atom", 1)), Title: p.T("list.title"),
		Author: atomAuthor{p.site.settings.Sender},
		Links: []atomLink{
			{"self", p.absolute(f.address("/calls.atom", 1))},
			{"alternate", p.absolute(f.address("/calls", 1))},
		},
	}
	if f.Words != "" {
		feed.Title = p.T("list.title.words", "Words", f.Words)
	}
	newest := time.Unix(0, 0) // a feed must be of some day
	for _, c := range p.cards(hits) {
		feed.Entries = append(feed.Entries, c.entry())
		if updated := c.Call.LastChange(); updated.After(newest) {
			newest = updated
		}
	}
	feed.Updated = newest.UTC().Format(time.RFC3339)
	return feed
}

func (c card) entry() atomEntry {
	at := c.absolute(CallPath(c.Call.Key))
	return atomEntry{
		ID: at, Title: c.Call.Title, Link: atomLink{"alternate", at},
		Published: c.Call.FirstSeen.UTC().Format(time.RFC3339), Updated: c.Call.LastChange().UTC().Format(time.RFC3339),
		Summary: c.T("feed.entry", "Deadline", c.Next(), "Grant", c.Grant(), "Programme", c.Programme()),
	}
}

// absolute returns the whole address of a path, as mails and feeds need it.
func (p *page) absolute(path string) string { return p.site.absolute(path) }

func (s *Site) absolute(path string) string {
	return s.base.Scheme + "://" + s.base.Host + s.link(path)
}
