package main

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/calls/store"
)

// tokensIn returns every token that stands in a mail or its envelope, each once.
func tokensIn(t *testing.T, mails []receivedMail) []string {
	t.Helper()
	all := map[string]bool{}
	secret := regexp.MustCompile(`(?:/u/|/f/|/confirm/|stop\+|bounce\+)([a-z2-7]{26,32})`)
	for _, m := range mails {
		_, text := readMail(t, m.data)
		header, _, _ := strings.Cut(m.data, "\r\n\r\n")
		for _, found := range secret.FindAllStringSubmatch(m.from+"\n"+strings.ReplaceAll(header, "\r\n ", "")+"\n"+text, -1) {
			all[found[1]] = true
		}
	}
	var tokens []string
	for token := range all {
		tokens = append(tokens, token)
	}
	return tokens
}

// heldTokens returns which tokens stand in the files of a database, and where.
func heldTokens(t *testing.T, path string, tokens []string) []string {
	t.Helper()
	var found []string
	for _, file := range []string{path, path + "-wal"} {
		data, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for _, token := range tokens {
			if bytes.Contains(data, []byte(token)) {
				found = append(found, token+" in "+file)
			}
		}
	}
	return found
}

// Whoever reads the database or the log gets no link to the page of a mailbox, once the mails themselves are gone.
func TestNothingThatIsKeptOpensAPage(t *testing.T) {
	t.Parallel()
	var tokens []string
	var path, log string
	t.Run("a town subscribes and gets mail", func(t *testing.T) {
		_, environ := standIn(t, 1)
		server, err := newMailServer(t)
		if err != nil {
			t.Fatal(err)
		}
		environ = append(append(environ, server.settings()...),
			envPair("MAIL_BOUNCE_ADDRESS", "bounce+TOKEN@town.example"), envPair("MAIL_UNSUBSCRIBE_MAILTO", "stop+TOKEN@town.example"))
		must(t, environ, "crawl", "--now", "2026-08-25")
		must(t, environ, "municipalities", "import", manyTowns(t, 2), "--now", "2026-08-25")
		p := servePages(t, environ)
		path = p.path
		mailTo(t, server, "clerk@town-0.example", 1)
		p.post("/subscribe", signUpForm(), http.StatusSeeOther)
		_, text := mailTo(t, server, "kultur@ludwigsburg.example", 1)
		p.post(regexp.MustCompile(`/confirm/[a-z2-7]{32}`).FindString(text), nil, http.StatusOK)
		besideServe(t, environ, "digest", "--now", pagesNow)
		mailTo(t, server, "kultur@ludwigsburg.example", 2)
		tokens = tokensIn(t, server.received())
		for _, token := range tokens {
			p.get("/u/"+token, map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[p.opens(token)])
		}
		log = p.log.String()
	})
	if len(tokens) < 9 { // of each mailbox one to stop and one for bounces, of two one for the page, and one to confirm
		t.Fatalf("only %d tokens were sent: the test shows too little", len(tokens))
	}
	db, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Prune(t.Context(), store.Befores{Messages: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, found := range heldTokens(t, path, tokens) {
		t.Error(found)
	}
	for _, token := range tokens {
		if strings.Contains(log, token) {
			t.Errorf("%s is in the log:\n%s", token, log)
		}
	}
}

// opens reports whether a token opens the page of a mailbox.
func (p *pagesServer) opens(token string) bool {
	_, err := p.db().SubscriberByToken(p.t.Context(), token)
	return err == nil
}

// The address to which a reader writes to stop goes through the logs of mail servers: what is in it stops the mail
// and does nothing else. Addresses of former letters, which name the token of the page, stop it too.
func TestTheAddressToStopOpensNothing(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	environ = append(append(environ, server.settings()...), envPair("MAIL_UNSUBSCRIBE_MAILTO", "stop+TOKEN@town.example"))
	must(t, environ, "crawl", "--now", "2026-08-25")
	must(t, environ, "municipalities", "import", manyTowns(t, 2), "--now", "2026-08-25")
	p := servePages(t, environ)
	for i, pattern := range []string{`stop\+([a-z2-7]{26})@`, `/u/([a-z2-7]{26})>`} {
		address := []string{"clerk@town-0.example", "clerk@town-1.example"}[i]
		mailTo(t, server, address, 1)
		mails := server.received()
		letter := mails[slices.IndexFunc(mails, func(m receivedMail) bool { return m.to == address })]
		header, _, _ := strings.Cut(strings.ReplaceAll(letter.data, "\r\n ", " "), "\r\n\r\n")
		found := regexp.MustCompile(pattern).FindStringSubmatch(header)
		if found == nil {
			t.Fatalf("no token by %s in\n%s", pattern, header)
		}
		if token := found[1]; i == 0 {
			for _, page := range []string{"/u/" + token, "/u/" + token + "/settings", "/u/" + token + "/data", "/f/" + token + "/calls.atom", "/confirm/" + token} {
				p.get(page, http.StatusNotFound)
			}
			p.post("/u/"+token, url.Values{"List-Unsubscribe": {"One-Click"}}, http.StatusNotFound)
		}
		mail := "From: " + address + "\nTo: stop+" + found[1] + "@town.example\nSubject: unsubscribe\n\n"
		if out, errs, code := inbound(t.Context(), environ, mail); code != exitDone || !strings.Contains(out, "now unsubscribed") {
			t.Errorf("a mail by %s: exit code %d, %s%s", pattern, code, out, errs)
		}
	}
}
