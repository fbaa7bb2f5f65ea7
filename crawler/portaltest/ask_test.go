package portaltest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

// A part is one part of the form: its name, its content type and its text.
type part struct{ name, contentType, text string }

func asJSON(name, text string) part { return part{name, "application/json", text} }

const (
	everything = "?apiKey=SEDIA&text=***&pageSize=100&pageNumber=1"
	topics     = `{"bool":{"must":[{"terms":{"type":["1"]}}]}}`
	byCode     = `{"field":"identifier","order":"ASC"}`
)

// An envelope is what the tests read of an answer.
type envelope struct {
	TotalResults int    `json:"totalResults"`
	PageNumber   int    `json:"pageNumber"`
	PageSize     int    `json:"pageSize"`
	Sort         string `json:"sort"`
	Type         string `json:"type"`
	Message      string `json:"message"`
	Results      []struct {
		Reference string              `json:"reference"`
		Summary   string              `json:"summary"`
		Language  string              `json:"language"`
		Metadata  map[string][]string `json:"metadata"`
		URL       json.RawMessage     `json:"url"`
		Title     json.RawMessage     `json:"title"`
	} `json:"results"`
}

func (e envelope) references() string {
	var references []string
	for _, result := range e.Results {
		references = append(references, result.Reference)
	}
	return strings.Join(references, " ")
}

// form returns a search request with those parts.
func form(t testing.TB, address string, parts ...part) *http.Request {
	t.Helper()
	var body bytes.Buffer
	writer := multipart.NewWriter(&body)
	for _, p := range parts {
		header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + p.name + `"; filename="blob"`}}
		if p.contentType != "" {
			header.Set("Content-Type", p.contentType)
		}
		w, err := writer.CreatePart(header)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, p.text)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, address, &body)
	request.Header.Set("Content-Type", writer.FormDataContentType())
	return request
}

func search(t testing.TB, parameters string, parts ...part) *http.Request {
	t.Helper()
	return form(t, portaltest.Path+parameters, parts...)
}

// answer plays the request and returns the status and the raw body.
func answer(s http.Handler, request *http.Request) (int, []byte) {
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.Bytes()
}

// read plays the request and decodes the answer, whatever its status.
func read(t testing.TB, s http.Handler, request *http.Request) (int, envelope) {
	t.Helper()
	status, body := answer(s, request)
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatalf("answer with status %d is no JSON: %v\n%.300s", status, err, body)
	}
	return status, e
}

// few are four records that differ in everything a question can ask for.
func few() []portaltest.Record {
	record := func(reference, kind, status, language string, more map[string][]string) portaltest.Record {
		m := map[string][]string{
			"type": {kind}, "status": {status}, "sortStatus": {"1"}, "language": {language}, "DATASOURCE": {"SEDIA"},
			"identifier": {"CODE-" + reference}, "title": {"Title of " + reference},
		}
		for field, values := range more {
			m[field] = values
		}
		return portaltest.Record{Reference: reference, Metadata: m}
	}
	return []portaltest.Record{
		record("4en", "1", "31094503", "en", map[string][]string{"deadlineDate": {"2026-04-16T00:00:00.000+0000"}}),
		record("1en", "1", "31094502", "en", map[string][]string{
			"deadlineDate":    {"2026-09-03T00:00:00.000+0000", "2027-03-04T00:00:00.000+0000"},
			"topicConditions": {"<p>Two towns</p>"},
		}),
		record("1de", "1", "31094502", "de", map[string][]string{"deadlineDate": {"2026-09-03T00:00:00.000+0000"}}),
		record("8en", "8", "31094501", "en", map[string][]string{"callTitle": {"Small grants"}, "callccm2Id": {"8"}}),
	}
}
