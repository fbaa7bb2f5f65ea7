package portaltest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

// Whatever is asked, the answer is JSON, its status is one of the API's, and no page is longer than
// it says.
func FuzzSearch(f *testing.F) {
	f.Add("***", "1", "100", "application/json", topics, `["en"]`, byCode)
	f.Add(`"town twinning"`, "0", "101", "text/plain", `{"bool":{"must":[]}}`, `[]`, `[]`)
	f.Add("a b", "-1", "x", "application/json", `{"range":{"deadlineDate":{"gte":"2099-01-01"}}}`, "", `[{"field":"type","order":"desc"}]`)
	f.Add("***", "2", "1", "application/json", `{"text":{"query":"","fields":["title"]}}`, `null`, `null`)
	records := few()
	f.Fuzz(func(t *testing.T, text, number, size, contentType, query, languages, order string) {
		values := url.Values{"apiKey": {"SEDIA"}, "text": {text}, "pageNumber": {number}, "pageSize": {size}}
		request := search(t, "?"+values.Encode(), part{"query", contentType, query},
			part{"languages", contentType, languages}, part{"sort", contentType, order})
		status, body := answer(portaltest.New(records), request)
		if !json.Valid(body) {
			t.Fatalf("status %d: answer is no JSON: %q", status, body)
		}
		switch status {
		case http.StatusOK:
			var e envelope
			if err := json.Unmarshal(body, &e); err != nil {
				t.Fatal(err)
			}
			if len(e.Results) > e.PageSize || len(e.Results) > e.TotalResults || e.TotalResults > len(records) {
				t.Errorf("got %d rows of %d on a page of %d", len(e.Results), e.TotalResults, e.PageSize)
			}
		case http.StatusBadRequest, http.StatusInternalServerError, http.StatusRequestEntityTooLarge:
		default:
			t.Errorf("got status %d", status)
		}
	})
}

// A body that only claims to be a form is refused or ignored, and never more than that.
func FuzzBody(f *testing.F) {
	f.Add("multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=\"query\"\r\n"+
		"Content-Type: application/json\r\n\r\n"+topics+"\r\n--B--\r\n")
	f.Add("multipart/form-data", "--B--")
	f.Add("application/json", topics)
	f.Add("multipart/form-data; boundary=B", "--B\r\n\r\n")
	s := portaltest.New(few())
	f.Fuzz(func(t *testing.T, contentType, body string) {
		request := httptest.NewRequest(http.MethodPost, portaltest.Path+everything, strings.NewReader(body))
		request.Header.Set("Content-Type", contentType)
		status, got := answer(s, request)
		if !json.Valid(got) || (status != 200 && status != 400 && status != 500) {
			t.Errorf("got status %d, %q", status, got)
		}
	})
}
