package main

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fundwatch/calls"
)

// What `search --for` finds is what the stage found from which digests are made, with the same scores and
// reasons, and what Explain says of each call.
func TestSearchForIsTheDigestsMatcher(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl")
	l := &launcher{surroundings{environ: environ, now: fixedClock, out: nil}, &globals{logFormat: "text"}}
	a, err := l.create(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	if err := importDemoTowns(ctx, a); err != nil {
		t.Fatal(err)
	}
	if _, err := a.match(ctx); err != nil {
		t.Fatal(err)
	}
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	towns, err := a.db.Municipalities(ctx)
	if err != nil || len(towns) == 0 {
		t.Fatalf("%d towns, %v", len(towns), err)
	}
	for i := range towns {
		m := &towns[i]
		want := map[string]foundFor{}
		matches, err := a.db.Matches(ctx, m.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range matches {
			c, err := a.db.Call(ctx, match.Call)
			if err != nil {
				t.Fatal(err)
			}
			want[match.Call.String()] = foundFor{match.Call.String(), match.Score, calls.Explain(topics, c, m).Reasons}
		}
		got := map[string]foundFor{}
		last := 1.0
		for _, f := range searchFor(t, environ, "--for", m.ID) {
			if f.Score > last {
				t.Errorf("%s: %s is not in the order of its score", m.ID, f.Key)
			}
			got[f.Key], last = f, f.Score
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" || len(got) == 0 {
			t.Errorf("%s: the digest's matches and the search differ:\n%s", m.ID, diff)
		}
		for key := range got {
			parsed, _ := calls.ParseKey(key)
			c, err := a.db.Call(ctx, parsed)
			if err != nil {
				t.Fatal(err)
			}
			if e := calls.Explain(topics, c, m); e.Match == nil || !cmp.Equal(e.Match.Reasons, got[key].Reasons) {
				t.Errorf("%s: why says otherwise of %s: %+v", m.ID, key, e)
			}
		}
	}
}

type foundFor struct {
	Key     string
	Score   float64
	Reasons []calls.Reason
}

func searchFor(t *testing.T, environ []string, args ...string) []foundFor {
	t.Helper()
	var found []foundFor
	out := must(t, environ, append([]string{"search", "--json", "--status", "open,forthcoming,withdrawn", "--limit", "0"}, args...)...)
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// Words, other conditions, another order and a limit go with --for.
func TestSearchForWithWords(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl")
	ctx := context.Background()
	l := &launcher{surroundings{environ: environ, now: fixedClock}, &globals{logFormat: "text"}}
	a, err := l.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := importDemoTowns(ctx, a); err != nil {
		t.Fatal(err)
	}
	a.close()
	all := searchFor(t, environ, "for:ludwigsburg-de")
	some := searchFor(t, environ, "for:ludwigsburg-de", "climate", "programme:LIFE")
	if len(some) == 0 || len(some) >= len(all) {
		t.Fatalf("%d of %d", len(some), len(all))
	}
	if first := searchFor(t, environ, "for:ludwigsburg-de", "--limit", "2"); !cmp.Equal(first, all[:2]) {
		t.Errorf("the first two are %v, want %v", first, all[:2])
	}
	byDeadline := must(t, environ, "search", "for:ludwigsburg-de", "--sort", "deadline", "--json=next_deadline", "--limit", "0")
	var deadlines []struct {
		At *string `json:"next_deadline"`
	}
	if err := json.Unmarshal([]byte(byDeadline), &deadlines); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(deadlines); i++ {
		if a, b := deadlines[i-1].At, deadlines[i].At; a == nil && b != nil || a != nil && b != nil && *a > *b {
			t.Error("--sort deadline is not obeyed with --for:", fmt.Sprint(byDeadline))
			break
		}
	}
}

// Who searches for a town right after its calls were matched reads the list that was noted; what is asked
// while the list is out of date is found call by call. Both must tell the same, in every order and form.
func TestSearchForReadsTheListOrEveryCall(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl")
	l := &launcher{surroundings{environ: environ, now: fixedClock}, &globals{logFormat: "text"}}
	a, err := l.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer a.close()
	if err := importDemoTowns(ctx, a); err != nil {
		t.Fatal(err)
	}
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	tell := func() (told []string, settled bool) {
		for _, town := range []string{"ludwigsburg-de", "montbeliard-fr", "novy-jicin-cz"} {
			for _, more := range [][]string{{}, {"--sort", "deadline"}, {"--sort", "newest"}, {"--limit", "2"}, {"town"},
				{"programme:CERV"}, {"--country", "FR", "--limit", "3"}, {"--changed-since", "30d"}, {"--status", "withdrawn,open"}} {
				told = append(told, must(t, environ, append([]string{"search", "--json", "--for", town}, more...)...))
			}
		}
		q := calls.Search{Statuses: []calls.Status{calls.Open}}
		_, settled, err := a.db.SearchMatched(ctx, q, "ludwigsburg-de", topics.Version(), fixedClock(), fixedClock())
		if err != nil {
			t.Fatal(err)
		}
		return told, settled
	}
	before, settled := tell()
	if settled {
		t.Fatal("nothing was matched, and the list of matches was taken")
	}
	if _, err := a.match(ctx); err != nil {
		t.Fatal(err)
	}
	after, settled := tell()
	if !settled {
		t.Fatal("all was matched, and the list of matches was not taken")
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
}

// Whoever plays through a day to come, on the real database, takes nothing from what is told today.
func TestATownEditedInTheFutureMissesNothing(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "crawl")
	must(t, environ, "municipalities", "add", "Somewhere", "--country", "FR", "--topic", "youth")
	want := searchFor(t, environ, "--for", "somewhere-fr")
	must(t, environ, "municipalities", "edit", "somewhere-fr", "--topic", "culture-heritage")
	must(t, environ, "municipalities", "edit", "somewhere-fr", "--topic", "youth", "--now", "2028-01-01")
	if got := searchFor(t, environ, "--for", "somewhere-fr"); len(want) == 0 || !cmp.Equal(got, want) {
		t.Errorf("%d calls concern the town, %d after it was edited under a later clock", len(want), len(got))
	}
}
