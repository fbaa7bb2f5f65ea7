package notify

import (
	"errors"
	"time"

	"fundwatch/calls"
)

// A verdict is what an attempt means: for the mail, and for the run.
type verdict struct {
	outcome   calls.Outcome
	brokeLink bool // the connection is in trouble, not the mail
	stops     bool // no further mail need be tried now
	refused   bool // refused for a reason that other mails may share
	untried   bool // the sender was not asked, so that nothing was learnt about it
}

func untried(v verdict) verdict {
	v.untried = true
	return v
}

// A judgement is what a verdict depends on besides the error. Its methods are pure.
type judgement struct {
	mail   *calls.Delivery
	now    time.Time
	jitter float64
}

// of turns what a Sender returned into a verdict.
func (j judgement) of(err error) verdict {
	if err == nil {
		return verdict{outcome: calls.Outcome{
			State: calls.DeliverySent, Code: j.mail.Code, Answer: answerLine(j.mail.Answer)}}
	}
	var failed *SendError
	if !errors.As(err, &failed) {
		v := j.putBack(0, answerLine(err.Error()))
		v.brokeLink = true
		return v
	}
	v := j.failure(failed)
	v.brokeLink = failed.brokeLink()
	v.stops = failed.stops()
	return v
}

// failure decides what becomes of the mail.
func (j judgement) failure(e *SendError) verdict {
	answer := e.Answer()
	switch {
	case !e.aboutMail():
		return j.putBack(e.Code, answer)
	case e.Step == StepAnswer && e.Code == 0:
		return j.uncertain(answer)
	case e.badAddress():
		return verdict{refused: true, outcome: calls.Outcome{State: calls.DeliveryBounced, Code: e.Code, Answer: answer}}
	case e.Step == StepCheck || e.Code/100 == 5:
		v := j.giveUp(e.Code, answer)
		v.refused = e.Step != StepCheck
		return v
	case e.Step == StepAnswer && j.resent():
		return j.giveUp(e.Code, answer) // the bytes have left twice: that was the one more try
	}
	return j.temporary(e.Code, answer)
}

// resent reports whether an earlier copy of the mail may have been taken.
func (j judgement) resent() bool { return j.mail.State == calls.DeliveryUncertain }

// pending is the state of a mail that will be tried again: an uncertain one stays uncertain until it
// is known to be taken.
func (j judgement) pending() calls.DeliveryState {
	if j.resent() {
		return calls.DeliveryUncertain
	}
	return calls.DeliveryQueued
}

// putBack leaves the mail as it was, due at once and with no attempt counted.
func (j judgement) putBack(code int, answer string) verdict {
	return verdict{outcome: calls.Outcome{State: j.pending(), NextAttempt: j.now, Code: code, Answer: answer}}
}

// temporary lets the mail wait for its next attempt, or gives it up after the last.
func (j judgement) temporary(code int, answer string) verdict {
	wait, again := calls.Retry(j.mail.Attempts+1, j.jitter)
	if !again {
		return j.giveUp(code, answer)
	}
	return verdict{outcome: calls.Outcome{
		State: j.pending(), NextAttempt: j.now.Add(wait), Code: code, Answer: answer}}
}

// uncertain grants the mail its one more try, if it has not had it.
func (j judgement) uncertain(answer string) verdict {
	o := calls.Outcome{State: calls.DeliveryUncertain, Answer: answer}
	if !j.resent() {
		wait, _ := calls.Retry(1, j.jitter)
		o.NextAttempt = j.now.Add(wait)
	}
	return verdict{outcome: o}
}

// giveUp ends the mail. One of which a copy may have been taken stays uncertain for good: to call it
// failed would return its calls to the next digest, and tell the reader twice.
func (j judgement) giveUp(code int, answer string) verdict {
	state := calls.DeliveryFailed
	if j.resent() {
		state = calls.DeliveryUncertain
	}
	return verdict{outcome: calls.Outcome{State: state, Code: code, Answer: answer}}
}

// suppressed ends a mail that must no longer be sent.
func (j judgement) suppressed(reason string) verdict {
	v := j.giveUp(0, reason)
	if v.outcome.State == calls.DeliveryFailed {
		v.outcome.State = calls.DeliverySuppressed
	}
	return v
}
