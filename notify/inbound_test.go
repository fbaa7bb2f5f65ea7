package notify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fundwatch/calls"
	"fundwatch/notify"
)

const inboundToken = "abcdefghijklmnopqrstuvwxyz"

func newInbox(t testing.TB, s notify.Settings) *notify.Inbox {
	t.Helper()
	inbox, err := notify.NewInbox(s)
	if err != nil {
		t.Fatal(err)
	}
	return inbox
}

// bounced is a delivery report as mail servers write it.
func bounced(to, status, diagnostic string) string {
	return crlf(fmt.Sprintf(`Return-Path: <>
From: MAILER-DAEMON@mx.town.example (Mail Delivery System)
To: %s
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-Id: <20260901.1@mx.town.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="b/1"

This is a MIME-encapsulated message.

--b/1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b/1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.town.example
Arrival-Date: Tue,  1 Sep 2026 07:30:00 +0200 (CEST)

Final-Recipient: rfc822; Reader@town.example
Original-Recipient: rfc822;reader@town.example
Action: failed
Status: %s
Diagnostic-Code: smtp; %s

--b/1
Content-Type: message/rfc822

Message-ID: <digest.2026-W36.%s@example.org>
Subject: 3 new
List-Unsubscribe: <mailto:unsubscribe+%[4]s@example.org?subject=unsubscribe>

Text.
--b/1--
`, to, status, diagnostic, inboundToken))
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// upTo returns the text before the mark.
func upTo(text, mark string) string {
	before, _, _ := strings.Cut(text, mark)
	return before
}

const toBounce = "<bounce+" + inboundToken + "-2026-w36@example.org>"

func TestInboundMails(t *testing.T) {
	t.Parallel()
	base := calls.Inbound{
		Kind: calls.InboundBounce, Token: inboundToken, Period: "2026-W36", MessageID: "digest.2026-W36." + inboundToken + "@example.org",
		Recipients: []string{"reader@town.example", "reader@town.example"},
	}
	failure := func(f calls.Failure, status string, code int) calls.Inbound {
		in := base
		in.Failure, in.Status, in.Code = f, status, code
		return in
	}
	ignored := calls.Inbound{Kind: calls.InboundIgnored}
	stopped := calls.Inbound{Kind: calls.InboundUnsubscribe, Token: inboundToken, From: "reader@town.example"}
	person := calls.Inbound{Kind: calls.InboundUnknown, From: "reader@town.example"}
	late := base
	late.Kind, late.Status = calls.InboundIgnored, "4.4.1"
	cut := failure(calls.FailureAddress, "5.1.1", 550)
	cut.MessageID = ""
	plain := "From: reader@town.example\nTo: unsubscribe+" + inboundToken + "@example.org\nSubject: unsubscribe\n\nplease\n"
	feedback := strings.NewReplacer("delivery-status", "feedback-report", "Reporting-MTA: dns; mx.town.example", "Feedback-Type: abuse\nVersion: 1",
		"To: "+toBounce, "To: abuse@example.org").Replace(strings.ReplaceAll(bounced(toBounce, "", ""), "\r\n", "\n"))
	complaint := calls.Inbound{Kind: calls.InboundComplaint, Token: inboundToken, MessageID: base.MessageID}
	notSpam := complaint
	notSpam.Kind = calls.InboundIgnored
	cases := []struct {
		name string
		raw  string
		want calls.Inbound
	}{
		{"no such mailbox", bounced(toBounce, "5.1.1", "550 5.1.1 <reader@town.example>: user unknown"), failure(calls.FailureAddress, "5.1.1", 550)},
		{"address changed its case", bounced(strings.ToUpper(toBounce), "5.1.1", "550 user unknown"), failure(calls.FailureAddress, "5.1.1", 550)},
		{"closed", bounced(toBounce, "5.2.1", "550 disabled"), failure(calls.FailureAddress, "5.2.1", 550)},
		{"says nothing, quotes all", bounced(toBounce, "5.0.0", "550 5.1.1 unknown"), failure(calls.FailureAddress, "5.0.0", 550)},
		{"says nothing, and policy", bounced(toBounce, "5.0.0", "550 blocked by reputation"), failure(calls.FailurePolicy, "5.0.0", 550)},
		{"policy", bounced(toBounce, "5.7.1", "554 5.7.1 rejected"), failure(calls.FailurePolicy, "5.7.1", 554)},
		{"the sender", bounced(toBounce, "5.1.8", "553 bad sender"), failure(calls.FailurePolicy, "5.1.8", 553)},
		{"full", bounced(toBounce, "4.2.2", "452 4.2.2 over quota"), failure(calls.FailureMailbox, "4.2.2", 452)},
		{"full for good", bounced(toBounce, "5.2.2", "552 over quota"), failure(calls.FailureMailbox, "5.2.2", 552)},
		{"too large", bounced(toBounce, "5.3.4", "552 too big"), failure(calls.FailureMailbox, "5.3.4", 552)},
		{"late", strings.Replace(bounced(toBounce, "4.4.1", "connection timed out"), "Action: failed", "Action: delayed", 1), late},
		{"cut off in what is returned", upTo(bounced(toBounce, "5.1.1", "550 no"), "Message-ID: <digest"), cut},
		{"stop", plain, stopped},
		{"stop, by a mail program on its own", "Auto-Submitted: auto-generated\n" + plain, stopped},
		{"stop, with a name", strings.Replace(plain, "To: ", "To: \"Stop, please\" <", 1), stopped},
		{"answer to the address to stop", "Auto-Submitted: auto-replied\n" + plain, ignored},
		{"somebody else's address", strings.Replace(plain, "@example.org", "@example.org.evil.example", 1), person},
		{"a person, to our plain address", "From: \"Reader, A.\" <reader@town.example>\nTo: fundwatch@example.org\nSubject: Re: news\n\nSTOP please\n", person},
		{"out of office", "From: reader@town.example\nTo: " + toBounce + "\nAuto-Submitted: auto-replied (vacation)\nSubject: away\n\nback on Monday\n", ignored},
		{"out of office of old", "From: reader@town.example\nTo: " + toBounce + "\nX-Autoreply: yes\nSubject: away\n\nback on Monday\n", ignored},
		{"complaint", crlf(feedback), complaint},
		{"not spam", crlf(strings.Replace(feedback, "Feedback-Type: abuse", "Feedback-Type: not-spam", 1)), notSpam},
		{"bounce in a form of its own", "Return-Path: <>\nFrom: MAILER-DAEMON@old.example\nTo: " + toBounce + "\nSubject: failure notice\n\nHi. This is the qmail-send program.\n",
			calls.Inbound{Kind: calls.InboundUnknown, Token: inboundToken, Period: "2026-W36"}},
		{"nothing", "", calls.Inbound{Kind: calls.InboundUnknown}},
		{"no mail", strings.Repeat("\x00\xff", 4000), calls.Inbound{Kind: calls.InboundUnknown}},
		{"report without end", "Content-Type: multipart/report; boundary=x\n\n--x\n", calls.Inbound{Kind: calls.InboundUnknown}},
	}
	inbox := newInbox(t, letterSettings())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := inbox.Read(strings.NewReader(c.raw))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreFields(calls.Inbound{}, "Answer", "Fingerprint")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(got.Answer, "@") {
				t.Errorf("the answer holds an address: %s", got.Answer)
			}
		})
	}
}

// The envelope, as the mail server tells it, counts before what the mail says; without TOKEN in the address
// the subject carries it.
func TestInboundKnowsTheReader(t *testing.T) {
	t.Parallel()
	mail := "From: reader@town.example\nTo: undisclosed-recipients:;\nSubject: x\n\nstop\n"
	got, err := newInbox(t, letterSettings()).Read(strings.NewReader(mail), "", "unsubscribe+"+inboundToken+"@example.org")
	if err != nil || got.Kind != calls.InboundUnsubscribe || got.Token != inboundToken {
		t.Errorf("got %+v, %v", got, err)
	}
	s := letterSettings()
	s.UnsubscribeMailto = "stop@example.org"
	got, err = newInbox(t, s).Read(strings.NewReader("From: a@b.example\nTo: stop@example.org\nSubject: Re: unsubscribe " + inboundToken + "\n\n\n"))
	if err != nil || got.Kind != calls.InboundUnsubscribe || got.Token != inboundToken {
		t.Errorf("by subject: got %+v, %v", got, err)
	}
}

// Who wrote is kept for a person: an address, and nothing that would say something else in a line, a shell or a mail.
func TestInboundKnowsWhoWrote(t *testing.T) {
	t.Parallel()
	inbox := newInbox(t, letterSettings())
	for from, want := range map[string]string{
		"reader@town.example": "reader@town.example",
		"\"Reader, A. <x@y.example>\"\n <Reader@town.example>": "Reader@town.example",
		"=?x-nobody-knows?Q?J=F6rg?= <joerg@town.example>":     "joerg@town.example",
		"=?utf-8?Q?A=0D=0AB=1B=5B2J?= <a@town.example>":        "a@town.example",
		"x@bücher.example":                                       "x@xn--bcher-kva.example",
		"Town [Office] <b@town.example>":                         "b@town.example",
		"J\xf6rg <c@town.example>":                               "c@town.example",
		"x [y] <d@town.example\x1b[2J>":                          "",
		"Office: one@town.example, two@town.example;":            "one@town.example",
		"\"no address\"@town.example, second@town.example":       "second@town.example",
		"\";reboot;\"@town.example":                              "",
		"a@town.example\x1b[2J":                                  "",
		strings.Repeat("a", 250) + "@town.example":               "",
		strings.Repeat("a@town.example, ", 1000) + "b@c.example": "",
		"undisclosed-recipients:;":                               "",
		"Nobody":                                                 "",
		"":                                                       "",
	} {
		for _, to := range []string{"fundwatch@example.org", "unsubscribe+" + inboundToken + "@example.org"} {
			in, err := inbox.Read(strings.NewReader("From: " + from + "\nTo: " + to + "\nSubject: stop\n\nx\n"))
			if err != nil || in.From != want {
				t.Errorf("%q: got %q, %v, want %q", from, in.From, err, want)
			}
		}
	}
}

// The same mail on another way has the same fingerprint; another report has not.
func TestInboundFingerprint(t *testing.T) {
	t.Parallel()
	inbox := newInbox(t, letterSettings())
	read := func(raw string) [32]byte {
		in, err := inbox.Read(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		return in.Fingerprint
	}
	mail := bounced(toBounce, "4.2.2", "452 full")
	nameless := strings.Replace(mail, "Message-Id: <20260901.1@mx.town.example>\r\n", "", 1)
	for name, raw := range map[string]string{"named": mail, "nameless": nameless} {
		if read(raw) != read("Received: from relay by us; today\r\n"+raw) {
			t.Errorf("%s: a line of a relay makes it another mail", name)
		}
	}
	stop := "From: a@town.example\nTo: " + strings.ReplaceAll(letterSettings().UnsubscribeMailto, "TOKEN", "k3jq0azt7bv9xq2mlw8r234567") + "\nDate: Tue, 1 Sep 2026 08:00:00 +0200\n\nstop\n"
	for what, other := range map[string]string{
		"another reader's": strings.Replace(stop, "k3jq0azt7", "x9jq0azt7", 1), "a second, later": strings.Replace(stop, "1 Sep", "8 Sep", 1),
	} {
		if read(stop) == read(other) {
			t.Errorf("%s wish to stop counts as the same", what)
		}
	}
	if read(mail) == read(strings.Replace(mail, "20260901.1", "20260908.1", 1)) {
		t.Error("next week's report counts as the same")
	}
}

// A bomb is read as far as the limits go, and a report in a report is somebody else's.
func TestInboundBombs(t *testing.T) {
	t.Parallel()
	inbox := newInbox(t, letterSettings())
	nested := bounced(toBounce, "5.1.1", "550 no")
	for range 200 {
		nested = "Content-Type: multipart/mixed; boundary=n\r\n\r\n--n\r\n" + nested
	}
	for name, raw := range map[string]string{
		"nested":      nested,
		"long line":   "Subject: " + strings.Repeat("a", 5<<20),
		"many fields": strings.Repeat("A: b\r\n", 1<<20),
		"many parts":  "To: " + toBounce + "\r\nContent-Type: multipart/report; boundary=x\r\n\r\n" + strings.Repeat("--x\r\n\r\na\r\n", 100_000),
		"long folds":  "To: " + strings.Repeat("a\r\n ", 200_000) + "\r\n\r\n",
	} {
		in, err := inbox.Read(strings.NewReader(raw))
		if err != nil || in.Kind == calls.InboundBounce {
			t.Errorf("%s: %s, %v", name, in.Kind, err)
		}
	}
}

// Whatever comes in, reading it ends, and makes no address public. Only a token that stands in the mail counts.
func FuzzInbound(f *testing.F) {
	for _, status := range []string{"5.1.1", "4.2.2", "5.0.0", "x"} {
		f.Add([]byte(bounced(toBounce, status, "550 5.1.1 no")))
	}
	f.Add([]byte("To: unsubscribe+" + inboundToken + "@example.org\n\nx"))
	f.Add([]byte("Content-Type: multipart/report; boundary=\"\"\n\n----"))
	inbox := newInbox(f, letterSettings())
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := inbox.Read(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(in.Answer, "@\r\n\x00") || len(in.Answer) > 1300 {
			t.Errorf("answer %q", in.Answer)
		}
		if (in.Kind == calls.InboundBounce) != (in.Failure != "") || in.Kind == "" {
			t.Errorf("kind %q with failure %q", in.Kind, in.Failure)
		}
		if strings.ContainsFunc(in.From, func(r rune) bool { return r <= ' ' || r > '~' }) || len(in.From) > 254 || in.From != "" && in.Kind != calls.InboundUnknown && in.Kind != calls.InboundUnsubscribe {
			t.Errorf("from %q, of a mail that is %s", in.From, in.Kind)
		}
		if in.Token != "" && !strings.Contains(strings.ToLower(string(raw)), in.Token) && !strings.Contains(string(raw), "=") {
			t.Errorf("token %q came from nowhere", in.Token)
		}
	})
}
