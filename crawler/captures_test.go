package crawler_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fundwatch/calls"
	"fundwatch/crawler"
	"fundwatch/crawler/portaltest"
)

// captures returns the folder of captured answers of the portal, which is no part of the repository:
// whoever has one names it in FUNDWATCH_CAPTURES.
func captures(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("FUNDWATCH_CAPTURES")
	if folder == "" {
		t.Skip("FUNDWATCH_CAPTURES names no folder of captured portal answers: nothing to compare with")
	}
	return folder
}

func readCapture(t *testing.T, parts ...string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(append([]string{captures(t)}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func parseCapture(t *testing.T, parts ...string) crawler.Page {
	t.Helper()
	p, err := crawler.ParsePortalPage(readCapture(t, parts...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRawCaptures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		file              string
		total, size, rows int
	}{
		{"sedia-search-2records-2026-08.json", 9, 100, 2},
		{"sedia-search-text-AI-page1of5.json", 21030, 5, 5},
		{"sedia-search-text-topicid-10-updates.json", 185453, 10, 10},
	} {
		t.Run(tc.file, func(t *testing.T) {
			p := parseCapture(t, "raw", tc.file)
			if p.Total != tc.total || p.Number != 1 || p.Size != tc.size || p.Rows != tc.rows || len(p.Broken) != 0 {
				t.Errorf("got total %d, page %d of %d, %d rows, broken %v, want %+v", p.Total, p.Number, p.Size, p.Rows, p.Broken, tc)
			}
			for _, r := range p.Records {
				for _, text := range []string{r.Raw.Title, r.Raw.Summary, r.Raw.Body} {
					if strings.Contains(text, "<p") || strings.Contains(text, "&nbsp") || strings.Contains(text, "\u00a0") {
						t.Errorf("%s: markup in %.200q", r.Raw.Reference, text)
					}
				}
			}
		})
	}
	if _, err := crawler.ParsePortalPage(readCapture(t, "raw", "portal-page-shell.html")); err == nil {
		t.Error("the web page of the portal was taken for an answer")
	}
}

func TestRawCaptureFacts(t *testing.T) {
	t.Parallel()
	p := parseCapture(t, "raw", "sedia-search-text-AI-page1of5.json")
	for _, r := range p.Records {
		if r.Raw.Reference != "48400948TOPICSen" {
			continue
		}
		got := []string{r.Raw.Budget, r.Raw.GrantMin, r.Raw.GrantMax, r.Raw.Grants, r.Raw.Opens, strings.Join(r.Raw.Deadlines, " "), string(r.Raw.Status)}
		want := []string{"15000000", "4000000", "6000000", "3", "2025-06-10", "2025-10-02", "closed"}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("got %q, want %q", got, want)
		}
		if !strings.HasPrefix(r.Raw.Summary, "Improved methods and tools") || len(r.Raw.Body) < 15_000 {
			t.Errorf("got summary %.80q and %d bytes of body, want the first outcome and all texts", r.Raw.Summary, len(r.Raw.Body))
		}
		return
	}
	t.Error("the capture has no 48400948TOPICSen")
}

func TestRawCaptureOfTwoIndexes(t *testing.T) {
	t.Parallel()
	p := parseCapture(t, "raw", "sedia-search-2records-2026-08.json")
	current, old := p.Records[0], p.Records[1]
	if current.Index != "SEDIA" || strings.Join(current.Raw.Deadlines, " ") != "2027-04-08 2027-09-14" || current.Raw.Model != calls.TwoStage {
		t.Errorf("current document: got %s, %q, %s", current.Index, current.Raw.Deadlines, current.Raw.Model)
	}
	if len(current.Raw.Problems) != 1 || current.Raw.Budget != "" { // its budget overview was cut by who captured it
		t.Errorf("cut budget: got problems %q, budget %q, want one problem, none", current.Raw.Problems, current.Raw.Budget)
	}
	if old.Index != "SEDIA_PRD_CENTRICITY" || old.Raw.Deadlines[0] != "2024-02-07T17:00" || len(old.Raw.Keywords) != 8 {
		t.Errorf("old document: got %s, %q, %d keywords", old.Index, old.Raw.Deadlines, len(old.Raw.Keywords))
	}
}

func TestReconstructedCaptures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		day    string
		total  int
		town   string // reference of a town call
		status calls.Status
		opens  string
		closes string
		budget string
	}{
		{"2026-04-15", 136, "50099558TOPICSen", calls.Open, "2025-12-17", "2026-04-16", "12000000"},
		{"2026-05-05", 128, "51050034TOPICSen", calls.Forthcoming, "2026-05-06", "2026-09-23", "6000000"},
		{"2026-05-06", 124, "51050034TOPICSen", calls.Open, "2026-05-06", "2026-09-23", "6000000"},
	} {
		t.Run(tc.day, func(t *testing.T) {
			rows, met := 0, false
			for _, file := range []string{"page-1.json", "page-2.json"} {
				p := parseCapture(t, "reconstructed", tc.day, file)
				rows += p.Rows
				for _, r := range p.Records {
					checkCaptured(t, r)
					if r.Raw.Reference != tc.town {
						continue
					}
					met = true
					if r.Raw.Status != tc.status || r.Raw.Opens != tc.opens || strings.Join(r.Raw.Deadlines, " ") != tc.closes || r.Raw.Budget != tc.budget {
						t.Errorf("town call: got %s, opens %s, closes %s, budget %s, want %+v", r.Raw.Status, r.Raw.Opens, r.Raw.Deadlines, r.Raw.Budget, tc)
					}
				}
				if p.Total != tc.total || len(p.Broken) != 0 {
					t.Errorf("%s: got total %d, broken %v, want %d, none", file, p.Total, p.Broken, tc.total)
				}
			}
			if rows != tc.total || !met {
				t.Errorf("got %d records, town call met: %v, want %d with it", rows, met, tc.total)
			}
		})
	}
}

// checkCaptured holds a record against what is true of all of them.
func checkCaptured(t *testing.T, r crawler.PortalRecord) {
	t.Helper()
	if r.Raw.Title == "" || r.Raw.URL == "" || r.Raw.Opens == "" || r.Raw.Kind == "" || len(r.Raw.Problems) != 0 {
		t.Errorf("%s: got title %q, link %q, opens %q, kind %q, problems %q", r.Raw.Reference, r.Raw.Title, r.Raw.URL, r.Raw.Opens, r.Raw.Kind, r.Raw.Problems)
	}
	if r.Type == "8" {
		number := strings.TrimSuffix(r.Raw.Reference, "COMPETITIVE_CALLen")
		if !strings.HasSuffix(r.Raw.URL, "/competitive-calls-cs/"+number) || r.Raw.Title == r.Raw.Umbrella {
			t.Errorf("%s: got link %q, title %q under %q, want its own", r.Raw.Reference, r.Raw.URL, r.Raw.Title, r.Raw.Umbrella)
		}
	}
}

// The captured days, served by the stand-in, make a complete sweep.
func TestReconstructedSweeps(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]int{"2026-04-15": 136, "2026-05-05": 128, "2026-05-06": 124} {
		records, err := portaltest.ReadPages(readCapture(t, "reconstructed", day, "page-1.json"), readCapture(t, "reconstructed", day, "page-2.json"))
		if err != nil {
			t.Fatal(err)
		}
		sweep := crawl(t, serve(t, portaltest.New(records)), impatient())
		if !sweep.Complete || len(sweep.Found) != want {
			t.Errorf("%s: got complete: %v, error %v, %d calls, want complete with %d", day, sweep.Complete, sweep.Err, len(sweep.Found), want)
		}
		for _, odd := range sweep.Odd {
			t.Logf("%s: %s: %s", day, odd.Reference, odd.Problem)
		}
	}
}
