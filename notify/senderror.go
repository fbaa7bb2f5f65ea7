package notify

import (
	"bytes"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"strings"
	"unicode"

	"fundwatch/calls"
)

// A Step is a part of the conversation with a mail server. Where it broke decides what is known: before
// the final dot nothing was taken, after it nobody can say.
type Step string

// The steps, in the order in which a mail goes through them.
const (
	StepCheck     Step = "check"       // the mail cannot be carried as it is; nothing was said about it to anyone
	StepConnect   Step = "connect"     // dialling, greeting, TLS, log-in: nothing to do with this mail
	StepSender    Step = "mail from"   // the server was told the envelope sender
	StepRecipient Step = "rcpt to"     // the server was told the recipient
	StepData      Step = "data"        // the server was asked to listen
	StepBody      Step = "message"     // bytes are leaving; the final dot has not left
	StepAnswer    Step = "end of data" // the final dot has left; the server has the mail or has not
)

// A SendError is one mail that a [Sender] did not get rid of: where it broke and what the server said.
type SendError struct {
	Step     Step
	Code     int    // the answer's code, 400 to 599; 0 when none or none that makes sense came
	Enhanced string // the answer's enhanced code (RFC 3463), "5.1.1"; "" when none came
	Err      error  // never nil

	ahead bool // it broke where commands were said ahead of the answers; no byte of the message has left
}

// Error returns the step and the reason, and may hold addresses: [SendError.Answer] holds none.
func (e *SendError) Error() string { return string(e.Step) + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *SendError) Unwrap() error { return e.Err }

// Answer returns Error as it may be stored and shown: one line of at most 300 characters, addresses
// replaced.
func (e *SendError) Answer() string { return answerLine(e.Error()) }

// newSendError reads code and enhanced code off an error of the SMTP client.
func newSendError(step Step, err error) *SendError {
	failed := &SendError{Step: step, Err: err}
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 400 && answer.Code < 600 {
		failed.Code = answer.Code
		failed.Enhanced = enhancedCode(answer.Code, answer.Msg)
	}
	return failed
}

// enhancedPattern is a status code of RFC 3463 at the start of an answer's text.
var enhancedPattern = regexp.MustCompile(`^([245])\.\d{1,3}\.\d{1,3}(?:\s|$)`)

// enhancedCode returns the enhanced code at the start of an answer, "" if there is none or if its class
// contradicts the code: then the plain code is what counts, since every server has to get that right.
func enhancedCode(code int, text string) string {
	found := strings.TrimSpace(enhancedPattern.FindString(text))
	if found == "" || int(found[0]-'0') != code/100 {
		return ""
	}
	return found
}

// policyWords are how servers without enhanced codes say that it is the sender, and not the address, that
// they do not want. Taking that for a bounce would stop the mail to everybody on one bad day.
var policyWords = regexp.MustCompile(`(?i)relay|spam|block|black ?list|listed|rbl|policy|denied|prohibit|authenti|reputation|sender|mailfrom|spf|dkim|dmarc`)

// badAddress reports whether the answer says that this recipient does not exist or takes no mail, so
// that sending to it again would only hurt. That is the rule of bounce handling as of 2026-11-22 (RFC
// 3463): 5.1.x but for 5.1.7 and 5.1.8, which speak of the sender; 5.2.1, mailbox closed; 5.4.4, no
// such host. A server without enhanced codes says it with 550, 551 or 553, and then only in answer to
// the recipient: after the message the same codes speak of its contents.
func (e *SendError) badAddress() bool {
	if e.Code/100 != 5 || (e.Step != StepRecipient && e.Step != StepAnswer) {
		return false
	}
	switch e.Enhanced {
	case "5.1.7", "5.1.8":
		return false
	case "5.2.1", "5.4.4":
		return true
	case "":
		return e.Step == StepRecipient && (e.Code == 550 || e.Code == 551 || e.Code == 553) && !policyWords.MatchString(e.Answer())
	}
	return strings.HasPrefix(e.Enhanced, "5.1.")
}

// brokeLink reports whether there was no connection, or no usable answer although one was due: the way
// out, not the mail, is in trouble.
func (e *SendError) brokeLink() bool {
	return e.Step == StepConnect || e.Code == 0 && e.Step != StepCheck
}

// chokes reports whether the server may have lost the thread because commands were said ahead.
func (e *SendError) chokes() bool { return e.ahead && e.brokeLink() }

// stops reports whether the answer concerns every mail alike, so that the next one need not be tried: the
// server closes (421), or does not let us in. Trying on could lock the account.
func (e *SendError) stops() bool {
	switch e.Code {
	case 421, 530, 534, 535, 538:
		return true
	}
	return e.Step == StepConnect && e.Code/100 == 5
}

// aboutMail reports whether the failure has to do with this mail, so that it counts as an attempt.
func (e *SendError) aboutMail() bool {
	return e.Step != StepConnect && (e.Code == 421 || !e.stops())
}

const (
	answerLength = 300     // characters; servers explain themselves at any length
	answerRead   = 4 << 10 // bytes that are looked at: a hostile answer must not cost a second
)

// addressWord is a word with an address in it, as it stands or as a link carries it.
var addressWord = regexp.MustCompile(`(?i)"[^"]*"@\S*|\S*(?:@|＠|%40)\S*`)

// answerLine makes a line of what a server or the system said that may be stored, printed and logged:
// valid UTF-8, no control or invisible characters, at most answerLength characters, and every word that
// holds an address replaced, since an answer outlives the subscriber it speaks of.
func answerLine(text string) string {
	if len(text) > answerRead { // and no half address at the end
		text = text[:answerRead]
		text = text[:strings.LastIndexAny(text, " \t\r\n")+1] + "…"
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	text = addressWord.ReplaceAllString(text, "<address>")
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > answerLength {
		runes = append(runes[:answerLength-1], '…')
	}
	return string(runes)
}

// checkAddress refuses what would say something else to the server than an address, once it stands in the angle
// brackets of an envelope. An empty one is good: it is the sender of what must not come back.
func checkAddress(address string) error {
	bad := strings.ContainsFunc(address, func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || r == '<' || r == '>'
	})
	if bad || len(address) > 254 { // RFC 5321, section 4.5.3.1.3, without the brackets
		return errors.New("the address cannot be put in an envelope: check it for spaces, brackets and length")
	}
	return nil
}

// checkMail refuses, before anything is said to a server, a mail that would not arrive byte for byte.
// A lone CR or LF is sent as it is, and some servers take one as an end of the message (the smuggling attacks of
// 2023).
func checkMail(d *calls.Delivery) error {
	if d.Recipient == "" {
		return errors.New("the mail has no recipient")
	}
	for _, address := range []string{d.Sender, d.Recipient} {
		if err := checkAddress(address); err != nil {
			return err
		}
	}
	if len(d.Bytes) < 2 || string(d.Bytes[len(d.Bytes)-2:]) != "\r\n" {
		return errors.New("the message does not end in a line end")
	}
	ends := bytes.Count(d.Bytes, []byte("\r\n"))
	if ends == bytes.Count(d.Bytes, []byte("\r")) && ends == bytes.Count(d.Bytes, []byte("\n")) {
		return nil
	}
	for i, b := range d.Bytes {
		lone := b == '\r' && d.Bytes[i+1] != '\n' || b == '\n' && (i == 0 || d.Bytes[i-1] != '\r')
		if lone {
			return fmt.Errorf("the message has half a line end at byte %d", i)
		}
	}
	return nil
}
