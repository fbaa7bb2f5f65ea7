package store_test

import (
	"testing"
	"time"

	"fundwatch/calls"
)

// A list page that names a portal identifier tells where else the call stands, and is no second call.
func TestOneCallInTwoSources(t *testing.T) {
	t.Parallel()
	db := open(t)
	topic := call("a", "Town Twinning")
	topic.Kind, topic.Identifier = calls.KindTopic, "CERV-2026-CITIZENS-TOWN-TT"
	save(t, db, sweepOf(topic), now)
	row := func(reference, identifier string) calls.Call {
		return calls.Call{
			Key: calls.Key{Source: "list", Reference: reference}, Title: "Twinning, as a list page calls it",
			Identifier: identifier, URL: "https://list.example/" + reference,
		}
	}
	list := calls.Sweep{Source: "list", Found: []calls.Call{row("1", "cerv-2026-citizens-town-tt"), row("2", "OWN-2026")}, Complete: true}
	for range 2 {
		run := save(t, db, list, now)
		same(t, "seen", run.Seen, 2)
	}
	same(t, "calls", find(t, db, calls.Search{}), []string{"a", "2"})
	same(t, "listings", must(db.Listings(t.Context(), topic.Key))(t), []calls.Listing{{Source: "list", URL: "https://list.example/1"}})
	same(t, "of the other", must(db.Listings(t.Context(), calls.Key{Source: "list", Reference: "2"}))(t), nil)
}

// Whoever passes on the money of a past topic names it: a row with a deadline to come is a call of its own. One without
// merely lags.
func TestARowThatOutlivesItsTopic(t *testing.T) {
	t.Parallel()
	db := open(t)
	topic := call("a", "Values")
	topic.Kind, topic.Identifier, topic.Deadlines[0].At = calls.KindTopic, "CERV-2024-CITIZENS-VALUES", now.Add(day)
	save(t, db, sweepOf(topic), now)
	later := now.Add(30 * day)
	regranting, lagging := call("1", "Small grants for villages"), call("2", "Values, as a list page calls it")
	for _, row := range []*calls.Call{&regranting, &lagging} {
		row.Key.Source, row.Kind, row.Identifier = "list", "", topic.Identifier
	}
	regranting.Deadlines[0].At, lagging.Deadlines = later.Add(30*day), nil
	save(t, db, calls.Sweep{Source: "list", Found: []calls.Call{regranting, lagging}, Complete: true}, later)
	same(t, "its own", must(db.Call(t.Context(), regranting.Key))(t).Key, regranting.Key)
	same(t, "listings", len(must(db.Listings(t.Context(), topic.Key))(t)), 1)
}

// A list page may be earlier than the portal, or know a topic that the portal has lost for a day. When the
// portal has it, both are one call, and nobody is told of it a second time.
func TestThePortalComesLater(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db, ludwigsburg())
	row := call("1", "Partnerstädte 2027")
	row.Key.Source, row.Kind, row.Identifier, row.URL = "list", "", "CERV-2027-CITIZENS-TOWN-TT", "https://list.example/1"
	list := calls.Sweep{Source: "list", Found: []calls.Call{row}, Complete: true}
	save(t, db, list, now)
	d := &calls.Digest{Subscriber: calls.Subscriber{ID: 1}, Period: "2026-W47"}
	d.New = []calls.Item{{Call: row, Notices: []calls.Notice{{Call: row.Key, Kind: calls.NoticeNew, Told: row.Facts(now)}}}}
	_, out := digestOf(t, db, 1, "2026-W47")
	must(db.Enqueue(t.Context(), d, out, now))(t)

	ok(t, db.Mute(t.Context(), 1, row.Key, now))

	topic := call("a", "Town Twinning 2027")
	topic.Identifier, topic.Deadlines[0].At = "CERV-2027-CITIZENS-TOWN-TT", at("2027-04-01T15:00:00Z")
	later := now.Add(2 * day)
	save(t, db, sweepOf(topic), later)
	same(t, "calls", find(t, db, calls.Search{}), []string{"a"})
	same(t, "by its old key", must(db.FindCalls(t.Context(), "list:1"))(t)[0].Key, topic.Key)
	same(t, "listings", must(db.Listings(t.Context(), topic.Key))(t), []calls.Listing{{Source: "list", URL: "https://list.example/1"}})
	same(t, "muted", must(db.MutedSince(t.Context(), 1, topic.Key))(t), now)
	same(t, "first seen", stored(t, db, "a").FirstSeen, now)
	history := must(db.History(t.Context(), topic.Key))(t)
	same(t, "history", []calls.ChangeKind{history[0].Kind}, []calls.ChangeKind{calls.ChangeNew})
	got := candidates(t, db, later)["a"]
	changes := got.Told.NetChanges(&got.Call, later)
	same(t, "what is told", len(changes), 1)
	same(t, "of the deadline", [3]string{string(changes[0].Kind), changes[0].Old, changes[0].New}, [3]string{"deadline", "2027-03-01", "2027-04-01"})

	run := save(t, db, list, later)
	same(t, "the row again", [3]int{run.New, run.Changed, run.Unchanged}, [3]int{0, 0, 1})
	for n := range 2 {
		list.Found = nil
		save(t, db, list, later.Add(time.Duration(n+1)*day))
	}
	same(t, "after the row went", find(t, db, calls.Search{}), []string{"a"})
}

// A topic that the portal had lost comes back to a call that another source had kept.
func TestThePortalComesBack(t *testing.T) {
	t.Parallel()
	db := open(t)
	topic, listed := call("a", "Town Twinning"), calls.Search{Statuses: []calls.Status{calls.Open}}
	save(t, db, sweepOf(topic), now)
	for n := range 2 {
		save(t, db, sweepOf(), now.Add(time.Duration(n+1)*day))
	}
	row := call("1", "Town Twinning")
	row.Key.Source, row.Kind, row.Identifier = "list", "", topic.Identifier
	list := calls.Sweep{Source: "list", Found: []calls.Call{row}, Complete: true}
	save(t, db, list, now.Add(2*day))
	same(t, "while it is lost", find(t, db, listed), []string{"1"})
	save(t, db, sweepOf(topic), now.Add(3*day))
	same(t, "when it is back", find(t, db, listed), []string{"a"})
	save(t, db, list, now.Add(3*day))
	same(t, "afterwards", find(t, db, listed), []string{"a"})
	kinds := []calls.ChangeKind{}
	for _, c := range must(db.History(t.Context(), topic.Key))(t) {
		kinds = append(kinds, c.Kind)
	}
	same(t, "history", kinds, []calls.ChangeKind{calls.ChangeNew, calls.ChangeWithdrawn, calls.ChangeReopened})
}

// Whatever refers to a call must follow it when two become one: a table that is not thought of breaks the sweep.
func TestEverythingThatRefersToACallIsUnited(t *testing.T) {
	t.Parallel()
	raw := outside(t, open(t).Path())
	rows, err := raw.Query(`
		SELECT DISTINCT m.name FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
		WHERE m.type = 'table' AND f."table" = 'calls' ORDER BY m.name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var name string
		ok(t, rows.Scan(&name))
		tables = append(tables, name)
	}
	same(t, "tables that sweeper.unite looks after", tables, []string{"changes", "folded", "listings", "mutes", "notices", "texts", "topics"})
}
