package notify

import (
	"context"
	"errors"
	"sync"

	"fundwatch/calls"
)

// Send hands the mail to the server over a connection that is open, or over a new one. All its errors but
// beforeData's are [*SendError]. When ctx ends the connection is closed under the conversation, which
// counts as lost where it stood. On success d.Code is 250 or another 2xx, and d.Answer is what the server said,
// in which the operator finds the name of the mail in its queue.
//
// A server that offers to be told several commands at once, and loses the thread when it is, gets the same mail and
// all that follow one command at a time.
func (s *SMTP) Send(ctx context.Context, d *calls.Delivery, beforeData func() error) error {
	if err := checkMail(d); err != nil {
		return &SendError{Step: StepCheck, Err: err}
	}
	err := s.send(ctx, d, beforeData)
	var failed *SendError
	if errors.As(err, &failed) && failed.chokes() && ctx.Err() == nil {
		s.oneByOne.Store(true)
		return s.send(ctx, d, beforeData)
	}
	return err
}

func (s *SMTP) send(ctx context.Context, d *calls.Delivery, beforeData func() error) error {
	c, err := s.begin(ctx, d)
	if err != nil && c == nil {
		return err
	}
	if err == nil {
		err = c.carry(ctx, d, beforeData)
	}
	s.give(s.settle(ctx, c, err))
	return err
}

// begin opens the mail's transaction on a connection, which is the caller's until it gives it back. The
// connection is nil if there is none.
func (s *SMTP) begin(ctx context.Context, d *calls.Delivery) (*connection, error) {
	for {
		c, err := s.take(ctx)
		if err != nil {
			return nil, newSendError(StepConnect, err)
		}
		c, err = s.start(ctx, c, d)
		if c != nil {
			return c, err
		}
		if s.opened.Load() == 0 || ctx.Err() != nil {
			s.give(nil)
			return nil, err
		}
		// The server lets no more of us in, but has not closed on the others. The place of this connection is
		// given up for good: asking again and again for what was refused would be impolite.
	}
}

// take returns a place for a connection, rather one that has a connection; nil is a place without one.
func (s *SMTP) take(ctx context.Context) (*connection, error) {
	select {
	case c := <-s.free:
		return c, nil
	default:
	}
	select {
	case c := <-s.free:
		return c, nil
	case <-s.blank:
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// give hands a place on, with its connection or, if that is nil, without.
func (s *SMTP) give(c *connection) {
	if c == nil {
		s.blank <- struct{}{}
	} else {
		s.free <- c
	}
}

// start opens the mail's transaction on the connection, or on a new one in its place, and returns which; nil
// if there is none. A connection that had been used before may have been closed by the server meanwhile, with
// a 421 or without a word. Nothing is lost by asking once more over a new one, which then tells the two
// meanings of 421 apart. Nothing of the message has left, whatever was said ahead.
func (s *SMTP) start(ctx context.Context, c *connection, d *calls.Delivery) (*connection, error) {
	if c != nil && c.worn(s.cfg) {
		s.quit(c)
		c = nil
	}
	if c != nil {
		proven := c.proven
		err := c.start(ctx, d, !s.oneByOne.Load())
		if !stale(err, proven) || ctx.Err() != nil {
			return c, err
		}
		s.drop(c)
	}
	c, err := s.connect(ctx)
	if err != nil {
		return nil, newSendError(StepConnect, err)
	}
	s.opened.Add(1)
	return c, c.start(ctx, d, !s.oneByOne.Load())
}

// stale reports whether err, of a connection that had worked before, may only mean that the server had enough of
// it. A refusal right after a mail that was taken may be something that the server said meanwhile, such as that it
// has waited too long.
func stale(err error, proven bool) bool {
	var failed *SendError
	return errors.As(err, &failed) &&
		(failed.brokeLink() || failed.Code == 421 || proven && failed.Step == StepSender)
}

// settle leaves the connection fit for the next mail and returns it, or drops it and returns nil.
func (s *SMTP) settle(ctx context.Context, c *connection, err error) *connection {
	if err == nil {
		return c
	}
	defer c.closeWith(ctx)()
	var failed *SendError
	answered := errors.As(err, &failed) && !failed.brokeLink() && failed.Code != 421
	if !answered || c.reset() != nil {
		s.drop(c)
		return nil
	}
	return c
}

// drop closes the connection without a word.
func (s *SMTP) drop(c *connection) {
	s.opened.Add(-1)
	_ = c.wire.Close() // it is broken: what closing says about it is not news
}

// quit says good-bye and closes the connection.
func (s *SMTP) quit(c *connection) {
	s.opened.Add(-1)
	c.quit()
}

// Close says good-bye to the server over every connection, and always returns nil: every mail has had its
// answer. A mail that is on its way keeps its connection, which stays open.
func (s *SMTP) Close() error {
	var farewells sync.WaitGroup
	for {
		select {
		case c := <-s.free:
			farewells.Go(func() { s.quit(c) })
			s.give(nil)
			continue
		default:
		}
		farewells.Wait()
		return nil
	}
}
