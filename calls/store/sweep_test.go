package store_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"fundwatch/calls"
)

func TestSaveSweepKeepsEverythingThatASourceSaid(t *testing.T) {
	t.Parallel()
	db := open(t)
	want := townTwinning()
	saveWith(t, db, sweepOf(want), aboutTwinning, now)
	want.Topics = aboutTwinning(&want)
	want.Recorded, want.FirstSeen, want.LastSeen = calls.Open, now, now
	same(t, "stored call", stored(t, db, want.Key.Reference), want)
	same(t, "history", history(t, db, want.Key.Reference), []string{"new >open"})
}

func TestSaveSweepKeepsUnknownUnknown(t *testing.T) {
	t.Parallel()
	db := open(t)
	want := calls.Call{Key: calls.Key{Source: "portal", Reference: "1"}, Title: "Hardly anything"}
	save(t, db, sweepOf(want), now)
	want.Recorded, want.FirstSeen, want.LastSeen = calls.Open, now, now
	same(t, "stored call", stored(t, db, "1"), want)
}

func TestSaveSweepCounts(t *testing.T) {
	t.Parallel()
	db := open(t)
	a, b, c := call("a", "First"), call("b", "Second"), call("c", "Third")
	first := save(t, db, sweepOf(a, b, c), now)
	same(t, "first run", first, calls.Run{ID: 1, Source: "portal", Started: now, Ended: now, Pages: 1, Seen: 3, New: 3,
		Complete: true, Verified: "totals agree"})

	a.Deadlines[0].At = at("2027-04-01T15:00:00Z")
	b.Body = "More words, none that a reader must be told of."
	sweep := sweepOf(a, b, call("d", "Fourth"))
	sweep.Odd = []calls.Odd{{Reference: "x", Problem: "no title"}}
	later := now.Add(day)
	second := save(t, db, sweep, later)
	same(t, "second run", second, calls.Run{ID: 2, Source: "portal", Started: later, Ended: later, Pages: 1, Seen: 3, New: 1,
		Changed: 2, Gone: 1, Odd: 1, Complete: true, Verified: "totals agree"})
	same(t, "odd records", must(db.OddRecords(t.Context(), 2))(t), sweep.Odd)
	same(t, "history of a", history(t, db, "a"), []string{"new >open", "deadline 2027-03-01>2027-04-01"})
	same(t, "history of b", history(t, db, "b"), []string{"new >open"})
	same(t, "changed of a", stored(t, db, "a").Changed, later)
	same(t, "changed of b", stored(t, db, "b").Changed, time.Time{})
	same(t, "body of b", stored(t, db, "b").Body, b.Body)

	same(t, "runs", must(db.Runs(t.Context(), 0))(t), []calls.Run{second, first})
	same(t, "newest run", must(db.Runs(t.Context(), 1))(t), []calls.Run{second})
	same(t, "listed", must(db.Listed(t.Context(), "portal", nil, now))(t), 3)
}

func TestUnchangedSweepWritesOnlyTheRun(t *testing.T) {
	t.Parallel()
	db := open(t)
	var found []calls.Call
	for i := range 500 {
		c := townTwinning()
		c.Key.Reference = string(rune('a'+i%26)) + time.Duration(i).String()
		found = append(found, c)
	}
	save(t, db, sweepOf(found...), now)
	raw := outside(t, db.Path())
	exec(t, raw, "PRAGMA wal_checkpoint(TRUNCATE)")
	later := now.Add(day)
	run := save(t, db, sweepOf(found...), later)
	same(t, "unchanged", run.Unchanged, 500)

	// What is written to the file goes through the log beside it: here the pages of one row and its
	// index, twice, for the run begins and ends.
	info, err := os.Stat(db.Path() + "-wal")
	ok(t, err)
	if pages := info.Size() / 4096; pages > 8 {
		t.Errorf("an unchanged sweep wrote %d pages, want at most 8", pages)
	}
	c := stored(t, db, found[0].Key.Reference)
	same(t, "last seen", c.LastSeen, later)
	same(t, "first seen", c.FirstSeen, now)
}

func TestLastSeenWithoutAWrite(t *testing.T) {
	t.Parallel()
	db := open(t)
	a, b := call("a", "First"), call("b", "Second")
	lastSeen := func() [2]time.Time { return [2]time.Time{stored(t, db, "a").LastSeen, stored(t, db, "b").LastSeen} }
	days := func(n int) time.Time { return now.Add(time.Duration(n) * day) }

	save(t, db, sweepOf(a, b), now)
	save(t, db, sweepOf(a, b), days(1))
	same(t, "both listed", lastSeen(), [2]time.Time{days(1), days(1)})

	save(t, db, sweepOf(a), days(2))
	same(t, "one absent", lastSeen(), [2]time.Time{days(2), days(1)})

	broken := sweepOf(b)
	broken.Complete, broken.Err = false, errors.New("page 2 is cut")
	save(t, db, broken, days(3))
	same(t, "an incomplete sweep saw b only", lastSeen(), [2]time.Time{days(2), days(3)})
	save(t, db, broken, days(4))
	same(t, "and again", lastSeen(), [2]time.Time{days(2), days(4)})
}

func TestAbsence(t *testing.T) {
	t.Parallel()
	broken := calls.Sweep{Source: "portal", Err: errors.New("page 2 is cut")}
	unverified := calls.Sweep{Source: "portal"}
	steps := map[string]struct {
		then []calls.Sweep
		days []float64 // after the first sweep
		want []string
	}{
		"absent once":                    {[]calls.Sweep{sweepOf()}, []float64{1}, []string{"new >open"}},
		"absent twice on one day":        {[]calls.Sweep{sweepOf(), sweepOf()}, []float64{1, 1.2}, []string{"new >open"}},
		"absent on two days":             {[]calls.Sweep{sweepOf(), sweepOf()}, []float64{1, 2}, []string{"new >open", "withdrawn open>withdrawn"}},
		"withdrawn once only":            {[]calls.Sweep{sweepOf(), sweepOf(), sweepOf()}, []float64{1, 2, 3}, []string{"new >open", "withdrawn open>withdrawn"}},
		"absent in broken sweeps":        {[]calls.Sweep{broken, unverified, broken}, []float64{1, 2, 3}, []string{"new >open"}},
		"once absent, then broken":       {[]calls.Sweep{sweepOf(), broken}, []float64{1, 2}, []string{"new >open"}},
		"seen in between":                {[]calls.Sweep{sweepOf(), sweepOf(call("a", "A")), sweepOf()}, []float64{1, 2, 3}, []string{"new >open"}},
		"back after withdrawal":          {[]calls.Sweep{sweepOf(), sweepOf(), sweepOf(call("a", "A"))}, []float64{1, 2, 3}, []string{"new >open", "withdrawn open>withdrawn", "reopened withdrawn>open"}},
		"closed before the second":       {[]calls.Sweep{sweepOf(), sweepOf()}, []float64{1, 120}, []string{"new >open", "closed open>closed"}},
		"over and absent, then nothing":  {[]calls.Sweep{sweepOf(), sweepOf()}, []float64{120, 121}, []string{"new >open", "closed open>closed"}},
		"back, but over, after withdraw": {[]calls.Sweep{sweepOf(), sweepOf(), sweepOf(call("a", "A"))}, []float64{1, 2, 200}, []string{"new >open", "withdrawn open>withdrawn", "reopened withdrawn>closed"}},
	}
	for name, test := range steps {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			save(t, db, sweepOf(call("a", "A")), now)
			for i, sweep := range test.then {
				save(t, db, sweep, now.Add(time.Duration(test.days[i]*float64(day))))
			}
			same(t, "history", history(t, db, "a"), test.want)
		})
	}
}

func TestDatesAloneMakeChanges(t *testing.T) {
	t.Parallel()
	db := open(t)
	c := call("a", "A")
	c.Opens = now.Add(2 * day)
	save(t, db, sweepOf(c), now)
	same(t, "at first", history(t, db, "a"), []string{"new >forthcoming"})

	broken := calls.Sweep{Source: "portal", Err: errors.New("no answer")}
	save(t, db, broken, now.Add(3*day)) // unseen
	same(t, "opened", history(t, db, "a"), []string{"new >forthcoming", "opened forthcoming>open"})
	same(t, "changed", stored(t, db, "a").Changed, now.Add(3*day))

	save(t, db, sweepOf(c), at("2027-03-02T05:00:00Z")) // seen, unchanged
	save(t, db, sweepOf(c), at("2027-03-03T05:00:00Z"))
	same(t, "closed", history(t, db, "a"), []string{"new >forthcoming", "opened forthcoming>open", "closed open>closed"})

	other := calls.Sweep{Source: "feed", Complete: true}
	save(t, db, other, now.Add(3*day))
	same(t, "another source's sweep", len(history(t, db, "a")), 3)
}

func TestSaveSweepKeepsWhatABrokenSweepFound(t *testing.T) {
	t.Parallel()
	db := open(t)
	sweep := sweepOf(call("a", "A"))
	sweep.Err = errors.New("page 2 is cut")
	run := save(t, db, sweep, now)
	same(t, "run", run, calls.Run{ID: 1, Source: "portal", Started: now, Ended: now, Pages: 1, Seen: 1, New: 1,
		Verified: "totals agree", Error: "page 2 is cut"})
	same(t, "title", stored(t, db, "a").Title, "A")
}

func TestSaveSweepTurnsWhatCannotBeStoredIntoOddRecords(t *testing.T) {
	t.Parallel()
	db := open(t)
	with := func(change func(*calls.Call)) calls.Call {
		c := call("bad", "Bad")
		change(&c)
		return c
	}
	twice := call("a", "A again, and different")
	sweep := sweepOf(
		call("a", "A"), twice, call("a", "A"),
		with(func(c *calls.Call) { c.Key.Source = "feed" }),
		with(func(c *calls.Call) { c.Key.Reference = "" }),
		with(func(c *calls.Call) { c.Title = " " }),
		with(func(c *calls.Call) { c.StatedStatus = "perhaps" }),
		with(func(c *calls.Call) { c.Model = "three-stage" }),
		with(func(c *calls.Call) { c.Deadlines = append(c.Deadlines, calls.Deadline{At: now}) }),
		with(func(c *calls.Call) { c.Deadlines = []calls.Deadline{{}} }),
		with(func(c *calls.Call) { c.Opens = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC) }),
	)
	run := save(t, db, sweep, now)
	same(t, "run", run, calls.Run{ID: 1, Source: "portal", Started: now, Ended: now, Pages: 1, Seen: 1, New: 1, Odd: 9,
		Complete: true, Verified: "totals agree"})
	same(t, "odd records", must(db.OddRecords(t.Context(), 1))(t), []calls.Odd{
		{Reference: "a", Problem: "listed twice with different contents; the first was kept"},
		{Reference: "bad", Problem: `source "feed" in a sweep of "portal"`},
		{Reference: "", Problem: "no reference"},
		{Reference: "bad", Problem: "no title"},
		{Reference: "bad", Problem: `status "perhaps" is unknown`},
		{Reference: "bad", Problem: `deadline model "three-stage" is unknown`},
		{Reference: "bad", Problem: "deadlines are out of order"},
		{Reference: "bad", Problem: "deadline without a time"},
		{Reference: "bad", Problem: "time 12026-01-01 00:00:00 +0000 UTC: want a year of four digits"},
	})
	same(t, "first of two", stored(t, db, "a").Title, "A")
}

func TestEveryFieldOfACallMakesADifference(t *testing.T) {
	t.Parallel()
	// If a new field of calls.Call is forgotten in the tables, this shows it: each of these must come back.
	changes := map[string]func(*calls.Call){
		"identifier": func(c *calls.Call) { c.Identifier += "X" },
		"kind":       func(c *calls.Call) { c.Kind = calls.KindCascade },
		"title":      func(c *calls.Call) { c.Title += " X" },
		"summary":    func(c *calls.Call) { c.Summary += " X" },
		"body":       func(c *calls.Call) { c.Body += " X" },
		"umbrella":   func(c *calls.Call) { c.Umbrella += " X" },
		"keywords":   func(c *calls.Call) { c.Keywords = []string{"one"} },
		"programme":  func(c *calls.Call) { c.Programme = "LIFE" },
		"divisions":  func(c *calls.Call) { c.Divisions = nil },
		"action":     func(c *calls.Call) { c.ActionType = "" },
		"url":        func(c *calls.Call) { c.URL = "" },
		"language":   func(c *calls.Call) { c.Language = "fr" },
		"status":     func(c *calls.Call) { c.StatedStatus = "" },
		"opens":      func(c *calls.Call) { c.Opens = time.Time{} },
		"hour":       func(c *calls.Call) { c.Deadlines = []calls.Deadline{{At: c.Deadlines[0].At, Hour: calls.HourUnsaid}} },
		"deadlines":  func(c *calls.Call) { c.Deadlines = nil },
		"model":      func(c *calls.Call) { c.Model = calls.TwoStage },
		"budget":     func(c *calls.Call) { c.Budget = calls.Number{} },
		"zero":       func(c *calls.Call) { c.Budget = calls.Known(0) },
		"grant min":  func(c *calls.Call) { c.GrantMin = calls.Known(1) },
		"grant max":  func(c *calls.Call) { c.GrantMax = calls.Known(1) },
		"grants":     func(c *calls.Call) { c.Grants = calls.Known(1) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			save(t, db, sweepOf(townTwinning()), now)
			want := townTwinning()
			change(&want)
			run := save(t, db, sweepOf(want), now.Add(time.Hour))
			same(t, "changed", run.Changed, 1)
			got := stored(t, db, want.Key.Reference)
			got.Recorded, got.FirstSeen, got.LastSeen, got.Changed = "", time.Time{}, time.Time{}, time.Time{}
			same(t, "stored call", got, want)
		})
	}
}

func TestKilledRunsStayVisible(t *testing.T) {
	t.Parallel()
	db := open(t)
	save(t, db, sweepOf(call("a", "A")), now)
	must(db.BeginRun(t.Context(), "portal", now.Add(time.Hour)))(t) // and killed
	failed := must(db.BeginRun(t.Context(), "feed", now.Add(2*time.Hour)))(t)
	ok(t, db.FailRun(t.Context(), failed, errors.New("no answer"), now.Add(3*time.Hour)))

	runs := must(db.Runs(t.Context(), 0))(t)
	same(t, "ends", []bool{runs[0].Ended.IsZero(), runs[1].Ended.IsZero(), runs[2].Ended.IsZero()}, []bool{false, true, false})
	same(t, "error", runs[0].Error, "no answer")
	last := must(db.LastRuns(t.Context()))(t)
	same(t, "last run of the portal", last["portal"].ID, 1)
	same(t, "last run of the feed", last["feed"].ID, failed)

	if err := db.FailRun(t.Context(), failed, errors.New("again"), now); err == nil {
		t.Error("a run was ended twice")
	}
	if _, err := db.SaveSweep(t.Context(), failed, calls.Sweep{Source: "feed"}, noTopics, now); err == nil {
		t.Error("a sweep was saved to a run that has ended")
	}
	if _, err := db.SaveSweep(t.Context(), 2, calls.Sweep{Source: "feed"}, noTopics, now); err == nil {
		t.Error("a sweep was saved to a run of another source")
	}
	if err := db.FailRun(t.Context(), 77, errors.New("no run"), now); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("FailRun of an unknown run: %v, want ErrNotFound", err)
	}
}

func TestSaveSweepIsAllOrNothing(t *testing.T) {
	t.Parallel()
	db := open(t)
	id := must(db.BeginRun(t.Context(), "portal", now))(t)
	ctx, cancel := context.WithCancel(t.Context())
	classify := func(c *calls.Call) []calls.TopicHit {
		if c.Key.Reference == "b" {
			cancel() // as a signal would, half-way
		}
		return nil
	}
	if _, err := db.SaveSweep(ctx, id, sweepOf(call("a", "A"), call("b", "B"), call("c", "C")), classify, now); err == nil {
		t.Fatal("SaveSweep succeeded although its context had ended")
	}
	if _, err := db.Call(t.Context(), call("a", "").Key); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("a call of a sweep that was broken off: %v, want ErrNotFound", err)
	}
	run, err := db.SaveSweep(t.Context(), id, sweepOf(call("a", "A"), call("b", "B")), noTopics, now)
	if err != nil || run.New != 2 {
		t.Errorf("the same run again: %d new, %v; want 2 new", run.New, err)
	}
}

func TestTopicsFollowTheText(t *testing.T) {
	t.Parallel()
	db := open(t)
	asked := 0
	classify := func(c *calls.Call) []calls.TopicHit { asked++; return aboutTwinning(c) }
	a, b := call("a", "Town twinning"), call("b", "Railways")
	saveWith(t, db, sweepOf(a, b), classify, now)
	saveWith(t, db, sweepOf(a, b), classify, now.Add(time.Hour))
	same(t, "asked about unchanged calls", asked, 2)
	same(t, "topics of a", len(stored(t, db, "a").Topics), 1)
	a.Title = "Town planning"
	saveWith(t, db, sweepOf(a, b), classify, now.Add(2*time.Hour))
	same(t, "topics of a, renamed", stored(t, db, "a").Topics, nil)
}

func TestReclassify(t *testing.T) {
	t.Parallel()
	db := open(t)
	saveWith(t, db, sweepOf(call("a", "Town twinning"), call("b", "Railways")), noTopics, now)
	for _, step := range []struct {
		version string
		want    int
	}{{"1", 1}, {"1", 0}, {"2", 0}} {
		same(t, "changed by version "+step.version, must(db.Reclassify(t.Context(), step.version, aboutTwinning))(t), step.want)
	}
	same(t, "topics", stored(t, db, "a").Topics, aboutTwinning(&calls.Call{Title: "Twinning"}))
	refuse := func(*calls.Call) []calls.TopicHit { t.Error("classified although the version is stored"); return nil }
	must(db.Reclassify(t.Context(), "2", refuse))(t)
}

func TestFindCalls(t *testing.T) {
	t.Parallel()
	db := open(t)
	tt, nt := townTwinning(), townTwinning()
	nt.Key.Reference, nt.Identifier = "52000000TOPICSen", "CERV-2026-CITIZENS-TOWN-NT"
	again := townTwinning()
	again.Key.Reference = "59999999TOPICSen"
	odd := call("100%_sure", "Odd")
	odd.Identifier = ""
	save(t, db, sweepOf(tt, nt, again, odd), now)
	tests := map[string][]string{
		"portal:51050034TOPICSen":    {"51050034TOPICSen"},
		"PORTAL:51050034topicsEN":    {"51050034TOPICSen"},
		" 52000000topicsen ":         {"52000000TOPICSen"},
		"cerv-2026-citizens-town-tt": {"51050034TOPICSen", "59999999TOPICSen"},
		"CERV-2026-CITIZENS-TOWN-N":  {"52000000TOPICSen"},
		"cerv":                       {"52000000TOPICSen", "51050034TOPICSen", "59999999TOPICSen"},
		"100%":                       {"100%_sure"},
	}
	for name, want := range tests {
		found, err := db.FindCalls(t.Context(), name)
		var got []string
		for _, c := range found {
			got = append(got, c.Key.Reference)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("FindCalls(%q) = %v, %v; want %v", name, got, err, want)
		}
	}
	for name, want := range map[string]string{
		"CERV-2026-CITIZENS-TOWN-TX": `find call "CERV-2026-CITIZENS-TOWN-TX": not found; did you mean CERV-2026-CITIZENS-TOWN-TT, CERV-2026-CITIZENS-TOWN-NT?`,
		"qqqqqqqq":                   `find call "qqqqqqqq": not found: 'fundwatch search' finds calls by words`,
		"":                           `find call "": not found: 'fundwatch search' finds calls by words`,
		"%":                          `find call "%": not found: 'fundwatch search' finds calls by words`,
	} {
		found, err := db.FindCalls(t.Context(), name)
		if !errors.Is(err, calls.ErrNotFound) || err.Error() != want {
			t.Errorf("FindCalls(%q) = %d calls, %v; want %q", name, len(found), err, want)
		}
	}
	var names []string
	for _, n := range must(db.Identifiers(t.Context(), "cerv"))(t) {
		if n.Title == "" {
			t.Errorf("%s is completed without a title", n.Name)
		}
		names = append(names, n.Name)
	}
	same(t, "completion", names, []string{"CERV-2026-CITIZENS-TOWN-NT", "CERV-2026-CITIZENS-TOWN-TT"})
	if _, err := db.Call(t.Context(), calls.Key{Source: "portal", Reference: "none"}); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("Call of an unknown key: %v, want ErrNotFound", err)
	}
	for _, since := range []time.Time{{}, now.Add(-day), now.Add(1000 * day)} {
		all := must(db.ChangesSince(t.Context(), since))(t)
		for _, hit := range must(db.Search(t.Context(), calls.Search{}, now))(t) {
			history := must(db.History(t.Context(), hit.Call.Key))(t)
			late := slices.DeleteFunc(history, func(c calls.Change) bool { return c.At.Before(since) })
			if len(late)+len(all[hit.Call.Key]) > 0 {
				same(t, "changes since", all[hit.Call.Key], late)
			}
		}
	}
	if _, err := db.History(t.Context(), calls.Key{Source: "portal", Reference: "none"}); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("History of an unknown key: %v, want ErrNotFound", err)
	}
}
