package main

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/crawler/portaltest"
)

// A world is a portal, a mail server and a database, in which weeks are played with the commands of the program.
// Beside the catalogue the portal lists calls of the test's own, whose titles begin with "Marktplatz": the word
// that all towns of the world look for.
type world struct {
	t       *testing.T
	portal  *portaltest.Server
	server  *mailServer
	environ []string
	listed  []portaltest.Record
	read    int // mails that were looked at
}

// A received letter is a mail as its reader sees it.
type letter struct {
	to, id, subject, text string
}

// newWorld returns a world in which the towns have subscribed on 1 September 2026.
func newWorld(t *testing.T, towns ...string) *world {
	t.Helper()
	w := &world{t: t}
	w.portal, w.environ = standIn(t, 1)
	var err error
	if w.server, err = newMailServer(t); err != nil {
		t.Fatal(err)
	}
	w.environ = append(w.environ, w.server.settings()...)
	w.join("2026-09-01", towns...)
	return w
}

// join lets towns subscribe: their mailbox is clerk@NAME.example, their language English.
func (w *world) join(day string, towns ...string) {
	w.t.Helper()
	var b strings.Builder
	for _, name := range towns {
		fmt.Fprintf(&b, "- {id: %[1]s, name: %[1]s, country: FR, interests: {keywords: [Marktplatz]}, "+
			"subscribers: [{email: clerk@%[1]s.example, language: en, frequency: weekly}]}\n", name)
	}
	file := filepath.Join(w.t.TempDir(), "towns.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
	must(w.t, w.environ, "municipalities", "import", file, "--now", day)
}

// callIdentifier returns the identifier of the call Marktplatz NAME.
func callIdentifier(name string) string { return "CERV-2026-MARKT-" + name }

// list lets the portal list the call Marktplatz NAME, open since 6 May 2026, in place of what it listed under
// that name. The changes are made to its record.
func (w *world) list(name, deadline string, changes ...func(*portaltest.Record)) {
	w.t.Helper()
	w.unlist(name)
	all := portaltest.Catalogue(1)
	i := slices.IndexFunc(all, func(r portaltest.Record) bool { return r.First("identifier") == "CERV-2026-CITIZENS-TOWN-TT" })
	r := all[i].Clone()
	r.Reference = "9" + fmt.Sprintf("%x", name) + "TOPICSen"
	for field, value := range map[string]string{
		"REFERENCE": r.Reference, "identifier": callIdentifier(name), "title": "Marktplatz " + name,
		"deadlineDate": deadline + "T00:00:00.000+0000", "language": "en",
	} {
		r.Metadata[field] = []string{value}
	}
	for _, field := range []string{"actions", "keywords", "tags"} { // they name the call that this one was made of
		delete(r.Metadata, field)
	}
	r.Metadata["budgetOverview"] = []string{budgetOf(name, 5_000_000)}
	for _, change := range changes {
		change(&r)
	}
	w.listed = append(w.listed, r)
}

// budgetOf returns the money of a call as the portal tells it.
func budgetOf(name string, euro int) string {
	return fmt.Sprintf(`{"budgetTopicActionMap":{"1":[{"action":"%s - CERV-LS CERV Lump Sum Grants","expectedGrants":0,`+
		`"minContribution":0,"maxContribution":0,"budgetYearMap":{"2026":"%d"}}]}}`, callIdentifier(name), euro)
}

func (w *world) unlist(name string) {
	w.listed = slices.DeleteFunc(w.listed, func(r portaltest.Record) bool { return r.First("identifier") == callIdentifier(name) })
}

func (w *world) crawl(day string) {
	w.t.Helper()
	w.portal.SetRecords(append(portaltest.Catalogue(1), w.listed...))
	must(w.t, w.environ, "crawl", "--now", day+"T04:00:00Z")
}

// week crawls and sends the letters of a day, and returns those that came.
func (w *world) week(day string) []letter {
	w.t.Helper()
	w.crawl(day)
	return w.letters("digest", "--now", day+"T06:00:00Z")
}

// letters runs a command that may send mail and returns what came.
func (w *world) letters(args ...string) []letter {
	w.t.Helper()
	must(w.t, w.environ, args...)
	return w.came()
}

// came returns the mails that came since the last look, ordered by recipient.
func (w *world) came() []letter {
	w.t.Helper()
	mails := w.server.received()[w.read:]
	w.read += len(mails)
	var letters []letter
	for _, m := range mails {
		letters = append(letters, readLetter(w.t, m))
	}
	slices.SortFunc(letters, func(a, b letter) int { return strings.Compare(a.to, b.to) })
	return letters
}

// readLetter takes a mail apart. Its text has single spaces, so that no line end hides a sentence.
func readLetter(t *testing.T, m receivedMail) letter {
	t.Helper()
	message, err := mail.ReadMessage(strings.NewReader(m.data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	text := textPart(t, message.Header.Get("Content-Type"), message.Body)
	return letter{m.to, message.Header.Get("Message-Id"), subject, strings.Join(strings.Fields(text), " ")}
}

// textPart returns the first plain text in a message of many parts.
func textPart(t *testing.T, contentType string, body io.Reader) string {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	part, err := multipart.NewReader(body, parameters["boundary"]).NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	inner := io.Reader(part)
	if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		inner = quotedprintable.NewReader(part)
	}
	return textPart(t, part.Header.Get("Content-Type"), inner)
}

// tells wants exactly one letter that holds all words and none of those that begin with "!".
func (w *world) tells(letters []letter, words ...string) {
	w.t.Helper()
	if len(letters) != 1 {
		w.t.Fatalf("%d letters in place of one: %+v", len(letters), letters)
	}
	w.holds(letters[0], words...)
}

func (w *world) holds(l letter, words ...string) {
	w.t.Helper()
	for _, word := range words {
		unwanted, not := strings.CutPrefix(word, "!")
		if strings.Contains(l.text, unwanted) == not {
			w.t.Errorf("the letter to %s: %q? It reads\n%s", l.to, word, l.text)
		}
	}
}

// silent wants no letter.
func (w *world) silent(letters []letter) {
	w.t.Helper()
	if len(letters) > 0 {
		w.t.Fatalf("%d letters in place of none: %+v", len(letters), letters)
	}
}

// after returns the day so many days later.
func after(t *testing.T, day string, days int) string {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	return at.AddDate(0, 0, days).Format(time.DateOnly)
}
