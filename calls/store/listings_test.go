package store_test

import (
	"testing"

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
