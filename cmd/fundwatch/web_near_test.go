package main

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The pages offer the words that the terminal offers, and nothing for words that everything is near to.
func TestPagesOfferTheWordsOfTheTerminal(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-08-25")
	p := servePages(t, environ)
	link := regexp.MustCompile(`<a href="/calls\?[^"]*">([^<]+)</a>`)
	for words, want := range map[string]string{
		"x qq": "", "qqq": "", "zzzzzzzzzzzzzz": "", "jumelag": "Jumelage", "climte": "climate",
	} {
		page := p.get("/calls?status=all&lang=en&q="+url.QueryEscape(words), http.StatusOK, "No call found")
		_, offered, found := strings.Cut(page, "Did you mean:")
		if found != (want != "") {
			t.Errorf("%q: offered %v", words, found)
			continue
		}
		offered, _, _ = strings.Cut(offered, "</p>")
		var got []string
		for _, one := range link.FindAllStringSubmatch(offered, -1) {
			got = append(got, html.UnescapeString(one[1]))
		}
		_, said, _ := run1(t, environ, "search", "--status", "all", "--now", pagesNow, words)
		if want != "" && (!slices.Contains(got, want) || !strings.Contains(said, "did you mean "+strings.Join(got, " or "))) {
			t.Errorf("%q: the page offers %q, the terminal says %s", words, got, said)
		}
	}
	if page := p.get("/calls?exact=1&q=jumelag", http.StatusOK); strings.Contains(page, "Did you mean:") {
		t.Error("a word that means a topic is offered to whoever wants only the words themselves")
	}
}
