package notify

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"fundwatch/calls"
)

// A Note is a short mail of plain text on one matter, such as a confirmation: no digest, and on no list.
type Note struct {
	To       calls.Subscriber
	Language string
	Subject  string
	Text     string // paragraphs parted by empty lines
	Key      string // of the delivery; unique
	ID       string // of letters, digits, - and _; unique, for the Message-ID
}

// ComposeNote freezes a note as of now, as [Composer.Compose] does with a digest. The error says what of
// it cannot stand in a mail.
func (c *Composer) ComposeNote(n Note, now time.Time) (calls.Delivery, error) {
	s := &c.sender
	to, err := mailbox(n.To.Name, n.To.Email)
	if err != nil {
		return calls.Delivery{}, fmt.Errorf("note to subscriber %d: recipient: %w", n.To.ID, err)
	}
	if !plainToken.MatchString(n.ID) {
		return calls.Delivery{}, fmt.Errorf("note to subscriber %d: the id is not made of letters, digits, - and _", n.To.ID)
	}
	out := calls.Delivery{
		Key: n.Key, Subscriber: n.To.ID, Sender: s.from.Address, Recipient: to.Address,
		MessageID: "note." + n.ID + "@" + s.domain, Subject: headerLine(n.Subject, longestName),
		State: calls.DeliveryQueued, NextAttempt: now.UTC(), Created: now.UTC(),
	}
	if s.bounce != "" {
		out.Sender = s.bounce
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	if s.replyTo != nil {
		m.ReplyToMailAddress(s.replyTo)
	}
	m.ToMailAddress(to)
	m.Subject(out.Subject)
	m.SetDateWithValue(now.In(calls.Brussels()))
	m.SetGenHeader(mail.HeaderContentLang, n.Language)
	m.SetGenHeader(headerAutoSubmitted, "auto-generated")
	m.SetMessageIDWithValue(out.MessageID)
	addPart(m, "text/plain; format=flowed", flowed(wrap(cleanLines(n.Text), textWidth)))
	var raw bytes.Buffer
	if _, err := m.WriteTo(&raw); err != nil {
		return calls.Delivery{}, fmt.Errorf("note to subscriber %d: %w", n.To.ID, err)
	}
	if out.Bytes, err = s.signing.sign(raw.Bytes()); err != nil {
		return calls.Delivery{}, fmt.Errorf("note to subscriber %d: %w", n.To.ID, err)
	}
	return out, nil
}

// cleanLines is [cleanLine] for each line of a text: what strangers wrote into a form may stand in it.
func cleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = cleanLine(lines[i], 0)
	}
	return strings.Join(lines, "\n")
}
