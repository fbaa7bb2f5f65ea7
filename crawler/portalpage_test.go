package crawler_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/crawler"
	"fundwatch/crawler/portaltest"
)

// page wraps results into an answer.
func page(results ...string) []byte {
	return []byte(`{"apiVersion":"2.155","totalResults":7,"pageNumber":1,"pageSize":100,"results":[` + strings.Join(results, ",") + `]}`)
}

const screen = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/"

// The facts are real, the sentences are ours.
func TestParsePortalRecord(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, result string
		want         calls.Raw
	}{
		{
			"topic", `{"reference":"50099558TOPICSen","language":"en","title":null,"summary":"Call Networks of Towns 2026","metadata":{
			"type":["1"],"status":["31094502"],"DATASOURCE":["SEDIA"],"identifier":["CERV-2026-CITIZENS-TOWN-NT"],"title":[" Call Networks of Towns 2026 "],
			"callIdentifier":["CERV-2026-CITIZENS-TOWN-NT"],"callTitle":["Call for proposals for Networks of Towns"],"frameworkProgramme":["43251589"],"programmeDivision":["43437677"],
			"startDate":["2025-12-17T00:00:00.000+0000"],"deadlineDate":["2026-04-16T00:00:00.000+0000"],"deadlineModel":["single-stage"],"typesOfAction":["CERV Lump Sum Grants"],
			"keywords":["CERV-2026-CITIZENS-TOWN-NT","CERV-2026-CITIZENS-TOWN-NT","Cities"],"tags":["Town networking","Cities"],
			"descriptionByte":["<span class=\"topicdescriptionkind\">Objective:</span><p>Towns of several countries work together on themes that matter to all.</p>"],
			"topicConditions":["<h4>1. Who may apply</h4><p>Towns and their committees.</p>"],"supportInfo":["<p>Ask your contact point.</p>"],
			"budgetOverview":["{\"budgetTopicActionMap\":{\"1\":[{\"action\":\"CERV-2026-CITIZENS-TOWN-NT - CERV-LS\",\"maxContribution\":0,\"budgetYearMap\":{\"2026\":\"12000000\"}}]}}"],
			"links":["[]"],"latestInfos":["[]"]}}`,
			calls.Raw{
				Reference: "50099558TOPICSen", Identifier: "CERV-2026-CITIZENS-TOWN-NT", Kind: calls.KindTopic,
				Title: "Call Networks of Towns 2026", Umbrella: "Call for proposals for Networks of Towns",
				Summary:  "Towns of several countries work together on themes that matter to all.",
				Body:     "Objective:\nTowns of several countries work together on themes that matter to all.\n1. Who may apply\nTowns and their committees.\nAsk your contact point.",
				Keywords: []string{"Town networking", "Cities"}, Programme: "43251589", Divisions: []string{"43437677"}, ActionType: "CERV Lump Sum Grants",
				URL: screen + "topic-details/CERV-2026-CITIZENS-TOWN-NT", Language: "en", Status: calls.Open,
				Opens: "2025-12-17", Deadlines: []string{"2026-04-16"}, UsualHour: "17:00", Model: calls.SingleStage, Budget: "12000000",
			},
		},
		{
			"topic that leaves dates and states to its actions", `{"reference":"1TOPICSen","language":"en","metadata":{"type":["1"],"identifier":["LIFE-2026-A"],"title":["A"],"callTitle":["a"],
			"actions":["[{\"status\":{\"id\":31094501},\"plannedOpeningDate\":\"2026-05-06\",\"submissionProcedure\":{\"abbreviation\":\"two-stage\"},\"deadlineDates\":[\"2026-09-23\",\"2027-03-01\"]}]"]}}`,
			calls.Raw{
				Reference: "1TOPICSen", Identifier: "LIFE-2026-A", Kind: calls.KindTopic, Title: "A", URL: screen + "topic-details/LIFE-2026-A", Language: "en",
				Status: calls.Forthcoming, Opens: "2026-05-06", Deadlines: []string{"2026-09-23", "2027-03-01"}, UsualHour: "17:00", Model: calls.TwoStage,
			},
		},
		{
			"old document: keywords as one text, dead link, an hour", `{"reference":"45703306HORIZONResearchandInnovationActions1696377600000","language":"en","url":"https://ec.europa.eu/x.json","metadata":{"type":["1"],
			"identifier":["HORIZON-CL2-2024-TRANSFORMATIONS-01-08"],"title":["Arts"],"DATASOURCE":["SEDIA_PRD_CENTRICITY"],"status":["31094501"],
			"keywords":["[\"Gender research\",\"HORIZON-CL2-2024-TRANSFORMATIONS-01-08\"]"],"deadlineDate":["2024-02-07T17:00:00.000+0000"]}}`,
			calls.Raw{
				Reference: "45703306HORIZONResearchandInnovationActions1696377600000", Identifier: "HORIZON-CL2-2024-TRANSFORMATIONS-01-08", Kind: calls.KindTopic,
				Title: "Arts", Keywords: []string{"Gender research"}, URL: screen + "topic-details/HORIZON-CL2-2024-TRANSFORMATIONS-01-08", Language: "en",
				Status: calls.Forthcoming, Deadlines: []string{"2024-02-07T17:00"}, UsualHour: "17:00",
			},
		},
		{
			"cascade call", `{"reference":"13804COMPETITIVE_CALLen","language":"en","url":"` + screen + `competitive-calls-cs/46357639","summary":"Values Open Call for Proposals","metadata":{"type":["8"],
			"identifier":["CERV-2024-CITIZENS-VALUES"],"title":["The parent topic"],"callTitle":["Values Open Call for Proposals "],"callccm2Id":["13804"],"status":["31094502"],
			"startDate":["2026-04-06T08:00:00.000+0000"],"deadlineDate":["2026-06-08T23:59:00.000+0000","2026-07-01T00:00:00.000+0000"],"deadlineModel":["multiple cut-off"],"budget":["1400000"],
			"description":["<p>Small groups get money for small projects on the values of the Union.</p>"],"beneficiaryAdministration":["<p>Associations.</p>"],"furtherInformation":["Write to us."]}}`,
			calls.Raw{
				Reference: "13804COMPETITIVE_CALLen", Identifier: "CERV-2024-CITIZENS-VALUES", Kind: calls.KindCascade, Title: "Values Open Call for Proposals", Umbrella: "The parent topic",
				Summary: "Small groups get money for small projects on the values of the Union.",
				Body:    "Small groups get money for small projects on the values of the Union.\nAssociations.\nWrite to us.",
				URL:     screen + "competitive-calls-cs/13804", Language: "en", Status: calls.Open,
				Opens: "2026-04-06", Deadlines: []string{"2026-06-08T23:59", "2026-07-01"}, Model: calls.MultipleCutOff, Budget: "1400000",
			},
		},
		{
			"external action", `{"reference":"185357PROSPECTSEN","language":"EN","url":"https://webgate.ec.europa.eu/prospect/external/publishedcalls.htm?callId=185357","metadata":{"type":["2"],
			"identifier":["EuropeAid/185357/DD/ACT/Multi"],"title":["Support to Human Rights, Democracy and Civil Society in Jordan 2026"],"callIdentifier":["185357"],"frameworkProgramme":["111111"],
			"status":["31094502"],"startDate":["2026-04-23T14:00:18.000+0000"],"deadlineDate":["2026-06-14T10:00:54.000+0000"],"budget":["1000000"],"currency":["EUR"]}}`,
			calls.Raw{
				Reference: "185357PROSPECTSEN", Identifier: "EuropeAid/185357/DD/ACT/Multi", Kind: calls.KindExternal, Title: "Support to Human Rights, Democracy and Civil Society in Jordan 2026",
				Programme: "111111", URL: "https://webgate.ec.europa.eu/prospect/external/publishedcalls.htm?callId=185357", Language: "en", Status: calls.Open,
				Opens: "2026-04-23T14:00:18Z", Deadlines: []string{"2026-06-14T10:00:54Z"}, Budget: "1000000",
			},
		},
		{
			"external action with a strange link and another currency", `{"reference":"7PROSPECTSEN","url":"https://evil.example/ec.europa.eu","metadata":{"type":["2"],"title":["A"],"callIdentifier":["7"],"budget":["9000"],"currency":["USD"]}}`,
			calls.Raw{
				Reference: "7PROSPECTSEN", Kind: calls.KindExternal, Title: "A", URL: screen + "prospect-details/7PROSPECTSEN",
				Problems: []string{`budget "9000" is in "USD", not in euro: left out`},
			},
		},
		{
			"no metadata, bare values, unknown status", `{"reference":"9COMPETITIVE_CALLen","language":"en","title":null,"type":"8","callTitle":"Own title","callccm2Id":9,"status":["99999998"],"deadlineDate":"2026-06-08T17:00:00.000+0000"}`,
			calls.Raw{
				Reference: "9COMPETITIVE_CALLen", Kind: calls.KindCascade, Title: "Own title", URL: screen + "competitive-calls-cs/9", Language: "en",
				Deadlines: []string{"2026-06-08T17:00"}, Problems: []string{`status code "99999998" is unknown: dates decide`},
			},
		},
		{
			"broken JSON in two fields", `{"reference":"2TOPICSen","metadata":{"type":["1"],"identifier":["X-1"],"title":["X"],"budgetOverview":["{\"budgetTop"],"actions":["[{"]}}`,
			calls.Raw{
				Reference: "2TOPICSen", Identifier: "X-1", Kind: calls.KindTopic, Title: "X", URL: screen + "topic-details/X-1", UsualHour: "17:00",
				Problems: []string{"budget overview: unexpected end of JSON input", "actions: unexpected end of JSON input"},
			},
		},
		{
			"identifier that would lead astray", `{"reference":"3TOPICSen","metadata":{"type":["1"],"identifier":["../../x?y#z"],"title":["X"]}}`,
			calls.Raw{Reference: "3TOPICSen", Identifier: "../../x?y#z", Kind: calls.KindTopic, Title: "X", URL: screen + "topic-details/..%2F..%2Fx%3Fy%23z", UsualHour: "17:00"},
		},
		{
			"piece of news", `{"reference":"484009484749921","language":"en","metadata":{"type":["6"],"identifier":["HORIZON-CL4-2025-04-DATA-03"],"title":["News"],"frameworkProgramme":["HORIZON"]}}`,
			calls.Raw{Reference: "484009484749921", Identifier: "HORIZON-CL4-2025-04-DATA-03", Title: "News", Programme: "HORIZON", Language: "en"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p, err := crawler.ParsePortalPage(page(tc.result))
			if err != nil || len(p.Records) != 1 || len(p.Broken) != 0 {
				t.Fatalf("got %d records, broken %v, error %v, want one record", len(p.Records), p.Broken, err)
			}
			if diff := cmp.Diff(tc.want, p.Records[0].Raw); diff != "" {
				t.Errorf("record (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParsePortalPageKeepsSoundRecords(t *testing.T) {
	t.Parallel()
	p, err := crawler.ParsePortalPage(page(
		`{"reference":"1TOPICSen","metadata":{"type":["1"],"title":["A"]}}`,
		`{"metadata":{"type":["1"],"title":["No reference"]}}`,
		`"text"`,
		`{"reference":"4TOPICSen","metadata":"none"}`,
		`null`,
		`{"reference":"6TOPICSen","metadata":{"type":["1"],"title":["B"]}}`,
	))
	if err != nil || p.Total != 7 || p.Number != 1 || p.Size != 100 || p.Rows != 6 || len(p.Records) != 2 {
		t.Fatalf("got %+v, %v, want two records of six rows", p, err)
	}
	want := []calls.Odd{
		{Problem: `record 2 of page 1: it has no reference (title "No reference")`},
		{Problem: "record 3 of page 1: it is no object"},
		{Reference: "4TOPICSen", Problem: "record 4 of page 1: its metadata are no object"},
		{Problem: `record 5 of page 1: it is no object`},
	}
	if diff := cmp.Diff(want, p.Broken); diff != "" {
		t.Errorf("broken (-want +got):\n%s", diff)
	}
}

func TestParsePortalPageRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, body, want string }{
		{"nothing", " \n", "it is empty"},
		{"a web page", "\n<html><body>Maintenance</body></html>", "it is markup"},
		{"an error message", `{"type":"throwable","message":"An internal error occurred"}`, `it is an error message, "throwable": "An internal error occurred"`},
		{"half an answer", `{"totalResults":1,"res`, "broken JSON: it ends where a quotation mark belongs"},
		{"a list", `[]`, "where an object belongs"},
		{"no results", `{"totalResults":0,"pageNumber":1,"pageSize":100}`, "is missing"},
		{"no total", `{"pageNumber":1,"pageSize":100,"results":[]}`, "is missing"},
		{"results that are none", `{"totalResults":0,"pageNumber":1,"pageSize":100,"results":{}}`, "where an array belongs"},
		{"a total below nothing", `{"totalResults":-1,"pageNumber":1,"pageSize":100,"results":[]}`, `totalResults is "-1"`},
		{"a total that is no number", `{"totalResults":"many","pageNumber":1,"pageSize":100,"results":[]}`, `totalResults is "\"many\""`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := crawler.ParsePortalPage([]byte(tc.body))
			if !errors.Is(err, crawler.ErrNotPortal) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want an ErrNotPortal with %q", err, tc.want)
			}
		})
	}
}

func FuzzParsePortalPage(f *testing.F) {
	f.Add(page(`{"reference":"1TOPICSen","metadata":{"type":["1"],"identifier":["A"],"title":["A"],"budgetOverview":["{\"budgetTopicActionMap\":{\"1\":[{\"action\":\"A - B\",\"budgetYearMap\":{\"2026\":\"1\"}}]}}"]}}`))
	f.Add(page(`{"reference":["8COMPETITIVE_CALLen"],"type":"8","deadlineDate":["1790114400000","2026-06-08T23:59:00.000+0000"],"startDate":7,"budget":[1.2]}`))
	f.Add(page(`{"reference":"2PROSPECTSEN","metadata":{"type":["2"],"url":["https://webgate.ec.europa.eu:443/x"],"deadlineDate":["2026-06-08T23:59:00.000+0100"]}}`))
	f.Add(page(`{"reference":"3TOPICSen","metadata":{"type":["1"],"actions":["[{\"deadlineDates\":[null,\"\"]}]"],"keywords":["[\"a\",1]"]}}`))
	for _, record := range portaltest.Catalogue(1)[:3] {
		metadata, err := json.Marshal(record.Metadata)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(page(`{"reference":"` + record.Reference + `","metadata":` + string(metadata) + `}`))
	}
	p, err := calls.LoadProgrammes()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := crawler.ParsePortalPage(body)
		if err != nil && !errors.Is(err, crawler.ErrNotPortal) {
			t.Fatalf("got %v, want an ErrNotPortal", err)
		}
		if err == nil && got.Rows != len(got.Records)+len(got.Broken) {
			t.Fatalf("%d rows are %d records and %d broken ones", got.Rows, len(got.Records), len(got.Broken))
		}
		for _, r := range got.Records {
			if r.Raw.Reference == "" || (r.Raw.URL != "" && !strings.HasPrefix(r.Raw.URL, "https://ec.europa.eu/") && !strings.HasPrefix(r.Raw.URL, "https://webgate.ec.europa.eu/")) {
				t.Fatalf("reference %q has the link %q", r.Raw.Reference, r.Raw.URL)
			}
			r.Raw.Source = "portal"
			if c, _, ok := calls.Normalise(r.Raw, p, started); ok && c.Title == "" {
				t.Fatalf("%q has no title", c.Key)
			}
		}
	})
}
