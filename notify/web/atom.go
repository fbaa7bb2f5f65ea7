package web

import (
	"net/http"
	"time"

	"fundwatch/calls"
)

// perFeed is how many calls a feed holds.
const perFeed = 50

// atom answers with the newest calls of a search.
func (s *Site) atom(w http.ResponseWriter, r *http.Request) error {
	return s.follow(w, r, calls.SortNewest, perFeed, func(p *page, f *filter, hits []calls.Hit) error {
		feed := p.feed(f, hits)
		out, err := feed.Atom()
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", atomType)
		w.Header().Set("Cache-Control", "public, max-age=900")
		w.Header().Set("Vary", "Accept-Language")
		_, _ = w.Write(out)
		return nil
	})
}

// follow makes a search for a program that comes again, and has what was found written. A wrong search is refused:
// an empty file would be taken for "nothing new".
func (s *Site) follow(w http.ResponseWriter, r *http.Request, order calls.SortOrder, most int, write func(*page, *filter, []calls.Hit) error) error {
	p := s.newPage(r, "list.title")
	f, err := s.readFilter(p, r)
	if err != nil {
		return err
	}
	if f.expected { // a guess is no entry, and no date for a calendar
		p.wrong("status", "error.choice")
	}
	if len(p.Errors) > 0 {
		return plain(w, http.StatusUnprocessableEntity, p.Errors[0].Text+"\n")
	}
	if !f.Exact {
		f.search.Clauses, _ = s.Topics.Widen(f.search.Clauses)
	}
	f.search.Sort, f.search.Limit = order, most
	hits, err := s.find(r.Context(), f, p.now)
	if err != nil {
		return err
	}
	return write(p, f, hits)
}

const atomType = "application/atom+xml; charset=utf-8"

// feed writes what was found as a feed. In another language it is another feed, with an id of its own.
func (p *page) feed(f *filter, hits []calls.Hit) calls.Feed {
	at := p.spoken(f.address("/calls.atom", 1))
	feed := calls.Feed{
		Language: p.lang, ID: at, Title: p.T("list.title"), Author: p.site.settings.Sender, Self: at,
		Alternate: p.spoken(f.address("/calls", 1)), Empty: time.Unix(0, 0),
	}
	if f.Words != "" {
		feed.Title = p.T("list.title.words", "Words", f.Words)
	}
	for _, c := range p.cards(hits) {
		feed.Entries = append(feed.Entries, c.entry())
	}
	return feed
}

// entry writes the call as an entry of a feed. Its id is the same in every feed and language, as RFC 4287 wants of
// what is one thing: who follows two searches sees it once, and who changes the language gets nothing anew.
func (c card) entry() calls.FeedEntry {
	at := c.absolute(CallPath(c.Call.Key))
	return calls.FeedEntry{
		ID: at, Title: c.Call.Title, URL: c.spoken(CallPath(c.Call.Key)), Published: c.Call.FirstSeen, Updated: c.Call.LastChange(),
		Summary: c.T("feed.entry", "Deadline", c.Next(), "Grant", c.Grant(), "Programme", c.Programme()),
	}
}

// absolute returns the whole address of a path, as mails and feeds need it.
func (p *page) absolute(path string) string { return p.site.absolute(path) }

// spoken returns the whole address of a path in the language of the page: who comes again by it wishes for none.
func (p *page) spoken(path string) string { return p.absolute(p.inLanguage(path)) }

func (s *Site) absolute(path string) string {
	return s.base.Scheme + "://" + s.base.Host + s.link(path)
}
