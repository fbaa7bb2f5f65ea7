package crawler

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// The values of Pager.End.
const (
	endEmpty   = "empty"
	endMissing = "missing"
)

// unknownTotal stands for a number that a source does not say.
const unknownTotal = -1

// A finder is one item of a list, or a page, in which rules find texts: markup, or plain.
type finder interface {
	find(*rulePlan) []string
}

// A sourcePage is one page of a list.
type sourcePage struct {
	items []finder
	base  *url.URL // from which links are meant
	next  string   // address of the next page, as written; "" if there is none
	total int      // items of all pages, as the page says; unknownTotal
	pages int      // of the list, as the page says; unknownTotal
}

// readHeaders reads what the headers say about the list.
func (g *Pager) readHeaders(page *sourcePage, header http.Header) error {
	page.pages = unknownTotal
	for _, said := range []struct {
		name   string
		number *int
	}{{g.PagesHeader, &page.pages}, {g.TotalHeader, &page.total}} {
		if said.name == "" {
			continue
		}
		text := strings.TrimSpace(header.Get(said.name))
		number, err := strconv.ParseUint(text, 10, 31)
		if err != nil {
			return fmt.Errorf("header %s is %s, want a number", said.name, quoted(text))
		}
		*said.number = int(number)
	}
	return nil
}

// address returns where page n of the list is, counted from 1.
func (p *sourcePlan) address(n int) string {
	g := &p.def.Pager
	if g.Page == "" {
		return p.base.String()
	}
	number := n
	if g.First != nil {
		number = *g.First + n - 1
	}
	text := strings.ReplaceAll(g.Page, "{n}", strconv.Itoa(number))
	if strings.Contains(text, "://") || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "?") {
		if u, err := p.base.Parse(text); err == nil {
			return u.String()
		}
	}
	u := *p.base
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+text, "&")
	return u.String()
}

// A paging is the way through the pages of one list.
type paging struct {
	plan  *sourcePlan
	seen  map[string]int // address -> page
	read  int            // items so far
	total int            // as the first page said
	pages int
}

func newPaging(p *sourcePlan) *paging {
	return &paging{plan: p, seen: map[string]int{}, total: unknownTotal, pages: unknownTotal}
}

// follow returns the address of the page after n, "" after the last one. fresh says how many of the
// page's items had not been on an earlier one.
func (g *paging) follow(page *sourcePage, n, fresh int) (string, error) {
	if n == 1 {
		g.total, g.pages = page.total, page.pages
	} else if g.total != page.total || g.pages != page.pages {
		return "", fmt.Errorf("%w: it had %d items on %d pages, now %d on %d", errMoved, g.total, g.pages, page.total, page.pages)
	}
	g.read += len(page.items)
	switch next, err := g.next(page, n); {
	case err != nil:
		return "", err
	case next == "":
		return "", g.whole()
	case n > 1 && fresh == 0:
		return "", fmt.Errorf("the pager goes round: page %d holds nothing but what earlier pages held", n)
	case g.seen[next] > 0:
		return "", fmt.Errorf("the pager goes round: page %d leads back to page %d", n, g.seen[next])
	default:
		return next, nil
	}
}

func (g *paging) next(page *sourcePage, n int) (string, error) {
	pager := &g.plan.def.Pager
	switch {
	case g.plan.next != nil:
		return g.plan.linked(page)
	case pager.Page == "", g.pages != unknownTotal && n >= g.pages:
		return "", nil
	case g.pages == unknownTotal && (len(page.items) == 0 || g.total != unknownTotal && g.read >= g.total):
		return "", nil
	}
	return g.plan.address(n + 1), nil
}

// linked resolves the link to the next page. A link to a place on the page itself leads nowhere.
func (p *sourcePlan) linked(page *sourcePage) (string, error) {
	text := strings.TrimSpace(page.next)
	if text == "" || strings.HasPrefix(text, "#") {
		return "", nil
	}
	u, err := page.base.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || !p.allows(u) {
		return "", fmt.Errorf("the link to the next page leads to %s, which is not on this site", quoted(text))
	}
	u.Fragment = ""
	return u.String(), nil
}

// whole holds what was read against what the source said that there is.
func (g *paging) whole() error {
	if g.total != unknownTotal && g.read != g.total {
		return fmt.Errorf("%d items were read where the source has %d", g.read, g.total)
	}
	return nil
}

// ends reports whether an error says that a list which ends with a missing page has ended.
func (g *paging) ends(err error, n int) bool {
	var status *StatusError
	return n > 1 && g.plan.def.Pager.End == endMissing && errors.As(err, &status) &&
		(status.Status == http.StatusNotFound || status.Status == http.StatusBadRequest || status.Status == http.StatusGone)
}
