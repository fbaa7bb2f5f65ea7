package store_test

import (
	"fmt"
	"testing"
	"time"

	"fundwatch/calls"
)

// Browsing finds what searching finds, page by page, also after calls have changed, gone or come.
func TestBrowsingFindsWhatSearchingFinds(t *testing.T) {
	t.Parallel()
	db := open(t)
	var found []calls.Call
	for i := range 30 {
		c := call(fmt.Sprint(i), fmt.Sprintf("Twinning of bridges %d", i%7))
		c.Deadlines = []calls.Deadline{{At: now.Add(time.Duration(i%11)*day + time.Hour), Hour: calls.HourStated}}
		c.Budget = calls.Known(int64(i % 5))
		found = append(found, c)
	}
	searches := []calls.Search{
		{Limit: 4}, {Limit: 4, Offset: 4}, {Limit: 4, Offset: 28}, {Limit: 4, Offset: 400}, {},
		{Statuses: []calls.Status{calls.Open}, Sort: calls.SortDeadline, Limit: 10},
		{Clauses: calls.ParseQuery("bridge* 3"), Limit: 5}, {Clauses: calls.ParseQuery("bridges -4"), Limit: 5, Offset: 5},
		{Topics: []string{"town-twinning"}, Sort: calls.SortBudget, Limit: 7}, {Clauses: calls.ParseQuery("nothing"), Limit: 5},
	}
	agree := func(what string, at time.Time) {
		t.Helper()
		for i, q := range searches {
			want := must(db.Search(t.Context(), q, at))(t)
			for range 2 { // the second time what is known is used
				same(t, fmt.Sprintf("%s, search %d", what, i), must(db.Browse(t.Context(), q, at))(t), want)
			}
		}
	}
	agree("empty", now)
	saveWith(t, db, sweepOf(found...), aboutTwinning, now)
	agree("filled", now)
	agree("a week later", now.Add(7*day))
	found[3].Deadlines[0].At, found[4].Title = now.Add(40*day), "Another title"
	saveWith(t, db, sweepOf(found...), aboutTwinning, now.Add(time.Hour))
	agree("changed", now)
	for _, later := range []time.Duration{day, 2 * day} {
		saveWith(t, db, sweepOf(found[2:]...), aboutTwinning, now.Add(later))
	}
	agree("withdrawn", now)
}

// Between two minutes nothing changes by itself.
func TestBrowsingGoesByTheMinute(t *testing.T) {
	t.Parallel()
	db := open(t)
	c := townTwinning()
	c.Deadlines = []calls.Deadline{{At: now.Truncate(time.Minute).Add(30 * time.Second), Hour: calls.HourStated}}
	save(t, db, sweepOf(c), now)
	current := calls.Search{Statuses: []calls.Status{calls.Open}}
	for seconds, want := range map[int]int{29: 1, 31: 1, 60: 0} {
		at := now.Truncate(time.Minute).Add(time.Duration(seconds) * time.Second)
		same(t, fmt.Sprintf("after %d seconds", seconds), len(must(db.Browse(t.Context(), current, at))(t)), want)
	}
}
