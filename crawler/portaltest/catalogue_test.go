package portaltest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/crawler/portaltest"
)

const apiTime = "2006-01-02T15:04:05.000-0700"

func TestCatalogueIsSound(t *testing.T) {
	t.Parallel()
	for _, day := range []int{1, 2} {
		records := portaltest.Catalogue(day)
		seen := map[string]bool{}
		for _, r := range records {
			if seen[r.Reference] {
				t.Errorf("day %d: reference %q occurs twice", day, r.Reference)
			}
			seen[r.Reference] = true
			checkDates(t, r)
			checkTexts(t, r)
		}
		if calls := len(callsOf(records)); calls < 70 {
			t.Errorf("day %d: got %d calls, want at least 70", day, calls)
		}
	}
}

// callsOf returns the calls among the records, without copies in other languages and the old index.
func callsOf(records []portaltest.Record) map[string]portaltest.Record {
	calls := map[string]portaltest.Record{}
	for _, r := range records {
		isCall := slices.Contains([]string{"1", "2", "8"}, r.Type())
		if isCall && r.First("language") == "en" && r.First("DATASOURCE") == "SEDIA" {
			calls[r.Reference] = r
		}
	}
	return calls
}

func checkDates(t *testing.T, r portaltest.Record) {
	t.Helper()
	opens := time.Time{}
	for _, field := range []string{"startDate", "deadlineDate"} {
		for _, value := range r.Metadata[field] {
			at, err := time.Parse(apiTime, value)
			switch {
			case err != nil:
				t.Errorf("%s: %s: %v", r.Reference, field, err)
			case at.Year() < 2021 || at.Year() > 2028:
				t.Errorf("%s: %s %s lies outside the programmes", r.Reference, field, value)
			case field == "startDate":
				opens = at
			case at.Before(opens):
				t.Errorf("%s: deadline %s lies before the opening", r.Reference, value)
			}
		}
	}
}

func checkTexts(t *testing.T, r portaltest.Record) {
	t.Helper()
	for _, field := range []string{"identifier", "title", "type", "language", "url"} {
		if r.First(field) == "" {
			t.Errorf("%s: %s is empty", r.Reference, field)
		}
	}
	for _, field := range []string{"actions", "budgetOverview", "links", "latestInfos", "publicationDocuments"} {
		if text := r.First(field); text != "" && !json.Valid([]byte(text)) {
			t.Errorf("%s: %s is no JSON: %s", r.Reference, field, text)
		}
	}
}

func TestCatalogueIsRich(t *testing.T) {
	t.Parallel()
	records := portaltest.Catalogue(1)
	var live, cascade, values, external, endless, twoStage, cutOffs, noBudget, siblings, jsonKeywords int
	programmes := map[string]bool{}
	for _, r := range callsOf(records) {
		programmes[r.First("frameworkProgramme")] = true
		if r.First("status") != "31094503" && lastDeadline(r).After(portaltest.Clock(1)) {
			live++
		}
		count(&cascade, r.Type() == "8")
		count(&values, r.Type() == "8" && r.First("identifier") == "CERV-2024-CITIZENS-VALUES")
		count(&external, r.Type() == "2")
		count(&endless, r.Type() == "2" && len(r.Metadata["deadlineDate"]) == 0)
		count(&twoStage, r.First("deadlineModel") == "two-stage" && len(r.Metadata["deadlineDate"]) == 2)
		count(&cutOffs, r.First("deadlineModel") == "multiple cut-off" && len(r.Metadata["deadlineDate"]) > 2)
		count(&noBudget, r.Type() == "1" && r.First("budgetOverview") == "")
		count(&siblings, strings.Count(r.First("budgetOverview"), `"action"`) > 1)
		count(&jsonKeywords, strings.HasPrefix(r.First("keywords"), "["))
	}
	for name, got := range map[string][2]int{
		"open or forthcoming": {live, 35}, "cascade": {cascade, 10}, "sharing one identifier": {values, 5},
		"external": {external, 6}, "external without deadline": {endless, 1}, "two-stage": {twoStage, 3},
		"multiple cut-off": {cutOffs, 3}, "without budget": {noBudget, 3}, "with siblings": {siblings, 5},
		"keywords as JSON": {jsonKeywords, 1}, "programmes": {len(programmes), 15},
	} {
		if got[0] < got[1] {
			t.Errorf("%s: got %d, want at least %d", name, got[0], got[1])
		}
	}
}

func count(n *int, is bool) {
	if is {
		*n++
	}
}

func lastDeadline(r portaltest.Record) time.Time {
	last := time.Time{}
	for _, value := range r.Metadata["deadlineDate"] {
		if at, err := time.Parse(apiTime, value); err == nil && at.After(last) {
			last = at
		}
	}
	return last
}

// The real facts that the rest of the house is built around.
func TestCatalogueKnowsTheTownCalls(t *testing.T) {
	t.Parallel()
	calls := callsOf(portaltest.Catalogue(1))
	tests := map[string]struct{ identifier, opens, deadline, budget, status string }{
		"51050034TOPICSen": {"CERV-2026-CITIZENS-TOWN-TT", "2026-05-06", "2026-09-23", "6000000", "31094502"},
		"50099558TOPICSen": {"CERV-2026-CITIZENS-TOWN-NT", "2025-12-17", "2026-04-16", "12000000", "31094503"},
	}
	for reference, want := range tests {
		r := calls[reference]
		if r.First("identifier") != want.identifier || r.First("status") != want.status {
			t.Errorf("%s: got %q with status %s, want %q, %s", reference, r.First("identifier"), r.First("status"), want.identifier, want.status)
		}
		if got := r.First("startDate") + r.First("deadlineDate"); got != want.opens+"T00:00:00.000+0000"+want.deadline+"T00:00:00.000+0000" {
			t.Errorf("%s: got dates %s", reference, got)
		}
		if line := fmt.Sprintf(`"budgetYearMap":{"2026":"%s"}`, want.budget); !strings.Contains(r.First("budgetOverview"), line) {
			t.Errorf("%s: got %s, want one with %s", reference, r.First("budgetOverview"), line)
		}
	}
}

func TestDaysDifferInThreeWays(t *testing.T) {
	t.Parallel()
	first, second := callsOf(portaltest.Catalogue(1)), callsOf(portaltest.Catalogue(2))
	got := map[string]string{}
	for reference, r := range second {
		was, ok := first[reference]
		switch {
		case !ok:
			got[r.First("identifier")] = "appeared"
		case !reflect.DeepEqual(was, r):
			got[r.First("identifier")] = was.First("status") + " " + was.First("deadlineDate")[:10] +
				" -> " + r.First("status") + " " + r.First("deadlineDate")[:10]
		}
	}
	want := map[string]string{
		"LIFE-2026-SAP-CLIMA-CCA":      "31094502 2026-09-22 -> 31094502 2026-10-06",
		"CREA-CULT-2027-COOP-1":        "31094501 2027-01-21 -> 31094502 2027-01-21",
		"ERASMUS-YOUTH-2027-YOUTH-TOG": "appeared",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for reference := range first {
		if _, ok := second[reference]; !ok {
			t.Errorf("%s is gone on day 2", reference)
		}
	}
}

func TestCatalogueCopiesAreFresh(t *testing.T) {
	t.Parallel()
	records := portaltest.Catalogue(1)
	records[0].Metadata["title"][0] = "changed"
	if again := portaltest.Catalogue(1); again[0].First("title") == "changed" {
		t.Error("two catalogues share their records")
	}
}

func TestManyAreDistinct(t *testing.T) {
	t.Parallel()
	references, identifiers := map[string]bool{}, map[string]bool{}
	for _, r := range portaltest.Many(500) {
		references[r.Reference], identifiers[r.First("identifier")] = true, true
	}
	if len(references) != 500 || len(identifiers) != 500 {
		t.Errorf("got %d references and %d identifiers, want 500 of each", len(references), len(identifiers))
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	for day, want := range map[int]string{0: "2026-09-01", 1: "2026-09-01", 2: "2026-09-08", 3: "2026-09-08"} {
		if got := portaltest.Clock(day); got.Format(time.DateOnly) != want || got.Weekday() != time.Tuesday {
			t.Errorf("day %d: got %v, want %s, a Tuesday", day, got, want)
		}
	}
}
