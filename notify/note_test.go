package notify_test

import (
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/notify"
)

// A note is one part of plain text, on no list, to one person, with every letter of its link.
func TestComposeNote(t *testing.T) {
	t.Parallel()
	c, err := notify.NewComposer(notify.Settings{
		From: "fundwatch <fundwatch@example.org>", ReplyTo: "office@example.org", BounceAddress: "bounce+TOKEN@example.org",
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	link := "https://fundwatch.example/confirm/" + strings.Repeat("a2", 16)
	note := notify.Note{
		To: calls.Subscriber{ID: 7, Email: "grafeio@dimos.example", Token: "token"}, Language: "el",
		Subject: "Επιβεβαιώστε\r\nBcc: x@example.org", Text: "Good day, somebody asked us to write to this address.\n\n" + link + "\n", Key: "confirm/7/a", ID: "abc",
	}
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	d, err := c.ComposeNote(note, now)
	if err != nil {
		t.Fatal(err)
	}
	m, err := netmail.ReadMessage(strings.NewReader(string(d.Bytes)))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"To": "<grafeio@dimos.example>", "Content-Language": "el", "Auto-Submitted": "auto-generated", "Message-Id": "<note.abc@example.org>",
		"Bcc": "", "Precedence": "", "List-Unsubscribe": "",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || subject != "Επιβεβαιώστε Bcc: x@example.org" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if d.Sender != "bounce+TOKEN@example.org" || d.Recipient != "grafeio@dimos.example" || d.Key != note.Key {
		t.Errorf("delivery %+v", d)
	}
	if kind, _, err := mime.ParseMediaType(m.Header.Get("Content-Type")); err != nil || kind != "text/plain" {
		t.Errorf("type %q, %v", kind, err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || !strings.Contains(string(text), "\n"+link+"\r\n") {
		t.Errorf("text %q, %v", text, err)
	}
	for name, broken := range map[string]func(*notify.Note){
		"address": func(n *notify.Note) { n.To.Email = "a@b.example\r\nBcc: c@d.example" },
		"domain":  func(n *notify.Note) { n.To.Email = "a@-b.example" },
		"id":      func(n *notify.Note) { n.ID = "a>b" },
	} {
		bad := note
		broken(&bad)
		if _, err := c.ComposeNote(bad, now); err == nil || strings.Contains(err.Error(), "b.example") {
			t.Errorf("%s: got %v, want an error without the address", name, err)
		}
	}
}
