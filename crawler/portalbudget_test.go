package crawler

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestOverview(t *testing.T) {
	t.Parallel()
	const topic = "CERV-2026-CITIZENS-TOWN-TT"
	for _, tc := range []struct {
		name, text string
		want       money
		err        string
	}{
		{
			"one entry", `{"budgetTopicActionMap":{"1":[{"action":"CERV-2026-CITIZENS-TOWN-TT - CERV-LS CERV Lump Sum Grants","expectedGrants":0,
			"minContribution":8455,"maxContribution":53445,"budgetYearMap":{"2026":"6000000"}}]}}`,
			money{"6000000", "8455", "53445", ""}, "",
		},
		{
			"siblings do not count", `{"budgetTopicActionMap":{"1":[{"action":"CERV-2026-CITIZENS-TOWN-TT-2 - X","budgetYearMap":{"2026":"9"}}],
			"2":[{"action":"CERV-2026-CITIZENS-TOWN-NT - X","budgetYearMap":{"2026":"9"}}],
			"3":[{"action":"CERV-2026-CITIZENS-TOWN-TT - X","budgetYearMap":{"2026":"5000"}}]}}`,
			money{budget: "5000"}, "",
		},
		{
			"years and ways are summed", `{"budgetTopicActionMap":{"1":[{"action":"CERV-2026-CITIZENS-TOWN-TT - A","expectedGrants":3,"minContribution":2000000,"maxContribution":4000000,
			"budgetYearMap":{"2026":"5000000","2027":"1000000"}},{"action":"CERV-2026-CITIZENS-TOWN-TT - B","expectedGrants":2,"minContribution":1000000,"maxContribution":3000000,"budgetYearMap":{"2026":"500000"}}]}}`,
			money{"6500000", "1000000", "4000000", "5"}, "",
		},
		{"numbers instead of text", `{"budgetTopicActionMap":{"1":[{"action":"CERV-2026-CITIZENS-TOWN-TT","maxContribution":"53445.50","budgetYearMap":{"2026":6000000}}]}}`, money{budget: "6000000", grantMax: "53445.5"}, ""},
		{"nothing stated", `{"budgetTopicActionMap":{"1":[{"action":"CERV-2026-CITIZENS-TOWN-TT - A","budgetYearMap":{}}]}}`, money{}, ""},
		{"no map", `{"budgetYearsColumns":["2026"]}`, money{}, ""},
		{"cut", `{"budgetTopicActionMap":{"1":[{"action":"CERV-2026-CITIZENS-TOWN-TT - A","budgetYearMap":{"2026":"60`, money{}, "budget overview: unexpected end of JSON input"},
		{"another shape", `[1,2]`, money{}, "budget overview: JSON array where something else belongs"},
		{"no amount", `{"budgetTopicActionMap":{"1":[{"action":"CERV-2026-CITIZENS-TOWN-TT - A","budgetYearMap":{"2026":"plenty"},"maxContribution":7000}]}}`, money{grantMax: "7000"}, `budget of 2026 "plenty" is no amount`},
		{"below nothing", `{"budgetTopicActionMap":{"1":[{"action":"CERV-2026-CITIZENS-TOWN-TT - A","minContribution":-1}]}}`, money{}, `smallest grant "-1" is no amount`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := readOverview(tc.text, topic)
			checkErr(t, err, tc.err)
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`null`:                      nil,
		`[]`:                        {},
		`["a","b"]`:                 {"a", "b"},
		`"a"`:                       {"a"},
		`7`:                         {"7"},
		`true`:                      {"true"},
		`["a",7,true,null,["b"]]`:   {"a", "7", "true", `["b"]`},
		`[null]`:                    nil,
		`["null"]`:                  {"null"},
		`{"a":1}`:                   {`{"a":1}`},
		`["\u003cp\u003e\ud800"]`:   {"<p>\ufffd"},
		`[1e400]`:                   {"1e400"},
		`[123456789012345678901]`:   {"123456789012345678901"},
		`["a", {"b": [1, 2]}, "c"]`: {"a", `{"b": [1, 2]}`, "c"},
	} {
		var got list
		if err := json.Unmarshal([]byte(text), &got); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v, want %q", text, []string(got), err, want)
		}
	}
}
