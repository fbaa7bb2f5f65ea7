package notify_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/notify"
)

// A readPart is one part of a message as a mail program reads it.
type readPart struct {
	Type     string
	Params   map[string]string
	Encoding string
	Body     string
}

// readMail parses a message as a mail program does and checks the bytes on the way.
func readMail(t *testing.T, raw []byte) (mail.Header, []readPart) {
	t.Helper()
	checkLines(t, raw)
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" && kind != "multipart/mixed" {
		t.Fatalf("content type is %q (%v), want multipart/mixed or alternative", kind, err)
	}
	return m.Header, readParts(t, m.Body, params["boundary"])
}

// checkLines holds the lines of a message against what any server takes.
func checkLines(t *testing.T, raw []byte) {
	t.Helper()
	if bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) || bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\r")) {
		t.Error("a line is not ended by CRLF")
	}
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 200 || bytes.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Errorf("line is %d bytes long or not ASCII: %.100q", len(line), line)
		}
	}
}

// readParts returns the parts of a multipart: text, HTML and, if there is one, the calendar beside them.
func readParts(t *testing.T, body io.Reader, boundary string) []readPart {
	t.Helper()
	var parts []readPart
	reader := multipart.NewReader(body, boundary)
	for {
		p, err := reader.NextRawPart()
		if err == io.EOF {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		if kind, params, err := mime.ParseMediaType(p.Header.Get("Content-Type")); err == nil && kind == "multipart/alternative" {
			parts = append(parts, readParts(t, p, params["boundary"])...)
			continue
		}
		parts = append(parts, decodePart(t, p))
	}
}

func decodePart(t *testing.T, p *multipart.Part) readPart {
	t.Helper()
	kind, params, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	out := readPart{Type: kind, Params: params, Encoding: p.Header.Get("Content-Transfer-Encoding")}
	var body io.Reader = quotedprintable.NewReader(p)
	if out.Encoding == "base64" {
		body = base64.NewDecoder(base64.StdEncoding, p)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	out.Body = string(b)
	return out
}

func TestMessageHasTextFirstThenHTML(t *testing.T) {
	t.Parallel()
	m := compose(t, newComposer(t, letterSettings()), mixedDigest(t, "Montbéliard", "FR", "fr"))
	_, parts := readMail(t, m.Delivery.Bytes)
	if len(parts) != 3 {
		t.Fatalf("got %d parts, want 3", len(parts))
	}
	wantText := map[string]string{"charset": "UTF-8", "format": "flowed"}
	if text := parts[0]; text.Type != "text/plain" || !cmp.Equal(text.Params, wantText) || text.Encoding != "quoted-printable" {
		t.Errorf("first part is %s %v %s", text.Type, text.Params, text.Encoding)
	}
	if html := parts[1]; html.Type != "text/html" || !cmp.Equal(html.Params, map[string]string{"charset": "UTF-8"}) {
		t.Errorf("second part is %s %v", html.Type, html.Params)
	}
	if diff := cmp.Diff(m.HTML, lf(parts[1].Body)); diff != "" {
		t.Errorf("HTML part differs from Mail.HTML:\n%s", diff)
	}
	if diff := cmp.Diff(m.Text, unstuff(lf(parts[0].Body))); diff != "" {
		t.Errorf("text part differs from Mail.Text:\n%s", diff)
	}
}

func lf(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// unstuff undoes format=flowed without joining lines.
func unstuff(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		line = strings.TrimSuffix(line, "\n")
		if line != "-- " {
			line = strings.TrimSuffix(strings.TrimPrefix(line, " "), " ")
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func TestHeadersOfADigest(t *testing.T) {
	t.Parallel()
	plain := notify.Settings{From: "fundwatch@example.org"}
	mailOnly := notify.Settings{From: "fundwatch@example.org", UnsubscribeMailto: "stop@example.org", BounceAddress: "bounces@example.org"}
	insecure := notify.Settings{From: "fundwatch@example.org", BaseURL: "http://localhost:8080/fw/"}
	base := map[string]string{
		"Auto-Submitted": "auto-generated", "Content-Language": "en", "Date": "Mon, 31 Aug 2026 07:30:00 +0200",
		"Feedback-Id": "2026-W36:weekly:digest:fundwatch", "From": "<fundwatch@example.org>", "List-Id": "<digest.example.org>",
		"Message-Id": "<" + letterMessageID + ">", "Mime-Version": "1.0", "Precedence": "bulk",
		"Subject": "2 new: Town Twinning closes 23 Sep; 1 changed", "To": `"Twinning Office" <partners@IE.example>`,
		"X-Auto-Response-Suppress": "All",
	}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for k, v := range base {
			all[k] = v
		}
		for k, v := range more {
			all[k] = v
		}
		return all
	}
	cases := []struct {
		name     string
		settings notify.Settings
		sender   string
		want     map[string]string
		stop     string
	}{
		{"nothing configured", plain, "fundwatch@example.org", base, "reply to this mail"},
		{"mail only", mailOnly, "bounces@example.org", with(map[string]string{
			"List-Unsubscribe": "<mailto:stop@example.org?subject=unsubscribe%20" + letterStop + ">",
		}), "write to stop@example.org"},
		{"web without TLS", insecure, "fundwatch@example.org", with(map[string]string{
			"List-Unsubscribe": "<http://localhost:8080/fw/u/" + letterToken + ">",
		}), "http://localhost:8080/fw/u/" + letterToken},
		{"everything", letterSettings(), "bounce+TOKEN-2026-w36@example.org", with(map[string]string{
			"From": `"fundwatch" <fundwatch@example.org>`, "Reply-To": `"Funding desk" <desk@example.org>`,
			"List-Unsubscribe":      "<https://fundwatch.example/u/" + letterToken + ">, <mailto:unsubscribe+" + letterStop + "@example.org?subject=unsubscribe>",
			"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		}), "https://fundwatch.example/u/" + letterToken},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := mixedDigest(t, "Drogheda", "IE", "en")
			d.Subscriber.Email = "partners@IE.example"
			m := compose(t, newComposer(t, c.settings), d)
			header, _ := readMail(t, m.Delivery.Bytes)
			got := map[string]string{}
			for k, v := range header {
				if k != "Content-Type" { // its boundary is random
					got[k] = strings.Join(v, " // ")
				}
			}
			want := with(nil)
			for k, v := range c.want {
				want[k] = v
			}
			want["To"] = `"Twinning Office" <partners@ie.example>` // a domain is written in lower case
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if m.Delivery.Sender != c.sender {
				t.Errorf("envelope sender is %q, want %q", m.Delivery.Sender, c.sender)
			}
			if !strings.Contains(strings.ReplaceAll(m.Text, "\n", " "), c.stop) {
				t.Errorf("the letter does not say %q:\n%s", c.stop, m.Text)
			}
		})
	}
}

func TestDeliveryIsReadyToQueue(t *testing.T) {
	t.Parallel()
	m := compose(t, newComposer(t, letterSettings()), mixedDigest(t, "Drogheda", "IE", "en"))
	got := m.Delivery
	got.Bytes = nil
	want := calls.Delivery{
		Key: "digest/7/2026-W36", Subscriber: 7, Sender: "bounce+TOKEN-2026-w36@example.org", Recipient: "partners@ie.example",
		MessageID: letterMessageID, Subject: "2 new: Town Twinning closes 23 Sep; 1 changed",
		State: calls.DeliveryQueued, NextAttempt: letterNow, Created: letterNow,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("delivery (-want +got):\n%s", diff)
	}
}

func TestGreekIsSentAsBase64(t *testing.T) {
	t.Parallel()
	d := mixedDigest(t, "Αθήνα", "GR", "el")
	d.New[0].Call.Language = "el"
	d.New[0].Call.Title = "Αδελφοποίηση πόλεων"
	d.New[0].Call.Summary = strings.Repeat("Οι πόλεις συναντώνται και συζητούν για το μέλλον της Ευρώπης. ", 3)
	d.New, d.Changed, d.Closing, d.Opening = d.New[:1], nil, nil, nil
	for range 5 {
		d.New = append(d.New, d.New[0])
	}
	m := compose(t, newComposer(t, letterSettings()), d)
	_, parts := readMail(t, m.Delivery.Bytes)
	if parts[0].Encoding != "base64" || lf(parts[1].Body) != m.HTML {
		t.Errorf("text part is %s, want base64; HTML part read back equal: %t", parts[0].Encoding, lf(parts[1].Body) == m.HTML)
	}
}

func TestOutsideTextCannotLeaveItsPlace(t *testing.T) {
	t.Parallel()
	hostile := map[string]string{
		"markup":    `<img src=x onerror=alert(1)>"'><script>alert(1)</script>`,
		"CRLF":      "Grants\r\nBcc: victim@example.com\r\n\r\n<b>hello</b>",
		"ANSI":      "\x1b[31mred\x1b[0m \x1b]0;title\x07\x00\x7f",
		"bidi":      "safe \u202Eevil\u202C \u2066x\u2069 \u200b\ufeff",
		"formula":   `=cmd|'/c calc'!A1`,
		"signature": "-- \n-- ",
		"private":   "\ue000\ue001",
		"template":  "{{.Town}} {{printf \"%s\" .}}",
		"quotation": "> From here\n>From there",
		"not UTF-8": "caf\xe9",
		"long":      strings.Repeat("Förderung ", 900),
	}
	composer := newComposer(t, letterSettings())
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mixedDigest(t, "Drogheda", "IE", "en")
			fillEverywhere(d, text)
			m := compose(t, composer, d)
			header, parts := readMail(t, m.Delivery.Bytes)
			if header.Get("Bcc") != "" {
				t.Error("a header was injected")
			}
			to, err := header.AddressList("To")
			if err != nil || len(to) != 1 || to[0].Address != "partners@ie.example" {
				t.Errorf("To is %v (%v)", to, err)
			}
			if i := strings.IndexFunc(lf(parts[0].Body), unprintable); i >= 0 {
				t.Errorf("the text part holds %q", parts[0].Body[i:i+4])
			}
			body := elements(parseHTML(t, parts[1].Body), "body")[0]
			if len(elements(body, "script"))+len(elements(body, "img"))+len(elements(body, "b")) > 0 {
				t.Error("outside text became markup")
			}
			for _, n := range elements(body, "td") {
				if i := strings.IndexFunc(lf(textOf(n)), unprintable); i >= 0 {
					t.Errorf("the HTML part holds %q", lf(textOf(n))[i:])
				}
			}
			if got := strings.Count("\r\n"+parts[0].Body, "\r\n-- \r\n"); got != 1 {
				t.Errorf("the text part has %d signature lines, want 1", got)
			}
			if n := len([]rune(m.Delivery.Subject)); n > 60 {
				t.Errorf("subject has %d runes: %q", n, m.Delivery.Subject)
			}
		})
	}
}

// unprintable reports what a reader cannot see and a terminal or mail program may obey.
func unprintable(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == unicode.ReplacementChar)
}

// fillEverywhere writes text into every field that comes from outside, but the address.
func fillEverywhere(d *calls.Digest, text string) {
	d.Municipality.Name, d.Subscriber.Name, d.Subscriber.Language = text, text, text
	for _, items := range [][]calls.Item{d.New, d.Changed, d.Closing, d.Opening} {
		for i := range items {
			c := &items[i].Call
			c.Title, c.Summary, c.Identifier, c.Programme, c.ActionType, c.URL, c.Language = text, text, text, text, text, text, text
			for j := range items[i].Match.Reasons {
				r := &items[i].Match.Reasons[j]
				r.Words, r.Field = text, text
				if r.Keyword != "" {
					r.Keyword = text
				}
			}
			for j := range items[i].Changes {
				items[i].Changes[j].Old, items[i].Changes[j].New = text, text
			}
		}
	}
}

func TestComposeRefusesWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	cases := []struct {
		name  string
		spoil func(*calls.Digest)
		want  string
	}{
		{"nothing to tell", func(d *calls.Digest) { d.New, d.Changed, d.Closing, d.Opening = nil, nil, nil, nil }, "nothing to tell"},
		{"no token", func(d *calls.Digest) { d.Subscriber.Token = "" }, "token"},
		{"token that ends a header", func(d *calls.Digest) { d.Subscriber.Token = "a>\r\nBcc: b@c" }, "token"},
		{"period that ends a header", func(d *calls.Digest) { d.Period = "2026\r\nBcc: b@c" }, "period"},
		{"no address", func(d *calls.Digest) { d.Subscriber.Email = "" }, "recipient: not a plain address"},
		{"two addresses", func(d *calls.Digest) { d.Subscriber.Email = "a@b.example, c@d.example" }, "recipient: not a plain address"},
		{"line break in address", func(d *calls.Digest) { d.Subscriber.Email = "a@b.example\r\nBcc: c@d.example" }, "recipient: not a plain address"},
		{"name in address", func(d *calls.Digest) { d.Subscriber.Email = "A <a@b.example>" }, "recipient: not a plain address"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := mixedDigest(t, "Drogheda", "IE", "en")
			c.spoil(d)
			_, err := composer.Compose(d, letterNow)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "for subscriber 7") {
				t.Errorf("got error %v, want one with %q and the subscriber", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "b.example") {
				t.Errorf("the error shows the address: %v", err)
			}
		})
	}
}

func TestInternationalDomainIsSentInASCII(t *testing.T) {
	t.Parallel()
	d := mixedDigest(t, "Köln", "DE", "de")
	d.Subscriber.Email = "partner@stadt-köln.example"
	m := compose(t, newComposer(t, letterSettings()), d)
	if want := "partner@xn--stadt-kln-67a.example"; m.Delivery.Recipient != want {
		t.Errorf("recipient is %q, want %q", m.Delivery.Recipient, want)
	}
}

// Links begin with the name that DNS knows; readers are told the one that they know.
func TestPagesUnderAnInternationalName(t *testing.T) {
	t.Parallel()
	settings := letterSettings()
	settings.BaseURL = "https://xn--frdermittel-rfb.example"
	m := compose(t, newComposer(t, settings), mixedDigest(t, "Köln", "DE", "de"))
	for _, part := range []string{m.Text, m.HTML} {
		if !strings.Contains(part, "fördermittel.example") || !strings.Contains(part, settings.BaseURL+"/u/") {
			t.Errorf("no fördermittel.example, or no link to %s/u/:\n%s", settings.BaseURL, part)
		}
	}
}

func BenchmarkComposeTwentyCalls(b *testing.B) {
	composer := newComposer(b, letterSettings())
	for _, lang := range []string{"en", "fr", "de"} {
		d := manyCalls(b, 20, lang)
		b.Run(lang, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := composer.Compose(d, letterNow); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// manyCalls returns a digest of n different calls, half of them new, a third changed.
func manyCalls(t testing.TB, n int, lang string) *calls.Digest {
	d := mixedDigest(t, "Ludwigsburg", "DE", lang)
	samples := []calls.Item{d.New[0], d.New[1], d.Changed[0], d.Closing[0]}
	d.New, d.Changed, d.Closing, d.Opening, d.Expected = nil, nil, nil, nil, nil
	for i := range n {
		one := samples[i%len(samples)]
		one.Call.Title = fmt.Sprintf("%s, strand %d", one.Call.Title, i+1)
		one.Call.Identifier = fmt.Sprintf("%s-%03d", one.Call.Identifier, i+1)
		one.Call.URL = portalURL(one.Call.Identifier)
		switch {
		case i%2 == 0:
			d.New = append(d.New, one)
		case i%3 == 0:
			d.Changed = append(d.Changed, one)
		default:
			d.Closing = append(d.Closing, one)
		}
	}
	return d
}
