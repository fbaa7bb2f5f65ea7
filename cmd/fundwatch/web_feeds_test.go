package main

import (
	"encoding/xml"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fundwatch/calls"
)

// feedPaths returns the paths of both feeds as the page of a mailbox shows them.
func (p *pagesServer) feedPaths(own string) (atom, calendar string) {
	p.t.Helper()
	page := p.get(own+"?lang=en", http.StatusOK, "In your feed reader and calendar")
	found := regexp.MustCompile(`href="https://fundwatch\.example(/f/[a-z2-7]{26}/(?:calls\.atom|deadlines\.ics))"`).FindAllStringSubmatch(page, -1)
	if len(found) != 2 {
		p.t.Fatalf("%d feeds on the page:\n%s", len(found), page)
	}
	return found[0][1], found[1][1]
}

// uids returns the sorted names and sequences of the events in a calendar.
func uids(calendar string) []string {
	all := regexp.MustCompile(`UID:\S+|SEQUENCE:\d+`).FindAllString(strings.ReplaceAll(calendar, "\r\n ", ""), -1)
	var events []string
	for i := 0; i+1 < len(all); i += 2 {
		events = append(events, all[i]+" "+all[i+1])
	}
	slices.Sort(events)
	return events
}

// The feeds of a mailbox hold what its letters tell of, under an address that opens nothing else.
func TestOwnFeeds(t *testing.T) {
	t.Parallel()
	p, server, environ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1)
	to := p.mailbox(1)
	own := "/u/" + to.Token
	atom, calendar := p.feedPaths(own)

	var feed struct {
		Lang    string `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		Title   string `xml:"title"`
		Entries []struct {
			ID    string `xml:"id"`
			Title string `xml:"title"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(p.get(atom, http.StatusOK)), &feed); err != nil {
		t.Fatal(err)
	}
	if feed.Lang != "fr" || !strings.HasSuffix(feed.Title, "Town 0") || len(feed.Entries) == 0 {
		t.Fatalf("the feed is %+v", feed)
	}
	want := uids(must(t, environ, "search", "--ics", "--for", "town-0", "--limit", "0", "--now", pagesNow))
	events := p.get(calendar, http.StatusOK, "habituelle") // a note that the hour is usual, and not stated
	if got := uids(events); !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("the calendar holds %v, want those of a search for the town: %v", got, want)
	}

	path, err := url.Parse(feed.Entries[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	p.post(own+"/mute"+strings.TrimPrefix(path.EscapedPath(), "/calls"), url.Values{"action": {"mute"}}, http.StatusOK)
	if strings.Contains(p.get(atom, http.StatusOK), "<id>"+html.EscapeString(feed.Entries[0].ID)+"</id>") {
		t.Error("a call that is not for the town is still in its feed")
	}
	secret := strings.Split(atom, "/")[2]
	p.get("/u/"+secret, http.StatusNotFound)
	p.get("/f/"+to.Token+"/calls.atom", http.StatusNotFound)

	p.post(own, url.Values{"action": {"pause"}}, http.StatusOK, atom)
	p.get(atom, http.StatusOK)
	p.post(own+"/feeds?lang=en", nil, http.StatusOK, "The former addresses have ended")
	p.get(atom, http.StatusNotFound)
	p.get(calendar, http.StatusNotFound)
	renewed, _ := p.feedPaths(own)
	p.get(renewed, http.StatusOK)

	p.post(own, url.Values{"action": {"stop"}}, http.StatusOK)
	p.get(renewed, http.StatusGone)
	if page := p.get(own, http.StatusOK); strings.Contains(page, "/f/") {
		t.Errorf("a stopped mailbox is shown feeds:\n%s", page)
	}
	p.post(own, url.Values{"action": {"resume"}}, http.StatusOK)
	p.get(renewed, http.StatusOK)
	p.post(own+"/erase", nil, http.StatusOK)
	p.get(renewed, http.StatusNotFound)
	if log := p.log.String(); strings.Contains(log, secret) {
		t.Errorf("the log holds the address of a feed:\n%s", log)
	}
}

// A program that asks again for what it has is told so, and nobody on the way keeps a copy.
func TestOwnFeedsAreAskedForAgain(t *testing.T) {
	t.Parallel()
	p, server, _ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1)
	to := p.mailbox(1)
	atom, calendar := p.feedPaths("/u/" + to.Token)
	for _, path := range []string{atom, calendar} {
		_, _, header := p.do(p.request("GET", path, ""))
		tag := header.Get("ETag")
		if !strings.HasPrefix(header.Get("Cache-Control"), "private") || tag == "" {
			t.Errorf("%s: headers %v", path, header)
		}
		again := func() int {
			r := p.request("GET", path, "")
			r.Header.Set("If-None-Match", tag)
			status, body, _ := p.do(r)
			if status == http.StatusNotModified && body != "" {
				t.Errorf("%s: a body for nothing", path)
			}
			return status
		}
		if status := again(); status != http.StatusNotModified {
			t.Errorf("%s: asked again: status %d, want 304", path, status)
		}
		told, err := pagesRegister{DB: p.db()}.Told(t.Context(), to.ID)
		if err != nil || len(told) == 0 {
			t.Fatalf("told %v, %v", told, err)
		}
		for _, n := range told {
			if err := p.db().Mute(t.Context(), to.ID, n.Call, fixedClock()); err != nil {
				t.Fatal(err)
			}
		}
		if status := again(); status != http.StatusOK {
			t.Errorf("%s: after a change: status %d, want 200", path, status)
		}
		for _, n := range told {
			if _, err := p.db().Unmute(t.Context(), to.ID, n.Call, &calls.Told{}, fixedClock()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// readFeed returns the id, the address of its own, and the ids of the entries of a feed in a language that is wished for.
func (p *pagesServer) readFeed(path, wished string) (id, self string, entries []string) {
	p.t.Helper()
	r := p.request("GET", path, "")
	r.Header.Set("Accept-Language", wished)
	_, body, _ := p.do(r)
	var feed struct {
		ID    string `xml:"id"`
		Links []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Entries []string `xml:"entry>id"`
	}
	if err := xml.Unmarshal([]byte(body), &feed); err != nil || len(feed.Links) == 0 || feed.Links[0].Rel != "self" {
		p.t.Fatalf("%s: %v:\n%s", path, err, body)
	}
	return feed.ID, feed.Links[0].Href, feed.Entries
}

// In another language the same search is another feed, of the same entries.
func TestFeedsHaveAnIDForEachLanguage(t *testing.T) {
	t.Parallel()
	p, server, _ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1)
	own, _ := p.feedPaths("/u/" + p.mailbox(1).Token)
	for _, path := range []string{"/calls.atom?q=town", own} {
		mark := map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")]
		german, self, entries := p.readFeed(path+mark+"lang=de", "")
		if german != self || !strings.HasSuffix(german, mark+"lang=de") || len(entries) == 0 {
			t.Errorf("%s: id %s, its address %s, %d entries", path, german, self, len(entries))
		}
		french, _, same := p.readFeed(path+mark+"lang=fr", "")
		if french == german || !slices.Equal(entries, same) {
			t.Errorf("%s: in French the id is %s and the entries are %v; in German %s and %v", path, french, same, german, entries)
		}
		if again, _, _ := p.readFeed(path+mark+"lang=fr", "de"); again != french {
			t.Errorf("%s: the id %s has become %s", path, french, again)
		}
	}
	if wished, _, _ := p.readFeed("/calls.atom?q=town", "de"); wished != "https://fundwatch.example/calls.atom?q=town&lang=de" {
		t.Errorf("by the browser's wish the id is %s", wished)
	}
	if mine, self, _ := p.readFeed(own, "de"); mine != "https://fundwatch.example"+own || self != mine {
		t.Errorf("the feed of a mailbox has the id %s and the address %s", mine, self)
	}
}
