package portaltest_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"fundwatch/crawler/portaltest"
)

func TestSearchFilters(t *testing.T) {
	t.Parallel()
	s := portaltest.New(few())
	english := asJSON("languages", `["en"]`)
	sorted := asJSON("sort", byCode)
	tests := map[string]struct {
		parts []part
		want  string // references, in order
	}{
		"nothing asked":            {[]part{sorted}, "1de 1en 4en 8en"},
		"one language":             {[]part{english, sorted}, "1en 4en 8en"},
		"two languages":            {[]part{asJSON("languages", `["en","de"]`), sorted}, "1de 1en 4en 8en"},
		"wrong name of part":       {[]part{asJSON("language", `["en"]`), sorted}, "1de 1en 4en 8en"},
		"terms":                    {[]part{asJSON("query", topics), english, sorted}, "1en 4en"},
		"terms of several":         {[]part{asJSON("query", `{"terms":{"type":["1","8"]}}`), english, sorted}, "1en 4en 8en"},
		"term":                     {[]part{asJSON("query", `{"term":{"status":"31094501"}}`), sorted}, "8en"},
		"all of must":              {[]part{asJSON("query", `{"bool":{"must":[{"terms":{"type":["1"]}},{"terms":{"status":["31094503"]}}]}}`), sorted}, "4en"},
		"none of must not":         {[]part{asJSON("query", `{"bool":{"must_not":[{"terms":{"type":["8"]}},{"term":{"language":"de"}}]}}`), sorted}, "1en 4en"},
		"bool in bool":             {[]part{asJSON("query", `{"bool":{"must":[{"bool":{"must":[{"term":{"type":"8"}}]}}]}}`), sorted}, "8en"},
		"no substring":             {[]part{asJSON("query", `{"terms":{"identifier":["CODE-"]}}`), sorted}, ""},
		"range":                    {[]part{asJSON("query", `{"range":{"deadlineDate":{"gte":"2026-09-03T00:00:00.000+0000"}}}`), english, sorted}, "1en"},
		"range with Z":             {[]part{asJSON("query", `{"range":{"deadlineDate":{"lt":"2026-09-03T00:00:00.000Z"}}}`), sorted}, "4en"},
		"range takes any value":    {[]part{asJSON("query", `{"range":{"deadlineDate":{"gt":"2026-09-03T00:00:00.000+0000"}}}`), sorted}, "1en"},
		"range of two bounds":      {[]part{asJSON("query", `{"range":{"deadlineDate":{"gte":"2026-01-01T00:00:00.000+0000","lte":"2026-05-01T00:00:00.000+0000"}}}`), sorted}, "4en"},
		"bare date means field":    {[]part{asJSON("query", `{"range":{"deadlineDate":{"gte":"2099-01-01"}}}`), english, sorted}, "1en 4en"},
		"text in a field":          {[]part{asJSON("query", `{"text":{"query":"code-8en","fields":["identifier"],"defaultOperator":"AND"}}`), sorted}, "8en"},
		"falling":                  {[]part{asJSON("sort", `{"field":"identifier","order":"DESC"}`), english}, "8en 4en 1en"},
		"list of sort keys":        {[]part{asJSON("sort", `[{"field":"status","order":"ASC"},{"field":"identifier","order":"DESC"}]`)}, "8en 1en 1de 4en"},
		"sorting drops":            {[]part{asJSON("sort", `{"field":"deadlineDate","order":"DESC"}`), english}, "1en 4en"},
		"sorting by nothing known": {[]part{asJSON("sort", `{"field":"nosuch","order":"ASC"}`)}, ""},
		"type with a charset":      {[]part{{"query", "application/json; charset=utf-8", topics}, english, sorted}, "1en 4en"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, got := read(t, s, search(t, everything, test.parts...))
			if status != http.StatusOK || got.references() != test.want {
				t.Errorf("got status %d, %q, want 200, %q", status, got.references(), test.want)
			}
			if want := len(strings.Fields(test.want)); got.TotalResults != want {
				t.Errorf("got totalResults %d, want %d", got.TotalResults, want)
			}
		})
	}
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	s := portaltest.New(few())
	deep := strings.Repeat(`{"bool":{"must":[`, 20) + `{"term":{"type":"1"}}` + strings.Repeat(`]}}`, 20)
	tests := map[string]struct {
		request *http.Request
		status  int
		kind    string
	}{
		"ordinary form field":     {search(t, everything, part{"query", "", topics}), 500, "throwable"},
		"wrong type of languages": {search(t, everything, part{"languages", "text/plain", `["en"]`}), 500, "throwable"},
		"unknown clause":          {search(t, everything, asJSON("query", `{"wildcard":{"identifier":"CERV*"}}`)), 400, "businessError"},
		"unknown list":            {search(t, everything, asJSON("query", `{"bool":{"filter":[]}}`)), 400, "businessError"},
		"two keys":                {search(t, everything, asJSON("query", `{"term":{"type":"1"},"terms":{}}`)), 400, "businessError"},
		"terms without a list":    {search(t, everything, asJSON("query", `{"terms":{"type":"1"}}`)), 400, "businessError"},
		"unknown operator":        {search(t, everything, asJSON("query", `{"range":{"startDate":{"from":"2026"}}}`)), 400, "businessError"},
		"no JSON":                 {search(t, everything, asJSON("query", `{"bool":`)), 400, "businessError"},
		"nothing":                 {search(t, everything, asJSON("query", ``)), 400, "businessError"},
		"too deep":                {search(t, everything, asJSON("query", deep)), 400, "businessError"},
		"languages as a word":     {search(t, everything, asJSON("languages", `"en"`)), 400, "businessError"},
		"sort without a field":    {search(t, everything, asJSON("sort", `{"order":"ASC"}`)), 400, "businessError"},
		"sort sideways":           {search(t, everything, asJSON("sort", `{"field":"identifier","order":"UP"}`)), 400, "businessError"},
		"no key":                  {search(t, "?text=***"), 400, "businessError"},
		"no text":                 {search(t, "?apiKey=SEDIA"), 400, "businessError"},
		"too many parts":          {search(t, everything, make([]part, 40)...), 500, "throwable"},
		"too large":               {search(t, everything, asJSON("query", strings.Repeat(" ", 2<<20))), 413, "businessError"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, got := read(t, s, test.request)
			if status != test.status || got.Type != test.kind || got.Message == "" {
				t.Errorf("got status %d, %q %q, want %d, %q", status, got.Type, got.Message, test.status, test.kind)
			}
		})
	}
}

func TestSearchIgnoresWhatIsNoForm(t *testing.T) {
	t.Parallel()
	s := portaltest.New(few())
	plain := func(contentType, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, portaltest.Path+everything, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		return r
	}
	tests := map[string]*http.Request{
		"JSON body":        plain("application/json", topics),
		"form body":        plain("application/x-www-form-urlencoded", "query=x"),
		"query in address": search(t, everything+"&query=%7B%22term%22%3A%7B%22type%22%3A%221%22%7D%7D"),
	}
	for name, request := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if status, got := read(t, s, request); status != 200 || got.TotalResults != len(few()) {
				t.Errorf("got status %d, %d results, want 200 and all %d", status, got.TotalResults, len(few()))
			}
		})
	}
}

func TestSearchText(t *testing.T) {
	t.Parallel()
	s := portaltest.New(few())
	tests := map[string]struct{ text, want string }{
		"escaped stars": {"%2A%2A%2A", "1de 1en 4en 8en"},
		"phrase":        {"%22small+grants%22", "8en"},
		"no phrase":     {"%22grants+small%22", ""},
		"any word":      {"grants+towns", "1en 8en"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := read(t, s, search(t, "?apiKey=SEDIA&pageSize=50&text="+test.text, asJSON("sort", byCode)))
			if got.references() != test.want {
				t.Errorf("got %q, want %q", got.references(), test.want)
			}
		})
	}
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	s := portaltest.New(portaltest.Many(250))
	tests := map[string]struct {
		parameters         string
		number, size, rows int
	}{
		"first":            {"&pageSize=100&pageNumber=1", 1, 100, 100},
		"last":             {"&pageSize=100&pageNumber=3", 3, 100, 50},
		"beyond":           {"&pageSize=100&pageNumber=4", 4, 100, 0},
		"far beyond":       {"&pageSize=100&pageNumber=9223372036854775807", 9223372036854775807, 100, 0},
		"capped":           {"&pageSize=1000&pageNumber=1", 1, 100, 100},
		"wrong parameter":  {"&pageSize=100&page=2", 1, 100, 100},
		"nonsense":         {"&pageSize=-3&pageNumber=x", 1, 10, 10},
		"nothing is asked": {"", 1, 10, 10},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := read(t, s, search(t, "?apiKey=SEDIA&text=***"+test.parameters, asJSON("sort", byCode)))
			if got.PageNumber != test.number || got.PageSize != test.size || len(got.Results) != test.rows {
				t.Errorf("got page %d of size %d with %d rows, want %d, %d, %d",
					got.PageNumber, got.PageSize, len(got.Results), test.number, test.size, test.rows)
			}
			if got.TotalResults != 250 {
				t.Errorf("got totalResults %d, want 250", got.TotalResults)
			}
		})
	}
}

// A sweep by a field of its own finds every record once. A sweep by a field with few values loses
// some and meets others twice, and does so in the same way whenever it is repeated.
func TestSweepNeedsAUniqueSort(t *testing.T) {
	t.Parallel()
	s := portaltest.New(portaltest.Many(250))
	sweep := func(field string) (string, int) {
		var all []string
		distinct := map[string]bool{}
		for _, number := range []string{"1", "2", "3"} {
			_, got := read(t, s, search(t, "?apiKey=SEDIA&text=***&pageSize=100&pageNumber="+number,
				asJSON("sort", `{"field":"`+field+`","order":"ASC"}`)))
			for _, result := range got.Results {
				distinct[result.Reference] = true
			}
			all = append(all, got.references())
		}
		return strings.Join(all, "|"), len(distinct)
	}
	if _, distinct := sweep("identifier"); distinct != 250 {
		t.Errorf("by identifier: got %d distinct records, want 250", distinct)
	}
	first, distinct := sweep("sortStatus")
	if distinct >= 250 {
		t.Errorf("by sortStatus: got %d distinct records, want losses", distinct)
	}
	if again, _ := sweep("sortStatus"); again != first {
		t.Error("by sortStatus: two equal sweeps differ")
	}
}

func TestDisplayFieldsHideConditions(t *testing.T) {
	t.Parallel()
	s := portaltest.New(few())
	_, got := read(t, s, search(t, everything, asJSON("query", `{"term":{"identifier":"CODE-1en"}}`),
		asJSON("displayFields", `["identifier","topicConditions"]`)))
	if len(got.Results) != 1 {
		t.Fatalf("got %d results, want 1", len(got.Results))
	}
	metadata := got.Results[0].Metadata
	if len(metadata) != 1 || metadata["identifier"] == nil {
		t.Errorf("got metadata %v, want the identifier alone", metadata)
	}
}

func TestAnswerIsStable(t *testing.T) {
	t.Parallel()
	ask := func(s http.Handler) []byte {
		_, body := answer(s, search(t, everything, asJSON("query", topics), asJSON("sort", byCode)))
		return body
	}
	s := portaltest.New(portaltest.Catalogue(1))
	first := ask(s)
	if !bytes.Equal(first, ask(s)) {
		t.Error("the same server answers the same question in two ways")
	}
	if !bytes.Equal(first, ask(portaltest.New(portaltest.Catalogue(1)))) {
		t.Error("two servers with the same records answer in two ways")
	}
}

func TestOtherAddressesAndMethods(t *testing.T) {
	t.Parallel()
	s := portaltest.New(few())
	get := func(method, address string) (int, string) {
		status, body := answer(s, httptest.NewRequest(method, address, nil))
		return status, string(body)
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodHead} {
		if status, _ := get(method, portaltest.Path+everything); status != http.StatusMethodNotAllowed {
			t.Errorf("%s: got status %d, want 405", method, status)
		}
	}
	for _, address := range []string{"/", "/robots.txt", portaltest.Path + "/x"} {
		if status, _ := get(http.MethodGet, address); status != http.StatusNotFound {
			t.Errorf("%s: got status %d, want 404", address, status)
		}
	}
	s.SetRobots("User-agent: *\nDisallow: /search-api/\n")
	if status, body := get(http.MethodGet, "/robots.txt"); status != 200 || !strings.Contains(body, "Disallow") {
		t.Errorf("robots.txt: got status %d, %q", status, body)
	}
	if got := s.Requests(); got != 3 {
		t.Errorf("got %d search requests, want 3", got)
	}
}

func TestNextDayWhileServing(t *testing.T) {
	t.Parallel()
	s := portaltest.New(few())
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 20 {
				_, got := read(t, s, search(t, everything))
				if got.TotalResults != len(few()) && got.TotalResults != 1 {
					t.Errorf("got %d results, want the old or the new day", got.TotalResults)
				}
			}
		})
	}
	mine := few()[:1]
	s.SetRecords(mine)
	mine[0].Metadata["type"][0] = "changed afterwards"
	group.Wait()
	if _, got := read(t, s, search(t, everything)); got.Results[0].Metadata["type"][0] != "1" {
		t.Error("the server shares its records with the caller")
	}
	if got := s.Requests(); got != 81 {
		t.Errorf("got %d requests, want 81", got)
	}
}
