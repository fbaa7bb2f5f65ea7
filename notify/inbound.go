package notify

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"mime"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-message"

	"fundwatch/calls"
)

// Limits of reading a mail from outside. What a server returns of our own mail stands last, and its header is
// all we want of it.
const (
	inboundLimit = 1 << 20  // bytes that are looked at
	partLimit    = 64 << 10 // bytes of one part
	mostParts    = 20
	mostFields   = 400 // header fields of a part
)

// An Inbox knows the addresses that we gave out, and reads what is sent to them.
type Inbox struct {
	unsubscribe, bounce *regexp.Regexp // nil if there is no such address
	bySubject           bool           // the unsubscribe address has no TOKEN: the subject carries it
}

// NewInbox returns an inbox for the addresses in the settings; the error names what is wrong with them.
func NewInbox(s Settings) (*Inbox, error) {
	unsubscribe, err := parseTokenAddress(s.UnsubscribeMailto)
	if err != nil {
		return nil, fmt.Errorf("mail setting unsubscribe_mailto: %w", err)
	}
	bounce, err := parseTokenAddress(s.BounceAddress)
	if err != nil {
		return nil, fmt.Errorf("mail setting bounce_address: %w", err)
	}
	return &Inbox{
		unsubscribe: addressPattern(unsubscribe),
		bounce:      addressPattern(bounce),
		bySubject:   unsubscribe != "" && !strings.Contains(unsubscribe, tokenMark),
	}, nil
}

// addressPattern finds an address of ours in a header. Mail servers may change the case of the part before
// the @. Its groups are the token, and the period if the address has one.
func addressPattern(address string) *regexp.Regexp {
	if address == "" {
		return nil
	}
	quoted := strings.ReplaceAll(regexp.QuoteMeta(address), tokenMark, `([0-9a-z_]{8,64})(?:-([0-9a-z-]{4,12}))?`)
	return regexp.MustCompile(`(?i)(?:^|[\s<,;:"])` + quoted + `(?:$|[\s>,;"?])`)
}

// bounceToken is what stands for TOKEN in the envelope sender of a mail: whose it is, which the outbox fills in
// when the mail is claimed, and which mail.
func bounceToken(period string) string { return tokenMark + "-" + strings.ToLower(period) }

// Read reads one mail, of which it looks at the first megabyte, and says what it means. Whatever the mail is,
// there is an answer: what cannot be understood is [calls.InboundUnknown]. Recipients are the addresses to
// which the mail server says it was sent; the mail's own headers count as well. The error is one of r.
func (b *Inbox) Read(r io.Reader, recipients ...string) (calls.Inbound, error) {
	raw, err := io.ReadAll(io.LimitReader(r, inboundLimit))
	if err != nil {
		return calls.Inbound{}, fmt.Errorf("read mail: %w", err)
	}
	in := b.read(raw, recipients)
	in.Answer = answerLine(in.Answer)
	return in, nil
}

func (b *Inbox) read(raw []byte, recipients []string) calls.Inbound {
	mail, err := message.Read(bytes.NewReader(raw))
	if mail == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return calls.Inbound{Kind: calls.InboundUnknown, Fingerprint: sha256.Sum256(raw), Answer: "not readable as a mail"}
	}
	h := arrived{header: &mail.Header, recipients: recipients}
	in := b.meaning(mail, &h)
	in.Fingerprint = h.fingerprint(raw, &in)
	return in
}

// meaning decides what a mail is, from the most to the least certain sign.
func (b *Inbox) meaning(mail *message.Entity, h *arrived) calls.Inbound {
	kind, _, err := mail.Header.ContentType()
	if err == nil && kind == "multipart/report" {
		return b.report(readReport(mail), h)
	}
	if token, _ := h.token(b.unsubscribe); token != "" || b.bySubject && h.to(b.unsubscribe) {
		if b.bySubject {
			token = subjectToken(h.text("Subject"))
		}
		if token != "" && !h.answersItself() {
			return calls.Inbound{Kind: calls.InboundUnsubscribe, Token: token, From: h.from(), Answer: "asked to stop"}
		}
	}
	if h.automatic() {
		return calls.Inbound{Kind: calls.InboundIgnored, Answer: "an automatic reply"}
	}
	token, period := h.token(b.bounce)
	in := calls.Inbound{Kind: calls.InboundUnknown, Token: token, Period: period, Answer: "subject: " + h.text("Subject")}
	if !h.fromServer() {
		in.From = h.from()
	}
	return in
}

// subjectToken returns the last word of a subject if it can be a token, else "".
func subjectToken(subject string) string {
	words := strings.Fields(strings.ToLower(subject))
	if len(words) == 0 || !plainToken.MatchString(words[len(words)-1]) {
		return ""
	}
	return words[len(words)-1]
}

// report judges a multipart/report: a delivery status (RFC 3464) or a complaint (RFC 5965). A receipt
// that somebody has read the mail is neither.
func (b *Inbox) report(r report, h *arrived) calls.Inbound {
	in := calls.Inbound{MessageID: strings.Trim(r.returned.get("Message-Id"), "<> ")}
	in.Token, in.Period = h.token(b.bounce)
	switch {
	case r.feedback != nil:
		b.complaint(&in, r)
	case r.status != nil:
		r.status.judge(&in)
	case r.receipt:
		in.Kind, in.Answer = calls.InboundIgnored, "a receipt"
	default:
		in.Kind, in.Answer = calls.InboundUnknown, "a report without a status; subject: "+h.text("Subject")
	}
	return in
}

// complaint reads a report of a mailbox provider. It comes to an address of the operator, so our token
// stands in what is returned of the mail, or in the envelope sender that is quoted.
func (b *Inbox) complaint(in *calls.Inbound, r report) {
	kind := strings.ToLower(r.feedback.get("Feedback-Type"))
	in.Answer = "feedback: " + kind
	in.Kind = calls.InboundComplaint
	if kind != "abuse" && kind != "fraud" && kind != "opt-out" && kind != "opt-out-list" {
		in.Kind = calls.InboundIgnored // "not-spam" and reports about authentication
	}
	for _, quoted := range []struct {
		where   *regexp.Regexp
		address string
	}{{b.bounce, r.feedback.get("Original-Mail-From")}, {b.bounce, r.returned.get("Return-Path")}, {b.unsubscribe, mailtoText(r.returned.get("List-Unsubscribe"))}} {
		if in.Token == "" {
			in.Token, in.Period = findToken(quoted.where, quoted.address)
		}
	}
}

// mailtoText sets the addresses of mailto links apart from their scheme.
func mailtoText(links string) string { return strings.ReplaceAll(links, "mailto:", " ") }

// An arrived is the header of a mail, and where the mail server says it went.
type arrived struct {
	header     *message.Header
	recipients []string
}

// recipientHeaders is where mail servers write the address of the envelope.
var recipientHeaders = []string{"X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To"}

// addresses returns every text that may name the address to which the mail was sent.
func (h *arrived) addresses() []string {
	all := slices.Clone(h.recipients)
	for _, name := range recipientHeaders {
		all = append(all, h.header.Values(name)...)
	}
	return all
}

func (h *arrived) token(where *regexp.Regexp) (token, period string) {
	for _, text := range h.addresses() {
		if token, period = findToken(where, text); token != "" {
			return token, period
		}
	}
	return "", ""
}

func findToken(where *regexp.Regexp, text string) (token, period string) {
	if where == nil || len(text) > partLimit {
		return "", ""
	}
	if found := where.FindStringSubmatch(text); len(found) == 3 {
		return strings.ToLower(found[1]), strings.ToUpper(found[2])
	}
	return "", ""
}

func (h *arrived) to(where *regexp.Regexp) bool {
	for _, text := range h.addresses() {
		if where != nil && len(text) <= partLimit && where.MatchString(text) {
			return true
		}
	}
	return false
}

func (h *arrived) text(name string) string {
	text, err := h.header.Text(name)
	if err != nil {
		text = h.header.Get(name)
	}
	return text
}

// longestFrom is how many bytes a From is read of: a name, an address, and what encoding adds to them.
const longestFrom = 2000

// from returns the first address of the From header, as it can stand in a line and a mail; "" if there is none that
// can. The name before it is thrown away, so its charset does not matter, nor that mail programs write it in ways that
// no standard knows.
func (h *arrived) from() string {
	text := h.header.Get("From")
	if len(text) > longestFrom {
		return ""
	}
	asIs := func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	parser := netmail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: asIs}}
	all, err := parser.ParseList(text)
	if err != nil {
		inside, _, _ := strings.Cut(text[strings.LastIndexByte(text, '<')+1:], ">")
		all = []*netmail.Address{{Address: strings.TrimSpace(inside)}}
	}
	for _, one := range all {
		if found, err := mailbox("", one.Address); err == nil {
			return found.Address
		}
	}
	return ""
}

// answersItself reports whether a machine has answered a mail of ours (RFC 3834). A mail program that
// unsubscribes on its own does not answer: it was told to by its reader.
func (h *arrived) answersItself() bool {
	auto := strings.ToLower(h.header.Get("Auto-Submitted"))
	return strings.HasPrefix(auto, "auto-replied") || h.header.Has("X-Autoreply") || h.header.Has("X-Autorespond") ||
		strings.EqualFold(h.header.Get("Precedence"), "auto_reply")
}

func (h *arrived) automatic() bool {
	auto := strings.ToLower(strings.TrimSpace(h.header.Get("Auto-Submitted")))
	return h.answersItself() || auto != "" && auto != "no" && !h.fromServer()
}

// fromServer reports whether a mail server speaks: its bounces in a form of its own are for a person.
func (h *arrived) fromServer() bool {
	return strings.TrimSpace(h.header.Get("Return-Path")) == "<>" || strings.Contains(strings.ToLower(h.header.Get("From")), "mailer-daemon")
}

// fingerprint names the mail: by what it means and whom it concerns, and by its Message-ID or, without one, by
// its date and whole body: two readers may both write "stop" and no more, and one may do so twice. The lines that each relay adds on the way do
// not count.
func (h *arrived) fingerprint(raw []byte, in *calls.Inbound) [32]byte {
	id := strings.TrimSpace(h.header.Get("Message-Id"))
	if id == "" {
		id = h.header.Get("Date") + "\n" + string(bodyOf(raw))
	}
	return sha256.Sum256([]byte(strings.Join([]string{id, string(in.Kind), in.Token, in.Status, in.MessageID}, "\n")))
}

// bodyOf returns what follows the header; all of it if there is none.
func bodyOf(raw []byte) []byte {
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if _, body, ok := bytes.Cut(raw, []byte(blank)); ok {
			return body
		}
	}
	return raw
}
