package notify_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	ics "github.com/arran4/golang-ical"
	"golang.org/x/net/html"

	"fundwatch/calls"
	"fundwatch/notify"
)

// Whatever calls, towns and readers are called: the letter is one mail to one reader, whose headers, markup and links
// are ours, and whose two parts say the same.
func FuzzCompose(f *testing.F) {
	const reader, address = "partners@ie.example", "https://example.org/a?b=c&d=e#f"
	for i, text := range []string{
		`<img src=x onerror=alert(1)>"'><script>alert(1)</script>`, "Grants\r\nBcc: victim@example.com\r\n\r\n<b>hello</b>", "-- \n-- ",
		"\x1b[31mred \x1b]0;t\x07\x00\x7f", "safe \u202eevil\u2066 \u200b\ufeff\u0085\u2028", "> From here\nFrom there", "caf\xe9 \xff",
		strings.Repeat("a", 1200), strings.Repeat("Förderung ", 300), strings.Repeat("\U0001f1ea\U0001f1fa", 200), "&lt;&#0;\u0000&nbsp", "{{.Town}}",
		"a, b; <c@d.example>", "=?utf-8?q?x?=", `\`, "", "https://evil.example/ =C3", "--", "]]><!--[if mso]>",
	} {
		f.Add(uint8(i), reader, text, text, address+text)
	}
	f.Add(uint8(0), "a@b.example\r\nBcc: c@d.example", "t", "t", address)
	f.Add(uint8(0), reader, "Town Twinning", "-- ", address)
	f.Add(uint8(0), reader, "t", `Ämter\Kultur`, address)
	f.Add(uint8(99), `"a b"@münchen.example`, "t", "t", "http://ex\u00e4mple.org:8080/it's(1)\"onclick=")
	composer := newComposer(f, letterSettings())
	sample := mixedDigest(f, "Drogheda", "IE", "en")
	sample.Stale = []calls.StaleSource{{ID: "portal", Source: "portal", Since: letterNow.AddDate(0, 0, -5)}}
	f.Fuzz(func(t *testing.T, lang uint8, reader, text, town, address string) {
		d := spelt(sample, text, town, address)
		d.Subscriber.Email, d.Subscriber.Language = reader, town
		if languages := notify.Languages(); int(lang) < len(languages) {
			d.Subscriber.Language = languages[lang]
		}
		m, err := composer.Compose(d, letterNow)
		if err != nil {
			if plainAddress.MatchString(reader) || len(reader) > 9 && strings.Contains(err.Error(), reader) {
				t.Errorf("a letter to %q: %v", reader, err)
			}
			return
		}
		header, parts := readMail(t, m.Delivery.Bytes)
		if len(parts) != 3 {
			t.Fatalf("%d parts, want text, HTML and a calendar", len(parts))
		}
		checkHeaders(t, header, &m.Delivery)
		checkTextPart(t, unstuff(lf(parts[0].Body)), &m)
		checkMarkup(t, parts[1].Body)
		checkSameWords(t, parts[1].Body, m.Text)
		if calendar, err := ics.ParseCalendar(strings.NewReader(parts[2].Body)); err != nil || len(calendar.Components) != len(calendar.Events()) {
			t.Errorf("the calendar is spoilt (%v):\n%s", err, parts[2].Body)
		}
	})
}

// plainAddress is what anybody would call an address.
var plainAddress = regexp.MustCompile(`^[a-z]{1,30}@[a-z]{1,30}\.[a-z]{2,10}$`)

// spelt returns a copy of a digest in which all that comes from outside is written anew.
func spelt(sample *calls.Digest, text, town, address string) *calls.Digest {
	d := *sample
	d.Municipality.Name, d.Subscriber.Name = town, town
	d.Stale = []calls.StaleSource{{ID: text, Source: text, Since: d.Stale[0].Since}}
	d.Expected = slices.Clone(d.Expected)
	for i := range d.Expected {
		e := &d.Expected[i]
		e.Title, e.Programme, e.LastIdentifier, e.LastURL, e.OpensTo = text, text, text, address, text
	}
	for _, items := range []*[]calls.Item{&d.New, &d.Changed, &d.Closing, &d.Opening} {
		*items = slices.Clone(*items)
		for i := range *items {
			spellItem(&(*items)[i], text, address)
		}
	}
	return &d
}

func spellItem(item *calls.Item, text, address string) {
	c := &item.Call
	c.Title, c.Summary, c.Identifier, c.Programme, c.ActionType, c.Language = text, text, text, text, text, text
	c.Key.Reference, c.URL = text, address
	item.Match.Reasons = slices.Clone(item.Match.Reasons)
	for i := range item.Match.Reasons {
		r := &item.Match.Reasons[i]
		r.Words, r.Field = text, text
		if r.Keyword != "" {
			r.Keyword = text
		}
	}
	item.Changes = slices.Clone(item.Changes)
	for i := range item.Changes {
		item.Changes[i].Old, item.Changes[i].New, item.Changes[i].Reason = text, text+",2026-10-15", text
	}
}

// ourHeaders are those that a letter may have.
var ourHeaders = []string{
	"Auto-Submitted", "Content-Language", "Content-Transfer-Encoding", "Content-Type", "Date", "Feedback-Id", "From", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
	"Message-Id", "Mime-Version", "Precedence", "Reply-To", "Subject", "To", "X-Auto-Response-Suppress",
}

func checkHeaders(t *testing.T, header mail.Header, d *calls.Delivery) {
	t.Helper()
	for name, values := range header {
		if !slices.Contains(ourHeaders, name) || len(values) != 1 {
			t.Errorf("header %s: %q", name, values)
		}
	}
	if to, err := header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != d.Recipient || strings.ContainsFunc(to[0].Name, unprintable) {
		t.Errorf("To is %v (%v), want %s", to, err, d.Recipient)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
	if err != nil || subject != d.Subject || strings.ContainsFunc(subject, unprintable) || strings.Contains(subject, "\n") {
		t.Errorf("subject %q (%v), want %q", subject, err, d.Subject)
	}
}

func checkTextPart(t *testing.T, text string, m *notify.Mail) {
	t.Helper()
	if text != m.Text {
		t.Errorf("the text part is\n%q, want\n%q", text, m.Text)
	}
	if i := strings.IndexFunc(text, unprintable); i >= 0 {
		t.Errorf("the text part holds %.9q", text[i:])
	}
	if n := strings.Count("\n"+text, "\n-- \n"); n != 1 {
		t.Errorf("the text part has %d signature lines, want 1:\n%s", n, text)
	}
}

// ourTags are the elements of a letter with the attributes that each may have.
var ourTags = map[string]string{
	"html": "lang dir", "head": "", "meta": "charset name content", "title": "", "style": "", "body": "class style", "div": "class style",
	"table": "role width border cellpadding cellspacing style", "tr": "", "td": "class align style", "h1": "style", "h2": "class style", "h3": "style",
	"p": "class style", "ul": "class style", "li": "style", "a": "class href style", "span": "lang", "strong": "", "br": "",
}

// checkMarkup reads the HTML token by token: outside text is text, or the value of an attribute, and nothing else.
func checkMarkup(t *testing.T, document string) {
	t.Helper()
	tokens := html.NewTokenizer(strings.NewReader(document))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		token := tokens.Token()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			allowed, known := ourTags[token.Data]
			if !known {
				t.Errorf("a <%s> came from outside", token.Data)
			}
			checkAttributes(t, token, strings.Fields(allowed))
		case html.CommentToken:
			if !strings.HasPrefix(token.Data, "[if mso]>") || strings.Count(token.Data, "<![endif]") != 1 {
				t.Errorf("comment %q came from outside", token.Data)
			}
		}
	}
}

func checkAttributes(t *testing.T, tag html.Token, allowed []string) {
	t.Helper()
	for _, a := range tag.Attr {
		if !slices.Contains(allowed, a.Key) {
			t.Errorf("<%s> has the attribute %s=%q", tag.Data, a.Key, a.Val)
		}
		if a.Key != "href" {
			continue
		}
		if u, err := url.Parse(a.Val); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			t.Errorf("a link goes to %q (%v)", a.Val, err)
		}
	}
}

// checkSameWords holds the HTML against the text: the same paragraphs, the same addresses.
func checkSameWords(t *testing.T, document, text string) {
	t.Helper()
	body, words := elements(parseHTML(t, document), "body")[0], oneLine(text)
	for _, name := range []string{"h1", "h2", "h3", "p", "li"} {
		for _, n := range elements(body, name) {
			said := oneLine(textOf(n))
			if !strings.Contains(words, said) {
				t.Errorf("the text lacks <%s> %q", name, said)
			}
			if i := strings.IndexFunc(said, unprintable); i >= 0 {
				t.Errorf("the HTML part holds %.9q", said[i:])
			}
		}
	}
	for _, a := range elements(body, "a") {
		if href := attribute(a, "href"); !strings.Contains(text, "\n"+href+"\n") {
			t.Errorf("address %q does not stand alone on a line of the text", href)
		}
	}
}

// A note carries words that a stranger wrote into a form: they stay words.
func FuzzComposeNote(f *testing.F) {
	for _, text := range []string{
		"Please confirm: Drogheda\n\nhttps://fundwatch.example/c/x", "x\r\nBcc: victim@example.com\r\n\r\nhello", "-- \n-- \n", "\x00\x1b[31m\x7f\u0085", "caf\xe9",
		strings.Repeat("a", 1200), strings.Repeat("ελ", 400), "=?utf-8?q?=0D=0ABcc?=", "> From\nFrom me", ".\r\n.\r\nQUIT", "",
	} {
		f.Add("partners@ie.example", text, text, text)
	}
	f.Add("a@"+strings.Repeat("1", 1200), "", "t", "t")
	composer := newComposer(f, letterSettings())
	f.Fuzz(func(t *testing.T, reader, name, subject, text string) {
		d, err := composer.ComposeNote(notify.Note{
			To: calls.Subscriber{ID: 7, Email: reader, Name: name}, Language: "en", Subject: subject, Text: text, Key: "note/1", ID: "1",
		}, letterNow)
		if err != nil {
			if plainAddress.MatchString(reader) || len(reader) > 9 && strings.Contains(err.Error(), reader) {
				t.Errorf("a note to %q: %v", reader, err)
			}
			return
		}
		checkLines(t, d.Bytes)
		m, err := mail.ReadMessage(bytes.NewReader(d.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		checkHeaders(t, m.Header, &d)
		body := noteText(t, m)
		if want := oneLine(calls.CleanText(text, 0)); oneLine(body) != want {
			t.Errorf("the note says %q, want %q", oneLine(body), want)
		}
		if i := strings.IndexFunc(body, unprintable); i >= 0 {
			t.Errorf("the note holds %.9q", body[i:])
		}
	})
}

// noteText returns what a note says, lines ended by LF.
func noteText(t *testing.T, m *mail.Message) string {
	t.Helper()
	kind, _, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" {
		t.Fatalf("type %q, %v", kind, err)
	}
	var body io.Reader = quotedprintable.NewReader(m.Body)
	if m.Header.Get("Content-Transfer-Encoding") == "base64" {
		body = base64.NewDecoder(base64.StdEncoding, m.Body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return unstuff(lf(string(text)))
}
