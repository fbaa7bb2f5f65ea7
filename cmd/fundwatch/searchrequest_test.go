package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/cobra"

	"fundwatch/calls"
)

// request1 reads a command line as `search` does.
func request1(t testing.TB, args ...string) (searchRequest, error) {
	t.Helper()
	f := searchFlags{usual: []calls.Status{calls.Open, calls.Forthcoming}}
	cmd := &cobra.Command{}
	f.define(&launcher{}, cmd, 50, "")
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return f.request(cmd.Flags().Args(), fixedClock())
}

// Conditions among the words mean what the flags mean.
func TestConditionsAreFlags(t *testing.T) {
	t.Parallel()
	for typed, flags := range map[string][]string{
		"programme:CERV,LIFE youth":              {"--programme", "CERV,LIFE", "youth"},
		"programme:CERV programme:LIFE youth":    {"--programme", "CERV", "--programme", "LIFE", "youth"},
		"topic:Youth":                            {"--topic", "youth"},
		"status:closed,withdrawn":                {"--status", "closed,withdrawn"},
		"status:all town":                        {"--status", "all", "town"},
		"deadline:<2027-01-31":                   {"--deadline-before", "2027-01-31"},
		"deadline:>=2027-01-31":                  {"--deadline-after", "2027-01-31"},
		"deadline:2027-01-01..2027-01-31":        {"--deadline-after", "2027-01-01", "--deadline-before", "2027-02-01"},
		"deadline:>=2027-01-01 deadline:2027-01": {"--deadline-after", "2027-01-01", "--deadline-before", "2027-02-01"},
		"new:7d":                                 {"--new-since", "7d"},
		"changed:2026-08-01":                     {"--changed-since", "2026-08-01"},
		"min-grant:50000":                        {"--min-grant", "50000"},
		"-status:forthcoming":                    {"--status", "open"},
	} {
		a, err := request1(t, append([]string{"--"}, typed)...)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
		}
		b, err := request1(t, flags...)
		if err != nil {
			t.Errorf("%q: %v", flags, err)
		}
		if diff := cmp.Diff(b.Find, a.Find); diff != "" {
			t.Errorf("%q is not %q:\n%s", typed, flags, diff)
		}
	}
}

func TestConditionsAddUp(t *testing.T) {
	t.Parallel()
	got, err := request1(t, "--programme", "CERV", "--deadline-after", "2026-10-01", "--min-grant", "10", "--",
		"town programme:LIFE -programme:HORIZON -topic:youth deadline:<2027 min-grant:70 new:30d new:2d for:x-de")
	if err != nil {
		t.Fatal(err)
	}
	want := calls.Search{
		Clauses: calls.ParseQuery("town"), Statuses: []calls.Status{calls.Open, calls.Forthcoming},
		Programmes: []string{"CERV", "LIFE"}, NotProgrammes: []string{"HORIZON"}, NotTopics: []string{"youth"},
		DeadlineAfter:  time.Date(2026, 10, 1, 0, 0, 0, 0, calls.Brussels()),
		DeadlineBefore: time.Date(2027, 1, 1, 0, 0, 0, 0, calls.Brussels()),
		NewSince:       fixedClock().Add(-48 * time.Hour), MinGrant: 70, Sort: calls.SortBest, Limit: 50,
	}
	if diff := cmp.Diff(want, got.Find, cmpopts.EquateApproxTime(0)); diff != "" || got.Municipality != "x-de" {
		t.Errorf("for %q:\n%s", got.Municipality, diff)
	}
}

func TestWrongConditionsAreRefused(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"programme:CREV":               `programme: "CREV" is no programme: did you mean`,
		"-topic:yuoth":                 `topic: "yuoth" is no topic: did you mean youth`,
		"status:opne":                  `status: "opne": want one of forthcoming, open`,
		"-status:all":                  "only forthcoming, open, closed, withdrawn can be left out",
		"status:open -status:open":     "every status that is wanted is also left out",
		"status:expected status:open":  "stands alone",
		"status:expected min-grant:1":  "has no source, grant or history yet",
		"deadline:soon":                `deadline: "soon" is no day: write 2027-01-31`,
		"deadline:2027-02..2027-01":    "ends before it begins",
		"deadline:2027-01,2027-02":     "want one value",
		"-deadline:2027":               "cannot be left out",
		"new:yesterday":                `new: "yesterday" is no time: write 7d`,
		"min-grant:lots":               `min-grant: "lots": want euro in digits`,
		"min-grant:-5":                 "want euro in digits",
		"for:a-de for:b-fr":            `for: "b-fr": want one municipality, "a-de" is asked for already`,
		"town programme:CERV topic:xx": `topic: "xx" is no topic`,
	} {
		_, err := request1(t, "--", typed)
		var misuse misuseError
		if err == nil || !errors.As(err, &misuse) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a misuse with %q", typed, err, want)
		}
	}
	for _, flags := range [][]string{{"--for", ""}, {"--programme", ""}, {"--new-since="}, {"--topic", ""}, {"--min-grant", "-1"}, {"--limit", "-1"}, {"--sort", "size"}} {
		if _, err := request1(t, flags...); err == nil {
			t.Errorf("%q was taken", flags)
		}
	}
}

// Whatever is typed is a search or a misuse, never an error of the query or of the database.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{
		"town", `"a b"* OR -c`, "programme:CERV status:all", "topic:youth -topic:youth", "deadline:..2027", "new:9999d",
		`x" NEAR/2 (a:b) ^c`, "source:portal", "%_\x00'", "-status:open", "changed:0h min-grant:9223372036854775807",
	} {
		f.Add(s)
	}
	db := benchDatabase(f, f.TempDir(), benchCalls(20))
	topics, err := calls.LoadTopics()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		flags := searchFlags{}
		cmd := &cobra.Command{}
		flags.define(&launcher{}, cmd, 0, "")
		r, err := flags.request([]string{s}, fixedClock())
		if err != nil {
			if exitCode(err) != exitMisused {
				t.Errorf("%q: %v is no misuse", s, err)
			}
			return
		}
		r.Find.Clauses, _ = topics.Widen(r.Find.Clauses)
		var sources []string
		for _, c := range r.Sources {
			sources = append(sources, strings.Split(strings.ToLower(strings.Join(c.Values, "\n")), "\n")...)
		}
		if err := r.AddSources(sources); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		if _, err := db.Search(t.Context(), r.Find, fixedClock()); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	})
}
