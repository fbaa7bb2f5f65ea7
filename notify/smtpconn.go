package notify

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/wneessen/go-mail/smtp"

	"fundwatch/calls"
)

// A connection is one conversation with the mail server, greeted and logged in.
type connection struct {
	client *smtp.Client
	wire   *wire
	cfg    SMTPConfig
	mails  int       // begun on this connection
	used   time.Time // last
	proven bool      // the last mail was taken

	// Of the mail in hand.
	opening opening
	ahead   bool // commands were said before the answers to those before them were in
	unread  int  // answers that are to come to them

	stuffed []byte // what write sends, kept for its memory
}

// worn reports whether the connection should not carry another mail: after an answer that nobody asked for, the
// next one would be given to the wrong command.
func (c *connection) worn(cfg SMTPConfig) bool {
	return c.mails >= cfg.MaxPerConnection || time.Since(c.used) >= cfg.IdleTimeout || c.outOfTurn()
}

// outOfTurn reports whether the server has said more than it was asked.
func (c *connection) outOfTurn() bool { return c.client.Text.R.Buffered() > 0 }

// failed is newSendError for a command that may have been said ahead.
func (c *connection) failed(step Step, err error) *SendError {
	failed := newSendError(step, err)
	failed.ahead = c.ahead
	return failed
}

// closeWith closes the wire when ctx ends, which is what ends a read or a write that waits, until stop
// is called.
func (c *connection) closeWith(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.wire.Close() })
}

// step gives the server the time for one step. An error shows in the step itself.
func (c *connection) step(patience time.Duration) { _ = c.client.UpdateDeadline(patience) }

// start checks that the server can take the mail and tells it the sender. With ahead, a server that offers
// PIPELINING (RFC 2920) is told in the same breath what comes next: on a long way two waits in place of four. No
// byte of the message leaves before its answers are in.
func (c *connection) start(ctx context.Context, d *calls.Delivery, ahead bool) error {
	c.proven, c.ahead = false, ahead && c.offers("PIPELINING")
	if err := c.carries(d); err != nil {
		return &SendError{Step: StepCheck, Err: err}
	}
	defer c.closeWith(ctx)()
	c.opening = c.open(d)
	c.mails++
	c.wire.allow(maxAnswers)
	c.step(c.cfg.Timeout)
	if c.ahead {
		if err := c.say(c.opening.sender, c.opening.recipient, "DATA"); err != nil {
			return c.failed(StepSender, err)
		}
	}
	if err := c.ask(c.opening.sender, 250); err != nil {
		return c.failed(StepSender, err)
	}
	return nil
}

// carry goes on with the mail that was started: recipient, DATA and the bytes.
func (c *connection) carry(ctx context.Context, d *calls.Delivery, beforeData func() error) error {
	defer c.closeWith(ctx)()
	c.step(c.cfg.Timeout)
	if err := c.ask(c.opening.recipient, 25); err != nil {
		return c.failed(StepRecipient, err)
	}
	c.step(c.cfg.Timeout)
	if err := c.ask("DATA", 354); err != nil {
		return c.failed(StepData, err)
	}
	if c.outOfTurn() { // it would be taken for the answer to the final dot
		return newSendError(StepData, errors.New("the server answered before it had the message"))
	}
	if err := beforeData(); err != nil {
		return fmt.Errorf("before the message: %w", err)
	}
	c.step(c.cfg.Timeout)
	if err := c.write(d.Bytes); err != nil {
		return newSendError(StepBody, err)
	}
	return c.answer(d)
}

// An opening is what a server is told before it gets a message.
type opening struct{ sender, recipient string }

// open returns the opening of a mail that [checkMail] has let through. It asks for SMTPUTF8 only if that is needed: a
// server may have to bounce a plain mail where the next one does not know the extension.
func (c *connection) open(d *calls.Delivery) opening {
	o := opening{"MAIL FROM:<" + d.Sender + ">", "RCPT TO:<" + d.Recipient + ">"}
	if c.offers("8BITMIME") {
		o.sender += " BODY=8BITMIME"
	}
	if needsUTF8(d) {
		o.sender += " SMTPUTF8"
	}
	return o
}

// say gives commands whose answers are to be read.
func (c *connection) say(commands ...string) error {
	for _, command := range commands {
		_, _ = c.client.Text.W.WriteString(command + "\r\n") // an error stays, and Flush returns it
	}
	c.unread += len(commands)
	return c.client.Text.W.Flush()
}

// ask wants an answer with this code, or with codes that begin so, to a command, which it gives unless it was said
// ahead.
func (c *connection) ask(command string, code int) error {
	if c.unread == 0 {
		if err := c.say(command); err != nil {
			return err
		}
	}
	c.unread--
	_, _, err := c.client.Text.ReadResponse(code)
	return err
}

// write sends the message, its dots doubled, and the final dot, in one piece. The client has a writer of its
// own, which looks at byte after byte, and whose Close does not say whether the dot left. Here an error means
// that the server cannot have seen the end of the message.
func (c *connection) write(message []byte) error {
	c.stuffed = appendStuffed(c.stuffed[:0], message)
	if _, err := c.client.Text.W.Write(c.stuffed); err != nil {
		return err
	}
	return c.client.Text.W.Flush()
}

// appendStuffed appends a message as SMTP carries it (RFC 5321, section 4.5.2): a dot that begins a line is
// doubled, and a line with nothing but a dot is the end. The message ends in a line end (see [checkMail]).
func appendStuffed(to, message []byte) []byte {
	if message[0] == '.' {
		to = append(to, '.')
	}
	for {
		at := bytes.Index(message, []byte("\r\n."))
		if at < 0 {
			return append(append(to, message...), ".\r\n"...)
		}
		to = append(append(to, message[:at+3]...), '.')
		message = message[at+3:]
	}
}

// answer waits for what the server says to the final dot. Any 2xx means that it has the mail.
func (c *connection) answer(d *calls.Delivery) error {
	c.step(c.cfg.AnswerTimeout)
	code, text, err := c.client.Text.ReadResponse(2)
	c.used = time.Now()
	if err != nil {
		return newSendError(StepAnswer, err)
	}
	d.Code, d.Answer, c.proven = code, answerLine(text), true
	return nil
}

// reset ends a transaction that the server has refused. It is an error if the server waits for the message
// nevertheless: then only closing the connection tells it that none will come.
func (c *connection) reset() error {
	c.used = time.Now()
	for ; c.unread > 0; c.unread-- {
		c.step(c.cfg.Timeout)
		if code, _, err := c.client.Text.ReadResponse(0); err != nil || code == 354 {
			return cmp.Or(err, errors.New("it refused the mail and waits for the message"))
		}
	}
	c.step(c.cfg.Timeout)
	return c.client.Reset()
}

// quitPatience bounds the good-bye: nothing depends on it.
const quitPatience = 3 * time.Second

// quit says good-bye and closes the connection.
func (c *connection) quit() {
	c.wire.allow(maxAnswers)
	c.step(min(quitPatience, c.cfg.Timeout))
	_ = c.client.Quit()
	_ = c.wire.Close()
}

// carries returns why the server cannot take this mail, by what it offered in its greeting.
func (c *connection) carries(d *calls.Delivery) error {
	if needsUTF8(d) && !c.offers("SMTPUTF8") {
		return errors.New("an address or header has letters beyond ASCII, and the server does not offer SMTPUTF8")
	}
	if !c.offers("8BITMIME") && !isASCII(d.Bytes) {
		return errors.New("the message has bytes beyond ASCII, and the server does not offer 8BITMIME")
	}
	_, text := c.client.Extension("SIZE")
	if limit, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && limit > 0 && len(d.Bytes) > limit {
		return fmt.Errorf("the message has %d bytes, and the server takes %d", len(d.Bytes), limit)
	}
	return nil
}

// offers reports whether the server has named this extension in its greeting.
func (c *connection) offers(extension string) bool {
	ok, _ := c.client.Extension(extension)
	return ok
}

// needsUTF8 reports whether envelope or headers have letters beyond ASCII (RFC 6531).
func needsUTF8(d *calls.Delivery) bool {
	header, _, _ := bytes.Cut(d.Bytes, []byte("\r\n\r\n"))
	return !isASCII(d.Sender) || !isASCII(d.Recipient) || !isASCII(header)
}

func isASCII[T string | []byte](text T) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

func hasSpace(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// maxAnswers bounds what a server may say during one mail, or one greeting with its certificates: the
// client below reads a line and an answer of any length into memory.
const maxAnswers = 256 << 10

// errTalkative ends the conversation with a server that says more than maxAnswers.
var errTalkative = fmt.Errorf("the server said more than %d bytes", maxAnswers)

// A wire is a connection that yields a limited number of bytes.
type wire struct {
	net.Conn
	left atomic.Int64
}

// allow lets the server say that many more bytes.
func (w *wire) allow(bytes int64) { w.left.Store(bytes) }

// Read reads, or returns errTalkative.
func (w *wire) Read(p []byte) (int, error) {
	left := w.left.Load()
	if left <= 0 {
		return 0, errTalkative
	}
	n, err := w.Conn.Read(p[:min(int64(len(p)), left)])
	w.left.Add(-int64(n))
	return n, err
}
