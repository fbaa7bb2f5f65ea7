package main

import (
	"context"
	"time"

	"fundwatch/calls"
)

// remindIfDue composes the reminders of the newest firing of the schedule, once. Whoever gets a letter later
// on the same day is left to it.
func (d *daemon) remindIfDue(ctx context.Context) error {
	firing, ok, err := d.newestFiring(d.cfg.Schedule.Reminders)
	if err != nil || !ok {
		return err
	}
	day := calls.ReminderPeriod(firing, d.zone)
	if done, err := d.db.RemindersDone(ctx, day); err != nil || done {
		return err
	}
	o := digestOptions{At: firing, Zone: d.zone, Scheduled: true, Reminders: true}
	if o.Gap, err = d.reminderGap(d.now()); err != nil {
		return err
	}
	if o.Letter, err = d.letterOn(day, firing); err != nil {
		return err
	}
	if _, err := d.digest(ctx, o); err != nil {
		return err
	}
	return d.db.SettleReminders(ctx, day, d.now())
}

// reminderGap returns how many days after the given moment reminders are sent again, at least one: what falls
// due on a weekend is told on Friday.
func (a *app) reminderGap(at time.Time) (int, error) {
	s, err := parseSchedule(a.cfg.Schedule.Reminders, a.zone)
	if err != nil {
		return 0, err
	}
	next := calls.Deadline{At: s.Next(at)}
	return max(next.DaysLeft(at), 1), nil
}

// letterOn returns when a letter goes out on that day after the given moment; the zero time if none does.
func (a *app) letterOn(day string, after time.Time) (time.Time, error) {
	s, err := parseSchedule(a.cfg.Schedule.Digest, a.zone)
	if err != nil {
		return time.Time{}, err
	}
	if letter := s.Next(after); calls.ReminderPeriod(letter, a.zone) == day {
		return letter, nil
	}
	return time.Time{}, nil
}

// leftToLetter reports whether a letter that is due later on the same day will do instead of a reminder.
func (a *app) leftToLetter(ctx context.Context, s *calls.Subscriber, o digestOptions) (bool, error) {
	if o.Letter.IsZero() {
		return false, nil
	}
	done, err := a.db.DigestDone(ctx, s.ID, calls.PeriodKey(s.Frequency, o.Letter, o.Zone))
	return !done, err
}

// supersede takes back what waits and is about to be told anew.
func (a *app) supersede(ctx context.Context, s *calls.Subscriber, o digestOptions) error {
	if o.Reminders {
		return a.db.SupersedeReminders(ctx, s.ID, a.now())
	}
	return a.db.Supersede(ctx, s.ID, a.now())
}
