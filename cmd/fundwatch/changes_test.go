package main

import (
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

// What changed is told from what to what, to those who knew it otherwise.

func TestAMovedDeadlineIsToldToThoseWhoKnewTheOldOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-01")
	w.week("2026-09-01")
	w.join("2026-09-02", "brest")
	w.list("A", "2026-12-15")
	letters := w.week("2026-09-08")
	if len(letters) != 2 {
		t.Fatalf("%d letters", len(letters))
	}
	w.holds(letters[0], "Changed (1)", "1 December 2026", "15 December 2026")
	w.holds(letters[1], "Marktplatz A", "15 December 2026", "!1 December 2026", "!Changed")
}

func TestBackAndForthWithinAWeekIsSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-01")
	w.week("2026-09-01")
	w.list("A", "2026-12-15")
	w.crawl("2026-09-03")
	w.list("A", "2026-12-01")
	w.silent(w.week("2026-09-08"))
	w.list("A", "2026-12-10")
	w.crawl("2026-09-10")
	w.list("A", "2026-12-15")
	w.tells(w.week("2026-09-15"), "1 December 2026", "15 December 2026", "!10 December")
}

func TestWhatNobodyWouldNoticeIsNoChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-01")
	w.week("2026-09-01")
	w.list("A", "2026-12-01", func(r *portaltest.Record) {
		r.Metadata["title"] = []string{" Marktplatz  <b>A</b>\u00a0"}
		r.Metadata["deadlineDate"] = []string{"2026-12-01T00:00:37.000+0000"}
	})
	w.silent(w.week("2026-09-08"))
	w.list("A", "2026-12-01", func(r *portaltest.Record) {
		r.Metadata["budgetOverview"] = []string{budgetOf("A", 7_500_000)}
	})
	w.tells(w.week("2026-09-15"), "5,000,000", "7,500,000")
}

// A typing error that is mended is no news; another title is, with both.
func TestATypingErrorIsNoChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	entitled := func(title string) {
		w.list("A", "2026-12-01", func(r *portaltest.Record) { r.Metadata["title"] = []string{title} })
	}
	entitled("Marktplatz for Neigbours")
	w.week("2026-09-01")
	entitled("Marktplatz: for neighbours")
	w.silent(w.week("2026-09-08"))
	entitled("Marktplatz for museums")
	w.tells(w.week("2026-09-15"), "was “Marktplatz for Neigbours”, now “Marktplatz for museums”")
}

// A call that closed and opens again is told once, as that.
func TestAClosedCallThatOpensAgainIsNotNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-09-23")
	w.week("2026-09-15")
	w.silent(w.week("2026-09-29")) // it closed when its reader knew it would
	w.list("A", "2026-12-15")
	w.tells(w.week("2026-10-06"), "Changed (1)", "Open again", "15 December 2026")
	w.silent(w.week("2026-10-13"))
	if why := must(t, w.environ, "why", callIdentifier("A"), "alba", "--now", "2026-10-14"); strings.Count(why, "new, in mail") != 1 || strings.Count(why, "reopened, in mail") != 1 {
		t.Error(why)
	}
}

func TestAReminderThatWasMissedComesLateAndNeverTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-01")
	w.week("2026-09-01")
	w.tells(w.week("2026-11-03"), "in 28 days")
	w.silent(w.letters("digest", "--reminders", "--now", "2026-11-23T06:00:00Z")) // eight days before
	// The machine is off from the seventh day to the fourth.
	w.tells(w.letters("digest", "--reminders", "--now", "2026-11-27T06:00:00Z"), "Marktplatz A", "in 4 days")
	w.silent(w.letters("digest", "--reminders", "--now", "2026-11-28T06:00:00Z"))
	// And again until it is too late.
	w.silent(w.letters("digest", "--reminders", "--now", "2026-12-01T16:30:00Z"))
	w.silent(w.letters("digest", "--now", "2026-12-02T06:00:00Z"))
}

func TestADeadlineThatIsExtendedIsRemindedOfAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-01")
	w.week("2026-09-01")
	w.tells(w.letters("digest", "--reminders", "--now", "2026-11-24T06:00:00Z"), "Marktplatz A", "in 7 days")
	w.list("A", "2027-01-12")
	w.tells(w.week("2026-12-01"), "1 December 2026", "12 January 2027")
	w.tells(w.letters("digest", "--reminders", "--now", "2027-01-05T06:00:00Z"), "Marktplatz A", "in 7 days")
	why := must(t, w.environ, "why", callIdentifier("A"), "alba", "--now", "2027-01-06")
	if strings.Count(why, "closing-7, in mail") != 2 {
		t.Error(why)
	}
}

// Who counts on a day in December must hear that the call closed in September, be it that the day was moved or that
// the source calls it closed; who was told the day on which it closed needs no word.
func TestACallThatClosesEarlyIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-01")
	w.list("B", "2026-09-04")
	w.week("2026-09-01")
	w.list("A", "2026-09-04")
	w.crawl("2026-09-08")
	w.refuse(451, "later")
	must(t, w.environ, "digest", "--now", "2026-09-08T06:00:00Z")
	w.refuse(250, "")
	letters := w.letters("send", "--now", "2026-09-09T06:00:00Z") // that it has closed is what the mail says, and no reason to keep it
	w.tells(letters, "Marktplatz A", "1 December 2026", "4 September 2026", "Closed", "your word", "!Marktplatz B")
	w.silent(w.week("2026-09-15"))
	w.list("A", "2026-12-10")
	w.tells(w.week("2026-09-22"), "Marktplatz A", "Open again", "10 December 2026")
	w.silent(w.week("2026-09-29"))
	if why := must(t, w.environ, "why", callIdentifier("A"), "alba", "--now", "2026-09-30"); strings.Count(why, "reopened, in mail") != 1 {
		t.Error(why)
	}
}
