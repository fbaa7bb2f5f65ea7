package main

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"fundwatch/calls"
)

// A reader finds the calls of its letters on its page and says that one is not for its town; looking
// changes nothing, and it can be undone.
func TestNotForUs(t *testing.T) {
	t.Parallel()
	p, server, _ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1)
	to := p.mailbox(1)
	muter := pagesRegister{DB: p.db()}
	own := p.get("/u/"+to.Token+"?lang=en", http.StatusOK, "Calls in your letters")
	link := regexp.MustCompile(`href="(/u/[a-z2-7]+/mute/([a-z]+)/([^"?]+)\?lang=en)"`).FindStringSubmatch(own)
	if link == nil {
		t.Fatalf("no call can be muted:\n%s", own)
	}
	path := html.UnescapeString(link[1])
	reference, err := url.PathUnescape(html.UnescapeString(link[3]))
	if err != nil {
		t.Fatal(err)
	}
	key := calls.Key{Source: link[2], Reference: reference}
	want := func(muted bool) {
		t.Helper()
		since, err := muter.MutedSince(t.Context(), to.ID, key)
		if err != nil || since.IsZero() == muted {
			t.Errorf("muted since %v, %v; want muted: %v", since, err, muted)
		}
	}
	p.get(path, http.StatusOK, "Not for us")
	p.do(p.request("HEAD", path, ""))
	p.post(path, url.Values{"action": {"nonsense"}}, http.StatusUnprocessableEntity)
	want(false)
	for range 2 {
		p.post(path, url.Values{"action": {"mute"}}, http.StatusOK, "This call is left out", "Undo")
		want(true)
	}
	for range 2 {
		p.post(path, url.Values{"action": {"unmute"}}, http.StatusOK, "Not for us")
		want(false)
	}
	p.post("/u/"+to.Token+"/mute/portal/none", url.Values{"action": {"mute"}}, http.StatusNotFound)
	p.post("/u/"+strings.Repeat("a", 26)+"/mute/portal/none", url.Values{"action": {"mute"}}, http.StatusNotFound)
}
