package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"fundwatch/calls"
)

// Whoever subscribes may write the domain in letters or as DNS has it: one mailbox, one limit, one opt-out.
func TestSubscribingBySpellingsOfOneAddress(t *testing.T) {
	t.Parallel()
	const seen, sent = "x@bücher.example", "x@xn--bcher-kva.example"
	p, server, environ := pagesWithMail(t)
	ask := func(spelling string) {
		form := signUpForm()
		form.Set("email", spelling)
		p.post("/subscribe?lang=de", form, http.StatusSeeOther)
	}
	ask("x@BÜCHER.example")
	_, text := mailTo(t, server, sent, 1)
	link := regexp.MustCompile(`https://fundwatch\.example(/confirm/[a-z2-7]{32})`).FindStringSubmatch(text)
	if link == nil {
		t.Fatalf("no link in:\n%s", text)
	}
	p.get(link[1], http.StatusOK, seen)
	p.post(link[1], nil, http.StatusOK)
	for _, spelling := range []string{sent, seen, "x@BÜCHER.example"} { // the last is once too often
		ask(spelling)
	}
	mailTo(t, server, sent, 3)
	found, err := p.db().SubscribersByEmail(t.Context(), seen)
	if err != nil || len(found) != 1 || found[0].Email != seen || found[0].State != calls.SubscriberActive {
		t.Fatalf("got %+v, %v, want one active mailbox", found, err)
	}
	if asked, err := p.db().SignUps(t.Context(), found[0].ID); err != nil || len(asked) != 3 {
		t.Errorf("asked %d times, %v, want 3", len(asked), err)
	}
	must(t, environ, "subscribers", "erase", seen)
	ask(sent)
	mailTo(t, server, sent, 4)
	if list := must(t, environ, "subscribers", "list"); !strings.Contains(list, seen+"\tde\tweekly\tunsubscribed") {
		t.Errorf("who opted out by one spelling is asked by another:\n%s", list)
	}
}
