package crawler

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// mostFound bounds how many elements of one item a rule takes.
const mostFound = 100

// errNotPage says that an answer is no web page.
var errNotPage = errors.New("no web page")

// htmlItems reads a page of an HTML source. A page without items is no error here.
func (p *sourcePlan) htmlItems(f *fetched) (*sourcePage, error) {
	doc, base, err := parseHTML(f)
	if err != nil {
		return nil, err
	}
	page := &sourcePage{total: unknownTotal, base: base}
	doc.FindMatcher(p.item).Each(func(_ int, item *goquery.Selection) {
		page.items = append(page.items, htmlItem{item})
	})
	if p.next != nil {
		if found := (htmlItem{doc.Selection}).find(p.next); len(found) > 0 {
			page.next = found[0]
		}
	}
	return page, nil
}

// parseHTML reads a web page and returns the address from which its links are meant.
func parseHTML(f *fetched) (*goquery.Document, *url.URL, error) {
	if err := f.mustBePage(); err != nil {
		return nil, nil, err
	}
	reader, err := charset.NewReader(bytes.NewReader(f.body), f.contentType)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: its letters cannot be read: %w", errNotPage, err)
	}
	doc, err := goquery.NewDocumentFromReader(reader)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errNotPage, err)
	}
	base := f.address
	if href, given := doc.Find("base[href]").First().Attr("href"); given {
		if u, err := base.Parse(href); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
			base = u
		}
	}
	return doc, base, nil
}

// mustBePage refuses PDFs, pictures and the like, and empty answers.
func (f *fetched) mustBePage() error {
	pages := []string{"", "text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain"}
	kind, _, err := mime.ParseMediaType(f.contentType)
	if f.contentType != "" && err == nil && !slices.Contains(pages, kind) {
		return fmt.Errorf("%w: it is %s", errNotPage, quoted(kind))
	}
	if len(bytes.TrimSpace(f.body)) == 0 {
		return fmt.Errorf("%w: the answer is empty", errNotPage)
	}
	return nil
}

// An htmlItem is one element of a page, or the page as a whole.
type htmlItem struct{ element *goquery.Selection }

// find returns the markup of what the rule selects, or the value of its attribute.
func (i htmlItem) find(r *rulePlan) []string {
	selected := i.element
	if r.selector != nil {
		selected = selected.FindMatcher(r.selector)
	}
	var texts []string
	selected.EachWithBreak(func(_ int, s *goquery.Selection) bool {
		if r.Attr != "" {
			if value, given := s.Attr(r.Attr); given {
				texts = append(texts, value)
			}
		} else {
			texts = append(texts, markupOf(s.Get(0)))
		}
		return len(texts) < mostFound
	})
	return texts
}

// markupOf writes an element out again, or the beginning of a long one: items may lie in each other, so
// that whole ones could take time without end.
func markupOf(element *html.Node) string {
	w := boundedWriter{limit: 4 * longestField}
	if err := html.Render(&w, element); err != nil && !errors.Is(err, errFull) {
		return ""
	}
	return strings.ToValidUTF8(w.text.String(), "")
}

var errFull = errors.New("enough")

// A boundedWriter takes so many bytes and then no more.
type boundedWriter struct {
	text  strings.Builder
	limit int
}

func (w *boundedWriter) Write(p []byte) (int, error) {
	room := w.limit - w.text.Len()
	if len(p) > room {
		w.text.Write(p[:room])
		return room, errFull
	}
	return w.text.Write(p)
}
