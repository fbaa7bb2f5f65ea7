package crawler_test

import (
	"strings"
	"testing"

	"fundwatch/calls"
	"fundwatch/crawler/portaltest"
)

// unite serves records whose rows are wrong in a way that the index is known for.
func unite(t *testing.T, records ...portaltest.Record) calls.Sweep {
	t.Helper()
	return crawl(t, serve(t, portaltest.New(records)), impatient())
}

func record(t *testing.T, reference string) portaltest.Record {
	t.Helper()
	for _, r := range portaltest.Catalogue(1) {
		if r.Reference == reference {
			return r
		}
	}
	t.Fatalf("the catalogue has no %q", reference)
	return portaltest.Record{}
}

func TestPortalUnitesCopies(t *testing.T) {
	t.Parallel()
	whole := record(t, "51050034TOPICSen")
	older := whole.Clone()
	older.Metadata["esDA_IngestDate"] = []string{"2026-04-29T03:00:00.000+0200"}
	older.Metadata["title"] = []string{"Older title"}
	newer := whole.Clone()
	newer.Metadata["esDA_IngestDate"] = []string{"2026-05-29T03:00:00.000+0200"}
	newer.Metadata["title"] = []string{"Newer title"}
	stub := portaltest.Record{Reference: "99999999TOPICSen", Metadata: map[string][]string{
		"type": {"1"}, "identifier": whole.Metadata["identifier"], "title": {"Stub"}, "DATASOURCE": {"SEDIA"},
		"status": {"31094502"}, "language": {"en"},
	}}
	for _, tc := range []struct {
		name     string
		records  []portaltest.Record
		title    string
		verified string
	}{
		{"stub first", []portaltest.Record{stub, whole}, "Call Town Twinning 2026", "types 1, 2, 8: 2 of 2 records, each page as asked; 1 united or unreadable"},
		{"stub last", []portaltest.Record{whole, stub}, "Call Town Twinning 2026", "types 1, 2, 8: 2 of 2 records, each page as asked; 1 united or unreadable"},
		{"same document twice", []portaltest.Record{newer, older}, "Newer title", "types 1, 2, 8: 2 of 2 records, each page as asked; 1 repeated; type 1: 2 readings united"},
		{"same document twice, other order", []portaltest.Record{older, newer}, "Newer title", "types 1, 2, 8: 2 of 2 records, each page as asked; 1 repeated; type 1: 2 readings united"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			sweep := unite(t, tc.records...)
			if len(sweep.Found) != 1 || sweep.Found[0].Title != tc.title || sweep.Verified != tc.verified {
				t.Errorf("got %d calls, verified %q, error %v, want one titled %q, verified %q",
					len(sweep.Found), sweep.Verified, sweep.Err, tc.title, tc.verified)
			}
			if len(sweep.Found) > 0 && sweep.Found[0].Title != tc.title {
				t.Errorf("got title %q, want %q", sweep.Found[0].Title, tc.title)
			}
		})
	}
}

// Among two documents about one topic that say the same, the choice must not depend on what changes
// daily: the key of a call is for ever.
func TestPortalChoiceIsStable(t *testing.T) {
	t.Parallel()
	first, second := record(t, "51050034TOPICSen"), record(t, "51050034TOPICSen")
	second.Reference = "51050035TOPICSen"
	for _, days := range [][2]string{{"01", "02"}, {"02", "01"}} {
		first.Metadata["esDA_IngestDate"] = []string{"2026-08-" + days[0] + "T03:00:00.000+0200"}
		second.Metadata["esDA_IngestDate"] = []string{"2026-08-" + days[1] + "T03:00:00.000+0200"}
		sweep := unite(t, first, second)
		if len(sweep.Found) != 1 || sweep.Found[0].Key.Reference != second.Reference {
			t.Errorf("ingested %v: got %v, want %s alone", days, sweep.Found, second.Reference)
		}
	}
}

// Cascade calls carry the identifier and the title of their parent topic.
func TestPortalKeepsCascadeCallsApart(t *testing.T) {
	t.Parallel()
	var cascade []portaltest.Record
	for _, r := range portaltest.Catalogue(1) {
		if r.Type() == "8" && r.First("status") != "31094503" && r.First("DATASOURCE") == "SEDIA" {
			r.Metadata["identifier"], r.Metadata["title"] = []string{"CERV-2024-CITIZENS-VALUES"}, []string{"The parent"}
			cascade = append(cascade, r)
		}
	}
	sweep := unite(t, append(cascade, record(t, "51050034TOPICSen"))...)
	if len(sweep.Found) != len(cascade)+1 || len(cascade) < 2 {
		t.Fatalf("got %d calls for %d cascade calls and a topic, error %v", len(sweep.Found), len(cascade), sweep.Err)
	}
	for _, r := range cascade {
		c := find(t, sweep, r.Reference)
		if want := strings.TrimSpace(r.First("callTitle")); c.Title != want || c.Umbrella != "The parent" {
			t.Errorf("%s: got title %q under %q, want %q under The parent", c.Key, c.Title, c.Umbrella, want)
		}
		if want := "/competitive-calls-cs/" + r.First("callccm2Id"); !strings.HasSuffix(c.URL, want) {
			t.Errorf("%s: got URL %q, want one that ends in %s", c.Key, c.URL, want)
		}
	}
}

// The key is that of the English record, which every call has, whatever language is preferred: a call
// whose translation appears is no new call.
func TestPortalKeyDoesNotFollowTranslations(t *testing.T) {
	t.Parallel()
	english := portaltest.Many(1)
	german := english[0].Clone()
	german.Reference = strings.TrimSuffix(german.Reference, "en") + "de"
	german.Metadata["REFERENCE"], german.Metadata["language"] = []string{german.Reference}, []string{"de"}
	german.Metadata["title"] = []string{"Städtepartnerschaften"}
	for name, records := range map[string][]portaltest.Record{"before": english, "after": append(english, german)} {
		src := serve(t, portaltest.New(records))
		src.Languages = []string{"de", "en"}
		sweep := crawl(t, src, impatient())
		if len(sweep.Found) != 1 || sweep.Found[0].Key.Reference != english[0].Reference {
			t.Errorf("%s: got %+v, want one call under %s", name, sweep.Found, english[0].Reference)
		}
	}
}
