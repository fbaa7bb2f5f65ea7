package main

import (
	"fmt"
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

// What is new is told once, whenever it was found and whenever the letter goes out.

func TestACallFoundBetweenTwoRunsOfAWeekComesWithTheNext(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-01")
	w.tells(w.week("2026-09-01"), "Marktplatz A")
	w.list("B", "2026-12-01")
	w.silent(w.week("2026-09-03"))
	w.tells(w.week("2026-09-08"), "Marktplatz B", "!Marktplatz A")
	w.silent(w.week("2026-09-15"))
}

func TestACallPublishedLongAgoIsNewToWhoWasNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-01")
	w.week("2026-09-01")
	w.list("LATE", "2026-12-01", func(r *portaltest.Record) {
		r.Metadata["startDate"] = []string{"2026-08-15T00:00:00.000+0000"}
	})
	w.tells(w.week("2026-09-08"), "Marktplatz LATE")
}

func TestALetterOfTuesdayTellsWhatThatOfMondayWould(t *testing.T) {
	t.Parallel()
	var told [2]string
	for i, day := range []string{"2026-09-07", "2026-09-08"} {
		w := newWorld(t, "alba")
		w.list("A", "2026-12-01")
		w.week("2026-09-01")
		w.list("B", "2026-12-01")
		w.list("A", "2026-11-10")
		letters := w.week(day)
		w.tells(letters, "Marktplatz A", "Marktplatz B")
		told[i] = letters[0].subject
	}
	if told[0] != told[1] {
		t.Errorf("Monday: %q, Tuesday: %q", told[0], told[1])
	}
}

// A run that starts later each week skips none.
func TestTenWeeksHaveTenLetters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	for i := range 10 {
		day := after(t, "2026-09-01", 7*i)
		w.list(fmt.Sprint("N", i), "2027-03-01")
		w.crawl(day)
		w.tells(w.letters("digest", "--now", fmt.Sprintf("%sT%02d:%02d:00Z", day, 6+i, 6*i)), fmt.Sprint("Marktplatz N", i))
		w.silent(w.letters("digest", "--now", day+"T21:00:00Z"))
	}
}

// The weeks in which clocks change, and week 53, have one letter each.
func TestOddWeeksHaveOneLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	for i, week := range []struct{ period, first, second, third string }{
		{"2026-W43", "2026-10-20T06:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"}, // both are 02:30 in Brussels
		{"2026-W53", "2026-12-29T06:00:00Z", "2026-12-31T23:30:00Z", "2027-01-03T22:30:00Z"},
		{"2027-W12", "2027-03-23T06:00:00Z", "2027-03-28T00:59:00Z", "2027-03-28T01:01:00Z"}, // an hour does not exist
	} {
		w.list(fmt.Sprint("N", i), "2027-08-01")
		w.crawl(week.first[:10])
		out := must(t, w.environ, "digest", "--now", week.first)
		if !strings.Contains(out, week.period+": 1 composed") {
			t.Errorf("%s: %s", week.period, out)
		}
		w.tells(w.came(), fmt.Sprint("Marktplatz N", i))
		w.silent(w.letters("digest", "--now", week.second))
		w.silent(w.letters("digest", "--now", week.third))
	}
}

// Sixty calls in one week all reach the reader.
func TestNoneOfSixtyCallsIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	for i := range 60 {
		w.list(fmt.Sprintf("N%02d", i), "2026-12-01")
	}
	letters := w.week("2026-09-01")
	for i := range 60 {
		w.tells(letters, callIdentifier(fmt.Sprintf("N%02d", i)))
	}
	w.silent(w.week("2026-09-08"))
}

func TestAWithdrawnCallThatComesBackIsNotNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "alba")
	w.list("A", "2026-12-20")
	w.tells(w.week("2026-09-01"), "Marktplatz A")
	w.unlist("A")
	w.silent(w.week("2026-09-08")) // one crawl may be mistaken
	w.tells(w.week("2026-09-15"), "Marktplatz A", "Withdrawn: its source no longer lists it")
	w.silent(w.week("2026-09-22"))
	w.list("A", "2026-12-20")
	letters := w.week("2026-09-29")
	w.tells(letters, "Marktplatz A")
	if why := must(t, w.environ, "why", callIdentifier("A"), "alba", "--now", "2026-09-30"); strings.Count(why, "new, in mail") != 1 || !strings.Contains(why, "reopened, in mail") {
		t.Error(why)
	}
	w.silent(w.week("2026-10-06"))
}
