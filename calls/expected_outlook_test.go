package calls_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

func TestQuarterOfAPeriod(t *testing.T) {
	t.Parallel()
	for period, want := range map[string]string{
		"2026-01": "2026-Q1", "2026-03": "2026-Q1", "2026-04": "2026-Q2", "2026-09": "2026-Q3", "2026-10": "2026-Q4", "2026-12": "2026-Q4",
		"2026-W48": "2026-Q4", "2026-W53": "2026-Q4", // Thursday 31 December
		"2027-W01": "2027-Q1", "2026-W01": "2026-Q1", // Thursday 1 January
		"2025-W01":   "2025-Q1", // Monday 30 December 2024
		"2026-W13":   "2026-Q1", // Thursday 26 March
		"2026-W14":   "2026-Q2", // Monday 30 March, Thursday 2 April
		"2020-W40":   "2020-Q4", // Thursday 1 October
		"2026-11-23": "", "": "", "2026-W00": "", "2026-13": "",
	} {
		if got := calls.Quarter(period); got != want {
			t.Errorf("Quarter(%q) = %q, want %q", period, got, want)
		}
	}
}

func TestOverdue(t *testing.T) {
	t.Parallel()
	e := calls.Expected{OpensFrom: "2026-11-02", OpensTo: "2026-11-20"}
	for now, want := range map[string]bool{
		"2026-11-02T12:00:00Z": false, "2026-11-20T22:59:00Z": false, "2026-11-20T23:00:00Z": true, // midnight in Brussels
	} {
		if got := e.Overdue(at(now)); got != want {
			t.Errorf("at %s: %t, want %t", now, got, want)
		}
	}
	if (&calls.Expected{ClosesFrom: "2020-01-01", ClosesTo: "2020-01-02"}).Overdue(at("2026-11-22T12:00:00Z")) {
		t.Error("a round of which nobody knows when it opens is overdue")
	}
}

// networks and twinning are expected rounds as the database of November 2026 leads to them.
func prospects() []calls.Expected {
	return []calls.Expected{
		{Family: networksFamily, Year: 2027, Title: "Networks of Towns", Programme: "CERV", LastIdentifier: "CERV-2026-CITIZENS-TOWN-NT",
			LastKey: calls.Key{Source: "portal", Reference: "nt"}, OpensFrom: "2026-12-11", OpensTo: "2026-12-20"},
		{Family: "LIFE-*-CET-LOCAL", Year: 2027, Title: "Clean energy transition in cities and regions", Programme: "LIFE",
			LastIdentifier: "LIFE-2026-CET-LOCAL", LastKey: calls.Key{Source: "portal", Reference: "local"}},
	}
}

func outlookOf(t *testing.T, last ...calls.Call) *calls.Outlook {
	t.Helper()
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	held := map[calls.Key]calls.Call{}
	for _, c := range last {
		c.Topics = topics.Classify(&c)
		held[c.Key] = c
	}
	return calls.NewOutlook(topics, prospects(), held)
}

func families(rounds []calls.Expected) []string {
	var names []string
	for _, e := range rounds {
		names = append(names, e.Family)
	}
	return names
}

// The matcher of calls decides whom an expected round concerns: by its last round, if the database holds it,
// else by what the round is called.
func TestOutlookConcerns(t *testing.T) {
	t.Parallel()
	local := calls.Call{
		Key: calls.Key{Source: "portal", Reference: "local"}, Identifier: "LIFE-2026-CET-LOCAL", Kind: calls.KindTopic, Language: "en",
		Title: "Clean energy transition in cities and regions", Programme: "LIFE", Body: "Municipalities may plan geothermal heating.",
		GrantMax: calls.Known(1_750_000), StatedStatus: calls.Closed, Deadlines: []calls.Deadline{deadline("2026-09-17T15:00:00Z")},
	}
	tests := map[string]struct {
		interests calls.Interests
		held      []calls.Call
		want      []string
	}{
		"topic, by the identifier":            {calls.Interests{Topics: []string{"town-twinning"}}, nil, []string{networksFamily}},
		"a word of its own, in any language":  {calls.Interests{Keywords: []string{"jumelage"}}, nil, []string{networksFamily}},
		"a word that only the last call says": {calls.Interests{Keywords: []string{"geothermal"}}, []calls.Call{local}, []string{"LIFE-*-CET-LOCAL"}},
		"and that nobody holds":               {calls.Interests{Keywords: []string{"geothermal"}}, nil, nil},
		"excluded":                            {calls.Interests{Everything: true, Exclude: []string{"networks"}}, nil, []string{"LIFE-*-CET-LOCAL"}},
		"of one programme":                    {calls.Interests{Everything: true, Programmes: []string{"CERV"}}, nil, []string{networksFamily}},
		"too little for one project":          {calls.Interests{Everything: true, MinGrant: 2_000_000}, []calls.Call{local}, []string{networksFamily}},
	}
	for name, test := range tests {
		var got []string
		for _, p := range outlookOf(t, test.held...).Concerning(&test.interests) {
			got = append(got, p.Family)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestExpectedRoundsRideOnOtherMail(t *testing.T) {
	t.Parallel()
	rules, err := calls.LoadRulebook()
	if err != nil {
		t.Fatal(err)
	}
	now := at("2026-11-24T06:30:00Z")
	request := func() calls.DigestRequest {
		return calls.DigestRequest{
			Municipality: calls.Municipality{ID: "m", Country: "FR", Interests: calls.Interests{Topics: []string{"town-twinning"}}},
			Subscriber:   calls.Subscriber{Created: at("2026-01-06T06:00:00Z")},
			Period:       "2026-W48", Now: now, Rules: rules, Outlook: outlookOf(t),
		}
	}
	open := stored()
	open.Deadlines = []calls.Deadline{deadline("2027-02-01T15:00:00Z")}
	something := []calls.Candidate{{Call: open, Match: calls.Match{Score: 1}}}

	r := request()
	if d, any := calls.NewDigest(r); any || d.Expected != nil {
		t.Errorf("expected rounds alone made a mail: %+v", d)
	}
	r.Candidates = something
	d, any := calls.NewDigest(r)
	if !any || !slices.Equal(families(d.Expected), []string{networksFamily}) {
		t.Errorf("beside something else: %v, want %s", families(d.Expected), networksFamily)
	}
	if diff := cmp.Diff([]calls.ExpectedNotice{{Family: networksFamily, Year: 2027, Quarter: "2026-Q4"}}, d.ExpectedNotices()); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if quiet, any := calls.NewQuiet(request(), calls.LastMail{At: at("2026-09-01T05:30:00Z")}); !any || len(quiet.Expected) != 1 {
		t.Errorf("all quiet: %t with %v, want it to hold the round", any, families(quiet.Expected))
	}
	if quiet, _ := calls.NewQuiet(request(), calls.LastMail{At: now}); quiet.Expected != nil {
		t.Error("a word that is not due holds rounds")
	}
	elsewhere := request()
	elsewhere.Candidates = something
	elsewhere.Stale = []calls.StaleSource{{ID: "my-region", Source: "my region", Since: now.AddDate(0, 0, -9)}}
	if d, _ := calls.NewDigest(elsewhere); len(d.Expected) != 1 {
		t.Errorf("another source is not read: %v, want the round", families(d.Expected))
	}
	for name, change := range map[string]func(*calls.DigestRequest){
		"told this quarter": func(r *calls.DigestRequest) { r.Outlook = nil },
		"last round muted":  func(r *calls.DigestRequest) { r.Unwanted = []calls.Key{{Source: "portal", Reference: "nt"}} },
		"its source is not read": func(r *calls.DigestRequest) {
			r.Stale = []calls.StaleSource{{ID: "portal", Source: "the portal", Since: now.AddDate(0, 0, -9)}}
		},
		"hopeless":          func(r *calls.DigestRequest) { r.Municipality.Country = "GB" },
		"of other interest": func(r *calls.DigestRequest) { r.Municipality.Interests.Topics = []string{"sport"} },
	} {
		r := request()
		r.Candidates = something
		change(&r)
		if d, _ := calls.NewDigest(r); len(d.Expected) > 0 {
			t.Errorf("%s: %v, want none", name, families(d.Expected))
		}
	}
}
