package web

import (
	"net/http"
	"time"

	"fundwatch/calls"
)

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
	feed := p.feed(f, hits)
	out, err := feed.Atom()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", atomType)
	w.Header().Set("Cache-Control", "public, max-age=900")
	_, _ = w.Write(out)
	return nil
}

const atomType = "application/atom+xml; charset=utf-8"

func (p *page) feed(f *filter, hits []calls.Hit) calls.Feed {
	feed := calls.Feed{
		Language: p.lang, ID: p.absolute(f.address("/calls.atom", 1)), Title: p.T("list.title"),
		Author: p.site.settings.Sender, Self: p.absolute(f.address("/calls.atom", 1)),
		Alternate: p.absolute(f.address("/calls", 1)), Empty: time.Unix(0, 0),
	}
	if f.Words != "" {
		feed.Title = p.T("list.title.words", "Words", f.Words)
	}
	for _, c := range p.cards(hits) {
		feed.Entries = append(feed.Entries, c.entry())
	}
	return feed
}

func (c card) entry() calls.FeedEntry {
	at := c.absolute(CallPath(c.Call.Key))
	return calls.FeedEntry{
		ID: at, Title: c.Call.Title, URL: at, Published: c.Call.FirstSeen, Updated: c.Call.LastChange(),
		Summary: c.T("feed.entry", "Deadline", c.Next(), "Grant", c.Grant(), "Programme", c.Programme()),
	}
}

// absolute returns the whole address of a path, as mails and feeds need it.
func (p *page) absolute(path string) string { return p.site.absolute(path) }

func (s *Site) absolute(path string) string {
	return s.base.Scheme + "://" + s.base.Host + s.link(path)
}
