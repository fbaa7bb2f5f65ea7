package crawler

import (
	"net/http"
	"strings"
	"time"

	"fundwatch/calls"
)

const (
	// A copy is believed for a week: a server whose validators do not follow its pages, as those of some
	// caches, would otherwise hide every new call for ever.
	longestTrust = 7 * 24 * time.Hour

	// Bytes of one page, and of all pages of one source: what is larger is fetched anew each time.
	largestCopy   = 4 << 20
	largestCopies = 32 << 20
)

// A copyBook knows the pages that a source sent last time, and notes which of them to keep for the next.
type copyBook struct {
	plan   *sourcePlan
	lookup func(source, address string) (calls.Copy, bool)
	now    time.Time

	fresh     []calls.Copy
	size      int      // of their bodies
	unchanged []string // addresses of copies that the source called current
}

// newCopyBook returns the copy book of one sweep. A trial knows no copies: it is to see the page itself.
func (s *sourceSweep) newCopyBook() *copyBook {
	book := &copyBook{plan: s.plan, lookup: s.crawler.copies, now: s.started}
	if s.trial || book.lookup == nil {
		book.lookup = func(string, string) (calls.Copy, bool) { return calls.Copy{}, false }
	}
	return book
}

// of returns the copy of a page, unless it is too old, of the future, or was asked for in another language.
func (b *copyBook) of(address string) (calls.Copy, bool) {
	c, ok := b.lookup(b.plan.def.ID, address)
	age := b.now.Sub(c.Fetched)
	return c, ok && age >= 0 && age < longestTrust && c.Language == b.plan.def.Language
}

// ask adds to a request what makes the answer "not modified" if the copy is still right.
func (b *copyBook) ask(header http.Header, c calls.Copy) {
	if c.ETag != "" {
		header.Set("If-None-Match", c.ETag)
	}
	if c.LastModified != "" {
		header.Set("If-Modified-Since", c.LastModified)
	}
}

// reuse returns the page that the source called unchanged. Headers that came with this answer count more
// than those of the copy.
func (b *copyBook) reuse(c calls.Copy, f *fetched) *fetched {
	b.unchanged = append(b.unchanged, c.Address)
	header := f.header.Clone()
	for name, value := range c.Header {
		if header.Get(name) == "" {
			header.Set(name, value)
		}
	}
	return &fetched{address: f.address, header: header, contentType: c.Header["Content-Type"], body: c.Body}
}

// keep notes a page for the next time, if it can be asked for again under a condition: it came from the
// address that was asked, bears a validator, and its server does not forbid it.
func (b *copyBook) keep(address string, f *fetched) {
	c := calls.Copy{
		Address: address, Language: b.plan.def.Language, Fetched: b.now, Body: f.body,
		ETag: f.header.Get("ETag"), LastModified: f.header.Get("Last-Modified"),
	}
	forbidden := strings.Contains(strings.ToLower(f.header.Get("Cache-Control")), "no-store")
	large := len(f.body) > largestCopy || b.size+len(f.body) > largestCopies
	if c.ETag == "" && c.LastModified == "" || forbidden || large || f.address.String() != address {
		return
	}
	b.size += len(f.body)
	c.Header = b.needed(f)
	b.fresh = append(b.fresh, c)
}

// needed returns the headers without which the page cannot be read.
func (b *copyBook) needed(f *fetched) map[string]string {
	header := map[string]string{"Content-Type": f.contentType}
	for _, name := range []string{b.plan.def.Pager.PagesHeader, b.plan.def.Pager.TotalHeader} {
		if name != "" {
			header[name] = f.header.Get(name)
		}
	}
	return header
}
