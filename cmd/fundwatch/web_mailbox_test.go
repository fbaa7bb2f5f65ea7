package main

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
)

// pagesWithMail is servePages with a town that is subscribed, and a mail server.
func pagesWithMail(t *testing.T) (*pagesServer, *mailServer, []string) {
	t.Helper()
	_, environ := standIn(t, 1)
	server, err := newMailServer(t)
	if err != nil {
		t.Fatal(err)
	}
	environ = append(environ, server.settings()...)
	must(t, environ, "crawl", "--now", "2026-08-25")
	must(t, environ, "municipalities", "import", manyTowns(t, 2), "--now", "2026-08-25")
	return servePages(t, environ), server, environ
}

// mailTo waits for the nth mail to an address and returns its subject and text.
func mailTo(t *testing.T, server *mailServer, address string, n int) (subject, text string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		seen := 0
		for _, m := range server.received() {
			if m.to != address {
				continue
			}
			if seen++; seen == n {
				return readMail(t, m.data)
			}
		}
	}
	t.Fatalf("no mail number %d to %s within %s", n, address, patience)
	return "", ""
}

// readMail returns the subject and the plain text of a mail, be it the first part or the whole.
func readMail(t *testing.T, data string) (subject, text string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	var body io.Reader = m.Body
	encoding := m.Header.Get("Content-Transfer-Encoding")
	if kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type")); err == nil && strings.HasPrefix(kind, "multipart/") {
		part, err := multipart.NewReader(m.Body, parameters["boundary"]).NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, encoding = part, part.Header.Get("Content-Transfer-Encoding")
	}
	if strings.EqualFold(encoding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return subject, string(raw)
}

func (p *pagesServer) mailbox(id int64) *calls.Subscriber {
	p.t.Helper()
	s, err := p.db().Subscriber(p.t.Context(), id)
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

func (p *pagesServer) wantState(id int64, want calls.SubscriberState) {
	p.t.Helper()
	if got := p.mailbox(id).State; got != want {
		p.t.Errorf("the mailbox is %s, want %s", got, want)
	}
}

// The one click of a mail program: no cookie, no redirect, 200 each time. Looking changes nothing.
func TestOneClickUnsubscribe(t *testing.T) {
	t.Parallel()
	p, server, _ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1)
	header := server.received()[0].data
	found := regexp.MustCompile(`<https://fundwatch\.example(/u/[a-z2-7]{26})>`).FindStringSubmatch(strings.ReplaceAll(header, "\r\n ", " "))
	if found == nil || !strings.Contains(header, "List-Unsubscribe-Post: List-Unsubscribe=One-Click") {
		t.Fatalf("no link for one click in\n%.2000s", header)
	}
	to, err := p.db().SubscriberByToken(t.Context(), found[1][len("/u/"):])
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		p.get(found[1], http.StatusOK, `<html lang="fr">`, to.Email)
		if status, _, _ := p.do(p.request("HEAD", found[1], "")); status != http.StatusOK {
			t.Errorf("HEAD: status %d", status)
		}
		p.do(p.request("OPTIONS", found[1], ""))
	}
	p.wantState(to.ID, calls.SubscriberActive)
	for range 2 {
		status, body, h := p.do(p.request("POST", found[1], "List-Unsubscribe=One-Click"))
		if status != http.StatusOK || h.Get("Location") != "" || h.Get("Set-Cookie") != "" {
			t.Errorf("one click: status %d, headers %v\n%s", status, h, body)
		}
		p.wantState(to.ID, calls.SubscriberUnsubscribed)
	}
	p.post(found[1], url.Values{"action": {"resume"}}, http.StatusOK)
	p.wantState(to.ID, calls.SubscriberActive)

	var form bytes.Buffer // the other encoding that RFC 8058 allows
	w := multipart.NewWriter(&form)
	w.WriteField("List-Unsubscribe", "One-Click") //nolint:errcheck // into memory
	w.Close()
	r := p.request("POST", found[1], form.String())
	r.Header.Set("Content-Type", w.FormDataContentType())
	if status, body, _ := p.do(r); status != http.StatusOK {
		t.Errorf("one click as multipart: status %d\n%s", status, body)
	}
	p.wantState(to.ID, calls.SubscriberUnsubscribed)

	for _, forged := range []string{"/u/" + strings.Repeat("a", 26), "/u/x", "/confirm/x", "/u/%27%20OR%201=1"} {
		p.post(forged, url.Values{"List-Unsubscribe": {"One-Click"}}, http.StatusNotFound)
	}
	if text := p.log.String(); strings.Contains(text, to.Token) || strings.Contains(text, "@") {
		t.Errorf("the log holds a token or an address:\n%s", text)
	}
}

// shown returns what the form of a mailbox's settings sends back of what it showed.
func (p *pagesServer) shown(own string) string {
	p.t.Helper()
	found := regexp.MustCompile(`name="shown" value="([0-9a-f]{64})"`).FindStringSubmatch(p.get(own+"/settings", http.StatusOK))
	if found == nil {
		p.t.Fatal("the form does not say what it shows")
	}
	return found[1]
}

func signUpForm() url.Values {
	return url.Values{
		"country": {"DE"}, "town": {"Ludwigsburg"}, "twins": {"Montbéliard (FR)\r\nNový Jičín (CZ)\r\n"},
		"topics": {"town-twinning", "youth"}, "keywords": {"Radverkehr\n\"erneuerbare Energie\""}, "language": {"de"},
		"frequency": {"weekly"}, "email": {"kultur@ludwigsburg.example"}, "consent": {"yes"},
	}
}

func TestSubscribeConfirmManageErase(t *testing.T) {
	t.Parallel()
	p, server, environ := pagesWithMail(t)
	p.get("/subscribe?lang=de", http.StatusOK, `value="town-twinning"`, `<option value="DE">Deutschland</option>`)
	p.post("/subscribe?lang=de", signUpForm(), http.StatusSeeOther)
	subject, text := mailTo(t, server, "kultur@ludwigsburg.example", 1)
	link := regexp.MustCompile(`https://fundwatch\.example(/confirm/[a-z2-7]{32})`).FindStringSubmatch(text)
	if link == nil || !strings.Contains(subject, "Ludwigsburg") {
		t.Fatalf("subject %q, text:\n%s", subject, text)
	}
	found, err := p.db().SubscribersByEmail(t.Context(), "kultur@ludwigsburg.example")
	if err != nil || len(found) != 1 || found[0].State != calls.SubscriberPending {
		t.Fatalf("got %+v, %v, want one pending mailbox", found, err)
	}
	id, own := found[0].ID, "/u/"+found[0].Token
	for range 2 { // looking confirms nothing
		p.get(link[1], http.StatusOK, `<html lang="de">`, "kultur@ludwigsburg.example", "Radverkehr")
		p.wantState(id, calls.SubscriberPending)
	}
	for range 2 { // confirming twice is harmless
		p.post(link[1], nil, http.StatusOK, own)
		p.wantState(id, calls.SubscriberActive)
	}
	p.post("/confirm/"+strings.Repeat("a", 32), nil, http.StatusNotFound)

	// Its first digest comes with the next round, in its language.
	besideServe(t, environ, "digest", "--now", "2026-09-08T09:00:00Z")
	if subject, text := mailTo(t, server, "kultur@ludwigsburg.example", 2); !strings.Contains(text, "Ludwigsburg") {
		t.Errorf("digest %q:\n%s", subject, text)
	}

	wishes := signUpForm()
	wishes.Set("language", "fr")
	wishes["topics"] = []string{"culture-heritage"}
	wishes.Set("shown", p.shown(own))
	p.post(own+"/settings", wishes, http.StatusOK, `<html lang="fr">`)
	town, err := p.db().Municipality(t.Context(), "web-ludwigsburg-de")
	if err != nil || len(town.Interests.Topics) != 1 || town.Interests.Topics[0] != "culture-heritage" || len(town.Twins) != 2 || town.Subscribers[0].Language != "fr" {
		t.Errorf("got %+v, %v", town, err)
	}
	wishes["topics"], wishes["keywords"] = []string{"nonsense"}, nil
	p.post(own+"/settings", wishes, http.StatusUnprocessableEntity, "nonsense", "Montbéliard (FR)")
	p.post(own, url.Values{"action": {"pause"}, "until": {"2026-01-01"}}, http.StatusUnprocessableEntity, `id="until-error"`)
	p.post(own, url.Values{"action": {"pause"}, "until": {"2026-12-24"}}, http.StatusOK, "24 décembre 2026")
	p.wantState(id, calls.SubscriberPaused)
	p.post(own, url.Values{"action": {"nonsense"}}, http.StatusUnprocessableEntity)

	var held struct {
		Address   string
		Mailboxes []struct {
			Town  string
			Asked []struct{ Confirmed string }
			Mails []any
			Told  []any
		}
	}
	if err := json.Unmarshal([]byte(p.get(own+"/data", http.StatusOK)), &held); err != nil {
		t.Fatal(err)
	}
	if one := held.Mailboxes[0]; one.Town != "Ludwigsburg" || one.Asked[0].Confirmed == "" || len(one.Mails) != 2 || len(one.Told) == 0 {
		t.Errorf("held is %+v", held)
	}

	p.get(own+"/erase", http.StatusOK, "kultur@ludwigsburg.example")
	p.wantState(id, calls.SubscriberPaused)
	p.post(own+"/erase", nil, http.StatusOK)
	p.get(own, http.StatusNotFound)
	if _, err := p.db().Municipality(t.Context(), "web-ludwigsburg-de"); err == nil {
		t.Error("a municipality that came in by the pages outlives its last mailbox")
	}
	for _, file := range []string{p.path, p.path + "-wal"} {
		if data, err := os.ReadFile(file); err == nil && bytes.Contains(data, []byte("kultur@ludwigsburg")) {
			t.Errorf("%s still holds the address", file)
		}
	}
	if text := p.log.String(); strings.Contains(text, "@") || strings.Contains(text, link[1]) {
		t.Errorf("the log holds an address or a token:\n%s", text)
	}
}

// Every field wrong: the page comes back with what was typed, and nothing is stored.
func TestWrongFormsStoreNothing(t *testing.T) {
	t.Parallel()
	p, _, environ := pagesWithMail(t)
	before := must(t, environ, "municipalities", "export")
	const attack = `"><script>alert(1)</script>`
	tests := map[string]struct{ field, value, want string }{
		"no country":      {"country", "", "Choose the country"},
		"wrong country":   {"country", "QQ", "Choose one of the list"},
		"no town":         {"town", "", "Write the name of your town"},
		"long town":       {"town", strings.Repeat("ü", 101), "This is too long"},
		"twin without":    {"twins", "Sopot", "“Sopot”: write the name and the country"},
		"twin of nowhere": {"twins", "Sopot (QQ)", "QQ is the code of no country"},
		"many twins":      {"twins", strings.Repeat("Sopot (PL)\n", 60), "at most 50 lines"},
		"wrong topic":     {"topics", "nonsense", "“nonsense” is not one of our topics"},
		"no word":         {"keywords", "***", "“***” cannot be looked for"},
		"language":        {"language", "xx", "Choose one of the list"},
		"frequency":       {"frequency", "hourly", "Choose one of the list"},
		"no address":      {"email", "", "Write an e-mail address"},
		"no domain":       {"email", "clerk@localhost", "This is no e-mail address"},
		"two addresses":   {"email", "a@b.example,c@d.example", "This is no e-mail address"},
		"with a name":     {"email", "A <a@b.example>", "This is no e-mail address"},
		"no such domain":  {"email", "clerk@-town.example", "This is no e-mail address"},
		"line break":      {"email", "a@b.example\r\nBcc: c@d.example", "This is no e-mail address"},
		"no consent":      {"consent", "", "We need your consent"},
		"hostile":         {"email", attack, "&lt;script&gt;"},
		"hostile twin":    {"twins", attack, "&lt;script&gt;"},
	}
	for name, test := range tests {
		form := signUpForm()
		form.Set(test.field, test.value)
		page := p.post("/subscribe", form, http.StatusUnprocessableEntity, test.want, `href="#`+test.field+`"`, `id="`+test.field+`-error"`)
		if strings.Contains(page, "<script") {
			t.Errorf("%s: a script is alive", name)
		}
		if test.field != "town" && !strings.Contains(page, `value="Ludwigsburg"`) {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	none := signUpForm()
	none.Del("topics")
	none.Del("keywords")
	p.post("/subscribe", none, http.StatusUnprocessableEntity, "Choose at least one topic")
	trapped := signUpForm()
	trapped.Set("website", "https://spam.example")
	p.post("/subscribe", trapped, http.StatusSeeOther) // a program learns nothing
	foreign := p.request("POST", "/subscribe", signUpForm().Encode())
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _, _ := p.do(foreign); status != http.StatusForbidden {
		t.Errorf("a form of another site: status %d, want 403", status)
	}
	if status, _, _ := p.do(p.request("POST", "/subscribe", "town="+strings.Repeat("x", 100<<10))); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 100 KB: status %d, want 413", status)
	}
	if after := must(t, environ, "municipalities", "export"); after != before {
		t.Errorf("something was stored:\n%s", after)
	}
}

// The answer to a subscription tells nobody whether an address is known, and nobody can flood a mailbox or
// change what a known town gets.
func TestSubscribingTellsNothing(t *testing.T) {
	t.Parallel()
	p, server, _ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1) // its digest
	known := signUpForm()
	known.Set("email", "clerk@town-0.example")
	known.Set("country", "FR")
	known.Set("town", "Town 0")
	_, _, header := p.do(p.request("POST", "/subscribe", signUpForm().Encode()))
	for n := range 5 {
		status, body, h := p.do(p.request("POST", "/subscribe", known.Encode()))
		if status != http.StatusSeeOther || h.Get("Location") != header.Get("Location") || body != "" {
			t.Errorf("try %d: a known address is answered otherwise: %d %v", n, status, h)
		}
	}
	_, text := mailTo(t, server, "clerk@town-0.example", 4)
	link := regexp.MustCompile(`/confirm/[a-z2-7]{32}`).FindString(text)
	p.post(link, nil, http.StatusOK)
	town, err := p.db().Municipality(t.Context(), "town-0")
	if err != nil || len(town.Twins) != 0 || len(town.Interests.Topics) != 1 || town.Subscribers[0].Language != "fr" {
		t.Errorf("got %+v, %v: want what staff entered", town, err)
	}
	stranger := signUpForm()
	stranger.Set("country", "FR")
	stranger.Set("town", "Town 0")
	p.post("/subscribe", stranger, http.StatusSeeOther)
	if _, err := p.db().Municipality(t.Context(), "web-town-0-fr"); err != nil {
		t.Errorf("a stranger got no municipality of its own: %v", err)
	}
	p.get("/subscribe/sent", http.StatusOK)
	count := 0
	for _, m := range server.received() {
		if m.to == "clerk@town-0.example" {
			count++
		}
	}
	if count != 4 {
		t.Errorf("the mailbox got %d mails, want its digest and three questions", count)
	}
	refused := 0
	for n := range 30 {
		form := signUpForm()
		form.Set("email", strings.Repeat("x", n+1)+"@town.example")
		if status, _, _ := p.do(p.request("POST", "/subscribe", form.Encode())); status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("one network may ask for as many mails as it likes")
	}
}
