package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"

	"github.com/google/go-cmp/cmp"
)

// now is the moment at which most tests happen: a Sunday morning.
var now = at("2026-11-22T05:15:00Z")

const day = 24 * time.Hour

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// townTwinning returns a full call, open at now.
func townTwinning() calls.Call {
	return calls.Call{
		Key:          calls.Key{Source: "portal", Reference: "51050034TOPICSen"},
		Identifier:   "CERV-2026-CITIZENS-TOWN-TT",
		Kind:         calls.KindTopic,
		Title:        "Town-Twinning",
		Summary:      "Towns meet their partner towns.",
		Body:         "Citizens of twinned towns come together and talk about Europe.",
		Umbrella:     "Citizens' engagement",
		Keywords:     []string{"jumelage", "civil society"},
		Programme:    "CERV",
		Divisions:    []string{"43251589"},
		ActionType:   "CERV Lump Sum Grants",
		URL:          "https://portal.example/CERV-2026-CITIZENS-TOWN-TT",
		Language:     "en",
		StatedStatus: calls.Open,
		Opens:        at("2026-10-05T22:00:00Z"),
		Deadlines:    []calls.Deadline{{At: at("2027-01-21T16:00:00Z"), Hour: calls.HourUsual}},
		Model:        calls.SingleStage,
		Budget:       calls.Known(5_000_000),
		GrantMax:     calls.Known(50_535),
	}
}

// call returns a small call, open at now until 2027-03-01.
func call(reference, title string) calls.Call {
	return calls.Call{
		Key:        calls.Key{Source: "portal", Reference: reference},
		Identifier: "ID-" + strings.ToUpper(reference),
		Kind:       calls.KindTopic,
		Title:      title,
		Opens:      at("2026-01-01T00:00:00Z"),
		Deadlines:  []calls.Deadline{{At: at("2027-03-01T16:00:00Z"), Hour: calls.HourStated}},
	}
}

func sweepOf(found ...calls.Call) calls.Sweep {
	return calls.Sweep{Source: "portal", Pages: 1, Found: found, Complete: true, Verified: "totals agree"}
}

func noTopics(*calls.Call) []calls.TopicHit { return nil }

// aboutTwinning says that calls with "twinning" in the title are about town twinning.
func aboutTwinning(c *calls.Call) []calls.TopicHit {
	if !strings.Contains(calls.Fold(c.Title), "twinning") {
		return nil
	}
	return []calls.TopicHit{{Topic: "town-twinning", Rule: calls.RuleTitle, Field: "title", Words: "Twinning", Weight: 0.9}}
}

// save stores a sweep as of a time and returns its run.
func save(t testing.TB, db *store.DB, sweep calls.Sweep, at time.Time) calls.Run {
	t.Helper()
	return saveWith(t, db, sweep, noTopics, at)
}

func saveWith(t testing.TB, db *store.DB, sweep calls.Sweep, classify store.Classifier, at time.Time) calls.Run {
	t.Helper()
	id, err := db.BeginRun(t.Context(), sweep.Source, at)
	if err != nil {
		t.Fatal(err)
	}
	run, err := db.SaveSweep(t.Context(), id, sweep, classify, at)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// history returns the changes of a call of the portal as "kind old>new".
func history(t testing.TB, db *store.DB, reference string) []string {
	t.Helper()
	changes, err := db.History(t.Context(), calls.Key{Source: "portal", Reference: reference})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range changes {
		all = append(all, fmt.Sprintf("%s %s>%s", c.Kind, c.Old, c.New))
	}
	return all
}

func stored(t testing.TB, db *store.DB, reference string) calls.Call {
	t.Helper()
	c, err := db.Call(t.Context(), calls.Key{Source: "portal", Reference: reference})
	if err != nil {
		t.Fatal(err)
	}
	return *c
}

// same fails the test if got differs from want.
func same[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: got +, want -\n%s", what, diff)
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must is ok for functions that return a value.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		ok(t, err)
		return value
	}
}

// ludwigsburg is a town with twins and two mailboxes.
func ludwigsburg() calls.Municipality {
	return calls.Municipality{
		ID: "ludwigsburg-de", Name: "Ludwigsburg", Country: "DE", LAU: "08118048",
		Population: calls.Known(93_000),
		Twins:      []calls.Twin{{Name: "Montbéliard", Country: "FR"}, {Name: "Caerphilly", Country: "GB"}, {Name: "Somewhere"}},
		Interests:  calls.Interests{Topics: []string{"town-twinning"}, Keywords: []string{"Radverkehr"}, MinGrant: 1000},
		Subscribers: []calls.Subscriber{
			{Email: "kultur@ludwigsburg.example", Name: "Kultur", Language: "de", Frequency: calls.Weekly},
			{Email: "europa@ludwigsburg.example", Language: "en", Frequency: calls.Monthly, State: calls.SubscriberPending},
		},
	}
}
