package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"fundwatch/calls"
)

func invitation(email string) url.Values {
	return url.Values{"email": {email}, "language": {"fr"}}
}

// A mailbox has another one of its town asked, which joins when its owner confirms. Neither learns of the other's
// address, and nobody learns which addresses are known.
func TestFurtherMailboxes(t *testing.T) {
	t.Parallel()
	p, server, environ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1)
	own := "/u/" + p.mailbox(1).Token + "?lang=en"
	invite := strings.Replace(own, "?", "/invite?", 1)
	p.get(own, http.StatusOK, "Mailboxes besides this one: 0", `value="fr" lang="fr" selected`)

	answer := p.post(invite, invitation("mayor@town-0.example"), http.StatusOK, "The address is being asked", "Mailboxes besides this one: 0")
	for range 3 { // once more, and then too often
		if again := p.post(invite, invitation("mayor@town-0.example"), http.StatusOK); again != answer {
			t.Errorf("asking again is answered otherwise:\n%s", again)
		}
	}
	subject, text := mailTo(t, server, "mayor@town-0.example", 3)
	link := regexp.MustCompile(`https://fundwatch\.example(/confirm/[a-z2-7]{32})`).FindStringSubmatch(text)
	if link == nil || !strings.Contains(subject, "Town 0") || !strings.Contains(text, "propose aussi") || strings.Contains(text, "@") {
		t.Fatalf("subject %q, text:\n%s", subject, text)
	}
	p.get(own, http.StatusOK, "Mailboxes besides this one: 0") // nobody has confirmed
	joining := p.get(link[1], http.StatusOK, "mayor@town-0.example", "Town 0")
	joined := p.post(link[1], nil, http.StatusOK)
	for _, page := range []string{joining, joined} {
		if strings.Contains(page, "clerk@") {
			t.Errorf("the one who is asked sees the address of another:\n%s", page)
		}
	}
	shown := p.get(own, http.StatusOK, "Mailboxes besides this one: 1")
	if strings.Contains(shown, "mayor@") {
		t.Errorf("the page of one mailbox shows the address of another:\n%s", shown)
	}
	if got := must(t, environ, "subscribers", "list"); !strings.Contains(got, "town-0\tmayor@town-0.example\tfr\tweekly\tactive") {
		t.Errorf("the mailboxes are\n%s", got)
	}
	// A known address is answered as a new one, but for how many have joined.
	known := p.post(invite, invitation("mayor@town-0.example"), http.StatusOK)
	if want := strings.Replace(answer, "besides this one: 0", "besides this one: 1", 1); known != want {
		t.Errorf("a known address is answered otherwise:\n%s", known)
	}
	if log := p.log.String(); strings.Contains(log, "@") || strings.Contains(log, link[1]) {
		t.Errorf("the log holds an address or a token:\n%s", log)
	}
}

func TestInvitationsThatAreRefused(t *testing.T) {
	t.Parallel()
	p, server, _ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1)
	to := p.mailbox(1)
	own := "/u/" + to.Token
	p.post(own+"/invite", invitation("no address"), http.StatusUnprocessableEntity, `id="email-error"`, `value="no address"`)
	wrong := invitation("mayor@town-0.example")
	wrong.Set("language", "xx")
	p.post(own+"/invite", wrong, http.StatusUnprocessableEntity, `id="language-error"`)
	foreign := p.request("POST", own+"/invite", invitation("mayor@town-0.example").Encode())
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _, _ := p.do(foreign); status != http.StatusForbidden {
		t.Errorf("a form of another site: status %d, want 403", status)
	}
	p.post("/u/"+strings.Repeat("a", 26)+"/invite", invitation("mayor@town-0.example"), http.StatusNotFound)
	p.post(own, url.Values{"action": {"stop"}}, http.StatusOK)
	p.wantState(to.ID, calls.SubscriberUnsubscribed)
	p.post(own+"/invite", invitation("mayor@town-0.example"), http.StatusUnprocessableEntity)
	if page := p.get(own, http.StatusOK); strings.Contains(page, "/invite") {
		t.Errorf("a stopped mailbox may invite others:\n%s", page)
	}
	if found, err := p.db().SubscribersByEmail(t.Context(), "mayor@town-0.example"); err != nil || found != nil {
		t.Errorf("got %v, %v: want no mailbox", found, err)
	}
}
