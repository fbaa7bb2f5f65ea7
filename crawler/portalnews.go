package crawler

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"fundwatch/calls"
)

// mostAsked bounds how many identifiers one question for news names: the answer must fit one page
// several times over, and a storm of changes needs no reasons.
const mostAsked = 30

// News is one announcement of the portal on a topic ("grant update", type 6): an extension, a
// corrigendum, results.
type News struct {
	Identifier string
	At         time.Time // when it was published, UTC
	Text       string    // plain, one line; cut to a few sentences
}

// PortalNews returns what the portal announced on the topics with these identifiers since a moment, newest
// first. Only the first mostAsked identifiers are asked about. News explain what a sweep has found
// already, so that an error here costs a reason and nothing else.
func (c *Crawler) PortalNews(ctx context.Context, src PortalSource, identifiers []string, since time.Time) ([]News, error) {
	if len(identifiers) == 0 {
		return nil, nil
	}
	identifiers = identifiers[:min(len(identifiers), mostAsked)]
	api, err := url.Parse(src.URL)
	if err != nil {
		return nil, fmt.Errorf("news of %s: address %q: %w", src.Name, src.URL, err)
	}
	defer c.out.CloseIdleConnections()
	q := &portalQuestion{api: api, kind: portalType{code: "6", name: "news", sort: "es_SortDate"}, languages: languagesOf(src)}
	contentType, form, err := q.newsForm(identifiers)
	if err != nil {
		return nil, fmt.Errorf("news of %s: %w", src.Name, err)
	}
	body, err := c.newAsker(ctx, api).post(q.address(1), contentType, form)
	if err != nil {
		return nil, fmt.Errorf("news of %s: %w", src.Name, err)
	}
	page, err := ParsePortalPage(body)
	if err != nil {
		return nil, fmt.Errorf("news of %s: %w", src.Name, err)
	}
	return newsOf(&page, identifiers, since), nil
}

// newsOf picks from a page what was asked for: an answer that ignores the question gives nothing.
func newsOf(p *Page, identifiers []string, since time.Time) []News {
	var news []News
	for i := range p.Records {
		r := &p.Records[i]
		at, err := time.Parse(time.RFC3339, r.Raw.Opens)
		if r.Type != "6" || err != nil || at.Before(since) || !slices.Contains(identifiers, r.Raw.Identifier) {
			continue
		}
		text := calls.CleanLine(r.Raw.Body, longestNews)
		if text != "" {
			news = append(news, News{Identifier: r.Raw.Identifier, At: at.UTC(), Text: text})
		}
	}
	slices.SortStableFunc(news, func(a, b News) int { return b.At.Compare(a.At) })
	return news
}

// longestNews is what is kept of an announcement, in runes.
const longestNews = 400

// readNews reads what only news (type 6) have: their time is real UTC, and their text says it all.
func (d *document) readNews(raw *calls.Raw) {
	if times := dateReading(readInstant).read(d.meta[fieldStart]); len(times) > 0 {
		raw.Opens = times[0]
	}
	raw.Body = plainText(d.meta[fieldDescription].first())
}
