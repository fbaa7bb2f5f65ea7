package crawler

import (
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"fundwatch/calls"
)

func cervQuestion(t *testing.T) *portalQuestion {
	t.Helper()
	api, err := url.Parse("https://portal.example/search?extra=1")
	if err != nil {
		t.Fatal(err)
	}
	return &portalQuestion{api: api, kind: portalTypes()[2], programme: []string{"43251589"}, languages: []string{"en"}}
}

// The API answers anything but this with something else, mostly without saying so.
func TestQuestionOnTheWire(t *testing.T) {
	t.Parallel()
	q := cervQuestion(t)
	if got, want := q.address(3), "https://portal.example/search?apiKey=SEDIA&extra=1&pageNumber=3&pageSize=100&text=%2A%2A%2A"; got != want {
		t.Errorf("got address %s, want %s", got, want)
	}
	contentType, body, err := q.form(false)
	if err != nil {
		t.Fatal(err)
	}
	mediaType, params, err := mime.ParseMediaType(contentType)
	if err != nil || mediaType != "multipart/form-data" {
		t.Fatalf("got content type %q, %v", contentType, err)
	}
	parts := multipart.NewReader(strings.NewReader(string(body)), params["boundary"])
	for _, want := range [][2]string{
		{"query", `{"bool":{"must":[{"terms":{"type":["8"]}},{"terms":{"DATASOURCE":["SEDIA"]}},{"terms":{"status":["31094501","31094502"]}},{"terms":{"frameworkProgramme":["43251589"]}}]}}`},
		{"languages", `["en"]`},
		{"sort", `{"field":"callccm2Id","order":"ASC"}`},
	} {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatalf("part %s: %v", want[0], err)
		}
		text, err := io.ReadAll(part)
		if err != nil || part.FormName() != want[0] || part.Header.Get("Content-Type") != "application/json" || strings.TrimSpace(string(text)) != want[1] {
			t.Errorf("got part %q of %q: %s (%v), want %s", part.FormName(), part.Header.Get("Content-Type"), text, err, want)
		}
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Errorf("got %v after three parts, want the end", err)
	}
}

func TestRecordsAreHeldAgainstTheQuestion(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		record PortalRecord
		want   string // in what is held against it
	}{
		{"says nothing about itself", PortalRecord{}, ""},
		{"all as asked", PortalRecord{Type: "8", Status: "31094501", Index: "SEDIA", Programmes: []string{"1", "43251589"}, Raw: calls.Raw{Language: "en"}}, ""},
		{"another type", PortalRecord{Type: "1"}, `type "1", asked for "8"`},
		{"an older index", PortalRecord{Index: "SEDIA_PRD_CENTRICITY"}, `DATASOURCE "SEDIA_PRD_CENTRICITY"`},
		{"closed", PortalRecord{Status: "31094503"}, `status "31094503"`},
		{"another language", PortalRecord{Raw: calls.Raw{Language: "sv"}}, `language "sv"`},
		{"another programme", PortalRecord{Programmes: []string{"43108390"}}, `programme ["43108390"]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := cervQuestion(t).held(&tc.record)
			if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
