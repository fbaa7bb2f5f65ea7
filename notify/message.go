package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"fundwatch/calls"
)

// Settings say who sends and how one stops it. All but From may be empty. The word TOKEN in an address
// stands for the subscriber's token.
type Settings struct {
	From              string // "fundwatch <fundwatch@example.org>"
	ReplyTo           string // where a person reads answers
	UnsubscribeMailto string // "unsubscribe+TOKEN@example.org"
	BounceAddress     string // "bounce+TOKEN@example.org": envelope sender, so that a bounce tells whose it is
	BaseURL           string // of the web pages, "https://fundwatch.example"
	Signing           Signing
}

// tokenMark is what settings write where a subscriber's token goes.
const tokenMark = calls.TokenMark

// unsubscribePath is the page below the base URL on which a subscriber stops or changes a digest; the
// token follows.
const unsubscribePath = "/u/"

// A sender is Settings that were found to be usable.
type sender struct {
	from        *netmail.Address
	replyTo     *netmail.Address // nil: answers go to from
	name        string           // how the letter calls its sender
	domain      string           // of from
	unsubscribe string           // address with TOKEN; "" if there is none
	bounce      string           // address, perhaps with TOKEN; "" if there is none
	base        *url.URL         // nil if there are no web pages
	signing     Signing
}

// newSender reports every setting that is not usable.
func newSender(s Settings) (sender, error) {
	var problems []error
	report := func(setting string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("mail setting %s: %w", setting, err))
		}
	}
	var out sender
	var err error
	out.from, err = parseMailbox(s.From)
	report("from", err)
	if s.ReplyTo != "" {
		out.replyTo, err = parseMailbox(s.ReplyTo)
		report("reply_to", err)
	}
	out.unsubscribe, err = parseTokenAddress(s.UnsubscribeMailto)
	report("unsubscribe_mailto", err)
	out.bounce, err = parseTokenAddress(s.BounceAddress)
	report("bounce_address", err)
	out.base, err = parseBase(s.BaseURL)
	report("base_url", err)
	out.signing = s.Signing
	report("dkim", out.signing.check())
	if err := errors.Join(problems...); err != nil {
		return sender{}, err
	}
	out.domain = out.from.Address[strings.LastIndexByte(out.from.Address, '@')+1:]
	if out.name = cleanLine(out.from.Name, longestName); out.name == "" {
		out.name = out.domain
	}
	return out, nil
}

// parseMailbox reads "Name <address>" or "address".
func parseMailbox(s string) (*netmail.Address, error) {
	parsed, err := netmail.ParseAddress(s)
	if err != nil {
		return nil, fmt.Errorf("%q is no address such as \"fundwatch <fundwatch@example.org>\"", s)
	}
	return mailbox(parsed.Name, parsed.Address)
}

var errNotPlain = errors.New("not a plain address such as info@example.org")

// longestAddress is how many bytes a mail server has to take (RFC 5321, section 4.5.3.1.3, without the brackets).
const longestAddress = 254

// mailbox returns an address that is safe in a header and an envelope: ASCII and of some length at most, an
// internationalised domain in its ASCII form. The error does not quote the address, since it may end in a log.
func mailbox(name, address string) (*netmail.Address, error) {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return nil, errNotPlain
	}
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		return nil, errNotPlain
	}
	address = address[:at+1] + domain
	parsed, err := netmail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > longestAddress || strings.ContainsFunc(address, notPlain) {
		return nil, errNotPlain
	}
	return &netmail.Address{Name: headerName(name), Address: address}, nil
}

// headerName is [headerLine] for the name before an address. A backslash escapes what follows it there, also within
// an encoded word, in which net/mail leaves it: the address behind it would not be read (RFC 2047, section 5).
func headerName(name string) string {
	return strings.ReplaceAll(headerLine(name, longestName), `\`, "/")
}

// headerLine is [cleanLine] for what goes into a header: a mail program takes "=?" for the beginning of an encoded
// word (RFC 2047), would decode it, and show what nobody has cleaned.
func headerLine(s string, limit int) string {
	return strings.ReplaceAll(cleanLine(s, limit), "=?", "= ?")
}

// notPlain reports characters that no address of ours needs and that could end a header or a link.
func notPlain(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>(),;:\[]`, r) }

// parseTokenAddress checks an address in which TOKEN may stand; "" is no address.
func parseTokenAddress(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	m, err := mailbox("", s)
	if err != nil || strings.ContainsAny(s, "#?%&/'") {
		return "", fmt.Errorf("%q is no plain address such as bounce+TOKEN@example.org", s)
	}
	if strings.Contains(s[strings.LastIndexByte(s, '@'):], tokenMark) {
		return "", fmt.Errorf("%q: TOKEN can only stand before the @", s)
	}
	return m.Address, nil
}

// parseBase checks the base URL; "" is none.
func parseBase(s string) (*url.URL, error) {
	if s == "" {
		return nil, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" || attributeMarks.Replace(s) != s {
		return nil, fmt.Errorf("%q is no address such as https://fundwatch.example", s)
	}
	return u, nil
}

// stopURL returns the page on which the subscriber stops the digest, "" if there are no web pages.
func (s *sender) stopURL(token string) string {
	if s.base == nil {
		return ""
	}
	return s.base.JoinPath(unsubscribePath, token).String()
}

// hostName returns the host of our own pages as people know it: links name it as DNS does, in ASCII.
func hostName(pages *url.URL) string {
	name, err := idna.Display.ToUnicode(pages.Hostname())
	if err != nil {
		return pages.Hostname()
	}
	return name
}

// stopMail returns the address to which a mail stops the digest and its mailto link, "" if there is
// none. The token is one that stops and does no more. Without TOKEN in the address the subject carries it.
func (s *sender) stopMail(token string) (address, mailto string) {
	if s.unsubscribe == "" {
		return "", ""
	}
	address = strings.ReplaceAll(s.unsubscribe, tokenMark, token)
	subject := "unsubscribe"
	if address == s.unsubscribe {
		subject += "%20" + token
	}
	return address, "mailto:" + address + "?subject=" + subject
}

// stop returns the best way that is configured to stop the letter.
func (s *sender) stop(l *Locale, to *calls.Subscriber) link {
	if page := s.stopURL(to.Token); page != "" {
		return link{Text: l.Text("stop.web", Data{"Site": hostName(s.base)}), URL: page}
	}
	if address, mailto := s.stopMail(to.Stop); address != "" {
		return link{Text: l.Text("stop.mail", Data{"Address": address}), URL: mailto}
	}
	return link{Text: l.Text("stop.reply", nil)}
}

// An envelope is what freeze needs beside the digest.
type envelope struct {
	lang    string
	subject string
	text    []byte // both parts with CRLF
	html    []byte
	now     time.Time

	calendar []byte // nil: none
}

// freeze writes the message once and returns it as a delivery that is due now.
func (s *sender) freeze(d *calls.Digest, e envelope) (calls.Delivery, error) {
	sub := &d.Subscriber
	to, err := mailbox(sub.Name, sub.Email)
	if err != nil {
		return calls.Delivery{}, fmt.Errorf("recipient: %w", err)
	}
	out := calls.Delivery{
		Key:         fmt.Sprintf("%s/%d/%s", d.Kind.Name(), sub.ID, d.Period),
		Subscriber:  sub.ID,
		Sender:      s.from.Address,
		Recipient:   to.Address,
		MessageID:   fmt.Sprintf("%s.%s.%s@%s", d.Kind.Name(), d.Period, mailName(d), s.domain),
		Subject:     e.subject,
		State:       calls.DeliveryQueued,
		NextAttempt: e.now.UTC(),
		Created:     e.now.UTC(),
	}
	if s.bounce != "" {
		out.Sender = strings.ReplaceAll(s.bounce, tokenMark, bounceToken(d.Period))
	}
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	s.setHeaders(m, d, e)
	m.ToMailAddress(to)
	m.SetMessageIDWithValue(out.MessageID)
	addPart(m, "text/plain; format=flowed", e.text)
	addPart(m, mail.TypeTextHTML, e.html)
	attachCalendar(m, e.calendar)
	var raw bytes.Buffer
	raw.Grow(4096 + len(e.text) + len(e.html)*5/4 + len(e.calendar)*3/2)
	if _, err := m.WriteTo(&raw); err != nil {
		return calls.Delivery{}, fmt.Errorf("write message: %w", err)
	}
	out.Bytes, err = s.signing.sign(raw.Bytes())
	return out, err
}

// mailName is what makes the Message-ID of a digest differ from all others: the same whenever it is composed
// again, and nothing that who does not know the reader's token could tell beforehand. It does not tell the token.
func mailName(d *calls.Digest) string {
	const length = 16 // 128 bits
	sum := sha256.Sum256([]byte(strings.Join([]string{"Message-ID", d.Subscriber.Token, d.Kind.Name(), d.Period}, "\n")))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:length]))
}

// Headers that go-mail has no name for.
const (
	headerAutoSubmitted = mail.Header("Auto-Submitted")
	headerFeedbackID    = mail.Header("Feedback-ID")
	headerListID        = mail.Header("List-Id")
)

// setHeaders sets what every digest carries (checked 2026-11-22). No value holds outside text
// but the names and the subject, which are clean lines.
func (s *sender) setHeaders(m *mail.Msg, d *calls.Digest, e envelope) {
	m.FromMailAddress(s.from)
	if s.replyTo != nil {
		m.ReplyToMailAddress(s.replyTo)
	}
	m.Subject(e.subject)
	m.SetDateWithValue(e.now.In(calls.Brussels()))
	m.SetGenHeader(mail.HeaderContentLang, e.lang)
	m.SetGenHeader(headerListID, "<digest."+s.domain+">")
	m.SetGenHeader(headerAutoSubmitted, "auto-generated")
	m.SetBulk()
	m.SetGenHeader(headerFeedbackID, fmt.Sprintf("%s:%s:%s:fundwatch", d.Period, frequency(d.Subscriber.Frequency), d.Kind.Name()))
	s.setListUnsubscribe(m, &d.Subscriber)
}

func frequency(f calls.Frequency) calls.Frequency {
	if f == calls.Monthly {
		return calls.Monthly
	}
	return calls.Weekly
}

// setListUnsubscribe names the ways to stop that are configured. One click needs https (RFC 8058). The
// headers are set as plain values, whose order go-mail keeps.
func (s *sender) setListUnsubscribe(m *mail.Msg, to *calls.Subscriber) {
	var ways []string
	page := s.stopURL(to.Token)
	if page != "" {
		ways = append(ways, "<"+page+">")
	}
	if _, mailto := s.stopMail(to.Stop); mailto != "" {
		ways = append(ways, "<"+mailto+">")
	}
	if len(ways) == 0 {
		return
	}
	m.SetGenHeader(mail.HeaderListUnsubscribe, strings.Join(ways, ", "))
	if strings.HasPrefix(page, "https:") {
		m.SetGenHeader(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
}

// attachCalendar adds the deadlines as a file beside the letter: inside it Outlook would show an invitation.
func attachCalendar(m *mail.Msg, calendar []byte) {
	if calendar == nil {
		return
	}
	m.AttachReadSeeker("deadlines.ics", bytes.NewReader(calendar),
		mail.WithFileContentType("text/calendar; charset=utf-8; method=PUBLISH"))
}

// addPart adds a text in the encoding that makes it shorter: Greek and Bulgarian digests would triple in
// quoted-printable.
func addPart(m *mail.Msg, contentType mail.ContentType, body []byte) {
	encoding := mail.EncodingQP
	if 2*countNonASCII(body) > len(body)/3 { // two more bytes for each, against a third more for all
		encoding = mail.EncodingB64
	}
	write := func(w io.Writer) (int64, error) {
		n, err := w.Write(body)
		return int64(n), err
	}
	m.AddAlternativeWriter(contentType, write, mail.WithPartEncoding(encoding))
}

// countNonASCII looks at eight bytes at a time.
func countNonASCII(text []byte) int {
	const highBits = 0x8080808080808080
	n := 0
	for ; len(text) >= 8; text = text[8:] {
		n += bits.OnesCount64(binary.NativeEndian.Uint64(text) & highBits)
	}
	for _, c := range text {
		if c >= utf8.RuneSelf {
			n++
		}
	}
	return n
}
